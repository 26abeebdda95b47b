package network

import (
	"context"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/routing"
	"github.com/icmprouter/icmprouter/wire"
)

// Routes computes what Routing promises: an atlas of all prefixes that some node
// tells the others of, and the leads of each node to them. up says of an interface
// whether it has its device, or its link; nil: all have. The plan is one of ShortestPath.
func (p *Plan) Routes(up func(node, link int) bool) (*forwarding.Atlas, []forwarding.Leads) {
	if up == nil {
		up = func(node, link int) bool { return true }
	}
	a := announcements{homes: map[netip.Prefix][]int{}}
	for i := range p.Nodes {
		p.announce(&a, i, func(link int) bool { return up(i, link) })
	}
	prefixes, destinations, homes := a.number()
	ways := routing.Shortest(len(p.Nodes), p.edges(), homes)
	vias := p.vias()
	leads := make([]forwarding.Leads, len(p.Nodes))
	for i := range leads {
		leads[i].Of = ways.Of[i]
		for _, group := range ways.Groups[i] {
			var of []forwarding.Lead
			for _, link := range group {
				of = append(of, vias[End{i, link}])
			}
			leads[i].Groups = append(leads[i].Groups, of)
		}
	}
	return forwarding.NewAtlas(prefixes, destinations), leads
}

// announcements are prefixes, and the nodes that are at home there.
type announcements struct {
	order []netip.Prefix
	homes map[netip.Prefix][]int
}

func (a *announcements) add(prefix netip.Prefix, node int) {
	homes, known := a.homes[prefix]
	if !known {
		a.order = append(a.order, prefix)
	}
	if len(homes) == 0 || homes[len(homes)-1] != node {
		a.homes[prefix] = append(homes, node)
	}
}

// number gives prefixes with the same homes the same destination.
func (a *announcements) number() (prefixes []netip.Prefix, destinations []int, homes [][]int) {
	alone, together := map[int]int{}, map[string]int{}
	for _, prefix := range a.order {
		at := a.homes[prefix]
		var number int
		var known bool
		if len(at) == 1 {
			number, known = alone[at[0]]
		} else {
			number, known = together[key(at)]
		}
		if !known {
			number = len(homes)
			homes = append(homes, at)
			if len(at) == 1 {
				alone[at[0]] = number
			} else {
				together[key(at)] = number
			}
		}
		destinations = append(destinations, number)
	}
	return a.order, destinations, homes
}

// key is a list of nodes as a key.
func key(nodes []int) string {
	octets := make([]byte, 0, 3*len(nodes))
	for _, n := range nodes {
		octets = append(octets, byte(n), byte(n>>8), byte(n>>16))
	}
	return string(octets)
}

// announce adds what a node tells the others of.
func (p *Plan) announce(a *announcements, node int, up func(link int) bool) {
	nd := &p.Nodes[node]
	for _, own := range slices.Concat(nd.Settings.Loopbacks, []netip.Addr{nd.Settings.RouterID}) {
		if own.IsValid() {
			a.add(netip.PrefixFrom(own, own.BitLen()), node)
		}
	}
	for link := range nd.Interfaces {
		if !up(link) {
			continue
		}
		for _, address := range nd.Interfaces[link].Addresses {
			if !wire.LinkScope(address.Addr()) {
				a.add(address.Masked(), node)
			}
		}
	}
	for i := range nd.Routes {
		if nd.exits(&nd.Routes[i], up) {
			a.add(nd.Routes[i].To.Masked(), node)
		}
	}
}

// exits says whether a unicast route goes by an interface whose device is there.
func (nd *Node) exits(r *forwarding.Route, up func(link int) bool) bool {
	if r.Kind != forwarding.Unicast {
		return false
	}
	paths := []forwarding.Path{{Via: r.Via, Link: r.Link}}
	if r.Group != nil {
		paths = r.Group.Paths
	}
	for _, path := range paths {
		link := slices.IndexFunc(nd.Interfaces, func(i Interface) bool {
			if path.Link != "" {
				return i.Name == path.Link
			}
			return slices.ContainsFunc(i.Addresses, func(on netip.Prefix) bool { return on.Contains(path.Via) })
		})
		if link >= 0 && nd.Interfaces[link].Device.Name != "" && up(link) {
			return true
		}
	}
	return false
}

// edges are the links that are up.
func (p *Plan) edges() (edges []routing.Edge) {
	for _, l := range p.Links {
		for from := range l.Ends {
			if to := 1 - from; !l.Down {
				edges = append(edges, routing.Edge{From: l.Ends[from].Node, To: l.Ends[to].Node, Link: l.Ends[from].Interface, Metric: max(1, l.Metric[to])})
			}
		}
	}
	return edges
}

// vias are the leads by each interface at a link.
func (p *Plan) vias() map[End]forwarding.Lead {
	vias := make(map[End]forwarding.Lead, 2*len(p.Links))
	for _, l := range p.Links {
		for i, end := range l.Ends {
			lead := forwarding.Lead{Link: end.Interface}
			far := l.Ends[1-i]
			for _, address := range p.Nodes[far.Node].Interfaces[far.Interface].Addresses {
				meet(&lead, address.Addr())
			}
			vias[end] = lead
		}
	}
	return vias
}

// meet takes an address of the next node: the first of its family, but one that is
// known beyond the link before one that is not.
func meet(lead *forwarding.Lead, a netip.Addr) {
	via := &lead.Via4
	if a.Is6() {
		via = &lead.Via6
	}
	if !via.IsValid() || wire.LinkScope(*via) && !wire.LinkScope(a) {
		*via = a
	}
}

// rerouter computes the routes again when a device came or went, until the context ends.
func (n *Network) rerouter(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.reroute:
			n.routeAgain()
		}
	}
}

// routeAgain gives all nodes routes that avoid what is down.
func (n *Network) routeAgain() {
	n.changes.Lock()
	defer n.changes.Unlock()
	if n.plan.Routing == Static {
		return
	}
	var down map[End]bool
	n.asks.do(func() { down = n.downs() })
	atlas, leads := n.plan.Routes(func(node, link int) bool { return !down[End{node, link}] })
	n.asks.do(func() {
		for i, nd := range n.nodes {
			nd.seats[0].router.SetAtlas(atlas, leads[i])
		}
	})
}

// downs are the interfaces that are down.
func (n *Network) downs() map[End]bool {
	down := map[End]bool{}
	for i, nd := range n.nodes {
		for k, p := range nd.ports {
			if p.down() {
				down[End{i, k}] = true
			}
		}
	}
	return down
}
