package icmpgen

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"

	"github.com/icmprouter/icmprouter/wire"
)

var (
	elsewhere = wire.EachFamily(netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7"))
	other     = wire.EachFamily(netip.MustParseAddr("192.0.2.8"), netip.MustParseAddr("2001:db8::8"))
)

// inQuote is what gopacket reads in a quote.
type inQuote struct {
	src, dst           string
	protocol, ttl, tos int
	ports              [2]uint16
	sequence           uint32 // if it is TCP
	headerValid        bool
}

func readQuote(t *testing.T, f family, b []byte) (q inQuote) {
	t.Helper()
	first := layers.LayerTypeIPv4
	if !f.v4() {
		first = layers.LayerTypeIPv6
	}
	packet := gopacket.NewPacket(b, first, gopacket.DecodeOptions{NoCopy: true})
	switch ip := packet.NetworkLayer().(type) {
	case *layers.IPv4:
		q = inQuote{src: ip.SrcIP.String(), dst: ip.DstIP.String(), protocol: int(ip.Protocol), ttl: int(ip.TTL), tos: int(ip.TOS)}
		q.headerValid = checksum.Checksum(b[:20], 0) == 0xffff
	case *layers.IPv6:
		q = inQuote{src: ip.SrcIP.String(), dst: ip.DstIP.String(), protocol: int(ip.NextHeader), ttl: int(ip.HopLimit), tos: int(ip.TrafficClass), headerValid: true}
	default:
		t.Fatalf("gopacket reads no IP in the quote %x", b)
	}
	if tcp, ok := packet.TransportLayer().(*layers.TCP); ok {
		q.sequence = tcp.Seq
	}
	q.ports = [2]uint16{binary.BigEndian.Uint16(b[f.header:]), binary.BigEndian.Uint16(b[f.header+2:])}
	return q
}

// Each change is in the quote, as gopacket reads it, and nothing else is: what came in stays as it was (build checks it).
func TestQuoted(t *testing.T) {
	for name, test := range map[string]struct {
		quoted Quoted
		want   func(f family, q *inQuote)
	}{
		"nothing":     {Quoted{}, func(family, *inQuote) {}},
		"source":      {Quoted{Source: elsewhere}, func(f family, q *inQuote) { q.src = elsewhere.Like(netip.MustParseAddr(f.src)).String() }},
		"destination": {Quoted{Destination: other}, func(f family, q *inQuote) { q.dst = other.Like(netip.MustParseAddr(f.src)).String() }},
		"ports":       {Quoted{SourcePort: 7, DestinationPort: 9}, func(_ family, q *inQuote) { q.ports = [2]uint16{7, 9} }},
		"protocol":    {Quoted{Protocol: 0, HasProtocol: true}, func(_ family, q *inQuote) { q.protocol = 0 }},
		"DSCP":        {Quoted{DSCP: 46, HasDSCP: true}, func(_ family, q *inQuote) { q.tos = 46<<2 | 2 }},
		"TTL":         {Quoted{TTL: 0, HasTTL: true}, func(_ family, q *inQuote) { q.ttl = 0 }},
		"checksum":    {Quoted{BadChecksum: true}, func(f family, q *inQuote) { q.headerValid = !f.v4() }},
	} {
		eachFamily(t, func(t *testing.T, f family) {
			d := f.from(wire.ProtoUDP, udp(30))
			d.tos = 0xfe
			in := d.bytes(t)
			s := f.spec(TTLExceeded)
			s.Quoted = &test.quoted
			got := read(t, build(t, s, parsed(t, in)).Data).Data
			want := readQuote(t, f, in)
			test.want(f, &want)
			if got := readQuote(t, f, got); got != want {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
			if payload := f.header + 8; !bytes.Equal(got[payload:], in[payload:]) || name == "nothing" && !bytes.Equal(got, in) {
				t.Errorf("%s: got %x about %x", name, got, in)
			}
			if wrong := !bytes.Equal(got[f.header+6:f.header+8], in[f.header+6:f.header+8]); wrong != (name == "checksum") {
				t.Errorf("%s: the transport's checksum changed: %v", name, wrong)
			}
		})
	}
}

// A guess differs in the source port, and in the sequence number of TCP, and in nothing else.
func TestQuotedGuess(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, protocol := range []int{wire.ProtoTCP, wire.ProtoUDP, 47} {
			segment := append(udp(40)[:4:4], 1, 2, 3, 4, 0, 0, 0, 0, 0x50, 0x10, 0, 0, 0, 0, 0, 0)
			in := f.from(protocol, segment).bytes(t)
			for _, guess := range []Quoted{{WrongPort: true}, {WrongSequence: true}, {WrongPort: true, WrongSequence: true}} {
				s := f.spec(TTLExceeded)
				s.Quoted = &guess
				got := read(t, build(t, s, parsed(t, in)).Data).Data
				before, after := readQuote(t, f, in), readQuote(t, f, got)
				port, sequence := guess.WrongPort && protocol != 47, guess.WrongSequence && protocol == wire.ProtoTCP
				if after.ports[1] != before.ports[1] || (after.ports[0] != before.ports[0]) != port || (after.sequence-before.sequence == 1<<31) != sequence || !after.headerValid {
					t.Errorf("protocol %d, %+v: got %+v about %+v", protocol, guess, after, before)
				}
				if differ := differing(in, got); differ > 2 {
					t.Errorf("protocol %d, %+v: %d octets differ", protocol, guess, differ)
				}
			}
		}
	})
}

