package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/icmprouter/icmprouter/bench/lab"
	"github.com/icmprouter/icmprouter/bench/plane"
	"github.com/icmprouter/icmprouter/bench/steps"
	"github.com/icmprouter/icmprouter/bench/traffic"
	"github.com/icmprouter/icmprouter/forwarding"
)

// loner is a workload of the router alone.
type loner struct {
	name, about string
	// rounds is the most that it is measured; zero: as often as any.
	rounds int
	// rival does it too; empty: nobody.
	rival string
	// long says that a small run leaves it out.
	long    bool
	measure func(b *bench, name string) error
}

// deviceCounts and routeCounts are how many there are.
var (
	deviceCounts = []int{2, 10, 100, 1000}
	routeCounts  = []int{1, 1000, 100_000, 1_000_000}
)

func loners() (list []loner) {
	list = append(list,
		loner{name: "memory-46", about: "a node on devices in memory, packets of 46 octets, one flow", measure: memory(46, 0, 1)},
		loner{name: "memory-46-1000", about: "the same, 1000 destinations", measure: memory(46, 0, 1000)},
		loner{name: "memory-1400", about: "the same, packets of 1400 octets", measure: memory(1400, 0, 1)},
		loner{name: "memory-super", about: "the same, super-packets of 64 kB", measure: memory(20+20+44*1448, 1448, 1)},
	)
	list = append(list,
		loner{name: "step-46", about: "packets of 46 octets over two TUN devices, step by step on one thread", measure: step(18, 0)},
		loner{name: "step-1400", about: "the same, packets of 1400 octets", measure: step(1372, 0)},
		loner{name: "step-super", about: "the same, super-packets of 45 segments of 1400 octets", measure: step(45*1400, 1400)},
	)
	for _, n := range routeCounts {
		list = append(list, loner{
			name: fmt.Sprint("memory-routes-", n), about: fmt.Sprint("a node on devices in memory, 46 octets, random destinations, routes: ", n),
			rounds: 3, long: n > 1000, measure: func(b *bench, name string) error { return b.memoryRoutes(name, n) },
		})
	}
	for _, n := range routeCounts {
		list = append(list, loner{
			name: fmt.Sprint("routes-", n), about: fmt.Sprint("UDP of 46 octets to random destinations, routes: ", n), rounds: 3, long: n > 1000,
			measure: func(b *bench, name string) error { return b.routes(name, n) },
		})
	}
	for _, n := range deviceCounts {
		rounds := 3
		if n == 1000 {
			rounds = 1 // the kernel takes half a minute to remove them
		}
		list = append(list, loner{
			name: fmt.Sprint("devices-", n), about: fmt.Sprint("an idle router, TUN devices: ", n), rounds: rounds, long: n > 10,
			measure: func(b *bench, name string) error { return b.devices(name, n) },
		})
	}
	return append(list, networkLoners()...)
}

// wanted says whether the router or its rival is selected.
func (b *bench) wanted(w loner) bool {
	return b.selected(w.name, routerName) || w.rival != "" && b.selected(w.name, w.rival)
}

// alone measures the loners, when no contender is there any more: in rounds, so
// that those that are compared are measured by turns.
func (b *bench) alone(ctx context.Context) error {
	for round := range b.rounds {
		for _, w := range loners() {
			if !b.wanted(w) || b.small && w.long || w.rounds != 0 && round >= w.rounds || b.failed[w.name] > 0 {
				continue
			}
			if ctx.Err() != nil {
				return errors.New("interrupted")
			}
			if err := w.measure(b, w.name); err != nil {
				b.failed[w.name]++
				b.skip(w.name, err)
			}
		}
		fmt.Fprintf(b.log, "round %d of %d of the router alone\n", round+1, b.rounds)
	}
	return nil
}

