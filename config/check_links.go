package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// checkInterfaces wants each interface of a node at a TUN or a link, and at least one.
func (w *wiring) checkInterfaces(node string, order []string, path string) {
	clear := !w.broken && !w.vague[node]
	if len(order) == 0 && clear && w.isObject(path) && !(w.file.Nodes[node].Interfaces == nil && w.has(path+".interfaces")) {
		w.refuse(path, "the node has no interface", `"interfaces", or a link to it`)
	}
	for _, name := range order {
		e := end{node, name}
		_, linked := w.taken[e]
		switch tun := w.has(e.path() + ".tun"); {
		case tun && !w.has(e.path()+".addresses"):
			w.checkBare(e)
		case !tun && !linked && clear && w.isObject(e.path()):
			w.wrong(w.places[e.path()], e.path(), "the interface has no TUN, and is at no link", `a "tun", or the interface in "between" of a link`,
				nearest.Word(name, w.made[node]))
		}
	}
}

// isObject says whether the value at path is an object, as a mistake may not be.
func (s *source) isObject(path string) bool {
	at, ok := s.places[path]
	return ok && strings.HasPrefix(s.data[at:], "{")
}

// checkBare wants addresses at an interface that has a TUN: written ones, or those of addressing.
func (w *wiring) checkBare(e end) {
	switch half := w.has(e.path() + ".tun.addresses"); {
	case half && w.has("addressing"):
		w.refuse(e.path(), `the key "addresses" is missing`, `addresses on both sides, or on neither, to have them from "addressing"`)
	case !w.has("addressing"):
		w.refuse(e.path(), `the key "addresses" is missing`, "")
	}
}

// checkLinks checks what links and their ends make of each other, and whether
// anything can come into the network.
func (w *wiring) checkLinks() {
	wild := false
	for i := range w.file.Links {
		if l := &w.file.Links[i]; l.wired {
			w.checkEnds(l, fmt.Sprintf("links[%d]", i))
			wild = wild || !l.tame()
		}
	}
	if w.file.Workers > 1 && wild {
		w.refuse("workers", "links that delay or lose are moved by one thread", "1")
	}
	for _, name := range inNaturalOrder(w.file.Nodes) {
		policies := w.file.Nodes[name].ICMP.policies()
		if w.file.Workers > 1 && policies.Delays() {
			w.refuse("workers", fmt.Sprintf("what %s delays is moved by one thread", name), "1")
		}
	}
	for node := range w.file.Nodes {
		for name := range w.file.Nodes[node].Interfaces {
			if w.has((end{node, name}).path() + ".tun") {
				return
			}
		}
	}
	if len(w.file.Nodes) > 0 && len(w.taken) > 0 {
		w.warn("nodes", "no interface has a TUN: nothing can come in", "")
	}
}

// checkEnds checks the addresses of the two ends against each other.
func (w *wiring) checkEnds(l *Link, path string) {
	var ends [2][]netip.Prefix
	for k, e := range l.ends {
		i := w.file.Nodes[e.node].Interfaces[e.iface]
		if i.numbered {
			return
		}
		ends[k] = i.Addresses
	}
	for k, p := range ends[1] {
		at := fmt.Sprintf("%s.addresses[%d]", l.ends[1].path(), k)
		same := slices.IndexFunc(ends[0], func(o netip.Prefix) bool { return o.IsValid() && o.Addr() == p.Addr() })
		if same < 0 {
			continue
		}
		before := fmt.Sprintf("%s.addresses[%d]", l.ends[0].path(), same)
		if w.places[before] > w.places[at] {
			before, at = at, before
		}
		w.refuse(at, fmt.Sprintf("%s is already %s (%s), at the other end of %s (%s)", p.Addr(), before, w.place(before), l.Name, w.place(path)),
			"an address of its own for each end")
	}
	w.checkPrefixes(l, ends, path)
}

// checkPrefixes warns of ends that have no prefix of a family in common.
func (w *wiring) checkPrefixes(l *Link, ends [2][]netip.Prefix, path string) {
	common := map[int]bool{}
	for _, a := range ends[0] {
		for _, b := range ends[1] {
			if global(a) && global(b) && version(a.Addr()) == version(b.Addr()) {
				v := version(a.Addr())
				common[v] = common[v] || a.Contains(b.Addr()) || b.Contains(a.Addr())
			}
		}
	}
	for _, v := range slices.Sorted(maps.Keys(common)) {
		if common[v] {
			continue
		}
		first := func(addresses []netip.Prefix) int {
			return slices.IndexFunc(addresses, func(p netip.Prefix) bool { return global(p) && version(p.Addr()) == v })
		}
		a, b := first(ends[0]), first(ends[1])
		at := fmt.Sprintf("%s.addresses[%d]", l.ends[1].path(), b)
		w.warn(at, fmt.Sprintf("%s is not on the prefix of the other end of the link (%s), which has %s", ends[1][b].Addr(), w.place(path), ends[0][a]), "")
	}
}

// global says that an address means something beyond its link.
func global(p netip.Prefix) bool { return p.IsValid() && !local(p.Addr()) }
