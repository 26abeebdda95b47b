package config

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// base is a configuration without mistakes, from which others are made.
const base = `{
  "nodes": {
    "r1": {
      "interfaces": {
        "left": {
          "addresses": ["10.1.0.1/24", "fd00:1::1/64"],
          "mtu": 1500,
          "tun": { "netns": "client", "name": "tun0", "mtu": 1500,
                   "addresses": ["10.1.0.2/24", "fd00:1::2/64"], "routes": ["0.0.0.0/0", "::/0"] }
        },
        "right": {
          "addresses": ["10.2.0.1/24", "fd00:2::1/64"],
          "mtu": 1400,
          "tun": { "netns": "server", "name": "tun0", "mtu": 1500,
                   "addresses": ["10.2.0.2/24", "fd00:2::2/64"], "routes": ["0.0.0.0/0", "::/0"] }
        }
      },
      "routes": [ { "to": "10.9.0.0/16", "via": "10.2.0.2" }, { "to": "192.0.2.0/24", "kind": "prohibit" } ],
      "icmp": { "rate": { "pps": 1000, "burst": 50 } }
    }
  }
}
`

// bad is base with something in another's place, and the mistakes that it then
// has. With nothing to replace, it is the whole file.
type bad struct {
	name, old, new string
	want           []string
}

// changed returns base with new in the place of the first old.
func changed(t testing.TB, old, new string) string {
	t.Helper()
	if old == "" {
		return new
	}
	if !strings.Contains(base, old) {
		t.Fatalf("base does not hold %q", old)
	}
	return strings.Replace(base, old, new, 1)
}

// edited is base with changes, each an old text and what comes in the place of
// the first of it, and the mistakes or warnings that it then has.
type edited struct {
	name    string
	changes []string
	want    []string
}

func (e edited) text(t testing.TB) string { return e.of(t, base) }

// of is another text with the changes.
func (e edited) of(t testing.TB, text string) string {
	t.Helper()
	for i := 0; i < len(e.changes); i += 2 {
		if !strings.Contains(text, e.changes[i]) {
			t.Fatalf("%s: the text does not hold %q", e.name, e.changes[i])
		}
		text = strings.Replace(text, e.changes[i], e.changes[i+1], 1)
	}
	return text
}

// complaints parses a file named f and returns its mistakes as lines.
func complaints(t testing.TB, text string) (lines []string) {
	t.Helper()
	f, err := Parse("f", []byte(text))
	if (f == nil) == (err == nil) {
		t.Fatalf("file %v and error %v: want one of the two", f, err)
	}
	var mistakes Mistakes
	if err != nil && !errors.As(err, &mistakes) {
		t.Fatalf("error is a %T, want Mistakes", err)
	}
	for _, m := range mistakes {
		lines = append(lines, m.String())
	}
	return lines
}

