package network

import (
	"reflect"
	"time"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

const (
	// maxCrossings is how many links a packet may cross: more than any TTL allows. Who
	// goes on is in a loop of nodes that do not decrement it.
	maxCrossings = 1024
	// fewBuffers is how many packets the pool keeps for what a router is about to make.
	// What it has made, and other nodes have not seen yet, is copied out of it by then.
	fewBuffers = 16
)

// crossing is a packet that has left one node, and that another is to receive.
type crossing struct {
	to     *lane
	packet *wire.Packet
	pooled bool // the packet is the pool's
	hops   int  // links that it has crossed
}

// receive takes a packet that came to a lane at some time through its node, and
// all that comes of it through the nodes behind: one after the other, since a
// router has one packet at a time.
func (w *worker) receive(to *lane, p *wire.Packet, hops int, at time.Duration) {
	w.at = at
	w.enter(to, p, hops)
	w.cascade()
}

// cascade takes the packets that are between two nodes to their end.
func (w *worker) cascade() {
	for i := 0; i < len(w.crossings); i++ {
		c := &w.crossings[i]
		if c.pooled {
			w.pool.lent = append(w.pool.lent, c.packet)
		}
		w.enter(c.to, c.packet, c.hops)
	}
	w.crossings = w.crossings[:0]
}

// enter takes one packet through one node.
func (w *worker) enter(to *lane, p *wire.Packet, hops int) {
	w.hops, w.entered, w.refused = hops, p, nil
	s := to.seat
	s.router.Receive(p, to.port.link, w.at, s)
	w.entered = nil
	to.counts.received += uint64(p.WireCount()) // before p may be lent again
	if full := w.refused; full != nil {
		s.router.Quench(full, to.port.link, w.at, s)
	}
	w.pool.settle()
}

// cross sends a packet to the node at the other end of a link in memory.
func (w *worker) cross(l *lane, p *wire.Packet) {
	count := uint64(p.WireCount())
	switch out := l.port.out; {
	case w.hops >= maxCrossings:
		l.counts.endless += count
		return
	case out != nil && !out.Instant():
		l.counts.sent += count
		refused := out.Send(p, w.hops+1, w.at) // which takes a copy
		if refused && w.refused == nil {
			w.refused = p // a packet of the pool stays lent until its source has been told
		} else {
			w.pool.giveBack(p)
		}
		return
	}
	c := crossing{to: l.peer, packet: p, pooled: w.pool.sent(p), hops: w.hops + 1}
	if c.pooled && len(w.pool.free) < fewBuffers && !w.relieve(&c) {
		l.counts.full += count
		return
	}
	l.counts.sent += count
	w.crossings = append(w.crossings, c)
}

// relieve gives the pool its packet back, and the crossing a copy.
func (w *worker) relieve(c *crossing) bool {
	w.pool.free = append(w.pool.free, c.packet)
	parcel := w.wires.Copy(c.packet)
	if parcel == nil {
		return false
	}
	w.parcels = append(w.parcels, parcel)
	c.packet, c.pooled = &parcel.Packet, false
	return true
}

// advance has the packets received that arrive on links by now, and those sent that have waited, as many as a batch
// has. Each arrives at its own time, however late the worker is, so that lateness does not
// add up from link to link.
func (w *worker) advance() (moved bool) {
	for range batchSize {
		parcel := w.wires.Arrive(w.now)
		if parcel == nil {
			break
		}
		moved = true
		w.parcels = append(w.parcels, parcel)
		if parcel.Direction == nil {
			w.release(parcel)
			continue
		}
		to := parcel.Direction.Tag.(*port)
		w.receive(to.laneOf(w), &parcel.Packet, parcel.Hops, parcel.At)
	}
	w.finish()
	return moved
}

// finish writes what is queued, after which no packet is on its way but on links.
func (w *worker) finish() {
	w.flush()
	for _, parcel := range w.parcels {
		w.wires.Free(parcel)
	}
	w.parcels = w.parcels[:0]
}

// laneOf is what a worker has of the port.
func (p *port) laneOf(w *worker) *lane { return &p.node.seats[w.index].lanes[p.link] }

// cable is a link between two ports.
type cable struct {
	name string
	plan Link
	ends [2]*port
}

// lay makes the cable that a plan names, and ties its ends together.
func lay(plan Link, nodes []*node) *cable {
	c := &cable{name: plan.Name, plan: plan}
	for i, end := range plan.Ends {
		c.ends[i] = nodes[end.Node].ports[end.Interface]
	}
	for i, p := range c.ends {
		p.cable, p.peer = c, c.ends[1-i]
	}
	return c
}

// same says whether a cable ties the same interfaces as another.
func (c *cable) same(old *cable) bool {
	for i, p := range c.ends {
		if q := old.ends[i]; p.name != q.name || p.node.name != q.node.name {
			return false
		}
	}
	return true
}

// connect gives both ends of a cable their directions: those of the cable that was
// there under its name, with all that they remember, or new ones. All workers rest.
func (c *cable) connect(old *cable, w *worker, seed uint64, now time.Duration) {
	for i, p := range c.ends {
		to := 1 - i
		behavior := c.plan.To[to]
		behavior.Down = behavior.Down || c.plan.Down
		if old != nil {
			before := old.ends[i]
			p.out, before.out = before.out, nil
			p.node.seats[0].lanes[p.link].counts = before.counts()
		}
		switch {
		case p.out != nil:
			p.out.Set(behavior, now)
		case !still(&behavior):
			p.out = w.wires.NewDirection(seedOf(seed, c.name, to), behavior)
		default:
			continue
		}
		p.out.Tag = p.peer
	}
}

// still says that nothing happens to packets, so that they need no direction.
func still(b *link.Behavior) bool { return reflect.DeepEqual(*b, link.Behavior{}) }

// cut ends a cable that is gone.
func (c *cable) cut() {
	for _, p := range c.ends {
		if p.out != nil {
			p.out.Cut()
		}
	}
}

// seedOf is where the chances of a direction come from: FNV-1a over the seed of the
// network, the name of the link, and which way.
func seedOf(seed uint64, name string, to int) uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for i := range 8 {
		h = (h ^ seed>>(8*i)&0xff) * prime
	}
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * prime
	}
	return (h ^ uint64(to)) * prime
}
