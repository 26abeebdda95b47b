//go:build linux

package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// nmap scans from the client, without asking names or whether the target is there.
func (r *router) nmap(t *testing.T, f family, args ...string) string {
	t.Helper()
	needs.Tool(t, "nmap", "nmap")
	if f.name == "6" {
		args = append(args, "-6")
	}
	return must(t, in(r.Client, append([]string{"nmap", "-n", "-Pn"}, args...)...)...)
}

// TestNmapProtocols asks the node for all 256 protocols. In IPv6 the numbers of
// extension headers, with nothing behind them, are dropped silently: nmap cannot tell.
func TestNmapProtocols(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		out := r.nmap(t, f, "-sO", "-p", "0-255", f.left)
		want(t, out, f.says(
			`Not shown: 253 closed n/a protocols \(proto-unreach\)\nPROTOCOL STATE SERVICE\n`+
				`1 +open +icmp\n6 +open +tcp\n17 +open +udp\n\n`,
			`Not shown: 248 closed n/a protocols \(param-problem\)\nPROTOCOL STATE +SERVICE\n`+
				`0 +open\|filtered hopopt\n6 +open +tcp\n17 +open +udp\n43 +open\|filtered ipv6-route\n44 +open\|filtered ipv6-frag\n`+
				`58 +open +ipv6-icmp\n59 +open\|filtered ipv6-nonxt\n60 +open\|filtered ipv6-opts\n\n`))
		c := r.stop()
		if sent := c.Messages["protocol-unreachable"].Sent; sent < 247 || sent != c.Dropped["protocol-unreachable"] {
			t.Errorf("%d protocols are said to be unreachable: %+v", sent, c)
		}
	})
}

func TestNmapPorts(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		want(t, r.nmap(t, f, "-sU", "-p", "9,53,123,161", f.right), `PORT +STATE +SERVICE\n`+
			`9/udp +closed discard\n53/udp +closed domain\n123/udp +closed ntp\n161/udp +closed snmp\n\n`)
		want(t, r.nmap(t, f, "-sS", "-p", "22,80", f.right), `22/tcp closed ssh\n80/tcp closed http\n\n`)
		c := r.stop()
		c.wantSent(t, "port-unreachable", c.Dropped["port-unreachable"])
		c.wantSent(t, "tcp-reset", c.Dropped["port-closed"])
		if c.Dropped["port-unreachable"] < 4 || c.Dropped["port-closed"] < 2 {
			t.Errorf("want 4 ports unreachable and 2 closed: %+v", c)
		}
	})
}

// TestNmapTraceroute gives the route a gateway: without one nmap takes the server for a neighbor.
func TestNmapTraceroute(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		must(t, in(r.Client, "ip", "route", "add", f.says("10.2.0.0/24", "fd00:2::/64"), "via", f.left)...)
		want(t, r.nmap(t, f, "-p", "80", "--traceroute", f.server),
			`80/tcp closed http\n`, `HOP RTT +ADDRESS\n1 +[\d.]+ ms `+f.left+`\n2 +[\d.]+ ms `+f.server+`\n\n`)
		c := r.stop()
		c.wantSent(t, "ttl-exceeded", c.Dropped["ttl-expired"])
		if c.Dropped["ttl-expired"] == 0 {
			t.Error("no TTL expired")
		}
	})
}

// TestFingerprint compares what nmap -O sees of the node with docs/fingerprint.md.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/fingerprint.md")
	if err != nil {
		t.Fatal(err)
	}
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		out := r.nmap(t, f, "-O", "-d", "-p", "21,22,80", f.left)
		r.stop()
		// nmap breaks the lines anywhere.
		seen := strings.ReplaceAll(group(t, out, `TCP/IP fingerprint:\n((?:OS:.*\n)+)`), "\n", "")
		seen = strings.ReplaceAll(seen, "OS:", "")
		documented := group(t, string(doc), `(?s)IPv`+f.name+`, the stable parts[^\n]*\n\n`+"```"+`\n(.*?)`+"```")
		for part := range strings.Lines(documented) {
			if part = strings.TrimSpace(part); !strings.Contains(seen, part) {
				t.Errorf("documented %s, seen\n%s", part, seen)
			}
		}
		// No probe is answered that the document does not name.
		for _, test := range regexp.MustCompile(`([A-Z][A-Z0-9]*)\(`).FindAllStringSubmatch(seen, -1) {
			if name := test[1]; name != "SCAN" && name != "EXTRA" && !regexp.MustCompile(`(?m)^`+name+`\(`).MatchString(documented) {
				t.Errorf("not documented: %s in\n%s", name, seen)
			}
		}
		want(t, out, `Network Distance: 1 hop\n`)
	})
}
