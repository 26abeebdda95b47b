package icmpgen

import (
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// errorsOf are all errors that a family has.
func errorsOf(f family) (all []Message) {
	for m := NetUnreachable; m <= OptionTooBig; m++ {
		if m.number(f) != absent {
			all = append(all, m)
		}
	}
	return all
}

// row is one line of a truth table: a packet, and whether any error may be
// said about it. Too big has its own column, since RFC 4443 excepts it, and IPv6's
// option problems with it.
type row struct {
	name        string
	d           datagram
	any, tooBig bool
}

func checkRows(t *testing.T, f family, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			p := parsed(t, r.d.bytes(t))
			for _, m := range errorsOf(f) {
				want := r.any
				if m == TooBig || m == OptionProblem && !f.v4() {
					want = r.tooBig
				}
				if got := Permitted(m, p); got != want {
					t.Errorf("Permitted(%v, %x): got %v, want %v", m, p.Data, got, want)
				}
			}
		})
	}
}

// TestPermitted4 is RFC 1812 §4.3.2.7 line by line.
func TestPermitted4(t *testing.T) {
	f := families[0]
	base := f.from(wire.ProtoUDP, udp(16))
	from := func(src string) datagram { d := base; d.src = src; return d }
	to := func(dst string) datagram { d := base; d.dst = dst; return d }
	fragment := func(d datagram, flags uint16) datagram { d.fragment = flags; return d }
	rows := []row{
		{"UDP", base, true, true},
		{"TCP", f.from(wire.ProtoTCP, count(20)), true, true},
		{"an unknown protocol", f.from(253, count(8)), true, true},
		{"ICMPv6 in IPv4", f.from(wire.ProtoICMPv6, icmp(1)), true, true},
		{"no payload", f.from(wire.ProtoUDP, nil), true, true},

		{"ICMP of no octets", f.from(1, nil), false, false},
		{"ICMP of one octet, a query", f.from(1, []byte{8}), true, true},
		{"first fragment of an error", fragment(f.from(1, icmp(11)), 0x2000), false, false},
		{"first fragment of a query", fragment(f.from(1, icmp(8)), 0x2000), true, true},
		{"later fragment of a query", fragment(f.from(1, icmp(8)), 0x2001), false, false},

		{"first fragment", fragment(base, 0x2000), true, true},
		{"second fragment", fragment(base, 0x2001), false, false},
		{"last fragment", fragment(base, 0x0001), false, false},
		{"last fragment, furthest", fragment(base, 0x1fff), false, false},
		{"DF", fragment(base, 0x4000), true, true},

		{"to multicast", to("224.0.0.5"), false, false},
		{"to the last multicast", to("239.255.255.255"), false, false},
		{"to broadcast", to("255.255.255.255"), false, false},
		// What is a directed broadcast, and which destinations are martians, the node knows.
		{"to 10.2.0.255", to("10.2.0.255"), true, true},

		{"from 0.0.0.0", from("0.0.0.0"), false, false},
		{"from 0.1.2.3", from("0.1.2.3"), false, false},
		{"from 1.0.0.0", from("1.0.0.0"), true, true},
		{"from 127.0.0.1", from("127.0.0.1"), false, false},
		{"from 127.255.255.255", from("127.255.255.255"), false, false},
		{"from 126.255.255.255", from("126.255.255.255"), true, true},
		{"from 128.0.0.1", from("128.0.0.1"), true, true},
		{"from 223.255.255.255", from("223.255.255.255"), true, true},
		{"from 224.0.0.1", from("224.0.0.1"), false, false},
		{"from 239.255.255.255", from("239.255.255.255"), false, false},
		{"from 240.0.0.1", from("240.0.0.1"), false, false},
		{"from 255.255.255.254", from("255.255.255.254"), false, false},
		{"from 255.255.255.255", from("255.255.255.255"), false, false},
	}
	// Queries of RFC 792, RFC 950, RFC 1256, RFC 8335; all else is an error or unknown (RFC 1122 §3.2.2).
	queries := []int{0, 8, 9, 10, 13, 14, 15, 16, 17, 18, 42, 43}
	for kind := range 256 {
		query := slices.Contains(queries, kind)
		rows = append(rows, row{"ICMP", f.from(1, icmp(byte(kind))), query, query})
	}
	checkRows(t, f, rows)
}

