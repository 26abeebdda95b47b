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
	return slices.SortedFunc(maps.Keys(object), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.places[join(path, a)], s.places[join(path, b)]), cmp.Compare(a, b))
	})
}

// check records what the grammar allows and a network does not.
func (s *source) check(f *File) {
	devices := map[device]string{}
	for _, name := range inOrder(s, "nodes", f.Nodes) {
		node, path := f.Nodes[name], join("nodes", name)
		n := &neighbourhood{source: s}
		interfaces := join(path, "interfaces")
		order := inOrder(s, interfaces, node.Interfaces)
		for _, name := range order {
			i, path := node.Interfaces[name], join(interfaces, name)
			n.addOwn(i.Addresses, path)
			s.checkMTU(i, path)
			s.checkDevice(i.TUN, path+".tun", devices)
		}
		for _, name := range order {
			n.checkTUN(node.Interfaces[name], join(interfaces, name))
		}
		n.checkRoutes(node.Routes, path+".routes")
		s.checkLimits(node.ICMP, path+".icmp")
	}
}

// own is one address of a node, where it stands, and the path of its interface.
type own struct {
	prefix      netip.Prefix
	path, iface string
}

// neighbourhood is what is at hand around one node: its own addresses and the
// prefixes that they connect to.
type neighbourhood struct {
	*source
	own []own
	// vague says that a mistake hides prefixes that may be connected.
	vague bool
}

// addOwn checks the own addresses of one interface against themselves and those before.
func (n *neighbourhood) addOwn(addresses []netip.Prefix, iface string) {
	n.vague = n.vague || len(addresses) == 0
	for i, p := range addresses {
		path := fmt.Sprintf("%s.addresses[%d]", iface, i)
		if !p.IsValid() {
			n.vague = true
			continue
		}
		o := own{p, path, iface}
		if what := reserved(p.Addr(), p); what != "" {
			n.refuse(path, p.Addr().String()+" is "+what, "an address of the router's own")
		} else {
			n.checkOwn(o)
		}
		n.own = append(n.own, o)
	}
}

// checkOwn records what an own address has in common with one before it.
func (n *neighbourhood) checkOwn(o own) {
	for _, before := range n.own {
		switch {
		case o.prefix.Addr() == before.prefix.Addr():
			n.refuse(o.path, fmt.Sprintf("%s is already %s (%s)", o.prefix.Addr(), before.path, n.place(before.path)),
				"each own address once in a node")
		case o.iface != before.iface && o.prefix.Overlaps(before.prefix):
			n.refuse(o.path, fmt.Sprintf("%s overlaps %s of %s (%s)", o.prefix.Masked(), before.prefix.Masked(),
				before.path, n.place(before.path)), "each prefix on one interface of a node")
		default:
			continue
		}
		return
	}
}

// minIPv6 is the least MTU of a link that carries IPv6 (RFC 8200 §5).
const minIPv6 = 1280

func (s *source) checkMTU(i Interface, path string) {
	is6 := func(p netip.Prefix) bool { return p.IsValid() && p.Addr().Is6() }
	if !slices.ContainsFunc(i.Addresses, is6) && !slices.ContainsFunc(i.TUN.Addresses, is6) {
		return
	}
	for _, m := range []struct {
		path string
		mtu  int
	}{{path + ".mtu", i.MTU}, {path + ".tun.mtu", i.TUN.MTU}} {
		if m.mtu != 0 && m.mtu < minIPv6 {
			s.refuse(m.path, fmt.Sprintf("%d is too small for IPv6", m.mtu),
				fmt.Sprintf("at least %d (RFC 8200 §5), or no IPv6 address here", minIPv6))
		}
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
