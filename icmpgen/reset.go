package icmpgen

import (
	"encoding/binary"

	"github.com/icmprouter/icmprouter/wire"
)

// TCP header (RFC 9293 §3.1).
const (
	tcpHeader   = 20
	tcpChecksum = 16

	tcpFIN = 0x01
	tcpSYN = 0x02
	tcpRST = 0x04
	tcpACK = 0x10
)

// tcpReset answers a segment for a port that nothing listens on, from the port
// that it was sent to (RFC 9293 §3.10.7.1), and returns its length. If the
// segment acknowledges, the reset takes its sequence number from there; if not,
// it acknowledges the segment.
func tcpReset(tcp []byte, p *wire.Packet) int {
	in := p.Payload()
	clear(tcp[:tcpHeader])
	copy(tcp[0:2], in[2:4])
	copy(tcp[2:4], in[0:2])
	tcp[12], tcp[13] = tcpHeader/4<<4, tcpRST
	if in[13]&tcpACK != 0 {
		copy(tcp[4:8], in[8:12])
	} else {
		tcp[13] |= tcpACK
		binary.BigEndian.PutUint32(tcp[8:], binary.BigEndian.Uint32(in[4:])+segmentLen(in))
	}
	return tcpHeader
}

// segmentLen is the length of a segment in sequence space: SYN and FIN count.
func segmentLen(tcp []byte) uint32 {
	n := uint32(max(0, len(tcp)-int(tcp[12]>>4)*4))
	if tcp[13]&tcpSYN != 0 {
		n++
	}
	if tcp[13]&tcpFIN != 0 {
		n++
	}
	return n
}
