package config

import (
	"fmt"
	"net/netip"
	"slices"
)

// numbering gives addresses of one family to what has none.
type numbering struct {
	*source
	file *File
	// path is that of the prefix.
	path string
	// written has all addresses of the file, with their prefixes.
	written prefixSet
	full    bool
}

// bare is what has no address, and what else has a number of its own, so that
// nothing is numbered anew when addresses are written somewhere.
type bare struct {
	links []*Link // nil: it has addresses
	tuns  []end   // of no node: it has addresses
	nodes []string
}

// number numbers what has no address, if the file says from what.
func (s *source) number(f *File) {
	if !f.Addressing.V4.IsValid() && !f.Addressing.V6.IsValid() {
		return
	}
	n := numbering{source: s, file: f}
	n.collect()
	what := n.bare()
	for _, family := range []struct {
		prefix netip.Prefix
		path   string
		is4    bool
	}{{f.Addressing.V4, "addressing.v4", true}, {f.Addressing.V6, "addressing.v6", false}} {
		n.path, n.full = family.path, false
		if family.prefix.IsValid() && n.checkAddressing(family.prefix, family.is4) {
			n.from(family.prefix, what)
		}
	}
	n.routes(what)
}

// collect puts all addresses that are written into the set.
func (n *numbering) collect() {
	add := func(prefixes []netip.Prefix) {
		for _, p := range prefixes {
			if p.IsValid() && !local(p.Addr()) {
				n.written.add(p)
			}
		}
	}
	for _, node := range n.file.Nodes {
		for _, a := range append(slices.Clone(node.Loopbacks), node.RouterID) {
			if a.IsValid() {
				n.written.add(netip.PrefixFrom(a, a.BitLen()))
			}
		}
		for _, i := range node.Interfaces {
			add(i.Addresses)
			add(i.TUN.Addresses)
		}
	}
}

// bare finds what has no address. A link has none if neither end has, and a TUN
// if neither side has.
func (n *numbering) bare() (b bare) {
	b.nodes = inNaturalOrder(n.file.Nodes)
	for i := range n.file.Links {
		l := &n.file.Links[i]
		if !l.wired || !n.bareEnds(l, i) {
			l = nil
		}
		b.links = append(b.links, l)
	}
	for _, node := range b.nodes {
		interfaces := n.file.Nodes[node].Interfaces
		for _, name := range inNaturalOrder(interfaces) {
			e := end{node, name}
			path := e.path()
			if !n.has(path + ".tun") {
				continue
			}
			if n.has(path+".addresses") || n.has(path+".tun.addresses") {
				e = end{}
			}
			b.tuns = append(b.tuns, e)
		}
	}
	return b
}

// bareEnds says whether no address is written at either end of the ith link. It
// warns where one end has some and the other says nothing.
func (n *numbering) bareEnds(l *Link, i int) bool {
	for k, e := range l.ends {
		other := l.ends[1-k]
		if len(n.file.Nodes[other.node].Interfaces[other.iface].Addresses) > 0 && !n.has(n.addresses(e)) {
			n.warn(fmt.Sprintf("links[%d].between[%d]", i, k), fmt.Sprintf("%s gets no address, since %s has written ones", e, other), "")
		}
	}
	return !n.has(n.addresses(l.ends[0])) && !n.has(n.addresses(l.ends[1]))
}

// addresses is the path of the addresses of an interface.
func (n *numbering) addresses(e end) string { return e.path() + ".addresses" }

