package icmpgen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// build builds a message about p, checks that p stays as it was, and that the
// answer's words are parsed.
func build(t testing.TB, s Spec, p *wire.Packet) *wire.Packet {
	t.Helper()
	q := lend()
	octets, words := bytes.Clone(p.Data), *p
	s.Build(q, p)
	if !bytes.Equal(p.Data, octets) || !reflect.DeepEqual(*p, words) {
		t.Errorf("Build(%v) changed the packet that it is about", s.Message)
	}
	ttl := uint8(64)
	if s.Message == Redirect && p.Version == wire.V6 {
		ttl = 255
	}
	if q.Version != p.Version || q.Dst != p.Src || q.TTL != ttl {
		t.Errorf("words of the answer: got version %d, to %v, TTL %d, want %d, %v, %d", q.Version, q.Dst, q.TTL, p.Version, p.Src, ttl)
	}
	return q
}

func (f family) spec(m Message) Spec {
	return Spec{Message: m, Source: netip.MustParseAddr(f.own), MaxLen: 1500, ID: 0xbeef}
}

// TestQuote: the quote is a prefix of what came in, as long as the rules and the
// way back allow.
func TestQuote(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, length := range []int{0, 1, 8, 500, 548, 549, 1231, 1232, 1233, 1500, 9000, 65000} {
			for _, way := range []int{f.smallest, 1280, 1500, 65535} {
				in := f.from(253, count(max(0, length-f.header))).bytes(t)
				s := f.spec(TTLExceeded)
				s.MaxLen = way
				got := read(t, build(t, s, parsed(t, in)).Data)
				n := min(len(in), f.longest-f.header-8, way-f.header-8)
				if !bytes.Equal(got.Data, in[:n]) {
					t.Errorf("%d octets, way %d: got a quote of %d octets, want the first %d", len(in), way, len(got.Data), n)
				}
			}
		}
	})
}

// TestQuoteAsReceived: options, padding of options and the TTL stand in the quote.
func TestQuoteAsReceived(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		d := f.from(wire.ProtoUDP, udp(30))
		d.ttl, d.tos = 1, 0x2e
		if f.v4() {
			d.options = []layers.IPv4Option{{OptionType: 7, OptionLength: 7, OptionData: []byte{4, 0, 0, 0, 0}}}
		} else {
			d.protocol, d.payload = 0, append(unhex("11 00 0104 00000000"), udp(30)...)
		}
		in := d.bytes(t)
		if got := read(t, build(t, f.spec(TTLExceeded), parsed(t, append(in, 0, 0, 0))).Data); !bytes.Equal(got.Data, in) {
			t.Errorf("\n got %x\nwant %x", got.Data, in)
		}
	})
}

// TestErrorHeader: the fields of an error's IP header, for every TOS of the
// packet that it is about.
func TestErrorHeader(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for tos := range 256 {
			d := f.from(wire.ProtoUDP, udp(8))
			d.tos = uint8(tos)
			got := read(t, build(t, f.spec(PortUnreachable), parsed(t, d.bytes(t))).Data)
			want := message{
				Src: netip.MustParseAddr(f.own), Dst: netip.MustParseAddr(f.src), TTL: 64, Protocol: f.icmp,
				Type: PortUnreachable.number(f).Type, Code: PortUnreachable.number(f).Code, Data: d.bytes(t),
			}
			if f.v4() { // RFC 1812 §4.3.2.5: precedence 6, the same type of service; IPv6 has no rule
				want.TOS, want.ID = 0xc0|uint8(tos)&0x1c, 0xbeef
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("TOS %#02x\n got %+v\nwant %+v", tos, got, want)
			}
		}
	})
}

func (m Message) number(f family) number {
	if f.v4() {
		return numbers[m].v4
	}
	return numbers[m].v6
}

// TestInfo: the second word of each error is zero, but for too big and for
// IPv6's unknown protocol, which IPv4 has no pointer for.
func TestInfo(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		in := parsed(t, f.from(253, count(8)).bytes(t))
		for m := NetUnreachable; m <= ReassemblyTimeExceeded; m++ {
			if m.number(f) == absent || m == HeadersTooLong { // which has an extension
				continue
			}
			s, want := f.spec(m), [4]byte{}
			switch {
			case m == TooBig:
				s.MTU, want = 1456, [4]byte{0, 0, 1456 >> 8, 1456 & 0xff}
			case m == ProtocolUnreachable && !f.v4():
				want[3] = 6
			}
			if got := read(t, build(t, s, in).Data); got.Info != want || got.Type != m.number(f).Type || got.Code != m.number(f).Code {
				t.Errorf("%v: got %d/%d %v, want %v %v", m, got.Type, got.Code, got.Info, m.number(f), want)
			}
		}
	})
}

// TestPointer: where the unknown next header is named. IPv4 has no pointer, see TestInfo.
func TestPointer(t *testing.T) {
	for _, test := range []struct {
		next  int
		chain string
		want  byte
	}{
		{253, "", 6},
		{60, "fd 00 0104 00000000", 40},
		{0, "3c 01 010c 00000000 00000000 00000000  fd 00 0104 00000000", 56},
		{44, "fd 00 0000 00000001", 40},
	} {
		in := families[1].from(test.next, append(unhex(test.chain), count(8)...)).bytes(t)
		got := read(t, build(t, families[1].spec(ProtocolUnreachable), parsed(t, in)).Data)
		if got.Info != [4]byte{0, 0, 0, test.want} || got.Data[test.want] != 253 {
			t.Errorf("%d %s: got pointer %v, want %d", test.next, test.chain, got.Info, test.want)
		}
	}
}

