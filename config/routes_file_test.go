package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
)

// listed is base, with a file of routes beside it.
var listed = strings.Replace(base, `"icmp":`, `"routes_file": "routes.txt", "icmp":`, 1)

// beside writes a configuration and its file of routes, and loads it by a path
// from where neither is.
func beside(t testing.TB, config, routes string) (*File, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"f": config, "routes.txt": routes} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Load(filepath.Join(dir, "f"))
}

// complaintsBeside are the mistakes of a configuration and its file of routes,
// each with the name of its file without the directory.
func complaintsBeside(t *testing.T, config, routes string) (lines []string) {
	t.Helper()
	f, err := beside(t, config, routes)
	if (f == nil) == (err == nil) {
		t.Fatalf("file %v and error %v: want one of the two", f, err)
	}
	mistakes, _ := err.(Mistakes)
	for _, m := range mistakes {
		m.File = filepath.Base(m.File)
		m.Problem = withoutDirectories(m.Problem)
		lines = append(lines, m.String())
	}
	return lines
}

// withoutDirectories leaves of each path in a text the name of the file.
func withoutDirectories(text string) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		if at := strings.LastIndex(word, "/f:"); at >= 0 {
			words[i] = word[:strings.Index(word, "/")] + word[at+1:]
		}
		if at := strings.LastIndex(word, "/routes.txt"); at >= 0 {
			words[i] = `"` + word[at+1:]
		}
	}
	return strings.Join(words, " ")
}

func TestRoutesFile(t *testing.T) {
	f, err := beside(t, listed, "# a comment\n\n10.8.0.0/16 via 10.2.0.2\r\n"+
		"\t2001:db8:8::/48   via fd00:2::2 # at the right\n"+
		"203.0.113.0/24 via 10.2.0.3 interface right\n2001:db8:9::/48 interface left\n"+
		"198.51.100.0/24 blackhole\n2001:db8:a::/48 unreachable\n198.18.0.0/15 prohibit #\n::/0 reject")
	if err != nil {
		t.Fatal(err)
	}
	addr, prefix := netip.MustParseAddr, netip.MustParsePrefix
	want := []forwarding.Route{
		{To: prefix("10.8.0.0/16"), Via: addr("10.2.0.2")},
		{To: prefix("2001:db8:8::/48"), Via: addr("fd00:2::2")},
		{To: prefix("203.0.113.0/24"), Via: addr("10.2.0.3"), Link: "right"},
		{To: prefix("2001:db8:9::/48"), Link: "left"},
		{To: prefix("198.51.100.0/24"), Kind: forwarding.Blackhole},
		{To: prefix("2001:db8:a::/48"), Kind: forwarding.Unreachable},
		{To: prefix("198.18.0.0/15"), Kind: forwarding.Prohibit},
		{To: prefix("::/0"), Kind: forwarding.Reject},
		{To: prefix("10.9.0.0/16"), Via: addr("10.2.0.2")},
		{To: prefix("192.0.2.0/24"), Kind: forwarding.Prohibit},
	}
	if got := f.Plan().Nodes[0].Routes; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if len(f.Warnings) > 0 {
		t.Errorf("warnings %v", f.Warnings)
	}
	summary := f.Summary()
	if !strings.Contains(summary, "routes  8               of routes.txt") || strings.Contains(summary, "10.8.0.0") {
		t.Errorf("the summary has to count the routes of the file:\n%s", summary)
	}
}

