package network

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
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
	probe  *probe
	stops  map[int]*stop
	// order is the nodes in the order in which they were come to.
	order []int
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
// devices are there. Of a Step, what the next node does is asked of its router.
func (p *Plan) Paths(from Origin, to netip.Addr) (*Paths, error) {
	s := &survey{plan: p, cables: map[End]int{}, stops: map[int]*stop{}, probe: newProbe(from.Source, to)}
	entry := Step{Way: forwarding.Way{Link: from.Interface, Via: to, Weight: 1}, Cable: -1}
	s.paths = &Paths{Origin: from, Destination: to, Entry: entry}
	for i, l := range p.Links {
		s.cables[l.Ends[0]], s.cables[l.Ends[1]] = i, i
	}
	if p.Routing == ShortestPath {
		s.atlas, s.leads = p.Routes(func(node, link int) bool { return !s.down(End{node, link}) })
	}
	if err := s.walk(); err != nil {
		return nil, err
	}
	s.number()
	s.settle()
	s.paths.findLoops(0, make([]bool, len(s.order)), make([]bool, len(s.order)))
	return s.paths, nil
}

func (s *survey) down(end End) bool {
	cable, ok := s.cables[end]
	return ok && s.plan.Links[cable].Down
}

// stop returns what is at a node.
func (s *survey) stop(node int) (*stop, error) {
	if st := s.stops[node]; st != nil {
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
	s.stops[node] = st
	return st, nil
}

// walk goes all ways. Until settle, a step's Hop is a node.
func (s *survey) walk() error {
	from := s.paths.Origin
	first, err := s.stop(from.Node)
	if err != nil {
		return err
	}
	if from.Interface >= 0 {
		s.probe.meet(first, &s.paths.Entry, from.Interface)
	}
	s.order = []int{from.Node}
	var todo []*stop
	if first.passed = s.paths.Entry.Lost == drop.Alive; first.passed {
		todo = append(todo, first)
	}
	for ; len(todo) > 0; todo = todo[1:] {
		here := todo[0]
		ways, verdict := here.table.Paths(s.paths.Destination)
		if here.Verdict = verdict; verdict.Action != forwarding.Forward {
			continue
		}
		for _, way := range ways {
			step, there, err := s.follow(here.Node, way)
			if err != nil {
				return err
			}
			here.Next = append(here.Next, step)
			if there != nil && !there.passed && step.Lost == drop.Alive {
				there.passed = true
				todo = append(todo, there)
			}
		}
	}
	return nil
}

// follow goes one way from a node; there is nil if a device is the end.
func (s *survey) follow(node int, way forwarding.Way) (step Step, there *stop, err error) {
	step = Step{Way: way, Cable: -1, Hop: -1}
	end := End{node, way.Link}
	cable, ok := s.cables[end]
	if !ok {
		return step, nil, nil
	}
	step.Cable = cable
	ends := s.plan.Links[cable].Ends
	if ends[0] == end {
		step.To = 1
	}
	step.Hop = ends[step.To].Node
	if s.stops[step.Hop] == nil {
		s.order = append(s.order, step.Hop)
	}
	if there, err = s.stop(step.Hop); err == nil {
		s.probe.meet(there, &step, ends[step.To].Interface)
	}
	return step, there, err
}

// number counts the nodes that decrement TTL on the shortest way to each.
func (s *survey) number() {
	const none = 1 << 30
	for _, node := range s.order {
		s.stops[node].Number = none
	}
	first := s.stops[s.order[0]]
	first.Number = 0
	if s.paths.Origin.Interface >= 0 {
		first.Number = 1
	}
	for todo := []*stop{first}; len(todo) > 0; todo = todo[1:] {
		here := todo[0]
		next := here.Number + 1
		if here.Number > 0 && s.plan.Nodes[here.Node].Settings.KeepTTL {
			next--
		}
		for _, step := range here.Next {
			if step.Hop < 0 {
				continue
			}
			if there := s.stops[step.Hop]; next < there.Number {
				there.Number = next
				todo = append(todo, there)
			}
		}
	}
}

// settle puts the hops in order, and makes of a step's Hop an index.
func (s *survey) settle() {
	first := s.order[0]
	slices.SortStableFunc(s.order, func(a, b int) int {
		switch first {
		case a:
			return -1
		case b:
			return 1
		}
		return cmp.Or(cmp.Compare(s.stops[a].Number, s.stops[b].Number), cmp.Compare(a, b))
	})
	place := map[int]int{}
	for i, node := range s.order {
		place[node] = i
	}
	for _, node := range s.order {
		hop := s.stops[node].Hop
		for k := range hop.Next {
			if step := &hop.Next[k]; step.Hop >= 0 {
				step.Hop = place[step.Hop]
			}
		}
		s.paths.Hops = append(s.paths.Hops, hop)
	}
}

// findLoops marks the steps that lead back to a node on the way to here.
func (p *Paths) findLoops(hop int, been, on []bool) {
	been[hop], on[hop] = true, true
	for i := range p.Hops[hop].Next {
		step := &p.Hops[hop].Next[i]
		switch {
		case step.Hop < 0 || step.Lost != drop.Alive:
		case on[step.Hop]:
			step.Back, p.Looping = true, true
		case !been[step.Hop]:
			p.findLoops(step.Hop, been, on)
		}
	}
	on[hop] = false
}
