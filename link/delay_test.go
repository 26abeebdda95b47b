package link_test

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// delays are those of many packets, one after the other.
func delays(t *testing.T, delay link.Delay, many int) (all []float64) {
	t.Helper()
	w := newWires()
	d := w.NewDirection(11, link.Behavior{Delay: delay})
	p := packet(t, spec{})
	for i := range many {
		now := time.Duration(i) * time.Hour
		d.Send(p, 0, now)
		for _, a := range collect(w, now+time.Hour-1) {
			all = append(all, float64(a.at-now))
		}
	}
	if len(all) != many {
		t.Fatalf("%d arrived", len(all))
	}
	return all
}

func moments(x []float64) (mean, deviation, correlation float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for i, v := range x {
		deviation += (v - mean) * (v - mean)
		if i > 0 {
			correlation += (v - mean) * (x[i-1] - mean)
		}
	}
	return mean, math.Sqrt(deviation / float64(len(x))), correlation / deviation
}

func TestJitter(t *testing.T) {
	const many = 50_000
	mean, jitter := 100*ms, 10*ms
	for name, c := range map[string]struct {
		delay     link.Delay
		deviation float64 // in units of jitter
		median    float64
		upper     float64 // tenth
	}{
		"uniform": {link.Delay{}, 1 / math.Sqrt(3), 0, 0.8},
		"normal":  {link.Delay{Distribution: link.Normal}, 1, 0, 1.2816},
		// Half are below 2^(1/3) times the scale.
		"pareto": {link.Delay{Distribution: link.Pareto}, 1, (math.Cbrt(2) - 1.5) / math.Sqrt(0.75), (math.Cbrt(10) - 1.5) / math.Sqrt(0.75)},
		"table":  {link.Delay{Distribution: link.DistributionTable, Table: []float64{-1, -1, 0, 2}}, math.Sqrt(1.5), -0.5, 2},
	} {
		for _, correlation := range []float64{0, 0.8} {
			c.delay.Mean, c.delay.Jitter, c.delay.Correlation = mean, jitter, correlation
			x := delays(t, c.delay, many)
			m, s, r := moments(x)
			slices.Sort(x)
			// Three standard deviations of the mean; the deviation of a Pareto sample converges too slowly to be asked for.
			slack := 3 * float64(jitter) / math.Sqrt(many) * math.Sqrt((1+correlation)/(1-correlation))
			if math.Abs(m-float64(mean)) > slack*c.deviation+1 {
				t.Errorf("%s %v: mean %v", name, correlation, time.Duration(m))
			}
			if name != "pareto" && math.Abs(s/float64(jitter)-c.deviation) > 0.05 {
				t.Errorf("%s %v: deviation %v", name, correlation, time.Duration(s))
			}
			if name != "table" && math.Abs((x[many/2]-float64(mean))/float64(jitter)-c.median) > 0.05 {
				t.Errorf("%s %v: median %v", name, correlation, time.Duration(x[many/2]))
			}
			if upper := x[many*9/10]; math.Abs((upper-float64(mean))/float64(jitter)-c.upper) > 0.06 {
				t.Errorf("%s %v: upper tenth from %v", name, correlation, time.Duration(upper))
			}
			// The correlation is that of ranks: a table of few values has less.
			if name != "pareto" && name != "table" && math.Abs(r-correlation) > 0.05 {
				t.Errorf("%s %v: correlation %v", name, correlation, r)
			}
			if name == "uniform" && (x[0] < float64(mean-jitter) || x[many-1] > float64(mean+jitter)) {
				t.Errorf("%v to %v", x[0], x[many-1])
			}
		}
	}
}

// No packet arrives before it left.
func TestJitterBelowZero(t *testing.T) {
	x := delays(t, link.Delay{Mean: ms, Jitter: 10 * ms, Distribution: link.Normal}, 1000)
	if least := slices.Min(x); least != 0 {
		t.Errorf("least %v", least)
	}
}

// numbered sends n packets, one each gap.
func numbered(t *testing.T, d *link.Direction, n int, gap time.Duration) {
	t.Helper()
	for i := range n {
		d.Send(packet(t, spec{number: uint32(i), length: 64}), 0, time.Duration(i)*gap)
	}
}

func numbers(all []arrival) (n []uint32) {
	for _, a := range all {
		n = append(n, a.number())
	}
	return n
}

