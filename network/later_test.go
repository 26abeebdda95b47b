package network

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// tardy is a plan whose node of that index says all that it says about expired packets late, and twice.
func tardy(plan Plan, node int) Plan {
	plan.Nodes[node].Settings.Policy[ratelimit.TimeExceeded] = []forwarding.Rule{{Policy: forwarding.Policy{Delay: 300 * time.Millisecond, Duplicate: 1}}}
	return plan
}

// What is delayed leaves at its own time, by a device or by a link to another node, however late the worker is.
func TestLater(t *testing.T) {
	const ms = time.Millisecond
	for _, hosts := range ends {
		for node := range 3 {
			l := newLab(t, tardy(delayed(3), node))
			l.inject("left", withTTL(udp(hosts[0], hosts[1], 1, 8), uint8(node+1)))
			now, way := 100*ms, time.Duration(node)*10*ms
			l.net.Step(now)
			for range node {
				now += 10 * ms
				l.net.Step(now + 3*ms) // late, which the message is not
			}
			if next, waits := l.net.Step(now + 3*ms); !waits || next != 100*ms+way+300*ms {
				t.Fatalf("node %d: next at %v, %v", node, next, waits)
			}
			arrival := 100*ms + 2*way + 300*ms
			l.net.Step(arrival - 1)
			if b, came := l.opener.Device("left").Receive(0); came {
				t.Fatalf("node %d: % x came too early", node, b)
			}
			for next, waits := l.net.Step(arrival); waits; next, waits = l.net.Step(next) {
			}
			if one, two := l.receive("left"), l.receive("left"); !bytes.Equal(one, two) || len(one) < 56 {
				t.Errorf("node %d: % x and % x", node, one, two)
			}
		}
	}
}

// A plan that comes meanwhile keeps what waits for interfaces that stay, and what waits for others is lost: counted, where its node stays.
func TestLaterReload(t *testing.T) {
	for _, hosts := range ends {
		for name, c := range map[string]struct {
			change         func(p *Plan)
			want, stranded int
		}{
			"the same":          {func(*Plan) {}, 2, 0},
			"another node":      {func(p *Plan) { p.Nodes[0].Name = "other" }, 0, 0},
			"another interface": {func(p *Plan) { p.Nodes[0].Interfaces[0].Link.Name = "other" }, 0, 2},
			"without delay":     {func(p *Plan) { p.Nodes[0].Settings.Policy = forwarding.Policies{} }, 2, 0},
		} {
			l := newLab(t, tardy(twoLinks(), 0))
			l.inject("left", withTTL(udp(hosts[0], hosts[1], 1, 8), 1))
			l.net.Step(time.Second)
			for range 2 {
				plan := tardy(twoLinks(), 0)
				c.change(&plan)
				if err := l.net.Apply(plan); err != nil {
					t.Fatal(err)
				}
				l.net.Step(time.Second)
			}
			l.net.Step(2 * time.Second)
			got := 0
			for _, came := l.opener.Device("left").Receive(0); came; _, came = l.opener.Device("left").Receive(0) {
				got++
			}
			if got != c.want {
				t.Errorf("%s: %d came, want %d", name, got, c.want)
			}
			if stranded := l.counters().Stranded; stranded != uint64(c.stranded) {
				t.Errorf("%s: %d are stranded, want %d", name, stranded, c.stranded)
			}
		}
	}
}

// Delays and chances are the seed's: the same packets at the same times give the same traffic.
func TestPolicyReplay(t *testing.T) {
	traffic := func(seed uint64) string {
		plan := delayed(3)
		for i := range plan.Nodes {
			plan.Nodes[i].Limits[ratelimit.TimeExceeded].Total.Unlimited = true
			plan.Nodes[i].Limits[ratelimit.TimeExceeded].PerDestination.Unlimited = true
			plan.Nodes[i].Settings.Seed = seed + uint64(i)
			plan.Nodes[i].Settings.Policy[ratelimit.TimeExceeded] = []forwarding.Rule{{Policy: forwarding.Policy{Silence: 0.5, Delay: 7 * time.Millisecond}}}
		}
		l := newLab(t, plan)
		defer l.net.Close()
		var out strings.Builder
		for id := range 60 {
			l.inject("left", withTTL(udp(ends[id%2][0], ends[id%2][1], id, 8), uint8(1+id%3)))
			now := time.Duration(id) * time.Millisecond
			for next, waits := l.net.Step(now); waits && (next <= now || id == 59); next, waits = l.net.Step(next) {
			}
			for b, ok := l.opener.Device("left").Receive(0); ok; b, ok = l.opener.Device("left").Receive(0) {
				fmt.Fprintf(&out, "%d %x\n", id, b)
			}
		}
		return out.String()
	}
	want := traffic(1)
	if lines := strings.Count(want, "\n"); lines < 20 || lines > 40 || traffic(1) != want || traffic(2) == want {
		t.Errorf("%d messages came\n%s", lines, want)
	}
}

// Packets wait for one worker only.
func TestLaterWorkers(t *testing.T) {
	plan := tardy(twoLinks(), 0)
	plan.Workers = 2
	if _, err := New(plan, &opener{}, nil); err == nil || err.Error() != "workers: node r delays messages, and one worker moves such: there are 2" {
		t.Errorf("got %v", err)
	}
}
