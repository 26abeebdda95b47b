package link

import (
	"math"
	"time"

	"github.com/icmprouter/icmprouter/drop"
)

// codel is the state of RFC 8289 §5.
type codel struct {
	// above is when the sojourn time will have been above target for an interval; zero: it is not above.
	above time.Duration
	// next is when the next packet is dropped.
	next     time.Duration
	count    uint64 // drops since the dropping state began
	last     uint64 // count when it began
	dropping bool
	longest  int // packet so far: MAXPACKET, in octets
}

// numbers are target and interval.
func (c CoDel) numbers() (target, interval time.Duration) {
	target, interval = c.Target, c.Interval
	if target <= 0 {
		target = 5 * time.Millisecond
	}
	if interval <= 0 {
		interval = 100 * time.Millisecond
	}
	return target, interval
}

// law is when the next drop is due after t (RFC 8289 §3.3).
func (c *codel) law(t, interval time.Duration) time.Duration {
	return later(t, time.Duration(float64(interval)/math.Sqrt(float64(c.count))))
}

// codelTake takes the first packet, and says whether it may be dropped (RFC 8289 §5.6).
func (d *Direction) codelTake(now time.Duration) (p *Parcel, may bool) {
	c := &d.codel
	if p = d.dequeue(); p == nil {
		c.above = 0
		return nil, false
	}
	c.longest = max(c.longest, len(p.Packet.Data))
	target, interval := d.behavior.Queue.CoDel.numbers()
	switch {
	case now-p.sent < target || d.octets <= c.longest:
		c.above = 0
	case c.above == 0:
		c.above = later(now, interval)
	default:
		may = now >= c.above
	}
	return p, may
}

// codelDequeue returns the next packet to be sent, and drops or marks on the way to it (RFC 8289
// §5.5). A packet that is marked counts as a dropped one, and is the next.
func (d *Direction) codelDequeue(now time.Duration) *Parcel {
	c := &d.codel
	_, interval := d.behavior.Queue.CoDel.numbers()
	p, may := d.codelTake(now)
	switch {
	case c.dropping && !may:
		c.dropping = false
	case c.dropping:
		for c.dropping && now >= c.next {
			c.count++
			if d.codelMark(p) {
				c.next = c.law(c.next, interval)
				break
			}
			d.discard(p, drop.QueueEarly)
			if p, may = d.codelTake(now); may {
				c.next = c.law(c.next, interval)
			} else {
				c.dropping = false
			}
		}
	case may:
		if !d.codelMark(p) {
			d.discard(p, drop.QueueEarly)
			p, _ = d.codelTake(now)
		}
		c.dropping = true
		// Soon after the last time, it goes on at the speed that was reached then.
		delta := c.count - c.last
		c.count = 1
		if delta > 1 && now-c.next < 16*interval {
			c.count = delta
		}
		c.next, c.last = c.law(now, interval), c.count
	}
	return p
}

// codelMark marks a packet, if the queue does, and says whether that was possible.
func (d *Direction) codelMark(p *Parcel) bool { return d.behavior.Queue.ECN && d.mark(p) }
