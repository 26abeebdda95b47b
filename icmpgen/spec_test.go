package icmpgen

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

var zero netip.Addr

func address(s string) netip.Addr {
	if s == "" {
		return zero
	}
	return netip.MustParseAddr(s)
}

// TestSpecPermitted: what a receiver would not believe is not said.
func TestSpecPermitted(t *testing.T) {
	option := append(unhex("3b 00 9e04 00000000"), count(8)...)
	discard := append(unhex("3b 00 de04 00000000"), count(8)...)
	for _, test := range []struct {
		what     string
		family   int
		protocol int
		payload  []byte
		src, dst string
		spec     Spec
		from, to string
		want     bool
	}{
		{"as usual", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "10.1.0.1", "", true},
		{"from its own destination", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "10.1.0.2", "", false},
		{"from nobody", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "", "", false},
		{"from 0.0.0.0", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "0.0.0.0", "", false},
		{"from multicast", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "224.0.0.1", "", false},
		{"from the other family", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "fd00:1::1", "", false},
		{"by way of the first hop", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "10.1.0.1", "10.1.0.9", true},
		{"by way of itself", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "10.1.0.1", "10.1.0.1", false},
		{"by way of all", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "10.1.0.1", "224.0.0.1", false},
		{"by way of the other family", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: TTLExceeded}, "10.1.0.1", "fd00::1", false},
		{"IPv6", 6, 17, udp(8), "fd00:1::2", "fd00:2::2", Spec{Message: TTLExceeded}, "fd00:1::1", "", true},
		{"IPv6 from its own destination", 6, 17, udp(8), "fd00:1::2", "fd00:2::2", Spec{Message: TTLExceeded}, "fd00:1::2", "", false},
		{"the same with a zone", 6, 17, udp(8), "fe80::2", "fd00:2::2", Spec{Message: TTLExceeded}, "fe80::2%left", "", false},
		{"a message beyond the last", 4, 17, udp(8), "10.1.0.2", "10.2.0.2", Spec{Message: NumMessages}, "10.1.0.1", "", false},
		{"a reset from its own destination", 4, 6, append(count(12), 0x50, 2, 0, 0, 0, 0, 0, 0), "10.1.0.2", "10.1.0.2", Spec{Message: TCPReset}, "", "", false},
		{"a reset", 4, 6, append(count(12), 0x50, 2, 0, 0, 0, 0, 0, 0), "10.1.0.2", "10.2.0.2", Spec{Message: TCPReset}, "", "", true},

		{"option 10 to multicast", 6, 0, option, "fd00:1::2", "ff05::2", Spec{Message: OptionProblem, Pointer: 42}, "fd00:1::1", "", true},
		{"option 11 to multicast", 6, 0, discard, "fd00:1::2", "ff05::2", Spec{Message: OptionProblem, Pointer: 42}, "fd00:1::1", "", false},
		{"option 11 to one", 6, 0, discard, "fd00:1::2", "fd00:2::2", Spec{Message: OptionProblem, Pointer: 42}, "fd00:1::1", "", true},
		{"an option beyond the packet to multicast", 6, 0, option, "fd00:1::2", "ff05::2", Spec{Message: OptionProblem, Pointer: 999}, "fd00:1::1", "", false},
		{"an option before the packet to multicast", 6, 0, option, "fd00:1::2", "ff05::2", Spec{Message: OptionProblem, Pointer: -1}, "fd00:1::1", "", false},

		{"redirect", 4, 17, udp(8), "10.1.0.2", "10.4.0.5", Spec{Message: Redirect, Gateway: address("10.1.0.9")}, "10.1.0.1", "", true},
		{"redirect to nowhere", 4, 17, udp(8), "10.1.0.2", "10.4.0.5", Spec{Message: Redirect}, "10.1.0.1", "", false},
		{"redirect to the router itself", 4, 17, udp(8), "10.1.0.2", "10.4.0.5", Spec{Message: Redirect, Gateway: address("10.1.0.1")}, "10.1.0.1", "", false},
		{"redirect to the sender", 4, 17, udp(8), "10.1.0.2", "10.4.0.5", Spec{Message: Redirect, Gateway: address("10.1.0.2")}, "10.1.0.1", "", false},
		{"redirect to all", 4, 17, udp(8), "10.1.0.2", "10.4.0.5", Spec{Message: Redirect, Gateway: address("224.0.0.1")}, "10.1.0.1", "", false},
		{"redirect to the other family", 4, 17, udp(8), "10.1.0.2", "10.4.0.5", Spec{Message: Redirect, Gateway: address("fe80::9")}, "10.1.0.1", "", false},
		{"IPv6 redirect", 6, 17, udp(8), "fd00:1::2", "fd00:4::5", Spec{Message: Redirect, Gateway: address("fe80::9")}, "fe80::1", "", true},
		{"IPv6 redirect with a zone", 6, 17, udp(8), "fd00:1::2", "fd00:4::5", Spec{Message: Redirect, Gateway: address("fe80::9%left")}, "fe80::1%left", "", true},
		{"IPv6 redirect to the destination", 6, 17, udp(8), "fd00:1::2", "fd00:1::77", Spec{Message: Redirect, Gateway: address("fd00:1::77")}, "fe80::1", "", true},
		{"IPv6 redirect to a global address", 6, 17, udp(8), "fd00:1::2", "fd00:4::5", Spec{Message: Redirect, Gateway: address("fd00:1::9")}, "fe80::1", "", false},
		{"IPv6 redirect from a global address", 6, 17, udp(8), "fd00:1::2", "fd00:4::5", Spec{Message: Redirect, Gateway: address("fe80::9")}, "fd00:1::1", "", false},
	} {
		d := datagram{src: test.src, dst: test.dst, protocol: test.protocol, ttl: 64, payload: test.payload}
		s := test.spec
		s.Source, s.To = address(test.from), address(test.to)
		if got := s.Permitted(parsed(t, d.bytes(t))); got != test.want {
			t.Errorf("%s: got %v, want %v", test.what, got, test.want)
		}
	}
}

