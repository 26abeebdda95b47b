package forwarding

import (
	"net/netip"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// Output is where a router puts what it sends.
type Output interface {
	// Buffer lends a packet with an attached buffer of wire.BufferSize octets. It
	// is the router's until it is sent; a packet lent and not sent costs nothing.
	Buffer() *wire.Packet
	// Send takes a packet for a link. Its bytes stay untouched by the router from
	// then on, and are the output's until the batch that they came with is over.
	Send(link int, p *wire.Packet)
}

// Router is one node: a table, a limiter, fragments that wait, and counters. It
// has one owner and no lock, and the zero Router with a table is ready.
type Router struct {
	// Limits bounds the errors. Its zero value lets none through.
	Limits ratelimit.Limits
	// Counters are the owner's to read between two packets.
	Counters Counters

	table     *Table
	limiter   ratelimit.Limiter
	fragments reassembly
	id        uint32
}

// New returns a router with a table, whose owner it becomes.
func New(table *Table, limits ratelimit.Limits) *Router {
	return &Router{table: table, Limits: limits}
}

// SetTable swaps the table between two packets. Counters, limiter and waiting
// fragments stay.
func (r *Router) SetTable(table *Table) { r.table = table }

// SetDown says that a link lost its device, or has one again.
func (r *Router) SetDown(link int, down bool) { r.table.links[link].Down = down }

// Receive takes a packet that came from link in, up to its end: what is to be
// sent goes to out before Receive returns. p's bytes are the router's meanwhile, and
// out's afterwards if p was sent. now is the time since any fixed moment, and
// does not run backwards.
func (r *Router) Receive(p *wire.Packet, in int, now time.Duration, out Output) {
	reason := p.Parse()
	count := uint64(p.WireCount())
	r.Counters.Received += count
	if reason != drop.Alive {
		r.Counters.Dropped[reason] += count
		return
	}
	switch v := r.table.Route(p, in); v.Action {
	case Forward:
		r.Counters.Forwarded += count
		p.DecrementTTL()
		r.transmit(p, v.Link, out)
	case Deliver:
		r.deliver(p, now, out)
	default:
		r.drop(v.Reason, p, count, now, out)
	}
}

// answers says what the sender of a packet is told that was dropped. No answer
// is silence.
var answers = [drop.NumReasons]icmpgen.Message{
	drop.BeyondScope:         icmpgen.BeyondScope,
	drop.NoRoute:             icmpgen.NetUnreachable,
	drop.Unreachable:         icmpgen.RouteUnreachable,
	drop.Prohibited:          icmpgen.AdminProhibited,
	drop.LinkDown:            icmpgen.HostUnreachable,
	drop.Hairpin:             icmpgen.HostUnreachable,
	drop.TTLExpired:          icmpgen.TTLExceeded,
	drop.TooBig:              icmpgen.TooBig,
	drop.ReassemblyTimeout:   icmpgen.ReassemblyTimeExceeded,
	drop.ProtocolUnreachable: icmpgen.ProtocolUnreachable,
	drop.PortUnreachable:     icmpgen.PortUnreachable,
	drop.PortClosed:          icmpgen.TCPReset,
}

// drop ends a packet, which stands for count datagrams, and tells its sender
// what the table of answers says.
func (r *Router) drop(reason drop.Reason, p *wire.Packet, count uint64, now time.Duration, out Output) {
	r.Counters.Dropped[reason] += count
	if m := answers[reason]; m != icmpgen.None {
		r.answer(m, p, now, out)
	}
}

// answer originates a message about p, if it is permitted, if there is a way
// back, and if the limiter has a token, in this order.
func (r *Router) answer(m icmpgen.Message, p *wire.Packet, now time.Duration, out Output) {
	c := &r.Counters.Messages[m]
	if !icmpgen.Permitted(m, p) {
		c.Forbidden++
		return
	}
	link, source, ok := r.table.back(p)
	if !ok {
		c.Unroutable++
		return
	}
	if kind, limited := m.Kind(); limited && !r.limiter.Allow(&r.Limits, kind, p.Src, now) {
		c.Limited++
		return
	}
	c.Sent++
	r.originate(icmpgen.Spec{Message: m, Source: source, MaxLen: r.table.links[link].MTU}, p, link, out)
}

// originate builds the message and sends it.
func (r *Router) originate(spec icmpgen.Spec, p *wire.Packet, link int, out Output) {
	if spec.Message == icmpgen.TooBig {
		spec.MTU = r.table.mtuTo(p.Dst)
	}
	r.id++
	spec.ID = uint16(r.id)
	q := out.Buffer()
	spec.Build(q, p)
	r.transmit(q, link, out)
}

// mtuTo is the MTU of the link that leads to dst.
func (t *Table) mtuTo(dst netip.Addr) int {
	hop, _ := t.fib.Lookup(dst)
	return t.links[hop.Link].MTU
}

// transmit sends a packet, in fragments where it is too long: a packet that must
// not be cut did not come this far.
func (r *Router) transmit(p *wire.Packet, link int, out Output) {
	mtu := r.table.links[link].MTU
	if p.WireLen() <= mtu {
		out.Send(link, p)
		return
	}
	r.id++
	for f := p.Fragments(mtu, r.id); f.More(); {
		q := out.Buffer()
		f.Next(q)
		out.Send(link, q)
		r.Counters.Fragments++
	}
}
