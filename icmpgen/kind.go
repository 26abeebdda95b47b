package icmpgen

import (
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// typical holds a message of each kind whose type is that of all of its kind. Of those that share a type, TooBig is known by its code.
var typical = [...]Message{TooBig, NetUnreachable, TTLExceeded, HeaderProblem, Redirect, SourceQuench}

// KindOf says of which kind an ICMP error or redirect is, as anybody on the way sees it. It is false of all else,
// and of what has no ICMP header.
func KindOf(p *wire.Packet) (kind ratelimit.Kind, ok bool) {
	b := p.Payload()
	if !p.ICMP() || p.FragmentOffset != 0 || len(b) < icmpHeader {
		return 0, false
	}
	for _, m := range typical {
		if n := m.of(p); n != absent && n.Type == b[0] && (n.Code == b[1] || m != TooBig) {
			return m.Kind()
		}
	}
	return ratelimit.TooBig, b[0] == TooBig.of(p).Type
}

// IsEcho says whether p is an echo request or reply.
func IsEcho(p *wire.Packet) bool {
	b := p.Payload()
	return p.ICMP() && p.FragmentOffset == 0 && len(b) >= icmpHeader && (b[0] == EchoRequest.of(p).Type || b[0] == EchoReply.of(p).Type)
}
