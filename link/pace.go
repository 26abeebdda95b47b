package link

import (
	"math"
	"time"
)

// bitWork is an octet in units of 1e-9 bit: at n bits per second, n of them are done in a
// nanosecond. So times at any speed add up without error.
const bitWork = 8e9

// pace says when packets have left that go one after the other, by a rate or a trace.
type pace struct {
	rate Rate
	// until is when all so far is through. It may be as far back as the burst is long.
	until time.Duration
	// owed is work that was not quite done at until.
	owed  uint64
	burst time.Duration
	course
}

// steady says that packets take no time.
func (p *pace) steady() bool { return p.rate.BitsPerSecond <= 0 && p.trace == nil }

// set changes the rate at now. The tokens that the bucket holds stay in it.
func (p *pace) set(r Rate, now time.Duration) {
	old := p.rate.BitsPerSecond
	if old > 0 && r.BitsPerSecond > 0 && p.until < now {
		credit := min(p.burst, now-max(p.until, now-p.burst))
		p.until, p.owed = now-span(uint64(credit), uint64(old), uint64(r.BitsPerSecond)), 0
	}
	p.rate, p.burst = r, 0
	if r.BitsPerSecond > 0 {
		p.burst = span(uint64(max(0, r.Burst)), bitWork, uint64(r.BitsPerSecond))
	}
}

// finish is when a packet has left that is first in the queue at t.
func (p *pace) finish(t time.Duration, octets int) time.Duration {
	octets = max(0, octets+p.rate.Overhead)
	if earliest := t - p.burst; p.until < earliest {
		p.until, p.owed = earliest, 0
	}
	switch rate := uint64(p.rate.BitsPerSecond); {
	case p.trace != nil:
		p.until = p.course.finish(t, octets, &p.owed)
	case p.steady():
		return t
	default:
		work := uint64(octets)*bitWork + p.owed
		p.until, p.owed = later(p.until, time.Duration(work/rate)), work%rate
	}
	return max(t, p.until)
}

// wait is how long so many octets in so many packets take at the speed of t.
func (p *pace) wait(t time.Duration, octets, packets int) time.Duration {
	rate := p.rate.BitsPerSecond
	if p.trace != nil {
		rate = p.speed(t)
	}
	if rate <= 0 {
		return 0
	}
	return span(uint64(max(0, octets+packets*p.rate.Overhead)), bitWork, uint64(rate))
}

// stop forgets what was being sent, since t.
func (p *pace) stop(t time.Duration) {
	p.until, p.owed, p.sought = min(p.until, t), 0, false
}

// long is a moment before all others, from which no burst leads back beyond the first.
const long = time.Duration(math.MinInt64 / 2)
