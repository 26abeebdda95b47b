package link

import (
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Wires is all packets that are on their way on the links of one owner, in one
// queue of events. It has no lock. What happens at one moment happens in the order in
// which it was begun, so that the same seeds and packets give the same traffic.
type Wires struct{ _ int }

// Parcel is a packet on its way, in a buffer of its own size.
type Parcel struct {
	// Packet is as it was sent, but for what happened on the way. It is not parsed.
	Packet wire.Packet
	// At is when it arrives.
	At time.Duration
	// Hops is what Send was told.
	Hops int
	// Direction is what it came by.
	Direction *Direction
}

// Direction is one direction of a link, and all that it remembers.
type Direction struct {
	// Tag is the owner's, to know it by.
	Tag any
	// Counters are the owner's to read between two calls.
	Counters Counters
}

// Counters count datagrams as they are on the wire. Each one sent arrives, is on its
// way, or was dropped; those that were duplicated arrive once more:
//
//	Sent + Duplicated = Arrived + sum of Dropped + OnWay
type Counters struct {
	Sent, Arrived, OnWay uint64
	// Duplicated is the copies that were made.
	Duplicated uint64
	// Reordered is those that overtook by Reorder.
	Reordered uint64
	// Corrupted is those whose bits were changed.
	Corrupted uint64
	// Marked is those that a queue marked (RFC 3168).
	Marked uint64
	// Dropped is the others, by reason: drop.LinkLoss, drop.LinkCut, drop.QueueFull,
	// drop.QueueEarly, drop.LinkFull.
	Dropped [drop.NumReasons]uint64
}

// NewWires returns wires whose packets take at most limit octets of memory, in
// pieces that grow returns and that stay the wires'. Beyond, packets are dropped: drop.LinkFull.
func NewWires(limit int, grow func(octets int) ([]byte, error)) *Wires { panic("not yet") }

// NewDirection returns a direction whose chances come from seed.
func (w *Wires) NewDirection(seed uint64, b Behavior) *Direction { panic("not yet") }

// Set changes the behavior, at now: not what is on its way already, but for Down,
// and for Rate, which holds for what waits too. Slices and Trace stay the caller's and do not change.
// Parts that are as before go on as if nothing had been said.
func (d *Direction) Set(b Behavior, now time.Duration) { panic("not yet") }

// Behavior is what was set last.
func (d *Direction) Behavior() Behavior { panic("not yet") }

// Instant says that packets cross at once, and nothing can happen to them: they need not be
// sent by Send.
func (d *Direction) Instant() bool { panic("not yet") }

// Send takes a parsed packet that leaves at now. Its bytes are read until Send returns
// and stay the caller's. A super-packet is sent as its segments unless nothing but
// Delay is set; a checksum that is still to be completed is completed if bits are to be changed or counted.
func (d *Direction) Send(p *wire.Packet, hops int, now time.Duration) { panic("not yet") }

// Cut drops all that is on its way.
func (d *Direction) Cut() { panic("not yet") }

// Next is when the next thing happens; false: nothing will.
func (w *Wires) Next() (at time.Duration, ok bool) { panic("not yet") }

// Arrive does what is due by now, in order, up to the next arrival, which it returns;
// nil: nothing more is due. The parcel is the caller's until Free.
func (w *Wires) Arrive(now time.Duration) *Parcel { panic("not yet") }

// Copy returns a parcel with a copy of the packet, words and GSO facts included, that is on
// no direction: room for what must outlive its buffer. nil: the memory is full.
func (w *Wires) Copy(p *wire.Packet) *Parcel { panic("not yet") }

// Free gives back what Arrive or Copy returned.
func (w *Wires) Free(p *Parcel) { panic("not yet") }

// Trace is a list of moments at which a packet may leave, over and over.
type Trace struct {
	// Departures are in order, each with room for Octets.
	Departures []time.Duration
	// Octets is how much leaves at each: 1500 in mahimahi's.
	Octets int
	// Period is after how long the list begins again.
	Period time.Duration
}
