package icmpgen

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// Permitted says whether p, as it was received and parsed, may be answered with
// m. It looks at the packet alone: what a node knows of directed broadcasts and
// martians is the node's to say. The lists of the two families differ, so there
// are two (RFC 1812 §4.3.2.7, RFC 4443 §2.4 (e)).
func Permitted(m Message, p *wire.Packet) bool {
	switch {
	case m == None:
		return false
	case m == EchoReply:
		return IsEchoRequest(p) && !p.Fragment() && unicastSource(p)
	case m == TCPReset:
		return resettable(p) && !p.Fragment() && unicastSource(p) && !toMany(p)
	case p.Version == wire.V4:
		return m.of(p) != absent && permitted4(p)
	}
	return m.of(p) != absent && permitted6(m, p)
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
// sender of a multicast packet, for the sake of Path MTU Discovery (e.3).
func permitted6(m Message, p *wire.Packet) bool {
	switch {
	case !unicastSource(p):
		return false
	case toMany(p) && m != TooBig:
		return false
	case !p.ICMP() || p.FragmentOffset != 0:
		return true
	}
	return !isError6(p.Payload())
}

var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// toMany says whether the destination is more than one node, as far as the
// address alone tells.
func toMany(p *wire.Packet) bool { return p.Dst.IsMulticast() || p.Dst == limitedBroadcast }

// unicastSource says whether the source may be one node's: not the unspecified
// address, and not one of many. To IPv4's own lists RFC 1812 §4.3.2.7 adds a
// source whose network is zero, loopback and class E.
func unicastSource(p *wire.Packet) bool {
	src := p.Src
	if src.IsUnspecified() || src.IsMulticast() || src.IsLoopback() {
		return false
	}
	if src.Is4() {
		first := src.As4()[0]
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
