package link

import (
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// Wires is all packets that are on their way on the links of one owner, in one
// queue of events. It has no lock. What happens at one moment happens in the order in
// which it was begun, so that the same seeds and packets give the same traffic.
type Wires struct {
	store    store
	events   events
	sequence uint64
	// segment is one of a super-packet, while its fate is decided.
	segment wire.Packet
}

// Parcel is a packet on its way, in a buffer of its own size.
type Parcel struct {
	// Packet is as it was sent, but for what happened on the way. It is not parsed.
	Packet wire.Packet
	// At is when it arrives.
	At time.Duration
	// Hops is what Send was told.
	Hops int
	// Direction is what it came by. nil: it came by none, but waited.
	Direction *Direction
	// Tag is what Wait was told.
	Tag any

	fate     fate
	next     *Parcel // in the queue, behind it on the way, or free
	sequence uint64
	sent     time.Duration // when the queue took it
	count    uint64        // as Packet.WireCount
	chunk    *chunk
	slot     uint16
	ordered  bool // in the line of its direction
}

// NewWires returns wires whose packets take at most limit octets of memory, in
// pieces that grow returns and that stay the wires'. Beyond, packets are dropped: drop.LinkFull.
// The pieces are multiples of 132 KiB: with a lower limit, nothing is ever on its way. What is
// noted of each packet comes on top, some 350 octets.
func NewWires(limit int, grow func(octets int) ([]byte, error)) *Wires {
	w := &Wires{store: store{limit: limit, grow: grow}}
	w.segment.Attach(make([]byte, wire.BufferSize))
	return w
}

// Next is when the next thing happens; false: nothing will.
func (w *Wires) Next() (at time.Duration, ok bool) {
	for len(w.events) > 0 {
		first := &w.events[0]
		if first.parcel != nil || first.sequence == first.d.departure {
			return first.at, true
		}
		w.amend()
	}
	return 0, false
}

// amend puts the first event, a departure that stands too early, where it belongs.
func (w *Wires) amend() {
	e := w.events[0]
	if e.d.sending == nil || e.d.leaves == forever {
		e.d.scheduled = false
		w.events.pop()
		return
	}
	e.at, e.sequence = e.d.leaves, e.d.departure
	w.events.replace(e)
}

// Arrive does what is due by now, in order, up to the next arrival, which it returns;
// nil: nothing more is due. The parcel is the caller's until Free.
func (w *Wires) Arrive(now time.Duration) *Parcel {
	for len(w.events) > 0 && w.events[0].at <= now {
		e := w.events[0]
		switch {
		case e.parcel != nil:
			w.arrive(e)
			return e.parcel
		case e.sequence == e.d.departure:
			e.d.depart()
		default:
			w.amend()
		}
	}
	return nil
}

// arrive takes the first event, an arrival, away.
func (w *Wires) arrive(e event) {
	p, d := e.parcel, e.d
	if p.ordered && p.next != nil {
		d.first = p.next
		w.events.replace(event{d.first.At, d.first.sequence, d, d.first})
	} else {
		w.events.pop()
		if p.ordered {
			d.first, d.last = nil, nil
		}
	}
	p.next = nil
	if d != nil {
		d.Counters.Arrived += p.count
		d.Counters.OnWay -= p.count
	}
}

// Wait has Arrive return a copy of a packet at some time, that is on no direction: its owner
// knows it by the tag. It says whether there was room. p is read until Wait returns.
func (w *Wires) Wait(p *wire.Packet, hops int, at time.Duration, tag any) bool {
	c := w.copy(p)
	if c == nil {
		return false
	}
	c.At, c.Hops, c.Direction, c.Tag, c.next, c.ordered = at, hops, nil, tag, nil, false
	w.events.push(event{at, w.begin(), nil, c})
	return true
}

// Copy returns a parcel with a copy of the packet, words and GSO facts included, that is on
// no direction: room for what must outlive its buffer. nil: the memory is full.
func (w *Wires) Copy(p *wire.Packet) *Parcel {
	c := w.copy(p)
	if c != nil {
		c.Packet.Parse()
		c.At, c.Hops, c.Direction, c.Tag = 0, 0, nil, nil
	}
	return c
}

// copy is Copy without the words.
func (w *Wires) copy(p *wire.Packet) *Parcel {
	c := w.store.take(len(p.Data))
	if c != nil {
		c.Packet.SetLen(len(p.Data))
		copy(c.Packet.Data, p.Data)
		c.Packet.GSO = p.GSO
	}
	return c
}

// Free gives back what Arrive or Copy returned.
func (w *Wires) Free(p *Parcel) { w.store.give(p) }

// begin is the next number of the order in which things are begun.
func (w *Wires) begin() uint64 {
	w.sequence++
	return w.sequence
}
