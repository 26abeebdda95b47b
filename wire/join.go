package wire

import (
	"bytes"
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/checksum"
)

const (
	// MaxJoined is the number of packets that one may stand for: every kernel with
	// segmentation of UDP takes as many.
	MaxJoined = 64
	// MaxJoinHeader is the longest header that joined packets share, in octets.
	MaxJoinHeader = ipv6Header + 60

	maxJoinedLen = 65535

	tcpAck     = 8
	tcpWindow  = 14
	tcpUrgent  = 18
	tcpFlagACK = 0x10
)

// Joinable says how many of the parsed packets, from the first on, may go as one
// super-packet that its receiver takes apart into just these: at least one, the
// first itself. The conditions are those of Linux (GRO). No octet may be lost
// that a receiver could see, so all headers are equal but for what segments
// count up, and the identification of what cannot be fragmented (RFC 6864 §4.1).
// No checksum is believed that was not verified or is still to be completed:
// it would be made anew, and right. TCP is joined always, UDP if udp says so.
func Joinable(packets []*Packet, udp bool) int {
	if len(packets) < 2 {
		return 1
	}
	first := packets[0]
	header := first.joinHeader(udp)
	if header == 0 || !first.continues(packets[1], 1, header) || !first.believed() {
		return 1
	}
	n, total := 0, header
	for n < min(len(packets), MaxJoined) {
		p := packets[n]
		if n > 0 && !(first.continues(p, n, header) && p.believed()) {
			break
		}
		if total += len(p.Data) - header; total > maxJoinedLen {
			break
		}
		n++
		if len(p.Data) < len(first.Data) || p.pushed() {
			break // only the last may be shorter, or be pushed
		}
	}
	return max(n, 1)
}

// joinHeader is the length of the headers of a packet that others may follow, in
// octets; zero if none may.
func (p *Packet) joinHeader(udp bool) int {
	b := p.Data
	switch {
	case p.GSO.Size != 0:
		return 0
	case p.Version == V4 && p.Transport != ipv4MinHeader, p.Version == V6 && p.Transport != ipv6Header:
		return 0 // options, or extension headers
	case p.Version == V4 && binary.BigEndian.Uint16(b[6:])&^ipv4FlagDF != 0:
		return 0 // a fragment
	}
	header := 0
	switch {
	case p.Protocol == ProtoTCP && len(b) >= p.Transport+tcpMinHeader:
		header = p.Transport + tcpHeaderLen(b[p.Transport:])
		if header < p.Transport+tcpMinHeader || b[p.Transport+tcpOffset]&0x0f != 0 || b[p.Transport+tcpFlags] != tcpFlagACK {
			return 0
		}
	case p.Protocol == ProtoUDP && udp && len(b) >= p.Transport+udpHeader:
		header = p.Transport + udpHeader
	}
	if header >= len(b) {
		return 0 // nothing in it
	}
	return header
}

// continues says that q, the nth after p, differs from p only as the nth segment of
// a super-packet does from the first.
func (p *Packet) continues(q *Packet, n, header int) bool {
	a, b, at := p.Data, q.Data, p.Transport // of q too, if its IP header is the same
	if q.GSO.Size != 0 || len(b) <= header || len(b) > len(a) {
		return false
	}
	if binary.BigEndian.Uint32(a[at:]) != binary.BigEndian.Uint32(b[at:]) || !sameIP(a, b, n) { // ports
		return false
	}
	if p.Protocol == ProtoUDP {
		return true // believed looks at the length
	}
	seq := binary.BigEndian.Uint32(a[at+tcpSeq:]) + uint32(n*(len(a)-header))
	return binary.BigEndian.Uint32(b[at+tcpSeq:]) == seq &&
		bytes.Equal(a[at+tcpAck:at+tcpFlags], b[at+tcpAck:at+tcpFlags]) &&
		b[at+tcpFlags]&^tcpFlagPSH == tcpFlagACK &&
		bytes.Equal(a[at+tcpWindow:at+tcpChecksum], b[at+tcpWindow:at+tcpChecksum]) &&
		bytes.Equal(a[at+tcpUrgent:header], b[at+tcpUrgent:header])
}

// sameIP says that of two datagrams of one version, without options, the second
// has the IP header of the nth segment after the first.
func sameIP(a, b []byte, n int) bool {
	if a[0]>>4 == V6 {
		return bytes.Equal(a[:4], b[:4]) && bytes.Equal(a[6:ipv6Header], b[6:ipv6Header])
	}
	if !bytes.Equal(a[:2], b[:2]) || !bytes.Equal(a[6:10], b[6:10]) || !bytes.Equal(a[12:ipv4MinHeader], b[12:ipv4MinHeader]) {
		return false
	}
	return binary.BigEndian.Uint16(a[6:])&ipv4FlagDF != 0 ||
		binary.BigEndian.Uint16(b[4:]) == binary.BigEndian.Uint16(a[4:])+uint16(n)
}

// believed says that the transport checksum may be made anew: it is still to be
// completed, or right. A UDP checksum of zero is none, and stays none.
func (p *Packet) believed() bool {
	transport := p.Data[p.Transport:]
	if p.Protocol == ProtoUDP && int(binary.BigEndian.Uint16(transport[udpLength:])) != len(transport) {
		return false
	}
	if p.GSO.ChecksumStart != 0 {
		return p.GSO.ChecksumStart == p.Transport && p.GSO.ChecksumOffset == checksumField(p.Protocol)
	}
	if p.Protocol == ProtoUDP && transport[udpChecksum] == 0 && transport[udpChecksum+1] == 0 {
		return false
	}
	_, valid := p.TransportValid()
	return valid
}

// pushed says that a TCP packet is to be handed over at once.
func (p *Packet) pushed() bool {
	return p.Protocol == ProtoTCP && p.Data[p.Transport+tcpFlags]&tcpFlagPSH != 0
}

func checksumField(protocol uint8) int {
	if protocol == ProtoTCP {
		return tcpChecksum
	}
	return udpChecksum
}

// JoinHeader writes to dst, of at least MaxJoinHeader octets, the headers of the
// super-packet that stands for packets, which Joinable has said to be joinable, and says
// what to tell of it. The payloads, behind HeaderLen octets of each, follow it in order.
func JoinHeader(dst []byte, packets []*Packet) GSO {
	first, last := packets[0], packets[len(packets)-1]
	b := first.Data
	g := GSO{HeaderLen: first.joinHeader(true), ChecksumStart: first.Transport, ChecksumOffset: checksumField(first.Protocol)}
	g.Size = len(b) - g.HeaderLen
	total := len(b) + (len(packets)-2)*g.Size + len(last.Data) - g.HeaderLen
	copy(dst, b[:g.HeaderLen])
	transport := dst[first.Transport:]
	addresses := dst[8:ipv6Header]
	if first.Version == V4 {
		addresses = dst[12:ipv4MinHeader]
		binary.BigEndian.PutUint16(dst[2:], uint16(total))
		sealIPv4(dst[:first.Transport])
	} else {
		binary.BigEndian.PutUint16(dst[4:], uint16(total-ipv6Header))
	}
	length := uint16(total - first.Transport)
	if first.Protocol == ProtoUDP {
		binary.BigEndian.PutUint16(transport[udpLength:], length)
	} else {
		transport[tcpFlags] = last.Data[last.Transport+tcpFlags]
	}
	sum := checksum.Checksum(addresses, checksum.Combine(uint16(first.Protocol), length))
	binary.BigEndian.PutUint16(transport[g.ChecksumOffset:], sum)
	return g
}
