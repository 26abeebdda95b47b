package wire

import (
	"encoding/binary"
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
)

// IPv6 header (RFC 8200 §3).
const (
	ipv6Header         = 40
	ipv6FragmentHeader = 8
	ipv6FlagMore       = 1
)

// parseIPv6 validates the header, cuts what follows the payload, reads the words
// and walks the extension headers.
func (p *Packet) parseIPv6() drop.Reason {
	b := p.Data
	if len(b) < ipv6Header {
		return drop.Truncated
	}
	total := ipv6Header + int(binary.BigEndian.Uint16(b[4:]))
	if total > len(b) {
		return drop.BadTotalLength
	}
	p.Data = b[:total]
	p.Version = V6
	p.TOS = b[0]<<4 | b[1]>>4
	p.DF = true
	p.TTL = b[7]
	p.Src = netip.AddrFrom16([16]byte(b[8:24]))
	p.Dst = netip.AddrFrom16([16]byte(b[24:40]))
	p.Protocol = b[6]
	p.Transport = ipv6Header
	p.ProtocolField = 6
	p.walk()
	p.extended = p.Incomplete || p.Transport > ipv6Header
	return drop.Alive
}

// walk moves Protocol and Transport past the extension headers. A chain that
// runs beyond the packet is no reason to drop in transit, where nobody may look
// at it (RFC 8200 §4): it is marked Incomplete.
func (p *Packet) walk() {
	for {
		rest := p.Data[p.Transport:]
		size, middle := 0, false
		switch p.Protocol {
		case ProtoHopByHop, ProtoRouting, ProtoDestOptions:
			if len(rest) < 8 || len(rest) < 8+int(rest[1])*8 {
				p.Incomplete = true
				return
			}
			size = 8 + int(rest[1])*8
		case ProtoAuth: // counts in units of 4 octets (RFC 4302 §2.2)
			if len(rest) < 12 || len(rest) < 8+int(rest[1])*4 {
				p.Incomplete = true
				return
			}
			size = 8 + int(rest[1])*4
		case ProtoFragment:
			if len(rest) < ipv6FragmentHeader {
				p.Incomplete = true
				return
			}
			size = ipv6FragmentHeader
			offset := binary.BigEndian.Uint16(rest[2:])
			middle = offset&^7 != 0
			if p.More {
				break // a fragment within a fragment: the outer one is put together first
			}
			p.fragmentHeader, p.fragmentField = p.Transport, p.ProtocolField
			p.FragmentOffset = int(offset &^ 7)
			p.More = offset&ipv6FlagMore != 0
			p.FragmentID = binary.BigEndian.Uint32(rest[4:])
		default:
			return
		}
		p.Protocol, p.ProtocolField = rest[0], p.Transport
		p.Transport += size
		if middle {
			return // what follows is no header
		}
	}
}

// HeaderIPv6 is what PutIPv6 writes. The flow label is zero.
type HeaderIPv6 struct {
	TrafficClass, HopLimit, NextHeader uint8
	Src, Dst                           netip.Addr
}

// PutIPv6 writes a header before a payload that ends where b ends. b stays the caller's.
func PutIPv6(b []byte, h HeaderIPv6) {
	binary.BigEndian.PutUint32(b, V6<<28|uint32(h.TrafficClass)<<20)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-ipv6Header))
	b[6], b[7] = h.NextHeader, h.HopLimit
	src, dst := h.Src.As16(), h.Dst.As16()
	copy(b[8:], src[:])
	copy(b[24:], dst[:])
}
