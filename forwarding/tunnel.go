package forwarding

import (
	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// Tunnel has packets that leave by a link be longer there, by headers that nobody else sees. What may be fragmented
// is, so that it fits behind them.
type Tunnel struct {
	// Overhead is what the headers take, in octets, less than the MTU of the link.
	Overhead int
	// Error says what the sender of a packet hears that is too long for this reason alone.
	Error TunnelError
	// Source, Destination and Protocol are in the outer header that TunnelErrorOuter quotes. Without both addresses of a
	// packet's family, its sender hears nothing.
	Source, Destination wire.PerFamily
	Protocol            uint8
}

// TunnelError is what a tunnel says of packets that are too long for it (RFC 4459 §3).
type TunnelError uint8

// The choices.
const (
	// TunnelErrorInner is an honest error, with the MTU of the link less the overhead.
	TunnelErrorInner TunnelError = iota
	// TunnelErrorOuter is an error as the tunnel itself would get it, from behind: it tells the MTU of the link, and quotes the
	// outer header before the packet.
	TunnelErrorOuter
	// TunnelErrorNone is silence.
	TunnelErrorNone
)

// dig notes what a packet may have in length, to leave by the link, and what is quoted of one that has more.
func (l *Link) dig() {
	l.room = l.Room()
	if l.Tunnel != nil {
		l.outer = &icmpgen.Quoted{Outer: icmpgen.Outer{Source: l.Tunnel.Source, Destination: l.Tunnel.Destination, Protocol: l.Tunnel.Protocol}}
	}
}

// Room is the length of the longest datagram that may leave by the link, in octets: its MTU, less what a tunnel takes.
func (l *Link) Room() int {
	if l.Tunnel == nil {
		return l.MTU
	}
	return min(l.MTU, max(leastMTU, l.MTU-l.Tunnel.Overhead))
}

// leastMTU is what every link takes whole (RFC 791 §3.2), in octets.
const leastMTU = 68

// tooBig is why p, which is longer than the link has room for, does not pass.
func (l *Link) tooBig(p *wire.Packet) drop.Reason {
	tunnel := l.Tunnel
	switch {
	case tunnel == nil || tunnel.Error == TunnelErrorInner || p.WireLen() > l.MTU:
		return drop.TooBig
	case tunnel.Error == TunnelErrorOuter && tunnel.Source.Like(p.Src).IsValid() && tunnel.Destination.Like(p.Src).IsValid():
		return drop.TunnelOuter
	}
	return drop.TunnelSilent
}

// told is the MTU of the link as an error about p tells it.
func (l *Link) told(reason drop.Reason, p *wire.Packet) int {
	if reason == drop.TooBig && (l.Tunnel == nil || l.Tunnel.Error == TunnelErrorInner) {
		return l.room
	}
	return l.MTU
}
