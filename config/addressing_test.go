package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// numbered is a network without an address.
const numbered = `{
  "addressing": { "v4": "10.0.0.0/8", "v6": "fd00::/16" },
  "nodes": {
    "r10": { "interfaces": { "right": { "tun": { "netns": "server", "name": "tun0" } } } },
    "r2": {},
    "r1": { "interfaces": { "left": { "tun": { "netns": "client", "name": "tun0" } } } }
  },
  "links": [ { "between": ["r1", "r2"] }, { "between": ["r2", "r10"] } ]
}
`

// numbers prints all addresses of a plan, a line for each interface and node.
func numbers(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	for _, n := range parse(t, text).Plan().Nodes {
		fmt.Fprintf(&b, "%s %v\n", n.Name, n.Settings.Loopbacks)
		for _, i := range n.Interfaces {
			given := slices.DeleteFunc(i.Addresses, func(p netip.Prefix) bool { return local(p.Addr()) })
			fmt.Fprintf(&b, "  %s %v", i.Name, given)
			if i.Device.Name != "" {
				fmt.Fprintf(&b, " tun %v routes %v", i.Device.Addresses, i.Device.Routes)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestAddressing(t *testing.T) {
	got := numbers(t, numbered)
	want := `r1 [10.255.0.1 fd00:ffff::1]
  left [10.128.1.0/31 fd00:8000:0:1::/127] tun [10.128.1.1/31 fd00:8000:0:1::1/127] routes [0.0.0.0/0 ::/0]
  r2 [10.0.1.0/31 fd00:0:0:1::/127]
r2 [10.255.0.2 fd00:ffff::2]
  r1 [10.0.1.1/31 fd00:0:0:1::1/127]
  r10 [10.0.2.0/31 fd00:0:0:2::/127]
r10 [10.255.0.3 fd00:ffff::3]
  r2 [10.0.2.1/31 fd00:0:0:2::1/127]
  right [10.128.2.0/31 fd00:8000:0:2::/127] tun [10.128.2.1/31 fd00:8000:0:2::1/127] routes [0.0.0.0/0 ::/0]
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, i := range parse(t, numbered).Plan().Nodes[0].Interfaces {
		if last := i.Addresses[len(i.Addresses)-1]; !local(last.Addr()) || last.Bits() != 64 {
			t.Errorf("%s has %v, and no link-local address", i.Name, i.Addresses)
		}
	}
}

// Of three TUNs in the order of their names, the one of r10 is the third.
const third = "  right [10.128.3.0/31 fd00:8000:0:3::/127] tun [10.128.3.1/31 fd00:8000:0:3::1/127] routes [0.0.0.0/0 ::/0]"

// around are changes of numbered, and the lines of its numbers that are then not as before.
var around = []struct {
	name  string
	edits []string
	want  []string
}{
	{"one family", []string{`, "v6": "fd00::/16"`, ``}, []string{
		"r1 [10.255.0.1]",
		"  left [10.128.1.0/31] tun [10.128.1.1/31] routes [0.0.0.0/0]",
		"  r2 [10.0.1.0/31]",
		"r10 [10.255.0.3]",
		"  r2 [10.0.2.1/31]",
		"  right [10.128.2.0/31] tun [10.128.2.1/31] routes [0.0.0.0/0]",
		"r2 [10.255.0.2]",
		"  r1 [10.0.1.1/31]",
		"  r10 [10.0.2.0/31]",
	}},
	{"a link more", []string{`{ "between": ["r2", "r10"] } ]`, `{ "between": ["r2", "r10"] }, { "between": ["r10:a", "r1:a"] } ]`}, []string{
		"  a [10.0.3.1/31 fd00:0:0:3::1/127]", "  a [10.0.3.0/31 fd00:0:0:3::/127]",
	}},
	{"a link with addresses", []string{`"r2": {}`, `"r2": { "interfaces": { "r1": { "addresses": ["192.0.2.1/24"] } } }`}, []string{
		"  r2 []", "  r1 [192.0.2.1/24]",
	}},
	{"a link without, as it is written", []string{`"r2": {}`, `"r2": { "interfaces": { "r1": { "addresses": [] } } }`}, []string{
		"  r2 []", "  r1 []",
	}},
	{"loopbacks", []string{`"r2": {}`, `"r2": { "loopbacks": ["192.0.2.2"] }`}, []string{"r2 [192.0.2.2]"}},
	{"no loopbacks", []string{`"r2": {}`, `"r2": { "loopbacks": [] }`}, []string{"r2 []"}},
	{"a loopback in the way", []string{`"r10": {`, `"r10": { "loopbacks": ["10.255.0.1"],`}, []string{
		"r1 [10.255.0.2 fd00:ffff::1]", "r10 [10.255.0.1]", "r2 [10.255.0.3 fd00:ffff::2]",
	}},
	{"prefixes of loopbacks in the way", []string{`"r2": {}`, `"r2": { "interfaces": { "x": { "addresses": ["10.255.0.9/24", "fd00:ffff::9/64"], "tun": { "name": "x" } } } }`}, []string{
		"r1 [10.255.1.0 fd00:ffff:0:1::1]", "r2 [10.255.1.1 fd00:ffff:0:1::2]", "r10 [10.255.1.2 fd00:ffff:0:1::3]",
		"  x [10.255.0.9/24 fd00:ffff::9/64] tun [] routes []", third,
	}},
	{"a prefix in the way", []string{`"r2": {}`, `"r2": { "interfaces": { "x": { "addresses": ["10.0.1.9/24", "fd00:0:0:2::9/64"], "tun": { "name": "x" } } } }`}, []string{
		"  r2 [10.0.2.0/31 fd00:0:0:1::/127]", "  r2 [10.0.3.1/31 fd00:0:0:3::1/127]",
		"  r1 [10.0.2.1/31 fd00:0:0:1::1/127]", "  r10 [10.0.3.0/31 fd00:0:0:3::/127]",
		"  x [10.0.1.9/24 fd00:0:0:2::9/64] tun [] routes []", third,
	}},
	{"a prefix of the kernel's side in the way", []string{`"r2": {}`, `"r2": { "interfaces": { "x": { "addresses": ["192.0.2.1/24"], "tun": { "name": "x", "addresses": ["10.0.1.9/24"] } } } }`}, []string{
		"  r2 [10.0.2.0/31 fd00:0:0:1::/127]", "  r2 [10.0.3.1/31 fd00:0:0:2::1/127]",
		"  r1 [10.0.2.1/31 fd00:0:0:1::1/127]", "  r10 [10.0.3.0/31 fd00:0:0:2::/127]",
		"  x [192.0.2.1/24] tun [10.0.1.9/24] routes []", third,
	}},
	{"a wide prefix in the way", []string{`"r2": {}`, `"r2": { "interfaces": { "x": { "addresses": ["10.0.0.9/9", "fd00::9/33"], "tun": { "name": "x" } } } }`}, nil},
	{"a prefix of half the room in the way", []string{`"r2": {}`, `"r2": { "interfaces": { "x": { "addresses": ["10.0.0.9/10", "fd00::9/18"], "tun": { "name": "x" } } } }`}, []string{
		"  r2 [10.64.0.0/31 fd00:4000::/127]", "  r2 [10.64.1.1/31 fd00:4000:0:1::1/127]",
		"  r1 [10.64.0.1/31 fd00:4000::1/127]", "  r10 [10.64.1.0/31 fd00:4000:0:1::/127]",
		"  x [10.0.0.9/10 fd00::9/18] tun [] routes []", third,
	}},
	{"addresses in the way", []string{`"r2": {}`, `"r2": { "loopbacks": ["10.0.2.1", "fd00:0:0:1::"] }`}, []string{
		"  r2 [10.0.1.0/31 fd00:0:0:2::/127]", "  r2 [10.0.3.1/31 fd00:0:0:3::1/127]", "r2 [10.0.2.1 fd00:0:0:1::]",
		"  r1 [10.0.1.1/31 fd00:0:0:2::1/127]", "  r10 [10.0.3.0/31 fd00:0:0:3::/127]",
	}},
	{"a TUN with addresses", []string{`"left": {`, `"left": { "addresses": ["192.0.2.1/24"],`}, []string{"  left [192.0.2.1/24] tun [] routes []"}},
	{"a TUN with routes", []string{`"client",`, `"client", "routes": ["10.0.0.0/8"],`}, []string{
		"  left [10.128.1.0/31 fd00:8000:0:1::/127] tun [10.128.1.1/31 fd00:8000:0:1::1/127] routes [10.0.0.0/8]",
	}},
	{"a TUN with no routes", []string{`"client",`, `"client", "routes": [],`}, []string{
		"  left [10.128.1.0/31 fd00:8000:0:1::/127] tun [10.128.1.1/31 fd00:8000:0:1::1/127] routes []",
	}},
	{"a TUN where the machine has its own default", []string{`"netns": "client", `, ``}, []string{
		"  left [10.128.1.0/31 fd00:8000:0:1::/127] tun [10.128.1.1/31 fd00:8000:0:1::1/127] routes [10.0.0.0/8 fd00::/16]",
	}},
	{"two TUNs in one namespace", []string{`"server", "name": "tun0"`, `"/run/netns/client", "name": "tun1"`}, []string{
		"  right [10.128.2.0/31 fd00:8000:0:2::/127] tun [10.128.2.1/31 fd00:8000:0:2::1/127] routes []",
	}},
	{"two TUNs in one namespace, one with its routes", []string{`"server", "name": "tun0"`, `"client", "name": "tun1", "routes": ["0.0.0.0/0"]`}, []string{
		"  left [10.128.1.0/31 fd00:8000:0:1::/127] tun [10.128.1.1/31 fd00:8000:0:1::1/127] routes [::/0]",
		"  right [10.128.2.0/31 fd00:8000:0:2::/127] tun [10.128.2.1/31 fd00:8000:0:2::1/127] routes [0.0.0.0/0]",
	}},
}

// TestAddressingAround changes what is written, and wants the rest numbered as
// it was, but for what is in the way.
func TestAddressingAround(t *testing.T) {
	whole := strings.Split(numbers(t, numbered), "\n")
	for _, test := range around {
		t.Run(test.name, func(t *testing.T) {
			text := edited{"", test.edits, nil}.of(t, numbered)
			if test.want == nil {
				if got := complaints(t, text); len(got) != 1 || !strings.Contains(got[0], "addressing.v4: 10.0.0.0/8 has no room for the network") {
					t.Errorf("got %q", got)
				}
				return
			}
			var got []string
			for _, line := range strings.Split(numbers(t, text), "\n") {
				if !slices.Contains(whole, line) {
					got = append(got, line)
				}
			}
			if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(test.want))) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// nth is a number of a part of a prefix, and what it is; nothing where there is none.
type nth struct {
	n    uint64
	want string
}

// parts are the first, the last and the one after the last number of each part of prefixes of all sizes.
var parts = []struct {
	prefix                 string
	links, tuns, loopbacks []nth
}{
	{"10.0.0.0/8",
		[]nth{{1, "10.0.1.0/31"}, {256, "10.1.0.0/31"}, {32767, "10.127.255.0/31"}, {32768, "10.0.0.0/31"}, {32769, "10.0.1.2/31"}, {32768 * 128, "10.0.0.254/31"}, {32768*128 + 1, ""}},
		[]nth{{1, "10.128.1.0/31"}, {16383, "10.191.255.0/31"}, {16384, "10.128.0.0/31"}, {16384*128 + 1, ""}},
		[]nth{{1, "10.255.0.1/32"}, {256, "10.255.1.0/32"}, {65534, "10.255.255.254/32"}, {65535, ""}}},
	{"10.7.0.0/16",
		[]nth{{1, "10.7.1.0/31"}, {127, "10.7.127.0/31"}, {128, "10.7.0.0/31"}, {129, "10.7.1.2/31"}, {128 * 128, "10.7.0.254/31"}, {128*128 + 1, ""}},
		[]nth{{1, "10.7.129.0/31"}, {64, "10.7.128.0/31"}, {64*128 + 1, ""}},
		[]nth{{1, "10.7.192.1/32"}, {1<<14 - 2, "10.7.255.254/32"}, {1<<14 - 1, ""}}},
	{"10.7.7.0/24",
		[]nth{{1, "10.7.7.0/31"}, {2, "10.7.7.2/31"}, {64, "10.7.7.126/31"}, {65, ""}},
		[]nth{{1, "10.7.7.128/31"}, {32, "10.7.7.190/31"}, {33, ""}},
		[]nth{{1, "10.7.7.193/32"}, {62, "10.7.7.254/32"}, {63, ""}}},
	{"10.7.7.16/28",
		[]nth{{1, "10.7.7.16/31"}, {4, "10.7.7.22/31"}, {5, ""}},
		[]nth{{1, "10.7.7.24/31"}, {2, "10.7.7.26/31"}, {3, ""}},
		[]nth{{1, "10.7.7.29/32"}, {2, "10.7.7.30/32"}, {3, ""}}},
	{"fd00::/16",
		[]nth{{1, "fd00:0:0:1::/127"}, {10, "fd00:0:0:a::/127"}, {65536, "fd00:0:1::/127"}},
		[]nth{{1, "fd00:8000:0:1::/127"}},
		[]nth{{1, "fd00:ffff::1/128"}, {1000, "fd00:ffff::3e8/128"}}},
	{"2001:db8::/48",
		[]nth{{1, "2001:db8:0:1::/127"}, {32767, "2001:db8:0:7fff::/127"}, {32768, "2001:db8::/127"}, {32769, "2001:db8:0:1::2/127"}},
		[]nth{{1, "2001:db8:0:8001::/127"}},
		[]nth{{1, "2001:db8:0:ffff::1/128"}}},
	{"2001:db8::/64",
		[]nth{{1, "2001:db8::/127"}, {2, "2001:db8::2/127"}},
		[]nth{{1, "2001:db8:0:0:8000::/127"}},
		[]nth{{1, "2001:db8::c000:0:0:1/128"}}},
	{"2001:db8::/124",
		[]nth{{1, "2001:db8::/127"}, {4, "2001:db8::6/127"}, {5, ""}},
		[]nth{{1, "2001:db8::8/127"}, {2, "2001:db8::a/127"}, {3, ""}},
		[]nth{{1, "2001:db8::d/128"}, {2, "2001:db8::e/128"}, {3, ""}}},
}

// TestRegions wants all numbers of each part within it, and none beyond.
func TestRegions(t *testing.T) {
	for _, test := range parts {
		links, tuns, loopbacks := regions(netip.MustParsePrefix(test.prefix))
		for _, part := range []struct {
			name string
			at   func(uint64) (netip.Prefix, bool)
			rows []nth
		}{{"link", links.pair, test.links}, {"TUN", tuns.pair, test.tuns}, {"loopback", loopbacks.single, test.loopbacks}} {
			for _, row := range part.rows {
				got := ""
				if p, ok := part.at(row.n); ok {
					got = p.String()
				}
				if got != row.want {
					t.Errorf("%s: %s %d is %q, want %q", test.prefix, part.name, row.n, got, row.want)
				}
			}
		}
	}
}

// TestNatural wants names in the order in which people count.
func TestNatural(t *testing.T) {
	want := []string{"R1", "a", "a1", "a01b", "a1c", "a2", "a10", "a10.2", "a10.10", "b", "r1-9", "r1-10", "r2", "r99999999999999999999", "r100000000000000000000", "rr"}
	got := slices.Clone(want)
	slices.Reverse(got)
	if slices.SortFunc(got, natural); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if natural("r01", "r1") != 0 || natural("r1", "r01") != 0 {
		t.Error("r01 and r1 are not the same number")
	}
}
