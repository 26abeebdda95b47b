package icmpgen

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Spec is what a message says, apart from the packet that it is about. Message
// and Source are enough for most; what else a message needs is said at the field.
// Slices are read while the message is built, and not kept.
type Spec struct {
	// Message is an error, Redirect, a reply or TCPReset.
	Message Message
	// Source is the address that it comes from. A reset comes from where the
	// segment went. An IPv6 redirect must come from the link-local address of the
	// link (RFC 4861 §4.5).
	Source netip.Addr
	// To is where it goes, if that is not the source of the packet that it is
	// about: the first hop of a source route in Options. A reset has none.
	To netip.Addr
	// Options are the IPv4 options that it carries, at most 40 octets and a
	// multiple of 4: the record route, timestamp and reversed source route of a
	// request (RFC 1812 §4.3.3.6), or the source route of an error (RFC 1812
	// §4.3.2.6). What is beyond is left out. IPv6 has none.
	Options []byte
	// TTL of the message. Zero: 255 for IPv6 redirects (RFC 4861 §4.5), or else 64.
	TTL uint8
	// ID is the identification of the datagram in IPv4.
	ID uint16
	// MaxLen is the length of the longest datagram that the way back takes
	// whole, in octets: a longer quote is cut. Replies are not. Zero: no limit but
	// that of the family, 576 or 1280.
	MaxLen int
	// Quote and Quote6 are how much an error repeats, in IPv4 and in IPv6, of what follows the IP headers of
	// the packet, in octets: options and extension headers are told beside it. Zero: all that
	// has room. It is never less than 8 octets in IPv4 (RFC 792).
	Quote, Quote6 int
	// Full quotes all of the packet, whatever MaxLen, Quote and Quote6 are, and leaves Extensions out. The message goes in
	// fragments then, where the way back is narrow. What would make it longer than 65535 octets is cut.
	Full bool
	// Quoted is how the quote differs from the packet. nil: it does not.
	Quoted *Quoted
	// BadChecksum makes the checksum of the message itself wrong.
	BadChecksum bool

	// MTU is the next-hop MTU that TooBig tells, in octets.
	MTU int
	// Pointer is where in the packet a parameter problem or HeadersTooLong finds its
	// reason: the offset of an octet, from the IP header on. IPv4 has one octet for
	// it, IPv6 a word.
	Pointer int
	// Gateway is the better first hop that Redirect tells. For a destination on the
	// link it is the destination. In IPv6 it is otherwise link-local.
	Gateway netip.Addr
	// Receive and Transmit are the times that TimestampReply tells, in milliseconds
	// since midnight UT, with the high bit set if they are anything else (RFC 792).
	Receive, Transmit uint32
	// Probe is what ExtendedEchoReply tells.
	Probe ProbeAnswer
	// Extensions are what the message tells beyond the quote (RFC 4884), where
	// the message may have them: in IPv4 unreachable, time exceeded and parameter
	// problem, in IPv6 unreachable and time exceeded. What does not fit is left out.
	Extensions []Object
}

// The longest error, in octets, headers and quote together.
const (
	maxError4 = 576  // RFC 1812 §4.3.2.3
	maxError6 = 1280 // RFC 4443 §2.4 (c)
)

const (
	header4    = 20
	header6    = 40
	maxTotal4  = 65535
	icmpHeader = 8
)

// Build writes to dst, in its attached buffer, the message that s specifies
// about p, and parses it. p is as it was received, and as it is on a wire: of a
// super-packet its first segment. Neither its bytes nor its words are changed. Both buffers stay their owners'. The caller has seen
// that the message is Permitted.
func (s *Spec) Build(dst, p *wire.Packet) {
	dst.SetLen(s.write(dst.Buffer()[wire.Headroom:], p))
	dst.Parse()
}

// Append appends to dst the message that s specifies about the datagram
// invoking, as it was received, from its IP header on: a whole datagram, ready
// to be sent. If invoking is no valid datagram, or may not be answered so
// (Spec.Permitted), it returns dst as it is and false. Both slices stay the
// caller's, and share no octet. It allocates nothing if dst has room for 576
// octets (IPv4) or 1280 (IPv6), or, for a reply, for the request and Options, or, with Full, for 65535.
func Append(dst []byte, s Spec, invoking []byte) (message []byte, ok bool) {
	p := wire.Packet{Data: invoking}
	if p.Parse() != drop.Alive || !s.Permitted(&p) {
		return dst, false
	}
	if s.Message == TCPReset || ReplyTo(&p) == s.Message {
		if _, valid := p.TransportValid(); !valid {
			return dst, false
		}
	}
	n, room := len(dst), s.room(&p)
	dst = slices.Grow(dst, room)
	return dst[:n+s.write(dst[n:n+room], &p)], true
}

