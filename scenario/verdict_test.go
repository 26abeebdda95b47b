package scenario

import (
	"strings"
	"testing"
	"time"
)

// run is an observation of a download: so many octets got through of those offered, in a time.
func run(payload, offered uint64, until time.Duration, more ...func(*Observation)) *Observation {
	o := &Observation{Length: until, Ended: true, Flows: 1, MTUs: map[string]int{"r2": 1400}}
	o.Ways[Client] = Way{Sent: Traversal{Datagrams: 10, Largest: 140}, Delivered: Traversal{Datagrams: 10, Largest: 140}, Offered: 100, Payload: 100}
	o.Ways[Server] = Way{
		Sent: Traversal{Datagrams: 100, Largest: 1500}, Delivered: Traversal{Datagrams: 90, Largest: 1400},
		Offered: offered, Payload: payload, Until: until, Segment: 1500, LastSegment: 1500,
	}
	for _, change := range more {
		change(o)
	}
	return o
}

// Parts of observations.
var (
	running = func(o *Observation) { o.Ended = false }
	shrank  = func(o *Observation) {
		w := &o.Ways[Server]
		w.Shrank, w.LastSegment, w.TooBig, w.MTU = true, 1400, 3, 1400
	}
	probed = func(o *Observation) {
		w := &o.Ways[Server]
		w.Shrank, w.Probed, w.LastSegment = true, true, 1288
	}
	gaveUp   = func(o *Observation) { o.Ways[Server].GaveUp = true }
	withheld = func(o *Observation) {
		o.Fates = []Fate{
			{Node: "r2", What: packet, How: "too-big", Class: Dropped, Count: 12},
			{Node: "r2", What: tooBig, How: "withheld", Class: Suppressed, Count: 12},
		}
	}
	silent = func(o *Observation) {
		o.Fates = []Fate{{Node: "r2", What: packet, How: "l2-mtu", Class: Dropped, Count: 12}}
	}
	lostErr = func(o *Observation) {
		o.Fates = []Fate{
			{Node: "r2", What: packet, How: "too-big", Class: Dropped, Count: 12},
			{Node: "r2", What: tooBig, How: "sent", Class: Sent, Count: 12},
		}
	}
	swallowedErr = func(o *Observation) {
		lostErr(o)
		o.Fates = append([]Fate{{Node: "r1", What: packet, How: "filtered", Class: Dropped, Count: 12}}, o.Fates...)
	}
	empty = func(o *Observation) { o.Ways = [2]Way{} }
)

func open(at, length time.Duration, after uint64) func(*Observation) {
	return func(o *Observation) {
		w := &o.Ways[Server]
		w.Open = Stall{at, length, after}
		w.Stall, w.Longest = w.Open, w.Open
		o.Length = at + length
	}
}

func stall(at, length time.Duration, after uint64) func(*Observation) {
	return func(o *Observation) {
		w := &o.Ways[Server]
		w.Stall = Stall{at, length, after}
		w.Longest = w.Stall
	}
}

func stoodStill(longest time.Duration) func(*Observation) {
	return func(o *Observation) { o.StoodStill = longest }
}

