package icmpgen

import (
	"encoding/binary"
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// Spec is what a message says, apart from the packet that it is about.
type Spec struct {
	// Message is an error, EchoReply or TCPReset.
	Message Message
	// Source is the address that it comes from.
	Source netip.Addr
	// MTU is the next-hop MTU that TooBig tells, in octets; zero in other messages.
	MTU int
	// MaxLen is the length of the longest datagram that the way back takes
	// whole, in octets: a longer quote is cut. Replies are not.
	MaxLen int
	// ID is the identification of the datagram in IPv4.
	ID uint16
}

// The longest error, in octets, headers and quote together.
const (
	maxError4 = 576  // RFC 1812 §4.3.2.3
	maxError6 = 1280 // RFC 4443 §2.4 (c)
)

const (
	header4    = 20
	header6    = 40
	icmpHeader = 8
)

// Build writes to dst, in its attached buffer, the message that s specifies
// about p, and parses it. p is as it was received: neither its bytes nor its
// words are changed. Both buffers stay their owners'. The caller has seen
// that the message is Permitted.
func (s Spec) Build(dst, p *wire.Packet) {
	out := dst.Buffer()[wire.Headroom:]
	switch s.Message {
	case EchoReply:
		s.echoReply(dst, out, p)
	case TCPReset:
		s.tcpReset(dst, out, p)
	default:
		s.failure(dst, out, p)
	}
	dst.Parse()
}

// failure writes an error message: the quote is the packet from its first octet,
// unchanged, as much as fits, and in IPv4 at least its header and 8 octets
// more (RFC 792): then the error itself goes in fragments.
func (s Spec) failure(dst *wire.Packet, out []byte, p *wire.Packet) {
	header, most, least := header6, maxError6, 0
	if p.Version == wire.V4 {
		header, most, least = header4, maxError4, p.Transport+8
	}
	quote := max(least, min(most, s.MaxLen)-header-icmpHeader)
	n := header + icmpHeader + min(len(p.Data), quote)
	icmp := out[header:n]
	number := s.Message.of(p)
	icmp[0], icmp[1] = number.Type, number.Code
	binary.BigEndian.PutUint32(icmp[4:], s.info(p))
	copy(icmp[icmpHeader:], p.Data)
	if p.Version == wire.V4 {
		s.seal4(out[:n], errorTOS(p.TOS), p.Src)
	} else {
		s.seal6(out[:n], 0, p.Src)
	}
	dst.SetLen(n)
}

// info is the second word of an error: the next-hop MTU (RFC 1191 §4, RFC 4443
// §3.2), or where in the quote the unknown next header is named (RFC 4443 §3.4).
func (s Spec) info(p *wire.Packet) uint32 {
	if s.Message == ProtocolUnreachable && p.Version == wire.V6 {
		return uint32(p.ProtocolField)
	}
	return uint32(s.MTU)
}

// errorTOS gives an IPv4 error the precedence of internetwork control and the
// invoking packet's type of service (RFC 1812 §4.3.2.5), and no ECN.
func errorTOS(tos uint8) uint8 { return 6<<5 | tos&0x1c }

// echoReply returns the request's data, identifier, sequence number and code,
// with the TOS of the request (RFC 1812 §4.3.2.5) and no ECN.
func (s Spec) echoReply(dst *wire.Packet, out []byte, p *wire.Packet) {
	const notECN = 0xfc
	header := header6
	if p.Version == wire.V4 {
		header = header4
	}
	n := header + copy(out[header:], p.Payload())
	out[header] = EchoReply.of(p).Type
	if p.Version == wire.V4 {
		s.seal4(out[:n], p.TOS&notECN, p.Src)
	} else {
		s.seal6(out[:n], p.TOS&notECN, p.Src)
	}
	dst.SetLen(n)
}

// seal4 writes the IPv4 header and the checksum of an ICMP message.
func (s Spec) seal4(b []byte, tos uint8, to netip.Addr) {
	wire.PutIPv4(b, wire.HeaderIPv4{TOS: tos, TTL: wire.DefaultTTL, Protocol: wire.ProtoICMPv4, ID: s.ID, Src: s.Source, Dst: to})
	icmp := b[header4:]
	icmp[2], icmp[3] = 0, 0
	binary.BigEndian.PutUint16(icmp[2:], wire.Checksum(icmp))
}

// seal6 writes the IPv6 header and the checksum of an ICMP message. The traffic
// class of errors is zero: no RFC gives it a rule.
func (s Spec) seal6(b []byte, class uint8, to netip.Addr) {
	wire.PutIPv6(b, wire.HeaderIPv6{TrafficClass: class, HopLimit: wire.DefaultTTL, NextHeader: wire.ProtoICMPv6, Src: s.Source, Dst: to})
	icmp := b[header6:]
	icmp[2], icmp[3] = 0, 0
	binary.BigEndian.PutUint16(icmp[2:], wire.TransportChecksum(s.Source, to, wire.ProtoICMPv6, icmp))
}
