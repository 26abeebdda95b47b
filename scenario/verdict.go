package scenario

import (
	"fmt"
	"time"
)

// The thresholds. All that a verdict depends on stands here.
const (
	// StallAfter is how long nothing must get through, while something is outstanding, to be a stall: longer than
	// one retransmission timeout, and than a busy machine may keep a program waiting.
	StallAfter = 500 * time.Millisecond
	// BlackholeAfter is how long a stall that has not ended must be at the end of a run, for the flow to be lost. Of a
	// run that is shorter than twice as long, half of it is enough.
	BlackholeAfter = 3 * time.Second
	// whole is the part of the baseline's payload that is as good as all.
	whole = 0.9
	// nothing is the part of it that is as good as none, of datagrams that nobody sends again.
	nothing = 0.1
	// slow is the part of the baseline's goodput below which a program has suffered, if that has also cost it
	// slack of time.
	slow  = 0.5
	slack = 500 * time.Millisecond
	// worthTelling is how long a machine must have stood still to be a part of the reason.
	worthTelling = StallAfter / 2
)

// Verdict is what became of a program.
type Verdict uint8

// The verdicts. The zero value: there is nothing to judge.
const (
	Unjudged Verdict = iota
	// Survived: it did as well as without the fault, or nearly so.
	Survived
	// Degraded: it got there, but stalled, was slow, or lost a flow.
	Degraded
	// Blackholed: something that it sent, or waited for, never got through.
	Blackholed
)

var verdicts = [...]string{"unjudged", "survived", "degraded", "blackholed"}

func (v Verdict) String() string { return verdicts[v] }

// MarshalText writes the verdict's word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads it.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, word := range verdicts {
		if word == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no verdict: expected %q, %q or %q", text, Survived, Degraded, Blackholed)
}

// Judgement is a verdict and why, in one line.
type Judgement struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"`
}

// Judge says what became of a program, by what crossed the wire, and by the same run without the fault; nil: there was none. That
// the machine stood still is told, and no fault of the network's.
func Judge(o, baseline *Observation) Judgement {
	j := judge(o, baseline)
	if o.StoodStill >= worthTelling {
		j.Reason += fmt.Sprintf("; this machine stood still for %s meanwhile", Seconds(o.StoodStill))
	}
	return j
}

func judge(o, baseline *Observation) Judgement {
	switch {
	case o.Ways[Client].Sent.Datagrams+o.Ways[Server].Sent.Datagrams == 0:
		return Judgement{Unjudged, "nothing crossed the network: is the program's peer server.lab?"}
	case baseline != nil && moved(baseline) == 0:
		return Judgement{Unjudged, "nothing got through without the fault either: it is not the path that keeps the program from its work"}
	case baseline != nil && lost(baseline, nil) >= 0:
		return Judgement{Unjudged, "it fails without the fault as well: " + blackholed(baseline, nil, Side(lost(baseline, nil)))}
	}
	if side := lost(o, baseline); side >= 0 {
		return Judgement{Blackholed, blackholed(o, baseline, Side(side))}
	}
	if why := suffered(o, baseline); why != "" {
		return Judgement{Degraded, why}
	}
	return Judgement{Survived, survived(o, baseline)}
}

// moved is the payload of both ways.
func moved(o *Observation) uint64 { return o.Ways[Client].Payload + o.Ways[Server].Payload }

// lost returns the side whose packets never got through, or -1.
func lost(o, baseline *Observation) (side int) {
	if baseline != nil && float64(moved(o)) >= whole*float64(moved(baseline)) {
		return -1 // by another flow, if one was lost
	}
	side = -1
	for i := range o.Ways {
		w := &o.Ways[i]
		if w.Offered > 0 && w.Payload >= w.Offered {
			continue
		}
		gone := stuck(o, w) || !moving(o, w) && w.Offered > 0 && float64(w.Payload) <= nothing*float64(expected(w, baseline, i))
		if gone && (side < 0 || w.Open.Length > o.Ways[side].Open.Length) {
			side = i
		}
	}
	return side
}

// moving says whether something got through shortly before the run was ended.
func moving(o *Observation, w *Way) bool {
	return !o.Ended && w.Until > 0 && o.Length-w.Until < BlackholeAfter
}

// expected is the payload of a way without the fault, as far as that is known.
func expected(w *Way, baseline *Observation, side int) uint64 {
	if baseline == nil {
		return w.Offered
	}
	return baseline.Ways[side].Payload
}

// stuck says whether a flow of this way is lost.
func stuck(o *Observation, w *Way) bool {
	return w.GaveUp || w.Open.Length > 0 && (o.Ended || w.Open.Length >= min(BlackholeAfter, o.Length/2))
}

// suffered says what a program that got there has suffered, or "".
func suffered(o, baseline *Observation) string {
	for side := range o.Ways {
		w := &o.Ways[side]
		usual := time.Duration(0)
		if baseline != nil {
			usual = baseline.Ways[side].Longest.Length
		}
		switch {
		case w.GaveUp || stuck(o, w):
			return abandoned(o, Side(side))
		case w.Longest.Length >= usual+StallAfter+o.StoodStill:
			return stalled(o, Side(side))
		}
	}
	if baseline == nil {
		return ""
	}
	side := Busier(baseline)
	w, b := &o.Ways[side], &baseline.Ways[side]
	switch {
	case w.Goodput() < slow*b.Goodput() && (w.Until >= b.Until+slack || float64(w.Payload) < slow*float64(b.Payload)):
		return slowed(o, baseline, side)
	case w.share() < whole*b.share():
		return lossy(o, baseline, side)
	case o.Ended && float64(w.Payload) < whole*float64(b.Payload) && w.Until.Seconds() < whole*b.Until.Seconds():
		return short(o, baseline, side)
	}
	return ""
}

// share is the part of what was offered that got through.
func (w *Way) share() float64 {
	if w.Offered == 0 {
		return 1
	}
	return float64(w.Payload) / float64(w.Offered)
}

// Busier is the side that sent more of what got through; the server, if both sent as much.
func Busier(o *Observation) Side {
	if o.Ways[Server].Payload >= o.Ways[Client].Payload {
		return Server
	}
	return Client
}

// Beside is how well a run did, as a part of the run without the fault, by what the busier side of that sent: goodput, but over the
// time that the slower of both took. What got through at once, and was all, was not faster. false: there is nothing to compare.
func (o *Observation) Beside(baseline *Observation) (part float64, ok bool) {
	if o == nil || baseline == nil {
		return 0, false
	}
	side := Busier(baseline)
	w, b := &o.Ways[side], &baseline.Ways[side]
	if b.Payload == 0 || b.Until <= 0 {
		return 0, false
	}
	return float64(w.Payload) / float64(b.Payload) * min(1, b.Until.Seconds()/max(w.Until, 1).Seconds()), true
}

// Goodput is what got through, in octets of payload a second, up to the last of it.
func (w *Way) Goodput() float64 {
	if w.Until <= 0 {
		return 0
	}
	return float64(w.Payload) / w.Until.Seconds()
}
