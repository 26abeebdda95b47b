package network

import (
	"bytes"
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

// Nodes come, and go, at the end of a chain. Those that stay keep what is on the links between them, and what is on
// the others is lost. The device is another node's from then on.
func TestApplyOtherNodes(t *testing.T) {
	const ms = time.Millisecond
	for _, hosts := range ends {
		l := newLab(t, delayed(3))
		now := time.Duration(0)
		arrives := func(id int, links int) {
			for step := range links {
				now += 10 * ms
				if next, waits := l.net.Step(now); waits != (step < links-1) || waits && next != now+10*ms {
					t.Fatalf("packet %d: next at %v, %t", id, next, waits)
				}
			}
			if octets, ttl := payload(l.receive("right")); ttl != uint8(64-1-links) || !bytes.HasSuffix(octets, pattern(id, 8)) {
				t.Errorf("packet %d has TTL %d: % x", id, ttl, octets)
			}
		}
		send := func(id int) {
			l.inject("left", udp(hosts[0], hosts[1], id, 8))
			l.net.Step(now)
		}
		send(1)
		if err := l.net.Apply(delayed(4)); err != nil {
			t.Fatal(err)
		}
		arrives(1, 3)
		send(2)
		l.net.Step(now + 10*ms)
		l.net.Step(now + 20*ms) // it is on the last link now
		now += 20 * ms
		send(3)
		if err := l.net.Apply(delayed(3)); err != nil {
			t.Fatal(err)
		}
		arrives(3, 2)
		if got := l.net.Stats()[0].Counters.Forwarded; got != 3 {
			t.Errorf("the first node forwarded %d, wanted 3", got)
		}
	}
}

// Routes are computed, or not, as the plan of now says.
func TestApplyOtherRouting(t *testing.T) {
	for _, hosts := range ends {
		l := newLab(t, chain(3))
		for id, routing := range []Routing{ShortestPath, Static, ShortestPath, Static} {
			plan := chain(3)
			plan.Routing = routing
			if err := l.net.Apply(plan); err != nil {
				t.Fatal(err)
			}
			l.net.routeAgain() // which changes nothing
			l.inject("left", udp(hosts[0], hosts[1], id, 8))
			l.net.Step(time.Duration(id))
			l.receive([...]string{ShortestPath: "right", Static: "left"}[routing]) // left is told that there is no route
		}
	}
}