func TestVerdict(t *testing.T) {
	const MB, s, ms = 1_000_000, time.Second, time.Millisecond
	good := run(5*MB, 5*MB, s)
	for name, c := range map[string]struct {
		o, baseline *Observation
		want        Verdict
		says        []string
	}{
		"as without the fault":               {run(5*MB, 5*MB, s), good, Survived, []string{"5.0 MB", "100 %"}},
		"told, and shrank":                   {run(5*MB, 5*MB, s, shrank), good, Survived, []string{"from 1500 to 1400 octets", "3 Packet Too Big"}},
		"without a baseline":                 {run(5*MB, 5*MB, s), nil, Survived, []string{"5.0 MB"}},
		"nothing after the first segments":   {run(54_000, 80_000, s, running, open(s, 9*s, 54_000), withheld), good, Blackholed, []string{"server's 1500-octet datagrams vanish at r2 (MTU 1400)", "12 Packet Too Big withheld by policy", "nothing usable got through after 54.0 kB"}},
		"the same without a baseline":        {run(54_000, 80_000, s, running, open(s, 9*s, 54_000), withheld), nil, Blackholed, []string{"12 Packet Too Big withheld"}},
		"a layer below is silent":            {run(0, 14_000, 0, running, open(0, 9*s, 0), silent), good, Blackholed, []string{"at r2 (silently, below IP)", "nobody told the server"}},
		"errors do not arrive":               {run(0, 14_000, 0, running, open(0, 9*s, 0), lostErr), good, Blackholed, []string{"12 Packet Too Big sent, and none reached the server"}},
		"errors die on the way":              {run(0, 14_000, 0, running, open(0, 9*s, 0), swallowedErr), good, Blackholed, []string{"vanish at r2 (MTU 1400)", "none reached the server (r1 dropped 12, by a filter)"}},
		"errors arrive and are not believed": {run(0, 14_000, 0, running, open(0, 9*s, 0), lostErr, func(o *Observation) { o.Ways[Server].TooBig, o.Ways[Server].MTU = 12, 1480 }), good, Blackholed, []string{"12 Packet Too Big (MTU 1480) reached the server"}},
		"the program gave up":                {run(54_000, 80_000, s, stall(s, 5*s, 54_000), gaveUp, withheld), good, Blackholed, []string{"after 54.0 kB, and the flow was given up"}},
		"a short run that ends in a stall":   {run(54_000, 80_000, s, running, open(s, 1500*ms, 54_000)), good, Blackholed, nil},
		"a long one that has just stalled":   {run(4.8*MB, 5*MB, 8*s, running, open(8*s, 2*s, 4.8*MB)), run(5*MB, 5*MB, 8*s), Degraded, nil},
		"it stalled and went on":             {run(5*MB, 5*MB, 5*s, stall(0, 3*s, 0), probed, withheld), good, Degraded, []string{"stalled for 3.0 s after 0 octets", "found by probing that 1400 octets pass, and not 1500"}},
		"it stalls without the fault too":    {run(5*MB, 5*MB, s, stall(0, 700*ms, 0)), run(5*MB, 5*MB, s, stall(0, 600*ms, 0)), Survived, nil},
		"the machine stood still":            {run(5*MB, 5*MB, 1500*ms, stall(0, 900*ms, 0), stoodStill(500*ms)), good, Survived, []string{"5.0 MB", "; this machine stood still for 0.5 s meanwhile"}},
		"it stalled for longer than that":    {run(5*MB, 5*MB, 2*s, stall(0, 1200*ms, 0), stoodStill(500*ms)), good, Degraded, []string{"stalled for 1.2 s", "; this machine stood still for 0.5 s meanwhile"}},
		"half as fast":                       {run(5*MB, 5*MB, 3*s), good, Degraded, []string{"33 %"}},
		"slower, but by nothing that counts": {run(5*MB, 5*MB, 30*ms), run(5*MB, 5*MB, 10*ms), Survived, nil},
		"as long, with less":                 {run(2*MB, 2*MB, s), good, Degraded, []string{"40 %"}},
		"it ended early":                     {run(3*MB, 3*MB, 600*ms), good, Degraded, []string{"3.0 MB from the server got through of 5.0 MB"}},
		"another flow took over":             {run(5*MB, 6*MB, 2*s, gaveUp, stall(0, 600*ms, 0)), good, Degraded, []string{"another took its place"}},
		"datagrams that nobody sends again":  {run(0.1*MB, 5*MB, 100*ms), good, Blackholed, []string{"100.0 kB got through of 5.0 MB"}},
		"a third of the datagrams":           {run(3.3*MB, 5*MB, s), good, Degraded, []string{"66 % of what the server sent"}},
		"slow, but it moves":                 {run(0.1*MB, 0.2*MB, 19*s, running, func(o *Observation) { o.Length = 20 * s }), good, Degraded, nil},
		"nothing was sent":                   {run(0, 0, 0, empty), good, Unjudged, []string{"nothing crossed"}},
		"nothing works without the fault":    {run(0, 14_000, 0, open(0, 9*s, 0)), run(0, 0, 0, empty), Unjudged, []string{"without the fault either"}},
		"it fails without the fault":         {run(0, 14_000, 0, open(0, 9*s, 0)), run(0, 14_000, 0, open(0, 9*s, 0)), Unjudged, []string{"without the fault as well"}},
	} {
		j := Judge(c.o, c.baseline)
		if j.Verdict != c.want {
			t.Errorf("%s: %s (%s), want %s", name, j.Verdict, j.Reason, c.want)
		}
		for _, part := range c.says {
			if !strings.Contains(j.Reason, part) {
				t.Errorf("%s: %q does not say %q", name, j.Reason, part)
			}
		}
		if j.Reason == "" || strings.Contains(j.Reason, "\n") {
			t.Errorf("%s: %q is no line", name, j.Reason)
		}
	}
}

func TestVerdictIsAWord(t *testing.T) {
	for _, v := range []Verdict{Unjudged, Survived, Degraded, Blackholed} {
		text, _ := v.MarshalText()
		var back Verdict
		if err := back.UnmarshalText(text); err != nil || back != v {
			t.Errorf("%s becomes %s, %v", v, back, err)
		}
	}
	var v Verdict
	if err := v.UnmarshalText([]byte("dead")); err == nil {
		t.Error("dead is a verdict")
	}
}