// memory measures a node whose packets go to so many destinations.
func memory(length, segment, destinations int) func(*bench, string) error {
	return func(b *bench, name string) error {
		c := plane.Case{To: []netip.Addr{plane.NextHopV4}, Length: length, Segment: segment}
		if destinations > 1 {
			c.To = lab.Many(destinations, false)
			c.Routes = []forwarding.Route{{To: netip.MustParsePrefix("10.8.0.0/16"), Via: plane.NextHopV4}}
		}
		return b.plane(name, c)
	}
}

// plane measures a node in this process.
func (b *bench) plane(name string, c plane.Case) error {
	f, err := plane.Measure(c, b.warm, b.sample)
	if err != nil {
		return err
	}
	if f.Packets == 0 {
		return errors.New("nothing was forwarded")
	}
	b.result.Add(name, routerName, "rate", packets, f.Packets)
	b.result.Add(name, routerName, "bits", bits, f.Bits)
	b.result.Add(name, routerName, "time", "ns/packet", 1e9/f.Packets)
	b.result.Add(name, routerName, "allocations", "per packet", f.Allocations)
	return nil
}

// stepsName is whom the costs of the steps belong to.
const stepsName = "TUN"

// step measures the steps of a packet's way.
func step(payload, segment int) func(*bench, string) error {
	return func(b *bench, name string) error {
		c, err := steps.Measure(payload, segment, b.sample)
		if err != nil {
			return err
		}
		b.result.Add(name, stepsName, "send", "ns", float64(c.Send))
		b.result.Add(name, stepsName, "read", "ns", float64(c.Read))
		b.result.Add(name, stepsName, "write", "ns", float64(c.Write))
		b.result.Add(name, stepsName, "receive", "ns", float64(c.Receive))
		return nil
	}
}

func (b *bench) memoryRoutes(name string, n int) error {
	prefixes, to := world(n)
	c := plane.Case{To: to, Length: 46}
	for _, p := range prefixes {
		via := plane.NextHopV4
		if p.Addr().Is6() {
			via = plane.NextHopV6
		}
		c.Routes = append(c.Routes, forwarding.Route{To: p, Via: via})
	}
	return b.plane(name, c)
}

// routeSamples are taken each time that routes have been loaded: to load them takes longer.
const routeSamples = 3

// routes measures the whole router with a file of n routes.
func (b *bench) routes(name string, n int) error {
	prefixes, to := world(n)
	path := filepath.Join(b.tools.Dir, name+".txt")
	if err := writeRoutes(path, prefixes); err != nil {
		return err
	}
	l, err := lab.Start(lab.Contender{Name: routerName, Way: lab.Router, RoutesFile: path}, b.tools)
	if err != nil {
		return err
	}
	defer l.Close()
	b.result.Add(name, routerName, "load", "s", l.Ready.Seconds())
	load := traffic.Load{Kind: traffic.UDP, To: to, Port: traffic.UDPPort, Sizes: []int{46 - headers(false)}}
	for range routeSamples {
		if err := b.measure(l, workload{name: name, unit: packets, load: &load}); err != nil {
			return l.Explain(err)
		}
	}
	now, peak := l.Forwarder.Memory()
	b.result.Add(name, routerName, "memory", "B", float64(now))
	b.result.Add(name, routerName, "peak", "B", float64(peak))
	return nil
}

// devices measures a router that has nothing to do.
func (b *bench) devices(name string, n int) error {
	l, err := lab.Devices(n, b.tools)
	if err != nil {
		return err
	}
	defer l.Close()
	settle, period := time.Second, 2*time.Second
	if b.small {
		settle, period = 100*time.Millisecond, 300*time.Millisecond
	}
	time.Sleep(settle) // the kernel greets each device
	before, begin := l.Forwarder.CPU(), time.Now()
	time.Sleep(period)
	share := 100 * (l.Forwarder.CPU() - before).Seconds() / time.Since(begin).Seconds()
	now, _ := l.Forwarder.Memory()
	b.result.Add(name, routerName, "load", "s", l.Ready.Seconds())
	b.result.Add(name, routerName, "idle", "%", share)
	b.result.Add(name, routerName, "memory", "B", float64(now))
	return nil
}
