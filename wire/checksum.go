package wire

import (
	"encoding/binary"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip/checksum"
)

// Checksum is the Internet checksum of b (RFC 1071 §1): zero if b holds its own
// valid checksum.
func Checksum(b []byte) uint16 { return ^checksum.Checksum(b, 0) }

// TransportChecksum is the checksum of a transport header and its payload with
// the pseudo-header of either family (RFC 9293 §3.1, RFC 8200 §8.1). It is
// zero if payload holds its own valid checksum.
func TransportChecksum(src, dst netip.Addr, protocol uint8, payload []byte) uint16 {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(payload)))
	sum := checksum.Combine(addressSum(src), addressSum(dst))
	sum = checksum.Combine(sum, uint16(protocol))
	sum = checksum.Checksum(length[:], sum)
	return ^checksum.Checksum(payload, sum)
}

func addressSum(a netip.Addr) uint16 {
	if a.Is4() {
		b := a.As4()
		return checksum.Checksum(b[:], 0)
	}
	b := a.As16()
	return checksum.Checksum(b[:], 0)
}

// TransportValid says whether a whole datagram's transport header fits and its
// checksum is right. A UDP checksum of zero is none in IPv4 (RFC 768) and wrong
// in IPv6 (RFC 8200 §8.1). Other protocols are taken as they are.
func (p *Packet) TransportValid() (fits, valid bool) {
	b := p.Payload()
	switch {
	case p.ICMP():
		if len(b) < 8 {
			return false, false
		}
		if p.Version == V4 {
			return true, Checksum(b) == 0
		}
	case p.Protocol == ProtoUDP:
		if len(b) < 8 || int(binary.BigEndian.Uint16(b[4:])) < 8 || int(binary.BigEndian.Uint16(b[4:])) > len(b) {
			return false, false
		}
		b = b[:binary.BigEndian.Uint16(b[4:])]
		if b[6] == 0 && b[7] == 0 {
			return true, p.Version == V4
		}
	case p.Protocol == ProtoTCP:
		if len(b) < 20 {
			return false, false
		}
	default:
		return true, true
	}
	return true, TransportChecksum(p.Src, p.Dst, p.Protocol, b) == 0
}