// TestPermitted6 is RFC 4443 §2.4 (e) line by line. Fragments, which IPv4
// forbids, are no reason here, while redirects are.
func TestPermitted6(t *testing.T) {
	f := families[1]
	base := f.from(wire.ProtoUDP, udp(16))
	from := func(src string) datagram { d := base; d.src = src; return d }
	to := func(dst string, protocol int, payload []byte) datagram {
		d := f.from(protocol, payload)
		d.dst = dst
		return d
	}
	behind := func(next int, chain string, payload []byte) datagram {
		return f.from(next, append(unhex(chain), payload...))
	}
	const hopToDest, destToICMP, destToUDP = "3c 00 0104 00000000", "3a 00 0104 00000000", "11 00 0104 00000000"
	rows := []row{
		{"UDP", base, true, true},
		{"TCP", f.from(wire.ProtoTCP, count(20)), true, true},
		{"an unknown protocol", f.from(253, count(8)), true, true},
		{"ICMPv4 in IPv6", f.from(wire.ProtoICMPv4, icmp(3)), true, true},
		{"no next header", f.from(wire.ProtoNone, nil), true, true},
		{"ICMP of no octets", f.from(58, nil), false, false},
		{"ICMP of one octet, a query", f.from(58, []byte{128}), true, true},

		{"an error behind destination options", behind(60, destToICMP, icmp(1)), false, false},
		{"an error behind hop-by-hop and destination options", behind(0, hopToDest+destToICMP, icmp(3)), false, false},
		{"an error behind routing", behind(43, "3a 02 0401 00000000 00000000 00000000 00000000 00000000", icmp(2)), false, false},
		{"an error behind AH", behind(51, "3a 01 0000 00000001 00000001", icmp(1)), false, false},
		{"a redirect behind hop-by-hop", behind(0, destToICMP, icmp(137)), false, false},
		{"an echo request behind destination options", behind(60, destToICMP, icmp(128)), true, true},
		{"UDP behind destination options", behind(60, destToUDP, udp(8)), true, true},
		{"a chain that runs beyond the packet", behind(60, "3a 04 0104 00000000", nil), true, true},

		{"first fragment", behind(44, "11 00 0001 00000001", udp(16)), true, true},
		{"first fragment of an error", behind(44, "3a 00 0001 00000001", icmp(1)), false, false},
		{"first fragment of a query", behind(44, "3a 00 0001 00000001", icmp(128)), true, true},
		{"first fragment of an error behind destination options", behind(44, "3c 00 0001 00000001"+destToICMP, icmp(1)), false, false},
		{"an error in a fragment within a fragment", behind(44, "2c 00 0001 00000001 3a 00 0001 00000002", icmp(1)), false, false},
		{"atomic fragment of an error", behind(44, "3a 00 0000 00000001", icmp(4)), false, false},
		{"later fragment", behind(44, "11 00 0009 00000001", udp(16)), true, true},
		{"later fragment of ICMP, of which nobody knows more", behind(44, "3a 00 0009 00000001", icmp(1)), true, true},

		{"to multicast", to("ff05::2", wire.ProtoUDP, udp(8)), false, true},
		{"to all nodes", to("ff02::1", wire.ProtoUDP, udp(8)), false, true},
		{"a query to multicast", to("ff05::2", 58, icmp(128)), false, true},
		{"an error to multicast", to("ff05::2", 58, icmp(1)), false, false},
		{"a redirect to multicast", to("ff02::1", 58, icmp(137)), false, false},

		{"from ::", from("::"), false, false},
		{"from ::1", from("::1"), false, false},
		{"from multicast", from("ff05::2"), false, false},
		{"from the last multicast", from("ffff::1"), false, false},
		{"from link-local", from("fe80::1"), true, true},
		{"from site-local", from("fec0::1"), true, true},
		{"from unique local", from("fd00::1"), true, true},
		{"from global", from("2001:db8::1"), true, true},
	}
	for kind := range 256 {
		query := kind >= 128 && kind != 137
		rows = append(rows, row{"ICMP", f.from(58, icmp(byte(kind))), query, query})
	}
	checkRows(t, f, rows)
}

