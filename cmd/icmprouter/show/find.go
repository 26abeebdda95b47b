package show

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/internal/nearest"
	"github.com/icmprouter/icmprouter/network"
)

// place is where packets come from or go to.
type place struct {
	// label is what to call it.
	label string
	// node and face are where packets from it enter; face -1: at the node itself; node -1: nowhere.
	node, face int
	// addresses are its own, one of a family at most: IPv4, IPv6.
	addresses [2]netip.Addr
}

func (p *place) add(a netip.Addr) {
	i := family(a)
	if !p.addresses[i].IsValid() && !(a.Is6() && a.IsLinkLocalUnicast()) {
		p.addresses[i] = a
	}
}

// family is an index: 0 is IPv4, 1 is IPv6.
func family(a netip.Addr) int {
	if a.Is6() {
		return 1
	}
	return 0
}

// find returns the place that a word means: an address, a node, an interface as NODE:INTERFACE, or a device, by
// its namespace, by NAMESPACE/NAME or by its name.
func find(p *network.Plan, word string) (place, error) {
	if a, err := netip.ParseAddr(word); err == nil {
		if a.Zone() != "" || a.IsLinkLocalUnicast() && a.Is6() || a.Is4In6() {
			return place{}, fmt.Errorf("%s: expected an address that is known beyond its link", word)
		}
		return findAddress(p, a), nil
	}
	var names []string
	for n := range p.Nodes {
		names = append(names, p.Nodes[n].Name)
		if p.Nodes[n].Name == word {
			return nodePlace(p, n), nil
		}
	}
	var devices []place
	for n := range p.Nodes {
		for i := range p.Nodes[n].Interfaces {
			spec := &p.Nodes[n].Interfaces[i].Device
			end := endName(p, network.End{Node: n, Interface: i})
			if end == word {
				return facePlace(p, n, i), nil
			}
			names = append(names, end)
			if spec.Name == "" {
				continue
			}
			names = append(names, spec.Name, spec.Netns, spec.Netns+"/"+spec.Name)
			if slices.Contains(names[len(names)-3:], word) {
				devices = append(devices, devicePlace(p, n, i))
			}
		}
	}
	switch len(devices) {
	case 0:
		return place{}, fmt.Errorf("%q is no address, no node or NODE:INTERFACE, and no namespace or name of a device%s", word, nearest.Hint(word, names))
	case 1:
		return devices[0], nil
	}
	return place{}, fmt.Errorf("%q are %d devices, as %s and %s: give NAMESPACE/NAME, or an address", word, len(devices), devices[0].label, devices[1].label)
}

// findAddress is the host behind a device, or the node, that has an address, or just the address.
func findAddress(p *network.Plan, a netip.Addr) place {
	found := place{label: a.String(), node: -1, face: -1}
	for n := range p.Nodes {
		nd := &p.Nodes[n]
		if nd.Settings.RouterID == a || slices.Contains(nd.Settings.Loopbacks, a) {
			found = place{label: nd.Name, node: n, face: -1}
		}
		for i := range nd.Interfaces {
			has := func(prefix netip.Prefix) bool { return prefix.Addr() == a }
			if slices.ContainsFunc(nd.Interfaces[i].Addresses, has) {
				found = place{label: nd.Name, node: n, face: -1}
			}
			if slices.ContainsFunc(nd.Interfaces[i].Device.Addresses, has) {
				found = place{label: nd.Interfaces[i].Device.String(), node: n, face: i}
			}
		}
	}
	found.add(a)
	return found
}

func nodePlace(p *network.Plan, n int) place {
	nd := &p.Nodes[n]
	at := place{label: nd.Name, node: n, face: -1}
	for _, a := range nd.Settings.Loopbacks {
		at.add(a)
	}
	if nd.Settings.RouterID.IsValid() {
		at.add(nd.Settings.RouterID)
	}
	for i := range nd.Interfaces {
		for _, prefix := range nd.Interfaces[i].Addresses {
			at.add(prefix.Addr())
		}
	}
	return at
}

// facePlace is an interface of a node, with its own addresses.
func facePlace(p *network.Plan, n, i int) place {
	at := place{label: endName(p, network.End{Node: n, Interface: i}), node: n, face: -1}
	for _, prefix := range p.Nodes[n].Interfaces[i].Addresses {
		at.add(prefix.Addr())
	}
	return at
}

// devicePlace is the host behind a device.
func devicePlace(p *network.Plan, n, i int) place {
	at := place{label: p.Nodes[n].Interfaces[i].Device.String(), node: n, face: i}
	for _, prefix := range p.Nodes[n].Interfaces[i].Device.Addresses {
		at.add(prefix.Addr())
	}
	return at
}

// agree returns the addresses of a family that both have: wanted is 4, 6, or 0 for any.
func agree(from, to place, wanted int) (src, dst netip.Addr, err error) {
	for i, number := range []int{4, 6} {
		src, dst = from.addresses[i], to.addresses[i]
		if (wanted == 0 || wanted == number) && src.IsValid() && dst.IsValid() {
			return src, dst, nil
		}
	}
	if wanted != 0 {
		return src, dst, fmt.Errorf("%s and %s do not both have an IPv%d address", from.label, to.label, wanted)
	}
	return src, dst, fmt.Errorf("%s and %s have no address of the same family", from.label, to.label)
}

var errNoOrigin = errors.New("no node and no device has that address: packets cannot begin there")
