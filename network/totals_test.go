package network

import (
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
)

// After a reset all is zero but what waits and what is on its way, and the sums hold then and later.
func TestResetCounters(t *testing.T) {
	const ms = time.Millisecond
	for _, hosts := range ends {
		l := newLab(t, delayed(3))
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		l.inject("left", withTTL(udp(hosts[0], hosts[1], 2, 8), 1))
		l.net.Step(100 * ms)
		before := l.net.Totals()
		if at := l.net.ResetCounters(); at.Clock != 100*ms {
			t.Errorf("reset at %v", at.Clock)
		}
		l.conserved()
		if c := l.counters(); c.Received != 0 {
			t.Errorf("%+v", c)
		}
		if left := l.net.Stats()[0].Links[0]; left.Received != 0 || left.Sent != 0 {
			t.Errorf("%+v", left)
		}
		if way := l.net.Stats()[0].Links[1].Way; way == nil || way.Sent != 1 || way.OnWay != 1 || way.Arrived != 0 {
			t.Errorf("%+v", way)
		}
		if now := l.net.Totals(); now != before || now.Packets != 2 || now.Errors != 1 {
			t.Errorf("%+v were %+v", now, before)
		}
		l.net.Step(110 * ms)
		l.net.Step(120 * ms)
		l.receive("right")
		l.conserved()
		if s := l.net.Stats(); s[2].Counters.Forwarded != 1 || s[0].Counters.Received != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// A fragment that waits is received and held after a reset too, and ends in one counter.
func TestResetWhileFragmentsWait(t *testing.T) {
	l := newLab(t, twoLinks())
	l.inject("left", ip("10.1.0.2", "10.1.0.1", 7, layers.IPProtocolUDP, true, pattern(7, 64)))
	l.net.Step(time.Second)
	l.net.ResetCounters()
	if c := l.counters(); c.Held != 1 || c.Received != 1 {
		t.Errorf("%+v", c)
	}
	l.net.Step(2 * time.Minute)
	if c := l.counters(); c.Held != 0 || c.Received != 1 {
		t.Errorf("%+v", c)
	}
}

// Change says when the swap was, by the clock of who owns it.
func TestChangeSaysWhen(t *testing.T) {
	l := newLab(t, twoLinks())
	l.net.Step(42 * time.Second)
	before := time.Now()
	at, err := l.net.Change(twoLinks())
	if err != nil || at.Clock != 42*time.Second || at.Wall.Before(before) || time.Since(at.Wall) < 0 {
		t.Errorf("%+v, %v", at, err)
	}
}
