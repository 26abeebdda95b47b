package icmpgen

import (
	"encoding/binary"
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// Quoted is how a quote differs from the packet that it is of, as one does that has been through
// a broken NAT or a tunnel. Its zero value does not. What the quote is too short
// for is left out.
type Quoted struct {
	// Source and Destination stand in the place of the addresses of the packet's family, where valid. The checksum
	// of the transport header stays, as bad NATs leave it; that of an IPv4 header is right.
	Source, Destination wire.PerFamily
	// SourcePort and DestinationPort stand in the place of the ports, of protocols that have such. Zero: as they are.
	SourcePort, DestinationPort uint16
	// WrongPort makes the source port another, and WrongSequence the sequence number of TCP one that is half of all numbers
	// away: a guess.
	WrongPort, WrongSequence bool
	// Protocol is the transport's number, if HasProtocol, DSCP the upper 6 bits of the traffic class, if
	// HasDSCP, and TTL that of the packet, if HasTTL.
	Protocol, DSCP, TTL          uint8
	HasProtocol, HasDSCP, HasTTL bool
	// BadChecksum makes the checksums of the quote wrong: that of the IPv4 header, and that of
	// TCP, UDP and ICMP.
	BadChecksum bool
	// Outer is a header before the packet.
	Outer Outer
}

// Outer is the IP header of a tunnel, that an error quotes which was about the tunnel's packet. Its zero
// value is none.
type Outer struct {
	// Source and Destination are the ends of the tunnel. Without both of the packet's family there is no header.
	Source, Destination wire.PerFamily
	// Protocol is what it says follows. Zero: 4 or 41, IP in IP.
	Protocol uint8
}

// IP in IP (RFC 2003 §3, RFC 2473 §3).
const (
	protoIPv4 = 4
	protoIPv6 = 41
)

// len is how many octets the header has before p.
func (o *Outer) len(p *wire.Packet) int {
	switch {
	case !o.Source.Like(p.Src).IsValid() || !o.Destination.Like(p.Src).IsValid():
		return 0
	case p.Version == wire.V4:
		return header4
	}
	return header6
}

// put writes the header of a datagram that holds p to b, if there is one.
func (o *Outer) put(b []byte, p *wire.Packet) {
	if o.len(p) == 0 {
		return
	}
	var whole [header6]byte
	src, dst, protocol := o.Source.Like(p.Src), o.Destination.Like(p.Src), o.Protocol
	if p.Version == wire.V4 {
		if protocol == 0 {
			protocol = protoIPv4
		}
		wire.PutIPv4(whole[:header4], wire.HeaderIPv4{TOS: p.TOS, TTL: wire.DefaultTTL, Protocol: protocol, Src: src, Dst: dst})
		binary.BigEndian.PutUint16(whole[2:], uint16(header4+len(p.Data)))
		reseal(whole[:header4])
		copy(b, whole[:header4])
		return
	}
	if protocol == 0 {
		protocol = protoIPv6
	}
	wire.PutIPv6(whole[:], wire.HeaderIPv6{TrafficClass: p.TOS, HopLimit: wire.DefaultTTL, NextHeader: protocol, Src: src, Dst: dst})
	binary.BigEndian.PutUint16(whole[4:], uint16(len(p.Data)))
	copy(b, whole[:])
}

// rewrite changes a quote, which begins with the headers of p and ends anywhere.
func (q *Quoted) rewrite(quote []byte, p *wire.Packet) {
	if p.Version == wire.V4 && len(quote) >= header4 {
		q.rewrite4(quote)
	} else if p.Version == wire.V6 && len(quote) >= header6 {
		q.rewrite6(quote)
	}
	if q.HasProtocol && p.ProtocolField < len(quote) {
		quote[p.ProtocolField] = q.Protocol
	}
	q.transport(quote, p)
	if p.Version == wire.V4 && len(quote) >= p.Transport {
		reseal(quote[:p.Transport])
		if q.BadChecksum {
			quote[checksum4] ^= 1
		}
	}
}

// Fields of the headers.
const (
	checksum4    = 10
	source4      = 12
	destination4 = 16
	ttl4         = 8
	source6      = 8
	destination6 = 24
	hopLimit6    = 7

	udpChecksum  = 6
	icmpChecksum = 2
	tcpSequence  = 4
)

func (q *Quoted) rewrite4(b []byte) {
	if q.HasDSCP {
		b[1] = q.DSCP<<2 | b[1]&3
	}
	if q.HasTTL {
		b[ttl4] = q.TTL
	}
	replace(b[source4:], q.Source.Like(netip.IPv4Unspecified()))
	replace(b[destination4:], q.Destination.Like(netip.IPv4Unspecified()))
}

func (q *Quoted) rewrite6(b []byte) {
	if q.HasDSCP {
		class := q.DSCP<<2 | b[1]>>4&3
		b[0], b[1] = b[0]&0xf0|class>>4, b[1]&0x0f|class<<4
	}
	if q.HasTTL {
		b[hopLimit6] = q.TTL
	}
	replace(b[source6:], q.Source.Like(netip.IPv6Unspecified()))
	replace(b[destination6:], q.Destination.Like(netip.IPv6Unspecified()))
}

// replace writes an address, if it is valid.
func replace(b []byte, a netip.Addr) {
	switch {
	case a.Is4():
		octets := a.As4()
		copy(b, octets[:])
	case a.Is6():
		octets := a.As16()
		copy(b, octets[:])
	}
}

// reseal writes the checksum of an IPv4 header.
func reseal(header []byte) {
	header[checksum4], header[checksum4+1] = 0, 0
	binary.BigEndian.PutUint16(header[checksum4:], wire.Checksum(header))
}

// transport changes ports and checksum in the transport header of a quote.
func (q *Quoted) transport(quote []byte, p *wire.Packet) {
	if p.FragmentOffset != 0 || p.Incomplete || p.Transport > len(quote) {
		return
	}
	b, checksum, ported := quote[p.Transport:], 0, true
	switch {
	case p.Protocol == wire.ProtoTCP:
		checksum = tcpChecksum
	case p.Protocol == wire.ProtoUDP:
		checksum = udpChecksum
	case p.ICMP():
		checksum, ported = icmpChecksum, false
	default:
		return
	}
	if ported && len(b) >= 4 {
		if q.SourcePort != 0 {
			binary.BigEndian.PutUint16(b, q.SourcePort)
		}
		if q.DestinationPort != 0 {
			binary.BigEndian.PutUint16(b[2:], q.DestinationPort)
		}
		if q.WrongPort {
			b[0] ^= 0x40
		}
	}
	if q.WrongSequence && p.Protocol == wire.ProtoTCP && len(b) > tcpSequence {
		b[tcpSequence] ^= 0x80
	}
	if q.BadChecksum && len(b) >= checksum+2 {
		b[checksum] ^= 1
	}
}
