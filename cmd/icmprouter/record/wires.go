package record

import (
	"net/netip"
)

// addLinks joins each layer with the next, and the client before them.
func (n *network) addLinks() {
	p := n.path
	whole := netip.PrefixFrom(p.Client, p.Client.BitLen())
	n.file.Nodes[clientNode] = n.host(n.Client, whole)
	before := []string{clientNode}
	for i, names := range n.layers {
		for _, from := range before {
			for _, to := range names {
				n.file.Links = append(n.file.Links, n.link(from, to, n.steps[i], n.steps[i].errorLoss))
			}
		}
		before = names
	}
}

// host is the node beside a host: its TUN, and a route to the one address there.
func (n *network) host(netns string, whole netip.Prefix) node {
	all := netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	if whole.Addr().Is4() {
		all = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	return node{
		TTL: "keep",
		Interfaces: map[string]iface{"host": {Addresses: new([]netip.Prefix{}),
			TUN: &tun{Netns: netns, Name: "tun0", Addresses: []netip.Prefix{whole}, Routes: []netip.Prefix{all}}}},
		Routes: []route{{To: whole, Interface: "host"}},
	}
}

// link is what joins two nodes; the errors of the second get lost in part.
func (n *network) link(from, to string, s step, errorLoss float64) link {
	l := link{"between": []string{from, to}}
	both := map[string]any{}
	switch {
	case s.jitter > 0:
		both["delay"] = delay{Mean: duration(s.delay), Jitter: duration(s.jitter), Distribution: "normal"}
	case s.delay > 0:
		both["delay"] = duration(s.delay)
	}
	if s.loss > 0 {
		both["loss"] = text(s.loss)
	}
	if len(both) > 0 {
		l["both"] = both
	}
	if source := n.sources[to]; errorLoss > 0 && source.IsValid() {
		errors := loss{Probability: text(errorLoss), Match: &match{"icmp", netip.PrefixFrom(source, source.BitLen())}}
		back := []any{errors}
		if s.loss > 0 {
			back = []any{text(s.loss), errors}
		}
		l["to_"+from] = map[string]any{"loss": back}
	}
	return l
}

// addServer puts the destination behind the last layer. If it did not answer, its ICMP does not come back.
func (n *network) addServer() {
	p := n.path
	whole := netip.PrefixFrom(p.Target, p.Target.BitLen())
	n.file.Nodes[serverNode] = n.host(n.Server, whole)
	var s step
	if p.reached() {
		s = n.steps[len(p.Hops)-1]
		s.errorLoss = 0
	} else {
		n.sources[serverNode] = p.Target
		s.errorLoss = 1
	}
	for _, from := range n.last() {
		n.file.Links = append(n.file.Links, n.link(from, serverNode, s, s.errorLoss))
	}
	delete(n.sources, serverNode)
}

// last is the layer before the destination.
func (n *network) last() []string {
	if len(n.layers) == 0 {
		return []string{clientNode}
	}
	return n.layers[len(n.layers)-1]
}

// refuse leads packets to the destination up to the last layer, which refuses them with traceroute's word.
func (n *network) refuse(word string) {
	p := n.path
	to := netip.PrefixFrom(p.Target, p.Target.BitLen())
	before := []string{clientNode}
	for _, names := range n.layers {
		r := route{To: to, Interface: names[0]}
		if len(names) > 1 {
			r.Interface = ""
			for _, name := range names {
				r.Paths = append(r.Paths, way{name})
			}
		}
		n.add(before, r)
		before = names
	}
	v4 := p.Target.Is4()
	switch {
	case word == "X" || word == "13" || word == "10" || word == "9":
		n.add(before, route{To: to, Kind: "prohibit"})
	case word == "N" && v4: // no route is what it means
	default:
		n.add(before, route{To: to, Kind: "unreachable"})
		if word != "H" && v4 || word != "N" && !v4 {
			n.note("the refusal !%s becomes host unreachable, or no route in IPv6", word)
		}
	}
	n.note("the last hop refuses packets to %s: there is no server", p.Target)
}

func (n *network) add(names []string, r route) {
	for _, name := range names {
		node := n.file.Nodes[name]
		node.Routes = append(node.Routes, r)
		n.file.Nodes[name] = node
	}
}
