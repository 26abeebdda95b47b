package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// manner is how the node says a message.
type manner struct {
	// ttl is zero where it is the message's own.
	ttl uint8
	// policy is nil where the node tells the truth.
	policy *Policy
	kind   ratelimit.Kind
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
		if how.kind = kind; limited && s.Policy[kind] != (Policy{}) {
			how.policy = &s.Policy[kind]
		}
	}
	return all
}

// withheld says whether the node's policy has it not send a message that it owes.
func (r *Router) withheld(how *manner, a arrival) bool {
	if how.policy.Drop || how.policy.Every <= 1 {
		return how.policy.Drop
	}
	if !a.locked {
		a.out.Lock()
		defer a.out.Unlock()
	}
	r.owed[how.kind]++
	return (r.owed[how.kind]-1)%uint64(how.policy.Every) != 0
}

// recount has messages counted from the first again, of the kinds whose policy is another now.
func (r *Router) recount(old, now *Settings) {
	for kind := range now.Policy {
		if old.Policy[kind] != now.Policy[kind] {
			r.owed[kind] = 0
		}
	}
}

// source is where a message about a packet from an address comes from: by the policy, if it has such an address, or else
// from where it would. Of a reset, nobody asks: it is the address of the connection.
func (p *Policy) source(about, otherwise netip.Addr) netip.Addr {
	switch about.BitLen() {
	case p.Source4.BitLen():
		return p.Source4
	case p.Source6.BitLen():
		return p.Source6
	}
	return otherwise
}
