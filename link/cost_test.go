package link_test

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

var costly = map[string]link.Behavior{
	"instant": {},
	"delay":   {Delay: link.Delay{Mean: 20 * ms}},
	"jitter":  {Delay: link.Delay{Mean: 20 * ms, Jitter: 10 * ms, Distribution: link.Normal, Correlation: 0.5, Overtake: true}},
	"rate":    {Rate: link.Rate{BitsPerSecond: 9_000_000_000}, Delay: link.Delay{Mean: 20 * ms}},
	"codel":   {Rate: link.Rate{BitsPerSecond: 7_000_000_000}, Queue: link.Queue{Discipline: link.DisciplineCoDel, ECN: true}},
	"red":     {Rate: link.Rate{BitsPerSecond: 7_000_000_000}, Queue: link.Queue{Discipline: link.DisciplineRED, RED: link.RED{Min: 5000, Max: 50_000}}},
	"trace":   {Trace: &link.Trace{Departures: []time.Duration{us}, Period: us}},
	"rates":   {Trace: &link.Trace{Rates: []link.Step{{0, 5_000_000_000}, {us, 10_000_000_000}}, Period: 2 * us}},
	"chances": {
		Loss:      []link.Loss{{Probability: 0.1, Correlation: 0.5}, {Gilbert: &link.Gilbert{ToBad: 0.1, ToGood: 0.3, LossBad: 1}}, {Every: 9, Match: wire.Match{Port: 80, Above: 100}}},
		Duplicate: link.Chance{Probability: 0.1},
		Reorder:   link.Reorder{Chance: link.Chance{Probability: 0.1}},
		Corrupt:   link.Corrupt{Chance: link.Chance{Probability: 0.5}, Where: link.Unseen},
		Delay:     link.Delay{Mean: ms},
	},
}

// pass sends a packet and takes out what is due.
func pass(w *link.Wires, send func(now time.Duration), now time.Duration) {
	send(now)
	for q := w.Arrive(now); q != nil; q = w.Arrive(now) {
		w.Free(q)
	}
}

// Once as many packets have been on their way as ever will be, none costs an allocation.
func TestNoAllocations(t *testing.T) {
	for _, kind := range []string{"packet", "super-packet"} {
		p := packet(t, spec{length: 1000, tos: 2})
		if kind != "packet" {
			p = super(t, 6, 10_000, 1400)
		}
		for name, b := range costly {
			w := newWires()
			d := w.NewDirection(1, b)
			now := time.Duration(0)
			one := func() {
				pass(w, func(now time.Duration) { d.Send(p, 0, now) }, now)
				now += us
			}
			for range 60_000 {
				one()
			}
			if n := testing.AllocsPerRun(2000, one); n != 0 {
				t.Errorf("%s, %s: %v allocations", kind, name, n)
			}
			conserved(t, d)
		}
	}
}

// 100,000 packets are on their way all the time, on directions that keep the order and on some that do not.
func TestNoAllocationsInFlight(t *testing.T) {
	for _, overtake := range []bool{false, true} {
		w := newWires()
		var directions []*link.Direction
		for i := range 10 {
			directions = append(directions, w.NewDirection(uint64(i), link.Behavior{
				Delay: link.Delay{Mean: 100 * ms, Jitter: ms, Overtake: overtake}}))
		}
		p := packet(t, spec{length: 100})
		now := time.Duration(0)
		i := 0
		one := func() {
			pass(w, func(now time.Duration) { directions[i%10].Send(p, 0, now) }, now)
			now += us
			i++
		}
		for range 205_000 {
			one()
		}
		if n := testing.AllocsPerRun(10_000, one); n != 0 {
			t.Errorf("overtake %v: %v allocations", overtake, n)
		}
		onWay := uint64(0)
		for _, d := range directions {
			conserved(t, d)
			onWay += d.Counters.OnWay
		}
		if onWay < 99_000 {
			t.Errorf("%d on the way", onWay)
		}
	}
}

func BenchmarkPass(b *testing.B) {
	for _, c := range []struct {
		name     string
		behavior link.Behavior
		super    bool
	}{
		{"delay", link.Behavior{Delay: link.Delay{Mean: ms}}, false},
		{"rate", link.Behavior{Rate: link.Rate{BitsPerSecond: 9_000_000_000}, Delay: link.Delay{Mean: ms}}, false},
		{"jitter", link.Behavior{Delay: link.Delay{Mean: ms, Jitter: 500 * us, Distribution: link.Normal, Overtake: true}}, false},
		{"chances", costly["chances"], false},
		{"super/delay", link.Behavior{Delay: link.Delay{Mean: ms}}, true},
		{"super/rate", link.Behavior{Rate: link.Rate{BitsPerSecond: 900_000_000_000}, Delay: link.Delay{Mean: ms}}, true},
		{"100000", link.Behavior{Delay: link.Delay{Mean: 100 * ms}}, false},
		{"100000/overtake", link.Behavior{Delay: link.Delay{Mean: 100 * ms, Jitter: ms, Overtake: true}}, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWires()
			d := w.NewDirection(1, c.behavior)
			p := packet(b, spec{length: 1000})
			if c.super {
				p = super(b, 4, 60_000, 1400)
			}
			now := time.Duration(0)
			one := func() {
				pass(w, func(now time.Duration) { d.Send(p, 0, now) }, now)
				now += us
			}
			for range 110_000 {
				one()
			}
			b.ReportAllocs()
			for b.Loop() {
				one()
			}
		})
	}
}
