package icmpgen

import (
	"bytes"
	"encoding/binary"
	"net/netip"
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
	seed(f)
	f.Add(append([]byte("K0\x00,00 \x00"), bytes.Repeat([]byte{'0'}, 36)...), uint8(17), uint16(68))
	f.Fuzz(func(t *testing.T, in []byte, message uint8, way uint16) {
		if len(in) > wire.MaxDatagram || message >= uint8(NumMessages) {
			return
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
		s.MaxLen, s.MTU, s.Pointer, s.Gateway = max(int(way), fam.smallest), int(way), int(way), netip.MustParseAddr(fam.dst)
		if way%2 == 1 {
			s.Extensions = objects(fam)
		} else {
			s.Quote, s.Quote6 = int(way>>8), int(way>>8)
		}
		q := build(t, s, p)
		got := read(t, q.Data)
		checkAppend(t, s, p, q)
		switch s.Message {
		case TimestampReply, ExtendedEchoReply:
			ParseProbe(p)
			return
		case EchoReply:
			if !bytes.Equal(got.Data, p.Payload()[8:]) || [4]byte(p.Payload()[4:]) != got.Info {
				t.Errorf("%x: got %+v", p.Data, got)
			}
			return
		case TCPReset:
			return
		}
		most := min(s.MaxLen, fam.longest)
		if p.Version == wire.V4 { // at least the header and 8 octets, in fragments if need be (RFC 792)
			most = max(most, 20+len(s.Options)+8+p.Transport+8)
		}
		if !bytes.HasPrefix(p.Data, quoteOf(t, fam, s, p, got, q)) || len(q.Data) > most {
			t.Errorf("about %x, way %d: got %x, want a prefix", p.Data, s.MaxLen, q.Data)
		}
		if about(p.Data) {
			t.Errorf("%x is an error, and got %x", p.Data, q.Data)
		}
		for m := range NumMessages {
			if Permitted(m, q) {
				t.Errorf("the answer %x to %x would get %v", q.Data, p.Data, m)
			}
		}
	})
}

// seed adds golden packets, each with each message.
func seed(f *testing.F) {
	for _, g := range golden {
		f.Add(unhex(g.in), uint8(g.message), uint16(1280))
		f.Add(unhex(g.out), uint8(g.message), uint16(1280))
		f.Add(unhex(g.in), uint8(TTLExceeded), uint16(68))
	}
	for _, g := range captured {
		f.Add(unhex(g.in), uint8(g.spec.Message), uint16(1281))
	}
	for m := range NumMessages {
		f.Add(unhex(golden[0].in), uint8(m), uint16(577))
		f.Add(unhex(captured[2].in), uint8(m), uint16(1281))
	}
	f.Add(families[1].from(60, append(unhex("3a 00 0104 00000000"), icmp(1)...)).bytes(f), uint8(TTLExceeded), uint16(1500))
	f.Add(families[1].from(44, append(unhex("3a 00 0001 00000000"), icmp(1)...)).bytes(f), uint8(TTLExceeded), uint16(1500))
}

// quoteOf is what the message quotes of p, without the padding of a multi-part message.
func quoteOf(t *testing.T, f family, s Spec, p *wire.Packet, got message, q *wire.Packet) []byte {
	if s.Message == Redirect && !f.v4() {
		return q.Data[88:]
	}
	if words := int(got.Info[0])*8 + int(got.Info[1])*4; f.v4() && got.Type == 5 || got.Type == 4 || got.Type == 2 || words == 0 || f.v4() && got.Info[1] == 0 {
		return got.Data
	}
	quote, extensions := multipartOf(t, f, q.Data)
	if len(extensions) == 0 || len(quote) != 128 {
		t.Errorf("about %x: got %d extensions behind %d octets", p.Data, len(extensions), len(quote))
	}
	n := min(len(quote), len(p.Data))
	if s.Quote6 > 0 { // no IPv4 message has extensions and a quote of its own length here
		n = min(n, p.Transport+s.Quote6)
	}
	if bytes.ContainsFunc(quote[n:], func(r rune) bool { return r != 0 }) {
		t.Errorf("about %x: got %x, want zeros behind the quote (RFC 4884 §4.4)", p.Data, quote)
	}
	return quote[:n]
}

// checkAppend: Append agrees with Permitted and Build, but wants valid requests.
func checkAppend(t *testing.T, s Spec, p, q *wire.Packet) {
	_, valid := p.TransportValid()
	want := s.Permitted(p) && (valid || s.Message != TCPReset && ReplyTo(p) != s.Message)
	if got, ok := Append(nil, s, p.Data); ok != want || ok && !bytes.Equal(got, q.Data) {
		t.Errorf("Append about %x: got %x, %v, want %x, %v", p.Data, got, ok, q.Data, want)
	}
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
		case header.IPv6ExperimentExtHdr: // 253 is no extension header to us, but an unknown protocol
			return false
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
