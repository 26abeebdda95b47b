package forwarding

import (
	"time"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// manner is how the node says a message.
type manner struct {
	// ttl is zero where it is the message's own.
	ttl uint8
	// ruled says that there are rules, and policy is their place among Policies.
	ruled  bool
	policy ratelimit.Kind
}

// manners are what the settings say of each message. The TTL of redirects is left alone, since hosts
// believe no other (RFC 4861 §8.1).
func (s *Settings) manners() (all [icmpgen.NumMessages]manner) {
	for i := range all {
		m, how := icmpgen.Message(i), &all[i]
		kind, limited := m.Kind()
		switch {
		case m == icmpgen.Redirect:
		case !limited || m == icmpgen.TCPReset:
			how.ttl = s.ReplyTTL
		default:
			how.ttl = s.ErrorTTL
		}
		if m == icmpgen.EchoReply {
			kind, limited = Echo, true
		}
		if limited && len(s.Policy[kind]) > 0 {
			how.ruled, how.policy = true, kind
		}
	}
	return all
}

// alter makes a message what the policy wants it to be, and says whether anything in it is not so, or goes
// elsewhere. moved says that its source or target already is.
func (s *saying) alter(spec *icmpgen.Spec, about *wire.Packet, moved bool) (altered bool) {
	p := &s.Policy
	s.redirect(spec, about) // again, since options have told where it goes
	if p.From == FromReceiver && spec.Message != icmpgen.Redirect && spec.Message != icmpgen.TCPReset {
		moved = moved || spec.Source != spec.To
		spec.Source = spec.To
	}
	altered = moved || p.BadChecksum || p.Quote != 0 && p.Quote != QuoteRFC
	if p.TTL != 0 {
		spec.TTL = p.TTL
	}
	if spec.Message == icmpgen.TooBig {
		claim := p.MTU.of(spec.MTU)
		altered = altered || claim != spec.MTU
		spec.MTU = claim
	}
	switch p.Quote {
	case 0:
	case QuoteRFC:
		spec.Quote, spec.Quote6 = 0, 0
	case QuoteFull:
		spec.Full = true
	default:
		spec.Quote, spec.Quote6 = p.Quote, p.Quote
	}
	if p.Quoted != (icmpgen.Quoted{}) {
		spec.Quoted, altered = &p.Quoted, true
	}
	spec.BadChecksum = p.BadChecksum
	return altered
}

// utter sends a message later, or several times: copies first, since what is sent is the output's. id is as for transmit.
func (r *Router) utter(p *Policy, q *wire.Packet, link int, id uint32, out Output, c *Originated) {
	if p.Delay > 0 {
		c.Delayed++
		r.later = later{out, p.Delay}
		out = &r.later
	}
	c.Duplicated += uint64(p.Duplicate)
	for range p.Duplicate {
		twin := out.Buffer()
		twin.SetLen(copy(twin.Buffer()[wire.Headroom:], q.Data))
		twin.Parse()
		r.originate(twin, link, id, out)
	}
	r.originate(q, link, id, out)
}

// later is an output to which all is sent late.
type later struct {
	Output
	delay time.Duration
}

// Send sends a packet after the delay.
func (l *later) Send(link int, p *wire.Packet) { l.Output.Later(link, p, l.delay) }

// Quench tells the source of p, which came from link in, that a queue behind this node is full, if the node's policy has a rule for
// such messages that sends them. Without one nobody is told (RFC 6633 §4). p is parsed, and as it was when it came, but for its TTL;
// it stays the caller's, as for Receive. A node tells itself nothing.
func (r *Router) Quench(p *wire.Packet, in int, now time.Duration, out Output) {
	if r.table.manners[icmpgen.SourceQuench].ruled && !r.table.Own(p.Src) {
		r.answer(icmpgen.SourceQuench, p, arrival{in: in, now: now, out: out}, Verdict{})
	}
}
