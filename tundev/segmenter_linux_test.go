package tundev

import (
	"encoding/binary"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// split is what a packet that came with g is on the wire: the tests' own
// segmenter, which sums all anew and shares no code with that of wire.
func split(t testing.TB, datagram []byte, g wire.GSO) (segments [][]byte) {
	t.Helper()
	if g.ChecksumStart == 0 {
		if g.Size != 0 {
			t.Fatalf("a super-packet whose checksum is said to be complete: %+v", g)
		}
		return [][]byte{append([]byte(nil), datagram...)}
	}
	if got, want := sumField(datagram, g), addresses(datagram, g, len(datagram)); got != want {
		t.Fatalf("the pseudo-header's sum is %#04x, want %#04x", got, want)
	}
	head := headerLen(datagram, g)
	size := g.Size
	if size == 0 {
		size = max(1, len(datagram)-head)
	}
	for at := head; at < len(datagram) || at == head; at += size {
		end := min(at+size, len(datagram))
		segment := append(append([]byte(nil), datagram[:head]...), datagram[at:end]...)
		if g.Size != 0 {
			restamp(segment, g, len(segments), at-head, end == len(datagram))
		}
		finish(segment, g)
		segments = append(segments, segment)
	}
	return segments
}

// restamp gives a segment the numbers of its place.
func restamp(b []byte, g wire.GSO, number, offset int, last bool) {
	if b[0]>>4 == 4 {
		ip := header.IPv4(b)
		ip.SetTotalLength(uint16(len(b)))
		ip.SetID(ip.ID() + uint16(number))
		ip.SetChecksum(0)
		ip.SetChecksum(^ip.CalculateChecksum())
	} else {
		header.IPv6(b).SetPayloadLength(uint16(len(b) - header.IPv6MinimumSize))
	}
	if g.ChecksumOffset == 6 {
		header.UDP(b[g.ChecksumStart:]).SetLength(uint16(len(b) - g.ChecksumStart))
		return
	}
	tcp := header.TCP(b[g.ChecksumStart:])
	tcp.SetSequenceNumber(tcp.SequenceNumber() + uint32(offset))
	flags := tcp.Flags()
	if !last {
		flags &^= header.TCPFlagFin | header.TCPFlagPsh
	}
	if number > 0 {
		flags &^= 0x80 // CWR
	}
	tcp.SetFlags(uint8(flags))
}

// finish writes the whole transport checksum.
func finish(b []byte, g wire.GSO) {
	field := b[g.ChecksumStart+g.ChecksumOffset:]
	binary.BigEndian.PutUint16(field, 0)
	sum := ^checksum.Checksum(b[g.ChecksumStart:], addresses(b, g, len(b)))
	if sum == 0 {
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(field, sum)
}

// addresses is the sum of the pseudo-header.
func addresses(b []byte, g wire.GSO, length int) uint16 {
	protocol := header.UDPProtocolNumber
	if g.ChecksumOffset == 16 {
		protocol = header.TCPProtocolNumber
	}
	rest := uint16(length - g.ChecksumStart)
	if b[0]>>4 == 4 {
		ip := header.IPv4(b)
		return header.PseudoHeaderChecksum(protocol, ip.SourceAddress(), ip.DestinationAddress(), rest)
	}
	ip := header.IPv6(b)
	return header.PseudoHeaderChecksum(protocol, ip.SourceAddress(), ip.DestinationAddress(), rest)
}

func sumField(b []byte, g wire.GSO) uint16 {
	return binary.BigEndian.Uint16(b[g.ChecksumStart+g.ChecksumOffset:])
}

// headerLen is how many octets each segment of a packet that came with g repeats.
func headerLen(datagram []byte, g wire.GSO) int {
	if g.ChecksumOffset == 16 {
		return g.ChecksumStart + int(datagram[g.ChecksumStart+12]>>4)*4
	}
	return g.ChecksumStart + 8
}

// sealTest writes the checksum of an IPv4 header.
func sealTest(b []byte) {
	ip := header.IPv4(b)
	ip.SetChecksum(0)
	ip.SetChecksum(^ip.CalculateChecksum())
}
