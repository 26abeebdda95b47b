package config

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// said is what the file says of one kind of message, apart from its rate.
type said struct {
	*Policy
	overrides []Override
}

// sayings names the kinds as the grammar does, in the order of forwarding.Policies.
var sayings = append(messages[:], "echo")

// said is what the file says of each kind of message.
func (c *ICMP) said() (all [forwarding.NumPolicies]said) {
	for kind, m := range c.kinds() {
		all[kind] = said{&m.Policy, m.Overrides}
	}
	all[forwarding.Echo] = said{&c.Echo.Policy, c.Echo.Overrides}
	return all
}

// policies is what the node does about each kind of message that it owes. Where nothing is said, there
// is no rule.
func (c ICMP) policies() (all forwarding.Policies) {
	for kind, s := range c.said() {
		quench := ratelimit.Kind(kind) == ratelimit.SourceQuench
		if quench {
			s.Action = cmp.Or(s.Action, "drop")
		}
		if quench && s.Action == "drop" && len(s.overrides) == 0 {
			continue // as it is without a word
		}
		for _, o := range s.overrides {
			all[kind] = append(all[kind], forwarding.Rule{When: o.Match.plan(kind), Policy: o.Policy.over(*s.Policy).plan()})
		}
		if own := s.Policy.plan(); own != (forwarding.Policy{}) || quench && s.Action == "send" {
			all[kind] = append(all[kind], forwarding.Rule{Policy: own})
		}
	}
	return all
}

// over is p, with what it leaves out taken from base.
func (p Policy) over(base Policy) Policy {
	p.Action = cmp.Or(p.Action, base.Action)
	p.Every = cmp.Or(p.Every, base.Every)
	p.Probability = cmp.Or(p.Probability, base.Probability)
	p.First = cmp.Or(p.First, base.First)
	p.Limit = cmp.Or(p.Limit, base.Limit)
	p.Delay = cmp.Or(p.Delay, base.Delay)
	p.Duplicate = cmp.Or(p.Duplicate, base.Duplicate)
	p.MTU = cmp.Or(p.MTU, base.MTU)
	p.Quote = cmp.Or(p.Quote, base.Quote)
	p.Quoted = cmp.Or(p.Quoted, base.Quoted)
	p.Checksum = cmp.Or(p.Checksum, base.Checksum)
	p.TTL = cmp.Or(p.TTL, base.TTL)
	if p.Target == nil {
		p.Target = base.Target
	}
	if p.Source == nil {
		p.Source = base.Source
	}
	return p
}

// plan is the policy as the router has it. What is the default is the zero value.
func (p Policy) plan() forwarding.Policy {
	plan := forwarding.Policy{
		Drop: p.Action == "drop", First: uint64(p.First), Delay: duration(p.Delay), Duplicate: p.Duplicate,
		Target: wire.EachFamily(p.Target...), BadChecksum: p.Checksum == "wrong", TTL: uint8(p.TTL), Quoted: p.Quoted.plan(),
	}
	if p.Every > 1 {
		plan.Every = p.Every
	}
	if p.Probability != "" {
		plan.Silence = 1 - probability(p.Probability)
	}
	if l := p.Limit; l != nil {
		plan.Limit, plan.Scope = ratelimit.Rate{PPS: l.PPS, Burst: cmp.Or(l.Burst, 1)}, scopes[l.Scope]
	}
	plan.MTU, _ = parseClaim(p.MTU)
	switch p.Quote {
	case "rfc":
		plan.Quote = forwarding.QuoteRFC
	case "full":
		plan.Quote = forwarding.QuoteFull
	default:
		plan.Quote, _ = strconv.Atoi(p.Quote) // nothing is zero
	}
	if len(p.Source) > 0 {
		if plan.From = froms[p.Source[0]]; plan.From == forwarding.FromSettings {
			plan.From, plan.Source = forwarding.FromGiven, wire.EachFamily(addressesOf(p.Source)...)
		}
	}
	return plan
}

var scopes = map[string]forwarding.Scope{
	"all":         forwarding.ScopeAll,
	"source":      forwarding.ScopeSource,
	"destination": forwarding.ScopeDestination,
	"flow":        forwarding.ScopeFlow,
}

var froms = map[string]forwarding.From{
	"egress":      forwarding.FromEgress,
	"ingress":     forwarding.FromIngress,
	"destination": forwarding.FromDestination,
	"receiver":    forwarding.FromReceiver,
}

// addressesOf are the addresses that texts say which have been checked.
func addressesOf(texts []string) (addresses []netip.Addr) {
	for _, text := range texts {
		if a, err := netip.ParseAddr(text); err == nil {
			addresses = append(addresses, a)
		}
	}
	return addresses
}

// maxClaim bounds the MTU that is told.
const maxClaim = 65535

// parseClaim reads which MTU is told: the true one, if there is no text.
func parseClaim(text string) (c forwarding.Claim, ok bool) {
	switch text {
	case "", "true":
		return c, true
	case "zero":
		return forwarding.Claim{Fixed: true}, true
	}
	n, err := strconv.Atoi(text)
	c = forwarding.Claim{Fixed: !strings.HasPrefix(text, "+") && !strings.HasPrefix(text, "-"), Octets: n}
	return c, err == nil && -maxClaim <= n && n <= maxClaim
}

func (q *Quoted) plan() (plan icmpgen.Quoted) {
	if q == nil {
		return plan
	}
	plan = icmpgen.Quoted{
		Source: wire.EachFamily(q.Source...), Destination: wire.EachFamily(q.Destination...),
		SourcePort: uint16(q.SourcePort), DestinationPort: uint16(q.DestinationPort), BadChecksum: q.Checksum == "wrong",
	}
	plan.Protocol, plan.HasProtocol = octet(q.Protocol)
	plan.DSCP, plan.HasDSCP = octet(q.DSCP)
	plan.TTL, plan.HasTTL = octet(q.TTL)
	if o := q.Outer; o != nil {
		plan.Outer = icmpgen.Outer{Source: wire.EachFamily(o.Source...), Destination: wire.EachFamily(o.Destination...)}
		plan.Outer.Protocol, _ = octet(o.Protocol)
	}
	return plan
}

// octet is a number that may be left out.
func octet(n *int) (value uint8, has bool) {
	if n == nil {
		return 0, false
	}
	return uint8(*n), true
}

// plan is the match of an override of a kind.
func (i Invoking) plan(kind int) forwarding.Invoking {
	message, _ := parseCode(i.Code, kind)
	return forwarding.Invoking{Match: i.Match.plan(), In: i.In, Out: i.Out, Message: message}
}

// parseCode finds the message of a kind that a code names: None, if there is no text.
func parseCode(text string, kind int) (m icmpgen.Message, ok bool) {
	if text == "" {
		return icmpgen.None, true
	}
	for m, name := range codes(kind) {
		if text == name || text == strings.TrimSuffix(name, "-unreachable") {
			return m, true
		}
	}
	return icmpgen.None, false
}

// codes are the messages of a kind.
func codes(kind int) map[icmpgen.Message]string {
	names := map[icmpgen.Message]string{}
	for m := range icmpgen.NumMessages {
		if k, limited := m.Kind(); limited && int(k) == kind {
			names[m] = m.String()
		}
	}
	return names
}
