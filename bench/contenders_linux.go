package main

import (
	"github.com/icmprouter/icmprouter/bench/forwarders"
	"github.com/icmprouter/icmprouter/bench/lab"
)

// class says which workloads a contender does.
type class int

// The classes.
const (
	everyone  class = iota
	serious         // not those that are an order of magnitude away
	truthful        // those that send errors
	ablations       // the router with one lever moved
)

// entrant is a contender, and the workloads that it does.
type entrant struct {
	lab.Contender
	classes []class
}

func (e entrant) does(w workload) bool {
	for _, c := range e.classes {
		if c == w.class || c == ablations && w.telling {
			return true
		}
	}
	return false
}

// The names of the contenders that bars speak of.
const (
	kernelName = "kernel"
	rpsName    = "kernel, RPS"
	routerName = "icmprouter"
)

// entrants are all contenders, in the order of tables and charts. Each lever is
// both on and off: one of the two is the default.
func entrants() []entrant {
	list := []entrant{
		{lab.Contender{Name: kernelName, Way: lab.Kernel, About: "Linux, forwarding between two veth pairs"},
			[]class{everyone, serious, truthful}},
		{lab.Contender{Name: rpsName, Way: lab.Kernel, RPS: true, About: "the same with rps_cpus: it may use all processors"},
			[]class{everyone}},
		{lab.Contender{Name: routerName, Way: lab.Router, About: "this router as it comes"},
			[]class{everyone, serious, truthful}},
		{lab.Contender{Name: forwarders.WireGuard, Way: forwarders.WireGuard, About: "a forwarder on golang.zx2c4.com/wireguard/tun"},
			[]class{everyone, serious}},
		{lab.Contender{Name: forwarders.Water, Way: forwarders.Water, About: "a forwarder on songgao/water: one read, one write a packet"},
			[]class{everyone}},
		{lab.Contender{Name: forwarders.GVisor, Way: forwarders.GVisor, About: "gVisor's stack with forwarding on, over its own endpoint for descriptors"},
			[]class{everyone}},
	}
	for _, l := range []struct {
		name, about, key string
		value            any
	}{
		{"offloads off", "no super-packets", "offloads", false},
		{"coalesce off", "nothing is joined", "coalesce", "off"},
		{"coalesce tcp", "TCP of one read is joined", "coalesce", "tcp"},
		{"coalesce all", "TCP and UDP of one read are joined", "coalesce", "all"},
		{"engine direct", "one system call a packet", "engine", "direct"},
		{"engine uring", "io_uring for all", "engine", "uring"},
		{"busy_poll 50us", "looks for packets for 50 µs before it sleeps", "busy_poll", "50us"},
		{"workers 2", "two threads", "workers", 2},
	} {
		c := lab.Contender{Name: l.name, About: l.about, Way: lab.Router, Config: map[string]any{l.key: l.value}}
		list = append(list, entrant{c, []class{ablations}})
	}
	return list
}
