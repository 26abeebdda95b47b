package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// checkRoutes checks the routes of a node against each other and against its
// own addresses, and returns the path of each prefix.
func (n *neighbourhood) checkRoutes(path string) (first map[netip.Prefix]string) {
	first = map[netip.Prefix]string{}
	for i, r := range n.node.Routes {
		at := fmt.Sprintf("%s[%d]", path, i)
		n.checkWay(r, at)
		if !r.To.IsValid() || !n.checkMasked(r.To, at+".to") {
			continue
		}
		if before, ok := first[r.To]; ok {
			n.refuse(at+".to", fmt.Sprintf("%s is already %s (%s)", r.To, before, n.place(before)), "one route to each prefix")
			continue
		}
		first[r.To] = at + ".to"
		n.checkTo(r.To, at+".to")
	}
	return first
}

// checkTo refuses a route that would take a connected prefix, or an address of
// the node's own, from its interface.
func (n *neighbourhood) checkTo(to netip.Prefix, path string) {
	if local(to.Addr()) && to.Bits() >= 10 {
		n.refuse(path, fmt.Sprintf("%s is link-local: each interface has its own, and no packet leaves it", to), "")
		return
	}
	if !n.prefixes.has(to) && !(to.IsSingleIP() && n.addresses[to.Addr()]) {
		return
	}
	for _, o := range n.own {
		switch {
		case to == o.prefix.Masked() && o.iface != "":
			n.refuse(path, fmt.Sprintf("%s is connected by %s (%s) and needs no route", to, o.path, n.place(o.path)), "")
			return
		case to.IsSingleIP() && to.Addr() == o.prefix.Addr():
			n.refuse(path, fmt.Sprintf("%s is the node's own: %s (%s)", to.Addr(), o.path, n.place(o.path)), "")
			return
		}
	}
}

// checkWay checks the next hop and the interface against the kind of the route,
// its family, and each other.
func (n *neighbourhood) checkWay(r Route, path string) {
	via, iface := path+".via", path+".interface"
	switch {
	case n.has(path + ".paths"):
		n.checkPaths(r, path)
	case r.Kind == "unicast" || !n.has(path+".kind"):
		if !n.has(via) && !n.has(iface) {
			n.refuse(path, `a unicast route without "via" and "interface"`, `a next hop in "via", an "interface", or a "kind" that needs neither`)
			return
		}
		fallthrough
	case r.Kind == "":
		n.checkHop(r, Path{Via: r.Via, Interface: r.Interface}, path)
	default:
		if n.has(via) {
			n.refuse(via, fmt.Sprintf("a route of the kind %q has no next hop", r.Kind), `no "via", or the kind "unicast"`)
		}
		if n.has(iface) {
			n.refuse(iface, fmt.Sprintf("a route of the kind %q goes by no interface", r.Kind), `no "interface", or the kind "unicast"`)
		}
	}
}

// checkHop checks one way of a route, which stands at path.
func (n *neighbourhood) checkHop(r Route, p Path, path string) {
	via, iface := path+".via", path+".interface"
	known := n.checkInterface(p.Interface, iface)
	switch {
	case len(r.Paths) > 0 && !n.has(via) && !n.has(iface):
		n.refuse(path, `a way without "via" and "interface"`, `a next hop in "via", or an "interface"`)
	case !p.Via.IsValid():
	case r.To.IsValid() && p.Via.Is4() != r.To.Addr().Is4():
		n.refuse(via, fmt.Sprintf("%s is not of the family of %s", p.Via, r.To), family(r.To.Addr())+" address")
	case !n.has(iface):
		n.checkNextHop(p.Via, via)
	case known:
		n.checkNeighbour(p.Via, p.Interface, via)
	}
}

// checkInterface says whether the node has an interface of that name.
func (n *neighbourhood) checkInterface(name, path string) bool {
	if _, ok := n.node.Interfaces[name]; ok || name == "" { // without a name there is none, or another mistake
		return ok
	}
	names := slices.Sorted(maps.Keys(n.node.Interfaces))
	expected := "the name of an interface"
	if 0 < len(names) && len(names) <= most {
		expected = oneOf(names)
	}
	n.wrong(n.places[path], path, quote(name)+" is no interface of the node", expected, nearest.Word(name, names))
	return false
}

func family(a netip.Addr) string {
	if a.Is4() {
		return "an IPv4"
	}
	return "an IPv6"
}

// checkNextHop checks that an address is another's on a connected prefix.
func (n *neighbourhood) checkNextHop(via netip.Addr, path string) {
	if local(via) {
		n.refuse(path, fmt.Sprintf("%s is link-local, and may be on any interface", via), `an "interface" beside it`)
		return
	}
	if n.isOwn(via, "", path) || n.connectedBy(via, "", path) || n.vague {
		return
	}
	n.refuse(path, fmt.Sprintf("no interface of the node reaches %s", via), "an address on a connected prefix"+n.connected(via))
}

// checkNeighbour checks that an address is another's on the link of an interface.
// It need not be on a prefix there: on a link between two, there is one other.
func (n *neighbourhood) checkNeighbour(via netip.Addr, name, path string) {
	iface := join(n.interfaces, name)
	if n.isOwn(via, iface, path) || n.connectedBy(via, iface, path) {
		return
	}
	if what := n.reserved(via, netip.PrefixFrom(via, via.BitLen())); what != "" {
		n.refuse(path, fmt.Sprintf("%s is %s", via, what), "the address of another router")
		return
	}
	numbered := func(o own) bool {
		return o.iface == iface && o.prefix.Addr().Is4() == via.Is4() && !o.prefix.IsSingleIP() && !local(o.prefix.Addr())
	}
	if slices.ContainsFunc(n.own, numbered) {
		n.warn(path, fmt.Sprintf("%s is on no prefix of %s; the router takes it to be there", via, name), "")
	}
}

// isOwn refuses a next hop, on an interface, that is the node's own.
func (n *neighbourhood) isOwn(via netip.Addr, iface, path string) bool {
	if !n.addresses[via] {
		return false
	}
	for _, o := range n.own {
		if o.is(via, iface) {
			n.refuse(path, fmt.Sprintf("%s is the node's own: %s (%s)", via, o.path, n.place(o.path)), "the address of another router")
			return true
		}
	}
	return false
}

// connectedBy says whether a next hop is on a connected prefix. It refuses one
// that nobody has there, and one that is not on the interface that is named.
func (n *neighbourhood) connectedBy(via netip.Addr, iface, path string) bool {
	_, first, ok := n.prefixes.around(netip.PrefixFrom(via, via.BitLen()))
	if !ok {
		return false
	}
	for _, o := range n.own[first:] {
		if !o.connects(via, iface) {
			continue
		}
		switch what := n.reserved(via, o.prefix); {
		case what != "":
			n.refuse(path, fmt.Sprintf("%s is %s", via, what), "the address of another router")
		case iface != "" && iface != o.iface:
			n.refuse(path, fmt.Sprintf("%s is on another interface: %s (%s)", via, o.path, n.place(o.path)), "an address on the link of the interface")
		}
		return true
	}
	return false
}

// most is how many words a line has room for.
const most = 6

// connected lists the connected prefixes of the family of a, as far as a line goes.
func (n *neighbourhood) connected(a netip.Addr) string {
	var list []string
	for _, o := range n.own {
		p := strconv.Quote(o.prefix.Masked().String())
		if o.iface != "" && !local(o.prefix.Addr()) && o.prefix.Addr().Is4() == a.Is4() && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return ""
	}
	if len(list) > most {
		list = append(list[:most], "…")
	}
	return " (" + strings.Join(list, ", ") + ")"
}
