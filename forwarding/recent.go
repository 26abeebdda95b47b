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
	ways       memo[*hop]
	senders    memo[drop.Reason]
}

// memo has one place for all addresses of the same slot: the last one has it.
// No packet has the address of an empty place.
type memo[V any] [1 << memoBits]struct {
	address netip.Addr
	value   V
}

const memoBits = 12

// slot spreads addresses that differ in any part over the places of a memo.
func slot(address netip.Addr) uint64 {
	b := address.As16()
	high, low := binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])
	return (high ^ bits.RotateLeft64(low, 32)) * 0x9e3779b97f4a7c15 >> (64 - memoBits)
}

// begin forgets all.
func (r *recent) begin(generation uint64) {
	clear(r.ways[:])
	clear(r.senders[:])
	r.generation = generation
}

// route is Table.Route, by what the router remembers where it can.
func (r *Router) route(p *wire.Packet, in int) Verdict {
	if r.recent.generation != r.generation {
		r.recent.begin(r.generation)
	}
	way := &r.recent.ways[slot(p.Dst)]
	if way.address != p.Dst {
		way.address, way.value = p.Dst, r.table.way(p.Dst)
	}
	sender := &r.recent.senders[slot(p.Src)]
	if sender.address != p.Src {
		sender.address, sender.value = p.Src, r.table.sender(p.Src)
	}
	return r.table.route(p, in, way.value, sender.value)
}
