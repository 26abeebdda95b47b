package record

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// Options are what a path does not tell.
type Options struct {
	// Client and Server are the namespaces of the hosts at the ends.
	Client, Server string
}

// most is how many answers of one TTL become branches.
const most = 16

// The nodes at the ends: wires, which a traceroute does not see.
const (
	clientNode = "client"
	serverNode = "server"
)

// network is a configuration in the making.
type network struct {
	Options
	path  *Path
	file  file
	steps []step
	// layers are the names of the nodes by TTL, after the client's.
	layers [][]string
	// sources are the addresses that nodes answer from.
	sources map[string]netip.Addr
	notes   []string
}

// Config returns the configuration of a network that looks to a tool as the path did, and notes about what the
// path does not tell or a network cannot do.
func (p *Path) Config(o Options) (config []byte, notes []string, err error) {
	if o.Client == o.Server {
		return nil, nil, fmt.Errorf("client and server are both in namespace %q; expected two: a kernel that has both addresses sends nothing", o.Client)
	}
	n := &network{Options: o, path: p, sources: map[string]netip.Addr{},
		file: file{Routing: "shortest-path", Nodes: map[string]node{}}}
	if p.Others > 0 {
		n.note("%d more paths are in the input: only the first is recorded", p.Others)
	}
	n.ends()
	refused := n.end()
	n.steps = p.measure()
	n.name()
	n.addNodes()
	n.addLinks()
	if refused == "" {
		n.addServer()
	} else {
		n.refuse(refused)
	}
	n.martians()
	config, err = n.file.marshal()
	return config, n.notes, err
}

func (n *network) note(format string, args ...any) {
	n.notes = append(n.notes, fmt.Sprintf(format, args...))
}

// ends chooses addresses of client and server that no hop has.
func (n *network) ends() {
	p := n.path
	v4 := p.family() == 4
	free := func(v4Text, v6Text string) netip.Addr {
		a := netip.MustParseAddr(v6Text)
		if v4 {
			a = netip.MustParseAddr(v4Text)
		}
		for p.has(a) || a == p.Target || a == p.Client {
			a = a.Next()
		}
		return a
	}
	if !p.Target.IsValid() || !usable(p.Target) || special(p.Target) != "" {
		p.Target = free("203.0.113.1", "2001:db8:ffff::1")
		n.note("the destination's address is not known: it is %s", p.Target)
	}
	if !p.Client.IsValid() || !usable(p.Client) || special(p.Client) != "" || p.has(p.Client) || p.Client == p.Target {
		p.Client = free("192.0.2.1", "2001:db8::1")
	}
}

// has says that a hop answered from an address.
func (p *Path) has(a netip.Addr) bool {
	return slices.ContainsFunc(p.Hops, func(h Hop) bool {
		return slices.ContainsFunc(h.Answers, func(x *Answer) bool { return x.Addr == a })
	})
}

