package config

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// inOrder returns the names in the object at path in the order of the file, so
// that of two things that collide, the second is the mistake.
func inOrder[V any](s *source, path string, object map[string]V) []string {
	at := make(map[string]int, len(object))
	for name := range object {
		at[name] = s.places[join(path, name)]
	}
	return slices.SortedFunc(maps.Keys(object), func(a, b string) int {
		return cmp.Or(cmp.Compare(at[a], at[b]), cmp.Compare(a, b))
	})
}

// check records what the grammar allows and a network does not.
func (s *source) check(f *File) {
	devices := map[device]string{}
	s.checkBusyPoll(f)
	w := s.wire(f)
	s.number(f)
	for _, name := range inOrder(s, "nodes", f.Nodes) {
		node, path := f.Nodes[name], join("nodes", name)
		interfaces := join(path, "interfaces")
		n := &neighbourhood{source: s, node: node, interfaces: interfaces}
		n.loose = node.Martians != "strict" && s.has(path+".martians") // if it is a mistake, it hides what was meant
		order := inOrder(s, interfaces, node.Interfaces)
		for _, iface := range order {
			i, path := node.Interfaces[iface], join(interfaces, iface)
			n.addAll(name, iface, i, path)
			s.checkMTU(i, path, node.ICMP.ReportSub1280)
			s.checkBroadcast(i, path)
			s.checkLabels(i, path)
			s.checkBoxes(i, path, node.ICMP.ReportSub1280)
			s.checkDevice(i.TUN, path+".tun", devices)
			s.checkSpeed(i.TUN, path+".tun")
		}
		w.checkInterfaces(name, order, path)
		n.addLoopbacks(node.Loopbacks, path+".loopbacks")
		n.checkRouterID(node.RouterID, path+".router_id")
		for _, name := range order {
			n.checkTUN(name)
		}
		n.checkPolicies(path + ".icmp")
		node.listed = n.readRoutes(path+".routes_file", n.checkRoutes(path+".routes"))
		f.Nodes[name] = node
		s.checkLimits(node.ICMP, path+".icmp")
		s.checkForge(node, path+".forge")
	}
	w.checkLinks()
	s.checkTimeline(f)
}

// own is one address of a node, where it stands, and the path of its interface.
// A router ID that is on no interface has none.
type own struct {
	prefix      netip.Prefix
	path, iface string
}

// is says whether the address a, used on an interface, is this one: a link-local
// address is another one on each interface (RFC 4007 §6).
func (o own) is(a netip.Addr, iface string) bool {
	return o.prefix.Addr() == a && (o.iface == iface || !local(a))
}

// connects says whether the address a, used on an interface, is on the prefix.
func (o own) connects(a netip.Addr, iface string) bool {
	return o.prefix.Contains(a) && (o.iface == iface || !local(a))
}

// neighbourhood is what is at hand around one node: its own addresses and the
// prefixes that they connect to.
type neighbourhood struct {
	*source
	node Node
	// interfaces is the path of the node's interfaces.
	interfaces string
	own        []own
	// prefixes and addresses are those of own, to be found among many.
	prefixes  prefixSet
	addresses map[netip.Addr]bool
	// loose says that addresses may be what strict martians forbid.
	loose bool
	// vague says that a mistake hides prefixes that may be connected.
	vague bool
}

// addOwn checks the own addresses of one interface against themselves and those before.
func (n *neighbourhood) addOwn(addresses []netip.Prefix, iface string) {
	n.vague = n.vague || addresses == nil && n.has(iface+".addresses")
	for i, p := range addresses {
		path := fmt.Sprintf("%s.addresses[%d]", iface, i)
		if !p.IsValid() {
			n.vague = true
			continue
		}
		o := own{p, path, iface}
		switch what := n.reserved(p.Addr(), p); {
		case what != "":
			n.refuse(path, p.Addr().String()+" is "+what, "an address of the router's own")
		case local(p.Addr()) && p.Bits() != 64:
			o.prefix = netip.PrefixFrom(p.Addr(), 64)
			n.refuse(path, fmt.Sprintf("%s is link-local, and not of length 64", p), fmt.Sprintf("%q (RFC 4291 §2.5.6)", o.prefix))
		default:
			n.checkOwn(o)
		}
		n.add(o)
	}
}

// add adds an own address.
func (n *neighbourhood) add(o own) {
	if n.addresses == nil {
		n.addresses = map[netip.Addr]bool{}
	}
	n.own = append(n.own, o)
	n.prefixes.add(o.prefix)
	n.addresses[o.prefix.Addr()] = true
}

// addAll adds the addresses of an interface, and checks those that are written.
func (n *neighbourhood) addAll(node, iface string, i Interface, path string) {
	if i.numbered {
		n.addMade(i.Addresses, path)
	} else {
		n.addOwn(i.Addresses, path)
	}
	n.addMade(linkLocal(node, iface, i.Addresses), path)
}

// addMade adds the addresses that an interface gets without being given them.
func (n *neighbourhood) addMade(made []netip.Prefix, iface string) {
	for _, p := range made {
		n.add(own{p, iface + ".addresses", iface})
	}
}

// checkOwn records what an own address has in common with one before it.
func (n *neighbourhood) checkOwn(o own) {
	if _, _, around := n.prefixes.around(o.prefix); !around && !n.prefixes.longer(o.prefix) {
		return
	}
	for _, before := range n.own {
		switch {
		case before.is(o.prefix.Addr(), o.iface):
			n.refuse(o.path, fmt.Sprintf("%s is already %s (%s)", o.prefix.Addr(), before.path, n.place(before.path)),
				"each own address once in a node")
		case o.iface != before.iface && o.prefix.Overlaps(before.prefix) && !local(o.prefix.Addr()) && !local(before.prefix.Addr()):
			n.refuse(o.path, fmt.Sprintf("%s overlaps %s of %s (%s)", o.prefix.Masked(), before.prefix.Masked(),
				before.path, n.place(before.path)), "each prefix on one interface of a node")
		default:
			continue
		}
		return
	}
}

func (s *source) checkLimits(c ICMP, path string) {
	rates := []struct {
		path string
		rate Rate
	}{
		{".rate", c.Rate},
		{".packet_too_big.rate", c.PacketTooBig.Rate},
		{".time_exceeded.rate", c.TimeExceeded.Rate},
		{".unreachable.rate", c.Unreachable.Rate},
		{".parameter_problem.rate", c.ParameterProblem.Rate},
		{".redirect.rate", c.Redirect.Rate},
	}
	for _, r := range rates {
		s.checkBucket(r.rate.total(), path+r.path)
		s.checkBucket(r.rate.PerDestination, path+r.path+".per_destination")
	}
}

func (s *source) checkBucket(b Bucket, path string) {
	for key, n := range map[string]*int{".pps": b.PPS, ".burst": b.Burst} {
		if b.Unlimited && n != nil {
			s.refuse(path+key, "a bound on what is unlimited", `either "unlimited" or "pps" and "burst"`)
		}
	}
}
