package record

import (
	"fmt"
	"math"
	"time"
)

const (
	// few is a number of probes from which no loss of a destination can be told: it, too, limits its answers.
	few = 10
	// grain is what delays are rounded to.
	grain = 10 * time.Microsecond
	// leastLoss is the least that is written.
	leastLoss = .0005
	// near is how far one in n may be from the loss that was seen.
	near = .05
)

// step is what the link to a hop does in each direction, and how the hop answers.
type step struct {
	delay, jitter time.Duration
	loss          float64
	// every: one in so many probes is answered; zero or one: each. errorLoss is the part of the
	// answers that get lost where no such number fits.
	every     int
	errorLoss float64
}

// measure tells links from hops. A router may answer late, or seldom, and yet forward well: so what is worse
// than at a later hop is the router's, and what all later hops share is the link's. Delay and loss are halved between
// the directions.
func (p *Path) measure() []step {
	steps := make([]step, len(p.Hops))
	rtts, spreads, losses := p.least()
	var rtt, spread time.Duration
	loss := 0.
	for i, h := range p.Hops {
		if len(h.Answers) == 0 {
			continue
		}
		s := &steps[i]
		if rtts[i] > rtt {
			s.delay = ((rtts[i] - rtt) / 2).Round(grain)
			variance := float64(spreads[i])*float64(spreads[i]) - float64(spread)*float64(spread)
			s.jitter = min(time.Duration(math.Sqrt(max(0, variance)/2)), s.delay).Round(grain)
		}
		s.loss = percent(1 - math.Sqrt((1-losses[i])/(1-loss)))
		if own := 1 - (1-h.loss())/(1-losses[i]); own > leastLoss {
			s.answers(own)
		}
		rtt, spread, loss = max(rtt, rtts[i]), max(spread, spreads[i]), losses[i]
	}
	return steps
}

// percent rounds to hundredths of a percent.
func percent(p float64) float64 {
	if p < leastLoss {
		return 0
	}
	return math.Round(p*1e4) / 1e4
}

// answers chooses between one in n and a chance.
func (s *step) answers(lost float64) {
	n := int(math.Round(1 / (1 - min(lost, .999))))
	if n >= 2 && math.Abs(1-1/float64(n)-lost) < near {
		s.every = n
		return
	}
	s.errorLoss = percent(lost)
}

// least returns, for each hop that answers, the least of round-trip time, spread and loss of it and all
// later hops: what none of them was better than.
func (p *Path) least() (rtts, spreads []time.Duration, losses []float64) {
	n := len(p.Hops)
	rtts, spreads, losses = make([]time.Duration, n), make([]time.Duration, n), make([]float64, n)
	const unknown = time.Duration(math.MaxInt64)
	rtt, spread, loss := unknown, unknown, 1.
	for i := n - 1; i >= 0; i-- {
		h := p.Hops[i]
		if t, s, ok := h.rtt(); ok {
			rtt, spread = min(rtt, t), min(spread, s)
		}
		if len(h.Answers) > 0 && (i < n-1 || h.Sent >= few || h.loss() == 0) {
			loss = min(loss, h.loss())
		}
		losses[i] = loss
		if rtt != unknown {
			rtts[i], spreads[i] = rtt, spread
		}
	}
	if losses[n-1] == 1 { // it was too few to tell
		losses[n-1] = 0
		if n > 1 && losses[n-2] < 1 {
			losses[n-1] = losses[n-2]
		}
	}
	return rtts, spreads, losses
}

// text is a probability as the configuration has it.
func text(p float64) string { return fmt.Sprintf("%.4g%%", p*100) }

// duration is a time as the configuration has it.
func duration(d time.Duration) string {
	return fmt.Sprintf("%gms", float64(d)/float64(time.Millisecond))
}