// TestRoutesFileBad breaks one line, of the third of the file.
func TestRoutesFileBad(t *testing.T) {
	const forms = `expected "via", "interface", "blackhole", "unreachable", "prohibit" or "reject"`
	for line, want := range map[string]string{
		"10.8.0/16 via 10.2.0.2":                    `3:1: "10.8.0/16" is no prefix: IPv4 address too short; expected ` + prefixForm,
		"  default via 10.2.0.2":                    `3:3: "default" is no prefix: no '/'; expected ` + prefixForm,
		"10.8.0.0/33 via 10.2.0.2":                  `3:1: "10.8.0.0/33" is no prefix: prefix length out of range; expected ` + prefixForm,
		"fd00:8::%x/64 via fd00:2::2":               `3:1: "fd00:8::%x/64" is no prefix: IPv6 zones cannot be present in a prefix; expected ` + prefixForm,
		"10.8.0.0/16":                               `3:12: the line ends too early; ` + forms,
		"10.8.0.0/16 # via":                         `3:13: the line ends too early; ` + forms,
		"10.8.0.0/16 dev right":                     `3:13: "dev" does not belong here; ` + forms,
		"10.8.0.0/16 10.2.0.2":                      `3:13: "10.2.0.2" does not belong here; ` + forms,
		"fd00:8::/48 blackhle":                      `3:13: "blackhle" does not belong here; ` + forms + `; did you mean "blackhole"?`,
		"10.8.0.0/16 vai 10.2.0.2":                  `3:13: "vai" does not belong here; ` + forms + `; did you mean "via"?`,
		"10.8.0.0/16 via":                           `3:16: the line ends too early; expected ` + addrForm,
		"10.8.0.0/16 via right":                     `3:17: "right" is no address: unable to parse IP; expected ` + addrForm,
		"fd00:8::/48 via fe80::2%left":              `3:17: "fe80::2%left" has a zone; expected ` + addrForm,
		"10.8.0.0/16 via 10.2.0.2 10":               `3:26: "10" does not belong here; expected "interface"`,
		"10.8.0.0/16 via 10.2.0.2 interfaces right": `3:26: "interfaces" does not belong here; expected "interface"; did you mean "interface"?`,
		"10.8.0.0/16 via 10.2.0.2 interface":        `3:35: the line ends too early; expected the name of an interface`,
		"10.8.0.0/16 interface right left":          `3:29: "left" does not belong here; expected the end of the line`,
		"10.8.0.0/16 interface rihgt":               `3:23: "rihgt" is no interface of the node; expected "left" or "right"; did you mean "right"?`,
		"10.8.0.0/16 reject via 10.2.0.2":           `3:20: "via" does not belong here; expected the end of the line`,
		"10.8.0.1/16 via 10.2.0.2":                  `3:1: 10.8.0.1/16 has bits beyond its length; expected "10.8.0.0/16"`,
		"10.8.0.0/16 via fd00:2::2":                 `3:17: fd00:2::2 is not of the family of 10.8.0.0/16; expected an IPv4 address`,
		"fd00:8::/48 via 10.2.0.2":                  `3:17: 10.2.0.2 is not of the family of fd00:8::/48; expected an IPv6 address`,
		"10.8.0.0/16 via 10.3.0.2":                  `3:17: no interface of the node reaches 10.3.0.2; expected an address on a connected prefix ("10.1.0.0/24", "10.2.0.0/24")`,
		"fd00:8::/48 via fe80::2":                   `3:17: fe80::2 is link-local, and may be on any interface; expected an "interface" beside it`,
		"fd00:8::/48 via fd00:2::1":                 `3:17: fd00:2::1 is the node's own: nodes.r1.interfaces.right.addresses[1] (f:12:40); expected the address of another router`,
		"10.8.0.0/16 via 10.2.0.2 interface left":   `3:17: 10.2.0.2 is on another interface: nodes.r1.interfaces.right.addresses[0] (f:12:25); expected an address on the link of the interface`,
		"10.2.0.0/24 via 10.1.0.2":                  `3:1: 10.2.0.0/24 is connected by nodes.r1.interfaces.right.addresses[0] (f:12:25) and needs no route`,
		"fd00:1::1/128 blackhole":                   `3:1: fd00:1::1 is the node's own: nodes.r1.interfaces.left.addresses[1] (f:6:40)`,
		"fe80::/64 interface left":                  `3:1: fe80::/64 is link-local: each interface has its own, and no packet leaves it`,
		"10.9.0.0/16 via 10.2.0.2":                  `3:1: 10.9.0.0/16 is already nodes.r1.routes[0].to (f:18:27); expected one route to each prefix`,
		"203.0.113.0/24 blackhole":                  `3:1: 203.0.113.0/24 is already on line 2; expected one route to each prefix`,
		"2001:db8:9::/48 via fd00:2::2":             `3:1: 2001:db8:9::/48 is already on line 1; expected one route to each prefix`,
		"10.8.0.0/16 via \xff":                      `3:17: "\xff" is no address: unable to parse IP; expected ` + addrForm,
	} {
		got := complaintsBeside(t, listed, "2001:db8:9::/48 interface left\n203.0.113.0/24 via 10.2.0.2\n"+line+"\n198.51.100.0/24 blackhole\n")
		if len(got) != 1 || got[0] != "routes.txt:"+want {
			t.Errorf("%q: got\n%s\nwant\nroutes.txt:%s", line, strings.Join(got, "\n"), want)
		}
	}
}

