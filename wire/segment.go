package wire

import "encoding/binary"

// GSO says how a super-packet becomes segments, and whether the transport
// checksum is still to be completed. Its zero value is an ordinary packet. The
// fields are those of virtio_net_hdr.
type GSO struct {
	// Size is the payload of each segment but the last, in octets; zero: one packet.
	Size int
	// HeaderLen is the length of the IP and transport headers that each segment
	// repeats, in octets. Parse fills it in.
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
	tcpFlags   = 13
	tcpFlagFIN = 0x01
	tcpFlagPSH = 0x08
	tcpFlagCWR = 0x80
)

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
	if s.p.GSO.Size == 0 {
		return s.count == 0
	}
	return s.count == 0 || s.p.GSO.HeaderLen+s.next < len(s.p.Data)
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
	// The pseudo-header's sum has the length of the whole in it.
	sum := uint32(binary.BigEndian.Uint16(transport[g.ChecksumOffset:]))
	sum += uint32(^uint16(len(s.p.Data)-g.ChecksumStart)) + uint32(uint16(len(transport)))
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(transport[g.ChecksumOffset:], uint16(sum&0xffff+sum>>16))
	if g.ChecksumOffset == udpChecksum {
		binary.BigEndian.PutUint16(transport[4:], uint16(len(transport)))
		return
	}
	binary.BigEndian.PutUint32(transport[4:], binary.BigEndian.Uint32(transport[4:])+uint32(s.next))
	if !last {
		transport[tcpFlags] &^= tcpFlagFIN | tcpFlagPSH
	}
	if s.count > 0 {
		transport[tcpFlags] &^= tcpFlagCWR
	}
}
