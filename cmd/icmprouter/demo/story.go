package demo

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/icmpgen"
)

// story is the steps, in their order.
var story = []struct {
	title string
	tell  func(*world, *page) error
}{
	{"Two hosts, and a router between them", setting},
	{"Ping across the router, and the router itself", pings},
	{"Trace the route", traces},
	{"Send a packet that is too long", tooBigs},
	{fmt.Sprintf("Move %d MB of TCP across the smaller MTU", 2*transferSize/1_000_000), transfers},
	{"Flood the router", floods},
	{"Count", counts},
}

const topology = `
  client                      r1                      server
+-----------+     +-----------------------+     +-----------+
| 10.1.0.2  |     | 10.1.0.1     10.2.0.1 |     | 10.2.0.2  |
|           +-----+ left            right +-----+           |
| fd00:1::2 |     | fd00:1::1   fd00:2::1 |     | fd00:2::2 |
+-----------+     +-----------------------+     +-----------+
    MTU 1500       MTU 1500       MTU 1400       MTU 1500
`

func setting(w *world, p *page) error {
	p.say("%s", strings.Trim(topology, "\n"))
	p.say("")
	p.say("The right side takes 1400 octets at most, and nobody told the hosts.")
	p.say("")
	p.say("The file for icmprouter run, which makes the namespaces client and server:")
	p.show(w.config)
	links := 0
	for _, link := range w.network.Stats()[0].Links {
		if link.Up {
			links++
		}
	}
	p.same("links of r1 up", links, 2)
	return nil
}

const pingsEach = 3

func pings(w *world, p *page) error {
	p.say("%d echo requests to each address; a reply must bring back what was sent.", pingsEach)
	for _, f := range families {
		targets := []struct {
			who  string
			addr netip.Addr
		}{{"server", f.server}, {"r1, near side", f.router}, {"r1, far side", f.far}}
		p.about(f.name)
		for _, target := range targets {
			var rtts []time.Duration
			for range pingsEach {
				rtt, answered, err := w.ping(f, target.addr)
				if err != nil {
					return err
				}
				if !answered {
					break
				}
				rtts = append(rtts, rtt)
			}
			got := fmt.Sprintf("%-10s %d of %d answered%s", target.addr, len(rtts), pingsEach, spread(rtts))
			p.check(len(rtts) == pingsEach, target.who, got, fmt.Sprintf("%d of %d answered", pingsEach, pingsEach))
		}
	}
	return nil
}

func traces(w *world, p *page) error {
	p.say("UDP to closed ports. With TTL 1 it dies at the router, with TTL 2 it gets to the server.")
	p.say("Three tries each, in milliseconds.")
	for _, f := range families {
		hops := []struct {
			from netip.Addr
			kind kind
		}{{f.router, f.timeExceeded}, {f.server, f.closed}}
		p.about(f.name)
		for i, hop := range hops {
			want := fmt.Sprintf("%-10s %s", hop.from, hop.kind)
			got, took := "no answer", ""
			for range 3 {
				m, rtt, ok, err := w.probe(f, i+1, []byte("where are you?"))
				if err != nil {
					return err
				}
				if !ok {
					got, took = "no answer", ""
					break
				}
				if got = fmt.Sprintf("%-10s %s", m.from, m.kind); got != want {
					break
				}
				took += "  " + milliseconds(rtt)
			}
			p.check(got == want, fmt.Sprintf("hop %d", i+1), strings.TrimSpace(fmt.Sprintf("%-54s%s", got, took)), want)
		}
	}
	return nil
}

func counts(w *world, p *page) error {
	stats := w.network.Stats()
	for _, s := range stats {
		for i := range s.Links {
			s.Links[i].Device = w.named.Replace(s.Links[i].Device)
		}
	}
	var table bytes.Buffer
	if err := w.counters(&table, stats); err != nil {
		return err
	}
	p.say("%s", table.String())
	c := &stats[0].Counters
	dropped := uint64(0)
	for _, count := range c.Dropped {
		dropped += count
	}
	p.check(c.Received == c.Forwarded+c.Delivered+dropped+c.Held, "every packet has one end",
		fmt.Sprintf("%d received = %d forwarded + %d delivered + %d dropped + %d held", c.Received, c.Forwarded, c.Delivered, dropped, c.Held),
		"received = forwarded + delivered + dropped + held")
	sent := int(c.Messages[icmpgen.TTLExceeded].Sent)
	p.check(sent == w.expired, "r1 says what is true",
		fmt.Sprintf("%d time exceeded sent, %d received by the client", sent, w.expired), "the same number")
	return nil
}

// spread is the least, the mean and the greatest of round-trip times.
func spread(rtts []time.Duration) string {
	if len(rtts) == 0 {
		return ""
	}
	sum := time.Duration(0)
	for _, rtt := range rtts {
		sum += rtt
	}
	return fmt.Sprintf("   rtt %s / %s / %s ms", milliseconds(slices.Min(rtts)),
		milliseconds(sum/time.Duration(len(rtts))), milliseconds(slices.Max(rtts)))
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e6) }
