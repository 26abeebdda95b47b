package link

import (
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// queue is packets that wait, and the one that is being sent.
type queue struct {
	head, tail      *Parcel
	packets, octets int
	sending         *Parcel
	// leaves is when sending will have left, and departure the number of that event.
	leaves    time.Duration
	departure uint64
	// scheduled: there is an event for leaves, which may stand too early.
	scheduled bool
	// clock is the latest moment that the queue has seen.
	clock time.Duration
	red   red
	codel codel
}

// offer gives the queue a packet at now, and says whether it refuses it.
func (d *Direction) offer(p *wire.Packet, hops int, now time.Duration, f *fate) (refused bool) {
	d.advance(now)
	d.clock = max(d.clock, now)
	now = d.clock
	q := &d.behavior.Queue
	verdict := pass
	if q.Discipline == DisciplineRED {
		verdict = d.red.judge(q, d.octets, d.sending == nil, now, &d.pace)
	}
	switch {
	case d.sending != nil && d.full(q, len(p.Data), now):
		d.Counters.Dropped[drop.QueueFull] += uint64(p.WireCount())
		return true
	case verdict == discard, verdict == early && !(q.ECN && capable(p.Data)):
		d.Counters.Dropped[drop.QueueEarly] += uint64(p.WireCount())
		return true
	}
	parcel := d.take(p, hops, f)
	if parcel == nil {
		return false
	}
	if verdict == early {
		d.mark(parcel)
	}
	parcel.sent = now
	d.enqueue(parcel)
	if d.sending == nil {
		d.serve(now)
	}
	return false
}

// full says whether a packet of n octets has no room in the queue.
func (d *Direction) full(q *Queue, n int, now time.Duration) bool {
	if q.Packets|q.Octets == 0 && q.Time == 0 {
		return d.packets >= 1000
	}
	return q.Packets > 0 && d.packets >= q.Packets ||
		q.Octets > 0 && d.octets+n > q.Octets ||
		q.Time > 0 && later(d.leaves-now, d.wait(now, d.octets, d.packets)) > q.Time
}

func (d *Direction) enqueue(p *Parcel) {
	if d.tail == nil {
		d.head = p
	} else {
		d.tail.next = p
	}
	d.tail = p
	d.packets++
	d.octets += len(p.Packet.Data)
}

func (d *Direction) dequeue() *Parcel {
	p := d.head
	if p == nil {
		return nil
	}
	if d.head = p.next; d.head == nil {
		d.tail = nil
	}
	p.next = nil
	d.packets--
	d.octets -= len(p.Packet.Data)
	return p
}

// depart sends the packet that is being sent on its way, and begins with the next.
func (d *Direction) depart() {
	p, now := d.sending, d.leaves
	d.sending, d.departure, d.clock = nil, 0, max(d.clock, now)
	d.leave(p, now)
	d.serve(now)
}

// serve begins to send what waits, at now, when nothing is being sent.
func (d *Direction) serve(now time.Duration) {
	for {
		p := d.head
		if d.behavior.Queue.Discipline == DisciplineCoDel {
			p = d.codelDequeue(now)
		} else {
			d.dequeue()
		}
		if p == nil {
			d.red.idle = now
			return
		}
		if at := d.finish(now, len(p.Packet.Data)); at > now {
			d.sending, d.leaves, d.departure = p, at, d.wires.begin()
			d.schedule()
			return
		}
		d.leave(p, now)
	}
}

// schedule sees to it that there is an event for leaves.
func (d *Direction) schedule() {
	if !d.scheduled && d.leaves < forever {
		d.scheduled = true
		d.wires.events.push(event{d.leaves, d.departure, d, nil})
	}
}

// mark tells a packet of congestion, if its flow is ECN-capable, and says so.
func (d *Direction) mark(p *Parcel) bool {
	if !capable(p.Packet.Data) {
		return false
	}
	if congest(p.Packet.Data) {
		d.Counters.Marked += p.count
	}
	return true
}
