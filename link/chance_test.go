package link_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

// fates sends n packets and says of each whether it was lost.
func fates(t testing.TB, w *link.Wires, d *link.Direction, p *wire.Packet, n int) (lost []bool) {
	t.Helper()
	for range n {
		before := d.Counters.Dropped[drop.LinkLoss]
		d.Send(p, 0, 0)
		lost = append(lost, d.Counters.Dropped[drop.LinkLoss] != before)
		for q := w.Arrive(0); q != nil; q = w.Arrive(0) {
			w.Free(q)
		}
	}
	return lost
}

func count(fates []bool) (n int) {
	for _, lost := range fates {
		if lost {
			n++
		}
	}
	return n
}

// near says whether n of many independent chances is within three standard deviations.
func near(n, many int, p float64) bool {
	return math.Abs(float64(n)-p*float64(many)) <= 3*math.Sqrt(float64(many)*p*(1-p))
}

func TestLossRate(t *testing.T) {
	const many = 100_000
	families(t, func(t *testing.T, version uint8) {
		for _, p := range []float64{0, 0.001, 0.01, 0.3, 1} {
			w := newWires()
			d := w.NewDirection(7, link.Behavior{Loss: []link.Loss{{Probability: p}}})
			if n := count(fates(t, w, d, packet(t, spec{version: version}), many)); !near(n, many, p) {
				t.Errorf("%d of %d lost at %v", n, many, p)
			}
		}
	})
}

// Correlation makes losses follow each other, and no more of them.
func TestLossCorrelation(t *testing.T) {
	const many, p = 200_000, 0.1
	pairs := func(correlation float64) (rate, again float64) {
		w := newWires()
		d := w.NewDirection(7, link.Behavior{Loss: []link.Loss{{Probability: p, Correlation: correlation}}})
		lost := fates(t, w, d, packet(t, spec{}), many)
		both := 0
		for i := 1; i < many; i++ {
			if lost[i] && lost[i-1] {
				both++
			}
		}
		return float64(count(lost)) / many, float64(both) / float64(count(lost))
	}
	// The probability of two correlated normal numbers being both among the lowest tenth
	// (the bivariate normal distribution): 0.1, 0.324 and 0.689 of those of one.
	for correlation, want := range map[float64]float64{0: 0.1, 0.5: 0.324, 0.9: 0.689} {
		rate, again := pairs(correlation)
		if math.Abs(rate-p) > 0.006 {
			t.Errorf("correlation %v: rate %v", correlation, rate)
		}
		if math.Abs(again-want) > 0.02 {
			t.Errorf("correlation %v: %v of the lost were followed by one more, want %v", correlation, again, want)
		}
	}
}

// Bad times last 1/ToGood packets on average, good ones 1/ToBad.
func TestGilbert(t *testing.T) {
	const many = 200_000
	w := newWires()
	d := w.NewDirection(3, link.Behavior{Loss: []link.Loss{{Gilbert: &link.Gilbert{ToBad: 0.01, ToGood: 0.2, LossBad: 1}}}})
	lost := fates(t, w, d, packet(t, spec{}), many)
	bursts := 0
	for i, l := range lost {
		if l && (i == 0 || !lost[i-1]) {
			bursts++
		}
	}
	if mean := float64(count(lost)) / float64(bursts); math.Abs(mean-5) > 0.3 {
		t.Errorf("bursts of %v, want 5", mean)
	}
	if rate := float64(count(lost)) / many; math.Abs(rate-0.01/0.21) > 0.004 {
		t.Errorf("rate %v, want %v", rate, 0.01/0.21)
	}
	d = w.NewDirection(3, link.Behavior{Loss: []link.Loss{{Gilbert: &link.Gilbert{ToBad: 0.5, ToGood: 0.5, LossBad: 0.4, LossGood: 0.2}}}})
	if n := count(fates(t, w, d, packet(t, spec{}), many)); !near(n, many, 0.3) {
		t.Errorf("%d lost of %d, want 0.3", n, many)
	}
}

