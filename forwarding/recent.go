package forwarding

import (
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
	edition    uint64 // of its answers
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

// The numbers of places where nobody says: enough for a laboratory's hosts, or, where
// the table is too large for the processor's cache, for all that is on its way.
const (
	fewPlaces  = 1 << 10
	manyPlaces = 1 << 14
	largeTable = 4096 // routes
)

// places is how many addresses the router remembers.
func (r *Router) places() int {
	switch {
	case r.Places > 0:
		return 1 << (bits.Len(uint(r.Places)) - 1)
	case r.table.routes() > largeTable:
		return manyPlaces
	}
	return fewPlaces
}

// begin forgets all, and keeps the memory if it is as much as wanted.
func (r *recent) begin(places int) {
	if len(r.ways) == places {
		clear(r.ways)
		clear(r.senders)
		return
	}
	r.shift = uint8(64 - bits.TrailingZeros(uint(places)))
	r.ways, r.senders = make([]place[*hop], places), make([]place[drop.Reason], places)
}

// begin forgets what the table said, and whose turn it is.
func (r *Router) begin() {
	r.recent.begin(r.places())
	r.recent.generation, r.recent.edition = r.generation, r.table.edition
	r.turns.taken = nil
	if t := r.table; t.settings.Multipath.Hash == HashPerPacket {
		r.turns.taken = make([]uint32, t.groups)
	}
}

// route is Table.Route, by what the router remembers where it can.
func (r *Router) route(p *wire.Packet, in int) Verdict {
	if r.recent.ways == nil || r.recent.generation != r.generation || r.recent.edition != r.table.edition {
		r.begin()
	}
	src, dst := p.AddressHashes()
	way := &r.recent.ways[dst>>r.recent.shift]
	if way.address != p.Dst {
		way.address, way.value = p.Dst, r.table.lookup(p.Dst)
	}
	sender := &r.recent.senders[src>>r.recent.shift]
	if sender.address != p.Src {
		sender.address, sender.value = p.Src, r.table.sender(p.Src)
	}
	return r.table.route(p, in, way.value, sender.value, &r.turns)
}
