package link_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
)

// sending is a packet of a test of queues.
type sending struct {
	at     time.Duration
	length int
}

// overload sends for a while more than a link of 8 Mbit/s takes, then less, and then more again.
func overload() (all []sending) {
	now := time.Duration(0)
	for i := range 12_000 {
		length := 200 + i*7919%1300
		gap := time.Duration(length) * us
		switch {
		case i%4000 < 2500:
			gap = gap * 3 / 4
		case i%4000 < 2600:
			gap *= 9
		default:
			gap = gap * 99 / 100
		}
		all = append(all, sending{now, length})
		now += gap
	}
	return all
}

// oracle is RFC 8289 §5 on a link of 1 octet per µs, written after its text alone: the
// queue is a list of numbers of packets. It returns what leaves and when.
type oracle struct {
	packets          []sending
	queue            []int
	target, interval time.Duration
	firstAbove, next time.Duration
	count, lastCount int
	dropping         bool
	maxPacket, bytes int
	free             time.Duration // when the link is free
	busy             bool
	left             []arrivalOf
}

type arrivalOf struct {
	number uint32
	at     time.Duration
}

func (o *oracle) dodequeue(now time.Duration) (n int, okToDrop bool) {
	if len(o.queue) == 0 {
		o.firstAbove = 0
		return -1, false
	}
	n, o.queue = o.queue[0], o.queue[1:]
	o.bytes -= o.packets[n].length
	o.maxPacket = max(o.maxPacket, o.packets[n].length)
	sojourn := now - o.packets[n].at
	if sojourn < o.target || o.bytes <= o.maxPacket {
		o.firstAbove = 0
	} else if o.firstAbove == 0 {
		o.firstAbove = now + o.interval
	} else if now >= o.firstAbove {
		okToDrop = true
	}
	return n, okToDrop
}

func (o *oracle) controlLaw(t time.Duration) time.Duration {
	return t + time.Duration(float64(o.interval)/math.Sqrt(float64(o.count)))
}

func (o *oracle) deque(now time.Duration) int {
	n, ok := o.dodequeue(now)
	if o.dropping {
		if !ok {
			o.dropping = false
		}
		for now >= o.next && o.dropping {
			o.count++
			n, ok = o.dodequeue(now)
			if !ok {
				o.dropping = false
			} else {
				o.next = o.controlLaw(o.next)
			}
		}
	} else if ok {
		n, _ = o.dodequeue(now)
		o.dropping = true
		delta := o.count - o.lastCount
		o.count = 1
		if delta > 1 && now-o.next < 16*o.interval {
			o.count = delta
		}
		o.next = o.controlLaw(now)
		o.lastCount = o.count
	}
	return n
}

// until runs the link up to now.
func (o *oracle) until(now time.Duration) {
	for o.busy && o.free <= now {
		o.begin(o.free)
	}
}

func (o *oracle) begin(now time.Duration) {
	n := o.deque(now)
	if o.busy = n >= 0; o.busy {
		o.free = now + time.Duration(o.packets[n].length)*us
		o.left = append(o.left, arrivalOf{uint32(n), o.free})
	}
}

func (o *oracle) run() []arrivalOf {
	for n, p := range o.packets {
		o.until(p.at)
		o.queue, o.bytes = append(o.queue, n), o.bytes+p.length
		if !o.busy {
			o.begin(p.at)
		}
	}
	o.until(never)
	return o.left
}

func TestCoDelIsRFC8289(t *testing.T) {
	for name, c := range map[string]link.CoDel{
		"default": {},
		"other":   {Target: 20 * ms, Interval: 30 * ms},
		"short":   {Target: 100 * us, Interval: 2 * ms}, // less than a packet takes
	} {
		t.Run(name, func(t *testing.T) {
			packets := overload()
			o := &oracle{packets: packets, target: 5 * ms, interval: 100 * ms}
			if c.Target != 0 {
				o.target, o.interval = c.Target, c.Interval
			}
			want := o.run()
			w := newWires()
			d := w.NewDirection(1, link.Behavior{Rate: slow, Queue: link.Queue{Packets: 100_000, Discipline: link.DisciplineCoDel, CoDel: c}})
			var got []arrivalOf
			for i, p := range packets {
				if i%100 == 99 { // whoever looks seldom sees the same
					for _, a := range collect(w, p.at) {
						got = append(got, arrivalOf{a.number(), a.at})
					}
				}
				d.Send(packet(t, spec{number: uint32(i), length: p.length}), 0, p.at)
			}
			for _, a := range collect(w, never) {
				got = append(got, arrivalOf{a.number(), a.at})
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%d left, want %d", len(got), len(want))
			}
			if early := d.Counters.Dropped[drop.QueueEarly]; early < 300 || early != uint64(len(packets)-len(want)) {
				t.Errorf("%d dropped early", early)
			}
			conserved(t, d)
		})
	}
}

// The first drop comes when packets have waited for longer than 5 ms for 100 ms; the
// next ones 100 ms, 70.7 ms and 57.7 ms after each other.
func TestCoDelBegins(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{Rate: slow, Queue: link.Queue{Discipline: link.DisciplineCoDel}})
		p := packet(t, spec{version: version, length: 1000})
		for range 500 {
			d.Send(p, 0, 0)
		}
		var drops []time.Duration
		for now := time.Duration(0); now < 400*ms; now += ms {
			before := d.Counters.Dropped[drop.QueueEarly]
			collect(w, now)
			for range d.Counters.Dropped[drop.QueueEarly] - before {
				drops = append(drops, now)
			}
		}
		// The packet that is taken at 5 ms has waited for 5 ms, the next drops are due at 105, 205, 275.7 and 333.4.
		want := []time.Duration{105 * ms, 205 * ms, 276 * ms, 334 * ms, 384 * ms}
		if !slices.Equal(drops, want) {
			t.Errorf("drops at %v, want %v", drops, want)
		}
	})
}
