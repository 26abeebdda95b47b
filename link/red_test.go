package link_test

import (
	"math"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
)

// With Min at Max, RED drops just when the average is there: the average is that of Floyd and
// Jacobson, idle time included. The link sends an octet each µs.
func TestREDAverage(t *testing.T) {
	const weight, threshold = 0.1, 3000
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Rate: slow, Queue: link.Queue{
		Packets: 1000, Discipline: link.DisciplineRED, RED: link.RED{Min: threshold, Max: threshold, Weight: weight}}})
	average, idle := 0.0, time.Duration(0)
	var leaves []sending // the one that is being sent, and the queue
	drops, idles := 0, 0
	packets := overload()
	for i, last := 0, packets[len(packets)-1].at; i < 6000; i++ { // bursts, and idle times between them
		packets = append(packets, sending{last + time.Duration(1+i/30)*20*ms, 400 + i%200})
	}
	for i, p := range packets {
		for len(leaves) > 0 && leaves[0].at <= p.at {
			idle = leaves[0].at
			leaves = leaves[1:]
		}
		if len(leaves) == 0 {
			// As many packets of 1000 octets could have been sent.
			average *= math.Pow(1-weight, float64(p.at-idle)/float64(ms))
			idles++
		} else {
			queued := 0
			for _, waits := range leaves[1:] {
				queued += waits.length
			}
			average = (1-weight)*average + weight*float64(queued)
		}
		before := d.Counters.Dropped[drop.QueueEarly]
		d.Send(packet(t, spec{length: p.length}), 0, p.at)
		dropped := d.Counters.Dropped[drop.QueueEarly] != before
		if want := average >= threshold; dropped != want {
			t.Fatalf("packet %d at average %v: dropped %v", i, average, dropped)
		}
		if dropped {
			drops++
			continue
		}
		begin := p.at
		if len(leaves) > 0 {
			begin = leaves[len(leaves)-1].at
		}
		leaves = append(leaves, sending{begin + time.Duration(p.length)*us, p.length})
	}
	if drops < 500 || idles < 100 {
		t.Errorf("%d drops and %d idle times say little", drops, idles)
	}
}

// Between the thresholds drops are spread: as likely at each distance up to the inverse of the probability.
func TestREDSpreads(t *testing.T) {
	queue := link.Queue{Packets: 1_000_000, Discipline: link.DisciplineRED,
		RED: link.RED{Min: 2000, Max: 12_000, Probability: 0.5, Weight: 1}}
	w := newWires()
	d := w.NewDirection(2, link.Behavior{Rate: link.Rate{BitsPerSecond: 1}, Queue: queue})
	p := packet(t, spec{length: 1000})
	for range 4 {
		d.Send(p, 0, 0) // below Min
	}
	d.Send(packet(t, spec{length: 28}), 0, 0) // sees 3000
	queue.RED.Weight = 1e-12
	d.Set(link.Behavior{Rate: link.Rate{BitsPerSecond: 1}, Queue: queue}, 0)
	var gaps [30]int
	last, drops := 0, 0
	for i := 1; i <= 100_000; i++ {
		before := d.Counters.Dropped[drop.QueueEarly]
		d.Send(p, 0, 0)
		if d.Counters.Dropped[drop.QueueEarly] != before {
			gaps[i-last]++
			last, drops = i, drops+1
		}
	}
	// 0.5 * (3000 - 2000) / (12000 - 2000) = 1/20: distances from 1 to 19.
	for gap, n := range gaps {
		if inside := gap >= 1 && gap <= 19; !inside && n > 1 || inside && !near(n, drops, 1./19) {
			t.Errorf("distance %d: %d of %d", gap, n, drops)
		}
	}
}
