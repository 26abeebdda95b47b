package forwarding

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// recent remembers what the table said of the addresses of late packets: most
// packets are of few flows, and a large table is far away in memory. It is of
// one router, as large whatever comes, and never holds what the table would not
// say again: with a new table, it begins anew.
type recent struct {
	generation uint64 // of the table
	shift      uint8  // leaves as many bits of a hash as number the places
	ways       []place[*hop]
	senders    []place[drop.Reason]
}

// place holds the last of all addresses that share it. No packet has the address
// of an empty one.
type place[V any] struct {
	address netip.Addr
	value   V
}

// The numbers of places, as powers of two: enough for a laboratory's hosts, or, where
// the table is too large for the processor's cache, for all that is on its way.
const (
	fewPlaces  = 10
	manyPlaces = 14
	largeTable = 4096 // routes
)

// slot spreads addresses that differ in any part over the places.
func (r *recent) slot(address netip.Addr) uint64 {
	b := address.As16()
	high, low := binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])
	return (high ^ bits.RotateLeft64(low, 32)) * 0x9e3779b97f4a7c15 >> r.shift
}

// begin forgets all.
func (r *recent) begin(generation uint64, routes int) {
	places := fewPlaces
	if routes > largeTable {
		places = manyPlaces
	}
	*r = recent{
		generation: generation, shift: uint8(64 - places),
		ways: make([]place[*hop], 1<<places), senders: make([]place[drop.Reason], 1<<places),
	}
}

// route is Table.Route, by what the router remembers where it can.
func (r *Router) route(p *wire.Packet, in int) Verdict {
	if r.recent.ways == nil || r.recent.generation != r.generation {
		r.recent.begin(r.generation, r.table.fib.Size())
	}
	way := &r.recent.ways[r.recent.slot(p.Dst)]
	if way.address != p.Dst {
		way.address, way.value = p.Dst, r.table.way(p.Dst)
	}
	sender := &r.recent.senders[r.recent.slot(p.Src)]
	if sender.address != p.Src {
		sender.address, sender.value = p.Src, r.table.sender(p.Src)
	}
	return r.table.route(p, in, way.value, sender.value)
}
