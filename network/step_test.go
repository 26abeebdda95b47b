package network

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// delayed is a chain whose links take 10 ms each way.
func delayed(nodes int) Plan {
	p := chain(nodes)
	for i := range p.Links {
		p.Links[i].To = [2]link.Behavior{{Delay: link.Delay{Mean: 10 * time.Millisecond}}, {Delay: link.Delay{Mean: 10 * time.Millisecond}}}
	}
	return p
}

// Step says when something happens, and nothing happens before. Who comes late finds
// it done at its own time: lateness on one link is none on the next.
func TestDelay(t *testing.T) {
	const ms = time.Millisecond
	for _, hosts := range ends {
		l := newLab(t, delayed(3))
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		if next, waits := l.net.Step(100 * ms); !waits || next != 110*ms {
			t.Fatalf("next at %v, %t", next, waits)
		}
		if next, waits := l.net.Step(113 * ms); !waits || next != 120*ms {
			t.Fatalf("late by 3 ms: next at %v, %t", next, waits)
		}
		l.net.Step(120*ms - 1)
		if b, came := l.opener.Device("right").Receive(0); came {
			t.Fatalf("% x came too early", b)
		}
		if next, waits := l.net.Step(120 * ms); waits {
			t.Errorf("something is to happen at %v", next)
		}
		l.receive("right")
	}
}

// replay runs the same packets at the same times through a network of chances, and
// returns all that came out.
func replay(t *testing.T, seed uint64) []byte {
	t.Helper()
	plan := chain(5)
	plan.Seed = seed
	for i := range plan.Links {
		for to := range plan.Links[i].To {
			plan.Links[i].To[to] = link.Behavior{
				Rate:      link.Rate{BitsPerSecond: 10_000_000},
				Queue:     link.Queue{Packets: 10},
				Delay:     link.Delay{Mean: 5 * time.Millisecond, Jitter: 2 * time.Millisecond, Distribution: link.Normal, Overtake: true},
				Loss:      []link.Loss{{Probability: 0.05}},
				Duplicate: link.Chance{Probability: 0.05},
				Corrupt:   link.Corrupt{Chance: link.Chance{Probability: 0.05}},
			}
		}
	}
	l := newLab(t, plan)
	defer l.net.Close()
	var out bytes.Buffer
	drain := func(now time.Duration) {
		for _, name := range []string{"left", "right"} {
			for b, ok := l.opener.Device(name).Receive(0); ok; b, ok = l.opener.Device(name).Receive(0) {
				fmt.Fprintf(&out, "%s %d %x\n", name, now, b)
			}
		}
	}
	now := time.Duration(0)
	for id := range 60 {
		hosts := ends[id%2]
		l.inject("left", withTTL(udp(hosts[0], hosts[1], id, id*20), uint8(1+id%9)))
		now += time.Millisecond
		next, waits := l.net.Step(now)
		for ; waits && id == 59; next, waits = l.net.Step(now) {
			drain(now)
			now = next
		}
		drain(now)
	}
	return out.Bytes()
}

// The same seed gives the same traffic, octet by octet and at the same times; another
// gives another.
func TestSameSeedSameTraffic(t *testing.T) {
	want := replay(t, 1)
	if lines := bytes.Count(want, []byte("\n")); lines < 20 {
		t.Fatalf("only %d packets came out", lines)
	}
	for run := range 1000 {
		if got := replay(t, 1); !bytes.Equal(got, want) {
			t.Fatalf("run %d differs:\n%s\nfrom\n%s", run, got, want)
		}
	}
	if bytes.Equal(replay(t, 2), want) {
		t.Error("another seed gives the same traffic")
	}
}
