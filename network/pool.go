package network

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/wire"
)

// poolSize is the number of packets that routers originate or cut before all
// queues are written.
const poolSize = 64

// mapped returns size octets that the garbage collector never looks at, and that
// take no memory before they are used. They are given back by unix.Munmap.
func mapped(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
}

// pool is the packets that are lent to routers for what they originate.
type pool struct {
	packets [poolSize]wire.Packet
	free    []*wire.Packet
	// lent are those that a router has now and has not sent.
	lent []*wire.Packet
}

// fill makes buffers of memory, poolSize times wire.Stride, and makes them all free.
func (p *pool) fill(memory []byte) {
	for i := range p.packets {
		p.packets[i].Attach(memory[i*wire.Stride:][:wire.BufferSize:wire.BufferSize])
		p.free = append(p.free, &p.packets[i])
	}
}

// settle frees what was lent and not sent: the router is done with its packet.
func (p *pool) settle() {
	if len(p.lent) > 0 {
		p.free, p.lent = append(p.free, p.lent...), p.lent[:0]
	}
}

// sent notes that a packet was sent, and says whether it had been lent.
func (p *pool) sent(packet *wire.Packet) bool {
	i := slices.Index(p.lent, packet)
	if i >= 0 {
		p.lent = slices.Delete(p.lent, i, i+1)
	}
	return i >= 0
}

// giveBack frees a packet that a router is done with, if it had been lent.
func (p *pool) giveBack(packet *wire.Packet) {
	if p.sent(packet) {
		p.free = append(p.free, packet)
	}
}

func (p *pool) empty() bool { return len(p.free) == 0 }

func (p *pool) lend() *wire.Packet {
	last := len(p.free) - 1
	packet := p.free[last]
	p.free, p.lent = p.free[:last], append(p.lent, packet)
	return packet
}

// takeBack frees what a lane held of the pool, and empties the lane.
func (p *pool) takeBack(l *lane) {
	for i, packet := range l.packets {
		if l.pooled[i] {
			p.free = append(p.free, packet)
		}
	}
	l.packets, l.pooled, l.forwarded = l.packets[:0], l.pooled[:0], l.forwarded[:0]
}
