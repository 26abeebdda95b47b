package icmpgen

import (
	"encoding/binary"

	"github.com/icmprouter/icmprouter/wire"
)

// limit is the length of the longest error that goes back to the source of p.
func (s *Spec) limit(p *wire.Packet) int {
	most := maxError6
	switch {
	case s.Full:
		return maxTotal4
	case p.Version == wire.V4:
		most = maxError4
	}
	if s.MaxLen > 0 {
		return min(most, s.MaxLen)
	}
	return most
}

// quote is the part of p that an error may repeat, if it has room.
func (s *Spec) quote(p *wire.Packet) []byte {
	most := s.Quote6
	if p.Version == wire.V4 {
		most = s.Quote
	}
	switch {
	case most <= 0 || s.Full:
		return p.Data
	case s.outer(p) > 0:
		return p.Data[:min(len(p.Data), most)]
	}
	return p.Data[:min(len(p.Data), p.Transport+most)]
}

// outer is the length of the header that is quoted before p.
func (s *Spec) outer(p *wire.Packet) int {
	if s.Quoted == nil {
		return 0
	}
	return s.Quoted.Outer.len(p)
}

// failure writes an error message, and returns its length: the quote is the
// packet from its first octet, unchanged, as much as fits, and in IPv4 at least
// its header and 8 octets more (RFC 792): then the error itself goes in fragments. Those 8 octets follow
// the outer header, where there is one.
func (s *Spec) failure(icmp []byte, header int, p *wire.Packet) int {
	number, least, outer := s.Message.of(p), 0, s.outer(p)
	if p.Version == wire.V4 && outer == 0 {
		least = p.Transport + 8
	}
	icmp[0], icmp[1] = number.Type, number.Code
	binary.BigEndian.PutUint32(icmp[4:], s.info(p))
	room := s.limit(p) - header - icmpHeader
	if number.multipart(p.Version) && outer == 0 && !s.Full {
		if n := s.multipart(icmp, room, p); n != 0 {
			return n
		}
	}
	n := min(max(least, min(room-outer, len(s.quote(p)))), len(p.Data))
	quote := icmp[icmpHeader+outer:][:copy(icmp[icmpHeader+outer:], p.Data[:n])]
	if s.Quoted != nil {
		s.Quoted.Outer.put(icmp[icmpHeader:][:outer], p)
		s.Quoted.rewrite(quote, p)
	}
	return icmpHeader + outer + len(quote)
}

// info is the second word of an error: the next-hop MTU (RFC 1191 §4, RFC 4443
// §3.2), where in the packet the reason stands (RFC 792, RFC 4443 §3.4), or the
// better first hop (RFC 792).
func (s *Spec) info(p *wire.Packet) uint32 {
	v4 := p.Version == wire.V4
	switch {
	case s.Message == TooBig && v4:
		return uint32(min(s.MTU, 1<<16-1))
	case s.Message == TooBig:
		return uint32(s.MTU)
	case s.Message == ProtocolUnreachable && !v4:
		return uint32(p.ProtocolField)
	case s.Message.pointed() && v4:
		return uint32(s.Pointer) << 24
	case s.Message.pointed():
		return uint32(s.Pointer)
	case s.Message == Redirect:
		gateway := s.Gateway.As4()
		return binary.BigEndian.Uint32(gateway[:])
	}
	return 0
}

// Fields of an IPv6 redirect (RFC 4861 §4.5, §4.6.3).
const (
	redirectTarget      = 8
	redirectDestination = 24
	redirectOption      = 40
	redirectQuote       = 48

	optionRedirectedHeader = 4
	maxRedirected          = 255*8 - (redirectQuote - redirectOption)
	redirectHopLimit       = 255
)

// redirect6 writes a redirect, and returns its length. The quote is cut to a
// multiple of 8 octets, in which the option counts. No link here has link-layer
// addresses, so their option is left out.
func (s *Spec) redirect6(icmp []byte, p *wire.Packet) int {
	number := s.Message.of(p)
	clear(icmp[:redirectQuote])
	icmp[0], icmp[1] = number.Type, number.Code
	target, destination := s.Gateway.As16(), p.Dst.As16()
	copy(icmp[redirectTarget:], target[:])
	copy(icmp[redirectDestination:], destination[:])
	quote := max(0, min(len(s.quote(p)), s.limit(p)-header6-redirectQuote, maxRedirected)) &^ 7
	copy(icmp[redirectQuote:], p.Data[:quote])
	if s.Quoted != nil {
		s.Quoted.rewrite(icmp[redirectQuote:][:quote], p)
	}
	icmp[redirectOption] = optionRedirectedHeader
	icmp[redirectOption+1] = uint8((redirectQuote - redirectOption + quote) / 8)
	return redirectQuote + quote
}

// echoReply returns the request's data, identifier, sequence number and code.
func (s *Spec) echoReply(icmp []byte, p *wire.Packet) int {
	n := copy(icmp, p.Payload())
	icmp[0] = EchoReply.of(p).Type
	return n
}

// Fields of a timestamp message (RFC 792).
const (
	timestampReceive  = 12
	timestampTransmit = 16
	timestampLen      = 20
)

// timestampReply returns the request's identifier, sequence number, code and
// originate timestamp (RFC 1122 §3.2.2.8).
func (s *Spec) timestampReply(icmp []byte, p *wire.Packet) int {
	copy(icmp, p.Payload()[:timestampLen])
	icmp[0] = TimestampReply.of(p).Type
	binary.BigEndian.PutUint32(icmp[timestampReceive:], s.Receive)
	binary.BigEndian.PutUint32(icmp[timestampTransmit:], s.Transmit)
	return timestampLen
}