func expect(t *testing.T, text string, want []string) {
	t.Helper()
	if got := complaints(t, text); !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestMistakes(t *testing.T) {
	for name, rows := range map[string][]bad{
		"syntax": badSyntax, "grammar": badGrammar, "network": badNetworks, "fine": fine,
	} {
		for _, b := range rows {
			t.Run(name+"/"+b.name, func(t *testing.T) { expect(t, changed(t, b.old, b.new), b.want) })
		}
	}
	for name, rows := range map[string][]edited{"knobs": badKnobs, "links": badLinks, "speed": badSpeed, "fine links": fineLinks, "policies": badPolicies, "fine policies": finePolicies, "lies": badLies, "fine lies": fineLies, "boxes": badBoxes, "fine boxes": fineBoxes} {
		for _, e := range rows {
			t.Run(name+"/"+e.name, func(t *testing.T) { expect(t, e.text(t), e.want) })
		}
	}
}

// fine looks like a mistake and is none.
var fine = []bad{
	{"base", "1500", "1500", nil},
	{"another notation", `"mtu": 1400`, `"mtu": 1.4e3`, nil},
	{"the $schema", "{\n", "{\n" + `"$schema": "x",`, nil},
	{"/31 and /127", `"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.3/31", "fd00:1::3/127"`, nil},
	{"/32 and /128", `"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/32", "fd00:1::1/128"`, nil},
	{"two prefixes on one interface", `"10.2.0.1/24"`, `"10.2.0.1/24", "10.2.0.9/16"`, nil},
	{"IPv4 alone may be narrow", `"fd00:1::1/64"],
          "mtu": 1500,
          "tun": { "netns": "client", "name": "tun0", "mtu": 1500,
                   "addresses": ["10.1.0.2/24", "fd00:1::2/64"]`, `"10.1.0.9/24"],
          "mtu": 68,
          "tun": { "netns": "client", "name": "tun0", "mtu": 68,
                   "addresses": ["10.1.0.2/24"]`, nil},
	{"1280", `"mtu": 1400`, `"mtu": 1280`, nil},
	{"no namespace", `"netns": "server", `, ``, nil},
	{"a namespace by path", `"server"`, `"/proc/1/ns/net"`, nil},
	{"a namespace by process", `"server"`, `"pid:1"`, nil},
	{"name of 15 bytes", `"server", "name": "tun0"`, `"server", "name": "fifteen-bytes-x"`, nil},
	{"a route inside a connected prefix", `"192.0.2.0/24"`, `"10.2.0.128/25"`, nil},
	{"nothing passes", `"pps": 1000`, `"pps": 0`, nil},
	{"unlimited", `"pps": 1000, "burst": 50`, `"unlimited": true`, nil},
	{"a name with dots", `"r1"`, `"r1.example"`, nil},
}

// TestNetworkMistakes wants the mistakes of networks, each with its place.
func TestNetworkMistakes(t *testing.T) {
	for name, rows := range map[string][]edited{"network": badNetwork, "addressing": badAddressing, "direction": badDirection, "queue": badQueue} {
		for _, e := range rows {
			t.Run(name+"/"+e.name, func(t *testing.T) { expect(t, e.of(t, wired), e.want) })
		}
	}
}

// TestTogether wants every mistake of a file at once, in the order of the file,
// and none that only follows from another: the unreachable via of the first route
// may well be on the misspelt addresses.
func TestTogether(t *testing.T) {
	expect(t, strings.Join([]string{
		`{ "nodes": { "r1": { "interfaces": {`,
		`  "left": { "adresses": ["10.1.0.1/24"],`,
		`    "tun": { "name": "a-name-of-17-byte" } },`,
		`  "right": { "addresses": ["10.2.0.255/24", "fd00::1/64"], "mtu": 1200, "mtu": 1500,`,
		`    "tun": { "name": "tun0", "mtu": "big", "addresses": ["10.2.0.300/24"] } } },`,
		`  "routes": [ { "to": "10.9.9.9/16", "via": "10.3.0.1" }, { "to": "::/0", "kind": "blackhol" }, {} ],`,
		`  "icmp": { "rate": { "burst": 0 } } } } }`,
	}, "\n"), []string{
		`f:2:13: nodes.r1.interfaces.left.adresses: no such key; expected "addresses", "mtu", "urpf", "directed_broadcast", "mpls", "middlebox", "tunnel" or "tun"; did you mean "addresses"?`,
		`f:3:22: nodes.r1.interfaces.left.tun.name: "a-name-of-17-byte" has 17 bytes; a device name has at most 15`,
		`f:4:28: nodes.r1.interfaces.right.addresses[0]: 10.2.0.255 is the broadcast address of 10.2.0.0/24; expected an address of the router's own`,
		`f:4:67: nodes.r1.interfaces.right.mtu: 1200 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
		`f:4:73: nodes.r1.interfaces.right.mtu: the key stands twice, first at 4:60; expected each key once`,
		`f:5:37: nodes.r1.interfaces.right.tun.mtu: the string "big" does not belong here; expected a whole number from 68 to 65535`,
		`f:5:58: nodes.r1.interfaces.right.tun.addresses[0]: "10.2.0.300/24" is no prefix: IPv4 field has value >255; expected an address with the length of its prefix, as "10.1.0.1/24" or "fd00::1/64"`,
		`f:6:23: nodes.r1.routes[0].to: 10.9.9.9/16 has bits beyond its length; expected "10.9.0.0/16"`,
		`f:6:83: nodes.r1.routes[1].kind: "blackhol" is none of the words that may stand here; expected "unicast", "blackhole", "unreachable", "prohibit" or "reject"; did you mean "blackhole"?`,
		`f:6:97: nodes.r1.routes[2]: the key "to" is missing`,
		`f:6:97: nodes.r1.routes[2]: a unicast route without "via" and "interface"; expected a next hop in "via", an "interface", or a "kind" that needs neither`,
		`f:7:32: nodes.r1.icmp.rate.burst: 0 is out of range; expected a whole number from 1 to 1000000000`,
	})
}

// TestWarnings wants the warnings of files without mistakes, all of them.
func TestWarnings(t *testing.T) {
	texts := map[string]string{}
	for _, e := range slices.Concat(suspect, suspectSpeed, suspectPolicies, suspectLies, suspectBoxes) {
		texts[e.name] = e.text(t)
	}
	for _, e := range suspectNetwork {
		texts[e.name] = e.of(t, wired)
	}
	for _, e := range slices.Concat(suspect, suspectSpeed, suspectPolicies, suspectLies, suspectBoxes, suspectNetwork) {
		t.Run(e.name, func(t *testing.T) {
			var got []string
			for _, m := range parse(t, texts[e.name]).Warnings {
				got = append(got, m.String())
			}
			if !slices.Equal(got, e.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(e.want, "\n  "))
			}
		})
	}
}

// TestColumns counts characters, not bytes.
func TestColumns(t *testing.T) {
	expect(t, `{"$schema": "größer", "nodes": 1}`, []string{
		`f:1:32: nodes: the number 1 does not belong here; expected an object`,
	})
}

func TestNearest(t *testing.T) {
	words := []string{"route", "routes", "via", "burst"}
	for name, want := range map[string]string{
		"route": "route", "routs": "route", "routess": "routes", "ROUTES": "routes", "vai": "via", "colour": "", "": "",
		strings.Repeat("burst", 20): "",
	} {
		if got := nearest.Word(name, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
