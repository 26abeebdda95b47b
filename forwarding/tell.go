package forwarding

import (
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// maxObjects is the number of extension objects of an error: the label stack, the incoming and
// the outgoing interface, and the next hop.
const maxObjects = 4

// stack appends to objects the label stack of the link that p came from, if the message is of those that
// tell it (RFC 4950 §3). A label without a TTL has that of the packet, as in
// the uniform model of RFC 3443: 1, where it expired.
func (r *Router) stack(objects []icmpgen.Object, m icmpgen.Message, p *wire.Packet, labels []icmpgen.Label) []icmpgen.Object {
	if kind, _ := m.Kind(); kind != ratelimit.TimeExceeded && kind != ratelimit.Unreach {
		return objects
	}
	r.labels = append(r.labels[:0], labels...)
	for i := range r.labels {
		if l := &r.labels[i]; l.TTL == 0 {
			l.TTL = max(1, p.TTL)
		}
	}
	return append(objects, icmpgen.Object{Class: icmpgen.ClassLabelStack, Labels: r.labels})
}

// extensions appends to objects what the settings let an error tell about the
// interfaces of p, which would have left by link out (RFC 5837 §4.1).
func (t *Table) extensions(objects []icmpgen.Object, p *wire.Packet, in, out int) []icmpgen.Object {
	objects = append(objects, t.describe(icmpgen.RoleIncoming, in, p.Src))
	there := t.lookup(p.Dst)
	if t.settings.Extensions != ExtensionsAll || there == nil || there.Action != Forward {
		return objects
	}
	way := t.taken(there, p, out)
	objects = append(objects, t.describe(icmpgen.RoleOutgoing, way.Link, p.Dst))
	if way.via.IsValid() {
		objects = append(objects, icmpgen.Object{Class: icmpgen.ClassInterface, Role: icmpgen.RoleNextHop, Addr: way.via})
	}
	return objects
}

// describe tells of a link in its role, with the address that it has for peer: it
// is no other link's, lest the reader take that for this one (RFC 5837 §4.2).
func (t *Table) describe(role icmpgen.Role, link int, peer netip.Addr) icmpgen.Object {
	l := &t.links[link]
	return icmpgen.Object{
		Class: icmpgen.ClassInterface, Role: role,
		Index: ifIndex(link), Addr: l.own(peer), Name: l.Name, MTU: uint32(l.MTU),
	}
}

// ifIndex is what the node calls a link by number (RFC 2863 §3.1.5): from one,
// in the order of names.
func ifIndex(link int) uint32 { return uint32(link) + 1 }

// probe answers what an extended echo request asks about a link (RFC 8335 §4). The links are
// point-to-point and have no table of neighbors.
func (t *Table) probe(p *wire.Packet) icmpgen.ProbeAnswer {
	q, code := icmpgen.ParseProbe(p)
	if code != icmpgen.ProbeOK {
		return icmpgen.ProbeAnswer{Code: code}
	}
	if !q.Local {
		return icmpgen.ProbeAnswer{Code: icmpgen.ProbeNoTableEntry}
	}
	answer := icmpgen.ProbeAnswer{Code: icmpgen.ProbeNoInterface}
	for i := range t.links {
		l := &t.links[i]
		switch {
		case !l.named(q.Name) && q.Index != ifIndex(i) && !l.has(q.Addr):
		case answer.Code == icmpgen.ProbeOK: // link-local addresses are on many links
			return icmpgen.ProbeAnswer{Code: icmpgen.ProbeMultiple}
		case l.Down: // then nothing runs there
			answer = icmpgen.ProbeAnswer{}
		default:
			answer = icmpgen.ProbeAnswer{Active: true, IPv4: l.speaks(32), IPv6: l.speaks(128)}
		}
	}
	return answer
}

// named says whether the link has that name. Without one, nobody asks by name.
func (l *Link) named(name []byte) bool { return len(name) > 0 && string(name) == l.Name }

func (l *Link) has(a netip.Addr) bool {
	return slices.ContainsFunc(l.Addresses, func(own netip.Prefix) bool { return own.Addr() == a })
}

// speaks says whether the link has an address of that length in bits.
func (l *Link) speaks(bits int) bool {
	return slices.ContainsFunc(l.Addresses, func(own netip.Prefix) bool { return own.Addr().BitLen() == bits })
}