// from numbers what is bare from a prefix.
func (n *numbering) from(p netip.Prefix, what bare) {
	links, tuns, loopbacks := regions(p)
	var k uint64
	for _, l := range what.links {
		if l == nil {
			k++
			continue
		}
		pair := n.next((*region).pair, &links, &k)
		n.give(l.ends[0], pair.Addr(), pair.Bits())
		n.give(l.ends[1], pair.Addr().Next(), pair.Bits())
	}
	k = 0
	for _, e := range what.tuns {
		if e == (end{}) {
			k++
			continue
		}
		pair := n.next((*region).pair, &tuns, &k)
		n.give(e, pair.Addr(), pair.Bits())
		n.giveTUN(e, pair.Addr().Next(), pair.Bits())
	}
	k = 0
	for _, name := range what.nodes {
		node := n.file.Nodes[name]
		if n.has(join("nodes", name) + ".loopbacks") {
			k++
			continue
		}
		if single := n.next((*region).single, &loopbacks, &k); single.IsValid() {
			node.Loopbacks = append(node.Loopbacks, single.Addr())
			n.file.Nodes[name] = node
		}
	}
	if n.full {
		n.refuse(n.path, fmt.Sprintf("%s has no room for the network: links (%d), TUNs (%d) and loopbacks (%d)", p, len(what.links), len(what.tuns), len(what.nodes)),
			enough(p, what))
	}
}

// mostSkipped bounds how many numbers are skipped over before one that is free.
const mostSkipped = 1 << 16

// next returns the next prefix that overlaps nothing that is written, or none.
func (n *numbering) next(nth func(*region, uint64) (netip.Prefix, bool), r *region, k *uint64) netip.Prefix {
	for range mostSkipped {
		if n.full {
			break
		}
		*k++
		p, ok := nth(r, *k)
		if !ok {
			break
		}
		w, _, taken := n.written.around(p)
		if !taken && !n.within(p) {
			return p
		}
		if taken && !r.skip(w, k) {
			break
		}
	}
	n.full = true
	return netip.Prefix{}
}

// within says whether one of two addresses is written.
func (n *numbering) within(p netip.Prefix) bool {
	if p.IsSingleIP() || !n.written.longer(p) {
		return false
	}
	bits := p.Addr().BitLen()
	return n.written.has(netip.PrefixFrom(p.Addr(), bits)) || n.written.has(netip.PrefixFrom(p.Addr().Next(), bits))
}

// give gives an address to an interface.
func (n *numbering) give(e end, a netip.Addr, bits int) {
	if !a.IsValid() {
		return
	}
	interfaces := n.file.Nodes[e.node].Interfaces
	i, path := interfaces[e.iface], e.path()
	i.Addresses, i.numbered = append(i.Addresses, netip.PrefixFrom(a, bits)), true
	interfaces[e.iface] = i
	n.places[path+".addresses"] = n.places[path]
}

// giveTUN gives an address to the kernel's side of an interface.
func (n *numbering) giveTUN(e end, a netip.Addr, bits int) {
	if !a.IsValid() {
		return
	}
	interfaces := n.file.Nodes[e.node].Interfaces
	i := interfaces[e.iface]
	i.TUN.Addresses = append(i.TUN.Addresses, netip.PrefixFrom(a, bits))
	interfaces[e.iface] = i
}

// routes gives the kernel's sides that were numbered routes to everything, one of each
// family in a namespace. In the namespace of the router's process a default
// route is the machine's own: there it is the prefix of addressing.
func (n *numbering) routes(what bare) {
	taken := map[string]bool{}
	key := func(t TUN, p netip.Prefix) string {
		netns, _ := namespace(t.Netns)
		return p.String() + " " + netns
	}
	for _, node := range n.file.Nodes {
		for _, i := range node.Interfaces {
			for _, p := range i.TUN.Routes {
				taken[key(i.TUN, p)] = true
			}
		}
	}
	for _, e := range what.tuns {
		interfaces := n.file.Nodes[e.node].Interfaces
		i := interfaces[e.iface]
		if e == (end{}) || n.has(e.path()+".tun.routes") {
			continue
		}
		for _, a := range i.TUN.Addresses {
			to := netip.PrefixFrom(a.Addr(), 0).Masked()
			if i.TUN.Netns == "" {
				to = n.file.Addressing.V6
				if a.Addr().Is4() {
					to = n.file.Addressing.V4
				}
			}
			if k := key(i.TUN, to); !taken[k] {
				taken[k] = true
				i.TUN.Routes = append(i.TUN.Routes, to)
			}
		}
		interfaces[e.iface] = i
	}
}
