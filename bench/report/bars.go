package report

import (
	"cmp"
	"fmt"
	"math"

	"github.com/icmprouter/icmprouter/bench/result"
)

// bar is what the router is to reach: a figure, or its ratio to another's.
type bar struct {
	what, workload, metric string
	// as is the router with a lever moved; empty: as it comes.
	as string
	// contender is whom the router is compared with at the workload, unless against
	// names another workload of the router's own; neither: limit is absolute.
	contender, against string
	unit               string
	limit              float64
	// atMost says that less is better.
	atMost bool
}

// verdict is what came of a bar.
type verdict struct {
	bar      bar
	got, met string
}

// router is the contender that the bars are for, and joining is the same where it
// joins UDP, which it does not unless told to.
const (
	router  = "icmprouter"
	joining = "coalesce all"
)

// bars are those of the project.
var bars = []bar{
	{what: "TCP, 1 flow, to the kernel", workload: "tcp4-1", metric: "rate", contender: "kernel", limit: 0.9},
	{what: "TCP, 1 flow, to wireguard/tun", workload: "tcp4-1", metric: "rate", contender: "wireguard/tun", limit: 1.35},
	{what: "TCP, 1 flow, to gVisor", workload: "tcp4-1", metric: "rate", contender: "gVisor netstack", limit: 20},
	{what: "TCP, 32 flows, to the kernel", workload: "tcp4-32", metric: "rate", contender: "kernel", limit: 0.9},
	{what: "TCP, 32 flows, to wireguard/tun", workload: "tcp4-32", metric: "rate", contender: "wireguard/tun", limit: 1.35},
	{what: "TCP, 32 flows, to gVisor", workload: "tcp4-32", metric: "rate", contender: "gVisor netstack", limit: 20},
	{what: "46 B, 1 flow, to the kernel", workload: "udp4-46-1", metric: "rate", contender: "kernel", limit: 1.2},
	{what: "46 B, 1 flow, to the kernel with RPS", workload: "udp4-46-1", metric: "rate", contender: "kernel, RPS", limit: 1},
	{what: "46 B, 1 flow, to water", workload: "udp4-46-1", metric: "rate", contender: "water", limit: 1.2},
	{what: "46 B, 1 flow, to wireguard/tun", workload: "udp4-46-1", metric: "rate", contender: "wireguard/tun", limit: 2},
	{what: "46 B, 1 flow, to gVisor", workload: "udp4-46-1", metric: "rate", contender: "gVisor netstack", limit: 4.5},
	{what: "46 B, 1 flow, processor time a packet, to the kernel", workload: "udp4-46-1", metric: "cpu", contender: "kernel", limit: 1, atMost: true},
	{what: "46 B, 1 flow, joined, to the kernel", workload: "udp4-46-1", metric: "rate", as: joining, contender: "kernel", limit: 1.2},
	{what: "46 B, 1 flow, joined, to water", workload: "udp4-46-1", metric: "rate", as: joining, contender: "water", limit: 1.2},
	{what: "46 B, 1 flow, joined, processor time a packet, to the kernel", workload: "udp4-46-1", metric: "cpu", as: joining, contender: "kernel", limit: 1, atMost: true},
	{what: "46 B, 1,000 flows, to the kernel", workload: "udp4-46-1000", metric: "rate", contender: "kernel", limit: 1},
	{what: "46 B, 1,000 flows, to water", workload: "udp4-46-1000", metric: "rate", contender: "water", limit: 1.1},
	{what: "idle ping, p50, to water", workload: "ping4", metric: "p50", contender: "water", limit: 1, atMost: true},
	{what: "ping under a TCP flow, p99, to the kernel", workload: "ping4-loaded", metric: "p99", contender: "kernel", limit: 2, atMost: true},
	{what: "time exceeded in IPv4, to the kernel", workload: "time-exceeded4", metric: "rate", contender: "kernel", limit: 1},
	{what: "time exceeded in IPv6, to the kernel", workload: "time-exceeded6", metric: "rate", contender: "kernel", limit: 1},
	{what: "in memory, packets of one processor", workload: "memory-46", metric: "rate", unit: "packets/s", limit: 10e6},
	{what: "in memory, allocations a packet", workload: "memory-46", metric: "allocations", unit: "per packet", limit: 0.001, atMost: true},
	{what: "in memory, super-packets, of one processor", workload: "memory-super", metric: "bits", unit: "bit/s", limit: 100e9},
	{what: "1,000,000 routes, memory of the whole process", workload: "routes-1000000", metric: "memory", unit: "B", limit: 100e6, atMost: true},
	{what: "1,000,000 routes, from start to ready", workload: "routes-1000000", metric: "load", unit: "s", limit: 3, atMost: true},
	{what: "1,000,000 routes, packet rate, to 1 route", workload: "routes-1000000", metric: "rate", against: "routes-1", limit: 0.9},
	{what: "idle with 2 devices, processor", workload: "devices-2", metric: "idle", unit: "%", limit: 0.1, atMost: true},
	{what: "idle with 2 devices, resident memory", workload: "devices-2", metric: "memory", unit: "B", limit: 30e6, atMost: true},
	{what: "100 nodes in a row, links crossed by one processor", workload: "network-cross", metric: "crossings", unit: "crossings/s", limit: 10e6},
	{what: "100 nodes in a row, allocations a packet", workload: "network-cross", metric: "allocations", unit: "per packet", limit: 0.001, atMost: true},
	{what: "1,000 nodes and 2,000 links, from the plan to ready", workload: "network-idle-1000", metric: "load", unit: "s", limit: 1, atMost: true},
	{what: "1,000 nodes and 2,000 links, heap", workload: "network-idle-1000", metric: "memory", unit: "B", limit: 100e6, atMost: true},
	{what: "100 routers in a row, rate, to the kernel", workload: "network-row-100", metric: "rate", contender: "kernel", limit: 1},
	{what: "100 routers in a row, set up, to the kernel", workload: "network-row-100", metric: "load", contender: "kernel", limit: 1, atMost: true},
	{what: "a link of 1 ms, p99 of the error", workload: "network-delay-1", metric: "p99", unit: "µs", limit: 50, atMost: true},
	{what: "a link of 20 ms, p99 of the error", workload: "network-delay-20", metric: "p99", unit: "µs", limit: 200, atMost: true},
	{what: "10 links of 7 ms, p99 of the error", workload: "network-delay-10x7", metric: "p99", unit: "µs", limit: 700, atMost: true},
	{what: "a link of 20 ms beside 1 Gbit/s, p99 of the error", workload: "network-beside-full", metric: "p99", unit: "µs", limit: 200, atMost: true},
	{what: "1 Gbit/s, error", workload: "network-rate-1000", metric: "error", unit: "%", limit: 0.5, atMost: true},
	{what: "packets on a link at once", workload: "network-flight", metric: "on the way", unit: "packets", limit: 100_000},
}

