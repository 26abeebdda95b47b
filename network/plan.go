// Package network wires nodes and devices together. It moves the packets, and
// owns time and queues.
package network

import (
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
)

// Plan is a checked network: what the configuration says, without its syntax.
type Plan struct {
	// Nodes are in the order of their names.
	Nodes []Node
	// Workers is the number of threads that move packets; zero: one. A device's
	// packets are read by one of them, so that no flow is on two.
	Workers int
	// BusyPoll is how long a worker that has nothing to do looks for packets
	// before it sleeps. Longer answers sooner and costs the processor.
	BusyPoll time.Duration
}

// Node is one router of a Plan.
type Node struct {
	// Name is unique within the plan.
	Name string
	// Interfaces are in the order of their names.
	Interfaces []Interface
	// Routes are the configured ones; connected prefixes need none.
	Routes []forwarding.Route
	// Settings are the node's choices.
	Settings forwarding.Settings
	// Limits bounds the node's ICMP errors.
	Limits ratelimit.Limits
}

// Interface is a link of a node and the device that it is attached to.
type Interface struct {
	forwarding.Link
	// Device is the TUN, or the queues in memory, on the other side.
	Device tundev.Spec
}

// workers is the number of threads.
func (p *Plan) workers() int { return max(1, p.Workers) }