// TestPermittedAbsent: what a family has no number for is never said in it.
func TestPermittedAbsent(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		p := parsed(t, f.from(wire.ProtoUDP, udp(8)).bytes(t))
		for m := range NumMessages {
			want := m >= NetUnreachable && m <= SourceQuench && m.number(f) != absent
			if got := Permitted(m, p); got != want {
				t.Errorf("Permitted(%v, UDP): got %v, want %v", m, got, want)
			}
		}
	})
}

// TestPermittedReplies: echo replies and resets, which are no errors. A reset
// has the address that it was asked at as source, so that must be one node's.
func TestPermittedReplies(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		tcp := func(flags byte) []byte { return append(count(12), 0x50, flags, 0, 0, 0, 0, 0, 0) }
		fragment := func(d datagram, first bool) datagram {
			offset := map[bool]uint16{true: 0, false: 1}[first]
			if f.v4() {
				d.fragment = 0x2000 | offset
			} else {
				d.payload = append([]byte{byte(d.protocol), 0, 0, byte(offset<<3 | 1), 0, 0, 0, 1}, d.payload...)
				d.protocol = 44
			}
			return d
		}
		sent := func(src, dst string, d datagram) datagram { d.src, d.dst = src, dst; return d }
		other := map[bool]int{true: 58, false: 1}[f.v4()]
		unspecified, loopback := "0.0.0.0", "127.0.0.1"
		if !f.v4() {
			unspecified, loopback = "::", "::1"
		}
		request, syn := f.from(f.icmp, icmp(f.echoRequest)), f.from(wire.ProtoTCP, tcp(2))
		for _, test := range []struct {
			name        string
			d           datagram
			echo, reset bool
		}{
			{"echo request", request, true, false},
			{"echo request to multicast", sent(f.src, f.multicast, request), true, false},
			{"echo request of 7 octets", f.from(f.icmp, icmp(f.echoRequest)[:7]), false, false},
			{"echo reply", f.from(f.icmp, icmp(f.echoReply)), false, false},
			{"an error", f.from(f.icmp, icmp(f.anError)), false, false},
			{"another query", f.from(f.icmp, icmp(f.query)), false, false},
			{"echo request of the other family", f.from(other, icmp(f.echoRequest)), false, false},
			{"echo request from nobody", sent(unspecified, f.own, request), false, false},
			{"echo request from loopback", sent(loopback, f.own, request), false, false},
			{"echo request from multicast", sent(f.multicast, f.own, request), false, false},
			{"first fragment of an echo request", fragment(request, true), false, false},
			{"later fragment of one", fragment(request, false), false, false},
			{"SYN", syn, false, true},
			{"ACK", f.from(wire.ProtoTCP, tcp(16)), false, true},
			{"no flags", f.from(wire.ProtoTCP, tcp(0)), false, true},
			{"RST", f.from(wire.ProtoTCP, tcp(4)), false, false},
			{"RST, ACK", f.from(wire.ProtoTCP, tcp(20)), false, false},
			{"TCP of 19 octets", f.from(wire.ProtoTCP, tcp(2)[:19]), false, false},
			{"SYN from nobody", sent(unspecified, f.own, syn), false, false},
			{"SYN from multicast", sent(f.multicast, f.own, syn), false, false},
			{"SYN to multicast", sent(f.src, f.multicast, syn), false, false},
			{"first fragment of a SYN", fragment(syn, true), false, false},
			{"later fragment of TCP", fragment(syn, false), false, false},
			{"UDP", f.from(wire.ProtoUDP, udp(30)), false, false},
		} {
			p := parsed(t, test.d.bytes(t))
			if echo, reset := Permitted(EchoReply, p), Permitted(TCPReset, p); echo != test.echo || reset != test.reset {
				t.Errorf("%s: got echo reply %v, reset %v, want %v, %v", test.name, echo, reset, test.echo, test.reset)
			}
		}
	})
}

// A first fragment that ends before the ICMPv6 type: only the error that says so
// is permitted about it (RFC 7112 §5).
func TestPermittedFirstFragment(t *testing.T) {
	const header = "6000000000082c40" + "fd000001000000000000000000000002" + "fd000001000000000000000000000001"
	p := parsed(t, unhex(header+"3a00000100000606")) // ICMPv6 follows, and nothing does
	for m, want := range map[Message]bool{FirstFragmentIncomplete: true, TTLExceeded: false, HeaderProblem: false} {
		if got := Permitted(m, p); got != want {
			t.Errorf("%v: got %v, want %v", m, got, want)
		}
	}
}