// TestRoutesFileMistakes: all of both files at once, those of the configuration first.
func TestRoutesFileMistakes(t *testing.T) {
	config := strings.Replace(listed, `"192.0.2.0/24"`, `"192.0.2.1/24"`, 1)
	got := complaintsBeside(t, config, "10.8.0.1/16 blackhole\n10.7.0.0/16 via 10.3.0.2\n10.6.0.0/16 via 10.3.0.2\n")
	const nowhere = `:17: no interface of the node reaches 10.3.0.2; expected an address on a connected prefix ("10.1.0.0/24", "10.2.0.0/24")`
	want := []string{
		`f:18:71: nodes.r1.routes[1].to: 192.0.2.1/24 has bits beyond its length; expected "192.0.2.0/24"`,
		`routes.txt:1:1: 10.8.0.1/16 has bits beyond its length; expected "10.8.0.0/16"`,
		`routes.txt:2` + nowhere, `routes.txt:3` + nowhere,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	got = complaintsBeside(t, listed, strings.Repeat("wrong\n", 1000))
	if len(got) != mostMistakes+1 || got[mostMistakes] != "routes.txt:101:1: too many mistakes: from here on, nothing was read" {
		t.Errorf("%d mistakes, the last %q", len(got), got[len(got)-1])
	}
	got = complaintsBeside(t, listed, "\xef\xbb\xbf10.8.0.0/16 blackhole\n")
	if len(got) != 1 || got[0] != "routes.txt:1:1: the file begins with a byte order mark; expected UTF-8 without it" {
		t.Errorf("of a byte order mark: %q", got)
	}
}

// TestRoutesFileUnread: what cannot be read is a mistake of the configuration.
func TestRoutesFileUnread(t *testing.T) {
	for name, problem := range map[string]string{
		"none.txt": "no such file or directory", ".": "it is no regular file", "/dev/zero": "it is no regular file",
	} {
		f, err := beside(t, strings.Replace(listed, "routes.txt", name, 1), "")
		mistakes, ok := err.(Mistakes)
		if f != nil || !ok || len(mistakes) != 1 {
			t.Fatalf("%s: file %v, error %v", name, f, err)
		}
		m := mistakes[0]
		if m.Path != "nodes.r1.routes_file" || m.Line != 19 || !strings.HasSuffix(m.Problem, " cannot be read: "+problem) {
			t.Errorf("%s: got %s", name, m)
		}
	}
	if f, err := Parse("f", []byte(strings.Replace(listed, "routes.txt", "none.txt", 1))); err != nil || len(f.Plan().Nodes[0].Routes) != 2 {
		t.Errorf("Parse reads no other file: got %v, %v", f, err)
	}
}

// TestRoutesFileWarns: a warning is given once for all routes of the same way.
func TestRoutesFileWarns(t *testing.T) {
	f, err := beside(t, listed, "10.8.0.0/16 via 10.7.0.1 interface right\n10.7.0.0/16 via 10.7.0.1 interface right\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Warnings) != 1 || filepath.Base(f.Warnings[0].File) != "routes.txt" || f.Warnings[0].Line != 1 || f.Warnings[0].Column != 17 {
		t.Errorf("warnings %v", f.Warnings)
	}
}

// BenchmarkRoutesFile loads a million routes, and builds the table of them.
func BenchmarkRoutesFile(b *testing.B) {
	for _, family := range []int{4, 6} {
		var text strings.Builder
		for i := range 1_000_000 {
			if family == 4 {
				fmt.Fprintf(&text, "%d.%d.%d.0/24 via 10.2.0.%d\n", 20+i>>16, i>>8&255, i&255, 2+i%8)
			} else {
				fmt.Fprintf(&text, "2001:%x:%x::/48 via fd00:2::%x\n", 0x1000+i>>16, i&0xffff, 2+i%8)
			}
		}
		b.Run(fmt.Sprintf("IPv%d", family), func(b *testing.B) {
			dir := b.TempDir()
			for name, text := range map[string]string{"f": listed, "routes.txt": text.String()} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				f, err := Load(filepath.Join(dir, "f"))
				if err != nil {
					b.Fatal(err)
				}
				node, links := f.Plan().Nodes[0], []forwarding.Link{}
				for _, i := range node.Interfaces {
					links = append(links, i.Link)
				}
				if _, err := forwarding.NewTable(links, node.Routes, node.Settings); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
