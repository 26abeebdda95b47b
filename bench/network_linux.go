package main

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/icmprouter/icmprouter/bench/lab"
	"github.com/icmprouter/icmprouter/bench/plane"
	"github.com/icmprouter/icmprouter/bench/traffic"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/internal/linktest"
	"github.com/icmprouter/icmprouter/link"
)

// chains are how many routers are in a row, of the kernel's and of this program's.
var chains = []int{10, 100}

// networkLoners are the workloads of networks in one process.
func networkLoners() (list []loner) {
	list = append(list,
		loner{name: "network-cross", about: "100 nodes in a row between devices in memory, 46 octets, links that do nothing",
			measure: crossings(plane.Case{Nodes: 100})},
		loner{name: "network-cross-1000", about: "the same, 1000 destinations", measure: crossings(plane.Case{Nodes: 100, To: lab.Many(1000, false)})},
		loner{name: "network-cross-delay", about: "the same, one destination, links that delay by 10 µs", measure: crossings(plane.Case{
			Nodes: 100, Link: link.Behavior{Delay: link.Delay{Mean: 10 * time.Microsecond}}, Window: 1000})},
		loner{name: "network-idle-1000", about: "1,000 nodes and 2,000 links, idle: from the plan to ready, and the heap", rounds: 3, measure: idle(1000, 2000)},
	)
	for _, n := range chains {
		list = append(list, loner{
			name: fmt.Sprint("network-row-", n), about: fmt.Sprint("UDP of 46 octets through routers in a row: namespaces and veth, or nodes in one process: ", n),
			rounds: 3, long: n > 10, rival: kernelName, measure: func(b *bench, name string) error { return b.row(name, n) },
		})
	}
	for _, t := range linktest.Tests() {
		list = append(list, loner{
			name: "network-" + t.Name, about: t.What, long: t.Name != "delay-20" && t.Name != "rate-100", rounds: 3,
			measure: func(b *bench, name string) error { return b.links(name, t) },
		})
	}
	return list
}

// crossings measures a row of nodes.
func crossings(c plane.Case) func(*bench, string) error {
	return func(b *bench, name string) error {
		c.Length = 46
		if c.To == nil {
			c.To = []netip.Addr{plane.NextHopV4}
		}
		c.Routes = []forwarding.Route{{To: netip.MustParsePrefix("10.8.0.0/16"), Via: plane.NextHopV4}}
		f, err := plane.Measure(c, b.warm, b.sample)
		if err != nil {
			return err
		}
		if f.Packets == 0 {
			return errors.New("nothing was forwarded")
		}
		b.result.Add(name, routerName, "crossings", crossed, f.Crossings)
		b.result.Add(name, routerName, "rate", packets, f.Packets)
		b.result.Add(name, routerName, "time", "ns/crossing", 1e9/f.Crossings)
		b.result.Add(name, routerName, "allocations", "per packet", f.Allocations)
		return nil
	}
}

// idle measures a network that has nothing to do.
func idle(nodes, links int) func(*bench, string) error {
	return func(b *bench, name string) error {
		load, memory, err := plane.Idle(nodes, links)
		if err != nil {
			return err
		}
		b.result.Add(name, routerName, "load", "s", load.Seconds())
		b.result.Add(name, routerName, "memory", "B", float64(memory))
		return nil
	}
}

// rowSamples are taken each time that a row is set up: to set it up takes longer.
const rowSamples = 3

// row measures n routers in a row between client and server: the kernel's, and then nodes
// in one process.
func (b *bench) row(name string, n int) error {
	var errs []error
	for _, c := range []lab.Contender{{Name: kernelName, Way: lab.Kernel, Row: n}, {Name: routerName, Way: lab.Router, Row: n}} {
		if b.selected(name, c.Name) {
			errs = append(errs, b.rowOf(name, c))
		}
	}
	return errors.Join(errs...)
}

func (b *bench) rowOf(name string, c lab.Contender) error {
	l, err := lab.Start(c, b.tools)
	if err != nil {
		return err
	}
	defer l.Close()
	b.result.Add(name, c.Name, "load", "s", l.Ready.Seconds())
	load := traffic.Load{Kind: traffic.UDP, To: []netip.Addr{lab.ServerV4}, Port: traffic.UDPPort, Sizes: []int{46 - headers(false)}, TTL: 255}
	for range rowSamples {
		if err := b.measure(l, workload{name: name, unit: packets, load: &load}); err != nil {
			return l.Explain(err)
		}
		s, _ := b.result.Get(name, c.Name, "rate")
		b.result.Add(name, c.Name, "crossings", crossed, s.Samples[len(s.Samples)-1]*float64(c.Row))
	}
	return nil
}

// linkPeriods are how long each test of links sends, in full and in small.
const linkPeriod, smallLinkPeriod = 2 * time.Second, 200 * time.Millisecond

// links measures how well links keep their times, again if the hypervisor disturbed it.
func (b *bench) links(name string, t linktest.Test) error {
	period := linkPeriod
	if b.small {
		period = smallLinkPeriod
	}
	keep, err := b.calmly(func() (func(), error) {
		r, err := t.Measure(period)
		if err == nil && (r.Arrived != r.Packets || r.Twice != 0) {
			err = fmt.Errorf("%d of %d packets came, %d of them twice", r.Arrived, r.Packets, r.Twice)
		}
		return func() { b.kept(name, r) }, err
	})
	if err == nil {
		keep()
	}
	return err
}

// kept records what came of a test of links.
func (b *bench) kept(name string, r linktest.Row) {
	if r.Rate != nil {
		b.result.Add(name, routerName, "error", "%", max(r.Rate.Error, -r.Rate.Error))
		return
	}
	b.result.Add(name, routerName, "p50", "µs", r.Error.P50)
	b.result.Add(name, routerName, "p99", "µs", r.Error.P99)
	b.result.Add(name, routerName, "worst", "µs", r.Error.Max)
	if r.InFlight > 0 {
		b.result.Add(name, routerName, "on the way", "packets", float64(r.InFlight))
		b.result.Add(name, routerName, "memory", "B", float64(r.Memory))
	}
}
