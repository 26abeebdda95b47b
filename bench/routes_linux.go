package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"

	"github.com/icmprouter/icmprouter/bench/lab"
)

// probes is how many destinations are sent to, of all routes.
const probes = 4000

// lengths are the prefix lengths of routes in IPv4, as often as one meets them.
var lengths = []int{24, 24, 24, 24, 24, 24, 23, 22, 22, 20, 19, 16}

// world returns n different prefixes, one in five IPv6, always the same, and
// IPv4 addresses that they hold.
func world(n int) (prefixes []netip.Prefix, to []netip.Addr) {
	random := rand.New(rand.NewPCG(1812, 4443))
	seen := make(map[netip.Prefix]bool, n)
	for len(prefixes) < n {
		p := prefixV4(random)
		if len(prefixes)%5 == 4 {
			p = prefixV6(random)
		}
		if seen[p] {
			continue
		}
		seen[p] = true
		prefixes = append(prefixes, p)
	}
	for len(to) < probes {
		if p := prefixes[random.IntN(n)]; p.Addr().Is4() {
			raw := p.Addr().As4()
			raw[3] |= byte(1 + random.IntN(254))
			to = append(to, netip.AddrFrom4(raw))
		}
	}
	return prefixes, to
}

// prefixV4 is a prefix within the first of lab.World, and prefixV6 within the second.
func prefixV4(random *rand.Rand) netip.Prefix {
	raw := lab.World[0].Addr().As4()
	bits := random.Uint32()
	raw[0] |= byte(bits>>24) & 0x0f
	raw[1], raw[2] = byte(bits>>16), byte(bits>>8)
	return netip.PrefixFrom(netip.AddrFrom4(raw), lengths[random.IntN(len(lengths))]).Masked()
}

func prefixV6(random *rand.Rand) netip.Prefix {
	raw := lab.World[1].Addr().As16()
	bits := random.Uint64()
	raw[1] |= byte(bits>>56) & 0x0f
	for i := range 5 {
		raw[2+i] = byte(bits >> (8 * i))
	}
	return netip.PrefixFrom(netip.AddrFrom16(raw), 32+random.IntN(5)*4).Masked()
}

// writeRoutes writes a file of routes as the router reads it.
func writeRoutes(path string, prefixes []netip.Prefix) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	for _, p := range prefixes {
		via := lab.ServerV4
		if p.Addr().Is6() {
			via = lab.ServerV6
		}
		fmt.Fprintln(w, p, "via", via)
	}
	return w.Flush()
}
