package link

import (
	"math"
	"slices"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// fate is what will happen to a packet, but for what the queue makes of it. It is decided
// when the packet is sent, also for what is lost: the nth packet has the same luck in each part,
// whatever the others do.
type fate struct {
	// delay is that of the packet, copyDelay that of its copy.
	delay, copyDelay time.Duration
	// bits is from where the places of changed bits are drawn.
	bits                                    uint64
	lost, corrupted, duplicated, overtaking bool
	reordered                               bool
	count                                   uint8 // of bits
	where                                   Where
}

// chances are all of a direction.
type chances struct {
	losses                      []loser
	duplicate, reorder, corrupt dice
	jitter, copies, bits        luck
	seed                        uint64
	begun                       int // losses, ever
}

func (c *chances) begin(seed uint64) {
	c.seed = seed
	c.duplicate.seed(seed, "duplicate", 0)
	c.reorder.seed(seed, "reorder", 0)
	c.corrupt.seed(seed, "corrupt", 0)
	c.jitter.seed(seed, "jitter", 0)
	c.copies.seed(seed, "copies", 0)
	c.bits.seed(seed, "bits", 0)
}

// set changes the behavior from old to b.
func (c *chances) set(old, b *Behavior) {
	c.duplicate.set(b.Duplicate)
	c.reorder.set(b.Reorder.Chance)
	c.corrupt.set(b.Corrupt.Chance)
	if b.Delay.Correlation != old.Delay.Correlation {
		c.jitter.forget()
		c.copies.forget()
	}
	c.setLosses(b.Loss)
}

// setLosses keeps those that are as before, at their place or, if others came or went, at another.
func (c *chances) setLosses(losses []Loss) {
	old := c.losses
	c.losses = make([]loser, len(losses))
	for i := range min(len(losses), len(old)) {
		if losses[i].same(&old[i].loss) {
			c.losses[i], old[i].moved = old[i], true
			c.losses[i].settled = true
		}
	}
	for i := range losses {
		if c.losses[i].settled {
			c.losses[i].settled = false
			continue
		}
		k := slices.IndexFunc(old, func(l loser) bool { return !l.moved && losses[i].same(&l.loss) })
		if k >= 0 {
			c.losses[i], old[k].moved = old[k], true
			continue
		}
		c.losses[i] = newLoser(c.seed, c.begun, losses[i])
		c.begun++
	}
}

// decide draws the fate of p, which is parsed.
func (c *chances) decide(b *Behavior, p *wire.Packet) (f fate) {
	for i := range c.losses {
		if c.losses[i].roll(p) {
			f.lost = true
		}
	}
	f.delay, f.overtaking = b.Delay.draw(&c.jitter), b.Delay.Overtake
	if c.corrupt.roll(p) {
		f.corrupted, f.bits, f.where = true, c.bits.next(), b.Corrupt.Where
		f.count = uint8(max(1, min(b.Corrupt.Bits, maxBits)))
	}
	if c.duplicate.roll(p) {
		f.duplicated, f.copyDelay = true, f.delay
		if b.Delay.Overtake {
			f.copyDelay = b.Delay.draw(&c.copies)
		}
	}
	if c.reorder.roll(p) {
		f.reordered, f.overtaking, f.delay = true, true, 0
		if b.Reorder.By > 0 {
			f.delay = max(0, b.Delay.Mean-b.Reorder.By)
		}
		f.copyDelay = f.delay
	}
	return f
}

// draw is the delay of a packet.
func (d *Delay) draw(l *luck) time.Duration {
	if d.Jitter == 0 {
		return max(0, d.Mean)
	}
	delay := float64(d.Mean) + float64(float64(d.Jitter)*d.stray(l.like(d.Correlation)))
	return time.Duration(max(0, min(math.Round(delay), 1<<62)))
}

// stray is the value of the distribution, in units of Jitter, below which u of all are.
func (d *Delay) stray(u float64) float64 {
	switch d.Distribution {
	case Normal:
		return quantile(u)
	case Pareto:
		// Shape 3 and scale 1 have mean 3/2 and variance 3/4.
		return (math.Pow(1-u, -1./3) - 1.5) / math.Sqrt(0.75)
	case DistributionTable:
		if len(d.Table) > 0 {
			return d.Table[min(int(u*float64(len(d.Table))), len(d.Table)-1)]
		}
	}
	return 2*u - 1
}