// want is the bar in words.
func (b bar) want() string {
	sign := "≥ "
	if b.atMost {
		sign = "≤ "
	}
	if b.ratio() {
		return fmt.Sprintf("%s%g×", sign, b.limit)
	}
	return sign + Format(b.limit, b.unit)
}

func (b bar) ratio() bool { return b.contender != "" || b.against != "" }

// value is what was measured, or no number.
func (b bar) value(r *result.Result) float64 {
	workload, contender := b.workload, b.contender
	if contender == "" {
		contender = router
	}
	if b.against != "" {
		workload = b.against
	}
	got := median(r, b.workload, cmp.Or(b.as, router), b.metric)
	if b.ratio() {
		got /= median(r, workload, contender, b.metric)
	}
	return got
}

// median is that of a series, or no number.
func median(r *result.Result, workload, contender, metric string) float64 {
	s, found := r.Get(workload, contender, metric)
	if !found {
		return math.NaN()
	}
	return s.Median()
}

// judge holds a run against the bars.
func judge(r *result.Result) (verdicts []verdict) {
	for _, b := range bars {
		v := verdict{b, "not measured", "—"}
		if value := b.value(r); !math.IsNaN(value) {
			v.got = Format(value, b.unit)
			if b.ratio() {
				v.got = digits(value) + "×"
			}
			v.met = "no"
			if b.atMost && value <= b.limit || !b.atMost && value >= b.limit {
				v.met = "yes"
			}
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}
