package conformance

import (
	"bytes"
	"fmt"
	"time"
)

// Router is a router with two ports, A and B.
type Router interface {
	// Send gives a datagram to the router through a port. It keeps nothing.
	Send(port string, datagram []byte) error
	// Receive returns the next datagram that came out, which the caller then
	// owns, or none if there was none for the time of wait.
	Receive(wait time.Duration) (port string, datagram []byte, ok bool)
}

// Verdict is what became of a case.
type Verdict string

const (
	OK       Verdict = "ok"
	Deviates Verdict = "deviates"
	// Known is a deviation that the case says of the router.
	Known Verdict = "known"
	// Hidden is a known deviation that does not show: the judge may be blind.
	Hidden  Verdict = "hidden"
	Skipped Verdict = "skipped"
)

// Result is a case and what became of it.
type Result struct {
	Case    *Case
	Verdict Verdict
	Why     string
	Got     []string
	// unsent says that the router could not be asked.
	unsent bool
	// deaf says that the router did not even forward a plain packet.
	deaf bool
	came []*datagram
}

// Prober sends cases to a router.
type Prober struct {
	Router
	// Linux says that the router is that of Linux, whose deviations are known.
	Linux bool
	// deaf says that the router does not even forward, so that only time tells
	// when it is ready with a packet.
	deaf  bool
	count int
}

const (
	// quiet is how long nothing may come before a case is over.
	quiet = 25 * time.Millisecond
	// late is how long what is wanted may take: a busy machine keeps a router from its work for as long.
	late = 800 * time.Millisecond
	// expiry is longer than any reassembly (RFC 8200 §4.5, RFC 1122 §3.3.2).
	expiry = 66 * time.Second
)

// Start waits until the router forwards, as it must for the cases to end early.
// Without that, each case takes longer.
func (p *Prober) Start(patience time.Duration) (forwards bool) {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if _, passed := p.settle(nil); passed {
			return true
		}
	}
	p.deaf = true
	return false
}

// magic is in the packets that tell when the router has done what went in before.
// With the number behind it, they fit into the smallest MTU.
var magic = []byte("icmprouter probe mark")

// settle sends marks through the router and adds to got what comes out, until a
// mark has come out and all is quiet. passed says that one did.
func (p *Prober) settle(got []*datagram) (all []*datagram, passed bool) {
	p.count++
	mark := fmt.Appendf(nil, "%s %08d", magic, p.count)
	wait := late
	if p.deaf {
		wait = 4 * quiet
	}
	for _, head := range []string{"ip", "ip6"} {
		packet, _ := build("A", fmt.Sprintf("%s / udp / hex %x", head, mark), 0)
		p.Send("A", packet) // what cannot be sent does not come out
	}
	for end := time.Now().Add(wait); ; {
		port, raw, ok := p.Receive(min(wait, max(0, time.Until(end))))
		switch {
		case !ok:
			return got, passed
		case !bytes.Contains(raw, magic):
			got = append(got, read(port, raw))
		case port == "B" && bytes.HasSuffix(raw, mark):
			passed, wait, end = true, quiet, time.Now().Add(late)
		}
	}
}

// Run sends a case and judges what comes out.
func (p *Prober) Run(c *Case) Result {
	r := Result{Case: c}
	for _, s := range c.Send {
		for _, packet := range s.Packets {
			if err := p.Send(s.Port, packet); err != nil {
				r.Verdict, r.Why = Deviates, "cannot send: "+err.Error()
				return r
			}
		}
	}
	got, _ := p.settle(nil)
	for end := time.Now().Add(late); ; {
		heard := quieten(got)
		if ok, known, _ := judge(c, heard); ok || known && p.Linux || time.Now().After(end) {
			return p.result(r, heard)
		}
		if port, raw, ok := p.Receive(2 * quiet); ok && !bytes.Contains(raw, magic) {
			got = append(got, read(port, raw))
		}
	}
}

// quieten leaves out what no case has caused.
func quieten(got []*datagram) (heard []*datagram) {
	for _, d := range got {
		if !d.noise() {
			heard = append(heard, d)
		}
	}
	return heard
}

func (p *Prober) result(r Result, got []*datagram) Result {
	ok, known, why := judge(r.Case, got)
	r.came, r.deaf = got, p.deaf
	for _, d := range got {
		if len(r.Got) == 8 {
			r.Got = append(r.Got, fmt.Sprintf("and %d more", len(got)-8))
			break
		}
		r.Got = append(r.Got, d.String())
	}
	switch {
	case ok && p.Linux && len(r.Case.Linux) > 0:
		r.Verdict, r.Why = Hidden, "a deviation of Linux that is known does not show"
	case ok:
		r.Verdict = OK
	case known && p.Linux:
		r.Verdict, r.Why = Known, why
	default:
		r.Verdict, r.Why = Deviates, why
	}
	return r
}