func TestEveryAndFates(t *testing.T) {
	w := newWires()
	p := packet(t, spec{length: 100})
	d := w.NewDirection(1, link.Behavior{Loss: []link.Loss{{Every: 3}}})
	if got, want := fates(t, w, d, p, 7), []bool{false, false, true, false, false, true, false}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	script := []bool{true, false, false, true, true}
	d = w.NewDirection(1, link.Behavior{Loss: []link.Loss{{Fates: script}}})
	if got := fates(t, w, d, p, 10); !slices.Equal(got, slices.Concat(script, script)) {
		t.Errorf("%v", got)
	}
	// What does not match is not counted.
	d = w.NewDirection(1, link.Behavior{Loss: []link.Loss{{Every: 2, Match: wire.Match{Above: 100}}}})
	long := packet(t, spec{length: 101})
	var got []bool
	for range 4 {
		got = append(got, fates(t, w, d, p, 1)...)
		got = append(got, fates(t, w, d, long, 1)...)
	}
	if want := []bool{false, false, false, true, false, false, false, true}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// Several losses are independent: each loses what it would alone.
func TestLossesAreIndependent(t *testing.T) {
	const many = 5000
	run := func(losses ...link.Loss) []bool {
		w := newWires()
		return fates(t, w, w.NewDirection(9, link.Behavior{Loss: losses}), packet(t, spec{}), many)
	}
	first := link.Loss{Probability: 0.1}
	both := run(first, link.Loss{Every: 7})
	for i, lost := range run(first) {
		if want := lost || (i+1)%7 == 0; both[i] != want {
			t.Fatalf("packet %d: lost %v, want %v", i, both[i], want)
		}
	}
	twice := count(run(first, first))
	if !near(twice, many, 1-0.9*0.9) {
		t.Errorf("two losses of 10%% lost %d of %d", twice, many)
	}
}

// What Set leaves as it was goes on; also a loss that is at another place of the list.
func TestSetDoesNotReset(t *testing.T) {
	const many = 400
	p := packet(t, spec{})
	losses := []link.Loss{
		{Gilbert: &link.Gilbert{ToBad: 0.1, ToGood: 0.2, LossBad: 0.9, LossGood: 0.1}},
		{Probability: 0.1, Correlation: 0.7},
		{Every: 9},
		{Fates: []bool{false, false, true, false, false}},
	}
	w := newWires()
	want := fates(t, w, w.NewDirection(5, link.Behavior{Loss: losses}), p, many)
	d := w.NewDirection(5, link.Behavior{Loss: losses})
	var got []bool
	for i := range many / 4 {
		got = append(got, fates(t, w, d, p, 4)...)
		next := link.Behavior{Loss: slices.Clone(losses)}
		gilbert := *losses[0].Gilbert
		next.Loss[0].Gilbert = &gilbert
		next.Loss[3].Fates = slices.Clone(losses[3].Fates)
		switch i % 4 {
		case 1:
			slices.Reverse(next.Loss)
		case 2:
			next.Loss = append([]link.Loss{{Every: 1_000_000}}, next.Loss...)
		case 3:
			next.Corrupt = link.Corrupt{Chance: link.Chance{Probability: 0.5}}
			next.Duplicate = link.Chance{Probability: 0.5}
			next.Queue.Packets = 5
		}
		d.Set(next, 0)
	}
	if !slices.Equal(got, want) {
		t.Error("other packets were lost")
	}
}

// No part changes what another does to the nth packet.
func TestPartsAreIndependent(t *testing.T) {
	const many = 2000
	p := packet(t, spec{length: 500})
	alone := link.Behavior{Loss: []link.Loss{{Probability: 0.2, Correlation: 0.3}}}
	with := alone
	with.Delay = link.Delay{Mean: 10 * ms, Jitter: 5 * ms, Correlation: 0.5, Overtake: true}
	with.Duplicate = link.Chance{Probability: 0.3}
	with.Reorder = link.Reorder{Chance: link.Chance{Probability: 0.3}}
	with.Corrupt = link.Corrupt{Chance: link.Chance{Probability: 0.3}, Where: link.Unseen, Bits: 9}
	with.Rate = link.Rate{BitsPerSecond: 1_000_000}
	with.Queue = link.Queue{Packets: 10, Discipline: link.DisciplineRED, RED: link.RED{Min: 500, Max: 4000}}
	w := newWires()
	want := fates(t, w, w.NewDirection(5, alone), p, many)
	if got := fates(t, w, w.NewDirection(5, with), p, many); !slices.Equal(got, want) {
		t.Error("loss depends on other parts")
	}
	// Delay, corruption and copies of those that are not lost are as without loss.
	outcome := func(b link.Behavior) map[uint16][]string {
		w := newWires()
		d := w.NewDirection(5, b)
		all := map[uint16][]string{}
		for i := range many {
			d.Send(packet(t, spec{length: 64, ports: [2]uint16{uint16(i), 9}}), 0, 0)
		}
		for _, a := range collect(w, never) {
			port := binary.BigEndian.Uint16(a.data[20:])
			all[port] = append(all[port], a.at.String()+string(a.data))
		}
		return all
	}
	with.Rate, with.Loss = link.Rate{}, nil
	lossless := outcome(with)
	with.Loss = alone.Loss
	lossy := outcome(with)
	for port, what := range lossy {
		if !slices.Equal(what, lossless[port]) {
			t.Fatalf("packet %d: %q, without loss %q", port, what, lossless[port])
		}
	}
	if len(lossless) != many || len(lossy) != many-count(want) {
		t.Errorf("%d and %d arrived", len(lossless), len(lossy))
	}
}
