package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// minIPv6 is the least MTU of a link that carries IPv6 (RFC 8200 §5).
const minIPv6 = 1280

// checkMTU checks the MTUs of an interface with IPv6. In a laboratory the router
// may send less than IPv6 allows; the kernel has no IPv6 on such a device.
func (s *source) checkMTU(i Interface, path string, laboratory bool) {
	is6 := func(p netip.Prefix) bool { return p.IsValid() && p.Addr().Is6() }
	if !slices.ContainsFunc(i.Addresses, is6) && !slices.ContainsFunc(i.TUN.Addresses, is6) {
		return
	}
	kernel := s.has(path+".tun") && i.TUN.Device != "memory"
	mtu := cmp.Or(i.mtuAt, path+".mtu")
	for _, m := range []struct {
		path    string
		mtu     int
		allowed bool
	}{{mtu, i.MTU, laboratory}, {path + ".tun.mtu", i.TUN.MTU, laboratory && !kernel}} {
		switch {
		case m.mtu == 0 || m.mtu >= minIPv6:
		case m.allowed:
			s.warn(m.path, fmt.Sprintf("%d is too small for IPv6; the router reports it, and receivers ignore that", m.mtu), "")
		default:
			s.refuse(m.path, fmt.Sprintf("%d is too small for IPv6", m.mtu),
				fmt.Sprintf("at least %d (RFC 8200 §5), or no IPv6 address here", minIPv6))
		}
	}
	if laboratory && kernel && i.MTU != 0 && i.MTU < minIPv6 && !s.has(path+".tun.mtu") {
		s.refuse(mtu, fmt.Sprintf("%d is the MTU of the TUN too, and the kernel has no IPv6 there", i.MTU),
			fmt.Sprintf(`a "tun.mtu" of at least %d`, minIPv6))
	}
}

// checkBroadcast warns of a knob without effect.
func (s *source) checkBroadcast(i Interface, path string) {
	has := func(p netip.Prefix) bool { return !p.IsValid() || p.Addr().Is4() && p.Bits() < 31 }
	if i.DirectedBroadcast && !slices.ContainsFunc(i.Addresses, has) {
		s.warn(path+".directed_broadcast", "no prefix of the interface has a broadcast address", "")
	}
}

// addLoopbacks checks the loopbacks of a node against its interfaces, and adds them to its own addresses.
func (n *neighbourhood) addLoopbacks(loopbacks []netip.Addr, path string) {
	if !n.has(path) { // from addressing
		n.places[path] = n.places[strings.TrimSuffix(path, ".loopbacks")]
		for _, a := range loopbacks {
			n.add(own{prefix: netip.PrefixFrom(a, a.BitLen()), path: path})
		}
		return
	}
	first := map[int]string{}
	for i, a := range loopbacks {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !a.IsValid() {
			continue
		}
		o := own{prefix: netip.PrefixFrom(a, a.BitLen()), path: at}
		switch before, again := first[a.BitLen()]; {
		case again:
			n.refuse(at, fmt.Sprintf("%s is of the family of %s (%s)", a, before, n.place(before)), "at most one loopback of each family")
		case local(a):
			n.refuse(at, fmt.Sprintf("%s is link-local, and a loopback is on no link", a), "an address of the router's own")
		case n.reserved(a, o.prefix) != "":
			n.refuse(at, fmt.Sprintf("%s is %s", a, n.reserved(a, o.prefix)), "an address of the router's own")
		default:
			n.checkOwn(o)
		}
		first[a.BitLen()] = at
		n.add(o)
	}
}

// checkRouterID checks the router ID against the node's own addresses, and adds
// it to them.
func (n *neighbourhood) checkRouterID(id netip.Addr, path string) {
	if !id.IsValid() {
		return
	}
	if !id.Is4() {
		n.refuse(path, fmt.Sprintf("%s is not of IPv4", id), `an IPv4 address, as "10.0.0.1"`)
		return
	}
	single := netip.PrefixFrom(id, id.BitLen())
	if what := n.reserved(id, single); what != "" {
		n.refuse(path, fmt.Sprintf("%s is %s", id, what), "an address of the router's own")
		return
	}
	for _, o := range n.own {
		if o.prefix.Addr() == id {
			return
		}
	}
	for _, o := range n.own {
		if o.prefix.Contains(id) {
			n.refuse(path, fmt.Sprintf("%s is on the prefix of %s (%s), and not the node's own", id, o.path, n.place(o.path)),
				"an address of the node's interfaces, or one on none of their prefixes")
			return
		}
	}
	n.add(own{prefix: single, path: path})
}
