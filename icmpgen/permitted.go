package icmpgen

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// ReplyTo says which reply the request p, whole, asks for: EchoReply,
// TimestampReply, ExtendedEchoReply, or None if it is no request. The code is not
// looked at.
func ReplyTo(p *wire.Packet) Message {
	if !p.ICMP() || len(p.Payload()) < icmpHeader {
		return None
	}
	switch kind := p.Payload()[0]; {
	case kind == EchoRequest.of(p).Type:
		return EchoReply
	case kind == ExtendedEchoRequest.of(p).Type:
		return ExtendedEchoReply
	case p.Version == wire.V4 && kind == TimestampRequest.of(p).Type && len(p.Payload()) >= timestampLen:
		return TimestampReply
	}
	return None
}

// IsEchoRequest says whether p, whole, asks for an echo. The code is not looked at.
func IsEchoRequest(p *wire.Packet) bool { return ReplyTo(p) == EchoReply }

// Permitted says whether p, as it was received and parsed, may be answered with
// m. It looks at the packet alone: what a node knows of directed broadcasts,
// anycast and martians is the node's to say, as is whether it answers an echo request
// to many (RFC 1812 §4.3.3.6, RFC 4443 §4.2). The lists of the two families
// differ, so there are two (RFC 1812 §4.3.2.7, RFC 4443 §2.4 (e)).
func Permitted(m Message, p *wire.Packet) bool {
	switch m {
	case None, EchoRequest, TimestampRequest, ExtendedEchoRequest:
		return false
	case EchoReply:
		return ReplyTo(p) == m && !p.Fragment() && unicastSource(p)
	case TimestampReply, ExtendedEchoReply: // RFC 1122 §3.2.2.8, RFC 8335 §4
		return ReplyTo(p) == m && !p.Fragment() && unicastSource(p) && !toMany(p)
	case TCPReset:
		return resettable(p) && !p.Fragment() && unicastSource(p) && !toMany(p)
	case Redirect:
		if !redirectable(p) {
			return false
		}
	}
	if m.of(p) == absent {
		return false
	}
	if p.Version == wire.V4 {
		return permitted4(p)
	}
	return permitted6(m, p)
}

// permitted4 holds the rules of RFC 1812 §4.3.2.7.
func permitted4(p *wire.Packet) bool {
	switch {
	case p.FragmentOffset != 0:
		return false
	case !unicastSource(p):
		return false
	case toMany(p):
		return false
	}
	return !p.ICMP() || isQuery4(p.Payload())
}

// permitted6 holds the rules of RFC 4443 §2.4 (e). Too big is also said to the
// sender of a multicast packet, for the sake of Path MTU Discovery, and so is
// an option that asks for it, see Spec.Permitted (e.3).
func permitted6(m Message, p *wire.Packet) bool {
	switch {
	case !unicastSource(p):
		return false
	case toMany(p) && m != TooBig && m != OptionProblem:
		return false
	case !p.ICMP() || p.FragmentOffset != 0:
		return true
	case m == FirstFragmentIncomplete && p.More && len(p.Payload()) == 0:
		return true // that the type is missing is what the error is about (RFC 7112 §5)
	}
	return !isError6(p.Payload())
}

// Permitted says what the function of that name says of s.Message, and looks at
// what s adds, too: an answer that no receiver believes is not worth sending.
//   - The source and the destination are one node's, of the packet's family, and differ:
//     kernels discard what claims to come from themselves.
//   - An option problem goes to the sender of a multicast packet only if the
//     option at Pointer asks for it (RFC 4443 §2.4 (e.3), RFC 8200 §4.2).
//   - A redirect names another node than its sender and the packet's, and in IPv6
//     comes from a link-local address, and names one, or the destination (RFC 4861 §8.1).
func (s *Spec) Permitted(p *wire.Packet) bool {
	from, to := s.from(p), s.to(p)
	switch {
	case s.Message >= NumMessages || !Permitted(s.Message, p):
		return false
	case !unicast(from) || !unicast(to) || from.Is4() != p.Src.Is4() || to.Is4() != p.Src.Is4():
		return false
	case from.WithZone("") == to.WithZone(""):
		return false
	case s.Message == OptionProblem && toMany(p):
		return s.Pointer >= 0 && s.Pointer < len(p.Data) && p.Data[s.Pointer]&optionAction == optionTellMany
	case s.Message == Redirect:
		return s.redirects(p)
	}
	return true
}

// What a node does that does not know an IPv6 option (RFC 8200 §4.2).
const (
	optionAction   = 0xc0
	optionTellMany = 0x80
)

// redirects says whether a host would believe the redirect (RFC 1122 §3.2.2.2, RFC 4861 §8.1).
func (s *Spec) redirects(p *wire.Packet) bool {
	gateway := s.Gateway.WithZone("")
	switch {
	case !unicast(gateway) || gateway.Is4() != p.Src.Is4():
		return false
	case gateway == s.Source.WithZone("") || gateway == p.Src:
		return false
	case p.Version == wire.V4:
		return true
	}
	return s.Source.IsLinkLocalUnicast() && (gateway.IsLinkLocalUnicast() || gateway == p.Dst)
}

// redirectable says whether a redirect may be about p at all: not about a later
// fragment, nor about a packet that follows a route of its sender's (RFC 1812 §5.2.7.2).
func redirectable(p *wire.Packet) bool { return p.FragmentOffset == 0 && !p.SourceRouted() }

var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// toMany says whether the destination is more than one node, as far as the
// address alone tells.
func toMany(p *wire.Packet) bool { return p.Dst.IsMulticast() || p.Dst == limitedBroadcast }

// unicastSource says whether the source may be one node's.
func unicastSource(p *wire.Packet) bool { return unicast(p.Src) }

// unicast says whether an address may be one node's: not the unspecified
// address, and not one of many. To IPv4's own lists RFC 1812 §4.3.2.7 adds a
// source whose network is zero, loopback and class E.
func unicast(a netip.Addr) bool {
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a.IsLoopback() {
		return false
	}
	if a.Is4() {
		first := a.As4()[0]
		return first != 0 && first < 240
	}
	return true
}

// isQuery4 says whether an ICMPv4 message is known and no error.
func isQuery4(icmp []byte) bool {
	return len(icmp) > 0 && queries4[icmp[0]]
}

// isError6 says whether an ICMPv6 message counts as an error, or is too short to say.
func isError6(icmp []byte) bool {
	return len(icmp) == 0 || icmp[0] < firstInformational6 || icmp[0] == redirect6
}

// resettable says whether p is a TCP segment that is not itself a reset (RFC
// 9293 §3.10.7.1).
func resettable(p *wire.Packet) bool {
	return p.Protocol == wire.ProtoTCP && len(p.Payload()) >= tcpHeader && p.Payload()[13]&tcpRST == 0
}
