package link_test

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// A packet uses as many opportunities as its octets need, and what nobody uses is lost.
func TestDepartures(t *testing.T) {
	w := newWires()
	trace := &link.Trace{Departures: []time.Duration{2 * ms, 2 * ms, 5 * ms, 10 * ms}, Octets: 1500, Period: 10 * ms}
	d := w.NewDirection(1, link.Behavior{Trace: trace})
	big, small := packet(t, spec{length: 4000}), packet(t, spec{length: 400})
	d.Send(big, 0, 1*ms)
	d.Send(small, 0, 1*ms) // in what the big one left at 5 ms
	d.Send(small, 0, 1*ms)
	wantTimes(t, collect(w, never), 5*ms, 5*ms, 10*ms)
	// The last of a round is at the first moment of the next, and there for whoever comes just then.
	d.Send(small, 0, 20*ms)
	d.Send(small, 0, 20*ms+1)
	wantTimes(t, collect(w, never), 20*ms, 22*ms)
}

// mahimahi is the loop of a link that wakes at each opportunity, and sends what is there.
func mahimahi(packets []sending, trace *link.Trace, end time.Duration) (left []arrivalOf) {
	first, next, rest := 0, 0, 0 // of the queue; rest is what the first one lacks
	for round := time.Duration(0); round*trace.Period < end; round++ {
		for _, departure := range trace.Departures {
			now := round*trace.Period + departure
			for next < len(packets) && packets[next].at <= now {
				next++
			}
			for room := trace.Octets; room > 0 && first < next; {
				if rest == 0 {
					rest = packets[first].length
				}
				sent := min(room, rest)
				if room, rest = room-sent, rest-sent; rest == 0 {
					left = append(left, arrivalOf{uint32(first), now})
					first++
				}
			}
		}
	}
	return left
}

func TestDeparturesAreMahimahi(t *testing.T) {
	trace := &link.Trace{Octets: 1500}
	for i, at := 0, 3*ms; i < 700; i++ {
		trace.Departures = append(trace.Departures, at)
		at += time.Duration(i*i*31%4) * ms // some at the same moment
	}
	trace.Period = trace.Departures[699]
	packets := overload()
	end := 20 * time.Second
	want := mahimahi(packets, trace, end)
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Trace: trace, Queue: link.Queue{Packets: len(packets)}})
	var got []arrivalOf
	for i, p := range packets {
		if i%10 == 0 {
			for _, a := range collect(w, p.at) {
				got = append(got, arrivalOf{a.number(), a.at})
			}
		}
		d.Send(packet(t, spec{number: uint32(i), length: p.length}), 0, p.at)
	}
	for _, a := range collect(w, never) {
		got = append(got, arrivalOf{a.number(), a.at})
	}
	if len(got) != len(packets) || len(want) != len(packets) {
		t.Fatalf("%d and %d left of %d", len(got), len(want), len(packets))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%+v, want %+v", got[i], want[i])
		}
	}
}

// Speeds over time: 1 octet per µs, then nothing, then two.
func TestRates(t *testing.T) {
	w := newWires()
	trace := &link.Trace{Period: 10 * ms, Rates: []link.Step{{0, 8_000_000}, {2 * ms, 0}, {4 * ms, 16_000_000}}}
	d := w.NewDirection(1, link.Behavior{Trace: trace})
	p := packet(t, spec{length: 1500})
	for range 4 {
		d.Send(p, 0, 0)
	}
	d.Send(p, 0, 8*ms)
	d.Send(p, 0, 8*ms)
	d.Send(p, 0, 9*ms) // 500 µs at two, 500 µs at one
	wantTimes(t, collect(w, never),
		1500*us, 4500*us, 5250*us, 6000*us, 8750*us, 9500*us, 10500*us)
	// 14,000 octets a round: a long packet takes whole rounds.
	d.Set(link.Behavior{Trace: trace, Rate: link.Rate{Overhead: 14_000*1000 - 1500}}, 20*ms)
	d.Send(p, 0, 20*ms)
	wantTimes(t, collect(w, never), 20*ms+10*time.Second-6*ms+6*ms)
}

// A speed that divides no nanosecond, in steps: after each round just what the rounds carry has left.
func TestRatesAreExact(t *testing.T) {
	const rate, length, packets = 7_777_777, 333, 20_000
	w := newWires()
	trace := &link.Trace{Period: 7 * us, Rates: []link.Step{{0, rate}, {3 * us, rate}, {5 * us, rate}}}
	d := w.NewDirection(1, link.Behavior{Trace: trace, Queue: link.Queue{Packets: packets}})
	p := packet(t, spec{length: length})
	for range packets {
		d.Send(p, 0, 0)
	}
	for i, a := range collect(w, never) {
		if want := time.Duration(int64(i+1) * length * 8 * 1_000_000_000 / rate); a.at != want {
			t.Fatalf("packet %d at %v, want %v", i, a.at, want)
		}
	}
}

// A trace that is set again, from another piece of memory, goes on; another one begins.
func TestTraceGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		first, period time.Duration
		want          time.Duration
	}{"same": {3 * ms, 10 * ms, 13 * ms}, "other": {3 * ms, 11 * ms, 8 * ms}} {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{Trace: &link.Trace{Departures: []time.Duration{3 * ms}, Period: 10 * ms}})
		d.Set(link.Behavior{Trace: &link.Trace{Departures: []time.Duration{c.first}, Period: c.period}}, 5*ms)
		d.Send(packet(t, spec{}), 0, 5*ms)
		t.Log(name)
		wantTimes(t, collect(w, never), c.want)
	}
}

// A trace without any speed holds what is sent until another one comes.
func TestNoSpeed(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Trace: &link.Trace{Period: ms, Rates: []link.Step{{0, 0}}}, Queue: link.Queue{Time: ms}})
	p := packet(t, spec{length: 1000})
	for range 3 {
		d.Send(p, 0, 0)
	}
	if _, ok := w.Next(); ok || w.Arrive(never) != nil {
		t.Error("something will leave")
	}
	conserved(t, d)
	d.Set(link.Behavior{Rate: slow}, 5*ms)
	wantTimes(t, collect(w, never), 6*ms)
}
