package link

import "time"

// event is something that will happen: the arrival of a parcel, or, without one, the departure
// of what a direction is sending. The latter may stand too early, since its direction
// knows better.
type event struct {
	at       time.Duration
	sequence uint64
	d        *Direction
	parcel   *Parcel
}

func (e *event) before(o *event) bool {
	return e.at < o.at || e.at == o.at && e.sequence < o.sequence
}

// events is a heap whose nodes have four children: half as deep as with two, and they lie
// next to each other.
type events []event

func (h *events) push(e event) {
	*h = append(*h, e)
	h.up(len(*h) - 1)
}

// replace puts e in the place of the first.
func (h events) replace(e event) {
	h[0] = e
	h.down(0)
}

func (h *events) pop() {
	last := len(*h) - 1
	(*h)[0] = (*h)[last]
	(*h)[last] = event{}
	*h = (*h)[:last]
	if last > 1 {
		h.down(0)
	}
}

func (h events) up(i int) {
	e := h[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

func (h events) down(i int) {
	e := h[i]
	for {
		first := 4*i + 1
		if first >= len(h) {
			break
		}
		least := first
		for child := first + 1; child < min(first+4, len(h)); child++ {
			if h[child].before(&h[least]) {
				least = child
			}
		}
		if !h[least].before(&e) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
}

// forget removes what a direction has among the events, and calls lost with each parcel.
func (h *events) forget(d *Direction, lost func(*Parcel)) {
	kept := (*h)[:0]
	for _, e := range *h {
		switch {
		case e.d != d:
			kept = append(kept, e)
		case e.parcel != nil:
			lost(e.parcel)
		}
	}
	clear((*h)[len(kept):])
	*h = kept
	for i := (len(kept) - 2) / 4; i >= 0 && len(kept) > 1; i-- {
		h.down(i)
	}
}