// room is the length of the longest message that write writes about p.
func (s *Spec) room(p *wire.Packet) int {
	longest := maxError6
	switch {
	case s.Message == EchoReply:
		return max(longest, s.header(p)+len(p.Payload()))
	case s.Full:
		return max(longest, maxTotal4)
	case p.Version == wire.V4:
		return maxError4
	}
	return longest
}

// write writes the datagram to out, which stays its owner's, and returns its length.
func (s *Spec) write(out []byte, p *wire.Packet) int {
	header := s.header(p)
	body, n := out[header:], 0
	switch {
	case s.Message == EchoReply:
		n = s.echoReply(body, p)
	case s.Message == TimestampReply:
		n = s.timestampReply(body, p)
	case s.Message == ExtendedEchoReply:
		n = s.extendedEchoReply(body, p)
	case s.Message == TCPReset:
		n = tcpReset(body, p)
	case s.Message == Redirect && p.Version == wire.V6:
		n = s.redirect6(body, p)
	default:
		n = s.failure(body, header, p)
	}
	if p.Version == wire.V4 {
		s.seal4(out[:header+n], header, p)
	} else {
		s.seal6(out[:header+n], p)
	}
	return header + n
}

// header is the length of the message's IP header. Options that would make the
// datagram too long stay behind.
func (s *Spec) header(p *wire.Packet) int {
	if p.Version == wire.V6 {
		return header6
	}
	options := min(len(s.Options), wire.MaxOptions) &^ 3
	if s.Message == EchoReply && header4+options+len(p.Payload()) > maxTotal4 {
		return header4
	}
	return header4 + options
}

// to is where the message goes.
func (s *Spec) to(p *wire.Packet) netip.Addr {
	if s.To.IsValid() && s.Message != TCPReset {
		return s.To
	}
	return p.Src
}

// from is where the message comes from.
func (s *Spec) from(p *wire.Packet) netip.Addr {
	if s.Message == TCPReset {
		return p.Dst
	}
	return s.Source
}

func (s *Spec) ttl() uint8 {
	if s.TTL == 0 {
		return wire.DefaultTTL
	}
	return s.TTL
}

// seal4 writes the IPv4 header and the checksum of the message.
func (s *Spec) seal4(b []byte, header int, p *wire.Packet) {
	h := wire.HeaderIPv4{TOS: s.tos4(p), TTL: s.ttl(), Protocol: wire.ProtoICMPv4, ID: s.ID, Src: s.from(p), Dst: s.to(p), Options: s.Options[:header-header4]}
	body := b[header:]
	if s.Message == TCPReset {
		h.Protocol = wire.ProtoTCP
		binary.BigEndian.PutUint16(body[tcpChecksum:], wire.TransportChecksum(h.Src, h.Dst, wire.ProtoTCP, body))
	} else {
		body[icmpChecksum], body[icmpChecksum+1] = 0, 0
		binary.BigEndian.PutUint16(body[icmpChecksum:], wire.Checksum(body))
	}
	s.spoil(body)
	wire.PutIPv4(b, h)
}

// seal6 writes the IPv6 header and the checksum of the message.
func (s *Spec) seal6(b []byte, p *wire.Packet) {
	h := wire.HeaderIPv6{TrafficClass: s.class6(p), HopLimit: s.ttl(), NextHeader: wire.ProtoICMPv6, Src: s.from(p), Dst: s.to(p)}
	body, field := b[header6:], icmpChecksum
	switch {
	case s.Message == TCPReset:
		h.NextHeader, field = wire.ProtoTCP, tcpChecksum
	case s.Message == Redirect && s.TTL == 0:
		h.HopLimit = redirectHopLimit
	}
	body[field], body[field+1] = 0, 0
	binary.BigEndian.PutUint16(body[field:], wire.TransportChecksum(h.Src, h.Dst, h.NextHeader, body))
	s.spoil(body)
	wire.PutIPv6(b, h)
}

// spoil makes the checksum of a message wrong, if it shall be.
func (s *Spec) spoil(body []byte) {
	switch {
	case !s.BadChecksum:
	case s.Message == TCPReset:
		body[tcpChecksum] ^= 1
	default:
		body[icmpChecksum] ^= 1
	}
}

const notECN = 0xfc

// tos4 gives an IPv4 error the precedence of internetwork control and the
// invoking packet's type of service, and a reply the TOS of the request (RFC 1812
// §4.3.2.5), and neither ECN.
func (s *Spec) tos4(p *wire.Packet) uint8 {
	const internetworkControl = 6 << 5
	switch s.Message {
	case EchoReply, TimestampReply, ExtendedEchoReply:
		return p.TOS & notECN
	case TCPReset:
		return 0
	}
	return internetworkControl | p.TOS&0x1c
}

// class6 gives a reply the traffic class of the request without ECN. That of
// errors is zero: no RFC gives it a rule.
func (s *Spec) class6(p *wire.Packet) uint8 {
	switch s.Message {
	case EchoReply, ExtendedEchoReply:
		return p.TOS & notECN
	}
	return 0
}
