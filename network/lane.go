package network

import (
	"slices"

	"github.com/icmprouter/icmprouter/wire"
)

const (
	// batchSize is the number of packets read from a device at once.
	batchSize = 128
	// poolSize is the number of packets that routers originate or cut before
	// all queues are written.
	poolSize = 64
)

// queue is what waits for a device until the batch is over.
type queue struct {
	packets []*wire.Packet
	// forwarded says of each whether it came from a device; if not, it is the pool's.
	forwarded []bool
}

func (q *queue) push(p *wire.Packet, forwarded bool) {
	q.packets = append(q.packets, p)
	q.forwarded = append(q.forwarded, forwarded)
}

// pool is the packets that are lent to routers for what they originate.
type pool struct {
	packets [poolSize]wire.Packet
	free    []*wire.Packet
	// lent are those that a router has now and has not sent.
	lent []*wire.Packet
}

// fill makes the buffers, and makes them all free.
func (p *pool) fill() {
	buffers := make([]byte, poolSize*wire.BufferSize)
	for i := range p.packets {
		p.packets[i].Attach(buffers[i*wire.BufferSize:][:wire.BufferSize:wire.BufferSize])
	}
	for i := range p.packets {
		p.free = append(p.free, &p.packets[i])
	}
}

// settle frees what was lent and not sent: the router is done with its packet.
func (p *pool) settle() {
	p.free, p.lent = append(p.free, p.lent...), p.lent[:0]
}

// sent notes that a packet was sent, and says whether it had been lent.
func (p *pool) sent(packet *wire.Packet) bool {
	i := slices.Index(p.lent, packet)
	if i >= 0 {
		p.lent = slices.Delete(p.lent, i, i+1)
	}
	return i >= 0
}

func (p *pool) empty() bool { return len(p.free) == 0 }

func (p *pool) lend() *wire.Packet {
	last := len(p.free) - 1
	packet := p.free[last]
	p.free, p.lent = p.free[:last], append(p.lent, packet)
	return packet
}

// takeBack frees what a queue held of the pool, and empties the queue.
func (p *pool) takeBack(q *queue) {
	for i, packet := range q.packets {
		if !q.forwarded[i] {
			p.free = append(p.free, packet)
		}
	}
	q.packets, q.forwarded = q.packets[:0], q.forwarded[:0]
}