// usable says that packets can come from the address.
func usable(a netip.Addr) bool {
	return !a.IsLoopback() && !a.IsMulticast() && !a.IsUnspecified() && !(a.Is6() && a.IsLinkLocalUnicast()) &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// end looks how the path ends, and leaves the hops before the destination, or those up to the last that answers. refused is
// traceroute's word for the refusal that ends it.
func (n *network) end() (refused string) {
	p := n.path
	if !p.reached() {
		last := p.Hops[len(p.Hops)-1]
		for _, a := range last.Answers {
			if a.Refusal != "" {
				return a.Refusal
			}
		}
		n.note("%s did not answer: it stands behind the last hop that did, and its ICMP is lost", p.Target)
		return ""
	}
	is := func(a *Answer) bool { return a.Addr == p.Target }
	first := slices.IndexFunc(p.Hops, func(h Hop) bool {
		return len(h.Answers) > 0 && !slices.ContainsFunc(h.Answers, func(a *Answer) bool { return !is(a) })
	})
	if first >= 0 {
		p.Hops = p.Hops[:first+1]
		// earlier, it answered by a shorter way, which is not built
		for i := range p.Hops[:first] {
			p.Hops[i].Answers = slices.DeleteFunc(p.Hops[i].Answers, is)
		}
		return ""
	}
	last := len(p.Hops) - 1
	for last > 0 && !slices.ContainsFunc(p.Hops[last].Answers, is) {
		last--
	}
	p.Hops = p.Hops[:last+1]
	p.Hops[last].Answers = slices.DeleteFunc(p.Hops[last].Answers, func(a *Answer) bool { return !is(a) })
	return ""
}

// name gives the hops names: hop01, or hop01a, hop01b where several answer.
func (n *network) name() {
	hops := n.path.Hops
	if n.path.reached() {
		hops = hops[:len(hops)-1]
	}
	for i := range hops {
		h := &hops[i]
		if len(h.Answers) > most {
			n.note("hop %d: %d addresses answer, the first %d become branches", i+1, len(h.Answers), most)
			h.Answers = h.Answers[:most]
		}
		h.Answers = slices.DeleteFunc(h.Answers, func(a *Answer) bool {
			if !usable(a.Addr) {
				n.note("hop %d: no packet can come from %s: it is silent", i+1, a.Addr)
			}
			return !usable(a.Addr)
		})
		names := []string{fmt.Sprintf("hop%02d", i+1)}
		if len(h.Answers) > 1 {
			n.note("hop %d: %d addresses answer: each is a branch, joined with all at the hops beside it", i+1, len(h.Answers))
			names = names[:0]
			for j := range h.Answers {
				names = append(names, fmt.Sprintf("hop%02d%c", i+1, 'a'+j))
			}
		}
		n.layers = append(n.layers, names)
	}
}

// addNodes makes the nodes of the hops.
func (n *network) addNodes() {
	before := []string{clientNode}
	for i, names := range n.layers {
		h := n.path.Hops[i]
		for j, name := range names {
			if len(h.Answers) == 0 {
				n.file.Nodes[name] = node{ICMP: map[string]any{"time_exceeded": map[string]any{"action": "drop"}}}
				continue
			}
			n.file.Nodes[name] = n.hop(name, h.Answers[j], i, before)
		}
		before = names
	}
}

// hop is the node of an answer in a layer, behind those of the layer before.
func (n *network) hop(name string, a *Answer, layer int, before []string) node {
	var r node
	message := map[string]any{}
	every := n.steps[layer].every
	// Of several hops with one address, it is the last's own: a router discards what comes from itself.
	if again := (&Path{Hops: n.path.Hops[layer+1:]}).has(a.Addr); again || special(a.Addr) != "" {
		message["source"] = a.Addr
	} else {
		r.Loopbacks = []netip.Addr{a.Addr}
	}
	n.sources[name] = a.Addr
	if len(message) > 0 {
		r.ICMP = map[string]any{"packet_too_big": maps.Clone(message)}
	}
	if every > 1 {
		message["every"] = every
	}
	if len(message) > 0 {
		if r.ICMP == nil {
			r.ICMP = map[string]any{}
		}
		r.ICMP["time_exceeded"], r.ICMP["unreachable"] = message, message
	}
	if len(a.Labels) > 0 {
		r.Interfaces = map[string]iface{}
		for _, other := range before {
			r.Interfaces[other] = iface{MPLS: a.Labels}
		}
	}
	return r
}

// special is the word of martians for an address that is forwarded only with it.
func special(a netip.Addr) string {
	if !a.Is4() {
		return ""
	}
	switch first := a.As4()[0]; {
	case a.IsLinkLocalUnicast():
		return "off"
	case first == 0 || first >= 240:
		return "loose"
	}
	return ""
}

// martians has all nodes forward what comes from the hops.
func (n *network) martians() {
	word := ""
	for _, a := range n.sources {
		word = max(word, special(a)) // off comes after loose, and allows more
	}
	for name, r := range n.file.Nodes {
		r.Martians = word
		n.file.Nodes[name] = r
	}
}
