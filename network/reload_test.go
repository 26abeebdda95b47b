package network

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
)

// change is the plan with one link changed.
func (l *lab) change(plan Plan, i int, to link.Behavior, down bool) {
	l.t.Helper()
	plan.Links = append([]Link(nil), plan.Links...)
	plan.Links[i].To = [2]link.Behavior{to, to}
	plan.Links[i].Down = down
	if err := l.net.Apply(plan); err != nil {
		l.t.Fatal(err)
	}
}

// A link is changed between two packets: what is on its way arrives as it was to, what
// comes later as the new plan says. One that goes down loses what is on it, and senders
// are told.
func TestChangeLink(t *testing.T) {
	const ms = time.Millisecond
	for family, hosts := range ends {
		plan := delayed(2)
		l := newLab(t, plan)
		send := func(id int) { l.inject("left", udp(hosts[0], hosts[1], id, 8)) }
		send(1)
		l.net.Step(0)
		l.change(plan, 0, link.Behavior{Delay: link.Delay{Mean: 50 * ms}}, false)
		send(2)
		if next, _ := l.net.Step(1 * ms); next != 10*ms {
			t.Errorf("the first arrives at %v, wanted 10 ms", next)
		}
		if next, _ := l.net.Step(10 * ms); next != 51*ms {
			t.Errorf("the second arrives at %v, wanted 51 ms", next)
		}
		l.receive("right")
		l.change(plan, 0, link.Behavior{Delay: link.Delay{Mean: 50 * ms}}, true)
		send(3)
		if next, waits := l.net.Step(20 * ms); waits {
			t.Errorf("something arrives at %v on a link that is down", next)
		}
		if b, _ := payload(l.receive("left")); b[0] != [2]byte{3, 1}[family] {
			t.Errorf("told by type %d", b[0])
		}
		if way := l.net.Stats()[0].Links[1].Way; way.Dropped[drop.LinkCut] != 1 {
			t.Errorf("%+v: the second was lost with the link", way)
		}
		l.change(plan, 0, link.Behavior{}, false)
		send(4)
		l.net.Step(30 * ms)
		l.receive("right")
	}
}

// A link may be changed before anything has run: its owner's time has not begun, and is not the clock's.
func TestApplyBeforeTheFirstStep(t *testing.T) {
	for _, hosts := range ends {
		plan := chain(2)
		l := newLab(t, plan)
		for _, rate := range []int64{1_000_000, 2_000_000} {
			l.change(plan, 0, link.Behavior{Rate: link.Rate{BitsPerSecond: rate, Burst: 10_000}}, false)
		}
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		if next, waits := l.net.Step(0); waits {
			t.Errorf("something happens at %v, wanted it at once", next)
		}
		l.receive("right")
	}
}

// A node that stays remembers as many addresses as the new network lets it.
func TestPlacesOfWhoStays(t *testing.T) {
	l := newLab(t, chain(3))
	for _, nodes := range []int{40, 3} {
		if err := l.net.Apply(chain(nodes)); err != nil {
			t.Fatal(err)
		}
		if got := l.net.nodes[0].seats[0].router.Places; got != places(nodes) {
			t.Errorf("of %d nodes, one remembers %d, wanted %d", nodes, got, places(nodes))
		}
	}
}
