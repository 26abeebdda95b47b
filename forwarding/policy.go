package forwarding

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// Policies has, for each kind of message, the rules of which the first that matches says what the node
// does about it. Where none matches, it tells the truth. Echo replies are a kind of their own here.
type Policies [NumPolicies][]Rule

// The places of Policies are those of ratelimit.Kind, and one more.
const (
	Echo        = ratelimit.NumKinds
	NumPolicies = Echo + 1
)

// Delays says whether any message is sent later than it could be.
func (p *Policies) Delays() bool {
	for _, rules := range p {
		if slices.ContainsFunc(rules, func(r Rule) bool { return r.Delay > 0 }) {
			return true
		}
	}
	return false
}

// Rules says whether there is any.
func (p *Policies) Rules() bool {
	return slices.ContainsFunc(p[:], func(rules []Rule) bool { return len(rules) > 0 })
}

// Rule is a policy, and when it holds.
type Rule struct {
	When Invoking
	Policy
}

// Invoking selects messages by the packet that they are about. Its zero value selects all.
type Invoking struct {
	wire.Match
	// In and Out are the names of the links that the packet came from, and would have left by. Empty: any.
	In, Out string
	// Message is the only message. icmpgen.None: any of the kind.
	Message icmpgen.Message
}

// Policy is what a node does about a message that it owes: whether it is sent, when, where to, and what
// in it is not so. The zero value is the truth, at once.
type Policy struct {
	// Drop sends none.
	Drop bool
	// Every sends each nth only, the first among them. Zero and one: all.
	Every int
	// Silence is the probability, of each of those, that it is not sent, from 0 to 1.
	Silence float64
	// First sends so many of those, and none after. Zero: all.
	First uint64
	// Limit sends what finds a token in the bucket that Scope says, before the node's own limits are asked. The zero value: all.
	Limit ratelimit.Rate
	Scope Scope
	// Delay is how much later it goes, and Duplicate how many copies go with it.
	Delay     time.Duration
	Duplicate int
	// Target is where it goes, in the family of the invoking packet, if valid. Resets keep their own.
	Target wire.PerFamily
	// From says whose address it comes from. Redirects and resets keep their own.
	From   From
	Source wire.PerFamily // of FromGiven: in a family without one, FromSettings
	// MTU is what too big tells.
	MTU Claim
	// Quote is how many octets behind the IP headers an error repeats, QuoteRFC or QuoteFull. Zero: as the settings have it.
	Quote int
	// Quoted is how the quote differs from the packet.
	Quoted icmpgen.Quoted
	// BadChecksum makes the message's own checksum wrong.
	BadChecksum bool
	// TTL of the message. Zero: as the settings have it.
	TTL uint8
}

// Special values of Policy.Quote.
const (
	// QuoteRFC quotes as much as 576 octets hold, or 1280 in IPv6.
	QuoteRFC = -1
	// QuoteFull quotes all, whatever the way back holds.
	QuoteFull = -2
)

// Scope says which messages share a token bucket of a policy, by their invoking packets.
type Scope uint8

// The scopes.
const (
	// ScopeAll has one bucket.
	ScopeAll Scope = iota
	// ScopeSource and ScopeDestination have one for each address.
	ScopeSource
	ScopeDestination
	// ScopeFlow has one for each flow: both directions of addresses, protocol and ports.
	ScopeFlow
)

// key is the bucket of a packet.
func (s Scope) key(class uint32, p *wire.Packet) ratelimit.Key {
	key := ratelimit.Key{Class: class}
	switch s {
	case ScopeSource:
		key.Whose = p.Src
	case ScopeDestination:
		key.Whose = p.Dst
	case ScopeFlow:
		var hash [16]byte
		binary.BigEndian.PutUint64(hash[:], p.FlowHash(wire.FlowTuple, false, 0))
		key.Whose = netip.AddrFrom16(hash)
	}
	return key
}

// From says whose address a message comes from.
type From uint8

// The choices.
const (
	// FromSettings is Settings.ErrorSource.
	FromSettings From = iota
	// FromEgress and FromIngress are as ErrorSourceEgress and ErrorSourceIngress.
	FromEgress
	FromIngress
	// FromDestination is the invoking packet's destination.
	FromDestination
	// FromReceiver is the receiver's own.
	FromReceiver
	// FromGiven is Policy.Source.
	FromGiven
)

// Claim is an MTU that is told. The zero value is the true one.
type Claim struct {
	// Fixed tells Octets; or else Octets are added to the truth, down to zero.
	Fixed  bool
	Octets int
}

