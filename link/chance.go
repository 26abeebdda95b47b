package link

import (
	"math"
	"slices"

	"github.com/icmprouter/icmprouter/wire"
)

// luck is a stream of random numbers, and a memory of the last one.
type luck struct {
	random
	normal float64
	begun  bool
}

// seed begins the stream of a part (FNV-1a of its name). The sequence for a seed never changes.
func (l *luck) seed(seed uint64, part string, number int) {
	hash := uint64(14695981039346656037)
	for i := range len(part) {
		hash = (hash ^ uint64(part[i])) * 1099511628211
	}
	l.random = random(mix(mix(seed)^hash) + mix(uint64(number)))
	l.forget()
}

// forget makes the next number like none before.
func (l *luck) forget() { l.normal, l.begun = 0, false }

// uniform is a number above 0 and below 1.
func (l *luck) uniform() float64 {
	return (float64(l.next()>>12) + 0.5) / (1 << 52)
}

// like is a uniform number that is like the one before. The correlation is that of normal
// numbers (x' = r*x + sqrt(1-r²)*e), of which it is the rank: blended as they are,
// uniform numbers would not stay uniform, and a loss of 1 % would not be one.
func (l *luck) like(correlation float64) float64 {
	u := l.uniform()
	if correlation == 0 {
		return u
	}
	r, fresh := max(-1, min(1, correlation)), quantile(u)
	if l.begun {
		fresh = float64(r*l.normal) + float64(math.Sqrt(1-float64(r*r))*fresh)
	}
	l.normal, l.begun = fresh, true
	return math.Erfc(-fresh/math.Sqrt2) / 2
}

// quantile is the inverse of the normal distribution.
func quantile(u float64) float64 {
	if u <= 0.5 {
		return -math.Sqrt2 * math.Erfcinv(2*u)
	}
	return math.Sqrt2 * math.Erfcinv(2*(1-u))
}

// dice decides a Chance.
type dice struct {
	luck
	Chance
	on, all bool
	count   int
}

// set changes the chance. What it remembers of packets before stays if it is the same.
func (c *dice) set(chance Chance) {
	if chance != c.Chance {
		c.count = 0
		c.forget()
	}
	c.Chance, c.on, c.all = chance, chance.Every > 0 || chance.Probability > 0, chance.Match == wire.Match{}
}

// roll says whether it happens to p, which is parsed.
func (c *dice) roll(p *wire.Packet) bool {
	if !c.on || !c.all && !c.Match.Selects(p) {
		return false
	}
	if c.Every > 0 {
		return c.nth(c.Every)
	}
	return c.like(c.Correlation) < c.Probability
}

// nth is true each nth time.
func (c *dice) nth(n int) bool {
	c.count++
	if c.count < n {
		return false
	}
	c.count = 0
	return true
}

// loser decides a Loss.
type loser struct {
	dice
	loss Loss
	bad  bool // of Gilbert
	turn int  // of Fates

	moved, settled bool // while losses are changed
}

// newLoser begins a loss.
func newLoser(seed uint64, number int, loss Loss) (l loser) {
	l.seed(seed, "loss", number)
	l.loss = loss
	l.set(Chance{loss.Match, loss.Probability, loss.Correlation, loss.Every})
	l.on = l.on || loss.Gilbert != nil || len(loss.Fates) > 0
	return l
}

// roll says whether p is lost.
func (l *loser) roll(p *wire.Packet) bool {
	switch {
	case l.Every > 0 || l.loss.Gilbert == nil && len(l.loss.Fates) == 0:
		return l.dice.roll(p)
	case !l.all && !l.Match.Selects(p):
		return false
	case l.loss.Gilbert != nil:
		return l.step(l.loss.Gilbert)
	}
	lost := l.loss.Fates[l.turn]
	l.turn = (l.turn + 1) % len(l.loss.Fates)
	return lost
}

// step changes the state, and loses by the new one.
func (l *loser) step(g *Gilbert) bool {
	change, loss := g.ToBad, g.LossGood
	if l.bad {
		change = g.ToGood
	}
	if l.uniform() < change {
		l.bad = !l.bad
	}
	if l.bad {
		loss = g.LossBad
	}
	return l.uniform() < loss
}

// same says whether two losses are one.
func (l *Loss) same(o *Loss) bool {
	return l.Match == o.Match && l.Probability == o.Probability && l.Correlation == o.Correlation && l.Every == o.Every &&
		(l.Gilbert == o.Gilbert || l.Gilbert != nil && o.Gilbert != nil && *l.Gilbert == *o.Gilbert) &&
		(sameSlice(l.Fates, o.Fates) || slices.Equal(l.Fates, o.Fates))
}

// sameSlice says that two slices are the same piece of memory.
func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
