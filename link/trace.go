package link

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Trace is what a link was able to carry at some other time, over and over: a list of moments
// at which packets leave, or of speeds. The first round begins when the trace is set, or
// at zero for a new direction.
type Trace struct {
	// Departures are in order, each with room for Octets. What is not used at its moment is lost;
	// a packet that is longer than what is left takes of the next ones too, and
	// leaves with the last of them.
	Departures []time.Duration
	// Octets is how much leaves at each: 1500 in mahimahi's. Zero: 1500.
	Octets int
	// Rates are speeds, in order of time, if there are no Departures.
	Rates []Step
	// Period is after how long the list begins again; at least what is last in the list.
	Period time.Duration
}

// Step is a speed that holds until the next step, the last one until the first.
type Step struct {
	// At is from when, in each round.
	At time.Duration
	// BitsPerSecond may be zero: nothing leaves.
	BitsPerSecond int64
}

// same says whether two traces are one, or none.
func (t *Trace) same(o *Trace) bool {
	if t == o || t == nil || o == nil {
		return t == o
	}
	return t.Octets == o.Octets && t.Period == o.Period && slices.Equal(t.Rates, o.Rates) &&
		(sameSlice(t.Departures, o.Departures) || slices.Equal(t.Departures, o.Departures))
}

// forever is a moment that does not come.
const forever = time.Duration(math.MaxInt64)

// course is a trace, and how far it has been followed.
type course struct {
	trace  *Trace
	start  time.Duration // of round zero
	period time.Duration
	octets int
	// capacity is what a period carries, in 1e-9 bit, or the largest number.
	capacity uint64

	// The departure that is used now, if sought, and what is left of it.
	sought bool
	round  int64
	index  int
	left   int
}

// follow begins trace at start. A trace with nothing in it is none.
func (c *course) follow(trace *Trace, start time.Duration) {
	*c = course{start: start}
	if trace == nil || len(trace.Departures)+len(trace.Rates) == 0 {
		return
	}
	c.trace, c.octets = trace, trace.Octets
	if c.octets <= 0 {
		c.octets = 1500
	}
	c.period = max(trace.Period, 1)
	if n := len(trace.Departures); n > 0 {
		c.period = max(c.period, trace.Departures[n-1])
		c.capacity = product(uint64(n)*uint64(c.octets), bitWork)
		return
	}
	c.period = max(c.period, trace.Rates[len(trace.Rates)-1].At)
	for at := time.Duration(0); at < c.period; {
		rate, end := c.segment(c.start + at)
		end -= c.start
		c.capacity = sum(c.capacity, product(uint64(end-at), uint64(rate)))
		at = end
	}
}

// finish is when a packet of so many octets has left that is first in the queue at t.
func (c *course) finish(t time.Duration, octets int, owed *uint64) time.Duration {
	if len(c.trace.Departures) > 0 {
		return c.depart(t, octets)
	}
	work := uint64(octets)*bitWork + *owed
	*owed = 0
	if c.capacity == 0 {
		return forever
	}
	for work > 0 {
		rounds := (work - 1) / c.capacity
		work -= rounds * c.capacity
		t = later(t, span(rounds, uint64(c.period), 1))
		if t == forever {
			break
		}
		rate, end := c.segment(t)
		if done := product(uint64(end-t), uint64(rate)); done < work {
			work, t = work-done, end
			continue
		}
		*owed = work % uint64(rate)
		return t + time.Duration(work/uint64(rate))
	}
	return t
}

// segment is the speed at t, and until when it surely holds.
func (c *course) segment(t time.Duration) (rate int64, end time.Duration) {
	rates := c.trace.Rates
	at := max(0, t-c.start) % c.period
	next, found := slices.BinarySearchFunc(rates, at, func(s Step, at time.Duration) int { return cmp.Compare(s.At, at) })
	for found && next < len(rates) && rates[next].At <= at {
		next++
	}
	end = c.period
	if next < len(rates) {
		end = min(end, rates[next].At)
	}
	if next == 0 {
		next = len(rates)
	}
	return max(0, rates[next-1].BitsPerSecond), later(t, end-at)
}

// depart uses departures from t on.
func (c *course) depart(t time.Duration, octets int) time.Duration {
	c.seek(t)
	for octets > c.left {
		octets -= c.left
		c.left = c.octets
		if c.index++; c.index == len(c.trace.Departures) {
			c.round, c.index = c.round+1, 0
		}
	}
	c.left -= octets
	return c.moment()
}

// moment is that of the departure in use.
func (c *course) moment() time.Duration {
	return later(c.start+c.trace.Departures[c.index], span(uint64(c.round), uint64(c.period), 1))
}

// seek passes over all departures before t: nobody was there.
func (c *course) seek(t time.Duration) {
	if c.sought && c.moment() >= t {
		return
	}
	at := max(0, t-c.start)
	round := int64(at / c.period)
	at %= c.period
	if at == 0 && round > 0 {
		round, at = round-1, c.period // the last of a round may be at the first moment of the next
	}
	index, _ := slices.BinarySearch(c.trace.Departures, at)
	if index == len(c.trace.Departures) {
		round, index = round+1, 0
	}
	c.sought, c.round, c.index, c.left = true, round, index, c.octets
}

// speed is that of t, or that of a whole period if t has none of its own.
func (c *course) speed(t time.Duration) int64 {
	if len(c.trace.Departures) == 0 {
		if rate, _ := c.segment(t); rate > 0 {
			return rate
		}
	}
	return int64(min(c.capacity/uint64(c.period), math.MaxInt64))
}

// later is t+d, or forever.
func later(t, d time.Duration) time.Duration {
	if d > 0 && t > forever-d {
		return forever
	}
	return t + d
}

// span is a*b/c as a time, or half of forever, if it is longer.
func span(a, b, c uint64) time.Duration {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return forever / 2
	}
	quotient, _ := bits.Div64(hi, lo, c)
	return time.Duration(min(quotient, uint64(forever/2)))
}

// product is a*b, or the largest number.
func product(a, b uint64) uint64 {
	if hi, lo := bits.Mul64(a, b); hi == 0 {
		return lo
	}
	return math.MaxUint64
}

// sum is a+b, or the largest number.
func sum(a, b uint64) uint64 {
	if total, carry := bits.Add64(a, b, 0); carry == 0 {
		return total
	}
	return math.MaxUint64
}
