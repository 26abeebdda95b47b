package network

import (
	"testing"
	"time"
)

// A worker that rests is urgent on; one that leaves others too little is not for a while; and
// one that comes late all the same does not wait awake either, until it may try again.
func TestJudge(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name         string
		rested, late time.Duration
		urgent, calm bool
	}{
		{"rests", 30 * ms, 0, true, false},
		{"rests, and is late once", 30 * ms, maxHeldUp, true, false},
		{"takes most of the processor", 10 * ms, 0, false, false},
		{"is late again and again", 30 * ms, 10 * maxHeldUp, false, true},
	} {
		w := worker{now: time.Hour}
		w.haste = haste{urgent: true, since: w.now - judged, rested: c.rested, late: c.late}
		w.judge()
		if calm := w.early() == 0; w.haste.urgent != c.urgent || calm != c.calm {
			t.Errorf("who %s: urgent %v, calm %v", c.name, w.haste.urgent, calm)
		}
		if may := w.now >= w.haste.fair; may != c.urgent {
			t.Errorf("who %s may be urgent: %v", c.name, may)
		}
		w.now += pardoned
		if w.early() != wakeUp || w.now < w.haste.fair {
			t.Errorf("who %s has no second chance", c.name)
		}
	}
}

// Who sleeps on is late by what is more than waking up takes, and one that was held up for long
// counts as one; who is woken, or has no time to keep, is not late.
func TestSlept(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct{ slept, timeout, rested, late time.Duration }{
		{2 * ms, 3 * ms, 2 * ms, 0},
		{3*ms + wakeUp, 3 * ms, 3 * ms, 0},
		{3*ms + wakeUp + 100, 3 * ms, 3 * ms, 100},
		{time.Second, 3 * ms, 3 * ms, maxHeldUp},
		{time.Second, forever, time.Second, 0},
	} {
		var h haste
		h.slept(c.slept, c.timeout)
		if h.rested != c.rested || h.late != c.late {
			t.Errorf("%v of %v: rested %v, late %v", c.slept, c.timeout, h.rested, h.late)
		}
	}
}
