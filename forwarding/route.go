package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Action is what becomes of a packet.
type Action uint8

// The actions. The zero value is Drop: a Verdict fails closed.
const (
	Drop Action = iota
	Deliver
	Forward
)

// Verdict is the decision about one packet.
type Verdict struct {
	Action Action
	// Reason says why, if the action is Drop.
	Reason drop.Reason
	// Link is the index of the link to leave by, if the action is Forward, or
	// that the packet would have left by, if the reason was found after that.
	Link int
	// Pointer is where in the packet the octet stands that the reason is about,
	// for a reason that is about one.
	Pointer int
}

func dropped(reason drop.Reason) Verdict { return Verdict{Reason: reason} }

// Route decides about a parsed packet that came from link in. It looks and does
// not touch: an error must quote the packet as it was received. The order is
// that of RFC 1812 §5.2.1.2: route, validity, and, in forward, TTL, options, MTU.
// Where packets take turns, it is always the first one's.
func (t *Table) Route(p *wire.Packet, in int) Verdict {
	return t.route(p, in, t.lookup(p.Dst), t.sender(p.Src), nil)
}

// sender says why no packet from any link can have the source src, or Alive.
func (t *Table) sender(src netip.Addr) drop.Reason {
	if reason, martian := t.sources.Lookup(src); martian {
		return reason
	}
	return t.senders[src]
}

// route is Route about a packet whose way and sender have been looked up.
func (t *Table) route(p *wire.Packet, in int, there *hop, sender drop.Reason, n *turns) Verdict {
	if reason := t.invalid(p, in, sender); reason != drop.Alive {
		return dropped(reason)
	}
	if there == nil {
		return dropped(drop.NoRoute)
	}
	if _, mine := t.mine(there, p.Dst, in); mine {
		return t.arrive(p, in, n)
	}
	switch {
	case there.Action == Forward:
		return t.forward(p, in, t.pick(there, p, n))
	case there.Reason == drop.Multicast && p.HopByHop(): // RFC 4443 §2.4 (e.3): told even so
		if v := t.transit(p); v.Reason != drop.Alive {
			return v
		}
	}
	return there.Verdict
}

// forward decides about a packet that another node is to have, by the way that it takes.
func (t *Table) forward(p *wire.Packet, in int, there *hop) Verdict {
	link, reason := &t.links[there.Link], drop.Alive
	switch {
	case wire.LinkScope(p.Src) && there.Link != in:
		reason = drop.BeyondScope
	case there.Link == in && there.onLink() && !(t.settings.Redirects && p.MayGoBack()):
		reason = drop.Hairpin
	case link.Down:
		reason = drop.LinkDown
	case p.TTL <= 1 && (p.TTL == 0 || !t.settings.KeepTTL): // zero is never forwarded (RFC 1812 §4.2.2.9), kept or not
		reason = drop.TTLExpired
	}
	if reason != drop.Alive {
		return Verdict{Reason: reason, Link: there.Link}
	}
	if p.HasOptions() || p.HopByHop() {
		if v := t.transit(p); v.Reason != drop.Alive {
			v.Link = there.Link
			return v
		}
	}
	if p.DF && p.WireLen() > link.room {
		return Verdict{Reason: link.tooBig(p), Link: there.Link}
	}
	return there.Verdict
}

// invalid says why no packet from link in can have the source of p, or Alive.
// sender is what is to be said of the source on any link.
func (t *Table) invalid(p *wire.Packet, in int, sender drop.Reason) drop.Reason {
	if sender != drop.Alive {
		return sender
	}
	if t.links[in].URPF != URPFOff && !t.reversePath(p.Src, in) {
		return drop.ReversePath
	}
	if p.HasOptions() {
		return t.refused(p.InspectOptions(t))
	}
	return drop.Alive
}

// reversePath says whether the way to src leads by link in, as far as the link
// asks (RFC 3704 §2): of several ways, any. A link-local source is on the link that it came from.
func (t *Table) reversePath(src netip.Addr, in int) bool {
	there := t.lookup(src)
	switch {
	case there == nil:
		return false
	case there.scoped:
		return true
	}
	switch t.links[in].URPF {
	case URPFLoose:
		return there.Action == Forward
	case URPFStrict:
		return there.leaves(in)
	}
	return t.feasible(src, in)
}

// feasible says whether any route to src, of table or atlas, leads by link in.
func (t *Table) feasible(src netip.Addr, in int) bool {
	for _, way := range t.fib.Supernets(single(src)) {
		if way.leaves(in) {
			return true
		}
	}
	if t.atlas == nil {
		return false
	}
	for e := t.atlas.longest(src); e != nil; e = t.atlas.wider(e) {
		if lead := t.lead(e, src); lead != nil && lead.leaves(in) {
			return true
		}
	}
	return false
}