// TestPermittedRedirect: RFC 1812 §5.2.7.2, RFC 4861 §8.2, and what holds for errors.
func TestPermittedRedirect(t *testing.T) {
	four, six := families[0], families[1]
	with := func(options ...layers.IPv4Option) datagram {
		d := four.from(17, udp(8))
		d.options = options
		return d
	}
	to := func(d datagram, dst string) datagram { d.dst = dst; return d }
	from := func(d datagram, src string) datagram { d.src = src; return d }
	cut := func(flags uint16) datagram { d := four.from(17, udp(8)); d.fragment = flags; return d }
	route := layers.IPv4Option{OptionLength: 7, OptionData: []byte{4, 10, 0, 0, 1}}
	loose, strict, record := route, route, route
	loose.OptionType, strict.OptionType, record.OptionType = 131, 137, 7
	for _, test := range []struct {
		what string
		d    datagram
		want bool
	}{
		{"UDP", four.from(17, udp(8)), true},
		{"an echo request", four.from(1, icmp(8)), true},
		{"an error", four.from(1, icmp(3)), false},
		{"a redirect", four.from(1, icmp(5)), false},
		{"first fragment", cut(0x2000), true},
		{"later fragment", cut(0x0001), false},
		{"to multicast", to(four.from(17, udp(8)), "224.0.0.5"), false},
		{"from nobody", from(four.from(17, udp(8)), "0.0.0.0"), false},
		{"loose source route", with(loose), false},
		{"strict source route behind a record route", with(record, strict), false},
		{"record route", with(record), true},
		{"IPv6", six.from(17, udp(8)), true},
		{"an IPv6 error", six.from(58, icmp(1)), false},
		{"an IPv6 redirect", six.from(58, icmp(137)), false},
		{"first IPv6 fragment", six.from(44, append(unhex("11 00 0001 00000001"), udp(8)...)), true},
		{"later IPv6 fragment", six.from(44, append(unhex("11 00 0009 00000001"), udp(8)...)), false},
		{"to IPv6 multicast", to(six.from(17, udp(8)), "ff05::2"), false},
		{"behind an IPv6 routing header", six.from(43, append(unhex("11 00 fd01 00000000"), udp(8)...)), true},
	} {
		if got := Permitted(Redirect, parsed(t, test.d.bytes(t))); got != test.want {
			t.Errorf("%s: got %v, want %v", test.what, got, test.want)
		}
	}
}

// TestSourceRouteBehindMalformed: a malformed option ends the list, and the search.
func TestSourceRouteBehindMalformed(t *testing.T) {
	d := families[0].from(17, udp(8))
	d.options = []layers.IPv4Option{{OptionType: 7, OptionLength: 3, OptionData: []byte{4}}, {OptionType: 131, OptionLength: 3, OptionData: []byte{4}}}
	in := d.bytes(t)
	in[21] = 1
	mend(in)
	if !Permitted(Redirect, parsed(t, in)) {
		t.Errorf("%x: got false, want true", in)
	}
}

