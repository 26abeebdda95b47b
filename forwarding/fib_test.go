package forwarding_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// naiveFIB is a list of prefixes: the longest that covers an address wins.
type naiveFIB []naiveRoute

type naiveRoute struct {
	prefix netip.Prefix
	want   forwarding.Verdict
}

func (fib naiveFIB) lookup(dst netip.Addr) forwarding.Verdict {
	best, found := naiveRoute{want: forwarding.Verdict{Reason: drop.NoRoute}}, false
	for _, route := range fib {
		if route.prefix.Contains(dst) && (!found || route.prefix.Bits() > best.prefix.Bits()) {
			best, found = route, true
		}
	}
	return best.want
}

// randomAddress is inside 20/8 or 2a00::/8, dense enough that prefixes nest.
func randomAddress(r *rand.Rand, family int) netip.Addr {
	if family == 4 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], 20<<24|r.Uint32()&0x00ffffff&(r.Uint32()|0xff))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], 0x2a<<56|r.Uint64()&r.Uint64()&0x00ffffffffffffff)
	binary.BigEndian.PutUint64(b[8:], r.Uint64()&r.Uint64())
	return netip.AddrFrom16(b)
}

// near is an address that differs from the prefix's own in its last bits.
func near(r *rand.Rand, prefix netip.Prefix) netip.Addr {
	b := prefix.Addr().AsSlice()
	from := max(0, prefix.Bits()-2+r.IntN(8))
	for bit := from; bit < len(b)*8; bit++ {
		b[bit/8] ^= byte(r.IntN(2)) << (7 - bit%8)
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

func TestFIBAgainstNaive(t *testing.T) {
	vias := map[int][]string{4: {"10.1.0.2", "10.2.0.2"}, 6: {"fd00:1::2", "fd00:2::2"}}
	for _, family := range []int{4, 6} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, uint64(family)))
			var routes []forwarding.Route
			var naive naiveFIB
			known := map[netip.Prefix]bool{}
			for range 1 + r.IntN(300) {
				addr := randomAddress(r, family)
				prefix := netip.PrefixFrom(addr, 8+r.IntN(addr.BitLen()-7)).Masked()
				if known[prefix] {
					continue
				}
				known[prefix] = true
				route := forwarding.Route{To: prefix, Kind: forwarding.Kind(r.IntN(4))}
				want := forwarding.Verdict{Reason: []drop.Reason{0, drop.Blackhole, drop.Unreachable, drop.Prohibited}[route.Kind]}
				if route.Kind == forwarding.Unicast {
					link := r.IntN(2)
					route.Via = netip.MustParseAddr(vias[family][link])
					want = forwarding.Verdict{Action: forwarding.Forward, Link: link}
				}
				routes = append(routes, route)
				naive = append(naive, naiveRoute{prefix, want})
			}
			compareFIB(t, r, family, routes, naive)
		}
	}
}

func compareFIB(t *testing.T, r *rand.Rand, family int, routes []forwarding.Route, naive naiveFIB) {
	t.Helper()
	table, err := forwarding.NewTable(testLinks(family), routes, forwarding.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	source, _ := address(family, "hairpin")
	for range 500 {
		dst := randomAddress(r, family)
		if r.IntN(4) > 0 {
			dst = near(r, naive[r.IntN(len(naive))].prefix)
		}
		want := naive.lookup(dst)
		if got := table.Route(&wire.Packet{Src: source, Dst: dst, TTL: 64, DF: true}, 2); got != want {
			t.Fatalf("to %s: got %+v, wanted %+v", dst, got, want)
		}
	}
}
