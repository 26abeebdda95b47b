package wire

import (
	"encoding/binary"
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
)

// IPv4 header (RFC 791 §3.1).
const (
	ipv4MinHeader = 20

	ipv4FlagDF     = 0x4000
	ipv4FlagMF     = 0x2000
	ipv4OffsetMask = 0x1fff
)

// parseIPv4 validates the header in the order of RFC 1812 §5.2.2, cuts padding
// and reads the words.
func (p *Packet) parseIPv4() drop.Reason {
	b := p.Data
	if len(b) < ipv4MinHeader {
		return drop.Truncated
	}
	header := int(b[0]&0x0f) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	switch {
	case header < ipv4MinHeader || header > len(b):
		return drop.BadHeaderLength
	case headerSum(b[:header]) != 0xffff:
		return drop.BadHeaderChecksum
	case total < header:
		return drop.BadTotalLength
	}
	p.Data = b[:min(total, len(b))]
	flags := binary.BigEndian.Uint16(b[6:])
	p.Version = V4
	p.TOS = b[1]
	p.FragmentID = uint32(binary.BigEndian.Uint16(b[4:]))
	p.DF = flags&ipv4FlagDF != 0
	p.More = flags&ipv4FlagMF != 0
	p.FragmentOffset = int(flags&ipv4OffsetMask) * 8
	p.TTL = b[8]
	p.Protocol, p.ProtocolField = b[9], 9
	p.Src = netip.AddrFrom4([4]byte(b[12:16]))
	p.Dst = netip.AddrFrom4([4]byte(b[16:20]))
	p.Transport = header
	if total > len(b) {
		return drop.MissingOctets
	}
	return drop.Alive
}

// TotalLengthField is where the total length stands in an IPv4 header.
const TotalLengthField = 2

// decrementIPv4 lowers the TTL by one and mends the checksum: the word that
// holds the TTL falls by 0x0100, so the complement of the sum rises by it. Of
// the two zeros of one's complement, a header's checksum is 0x0000 (RFC 1624 §3).
func decrementIPv4(b []byte) {
	b[8]--
	sum := uint32(binary.BigEndian.Uint16(b[10:])) + 0x0100
	if sum >= 0xffff {
		sum++
	}
	binary.BigEndian.PutUint16(b[10:], uint16(sum))
}

// HeaderIPv4 is what PutIPv4 writes.
type HeaderIPv4 struct {
	TOS, TTL, Protocol uint8
	ID                 uint16
	Src, Dst           netip.Addr
	// Options are copied behind the first 20 octets: a multiple of 4, at most 40.
	Options []byte
}

// PutIPv4 writes a header with a valid checksum and no flag before a payload
// that ends where b ends. b and the options stay the caller's.
func PutIPv4(b []byte, h HeaderIPv4) {
	header := ipv4MinHeader + len(h.Options)
	b[0] = V4<<4 | byte(header/4)
	b[1] = h.TOS
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[4:], h.ID)
	b[6], b[7] = 0, 0
	b[8], b[9] = h.TTL, h.Protocol
	src, dst := h.Src.As4(), h.Dst.As4()
	copy(b[12:], src[:])
	copy(b[16:], dst[:])
	copy(b[ipv4MinHeader:header], h.Options)
	sealIPv4(b[:header])
}

// headerSum is the one's complement sum of a header: 0xffff if it holds its own
// valid checksum. A header is a multiple of 4 octets, and short.
func headerSum(header []byte) uint16 {
	sum := uint64(0)
	for ; len(header) >= 4; header = header[4:] {
		sum += uint64(binary.BigEndian.Uint32(header))
	}
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return uint16(sum>>16 + sum)
}

// sealIPv4 writes the checksum of a header.
func sealIPv4(header []byte) {
	header[10], header[11] = 0, 0
	binary.BigEndian.PutUint16(header[10:], ^headerSum(header))
}

// copiedOptions writes to dst, which is as long as src, the options of src that
// every fragment carries, padded to a multiple of 4, and returns their length.
// Malformed options end the list.
func copiedOptions(dst, src []byte) int {
	n := 0
	for i := 0; i < len(src) && src[i] != optionEnd; {
		if src[i] == optionNop {
			i++
			continue
		}
		if i+1 >= len(src) || src[i+1] < 2 || i+int(src[i+1]) > len(src) {
			break
		}
		size := int(src[i+1])
		if src[i]&optionCopied != 0 {
			n += copy(dst[n:], src[i:i+size])
		}
		i += size
	}
	for n%4 != 0 {
		dst[n] = optionEnd
		n++
	}
	return n
}