// TestPermittedQueries: timestamp and extended echo are answered to one node alone.
func TestPermittedQueries(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		extended := map[bool]byte{true: 42, false: 160}[f.v4()]
		for _, test := range []struct {
			what        string
			dst         string
			payload     []byte
			stamp, more bool
		}{
			{"timestamp", f.own, append(icmp(13), 1, 2, 3, 4), f.v4(), false},
			{"timestamp of 19 octets", f.own, append(icmp(13), 1, 2, 3), false, false},
			{"timestamp to multicast", f.multicast, append(icmp(13), 1, 2, 3, 4), false, false},
			{"extended echo", f.own, icmp(extended), false, true},
			{"extended echo of 7 octets", f.own, icmp(extended)[:7], false, false},
			{"extended echo to multicast", f.multicast, icmp(extended), false, false},
			{"type 255", f.own, append(icmp(255), 1, 2, 3, 4), false, false},
		} {
			d := f.from(f.icmp, test.payload)
			d.dst = test.dst
			p := parsed(t, d.bytes(t))
			if stamp, more := Permitted(TimestampReply, p), Permitted(ExtendedEchoReply, p); stamp != test.stamp || more != test.more {
				t.Errorf("%s: got timestamp %v, extended echo %v, want %v, %v", test.what, stamp, more, test.stamp, test.more)
			}
		}
	})
}

// TestOptions: an IPv4 message carries options, and goes to their first hop. The
// quote of an error is shorter by them.
func TestOptions(t *testing.T) {
	f := families[0]
	options := unhex("01 83 07 04 0a010002")
	for m, d := range map[Message]datagram{
		TTLExceeded: f.from(17, udp(1000)), EchoReply: f.from(1, append(icmp(8), count(1000)...)),
		TimestampReply: f.from(1, append(icmp(13), count(4)...)), ExtendedEchoReply: f.from(1, icmp(42)),
	} {
		s := f.spec(m)
		s.Options, s.To = append(options[:8:8], 1, 2, 3), netip.MustParseAddr("10.1.0.9") // three octets too many
		p, q := parsed(t, d.bytes(t)), lend()
		s.Build(q, p)
		packet := gopacket.NewPacket(q.Data, layers.LayerTypeIPv4, gopacket.Default)
		ip := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		if err, wrong := packet.VerifyChecksums(); err != nil || len(wrong) != 0 {
			t.Fatalf("%v: got %v, wrong checksums %v in %x", m, err, wrong, q.Data)
		}
		if ip.IHL != 7 || !bytes.Equal(q.Data[20:28], options) || addr(ip.DstIP) != s.To || int(ip.Length) != len(q.Data) {
			t.Errorf("%v: got %x", m, q.Data)
		}
		if m == TTLExceeded && (len(q.Data) != 576 || !bytes.Equal(q.Data[36:], p.Data[:540])) {
			t.Errorf("got %d octets, want 576: %x", len(q.Data), q.Data)
		}
	}
}

// TestOptionsTooLong: options that a reply has no room for stay behind.
func TestOptionsTooLong(t *testing.T) {
	f := families[0]
	s := f.spec(EchoReply)
	s.Options = make([]byte, 40)
	for n, want := range map[int]int{65535 - 60 - 16: 65535, 65535 - 60 - 15: 65535 - 60 - 15 + 16 + 20} {
		q := lend()
		s.Build(q, parsed(t, f.from(1, append(icmp(8), count(n)...)).bytes(t)))
		if len(q.Data) != want {
			t.Errorf("%d octets of data: got %d, want %d", n, len(q.Data), want)
		}
	}
}

// TestTTL: the caller's TTL is the message's.
func TestTTL(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, m := range []Message{TTLExceeded, Redirect} {
			s, q := f.spec(m), lend()
			s.TTL, s.Gateway = 7, netip.MustParseAddr(f.dst)
			if s.Build(q, parsed(t, f.from(17, udp(8)).bytes(t))); q.TTL != 7 {
				t.Errorf("%v: got TTL %d, want 7", m, q.TTL)
			}
		}
	})
}

// TestRedirectQuote: an IPv6 redirect has at most 1280 octets, and its option
// counts in 8 (RFC 4861 §4.6.3). Linux cuts likewise: 1280 of 1348, length 0x96.
func TestRedirectQuote(t *testing.T) {
	f := families[1]
	for n, want := range map[int]int{40: 40, 47: 40, 48: 48, 49: 48, 1191: 1184, 1192: 1192, 1193: 1192, 1348: 1192} {
		s := f.spec(Redirect)
		s.Gateway = netip.MustParseAddr("fe80::9")
		in := f.from(253, count(n-40)).bytes(t)
		b := build(t, s, parsed(t, in)).Data
		read(t, b)
		if option := b[80:]; int(option[1])*8 != len(option) || option[0] != 4 || !bytes.Equal(option[8:], in[:want]) || len(b) != 88+want {
			t.Errorf("%d octets: got option %x, want a quote of %d", n, option, want)
		}
	}
}
