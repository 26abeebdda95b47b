package network

import "github.com/icmprouter/icmprouter/wire"

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
	// lent is the last one lent: a router sends it, or asks for another.
	lent *wire.Packet
}

// fill makes the buffers, and makes them all free.
func (p *pool) fill() {
	buffers := make([]byte, poolSize*wire.BufferSize)
	for i := range p.packets {
		p.packets[i].Attach(buffers[i*wire.BufferSize:][:wire.BufferSize:wire.BufferSize])
	}
	p.reset()
}

// reset makes all free: the batch is over, and nobody holds one.
func (p *pool) reset() {
	p.free, p.lent = p.free[:0], nil
	for i := range p.packets {
		p.free = append(p.free, &p.packets[i])
	}
}

func (p *pool) empty() bool { return len(p.free) == 0 }

func (p *pool) lend() *wire.Packet {
	last := len(p.free) - 1
	p.lent, p.free = p.free[last], p.free[:last]
	return p.lent
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
