package forwarding

import (
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// deliver takes a packet for the node itself. Fragments wait for each other,
// and then end together.
func (r *Router) deliver(p *wire.Packet, now time.Duration, out Output) {
	count := uint64(p.WireCount())
	if p.Fragment() {
		whole, reason := r.fragments.add(p, now, &r.Counters)
		if reason != drop.Alive {
			r.Counters.Dropped[reason]++
		}
		if whole == nil {
			return
		}
		count = whole.fragments
		p = &whole.packet
	}
	if reason := r.consume(p, now, out); reason != drop.Alive {
		r.drop(reason, p, count, now, out)
		return
	}
	r.Counters.Delivered += count
}

// consume answers an echo request, and says why all else is refused: this node
// offers nothing more.
func (r *Router) consume(p *wire.Packet, now time.Duration, out Output) drop.Reason {
	fits, valid := p.TransportValid()
	switch {
	case p.Incomplete || p.Fragment(): // a fragment within a fragment
		return drop.BadExtensionHeader
	case p.NoNextHeader():
		return drop.NoNextHeader
	case !fits:
		return drop.TransportTruncated
	case !valid:
		return drop.BadTransportChecksum
	case icmpgen.IsEchoRequest(p):
		r.answer(icmpgen.EchoReply, p, now, out)
		return drop.Alive
	case p.ICMP():
		return drop.ICMPIgnored
	case p.Protocol == wire.ProtoUDP:
		return drop.PortUnreachable
	case p.Protocol == wire.ProtoTCP:
		return drop.PortClosed
	}
	return drop.ProtocolUnreachable
}

// Expire ends the fragments whose time is over, and tells their senders.
func (r *Router) Expire(now time.Duration, out Output) {
	for d := r.fragments.expired(now); d != nil; d = r.fragments.expired(now) {
		n := r.fragments.release(d, &r.Counters)
		if d.first.Data == nil {
			r.Counters.Dropped[drop.ReassemblyTimeout] += n // RFC 792: only about fragment zero
			continue
		}
		r.drop(drop.ReassemblyTimeout, &d.first, n, now, out)
	}
}

// NextExpiry says when Expire has something to do, if any fragment waits.
func (r *Router) NextExpiry() (at time.Duration, waits bool) { return r.fragments.next() }
