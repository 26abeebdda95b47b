package tundev

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestLadder asks kernels that leave out some of the offloads.
func TestLadder(t *testing.T) {
	const csum, tso, ecn, uso = 0x01, 0x02 | 0x04, 0x08, 0x20 | 0x40
	for _, c := range []struct {
		lacks, want, asked int
	}{
		{0, csum | tso | ecn | uso, 1},
		{0x40, csum | tso | ecn, 2},
		{uso | ecn, csum | tso, 3},
		{ecn, csum | tso, 3},
		{0x02, csum, 4},
		{csum, 0, 4},
	} {
		asked := 0
		got := negotiate(func(offloads int) error {
			asked++
			if offloads&c.lacks != 0 {
				return unix.EINVAL
			}
			return nil
		})
		if got != c.want || asked != c.asked {
			t.Errorf("without %#02x: %#02x after %d questions, want %#02x after %d", c.lacks, got, asked, c.want, c.asked)
		}
	}
}

// TestHeadersNotUnderstood reads headers that say what a packet cannot.
func TestHeadersNotUnderstood(t *testing.T) {
	b, g := superPacket(t, true, far4, near4, 100, 1000, nil)
	for _, c := range []struct {
		what   string
		change func(h []byte)
		good   bool
	}{
		{"as it should be", func([]byte) {}, true},
		{"with ECN", func(h []byte) { h[1] |= 0x80 }, true},
		{"with accurate ECN", func(h []byte) { h[1] |= 0x10 }, true},
		{"of IPv6", func(h []byte) { h[1] = 4 }, false},
		{"UFO", func(h []byte) { h[1] = 3 }, false},
		{"of UDP", func(h []byte) { h[1] = 5 }, false},
		{"of a new kind", func(h []byte) { h[1] = 9 }, false},
		{"of size 0", func(h []byte) { h[4], h[5] = 0, 0 }, false},
		{"of complete checksum", func(h []byte) { h[0] = 0 }, false},
		{"a checksum beyond the packet", func(h []byte) { h[6], h[7] = 0xff, 0xff }, false},
		{"a checksum at no header", func(h []byte) { h[6], h[7] = 0, 0 }, false},
	} {
		h := []byte{1, 1, 52, 0, 100, 0, 20, 0, 16, 0} // the tests run on little-endian machines
		c.change(h)
		got, ok := readHeader(h, b)
		if ok != c.good || ok && got != g {
			t.Errorf("%s: %t, %+v, want %t, %+v", c.what, ok, got, c.good, g)
		}
	}
}
