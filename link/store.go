package link

import "github.com/icmprouter/icmprouter/wire"

// sizes are the lengths of the longest datagram in a buffer of each class.
var sizes = [...]int{256, 2048, 10240, wire.MaxDatagram}

// Memory comes in chunks that hold buffers of one class, and go to any other when all of
// them are free: no kind of packet keeps memory from another for good.
const (
	chunkSize = 33 * 4096
	perPiece  = 8 // chunks that are asked for at once
	maxSlots  = chunkSize / (wire.Headroom + 256)
)

// stride is the distance between two buffers of a class: whole cache lines.
func stride(class int) int { return (wire.Headroom + sizes[class] + 63) &^ 63 }

// chunk is some memory, and which of its buffers are free.
type chunk struct {
	memory []byte
	class  int
	slots  int
	free   []uint16
	// place is where the chunk stands among those with free buffers; -1 if it has none.
	place int
}

// store is the memory of packets.
type store struct {
	limit   int
	grow    func(octets int) ([]byte, error)
	open    [len(sizes)][]*chunk // of each class, those with a free buffer
	spare   []*chunk
	parcels *Parcel // without a buffer
}

// take returns a parcel with room for a datagram of n octets; nil: the memory is full.
func (s *store) take(n int) *Parcel {
	class := 0
	for class < len(sizes)-1 && n > sizes[class] {
		class++
	}
	c := s.chunk(class)
	if c == nil {
		return nil
	}
	last := len(c.free) - 1
	slot := c.free[last]
	if c.free = c.free[:last]; last == 0 {
		s.shut(c)
	}
	p := s.parcel()
	p.chunk, p.slot = c, slot
	start, length := int(slot)*stride(c.class), wire.Headroom+sizes[c.class]
	p.Packet.Attach(c.memory[start:][:length:length])
	return p
}

// give takes a parcel back, which must not be used any more.
func (s *store) give(p *Parcel) {
	c := p.chunk
	c.free = append(c.free, p.slot)
	switch {
	case len(c.free) == c.slots:
		s.shut(c)
		s.spare = append(s.spare, c)
	case c.place < 0:
		s.unlock(c)
	}
	p.chunk, p.Direction, p.Tag, p.next = nil, nil, nil, s.parcels
	s.parcels = p
}

// parcel returns one without a buffer.
func (s *store) parcel() *Parcel {
	if s.parcels == nil {
		for fresh := make([]Parcel, 64); len(fresh) > 0; fresh = fresh[1:] {
			fresh[0].next, s.parcels = s.parcels, &fresh[0]
		}
	}
	p := s.parcels
	s.parcels, p.next = p.next, nil
	return p
}

// chunk returns one with a free buffer of the class, or, if there is no more memory, of a larger one.
func (s *store) chunk(class int) *chunk {
	if open := s.open[class]; len(open) > 0 {
		return open[len(open)-1]
	}
	if len(s.spare) == 0 {
		s.ask()
	}
	if last := len(s.spare) - 1; last >= 0 {
		c := s.spare[last]
		s.spare = s.spare[:last]
		c.carve(class)
		s.unlock(c)
		return c
	}
	for class++; class < len(sizes); class++ {
		if open := s.open[class]; len(open) > 0 {
			return open[len(open)-1]
		}
	}
	return nil
}

// ask gets more memory, if the limit and the system allow it.
func (s *store) ask() {
	chunks := min(perPiece, s.limit/chunkSize)
	if chunks == 0 {
		return
	}
	memory, err := s.grow(chunks * chunkSize)
	if err != nil {
		return // the next packet tries again
	}
	s.limit -= chunks * chunkSize
	for ; len(memory) >= chunkSize; memory = memory[chunkSize:] {
		s.spare = append(s.spare, &chunk{memory: memory[:chunkSize], free: make([]uint16, 0, maxSlots), place: -1})
	}
}

// carve makes free buffers of a class of the whole chunk, the first of which is used first.
func (c *chunk) carve(class int) {
	c.class, c.slots, c.free = class, chunkSize/stride(class), c.free[:0]
	for slot := c.slots - 1; slot >= 0; slot-- {
		c.free = append(c.free, uint16(slot))
	}
}

// unlock notes that a chunk has free buffers.
func (s *store) unlock(c *chunk) {
	c.place = len(s.open[c.class])
	s.open[c.class] = append(s.open[c.class], c)
}

// shut notes that a chunk has none, or is spare.
func (s *store) shut(c *chunk) {
	if c.place < 0 {
		return
	}
	open := s.open[c.class]
	last := open[len(open)-1]
	open[c.place], last.place = last, c.place
	s.open[c.class], c.place = open[:len(open)-1], -1
}