func TestEchoReply(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, n := range []int{0, 1, 2, 55, 56, 1472, 9001, 65000} {
			for _, code := range []byte{0, 5} {
				data := append([]byte{f.echoRequest, code, 0, 0, 0xbe, 0xef, 0, 7}, count(n)...)
				d := f.from(f.icmp, data)
				d.dst, d.tos, d.fragment = f.own, 0xb9, 0x4000
				p := parsed(t, d.bytes(t))
				if !Permitted(EchoReply, p) {
					t.Fatal("Permitted: got false, want true")
				}
				s := f.spec(EchoReply)
				s.MaxLen = 100 // replies are fragmented, not cut
				got := read(t, build(t, s, p).Data)
				want := message{
					Src: netip.MustParseAddr(f.own), Dst: netip.MustParseAddr(f.src), TTL: 64, TOS: 0xb8, Protocol: f.icmp,
					Type: f.echoReply, Code: code, Info: [4]byte{0xbe, 0xef, 0, 7}, Data: data[8:],
				}
				if f.v4() {
					want.ID = 0xbeef
				}
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("%d octets, code %d\n got %+v\nwant %+v", n, code, got, want)
				}
			}
		}
	})
}

// TestEchoReplyHeaders: what stood between the IP header and the request stays behind.
func TestEchoReplyHeaders(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		request := append([]byte{f.echoRequest, 0, 0, 0, 1, 2, 3, 4}, count(20)...)
		d := f.from(f.icmp, request)
		if f.v4() {
			d.options = []layers.IPv4Option{{OptionType: 7, OptionLength: 7, OptionData: []byte{4, 0, 0, 0, 0}}}
		} else {
			d.protocol, d.payload = 60, append(unhex("3a 00 0104 00000000"), request...)
		}
		got := read(t, build(t, f.spec(EchoReply), parsed(t, d.bytes(t))).Data)
		if got.Type != f.echoReply || got.Info != [4]byte{1, 2, 3, 4} || !bytes.Equal(got.Data, request[8:]) {
			t.Errorf("got %+v, want the request's data", got)
		}
	})
}

// TestTCPReset: for every combination of flags, as RFC 9293 §3.10.7.1 says.
func TestTCPReset(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for flags := range 256 {
			for _, n := range []int{0, 1, 10} {
				tcp := append(unhex("80e8 0009 fffffff8 11223344 60a5 03e8 a5a5 0001 020405b4"), count(n)...)
				tcp[13] = byte(flags)
				p := parsed(t, f.from(wire.ProtoTCP, tcp).bytes(t))
				reset, syn, fin, ack := flags&4 != 0, uint32(flags>>1&1), uint32(flags&1), flags&16 != 0
				if got := Permitted(TCPReset, p); got == reset {
					t.Fatalf("flags %#02x: Permitted got %v, want %v", flags, got, !reset)
				}
				if reset {
					continue
				}
				q := build(t, f.spec(TCPReset), p)
				read(t, q.Data) // checksums and lengths
				var got layers.TCP
				if err := got.DecodeFromBytes(q.Payload(), gopacket.NilDecodeFeedback); err != nil {
					t.Fatal(err)
				}
				want := layers.TCP{SrcPort: 9, DstPort: 33000, DataOffset: 5, RST: true, ACK: !ack, Checksum: got.Checksum}
				if ack {
					want.Seq = 0x11223344
				} else {
					want.Ack = 0xfffffff8 + uint32(n) + syn + fin
				}
				if fmt.Sprintf("%+v", fields(got)) != fmt.Sprintf("%+v", fields(want)) {
					t.Fatalf("flags %#02x, %d octets\n got %+v\nwant %+v", flags, n, fields(got), fields(want))
				}
				if q.Src != p.Dst || q.Dst != p.Src {
					t.Fatalf("got %v > %v, want %v > %v", q.Src, q.Dst, p.Dst, p.Src)
				}
			}
		}
	})
}

func fields(t layers.TCP) []any {
	return []any{t.SrcPort, t.DstPort, t.Seq, t.Ack, t.DataOffset, t.FIN, t.SYN, t.RST, t.PSH, t.ACK, t.URG, t.ECE, t.CWR, t.Window, t.Urgent, len(t.Payload)}
}

// TestTCPResetBadOffset: a data offset beyond the segment counts no octets, and breaks nothing.
func TestTCPResetBadOffset(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		tcp := unhex("80e8 0009 00000001 00000000 f002 03e8 0000 0000")
		q := build(t, f.spec(TCPReset), parsed(t, f.from(wire.ProtoTCP, tcp).bytes(t)))
		if got := binary.BigEndian.Uint32(q.Payload()[8:]); got != 2 {
			t.Errorf("got acknowledgement %d, want 2", got)
		}
	})
}

func TestBuildAllocates(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for m, payload := range map[Message][]byte{
			TTLExceeded: udp(1000), EchoReply: icmp(f.echoRequest), TCPReset: append(count(12), 0x50, 2, 0, 0, 0, 0, 0, 0),
		} {
			protocol := map[Message]int{TTLExceeded: 17, EchoReply: f.icmp, TCPReset: 6}[m]
			p, q, s := parsed(t, f.from(protocol, payload).bytes(t)), lend(), f.spec(m)
			permitted := false
			if got := testing.AllocsPerRun(100, func() { permitted = Permitted(m, p); s.Build(q, p) }); got != 0 || !permitted {
				t.Errorf("%v: got %v allocations, permitted %v, want 0, true", m, got, permitted)
			}
		}
	})
}
