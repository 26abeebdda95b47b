package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// nobody is the source of an IPv4 message from a node that has no IPv4 address
// (RFC 7600 §4.8).
var nobody = netip.AddrFrom4([4]byte{192, 0, 0, 8})

// back finds the way for a message about p, which came from link in, to p's
// source, or to the first hop that leads there, and the address that the message
// comes from: the address that p was sent to, if it is ours (RFC 1122 §3.2.1.3,
// RFC 4443 §2.2 (a)), else one of the link that the message leaves by (RFC 1812
// §4.3.2.4), or that p came from, as by says; not valid: there is none. It fails where
// no way is. Among several ways it takes the one of p's flow, as any error about p does
// that comes by here from another node.
func (t *Table) back(p *wire.Packet, to netip.Addr, in int, by ErrorSource, n *turns) (link int, source netip.Addr, ok bool) {
	there := t.lookup(to)
	switch {
	case there == nil:
		return 0, netip.Addr{}, false
	case there.scoped: // the link's own addresses: no other link leads there
		link = in
	case there.Action != Forward:
		return 0, netip.Addr{}, false
	default:
		there = t.pick(there, p, n)
		link = there.Link
	}
	if t.links[link].Down {
		return 0, netip.Addr{}, false
	}
	here := t.lookup(p.Dst)
	if source, mine := t.mine(here, p.Dst, in); mine && source.IsValid() {
		return link, source, true
	}
	next := there.via
	if !next.IsValid() {
		next = to
	}
	from := link
	if by == ErrorSourceIngress {
		from = in
	}
	return link, t.addressOn(from, next), true
}

// addressOn returns the node's address on a link for talking to next: the one in
// whose prefix next is, else another of the link, else the router id, else a
// loopback, else one of another link (RFC 1812 §2.2.7).
func (t *Table) addressOn(link int, next netip.Addr) netip.Addr {
	if best := t.links[link].own(next); best.IsValid() {
		return best
	}
	if id := t.settings.RouterID; id.IsValid() && id.BitLen() == next.BitLen() {
		return id
	}
	for _, loopback := range t.settings.Loopbacks {
		if loopback.BitLen() == next.BitLen() {
			return loopback
		}
	}
	for i := range t.links {
		if best := t.links[i].first(next); best.IsValid() {
			return best
		}
	}
	if nobody.BitLen() == next.BitLen() {
		return nobody
	}
	return netip.Addr{}
}

// own is the link's own address for talking to next, if it has one.
func (l *Link) own(next netip.Addr) netip.Addr {
	for _, address := range l.Addresses {
		if address.Contains(next) {
			return address.Addr()
		}
	}
	return l.first(next)
}

// first is the link's first address of the family of next that is good beyond the link.
func (l *Link) first(next netip.Addr) netip.Addr {
	for _, address := range l.Addresses {
		if a := address.Addr(); a.BitLen() == next.BitLen() && !a.IsLinkLocalUnicast() {
			return a
		}
	}
	return netip.Addr{}
}