func differing(a, b []byte) (n int) {
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// What a quote has of the changes depends on its length, and on what begins behind the IP headers: a later fragment has no ports.
func TestQuotedShort(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		all := Quoted{SourcePort: 7, DestinationPort: 9, TTL: 3, HasTTL: true, BadChecksum: true}
		for _, m := range []Message{TTLExceeded, Redirect, TooBig} {
			for most := 1; most < 40; most++ {
				s := f.spec(m)
				s.Quote, s.Quote6, s.Quoted, s.Gateway = most, most, &all, netip.MustParseAddr(f.dst)
				s.Extensions = objects(f)
				build(t, s, parsed(t, f.from(wire.ProtoTCP, count(40)).bytes(t))) // must not reach beyond the quote
			}
		}
		d, header := f.from(wire.ProtoUDP, count(40)), f.header
		if f.v4() {
			d.fragment = 1
		} else {
			d.protocol, d.payload, header = 44, append(unhex("11 00 0009 00000001"), count(40)...), f.header+8
		}
		in, s := d.bytes(t), f.spec(TTLExceeded)
		s.Quoted = &Quoted{SourcePort: 7, BadChecksum: true}
		if f.v4() {
			return // no error is about a later fragment there (RFC 1812 §4.3.2.7)
		}
		if got := read(t, build(t, s, parsed(t, in)).Data).Data; !bytes.Equal(got[header:], in[header:]) {
			t.Errorf("a later fragment\n got %x\nwant %x", got[header:], in[header:])
		}
	})
}

// A redirect and a message of several parts change their quotes, too.
func TestQuotedElsewhere(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		in := f.from(wire.ProtoUDP, udp(40)).bytes(t)
		s := f.spec(Redirect)
		s.Gateway, s.Quoted = netip.MustParseAddr(f.dst), &Quoted{SourcePort: 7}
		got := read(t, build(t, s, parsed(t, in)).Data).Data
		if !f.v4() {
			got = got[40:]
		}
		if ports := readQuote(t, f, got).ports; ports != [2]uint16{7, 0x829a} {
			t.Errorf("redirect: ports %v", ports)
		}
		s = f.spec(TTLExceeded)
		s.Extensions, s.Quoted = objects(f), &Quoted{SourcePort: 7}
		quote, extensions := multipartOf(t, f, build(t, s, parsed(t, in)).Data)
		if ports := readQuote(t, f, quote).ports; ports != [2]uint16{7, 0x829a} || len(extensions) == 0 {
			t.Errorf("multipart: ports %v, %d extensions", ports, len(extensions))
		}
	})
}

// outerGolden are the headers of RFC 2003 §3.1 and RFC 2473 §3.1, by hand, but for lengths and the checksum of IPv4.
var outerGolden = map[string]string{
	"IPv4": "45 2e 0000 0000 0000 40 04 0000 c0000207 c0000208",
	"IPv6": "62 e0 0000 0000 29 40 20010db8000000000000000000000007 20010db8000000000000000000000008",
}

