package link

import (
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Direction is one direction of a link, and all that it remembers.
type Direction struct {
	// Tag is the owner's, to know it by.
	Tag any
	// Counters are the owner's to read between two calls.
	Counters Counters

	wires    *Wires
	behavior Behavior
	// instant: a packet crosses at once, if none is on its way. whole: a super-packet stays one.
	instant, whole bool
	chances        chances
	pace
	queue
	// first and last are the line of those on their way in the order of their arrival: the
	// first alone is among the events.
	first, last *Parcel
	// latest is when the latest of those arrives that keep the order, and left when it left.
	latest, left time.Duration
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

// NewDirection returns a direction whose chances come from seed.
func (w *Wires) NewDirection(seed uint64, b Behavior) *Direction {
	d := &Direction{wires: w, latest: long, left: long}
	d.chances.begin(seed)
	d.red.seed(seed, "red", 0)
	d.until, d.clock = long, long
	d.Set(b, 0)
	return d
}

// Set changes the behavior, at now: not what is on its way already, but for Down,
// and for Rate and Trace, which hold for what waits too; what is being sent finishes as begun. Slices and Trace stay the caller's and do not change.
// Parts that are as before go on as if nothing had been said.
func (d *Direction) Set(b Behavior, now time.Duration) {
	d.advance(now)
	now = max(now, d.clock)
	old := d.behavior
	d.behavior = b
	d.chances.set(&old, &b)
	if b.Rate != old.Rate {
		d.pace.set(b.Rate, now)
	}
	if !b.Trace.same(old.Trace) {
		d.follow(b.Trace, now)
	}
	if b.Queue.Discipline != old.Queue.Discipline {
		d.codel, d.red.avg, d.red.count, d.red.idle = codel{}, 0, -1, now
	}
	chancy := len(b.Loss) > 0 || d.chances.duplicate.on || d.chances.reorder.on || d.chances.corrupt.on
	d.whole = d.steady() && !chancy
	d.instant = d.whole && !b.Down && b.Delay.Mean <= 0 && b.Delay.Jitter == 0
	if b.Down {
		d.Cut()
	}
	if d.sending != nil && d.leaves == forever {
		d.stop(now)
		d.leaves, d.departure = d.finish(now, len(d.sending.Packet.Data)), d.wires.begin()
		d.schedule()
	}
}

// Instant says that packets cross at once, and nothing can happen to them: they need not be
// sent by Send. It may become true by itself when the last packet of before has arrived, and is
// false again by Set alone.
func (d *Direction) Instant() bool { return d.instant && d.Counters.OnWay == 0 }

// Send takes a parsed packet that leaves at now. Its bytes are read until Send returns
// and stay the caller's. A super-packet is sent as its segments unless nothing but
// Delay is set; a checksum that is still to be completed is completed if bits are to be changed.
//
// now may be before the time of the last call: an Arrive that is late returns what has arrived since. What
// depends on the order, as a queue, takes such a packet as the last that came.
//
// It says whether the queue refused the packet, or one of its segments.
func (d *Direction) Send(p *wire.Packet, hops int, now time.Duration) (refused bool) {
	if d.whole || p.GSO.Size == 0 {
		return d.send(p, hops, now)
	}
	for segments := p.Segments(); segments.More(); {
		segments.Next(&d.wires.segment)
		refused = d.send(&d.wires.segment, hops, now) || refused
	}
	return refused
}

func (d *Direction) send(p *wire.Packet, hops int, now time.Duration) (refused bool) {
	count := uint64(p.WireCount())
	d.Counters.Sent += count
	f := d.chances.decide(&d.behavior, p)
	switch {
	case d.behavior.Down:
		d.Counters.Dropped[drop.LinkCut] += count
	case f.lost:
		d.Counters.Dropped[drop.LinkLoss] += count
	case d.sending != nil || !d.steady():
		return d.offer(p, hops, now, &f)
	default:
		if parcel := d.take(p, hops, &f); parcel != nil {
			d.leave(parcel, now)
		}
	}
	return false
}

// take makes a parcel of a packet, that is on its way from now on, or counts that there is no room.
func (d *Direction) take(p *wire.Packet, hops int, f *fate) *Parcel {
	count := uint64(p.WireCount())
	parcel := d.wires.copy(p)
	if parcel == nil {
		d.Counters.Dropped[drop.LinkFull] += count
		return nil
	}
	parcel.Hops, parcel.Direction, parcel.count, parcel.fate = hops, d, count, *f
	d.Counters.OnWay += count
	return parcel
}

// discard drops what is on its way.
func (d *Direction) discard(p *Parcel, reason drop.Reason) {
	d.Counters.OnWay -= p.count
	d.Counters.Dropped[reason] += p.count
	d.wires.store.give(p)
}

// leave is what happens behind the queue, at now.
func (d *Direction) leave(p *Parcel, now time.Duration) {
	f := &p.fate
	if f.corrupted && f.corrupt(&p.Packet) {
		d.Counters.Corrupted += p.count
	}
	if f.reordered {
		d.Counters.Reordered += p.count
	}
	var twin *Parcel
	if f.duplicated {
		d.Counters.Duplicated += p.count
		twin = d.take(&p.Packet, p.Hops, f)
	}
	d.travel(p, now, f.delay)
	if twin != nil {
		d.travel(twin, now, f.copyDelay)
	}
}

// travel lets a packet arrive after delay. Those that must not overtake
// do not, but for one that left before them and that nobody had told of.
func (d *Direction) travel(p *Parcel, now, delay time.Duration) {
	p.At = later(now, delay)
	if !p.fate.overtaking && now >= d.left {
		p.At = max(p.At, d.latest)
		d.latest, d.left = p.At, now
	}
	p.sequence = d.wires.begin()
	p.next, p.ordered = nil, d.last == nil || p.At >= d.last.At
	if !p.ordered {
		d.wires.events.push(event{p.At, p.sequence, d, p})
		return
	}
	if d.last == nil {
		d.first = p
		d.wires.events.push(event{p.At, p.sequence, d, p})
	} else {
		d.last.next = p
	}
	d.last = p
}

// advance has all packets depart that do so by now.
func (d *Direction) advance(now time.Duration) {
	for d.sending != nil && d.leaves <= now {
		d.depart()
	}
}

// Cut drops all that is on its way.
func (d *Direction) Cut() {
	if d.Counters.OnWay == 0 {
		return
	}
	lost := func(p *Parcel) {
		if !p.ordered {
			d.discard(p, drop.LinkCut)
		}
	}
	d.wires.events.forget(d, lost)
	for d.first != nil {
		p := d.first
		d.first = p.next
		d.discard(p, drop.LinkCut)
	}
	for p := d.dequeue(); p != nil; p = d.dequeue() {
		d.discard(p, drop.LinkCut)
	}
	if d.sending != nil {
		d.discard(d.sending, drop.LinkCut)
		d.stop(d.clock)
	}
	d.last, d.sending, d.departure, d.scheduled = nil, nil, 0, false
	d.latest, d.left = long, long
}
