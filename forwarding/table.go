// Package forwarding is a router without its wires: a packet in, a verdict and
// packets out. It knows no clock, no socket and no IP version.
package forwarding

import (
	"fmt"
	"net/netip"

	"github.com/gaissmai/bart"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Link is one of a node's attachments to the world: an interface, in the words
// of the configuration.
type Link struct {
	// Name is unique within the node.
	Name string
	// MTU is the longest datagram that may leave here, in octets.
	MTU int
	// Addresses are the node's own on this link, each with the prefix that is on it.
	Addresses []netip.Prefix
	// Down says that the link has no device now.
	Down bool
}

// Kind is what a configured route does.
type Kind uint8

// The kinds of a configured route.
const (
	// Unicast forwards to a next hop.
	Unicast Kind = iota
	// Blackhole discards silently.
	Blackhole
	// Unreachable discards and says host unreachable.
	Unreachable
	// Prohibit discards and says administratively prohibited.
	Prohibit
)

// Route is one configured route.
type Route struct {
	// To is the prefix.
	To netip.Prefix
	// Kind is what happens to packets there.
	Kind Kind
	// Via is the next hop of a unicast route: an address on a connected prefix.
	Via netip.Addr
}

// hop is what the FIB holds for a prefix: the verdict about a packet to it, as
// far as the destination alone decides, and the next hop, which is not valid
// where the destination itself is on the link.
type hop struct {
	Verdict
	via netip.Addr
}

// Table is the links and routes of one node. Own addresses, broadcasts and
// blackholes are routes, so that one lookup answers both "is it mine?" and
// "where to?". Only the Router that owns the table changes it, and only to
// mark a link down or up.
type Table struct {
	links []Link
	fib   bart.Table[*hop]
	// sources holds the source addresses that no packet from a link may have.
	sources bart.Table[drop.Reason]
}

// NewTable builds the table of a node from its links and configured routes. It
// fails where a route's next hop is on no link.
func NewTable(links []Link, routes []Route) (*Table, error) {
	t := &Table{links: append([]Link(nil), links...)}
	for prefix, reason := range martianDestinations {
		t.fib.Insert(prefix, &hop{Verdict: dropped(reason)})
	}
	for prefix, reason := range martianSources {
		t.sources.Insert(prefix, reason)
	}
	for i, link := range links {
		for _, address := range link.Addresses {
			t.connect(i, address)
		}
	}
	hops := make([]*hop, len(routes))
	for i, route := range routes { // all before any is in the FIB: a next hop is on a link
		var err error
		if hops[i], err = t.resolve(route); err != nil {
			return nil, err
		}
	}
	for i, route := range routes {
		t.fib.Insert(route.To.Masked(), hops[i])
	}
	return t, nil
}

// connect adds an own address, its prefix, and the prefix's broadcast address.
func (t *Table) connect(link int, address netip.Prefix) {
	own := netip.PrefixFrom(address.Addr(), address.Addr().BitLen())
	if address != own {
		t.fib.Insert(address.Masked(), &hop{Verdict: Verdict{Action: Forward, Link: link}})
	}
	t.fib.Insert(own, &hop{Verdict: Verdict{Action: Deliver}})
	t.sources.Insert(own, drop.OwnSource)
	if broadcast, ok := wire.Broadcast(address); ok {
		prefix := netip.PrefixFrom(broadcast, broadcast.BitLen())
		t.fib.Insert(prefix, &hop{Verdict: dropped(drop.DirectedBroadcast)})
		t.sources.Insert(prefix, drop.MartianSource)
	}
}

// resolve turns a configured route into what the FIB holds. The FIB holds the
// connected prefixes so far, and the next hop is of the same family.
func (t *Table) resolve(route Route) (*hop, error) {
	switch route.Kind {
	case Blackhole:
		return &hop{Verdict: dropped(drop.Blackhole)}, nil
	case Unreachable:
		return &hop{Verdict: dropped(drop.Unreachable)}, nil
	case Prohibit:
		return &hop{Verdict: dropped(drop.Prohibited)}, nil
	}
	there, found := t.fib.Lookup(route.Via)
	if found && there.Action == Forward && route.Via.BitLen() == route.To.Addr().BitLen() {
		return &hop{Verdict: there.Verdict, via: route.Via}, nil
	}
	return nil, fmt.Errorf("route to %s: no link reaches the next hop %s", route.To, route.Via)
}

// back finds the way to the source of p and the address that a message about p
// comes from: the address that p was sent to, if it is ours (RFC 1122 §3.2.1.3,
// RFC 4443 §2.2 (a)), else one of the link that the message leaves by
// (RFC 1812 §4.3.2.4). It fails where no way or no address is.
func (t *Table) back(p *wire.Packet) (link int, source netip.Addr, ok bool) {
	there, found := t.fib.Lookup(p.Src)
	if !found || there.Action != Forward || t.links[there.Link].Down {
		return 0, netip.Addr{}, false
	}
	if here, found := t.fib.Lookup(p.Dst); found && here.Action == Deliver {
		return there.Link, p.Dst, true
	}
	next := there.via
	if !next.IsValid() {
		next = p.Src
	}
	source = t.addressOn(there.Link, next)
	return there.Link, source, source.IsValid()
}

// addressOn returns the node's address on a link for talking to next: the one
// in whose prefix next is, else any of the same family, else one of another link.
func (t *Table) addressOn(link int, next netip.Addr) (best netip.Addr) {
	for _, address := range t.links[link].Addresses {
		switch {
		case address.Contains(next):
			return address.Addr()
		case !best.IsValid() && address.Addr().BitLen() == next.BitLen():
			best = address.Addr()
		}
	}
	for i := 0; !best.IsValid() && i < len(t.links); i++ {
		for _, address := range t.links[i].Addresses {
			if address.Addr().BitLen() == next.BitLen() {
				return address.Addr()
			}
		}
	}
	return best
}
