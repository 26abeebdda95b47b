package wire_test

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// dirt fills every buffer of a test, so that a forgotten field shows.
const dirt = 0xa5

var (
	src4 = netip.MustParseAddr("10.1.0.2")
	dst4 = netip.MustParseAddr("10.2.0.2")
	src6 = netip.MustParseAddr("fd00:1::2")
	dst6 = netip.MustParseAddr("fd00:2::2")
)

// ends are the addresses in a family.
func ends(version int) (src, dst netip.Addr) {
	if version == wire.V6 {
		return src6, dst6
	}
	return src4, dst4
}

// lend returns a packet with a dirty buffer.
func lend() *wire.Packet {
	p := new(wire.Packet)
	p.Attach(slices.Repeat([]byte{dirt}, wire.BufferSize))
	return p
}

// load returns a packet that holds a copy of b, not parsed.
func load(b []byte) *wire.Packet {
	p := lend()
	p.SetLen(copy(p.Buffer()[wire.Headroom:], b))
	return p
}

// parsed is load and Parse, which must succeed.
func parsed(t testing.TB, b []byte) *wire.Packet {
	t.Helper()
	p := load(b)
	if got := p.Parse(); got != drop.Alive {
		t.Fatalf("Parse(%x): got %v, want %v", b, got, drop.Alive)
	}
	return p
}

// ip4 is an IPv4 datagram, written by hand (RFC 791 §3.1). flags holds the three
// flag bits and the offset.
type ip4 struct {
	tos, ttl, protocol byte
	id, flags          uint16
	options, payload   []byte
}

func (h ip4) bytes() []byte {
	header := 20 + len(h.options)
	b := slices.Concat(make([]byte, 20), h.options, h.payload)
	b[0] = 0x40 | byte(header/4)
	b[1] = h.tos
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[4:], h.id)
	binary.BigEndian.PutUint16(b[6:], h.flags)
	b[8], b[9] = h.ttl, h.protocol
	copy(b[12:], src4.AsSlice())
	copy(b[16:], dst4.AsSlice())
	return seal(b)
}

// seal writes the header checksum of an IPv4 datagram.
func seal(b []byte) []byte {
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^naiveSum(b[:int(b[0]&15)*4]))
	return b
}

// ip6 is an IPv6 packet, written by hand (RFC 8200 §3).
type ip6 struct {
	class, next, hop byte
	payload          []byte
}

func (h ip6) bytes() []byte {
	b := make([]byte, 8, 40+len(h.payload))
	binary.BigEndian.PutUint32(b, 6<<28|uint32(h.class)<<20|0x12345)
	binary.BigEndian.PutUint16(b[4:], uint16(len(h.payload)))
	b[6], b[7] = h.next, h.hop
	return slices.Concat(b, src6.AsSlice(), dst6.AsSlice(), h.payload)
}

// naiveSum is the one's complement sum, the slow way.
func naiveSum(b []byte) uint16 {
	var sum uint64
	for i, octet := range b {
		if i%2 == 0 {
			sum += uint64(octet) << 8
		} else {
			sum += uint64(octet)
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// naivePseudo is the sum of a pseudo-header (RFC 768, RFC 8200 §8.1).
func naivePseudo(src, dst netip.Addr, protocol byte, payload []byte) uint16 {
	b := slices.Concat(src.AsSlice(), dst.AsSlice())
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	return naiveSum(slices.Concat(b, []byte{0, 0, 0, protocol}, payload))
}

// gp4 and gp6 read a datagram with gopacket, checksum included.
func gp4(t testing.TB, b []byte) *layers.IPv4 {
	t.Helper()
	var ip layers.IPv4
	if err := ip.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		t.Fatalf("gopacket cannot read %x: %v", b, err)
	}
	if err, sum := ip.VerifyChecksum(); err != nil || !sum.Valid {
		t.Fatalf("gopacket on %x: got checksum %#04x (%v), want %#04x", b, sum.Actual, err, sum.Correct)
	}
	if int(ip.Length) != len(b) {
		t.Fatalf("gopacket on %x: got total length %d, want %d", b, ip.Length, len(b))
	}
	return &ip
}

func gp6(t testing.TB, b []byte) *layers.IPv6 {
	t.Helper()
	var ip layers.IPv6
	if err := ip.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
		t.Fatalf("gopacket cannot read %x: %v", b, err)
	}
	if int(ip.Length) != len(b)-40 {
		t.Fatalf("gopacket on %x: got payload length %d, want %d", b, ip.Length, len(b)-40)
	}
	return &ip
}

// unhex reads hex with spaces between.
func unhex(s string) []byte {
	b, err := hex.DecodeString(string(slices.DeleteFunc([]byte(s), func(c byte) bool { return c == ' ' })))
	if err != nil {
		panic(err)
	}
	return b
}

// count returns n octets that differ from their neighbours: 0, 1, 2 …
func count(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	return b
}

// noAllocs fails if f allocates.
func noAllocs(t *testing.T, f func()) {
	t.Helper()
	if got := testing.AllocsPerRun(100, f); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
