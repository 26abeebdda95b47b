package tundev

import "github.com/icmprouter/icmprouter/wire"

// ring is a queue of fixed size. Its slots keep their memory, so that a queue in
// use allocates nothing.
type ring struct {
	slots     []slot
	head, len int
}

// slot is a datagram, and what is said of it.
type slot struct {
	datagram []byte
	gso      wire.GSO
}

func newRing(size int) ring { return ring{slots: make([]slot, size)} }

// push copies datagram into the queue; false: it is full.
func (r *ring) push(datagram []byte, gso wire.GSO) bool {
	if r.len == len(r.slots) {
		return false
	}
	s := &r.slots[(r.head+r.len)%len(r.slots)]
	s.datagram, s.gso = append(s.datagram[:0], datagram...), gso
	r.len++
	return true
}

// pop lends the first datagram until the next push, or returns nil.
func (r *ring) pop() ([]byte, wire.GSO) {
	if r.len == 0 {
		return nil, wire.GSO{}
	}
	s := &r.slots[r.head]
	r.head = (r.head + 1) % len(r.slots)
	if r.len--; r.len == 0 {
		r.head = 0 // its memory is the warmest
	}
	return s.datagram, s.gso
}
