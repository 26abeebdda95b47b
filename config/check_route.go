package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// checkRoutes checks the routes of a node against each other and against its
// own addresses.
func (n *neighbourhood) checkRoutes(routes []Route, path string) {
	first := map[netip.Prefix]string{}
	for i, r := range routes {
		at := fmt.Sprintf("%s[%d]", path, i)
		n.checkVia(r, at)
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
}

// checkTo refuses a route that would take a connected prefix, or an address of
// the node's own, from its interface.
func (n *neighbourhood) checkTo(to netip.Prefix, path string) {
	for _, o := range n.own {
		switch {
		case to == o.prefix.Masked():
			n.refuse(path, fmt.Sprintf("%s is connected by %s (%s) and needs no route", to, o.path, n.place(o.path)), "")
			return
		case to.IsSingleIP() && to.Addr() == o.prefix.Addr():
			n.refuse(path, fmt.Sprintf("%s is the node's own: %s (%s)", to.Addr(), o.path, n.place(o.path)), "")
			return
		}
	}
}

// checkVia checks the next hop against the kind of the route and its family.
func (n *neighbourhood) checkVia(r Route, path string) {
	via := path + ".via"
	unicast := r.Kind == "unicast" || !n.has(path+".kind")
	switch {
	case unicast && !n.has(via):
		n.refuse(path, `a unicast route without "via"`, `a next hop in "via", or a "kind" that needs none`)
	case !unicast && r.Kind != "" && n.has(via):
		n.refuse(via, fmt.Sprintf("a %s route has no next hop", r.Kind), `no "via", or the kind "unicast"`)
	case !r.Via.IsValid():
	case r.To.IsValid() && r.Via.Is4() != r.To.Addr().Is4():
		n.refuse(via, fmt.Sprintf("%s is not of the family of %s", r.Via, r.To), family(r.To.Addr())+" address")
	default:
		n.checkNextHop(r.Via, via)
	}
}

func family(a netip.Addr) string {
	if a.Is4() {
		return "an IPv4"
	}
	return "an IPv6"
}

// checkNextHop checks that an address is another's on a connected prefix.
func (n *neighbourhood) checkNextHop(via netip.Addr, path string) {
	for _, o := range n.own {
		if o.prefix.Addr() == via {
			n.refuse(path, fmt.Sprintf("%s is the node's own: %s (%s)", via, o.path, n.place(o.path)), "the address of another router")
			return
		}
	}
	for _, o := range n.own {
		if !o.prefix.Contains(via) {
			continue
		}
		if what := reserved(via, o.prefix); what != "" {
			n.refuse(path, fmt.Sprintf("%s is %s", via, what), "the address of another router")
		}
		return
	}
	if n.vague {
		return
	}
	n.refuse(path, fmt.Sprintf("no interface of the node reaches %s", via), "an address on a connected prefix"+n.connected(via))
}

// connected lists the connected prefixes of the family of a, as far as a line goes.
func (n *neighbourhood) connected(a netip.Addr) string {
	var list []string
	for _, o := range n.own {
		p := strconv.Quote(o.prefix.Masked().String())
		if o.prefix.Addr().Is4() == a.Is4() && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return ""
	}
	if most := 6; len(list) > most {
		list = append(list[:most], "…")
	}
	return " (" + strings.Join(list, ", ") + ")"
}
