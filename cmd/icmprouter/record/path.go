// Package record reads what tools that trace routes print, and writes the
// configuration of a network that looks the same to them.
package record

import (
	"math"
	"net/netip"
	"slices"
	"time"
)

// Path is what a tool saw on the way to a destination.
type Path struct {
	// Target is the destination. Not valid: the tool gave a name, and nothing tells its address.
	Target netip.Addr
	// Client is where the probes came from. Not valid: the tool does not say.
	Client netip.Addr
	// Hops are by TTL: the first is that of TTL 1.
	Hops []Hop
	// Others counts further paths in the input, which are not read.
	Others int
}

// Hop is what came back for probes of one TTL.
type Hop struct {
	// Sent is how many probes had this TTL.
	Sent int
	// Answers are by address, in the order in which they came. None: the hop is silent.
	Answers []*Answer
}

// Answer is all that one address said at one TTL.
type Answer struct {
	Addr netip.Addr
	// Received is how many probes it answered.
	Received int
	// RTT is the median, or the mean if the tool says no more; HasRTT: it is known.
	RTT    time.Duration
	HasRTT bool
	// Spread is the standard deviation; zero: unknown.
	Spread time.Duration
	// Labels are the MPLS label stack that the probe came with (RFC 4950), the top first.
	Labels []int
	// Refusal is the word of traceroute for an answer that is no Time Exceeded: H, N, X, …
	Refusal string

	samples []time.Duration
}

// answer returns what an address said at this TTL, to be added to.
func (h *Hop) answer(addr netip.Addr) *Answer {
	for _, a := range h.Answers {
		if a.Addr == addr {
			return a
		}
	}
	a := &Answer{Addr: addr}
	h.Answers = append(h.Answers, a)
	return a
}

// received is the number of probes that were answered.
func (h Hop) received() (n int) {
	for _, a := range h.Answers {
		n += a.Received
	}
	return n
}

// loss is the part of the probes that were not answered, of 1.
func (h Hop) loss() float64 {
	if h.Sent == 0 {
		return 0
	}
	return max(0, 1-float64(h.received())/float64(h.Sent))
}

// rtt is the least of the medians: what took longer waited at a router, or went another way.
func (h Hop) rtt() (least, spread time.Duration, ok bool) {
	for _, a := range h.Answers {
		if a.HasRTT && (!ok || a.RTT < least) {
			least, spread, ok = a.RTT, a.Spread, true
		}
	}
	return least, spread, ok
}

// sample adds the round-trip time of one answer.
func (a *Answer) sample(rtt time.Duration) {
	a.Received++
	a.samples = append(a.samples, rtt)
	slices.Sort(a.samples)
	n := len(a.samples)
	a.RTT, a.HasRTT = (a.samples[(n-1)/2]+a.samples[n/2])/2, true
	var sum, squares float64
	for _, s := range a.samples {
		sum += float64(s)
	}
	for _, s := range a.samples {
		squares += (float64(s) - sum/float64(n)) * (float64(s) - sum/float64(n))
	}
	a.Spread = 0
	if n > 1 {
		a.Spread = time.Duration(math.Sqrt(squares / float64(n-1)))
	}
}

// at returns the hop of a TTL, which is 1 or more, and makes those before it.
func (p *Path) at(ttl int) *Hop {
	for len(p.Hops) < ttl {
		p.Hops = append(p.Hops, Hop{})
	}
	return &p.Hops[ttl-1]
}

// maxTTL is the most hops that an IP packet can have.
const maxTTL = 255

// family is 4 or 6, as the first address says that is known; 0: none is.
func (p *Path) family() int {
	addrs := []netip.Addr{p.Target, p.Client}
	for _, h := range p.Hops {
		for _, a := range h.Answers {
			addrs = append(addrs, a.Addr)
		}
	}
	for _, a := range addrs {
		switch {
		case !a.IsValid():
		case a.Is4():
			return 4
		default:
			return 6
		}
	}
	return 0
}

// reached says that the destination itself answered.
func (p *Path) reached() bool {
	for _, h := range p.Hops {
		for _, a := range h.Answers {
			if a.Addr == p.Target {
				return true
			}
		}
	}
	return false
}
