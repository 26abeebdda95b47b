package network

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
)

// habits are what links do in turn.
var habits = []link.Behavior{
	{},
	{Delay: link.Delay{Mean: 3 * time.Millisecond, Jitter: 2 * time.Millisecond, Overtake: true}},
	{Rate: link.Rate{BitsPerSecond: 2_000_000, Burst: 3000}, Queue: link.Queue{Packets: 1}},
	{Rate: link.Rate{BitsPerSecond: 10_000_000}, Queue: link.Queue{Discipline: link.DisciplineCoDel}},
	{Duplicate: link.Chance{Every: 1}, Loss: []link.Loss{{Probability: 0.3}}},
	{Trace: &link.Trace{Departures: []time.Duration{time.Millisecond}, Period: time.Millisecond}},
	{Down: true},
}

// What was sent to a link has arrived, or is on its way, or was dropped, and what was duplicated came once
// more, through all changes of what the link does.
func TestLinksKeepCount(t *testing.T) {
	l := newLab(t, chain(3))
	for i := range 700 {
		plan := chain(3)
		for k := range plan.Links {
			plan.Links[k].To = [2]link.Behavior{habits[(i/3+k)%len(habits)], habits[(i/5+k)%len(habits)]}
		}
		if err := l.net.Apply(plan); err != nil {
			t.Fatal(err)
		}
		for id := range 10 {
			for _, hosts := range ends {
				l.inject("left", udp(hosts[0], hosts[1], id, i))
				l.inject("right", udp(hosts[1], hosts[0], id, i))
			}
		}
		l.net.Step(time.Duration(i) * 700 * time.Microsecond)
		l.conserved()
		for drained := true; drained; {
			_, left := l.opener.Device("left").Receive(0)
			_, right := l.opener.Device("right").Receive(0)
			drained = left || right
		}
	}
	for _, way := range []*link.Counters{l.net.Stats()[0].Links[1].Way, l.net.Stats()[1].Links[0].Way} {
		for _, reason := range []drop.Reason{drop.LinkCut, drop.LinkLoss, drop.QueueFull} {
			if way.Dropped[reason] < 10 {
				t.Errorf("%d dropped by %s: this test says little", way.Dropped[reason], reason)
			}
		}
		if way.Arrived < 1000 || way.Duplicated < 100 {
			t.Errorf("%d arrived, %d twice: this test says little", way.Arrived, way.Duplicated)
		}
	}
}

// conserved checks the sums of all links of a chain.
func (l *lab) conserved() {
	l.t.Helper()
	stats := l.net.Stats()
	for i := range len(stats) - 1 {
		next, back := stats[i].Links[0], stats[i+1].Links[0]
		for _, s := range stats[i].Links {
			if s.Name == "next" {
				next = s
			}
		}
		for _, pair := range [][2]LinkStats{{next, back}, {back, next}} {
			from, to := pair[0], pair[1]
			want := from.Sent
			if from.Way != nil {
				want += from.Way.Duplicated - from.Way.OnWay
				for _, n := range from.Way.Dropped {
					want -= n
				}
			}
			if to.Received != want {
				l.t.Fatalf("%s to %s: %d were received, wanted %d: %+v, %+v", to.Peer, from.Peer, to.Received, want, from, from.Way)
			}
		}
	}
}