// The outer header stands before the packet, and counts in the length of the error.
func TestQuotedOuter(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, most := range []int{0, 8, 30} {
			for _, length := range []int{40, 2000} {
				d := f.from(wire.ProtoUDP, udp(length))
				d.tos = 0x2e
				in := d.bytes(t)
				s := f.spec(TooBig)
				s.MTU, s.Quote, s.Quote6, s.Quoted = 1300, most, most, &Quoted{Outer: Outer{Source: elsewhere, Destination: other}}
				s.Extensions = objects(f)
				q := build(t, s, parsed(t, in))
				outer := unhex(outerGolden[f.name])
				if f.v4() {
					binary.BigEndian.PutUint16(outer[2:], uint16(20+len(in)))
					binary.BigEndian.PutUint16(outer[10:], ^checksum.Checksum(outer, 0))
				} else {
					binary.BigEndian.PutUint16(outer[4:], uint16(len(in)))
				}
				n := min(len(in), f.longest-f.header-8-len(outer))
				if most > 0 {
					n = min(n, most)
				}
				if got, want := read(t, q.Data).Data, slices.Concat(outer, in[:n]); !bytes.Equal(got, want) {
					t.Errorf("%d of %d octets\n got %x\nwant %x", most, length, got, want)
				}
				one := wire.EachFamily(netip.MustParseAddr(f.own))
				s.Quoted = &Quoted{Outer: Outer{Source: one, Destination: one, Protocol: 47}}
				if got := read(t, build(t, s, parsed(t, in)).Data).Data; got[9] != 47 && got[6] != 47 {
					t.Errorf("protocol: got %x", got)
				}
				s.Quoted, s.Extensions = &Quoted{Outer: Outer{Source: one}}, nil
				if got := read(t, build(t, s, parsed(t, in)).Data).Data; !bytes.HasPrefix(in, got) {
					t.Errorf("an outer header with one end: got %x", got)
				}
			}
		}
	})
}

// A full quote is all of the packet, and never longer than a datagram.
func TestQuoteFull(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, length := range []int{8, 1500, 9000, 65535 - f.header} {
			in := f.from(253, count(length)).bytes(t)
			s := f.spec(TooBig)
			s.MaxLen, s.Quote, s.Quote6, s.Full, s.Extensions = f.smallest, 8, 8, true, objects(f)
			got := read(t, build(t, s, parsed(t, in)).Data)
			if want := in[:min(len(in), 65535-f.header-8)]; !bytes.Equal(got.Data, want) {
				t.Errorf("%d octets: got a quote of %d, want %d", len(in), len(got.Data), len(want))
			}
			if appended, ok := Append(nil, s, in); !ok || len(appended) != f.header+8+len(got.Data) {
				t.Errorf("Append: %d octets, %v", len(appended), ok)
			}
		}
		s := f.spec(Redirect)
		s.Gateway, s.Full = netip.MustParseAddr(f.dst), true
		if n := len(read(t, build(t, s, parsed(t, f.from(253, count(9000)).bytes(t))).Data).Data); f.v4() && n != 9020 || !f.v4() && n != 40+255*8-8 {
			t.Errorf("a redirect with %d octets behind its second word", n) // RFC 4861 §4.6: an option counts its words in an octet
		}
	})
}

// A message with a wrong checksum is wrong there alone, as gopacket counts it.
func TestBadChecksum(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		tcp := append(count(12), 0x50, 2, 0, 0, 0, 0, 0, 0)
		for m, p := range map[Message]*wire.Packet{
			TTLExceeded: parsed(t, f.from(wire.ProtoUDP, udp(30)).bytes(t)),
			Redirect:    parsed(t, f.from(wire.ProtoUDP, udp(30)).bytes(t)),
			EchoReply:   parsed(t, f.from(f.icmp, icmp(f.echoRequest)).bytes(t)),
			TCPReset:    parsed(t, f.from(wire.ProtoTCP, tcp).bytes(t)),
		} {
			s := f.spec(m)
			s.Gateway = netip.MustParseAddr(f.dst)
			right := bytes.Clone(build(t, s, p).Data)
			s.BadChecksum = true
			wrong := build(t, s, p).Data
			at, differ := f.header+2, 0
			if m == TCPReset {
				at = f.header + 16
			}
			for i := range right {
				if right[i] != wrong[i] && i != at {
					differ++
				}
			}
			if len(right) != len(wrong) || right[at] == wrong[at] || differ != 0 {
				t.Errorf("%v\nright %x\nwrong %x", m, right, wrong)
			}
			read(t, right)
		}
	})
}
