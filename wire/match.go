package wire

import (
	"encoding/binary"
	"net/netip"
)

// Match selects packets, for whatever shall happen to them. Each part that is not
// zero must hold; the zero value matches all.
type Match struct {
	// Above and Below are lengths of the datagram in octets, that are not matched themselves.
	Above, Below int
	// Source and Destination are prefixes.
	Source, Destination netip.Prefix
	// Protocol is the number past all extension headers, if HasProtocol; ICMP matches
	// both families if ICMP is set.
	Protocol    uint8
	HasProtocol bool
	ICMP        bool
	// Port is the source or the destination port, in TCP and UDP. Later fragments have none.
	Port uint16
	// Fragments selects fragments.
	Fragments FragmentMatch
}

// FragmentMatch says which fragments match.
type FragmentMatch uint8

// The choices.
const (
	// AnyPacket matches fragments and whole packets.
	AnyPacket FragmentMatch = iota
	// AnyFragment matches fragments.
	AnyFragment
	FirstFragment
	LaterFragment
	// NoFragment matches whole packets.
	NoFragment
)

// Selects says whether p, which is parsed, matches. Of a super-packet that is its longest segment.
func (m *Match) Selects(p *Packet) bool {
	switch length := p.WireLen(); {
	case m.Above != 0 && length <= m.Above, m.Below != 0 && length >= m.Below:
	case m.Source.IsValid() && !m.Source.Contains(p.Src):
	case m.Destination.IsValid() && !m.Destination.Contains(p.Dst):
	case m.HasProtocol && p.Protocol != m.Protocol, m.ICMP && !p.ICMP():
	case !m.Fragments.selects(p), m.Port != 0 && !hasPort(p, m.Port):
	default:
		return true
	}
	return false
}

func (f FragmentMatch) selects(p *Packet) bool {
	switch f {
	case AnyFragment:
		return p.Fragment()
	case FirstFragment:
		return p.More && p.FragmentOffset == 0
	case LaterFragment:
		return p.FragmentOffset != 0
	case NoFragment:
		return !p.Fragment()
	}
	return true
}

// hasPort says whether one of the ports of TCP or UDP is port.
func hasPort(p *Packet, port uint16) bool {
	b := p.Payload()
	if p.Protocol != ProtoTCP && p.Protocol != ProtoUDP || p.FragmentOffset != 0 || p.Incomplete || len(b) < 4 {
		return false
	}
	return binary.BigEndian.Uint16(b) == port || binary.BigEndian.Uint16(b[2:]) == port
}
