package main

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/icmprouter/icmprouter/bench/lab"
	"github.com/icmprouter/icmprouter/bench/traffic"
)

// workload is what a contender is measured at.
type workload struct {
	name, about string
	class       class
	// telling says that the levers are measured at it too.
	telling bool
	load    *traffic.Load
	// unit of the load's rate.
	unit string
	// ping is where to send echo requests while the load runs.
	ping netip.Addr
}

// The units of rates.
const (
	bits    = "bit/s"
	packets = "packets/s"
	errors_ = "errors/s"
	crossed = "crossings/s"
)

// pingEvery is the time between two echo requests: the machine is idle in between.
const pingEvery = time.Millisecond

// headers are those of UDP and IP together, in octets, by family.
func headers(v6 bool) int {
	if v6 {
		return 48
	}
	return 28
}

// imix is the lengths of packets 7:4:1, mixed, as IPv4 has them.
var imix = []int{40, 576, 40, 40, 576, 40, 1500, 40, 576, 40, 576, 40}

// workloads are all that need a client and a server.
func workloads() (list []workload) {
	for _, v6 := range []bool{false, true} {
		list = append(list, tcpWorkloads(v6)...)
	}
	for _, v6 := range []bool{false, true} {
		list = append(list, udpWorkloads(v6)...)
	}
	var payloads []int
	for _, length := range imix {
		payloads = append(payloads, length-headers(false))
	}
	list = append(list, workload{
		name: "imix4", about: "UDP, packets of 40, 576 and 1500 octets 7:4:1, one flow", class: everyone, unit: packets,
		load: &traffic.Load{Kind: traffic.UDP, To: []netip.Addr{lab.ServerV4}, Port: traffic.UDPPort, Sizes: payloads},
	})
	for _, v6 := range []bool{false, true} {
		list = append(list, pingWorkloads(v6)...)
	}
	for _, v6 := range []bool{false, true} {
		list = append(list, errorWorkloads(v6)...)
	}
	return list
}

// family is the digit of a family in the names of workloads, and its server.
func family(v6 bool) (digit string, server netip.Addr) {
	if v6 {
		return "6", lab.ServerV6
	}
	return "4", lab.ServerV4
}

func tcpWorkloads(v6 bool) (list []workload) {
	digit, server := family(v6)
	for _, flows := range []int{1, 4, 32} {
		for _, kind := range []traffic.Kind{traffic.TCP, traffic.Reverse} {
			w := workload{
				name:  fmt.Sprintf("tcp%s-%d", digit, flows),
				about: fmt.Sprintf("TCP over IPv%s, %d flows, client to server", digit, flows),
				class: serious, unit: bits,
				load: &traffic.Load{Kind: kind, To: []netip.Addr{server}, Flows: flows},
			}
			if kind == traffic.Reverse {
				w.name += "-back"
				w.about = fmt.Sprintf("TCP over IPv%s, %d flows, server to client", digit, flows)
			} else if !v6 && flows != 4 || v6 && flows == 1 {
				w.class = everyone
			}
			w.telling = w.class == everyone && !v6
			list = append(list, w)
		}
	}
	return list
}

func udpWorkloads(v6 bool) (list []workload) {
	digit, server := family(v6)
	for _, payload := range []int{18, 1372} {
		for _, flows := range []int{1, 1000} {
			length := payload + headers(v6)
			w := workload{
				name:  fmt.Sprintf("udp%s-%d-%d", digit, length, flows),
				about: fmt.Sprintf("UDP, IPv%s packets of %d octets, flows: %d", digit, length, flows),
				class: everyone, telling: !v6, unit: packets,
				load: &traffic.Load{Kind: traffic.UDP, To: []netip.Addr{server}, Port: traffic.UDPPort, Sizes: []int{payload}},
			}
			if flows > 1 {
				w.load.To = lab.Many(flows, v6)
			}
			if v6 {
				w.class = serious
			}
			list = append(list, w)
		}
	}
	return append(list, workload{
		name: "gso" + digit, about: "UDP over IPv" + digit + ", segments of 1400 octets sent in super-packets (UDP_SEGMENT), taken with UDP_GRO",
		class: serious, unit: packets,
		load: &traffic.Load{Kind: traffic.GSO, To: []netip.Addr{server}, Port: traffic.GROPort, Sizes: []int{1400}},
	})
}

func pingWorkloads(v6 bool) []workload {
	digit, server := family(v6)
	idle := workload{name: "ping" + digit, about: "ping, 64 octets of ICMPv" + digit + ", every millisecond", class: everyone, telling: !v6, ping: server}
	loaded := workload{
		name: "ping" + digit + "-loaded", about: "the same while one TCP flow runs", class: everyone, telling: !v6, ping: server,
		load: &traffic.Load{Kind: traffic.TCP, To: []netip.Addr{server}, Flows: 1},
	}
	if v6 {
		idle.class, loaded.class = serious, serious
	}
	return []workload{idle, loaded}
}

func errorWorkloads(v6 bool) []workload {
	digit, server := family(v6)
	narrow, router := lab.NarrowV4, lab.RouterV4
	if v6 {
		narrow, router = lab.NarrowV6, lab.RouterV6
	}
	load := func(to netip.Addr, payload int) *traffic.Load {
		return &traffic.Load{Kind: traffic.UDP, To: []netip.Addr{to}, Port: traffic.ClosedPort, Sizes: []int{payload}, Errors: true}
	}
	exceeded, tooBig, closed := load(server, 18), load(narrow, 1452), load(router, 18)
	exceeded.TTL, tooBig.DF = 1, true
	of := " for UDP over IPv" + digit
	return []workload{
		{name: "time-exceeded" + digit, about: "time exceeded" + of, class: truthful, unit: errors_, load: exceeded},
		{name: "too-big" + digit, about: "packet too big" + of + ", 1,452 octets of payload", class: truthful, unit: errors_, load: tooBig},
		{name: "port-unreachable" + digit, about: "port unreachable" + of + ", by the router itself", class: truthful, unit: errors_, load: closed},
	}
}
