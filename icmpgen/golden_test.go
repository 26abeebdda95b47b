package icmpgen

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/wire"
)

// TestGolden builds what Linux built, octet for octet. The identification of
// IPv4 is Linux's own, and taken from there, as are the source and the MTU that
// a node chooses before it builds.
func TestGolden(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			in, want := make([]byte, g.inLen), make([]byte, g.outLen)
			copy(in, unhex(g.in))
			copy(want, unhex(g.out))
			p, q := parsed(t, in), lend()
			if !Permitted(g.message, p) {
				t.Fatalf("Permitted(%v): got false, want true", g.message)
			}
			spec := specOf(g.message, want)
			spec.Build(q, p)
			if g.message == TCPReset && p.Version == wire.V4 {
				want = clearDF(want) // Linux sets DF on its resets, and we set no flag
			}
			if !bytes.Equal(q.Data, want) {
				t.Errorf("\n got %x\nwant %x", q.Data, want)
			}
		})
	}
}

// specOf returns what a node would have decided to get the answer b.
func specOf(m Message, b []byte) Spec {
	s := Spec{Message: m, MaxLen: 1500}
	if m == TooBig {
		s.MTU = 1300
	}
	if b[0]>>4 == 6 {
		s.Source = netip.AddrFrom16([16]byte(b[8:24]))
		return s
	}
	s.Source, s.ID = netip.AddrFrom4([4]byte(b[12:16])), binary.BigEndian.Uint16(b[4:])
	return s
}

func clearDF(b []byte) []byte {
	h := header.IPv4(b)
	h.SetFlagsFragmentOffset(0, 0)
	h.SetChecksum(0)
	h.SetChecksum(^h.CalculateChecksum())
	return b
}
