package wire_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/wire"
)

// TestDecrementTTLv4 meets every TTL with every checksum that a header can
// carry: the identification is chosen so that the checksum comes out. 0xffff,
// the other zero of one's complement, nobody computes, but some send it.
func TestDecrementTTLv4(t *testing.T) {
	b := ip4{tos: 0x10, protocol: 17, flags: 0x4000}.bytes()
	p := parsed(t, b)
	h := p.Data
	for ttl := 1; ttl <= 255; ttl++ {
		for sum := range 0x10000 {
			h[8] = byte(ttl)
			h[4], h[5], h[10], h[11] = 0, 0, 0, 0
			binary.BigEndian.PutUint16(h[4:], ^uint16(sum)-naiveHeader(h)-borrow(^uint16(sum), naiveHeader(h)))
			binary.BigEndian.PutUint16(h[10:], uint16(sum))
			if naiveHeader(h) != 0xffff {
				t.Fatalf("the test itself: checksum %#04x does not fit %x", sum, h)
			}
			p.TTL = uint8(ttl)
			p.DecrementTTL()
			got := binary.BigEndian.Uint16(h[10:])
			h[10], h[11] = 0, 0
			if want := ^naiveHeader(h); got != want || h[8] != byte(ttl-1) || p.TTL != uint8(ttl-1) {
				t.Fatalf("TTL %d, checksum %#04x: got TTL %d (word %d), checksum %#04x, want TTL %d, checksum %#04x",
					ttl, sum, h[8], p.TTL, got, ttl-1, want)
			}
		}
	}
}

// naiveHeader is naiveSum for ten words, unrolled: 16 million of them.
func naiveHeader(h []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < 20; i += 2 {
		sum += uint32(h[i])<<8 | uint32(h[i+1])
	}
	sum = sum>>16 + sum&0xffff
	return uint16(sum>>16 + sum&0xffff)
}

// borrow is what a - b takes from the end in one's complement.
func borrow(a, b uint16) uint16 {
	if a < b {
		return 1
	}
	return 0
}

func TestDecrementTTLOtherBytes(t *testing.T) {
	for name, in := range map[string][]byte{
		"IPv4":         families(count(9))["IPv4"],
		"IPv6":         families(count(9))["IPv6"],
		"IPv4 options": ip4{ttl: 64, protocol: 6, options: []byte{7, 7, 4, 0, 0, 0, 0, 0}, payload: count(30)}.bytes(),
	} {
		t.Run(name, func(t *testing.T) {
			for ttl := 255; ttl >= 1; ttl-- {
				b := slices.Clone(in)
				want := slices.Clone(in)
				if b[0]>>4 == 4 {
					b[8], want[8] = byte(ttl), byte(ttl-1)
					seal(b)
					seal(want)
				} else {
					b[7], want[7] = byte(ttl), byte(ttl-1)
				}
				p := parsed(t, b)
				p.DecrementTTL()
				if !bytes.Equal(p.Data, want) || p.TTL != uint8(ttl-1) {
					t.Fatalf("TTL %d\n got %x, word %d\nwant %x", ttl, p.Data, p.TTL, want)
				}
				if p.Version == wire.V4 && !header.IPv4(p.Data).IsChecksumValid() {
					t.Fatalf("TTL %d: gVisor finds the checksum of %x wrong", ttl, p.Data)
				}
			}
		})
	}
}

func TestDecrementTTLAllocates(t *testing.T) {
	for name, in := range families(count(9)) {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, in)
			noAllocs(t, p.DecrementTTL)
		})
	}
}
