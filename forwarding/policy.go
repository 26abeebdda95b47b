package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/icmpgen"
)

// withheld says whether the node's policy has it not send a message that it owes.
func (r *Router) withheld(m icmpgen.Message, a arrival) bool {
	kind, has := m.Kind()
	if !has {
		return false
	}
	policy := &r.table.settings.Policy[kind]
	if policy.Drop || policy.Every <= 1 {
		return policy.Drop
	}
	if !a.locked {
		a.out.Lock()
		defer a.out.Unlock()
	}
	r.owed[kind]++
	return (r.owed[kind]-1)%uint64(policy.Every) != 0
}

// recount has messages counted from the first again, of the kinds whose policy is another now.
func (r *Router) recount(old, now *Settings) {
	for kind := range now.Policy {
		if old.Policy[kind] != now.Policy[kind] {
			r.owed[kind] = 0
		}
	}
}

// source is where a message that is no redirect comes from, which goes to the source of an invoking packet, if the
// policy has such an address. Of a reset, nobody asks: it is the address of the connection.
func (s *Settings) source(m icmpgen.Message, to netip.Addr) netip.Addr {
	kind, has := m.Kind()
	if !has {
		return netip.Addr{}
	}
	policy := &s.Policy[kind]
	if policy.Source4.BitLen() == to.BitLen() {
		return policy.Source4
	}
	if policy.Source6.BitLen() == to.BitLen() {
		return policy.Source6
	}
	return netip.Addr{}
}

// ttl is the TTL of a message; zero: the message's own. That of a redirect is left alone (RFC 4861 §8.1).
func (s *Settings) ttl(m icmpgen.Message) uint8 {
	_, limited := m.Kind()
	switch {
	case m == icmpgen.Redirect:
		return 0
	case !limited || m == icmpgen.TCPReset:
		return s.ReplyTTL
	}
	return s.ErrorTTL
}
