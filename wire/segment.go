package wire

import (
	"encoding/binary"

	"github.com/icmprouter/icmprouter/drop"
)

// GSO says how a super-packet becomes segments, and whether the transport
// checksum is still to be completed. Its zero value is an ordinary packet. The
// fields are those of virtio_net_hdr.
type GSO struct {
	// Size is the payload of each segment but the last, in octets; zero: one
	// packet. Parse makes it zero where all of the payload is no longer.
	Size int
	// HeaderLen is the length of the IP and transport headers that each segment
	// repeats, in octets; zero if Size is. Parse fills it in.
	HeaderLen int
	// ChecksumStart and ChecksumOffset say from where the transport checksum is
	// summed, and where it is stored, counted from there. There stands, so far, the
	// sum of the pseudo-header. ChecksumStart is zero if the checksum is complete.
	ChecksumStart, ChecksumOffset int
}

// Where the checksum stands in a transport header: it tells TCP from UDP.
const (
	tcpChecksum = 16
	udpChecksum = 6
)

const (
	udpHeader    = 8
	udpLength    = 4
	tcpMinHeader = 20
	tcpSeq       = 4
	tcpOffset    = 12

	tcpFlags   = 13
	tcpFlagFIN = 0x01
	tcpFlagPSH = 0x08
	tcpFlagCWR = 0x80
)

// parseOffload says whether a packet can be made what its GSO says, since anybody
// with a raw socket may say anything there. What is no datagram is nothing more, either.
func (p *Packet) parseOffload(reason drop.Reason) drop.Reason {
	g := &p.GSO
	g.HeaderLen = 0
	switch {
	case reason != drop.Alive:
	case g.ChecksumStart < p.Transport || g.ChecksumStart+g.ChecksumOffset+2 > len(p.Data):
		reason = drop.BadOffload
	case g.Size != 0:
		reason = p.parseSuper()
	}
	if reason != drop.Alive {
		*g = GSO{}
	}
	return reason
}

// parseSuper finds the headers that all segments of a super-packet have: of TCP or
// UDP, behind IP headers that each segment may repeat, which a fragment's may not be.
func (p *Packet) parseSuper() drop.Reason {
	g, transport := &p.GSO, p.Payload()
	header, least := 0, udpHeader
	switch {
	case g.ChecksumStart != p.Transport || p.Fragment() || p.fragmentHeader != 0:
	case p.Protocol == ProtoUDP && g.ChecksumOffset == udpChecksum:
		header = udpHeader
	case p.Protocol == ProtoTCP && g.ChecksumOffset == tcpChecksum:
		header, least = tcpHeaderLen(transport), tcpMinHeader
	}
	switch {
	case header < least || header > len(transport):
		return drop.BadOffload
	case len(transport)-header <= g.Size:
		g.Size = 0
	default:
		g.HeaderLen = p.Transport + header
	}
	return drop.Alive
}

// tcpHeaderLen is what a TCP header says of its own length, in octets.
func tcpHeaderLen(transport []byte) int { return int(transport[tcpOffset]>>4) * 4 }

// Complete writes the transport checksum of a packet that is no super-packet, if
// that was left to be done. A sum of zero is written as 65535, which is the same
// number: zero is no checksum in UDP (RFC 768).
func (p *Packet) Complete() {
	start := p.GSO.ChecksumStart
	if start == 0 {
		return
	}
	sum := Checksum(p.Data[start:])
	if sum == 0 {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(p.Data[start+p.GSO.ChecksumOffset:], sum)
	p.GSO = GSO{}
}

// Segments takes a super-packet apart into what its sender meant to send, in
// order, with complete checksums.
type Segments struct {
	p           *Packet
	count, next int // segments made, and first octet of payload that is in none
}

// Segments begins to take the parsed packet apart, whose bytes it borrows until
// More is false. A packet that is no super-packet is its only segment.
func (p *Packet) Segments() Segments { return Segments{p: p} }

// More says that another segment is to come.
func (s *Segments) More() bool {
	return s.count == 0 || s.p.GSO.Size != 0 && s.p.GSO.HeaderLen+s.next < len(s.p.Data)
}

// Next writes the next segment to dst, in its attached buffer, and parses it.
func (s *Segments) Next(dst *Packet) {
	p, header, size := s.p, s.p.GSO.HeaderLen, s.p.GSO.Size
	if size == 0 {
		header, size = 0, len(p.Data)
	}
	payload := p.Data[header:][s.next:]
	last := len(payload) <= size
	payload = payload[:min(size, len(payload))]
	out := dst.buf[Headroom:]
	copy(out, p.Data[:header])
	copy(out[header:], payload)
	dst.SetLen(header + len(payload))
	dst.GSO = GSO{ChecksumStart: p.GSO.ChecksumStart, ChecksumOffset: p.GSO.ChecksumOffset}
	if p.GSO.Size != 0 {
		s.stamp(dst.Data, last)
	}
	dst.Complete()
	dst.Parse()
	s.count++
	s.next += len(payload)
}

// stamp makes the copied headers those of this segment.
func (s *Segments) stamp(b []byte, last bool) {
	g := &s.p.GSO
	if s.p.Version == V4 {
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+uint16(s.count))
		sealIPv4(b[:s.p.Transport])
	} else {
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-ipv6Header))
	}
	transport := b[g.ChecksumStart:]
	whole := uint16(len(s.p.Data) - g.ChecksumStart)
	if g.ChecksumOffset == udpChecksum {
		whole = binary.BigEndian.Uint16(transport[udpLength:])
		binary.BigEndian.PutUint16(transport[udpLength:], uint16(len(transport)))
	}
	// The sum of the pseudo-header has the length of the whole in it. All else of it
	// stays: with a routing header its destination is not that of the IP header.
	sum := uint32(binary.BigEndian.Uint16(transport[g.ChecksumOffset:]))
	sum += uint32(^whole) + uint32(uint16(len(transport)))
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(transport[g.ChecksumOffset:], uint16(sum&0xffff+sum>>16))
	if g.ChecksumOffset == udpChecksum {
		return
	}
	binary.BigEndian.PutUint32(transport[tcpSeq:], binary.BigEndian.Uint32(transport[tcpSeq:])+uint32(s.next))
	if !last {
		transport[tcpFlags] &^= tcpFlagFIN | tcpFlagPSH
	}
	if s.count > 0 {
		transport[tcpFlags] &^= tcpFlagCWR
	}
}
