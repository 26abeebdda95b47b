package link_test

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
)

// A rate that divides no nanosecond: the nth packet leaves exactly at n times its length.
func TestRateIsExact(t *testing.T) {
	const rate, length, overhead, packets = 7_777_777, 333, 38, 100_000
	w := newWires()
	d := w.NewDirection(1, link.Behavior{
		Rate:  link.Rate{BitsPerSecond: rate, Overhead: overhead},
		Queue: link.Queue{Packets: packets},
		Delay: link.Delay{Mean: 3 * ms},
	})
	p := packet(t, spec{length: length})
	for range packets {
		d.Send(p, 0, 0)
	}
	n := int64(0)
	// Whoever comes late finds the same times.
	for _, now := range []time.Duration{10 * ms, 11 * ms, 5 * time.Second, never} {
		for _, a := range collect(w, now) {
			n++
			want := 3*ms + time.Duration(n*(length+overhead)*8*1_000_000_000/rate)
			if a.at != want {
				t.Fatalf("packet %d at %v, want %v", n, a.at, want)
			}
		}
		conserved(t, d)
	}
	if n != packets {
		t.Fatalf("%d arrived", n)
	}
}

// 1000 octets at 8 Mbit/s take a millisecond.
var slow = link.Rate{BitsPerSecond: 8_000_000}

func times(all []arrival) (at []time.Duration) {
	for _, a := range all {
		at = append(at, a.at)
	}
	return at
}

func wantTimes(t *testing.T, all []arrival, want ...time.Duration) {
	t.Helper()
	got := times(all)
	if len(got) != len(want) {
		t.Fatalf("arrived at %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("arrived at %v, want %v", got, want)
		}
	}
}

// What is being sent finishes as begun; what waits takes the new rate.
func TestRateChanges(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Rate: slow})
	p := packet(t, spec{length: 1000})
	for range 4 {
		d.Send(p, 0, 0)
	}
	d.Set(link.Behavior{Rate: link.Rate{BitsPerSecond: 80_000_000}}, 500*us)
	got := collect(w, 1200*us)
	d.Set(link.Behavior{Rate: link.Rate{BitsPerSecond: 800_000}}, 1250*us)
	got = append(got, collect(w, 11*ms)...)
	d.Set(link.Behavior{}, 11*ms)
	d.Send(p, 0, 11*ms)
	got = append(got, collect(w, never)...)
	// Two at 0.1 ms, then one is being sent at 0.1 ms when the rate falls.
	wantTimes(t, got, ms, 1100*us, 1200*us, 1300*us, 11*ms)
	conserved(t, d)

	d.Set(link.Behavior{Rate: slow}, 20*ms)
	for range 3 {
		d.Send(p, 0, 20*ms)
	}
	d.Set(link.Behavior{}, 20*ms)
	d.Send(p, 0, 20*ms+1)
	wantTimes(t, collect(w, never), 21*ms, 21*ms, 21*ms, 21*ms)
}

// Set knows what has left by then, whoever has not asked for it yet.
func TestRateChangesLate(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Rate: slow})
	p := packet(t, spec{length: 1000})
	for range 5 {
		d.Send(p, 0, 0)
	}
	d.Set(link.Behavior{Rate: link.Rate{BitsPerSecond: 80_000_000}}, 2500*us)
	wantTimes(t, collect(w, never), ms, 2*ms, 3*ms, 3100*us, 3200*us)
}

// A bucket of 2500 octets lets two and a half packets through at once.
func TestBurst(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Rate: link.Rate{BitsPerSecond: slow.BitsPerSecond, Burst: 2500}})
	p := packet(t, spec{length: 1000})
	for range 4 {
		d.Send(p, 0, 10*ms)
	}
	wantTimes(t, collect(w, never), 10*ms, 10*ms, 10*ms+500*us, 11*ms+500*us)
	// After a millisecond there is one packet's worth again, and at ten times the speed still.
	d.Set(link.Behavior{Rate: link.Rate{BitsPerSecond: 80_000_000, Burst: 2500}}, 12*ms+500*us)
	for range 3 {
		d.Send(p, 0, 12*ms+500*us)
	}
	wantTimes(t, collect(w, never), 12*ms+500*us, 12*ms+600*us, 12*ms+700*us)
	for range 3 {
		d.Send(p, 0, 20*ms)
	}
	wantTimes(t, collect(w, never), 20*ms, 20*ms, 20*ms+50*us)
}

func TestQueueBounds(t *testing.T) {
	for name, c := range map[string]struct {
		queue link.Queue
		fit   int // beside the one that is being sent
	}{
		"default": {link.Queue{}, 1000},
		"packets": {link.Queue{Packets: 7}, 7},
		"octets":  {link.Queue{Octets: 7999}, 7},
		"time":    {link.Queue{Time: 7 * ms}, 7},
		"both":    {link.Queue{Packets: 7, Octets: 5000}, 5},
		"codel":   {link.Queue{Packets: 7, Discipline: link.DisciplineCoDel}, 7},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			d := w.NewDirection(1, link.Behavior{Rate: slow, Queue: c.queue})
			p := packet(t, spec{length: 1000})
			for range 1500 {
				d.Send(p, 0, 0)
			}
			if full := d.Counters.Dropped[drop.QueueFull]; full != uint64(1499-c.fit) {
				t.Errorf("%d found the queue full", full)
			}
			// One has left 999 µs later, unless Arrive was not called: Send sees to it.
			d.Send(p, 0, ms-1)
			d.Send(p, 0, ms)
			if full := d.Counters.Dropped[drop.QueueFull]; full != uint64(1500-c.fit) {
				t.Errorf("%d found the queue full after one had left", full)
			}
			conserved(t, d)
			if n := len(collect(w, never)); n != c.fit+2 {
				t.Errorf("%d arrived", n)
			}
		})
	}
}
