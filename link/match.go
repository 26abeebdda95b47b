package link

import (
	"encoding/binary"

	"github.com/icmprouter/icmprouter/wire"
)

// matches says whether p, which is parsed and no super-packet, is selected.
func (m *Match) matches(p *wire.Packet) bool {
	switch {
	case m.Above != 0 && len(p.Data) <= m.Above, m.Below != 0 && len(p.Data) >= m.Below:
	case m.Source.IsValid() && !m.Source.Contains(p.Src):
	case m.Destination.IsValid() && !m.Destination.Contains(p.Dst):
	case m.HasProtocol && p.Protocol != m.Protocol, m.ICMP && !p.ICMP():
	case !m.Fragments.selects(p), m.Port != 0 && !hasPort(p, m.Port):
	default:
		return true
	}
	return false
}

func (f Fragments) selects(p *wire.Packet) bool {
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
func hasPort(p *wire.Packet, port uint16) bool {
	b := p.Payload()
	if p.Protocol != wire.ProtoTCP && p.Protocol != wire.ProtoUDP || p.FragmentOffset != 0 || p.Incomplete || len(b) < 4 {
		return false
	}
	return binary.BigEndian.Uint16(b) == port || binary.BigEndian.Uint16(b[2:]) == port
}
