// Package network wires nodes and devices together. It moves the packets, and
// owns time and queues.
package network

import (
	"fmt"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
)

// Plan is a checked network: what the configuration says, without its syntax.
type Plan struct {
	// Nodes are in the order of their names, r2 before r10.
	Nodes []Node
	// Links connect interfaces of nodes that have no device.
	Links []Link
	// Routing computes routes beside those that are configured.
	Routing Routing
	// Seed is what all chances come from.
	Seed uint64
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
	// Device is the TUN, or the queues in memory, on the other side. Without a name, it is
	// none: a Link of the plan has the interface at one of its ends.
	Device tundev.Spec
}

// Link connects two interfaces in memory.
type Link struct {
	// Name is unique within the plan, and its own from plan to plan.
	Name string
	Ends [2]End
	// To is what happens to packets to each end.
	To [2]link.Behavior
	// Down has neither end see the other.
	Down bool
	// Metric is its length for Routing, towards each end, at least 1.
	Metric [2]int
}

// End is an interface: indexes into Plan.Nodes and Node.Interfaces.
type End struct{ Node, Interface int }

// Routing says what computes routes.
type Routing uint8

// The choices.
const (
	// Static: nothing does.
	Static Routing = iota
	// ShortestPath makes each node know all prefixes of the others: those of their interfaces
	// and loopbacks, and their routes by interfaces with a device. It is computed again when a link goes down or up.
	ShortestPath
)

// workers is the number of threads.
func (p *Plan) workers() int { return max(1, p.Workers) }

// movable says whether the workers can move the plan's packets: packets wait on
// links for one worker only.
func (p *Plan) movable() error {
	if p.workers() == 1 {
		return nil
	}
	for _, l := range p.Links {
		if !still(&l.To[0]) || !still(&l.To[1]) {
			return fmt.Errorf("workers: link %s does something to packets, and one worker moves such: there are %d", l.Name, p.workers())
		}
	}
	for i := range p.Nodes {
		if p.Nodes[i].Settings.Policy.Delays() {
			return fmt.Errorf("workers: node %s delays messages, and one worker moves such: there are %d", p.Nodes[i].Name, p.workers())
		}
	}
	return nil
}

// skeleton is what routes are computed of: nothing, if nobody does.
func (p *Plan) skeleton() Plan {
	if p.Routing == Static {
		return Plan{}
	}
	return *p
}
