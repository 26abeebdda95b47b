package wire

import "encoding/binary"

// ipv6NextHeader is where the IPv6 header names what follows it (RFC 8200 §3).
const ipv6NextHeader = 6

// InspectHopByHop says what a node on the way finds wrong in the hop-by-hop
// options, if such a header follows the IPv6 header directly. Nothing behind it
// is examined, not even a second one (RFC 8200 §4). limit is the most options
// beyond padding that the header may have. No octet is written.
func (p *Packet) InspectHopByHop(limit int) Fault {
	if !p.extended {
		return Fault{}
	}
	return p.inspectHopByHop(limit)
}

func (p *Packet) inspectHopByHop(limit int) Fault {
	if p.Data[ipv6NextHeader] != ProtoHopByHop {
		return Fault{}
	}
	size, fits := extensionSize(ProtoHopByHop, p.Data[ipv6Header:])
	if !fits {
		return Fault{FaultTruncated, ipv6Header}
	}
	return p.inspectOptions(ipv6Header, size, limit)
}

// InspectChain says what the destination finds wrong in the extension headers,
// which it takes in their order (RFC 8200 §4). Of a fragment, it takes those
// before the fragment header: those behind are seen when the datagram is whole
// (RFC 8200 §4.5). What follows the last extension header is not judged. limit is
// the most options beyond padding that one header may have. No octet is written.
func (p *Packet) InspectChain(limit int) Fault {
	if !p.extended {
		return Fault{}
	}
	return p.inspectChain(limit)
}

func (p *Packet) inspectChain(limit int) Fault {
	field, at := ipv6NextHeader, ipv6Header
	for {
		next, b := p.Data[field], p.Data[at:]
		size, fits := extensionSize(next, b)
		switch {
		case next == ProtoHopByHop && field != ipv6NextHeader: // RFC 8200 §4
			return Fault{FaultNextHeader, field}
		case next == ProtoAuth: // nothing here can tell whether it is right
			return Fault{FaultNextHeader, field}
		case !fits:
			return Fault{FaultTruncated, at}
		}
		switch next {
		case ProtoHopByHop, ProtoDestOptions:
			if f := p.inspectOptions(at, size, limit); f.Kind != FaultNone {
				return f
			}
		case ProtoRouting: // no type is recognized, nor is type 0 (RFC 8200 §4.4, RFC 5095 §3)
			if b[3] != 0 {
				return Fault{FaultField, at + 2}
			}
		case ProtoFragment:
			if word := binary.BigEndian.Uint16(b[2:]); word&^7 != 0 || word&ipv6FlagMore != 0 {
				return Fault{}
			}
		default:
			return Fault{}
		}
		field, at = at, at+size
	}
}

// InspectFragment says what the destination finds wrong with a fragment for
// itself, before it is put to others (RFC 8200 §4.5). No octet is written. IPv4
// names no errors for this: nothing is wrong with its fragments here.
func (p *Packet) InspectFragment() Fault {
	if p.fragmentHeader == 0 || !p.Fragment() {
		return Fault{}
	}
	payload := len(p.FragmentPayload())
	switch {
	case p.More && payload%8 != 0:
		return Fault{FaultField, 4} // Payload Length
	case p.FragmentOffset+payload > p.MaxFragmentEnd():
		return Fault{FaultField, p.fragmentHeader + 2} // Fragment Offset
	case p.FragmentOffset != 0:
		return Fault{}
	case p.Data[p.fragmentHeader] == ProtoHopByHop:
		// In the whole datagram it could stand behind the IPv6 header.
		return Fault{FaultNextHeader, p.fragmentHeader}
	case p.Incomplete || len(p.Payload()) < p.upperHeader():
		return Fault{FaultFirstFragment, 0}
	}
	return Fault{}
}

// upperHeader is the length of the header that ends the header chain, which a
// first fragment must hold (RFC 7112 §2). 8 octets are the whole header of UDP,
// ICMPv6 and ESP, and as few as a first fragment can hold of any other.
func (p *Packet) upperHeader() int {
	switch p.Protocol {
	case ProtoNone:
		return 0
	case ProtoTCP:
		if b := p.Payload(); len(b) > 12 {
			return max(20, int(b[12]>>4)*4)
		}
		return 20
	case protoIPv6:
		return ipv6Header
	}
	return 8
}

// protoIPv6 is an IPv6 packet within another, as IANA numbers it. Its header ends
// the chain of the outer one (RFC 7112 §2).
const protoIPv6 = 41

// extensionSize is the length of the extension header of that number at the
// start of b, and whether b holds it. What is no such header has none.
func extensionSize(number uint8, b []byte) (size int, fits bool) {
	switch number {
	case ProtoHopByHop, ProtoRouting, ProtoDestOptions:
		if len(b) < 2 {
			return 0, false
		}
		size = 8 + int(b[1])*8
	case ProtoFragment:
		size = ipv6FragmentHeader
	}
	return size, len(b) >= size
}
