package icmpgen

import (
	"bytes"
	"encoding/binary"
	"testing"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// FuzzBuild: whatever parses, and may be answered, gets an answer that gopacket
// reads with valid checksums, whose quote is a prefix of what came in, and that
// is no error about an error. The header checksum of IPv4 is mended first, or
// it would stop nearly all.
func FuzzBuild(f *testing.F) {
	for _, g := range golden {
		f.Add(unhex(g.in), uint8(g.message), uint16(1280))
		f.Add(unhex(g.out), uint8(g.message), uint16(1280))
		f.Add(unhex(g.in), uint8(TTLExceeded), uint16(68))
	}
	f.Add(families[1].from(60, append(unhex("3a 00 0104 00000000"), icmp(1)...)).bytes(f), uint8(TTLExceeded), uint16(1500))
	f.Add(families[1].from(44, append(unhex("3a 00 0001 00000000"), icmp(1)...)).bytes(f), uint8(TTLExceeded), uint16(1500))
	f.Fuzz(func(t *testing.T, in []byte, message uint8, way uint16) {
		if len(in) > wire.MaxDatagram || message >= uint8(NumMessages) || message == uint8(EchoRequest) {
			t.Skip()
		}
		p := lend()
		p.SetLen(copy(p.Buffer()[wire.Headroom:], in))
		mend(p.Data)
		if p.Parse() != drop.Alive || !Permitted(Message(message), p) {
			return
		}
		fam := families[0]
		if p.Version == wire.V6 {
			fam = families[1]
		}
		s := fam.spec(Message(message))
		s.MaxLen, s.MTU = max(int(way), fam.smallest), int(way)
		q := build(t, s, p)
		got := read(t, q.Data)
		switch s.Message {
		case EchoReply:
			if !bytes.Equal(got.Data, p.Payload()[8:]) || [4]byte(p.Payload()[4:]) != got.Info {
				t.Errorf("%x: got %+v", p.Data, got)
			}
			return
		case TCPReset:
			return
		}
		if !bytes.HasPrefix(p.Data, got.Data) || len(q.Data) > min(s.MaxLen, fam.longest) {
			t.Errorf("about %x, way %d: got %x, want a prefix", p.Data, s.MaxLen, q.Data)
		}
		if about(p.Data) {
			t.Errorf("%x is an error, and got %x", p.Data, q.Data)
		}
		for m := range NumMessages {
			if m != EchoRequest && Permitted(m, q) {
				t.Errorf("the answer %x to %x would get %v", q.Data, p.Data, m)
			}
		}
	})
}

// mend writes the header checksum of an IPv4 datagram, if it is one.
func mend(b []byte) {
	if len(b) < 20 || b[0]>>4 != 4 || int(b[0]&15)*4 > len(b) {
		return
	}
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^checksum.Checksum(b[:int(b[0]&15)*4], 0))
}

// about says whether gVisor sees an ICMP error in a datagram. It knows no AH.
func about(b []byte) bool {
	if b[0]>>4 == 4 {
		h := header.IPv4(b)
		if h.Protocol() != uint8(header.ICMPv4ProtocolNumber) || h.FragmentOffset() != 0 || len(h.Payload()) == 0 {
			return false
		}
		switch header.ICMPv4Type(h.Payload()[0]) {
		case header.ICMPv4DstUnreachable, header.ICMPv4SrcQuench, header.ICMPv4Redirect, header.ICMPv4TimeExceeded, header.ICMPv4ParamProblem:
			return true
		}
		return false
	}
	h := header.IPv6(b)
	it := header.MakeIPv6PayloadIterator(header.IPv6ExtensionHeaderIdentifier(h.NextHeader()), buffer.MakeWithData(h.Payload()))
	defer it.Release()
	for {
		next, done, err := it.Next()
		if done || err != nil {
			return false
		}
		switch next := next.(type) {
		case header.IPv6FragmentExtHdr:
			if next.FragmentOffset() != 0 {
				return false
			}
		case header.IPv6RawPayloadHeader:
			octets := next.Buf.Flatten()
			return next.Identifier == 58 && len(octets) > 0 && octets[0] < 128
		}
	}
}
