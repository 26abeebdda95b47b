package forwarding

import (
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// deliver takes a packet for the node itself: of a super-packet each segment on its own.
func (r *Router) deliver(p *wire.Packet, a arrival) {
	if p.GSO.ChecksumStart == 0 {
		r.deliverOne(p, a)
		return
	}
	q := a.out.Buffer()
	for s := p.Segments(); s.More(); {
		s.Next(q)
		r.deliverOne(q, a)
	}
}

// deliverOne takes a datagram for the node itself. Fragments wait for each other,
// and then end together.
func (r *Router) deliverOne(p *wire.Packet, a arrival) {
	count := uint64(1)
	if v := r.table.inspect(p); v.Reason != drop.Alive {
		r.drop(v, p, count, a)
		return
	}
	if p.Fragment() {
		a.out.Lock() // the whole datagram is shared memory until it is answered
		defer a.out.Unlock()
		a.locked = true
		whole, reason := r.fragments.add(p, a, &r.Counters)
		if reason != drop.Alive {
			r.Counters.Dropped[reason]++
		}
		if whole == nil {
			return
		}
		count = whole.fragments
		p = &whole.packet
		if v := r.table.inspect(p); v.Reason != drop.Alive {
			r.drop(v, p, count, a)
			return
		}
	}
	if reason := r.consume(p, a); reason != drop.Alive {
		r.drop(dropped(reason), p, count, a)
		return
	}
	r.Counters.Delivered += count
}

// consume answers requests, and says why all else is refused: this node offers
// nothing more.
func (r *Router) consume(p *wire.Packet, a arrival) drop.Reason {
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
	case p.ICMP():
		return r.reply(icmpgen.ReplyTo(p), p, a)
	case p.Protocol == wire.ProtoUDP:
		return drop.PortUnreachable
	case p.Protocol == wire.ProtoTCP:
		return drop.PortClosed
	}
	return drop.ProtocolUnreachable
}

// reply answers a request, if the settings let the node answer such.
func (r *Router) reply(m icmpgen.Message, p *wire.Packet, a arrival) drop.Reason {
	settings := &r.table.settings
	switch {
	case m == icmpgen.None,
		m == icmpgen.TimestampReply && settings.NoTimestamp,
		m == icmpgen.ExtendedEchoReply && !settings.Probe:
		return drop.ICMPIgnored
	}
	r.answer(m, p, a, Verdict{})
	return drop.Alive
}

// Expire ends the fragments whose time is over, those of siblings too, and tells
// their senders.
func (r *Router) Expire(now time.Duration, out Output) {
	out.Lock()
	defer out.Unlock()
	for d := r.fragments.expired(now); d != nil; d = r.fragments.expired(now) {
		n := r.fragments.release(d, &r.Counters)
		if d.first.Data == nil {
			r.Counters.Dropped[drop.ReassemblyTimeout] += n // RFC 792: only about fragment zero
			continue
		}
		r.drop(dropped(drop.ReassemblyTimeout), &d.first, n, arrival{in: d.in, now: now, out: out, locked: true})
	}
}

// NextExpiry says when Expire has something to do, if any fragment waits.
func (r *Router) NextExpiry(out Output) (at time.Duration, waits bool) {
	out.Lock()
	defer out.Unlock()
	return r.fragments.next()
}
