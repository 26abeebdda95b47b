package network

import (
	"errors"
	"sync"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// seat is what one worker has of a node: a router of its own, and a lane to each link.
type seat struct {
	worker *worker
	router *forwarding.Router
	lanes  []lane
	shared *sync.Mutex // nil: the node has no other seat
}

// lane is what one worker has of a link: packets that wait for its device, or the
// lane at its other end, and counters.
type lane struct {
	seat    *seat
	port    *port
	peer    *lane // nil: packets are the device's
	packets []*wire.Packet
	// pooled says of each whether it is the pool's, and forwarded whether the router had received it so.
	pooled, forwarded []bool
	counts            counts
}

// counts are datagrams as they are on the wire; unread are reads that failed, and
// endless and full are drops between two nodes, by the reasons of those names.
type counts struct {
	received, sent, refused, unread uint64
	endless, full                   uint64
}

func (c *counts) add(o counts) {
	c.received += o.received
	c.sent += o.sent
	c.refused += o.refused
	c.unread += o.unread
	c.endless += o.endless
	c.full += o.full
}

// Buffer lends a packet to the router (forwarding.Output): after all that is
// queued was sent, if none is left.
func (s *seat) Buffer() *wire.Packet {
	if s.worker.pool.empty() {
		s.worker.flush()
	}
	return s.worker.pool.lend()
}

// Send queues a packet of the router until the batch is over, or has it cross to
// another node (forwarding.Output).
func (s *seat) Send(link int, p *wire.Packet) {
	l := &s.lanes[link]
	if l.peer != nil {
		s.worker.cross(l, p)
		return
	}
	if len(l.packets) == 0 {
		s.worker.queued = append(s.worker.queued, l)
	}
	l.packets = append(l.packets, p)
	l.pooled = append(l.pooled, s.worker.pool.sent(p))
	l.forwarded = append(l.forwarded, p == s.worker.entered)
}

// Free takes back what Buffer lent (forwarding.Output).
func (s *seat) Free(p *wire.Packet) { s.worker.pool.giveBack(p) }

// Later has a copy of a packet of the router wait (forwarding.Output).
func (s *seat) Later(link int, p *wire.Packet, delay time.Duration) {
	if w, l := s.worker, &s.lanes[link]; !w.wires.Wait(p, w.hops, w.at+delay, l.port) {
		l.counts.full++
	}
	s.Free(p)
}

// release sends what has waited: by the port of that name, if there is still one. If only the node of that name is left, it
// counts what it cannot send.
func (w *worker) release(parcel *link.Parcel) {
	p := parcel.Tag.(*port)
	for p.gone {
		if p.heir == nil {
			p.node.seats[w.index].router.Counters.Stranded++
			return
		}
		p = p.heir
	}
	parcel.Packet.Parse()
	w.at, w.hops = parcel.At, parcel.Hops
	p.laneOf(w).seat.Send(p.link, &parcel.Packet)
	w.cascade()
}

// Lock keeps other workers from what the seats of a node share (forwarding.Output).
// Fragments come and go under it only.
func (s *seat) Lock() {
	s.worker.held = true
	if s.shared != nil {
		s.shared.Lock()
	}
}

// Unlock ends Lock.
func (s *seat) Unlock() {
	if s.shared != nil {
		s.shared.Unlock()
	}
}

// flush writes what is queued, and takes back what the pool had lent for it.
func (w *worker) flush() {
	for _, l := range w.queued {
		w.write(l)
		w.pool.takeBack(l)
	}
	w.queued = w.queued[:0]
}

// write hands the packets of a lane to its device. One that the device refuses is
// dropped, and the rest goes on.
func (w *worker) write(l *lane) {
	device := l.port.device
	if l.port.tap != nil && device != nil {
		for _, packet := range l.packets {
			l.port.show(packet, true, w.now)
		}
	}
	for i := 0; i < len(l.packets); i++ {
		if device == nil {
			l.refuse(i)
			continue
		}
		taken, err := device.Write(l.packets[i:])
		for _, packet := range l.packets[i : i+taken] {
			l.counts.sent += uint64(packet.WireCount())
		}
		i += taken
		if err == nil {
			return
		}
		if errors.Is(err, tundev.ErrGone) {
			w.lose(device, err)
			device = nil
		}
		if i < len(l.packets) {
			l.refuse(i)
		}
	}
}

// refuse counts a queued packet that no device takes.
func (l *lane) refuse(i int) {
	count := uint64(l.packets[i].WireCount())
	l.counts.refused += count
	if l.forwarded[i] {
		l.seat.router.Counters.Refused(count)
	}
}
