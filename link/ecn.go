package link

import (
	"encoding/binary"

	"github.com/icmprouter/icmprouter/wire"
)

// ecn are the two bits of RFC 3168 §5; both set say that congestion was experienced.
const ecn = 3

// capable says whether a datagram is of an ECN-capable flow, or marked already.
func capable(b []byte) bool {
	if b[0]>>4 == wire.V4 {
		return b[1]&ecn != 0
	}
	return b[1]>>4&ecn != 0
}

// congest marks a datagram, and says whether it was not marked before.
func congest(b []byte) bool {
	old := binary.BigEndian.Uint16(b)
	if b[0]>>4 != wire.V4 {
		b[1] |= ecn << 4
		return binary.BigEndian.Uint16(b) != old
	}
	b[1] |= ecn
	fresh := binary.BigEndian.Uint16(b)
	// HC' = ~(~HC + ~m + m') (RFC 1624 §3).
	sum := uint32(^binary.BigEndian.Uint16(b[10:])) + uint32(^old) + uint32(fresh)
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum&0xffff+sum>>16))
	return fresh != old
}