func (c Claim) of(truth int) int {
	if c.Fixed {
		return c.Octets
	}
	return max(0, truth+c.Octets)
}

// saying is a rule, and what all siblings together remember of it. Nil: the truth is said.
type saying struct {
	*Rule
	class  uint32 // of its buckets
	owed   uint64 // messages that matched
	passed uint64 // and those of them that the policy let go
	chance rand.PCG
}

// saying finds the rule for a message about p.
func (r *Router) saying(policy ratelimit.Kind, m icmpgen.Message, p *wire.Packet, a arrival, v Verdict) *saying {
	for i := range r.sayings[policy] {
		if s := &r.sayings[policy][i]; r.table.concerns(&s.When, m, p, a.in, v.Link) {
			return s
		}
	}
	return nil
}

// class keeps the buckets of a rule apart from those of all others.
func class(policy ratelimit.Kind, rule int) uint32 { return uint32(policy)<<16 | uint32(rule) }

// concerns says whether a message about p is meant.
func (t *Table) concerns(w *Invoking, m icmpgen.Message, p *wire.Packet, in, out int) bool {
	switch {
	case w.Message != icmpgen.None && w.Message != m,
		w.In != "" && w.In != t.links[in].Name,
		w.Out != "" && w.Out != t.outward(p, out):
		return false
	}
	return w.Selects(p)
}

// outward is the name of the link that p would have left by, which is out if it has several ways. Empty: none.
func (t *Table) outward(p *wire.Packet, out int) string {
	there := t.lookup(p.Dst)
	if there == nil || there.Action != Forward {
		return ""
	}
	return t.links[t.taken(there, p, out).Link].Name
}

// lets says whether a message goes that the node owes, and counts it if not.
func (r *Router) lets(s *saying, p *wire.Packet, a arrival, c *Originated) bool {
	if s.Drop {
		c.Withheld++
		return false
	}
	if s.Every <= 1 && s.Silence == 0 && s.First == 0 && s.Limit == (ratelimit.Rate{}) {
		return true
	}
	if !a.locked {
		a.out.Lock()
		defer a.out.Unlock()
	}
	n := s.owed
	s.owed++
	switch {
	case s.Every > 1 && n%uint64(s.Every) != 0,
		s.Silence > 0 && float64(s.chance.Uint64()>>11)/(1<<53) < s.Silence,
		s.First > 0 && s.passed >= s.First:
		c.Withheld++
		return false
	case s.Limit != (ratelimit.Rate{}) && !r.buckets.Allow(s.Scope.key(s.class, p), s.Limit, a.now):
		c.Throttled++
		return false
	}
	s.passed++
	return true
}

// remember begins the policies anew that are not what they were.
func (r *Shared) remember(old, now *Settings) {
	for policy, rules := range now.Policy {
		if old != nil && slices.Equal(old.Policy[policy], rules) && old.Seed == now.Seed {
			continue
		}
		for i := range r.sayings[policy] {
			r.buckets.Forget(r.sayings[policy][i].class)
		}
		r.sayings[policy] = make([]saying, len(rules))
		for i := range rules {
			s := &r.sayings[policy][i]
			s.Rule, s.class = &rules[i], class(ratelimit.Kind(policy), i)
			s.chance.Seed(now.Seed, uint64(s.class))
		}
	}
}

// source is where a message to an address comes from, about p, where truth is what the settings and From's first
// choices say.
func (p *Policy) source(about *wire.Packet, truth netip.Addr) netip.Addr {
	switch p.From {
	case FromDestination:
		return about.Dst
	case FromGiven:
		if given := p.Source.Like(about.Src); given.IsValid() {
			return given
		}
	}
	return truth
}

// redirect has a message about p go to the policy's target, if it has one, and says whether that is elsewhere. A source route
// has no part in that.
func (s *saying) redirect(spec *icmpgen.Spec, about *wire.Packet) (moved bool) {
	target := s.Target.Like(about.Src)
	if !target.IsValid() || target == spec.To || spec.Message == icmpgen.TCPReset {
		return false
	}
	spec.To, spec.Options = target, nil
	return true
}

// errorSource is what From says of the node's links, or else what the settings say.
func (s *saying) errorSource(settings ErrorSource) ErrorSource {
	switch {
	case s == nil:
	case s.From == FromEgress:
		return ErrorSourceEgress
	case s.From == FromIngress:
		return ErrorSourceIngress
	}
	return settings
}
