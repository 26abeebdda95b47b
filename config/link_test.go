package config

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
)

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

// TestLinkLocal wants a link-local address wherever there is IPv6 (RFC 4291
// §2.1): the same for the same names, another for others.
func TestLinkLocal(t *testing.T) {
	made := prefixes("fe80::557b:e631:6113:6f2c/64")[0] // printf r1/left | sha256sum
	tests := []struct {
		node, iface string
		given, want []netip.Prefix
	}{
		{"r1", "left", prefixes("fd00::1/64"), []netip.Prefix{made}},
		{"r1", "left", prefixes("10.0.0.1/24", "2001:db8::1/127"), []netip.Prefix{made}},
		{"r1", "left", prefixes("169.254.0.1/24", "fd00::1/64"), []netip.Prefix{made}},
		{"r1", "right", prefixes("fd00::1/64"), prefixes("fe80::ea6:f461:a0a4:5345/64")},
		{"r1", "left", prefixes("fd00::1/64", "fe80::1/64"), nil},
		{"r1", "left", prefixes("fe80::1/64"), nil},
		{"r1", "left", prefixes("10.0.0.1/24"), nil},
		{"r1", "left", nil, nil},
	}
	for _, test := range tests {
		if got := linkLocal(test.node, test.iface, test.given); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s.%s with %v: got %v, want %v", test.node, test.iface, test.given, got, test.want)
		}
	}
	seen := map[netip.Prefix]string{}
	for _, names := range []string{"r1 left", "r2 left", "r1 right", "r1l eft", "left r1"} {
		node, iface, _ := strings.Cut(names, " ")
		p := linkLocal(node, iface, prefixes("fd00::1/64"))[0]
		if p.Bits() != 64 || p.Masked() != netip.MustParsePrefix("fe80::/64") || seen[p] != "" {
			t.Errorf("%s has %s, and %q too", names, p, seen[p])
		}
		seen[p] = names
	}
}

// links is a node with what links may be: unnumbered, with link-local addresses
// given and made, and with routes by interface.
const links = `{ "nodes": { "r1": { "router_id": "10.0.0.1", "source_route": "drop", "martians": "off", "hop_by_hop": "process",
  "hop_by_hop_limit": 8,
  "interfaces": {
    "a": { "addresses": ["10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"], "urpf": "strict", "tun": { "name": "a" } },
    "b": { "addresses": [], "tun": { "name": "b", "addresses": ["10.9.0.2/32"] } },
    "c": { "addresses": ["fe80::1/64"], "directed_broadcast": false, "tun": { "name": "c" } },
    "d": { "addresses": ["fd00:4::1/64"], "urpf": "off", "tun": { "name": "d" } } },
  "routes": [
    { "to": "10.9.0.0/16", "interface": "b" },
    { "to": "::/0", "interface": "a", "via": "fe80::9" },
    { "to": "10.8.0.0/16", "interface": "b", "via": "10.9.9.9" },
    { "to": "fd00:5::/64", "via": "fd00:1::9" } ],
  "icmp": { "timestamp": true, "redirects": false, "echo": { "action": "drop" }, "rate": { "unlimited": true } } } } }`

func TestLinksPlan(t *testing.T) {
	node := parse(t, links).Plan().Nodes[0]
	for i, want := range [][]netip.Prefix{
		prefixes("10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"),
		nil,
		prefixes("fe80::1/64"),
		append(prefixes("fd00:4::1/64"), linkLocal("r1", "d", prefixes("fd00:4::1/64"))...),
	} {
		if got := node.Interfaces[i].Addresses; !reflect.DeepEqual(got, want) {
			t.Errorf("link %d has %v, want %v", i, got, want)
		}
	}
	want := []forwarding.Route{
		{To: netip.MustParsePrefix("10.9.0.0/16"), Link: "b"},
		{To: netip.MustParsePrefix("::/0"), Link: "a", Via: addr("fe80::9")},
		{To: netip.MustParsePrefix("10.8.0.0/16"), Link: "b", Via: addr("10.9.9.9")},
		{To: netip.MustParsePrefix("fd00:5::/64"), Via: addr("fd00:1::9")},
	}
	if !reflect.DeepEqual(node.Routes, want) {
		t.Errorf("routes %v, want %v", node.Routes, want)
	}
}

// TestSummaryOfKnobs wants the knobs that are not as by default, and no others.
func TestSummaryOfKnobs(t *testing.T) {
	f := parse(t, links)
	if len(f.Warnings) > 0 {
		t.Errorf("warnings:\n%v", Mistakes(f.Warnings))
	}
	got := "\n" + f.Summary()
	want := `
node r1
  with    router_id 10.0.0.1, martians off, icmp.redirects false, icmp.echo.action drop
  a       router       10.1.0.1/24, fd00:1::1/64, fe80::1/64  MTU 1500, urpf strict
          a            no address                             MTU 1500
  b       router       no address                             MTU 1500
          b            10.9.0.2/32                            MTU 1500
  c       router       fe80::1/64                             MTU 1500
          c            no address                             MTU 1500
  d       router       fd00:4::1/64                           MTU 1500, link-local fe80::6201:5117:6629:1de8
          d            no address                             MTU 1500
  routes  10.9.0.0/16  on b
          ::/0         via fe80::9 on a
          10.8.0.0/16  via 10.9.9.9 on b
          fd00:5::/64  via fd00:1::9
  errors  each kind    unlimited in all  unlimited to one destination
`
	if got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
}
