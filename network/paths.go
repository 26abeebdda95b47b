package network

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// Origin is where packets begin: a node, or what is behind one of its interfaces.
type Origin struct {
	Node int
	// Interface is the index of that with the device which they come from; -1: the node sends them itself.
	Interface int
	// Source is the address that they come from.
	Source netip.Addr
}

// Paths are all ways that packets from one address to another may take, as a graph.
type Paths struct {
	Origin      Origin
	Destination netip.Addr
	// Entry is how they come to the first hop.
	Entry Step
	// Hops are the nodes that they may come to, each once, in the order of Number; the first is where they begin.
	Hops []Hop
	// Looping says that some come back to a node where they have been.
	Looping bool
}

// Hop is a node on the way.
type Hop struct {
	// Node is an index into Plan.Nodes.
	Node int
	// Number is with which TTL packets expire here, at least: the line of a traceroute. Zero: they begin here.
	Number int
	// Seen are the addresses that a traceroute (UDP, to port 33434 and up) may show here. None: the node
	// does not expire packets, or does not say so.
	Seen []netip.Addr
	// Verdict is about the packet, as far as its destination decides: what its end is, if Next is empty.
	Verdict forwarding.Verdict
	// Next are the ways on, of which each packet takes one.
	Next []Step
}

// Step is a way from one node to the next, or to a device.
type Step struct {
	forwarding.Way
	// Cable is an index into Plan.Links, and To that of the end that it leads to; Cable -1: there is a device.
	Cable, To int
	// Hop is the index of the next hop; -1: none, the device is the end.
	Hop int
	// Seen are the addresses that the next node shows to packets that come by this way.
	Seen []netip.Addr
	// Lost is why the next node drops what comes by this way, and nothing else; drop.Alive: it does not.
	Lost drop.Reason
	// Back says that it leads to a node where the packets have been.
	Back bool
}

// survey is paths that are being found.
type survey struct {
	plan   *Plan
	paths  *Paths
	atlas  *forwarding.Atlas
	leads  []forwarding.Leads
	cables map[End]int
	at     map[int]*stop
	probe  probe
}

// stop is a hop, and the node as it is while the network runs.
type stop struct {
	Hop
	table  *forwarding.Table
	router *forwarding.Router
	// passed says that some packets get further than here.
	passed bool
}

// Paths returns the ways from an origin to an address of the same family, with the tables that the nodes have while all
// devices are there.
func (p *Plan) Paths(from Origin, to netip.Addr) (*Paths, error) {
	s := &survey{plan: p, cables: map[End]int{}, at: map[int]*stop{}, probe: newProbe(from.Source, to)}
	s.paths = &Paths{Origin: from, Destination: to, Entry: Step{Way: forwarding.Way{Link: from.Interface, Via: to, Weight: 1}, Cable: -1}}
	for i, l := range p.Links {
		s.cables[l.Ends[0]], s.cables[l.Ends[1]] = i, i
	}
	if p.Routing == ShortestPath {
		s.atlas, s.leads = p.Routes(func(node, link int) bool { return !s.down(End{node, link}) })
	}
	order, err := s.walk(from)
	if err != nil {
		return nil, err
	}
	s.number(order)
	s.paths.Hops, s.paths.Entry.Hop = make([]Hop, len(order)), 0
	place := map[int]int{}
	for i, node := range order {
		place[node] = i
	}
	for i, node := range order {
		s.paths.Hops[i] = s.at[node].Hop
		for k := range s.paths.Hops[i].Next {
			if step := &s.paths.Hops[i].Next[k]; step.Hop >= 0 {
				step.Hop = place[step.Hop]
			}
		}
	}
	s.paths.findLoops(0, make([]int, len(order)))
	return s.paths, nil
}

func (s *survey) down(end End) bool {
	cable, ok := s.cables[end]
	return ok && s.plan.Links[cable].Down
}

// stop returns what is at a node.
func (s *survey) stop(node int) (*stop, error) {
	if st := s.at[node]; st != nil {
		return st, nil
	}
	planned := &s.plan.Nodes[node]
	links := make([]forwarding.Link, len(planned.Interfaces))
	for i := range links {
		links[i] = planned.Interfaces[i].Link
		links[i].Down = links[i].Down || s.down(End{node, i})
	}
	table, err := forwarding.NewTable(links, planned.Routes, planned.Settings)
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", planned.Name, err)
	}
	if s.leads != nil {
		table.SetAtlas(s.atlas, s.leads[node])
	}
	st := &stop{Hop: Hop{Node: node}, table: table, router: forwarding.New(table, planned.Limits)}
	s.at[node] = st
	return st, nil
}

// walk goes all ways, and returns the nodes in the order in which it came to them. A step's Hop is a node.
func (s *survey) walk(from Origin) (order []int, err error) {
	first, err := s.stop(from.Node)
	if err != nil {
		return nil, err
	}
	if from.Interface >= 0 {
		s.arrive(first, &s.paths.Entry, from.Interface)
	}
	first.passed = s.paths.Entry.Lost == drop.Alive
	order = []int{from.Node}
	for i := 0; i < len(order); i++ {
		here := s.at[order[i]]
		var ways []forwarding.Way
		ways, here.Verdict = here.table.Paths(s.paths.Destination)
		if here.Verdict.Action != forwarding.Forward || !here.passed {
			continue
		}
		for _, way := range ways {
			step := Step{Way: way, Cable: -1, Hop: -1}
			end := End{here.Node, way.Link}
			if cable, ok := s.cables[end]; ok {
				step.Cable = cable
				if s.plan.Links[cable].Ends[0] == end {
					step.To = 1
				}
				far := s.plan.Links[cable].Ends[step.To]
				known := s.at[far.Node] != nil
				there, err := s.stop(far.Node)
				if err != nil {
					return nil, err
				}
				step.Hop = far.Node
				s.arrive(there, &step, far.Interface)
				again := !there.passed && step.Lost == drop.Alive
				there.passed = there.passed || again
				if !known || again && slices.Contains(order[:i+1], far.Node) {
					order = append(slices.DeleteFunc(order, func(n int) bool { return n == far.Node && n != here.Node }), far.Node)
				}
			}
			here.Next = append(here.Next, step)
		}
	}
	return order, nil
}
