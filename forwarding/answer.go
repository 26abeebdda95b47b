package forwarding

import (
	"net/netip"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// answer originates a message about p, if it is permitted, if there is a way
// back, if the node's policy has it so, and if the limiter has a token, in this order. v is the
// verdict about p, for what the message tells of it. Policy may make it untrue, but never an error about an error.
func (r *Router) answer(m icmpgen.Message, p *wire.Packet, a arrival, v Verdict) {
	t, c := r.table, &r.Counters.Messages[m]
	how, said, moved := &t.manners[m], (*saying)(nil), false
	spec := icmpgen.Spec{Message: m, Pointer: v.Pointer, To: r.to(m, p)}
	if !icmpgen.Permitted(m, p) || t.toMany(p.Dst) || spec.To != p.Src && t.toMany(spec.To) {
		c.Forbidden++
		return
	}
	if how.ruled {
		if said = r.saying(how.policy, m, p, a, v); said != nil {
			moved = said.redirect(&spec, p)
		}
	}
	link, source, ok := t.back(p, spec.To, a.in, said.errorSource(t.settings.ErrorSource), &r.turns)
	if spec.Source = source; ok && m == icmpgen.Redirect {
		spec.Source, spec.Gateway, ok = t.better(p, a.in) // whatever policy says: hosts believe no other (RFC 1122 §3.2.2.2, RFC 4861 §8.1)
	} else if said != nil {
		spec.Source = said.source(p, source)
		moved = moved || spec.Source != source
	}
	if !ok || !spec.Source.IsValid() {
		c.Unroutable++
		return
	}
	if !spec.Permitted(p) {
		c.Forbidden++
		return
	}
	if said != nil && !r.lets(said, p, a, c) {
		return
	}
	id, allowed := r.allow(m, p, a)
	if !allowed {
		c.Limited++
		return
	}
	c.Sent++
	spec.MaxLen, spec.ID, spec.TTL = t.links[link].room, uint16(id), how.ttl
	r.detail(&spec, p, link, a, v)
	if said != nil && said.alter(&spec, p, moved) {
		c.Altered++
	}
	q := a.out.Buffer()
	spec.Build(q, onWire(p, a.out))
	if said != nil {
		r.utter(&said.Policy, q, link, id, a.out, c)
		return
	}
	r.originate(q, link, id, a.out)
}

// allow asks the limiter for a token, and names the message if it has one.
func (r *Router) allow(m icmpgen.Message, p *wire.Packet, a arrival) (id uint32, ok bool) {
	if !a.locked {
		a.out.Lock()
		defer a.out.Unlock()
	}
	if kind, limited := m.Kind(); limited && !r.limiter.Allow(&r.Limits, kind, p.Src, a.now) {
		return 0, false
	}
	r.id++
	return r.id, true
}

// onWire is the packet as it is on a wire, for a message to quote: of a super-packet
// the first segment, for all of which the message stands, with its checksum.
func onWire(p *wire.Packet, out Output) *wire.Packet {
	if p.GSO.ChecksumStart == 0 {
		return p
	}
	first, segments := out.Buffer(), p.Segments()
	segments.Next(first)
	return first
}

// detail fills in what only some messages tell.
func (r *Router) detail(spec *icmpgen.Spec, p *wire.Packet, link int, a arrival, v Verdict) {
	t := r.table
	switch spec.Message {
	case icmpgen.TooBig:
		spec.MTU = t.mtu(v, p)
		if v.Reason == drop.TunnelOuter {
			spec.Quoted = t.links[v.Link].outer
		}
	case icmpgen.TimestampReply:
		spec.Receive, spec.Transmit = millis(a.now), millis(a.now)
	case icmpgen.ExtendedEchoReply:
		spec.Probe = t.probe(p)
	}
	if p.HasOptions() && spec.Message != icmpgen.TCPReset {
		n := 0
		if icmpgen.ReplyTo(p) == spec.Message {
			n, spec.To = p.ReplyOptions(r.options[:], t.stamp(link, p.Src, a.now))
		} else if t.settings.SourceRoute == SourceRouteProcess {
			n, spec.To = p.ErrorOptions(r.options[:], t)
		}
		spec.Options = r.options[:n]
	}
	spec.Quote, spec.Quote6 = t.settings.Quote, t.settings.Quote6
	spec.Extensions = r.objects[:0]
	if labels := t.links[a.in].Labels; len(labels) > 0 {
		spec.Extensions = r.stack(spec.Extensions, spec.Message, p, labels)
	}
	if t.settings.Extensions != ExtensionsOff {
		spec.Extensions = t.extensions(spec.Extensions, p, a.in, v.Link)
	}
}

// to is where a message about p goes first: back along p's source route, if the
// settings obey such (RFC 1812 §4.3.2.6, §4.3.3.6), or else to p's source.
func (r *Router) to(m icmpgen.Message, p *wire.Packet) netip.Addr {
	if !p.HasOptions() || r.table.settings.SourceRoute != SourceRouteProcess || m == icmpgen.TCPReset {
		return p.Src
	}
	_, to := p.ErrorOptions(r.options[:], r.table)
	return to
}

// mtu is the MTU that a sender is told of the link that p would have left by, but for the verdict: none
// below the least that its family knows, unless the settings want the truth.
func (t *Table) mtu(v Verdict, p *wire.Packet) int {
	mtu := t.links[v.Link].told(v.Reason, p)
	if t.settings.ReportSub1280 {
		return mtu
	}
	return max(mtu, p.MinMTU())
}

// toMany says whether dst is a broadcast address of one of the links.
func (t *Table) toMany(dst netip.Addr) bool {
	there := t.lookup(dst)
	return there != nil && there.toMany
}

// stamp is what the node records in options of a packet that leaves by a link to dst.
func (t *Table) stamp(link int, dst netip.Addr, now time.Duration) wire.Stamp {
	return wire.Stamp{
		Egress: t.addressOn(link, dst), Millis: millis(now), Own: t,
		Silent: t.settings.Record == RecordIgnore,
		Follow: t.settings.SourceRoute == SourceRouteProcess,
	}
}

// millis is the time in milliseconds since midnight UT (RFC 791 §3.1), if the
// moment from which now counts was midnight UT.
func millis(now time.Duration) uint32 {
	return uint32(now % (24 * time.Hour) / time.Millisecond)
}

// redirect tells the sender of a better first hop, if it has one and is not told
// by a source route where to send (RFC 1812 §5.2.7.2, RFC 4861 §8.2).
func (r *Router) redirect(p *wire.Packet, a arrival) {
	if _, _, ok := r.table.better(p, a.in); ok && !p.SourceRouted() {
		r.answer(icmpgen.Redirect, p, a, Verdict{})
	}
}

// better is the first hop that the sender of p, which goes back to the link that
// it came from, could have chosen itself, and the address that tells it so. There
// is none where sender and next hop are not neighbors.
func (t *Table) better(p *wire.Packet, in int) (source, gateway netip.Addr, ok bool) {
	there := t.lookup(p.Dst)
	if there == nil || there.Action != Forward {
		return source, gateway, false
	}
	way := t.taken(there, p, in)
	gateway = way.via
	if way.onLink() {
		gateway = p.Dst
	}
	neighbor := false
	for _, address := range t.links[in].Addresses {
		if address.Addr().BitLen() != p.Src.BitLen() {
			continue
		}
		if address.Contains(p.Src) && (address.Contains(gateway) || wire.LinkScope(gateway)) {
			neighbor = true
			if !source.IsValid() {
				source = address.Addr()
			}
		}
		if wire.LinkScope(address.Addr()) { // what IPv6 asks for, and IPv4 has not
			source = address.Addr()
		}
	}
	return source, gateway, neighbor && source.IsValid()
}
