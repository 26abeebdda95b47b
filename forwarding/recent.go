package forwarding

import (
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
	src, dst := p.AddressHashes()
	way := &r.recent.ways[dst>>r.recent.shift]
	if way.address != p.Dst {
		way.address, way.value = p.Dst, r.table.way(p.Dst)
	}
	sender := &r.recent.senders[src>>r.recent.shift]
	if sender.address != p.Src {
		sender.address, sender.value = p.Src, r.table.sender(p.Src)
	}
	return r.table.route(p, in, way.value, sender.value)
}