func TestOrder(t *testing.T) {
	delay := link.Delay{Mean: 10 * ms, Jitter: 9 * ms}
	for _, overtake := range []bool{false, true} {
		w := newWires()
		delay.Overtake = overtake
		d := w.NewDirection(1, link.Behavior{Delay: delay})
		numbered(t, d, 500, 100*us)
		all := collect(w, never)
		if len(all) != 500 || slices.IsSorted(numbers(all)) == overtake {
			t.Errorf("overtake %v: %v", overtake, numbers(all))
		}
		if !slices.IsSorted(times(all)) {
			t.Error("arrivals are not in order of time")
		}
	}
}

// Order holds when the delay falls; and the order of Send is that of arrivals at one moment.
func TestOrderAfterSet(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Delay: link.Delay{Mean: 50 * ms}})
	other := w.NewDirection(2, link.Behavior{Delay: link.Delay{Mean: 50 * ms}})
	for i := range 6 {
		p := packet(t, spec{number: uint32(i), length: 64})
		if i%2 == 0 {
			d.Send(p, 0, 0)
		} else {
			other.Send(p, 0, 0)
		}
	}
	d.Set(link.Behavior{Delay: link.Delay{Mean: 1 * ms}}, ms)
	d.Send(packet(t, spec{number: 6, length: 64}), 0, ms)
	all := collect(w, never)
	if got := numbers(all); !slices.Equal(got, []uint32{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("%v", got)
	}
	d.Send(packet(t, spec{}), 0, 60*ms)
	wantTimes(t, collect(w, never), 61*ms)
}

// A packet that is told late, by a late Arrive, is not held back by those that were told before.
func TestLateNews(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Delay: link.Delay{Mean: 10 * ms}})
	p := packet(t, spec{})
	d.Send(p, 0, 5*ms)
	d.Send(p, 0, 2*ms)
	d.Send(p, 0, 6*ms)
	wantTimes(t, collect(w, never), 12*ms, 15*ms, 16*ms)
}

func TestReorder(t *testing.T) {
	for by, want := range map[time.Duration]time.Duration{0: 0, 4 * ms: 6 * ms, 20 * ms: 0} {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{
			Delay:   link.Delay{Mean: 10 * ms, Jitter: ms},
			Reorder: link.Reorder{Chance: link.Chance{Every: 5}, By: by},
		})
		numbered(t, d, 20, ms)
		var early []uint32
		for _, a := range collect(w, never) {
			if sent := time.Duration(a.number()) * ms; a.at-sent == want {
				early = append(early, a.number())
			} else if a.at-sent < 9*ms {
				t.Errorf("by %v: packet %d after %v", by, a.number(), a.at-sent)
			}
		}
		if !slices.Equal(early, []uint32{4, 9, 14, 19}) || d.Counters.Reordered != 4 {
			t.Errorf("by %v: %v early, %d counted", by, early, d.Counters.Reordered)
		}
		conserved(t, d)
	}
}

// Each third packet is still the third when something else is set.
func TestEveryGoesOn(t *testing.T) {
	w := newWires()
	b := link.Behavior{Duplicate: link.Chance{Every: 3}}
	d := w.NewDirection(1, b)
	for i := range 9 {
		d.Send(packet(t, spec{number: uint32(i), length: 64}), 0, 0)
		b.Delay.Mean += us
		d.Set(b, 0)
	}
	if got := numbers(collect(w, never)); !slices.Equal(got, []uint32{0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8}) {
		t.Errorf("%v", got)
	}
	// Another chance begins anew.
	d.Send(packet(t, spec{}), 0, ms)
	b.Duplicate.Every = 2
	d.Set(b, ms)
	d.Send(packet(t, spec{}), 0, ms)
	if d.Counters.Duplicated != 3 {
		t.Errorf("%d copies", d.Counters.Duplicated)
	}
}

func TestDuplicate(t *testing.T) {
	for _, overtake := range []bool{false, true} {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{
			Delay:     link.Delay{Mean: 10 * ms, Jitter: 5 * ms, Overtake: overtake},
			Duplicate: link.Chance{Every: 3},
		})
		numbered(t, d, 300, 20*ms)
		all := collect(w, never)
		if len(all) != 400 || d.Counters.Duplicated != 100 {
			t.Fatalf("%d arrived, %d duplicated", len(all), d.Counters.Duplicated)
		}
		apart := 0
		for i := 1; i < len(all); i++ {
			if all[i].number() != all[i-1].number() {
				continue
			}
			if all[i].number()%3 != 2 || !bytes.Equal(all[i].data, all[i-1].data) {
				t.Fatalf("copy of %d", all[i].number())
			}
			if all[i].at != all[i-1].at {
				apart++
			}
		}
		if (apart == 0) == overtake {
			t.Errorf("overtake %v: %d copies were delayed on their own", overtake, apart)
		}
		conserved(t, d)
	}
}
