package wire_test

import (
	"slices"
	"testing"
)

// TestParseIPv6 walks chains of extension headers. Offsets count from the IPv6
// header, which has 40 octets. IPv4 has no such chains.
func TestParseIPv6(t *testing.T) {
	base := words{Len: 48, Version: 6, TTL: 64, Protocol: 17, DF: true, Transport: 40, ProtocolField: 6}
	with := func(change func(w *words)) words { w := base; change(&w); return w }
	const udp = "8235 8235 0008 0000"
	tests := []struct {
		name    string
		next    byte
		payload string
		want    words
	}{
		{"plain", 17, udp, base},
		{"no payload", 17, "", with(func(w *words) { w.Len = 40 })},
		{"ICMPv6", 58, udp, with(func(w *words) { w.Protocol, w.ICMP = 58, true })},
		{"ICMPv4 in IPv6 is not ICMP", 1, udp, with(func(w *words) { w.Protocol = 1 })},
		{"no next header", 59, udp, with(func(w *words) { w.Protocol, w.NoNextHead = 59, true })},
		{"ESP ends the walk", 50, udp, with(func(w *words) { w.Protocol = 50 })},
		{"hop-by-hop", 0, "11 00 0104 00000000" + udp,
			with(func(w *words) { w.Len, w.Transport, w.ProtocolField = 56, 48, 40 })},
		{"hop-by-hop of 16 octets", 0, "11 01 010c 00000000 00000000 00000000" + udp,
			with(func(w *words) { w.Len, w.Transport, w.ProtocolField = 64, 56, 40 })},
		{"routing", 43, "11 02 0401 00000000 fd000003 00000000 00000000 00000001" + udp,
			with(func(w *words) { w.Len, w.Transport, w.ProtocolField = 72, 64, 40 })},
		{"destination options", 60, "3a 00 0104 00000000" + udp,
			with(func(w *words) { w.Len, w.Transport, w.ProtocolField, w.Protocol, w.ICMP = 56, 48, 40, 58, true })},
		{"authentication of 24 octets", 51, "11 04 0000 00000001 00000001 a5a5a5a5 a5a5a5a5 a5a5a5a5" + udp,
			with(func(w *words) { w.Len, w.Transport, w.ProtocolField = 72, 64, 40 })},
		{"hop-by-hop, routing, fragment, destination options", 0,
			"2b 00 0104 00000000  2c 00 0000 00000000  3c 00 0001 deadbeef  11 00 0104 00000000" + udp,
			with(func(w *words) {
				w.Len, w.Transport, w.ProtocolField, w.More, w.Fragment = 80, 72, 64, true, true
				w.FragmentID = 0xdeadbeef
			})},
		{"first fragment", 44, "11 00 0001 deadbeef" + udp, with(func(w *words) {
			w.Len, w.Transport, w.ProtocolField, w.More, w.Fragment = 56, 48, 40, true, true
			w.FragmentID = 0xdeadbeef
		})},
		{"last fragment, not walked", 44, "3c a5 fffe deadbeef" + "11 00 0104 00000000", with(func(w *words) {
			w.Len, w.Transport, w.ProtocolField, w.Fragment = 56, 48, 40, true
			w.Protocol, w.FragmentID, w.FragmentOffset = 60, 0xdeadbeef, 65528
		})},
		{"last fragment of ICMPv6", 44, "3a 00 0008 00000001" + udp, with(func(w *words) {
			w.Len, w.Transport, w.ProtocolField, w.Fragment, w.ICMP = 56, 48, 40, true, true
			w.Protocol, w.FragmentID, w.FragmentOffset = 58, 1, 8
		})},
		{"later fragment after hop-by-hop", 0, "2c 00 0104 00000000  11 00 0009 00000001" + udp, with(func(w *words) {
			w.Len, w.Transport, w.ProtocolField, w.More, w.Fragment = 64, 56, 48, true, true
			w.FragmentID, w.FragmentOffset = 1, 8
		})},
		{"atomic fragment", 44, "11 00 0000 deadbeef" + udp, with(func(w *words) {
			w.Len, w.Transport, w.ProtocolField, w.FragmentID = 56, 48, 40, 0xdeadbeef
		})},
		{"atomic fragment, then a fragment", 44, "2c 00 0000 deadbeef  11 00 0001 00000001" + udp, with(func(w *words) {
			w.Len, w.Transport, w.ProtocolField, w.More, w.Fragment, w.FragmentID = 64, 56, 48, true, true, 1
		})},
		{"a fragment within a fragment is the outer one", 44, "2c 00 0001 deadbeef  11 00 0000 00000001" + udp,
			with(func(w *words) {
				w.Len, w.Transport, w.ProtocolField, w.More, w.Fragment = 64, 56, 48, true, true
				w.FragmentID = 0xdeadbeef
			})},
		{"a later fragment within a first one is not walked", 44, "2c 00 0001 deadbeef  3c 00 0009 00000001" + udp,
			with(func(w *words) {
				w.Len, w.Transport, w.ProtocolField, w.More, w.Fragment = 64, 56, 48, true, true
				w.FragmentID, w.Protocol = 0xdeadbeef, 60
			})},

		{"incomplete: hop-by-hop of nothing", 0, "", with(func(w *words) { w.Len, w.Protocol, w.Incomplete = 40, 0, true })},
		{"incomplete: hop-by-hop of 7", 0, "11 00 0104 000000",
			with(func(w *words) { w.Len, w.Protocol, w.Incomplete = 47, 0, true })},
		{"incomplete: routing longer than the packet", 43, "11 01 0000 00000000" + "00000000 000000",
			with(func(w *words) { w.Len, w.Protocol, w.Incomplete = 55, 43, true })},
		{"incomplete: authentication of 8 octets", 51, "11 00 0000 00000001",
			with(func(w *words) { w.Protocol, w.Incomplete = 51, true })},
		{"incomplete: authentication longer than the packet", 51, "11 02 0000 00000001 00000001",
			with(func(w *words) { w.Len, w.Protocol, w.Incomplete = 52, 51, true })},
		{"incomplete: fragment of 7", 44, "11 00 0001 000000",
			with(func(w *words) { w.Len, w.Protocol, w.Incomplete = 47, 44, true })},
		{"incomplete: the second header", 0, "3c 00 0104 00000000" + "11 01 0104 00000000", with(func(w *words) {
			w.Len, w.Protocol, w.Incomplete, w.Transport, w.ProtocolField = 56, 60, true, 48, 40
		})},
		{"incomplete: within a first fragment", 44, "3c 00 0001 00000001" + "11 01 0104 00000000", with(func(w *words) {
			w.Len, w.Protocol, w.Incomplete, w.Transport, w.ProtocolField = 56, 60, true, 48, 40
			w.More, w.Fragment, w.FragmentID = true, true, 1
		})},
		{"complete, and nothing after it", 60, "11 00 0104 00000000",
			with(func(w *words) { w.Transport, w.ProtocolField = 48, 40 })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := ip6{hop: 64, next: test.next, payload: unhex(test.payload)}.bytes()
			wantWords(t, in, test.want)
		})
	}
	t.Run("traffic class, hop limit", func(t *testing.T) {
		in := ip6{class: 0xfd, hop: 0, next: 17, payload: unhex(udp)}.bytes()
		wantWords(t, in, with(func(w *words) { w.TOS, w.TTL = 0xfd, 0 }))
	})
	t.Run("padding of a link", func(t *testing.T) {
		in := slices.Concat(ip6{hop: 64, next: 17, payload: unhex(udp)}.bytes(), []byte{1, 2, 3})
		wantWords(t, in, base)
	})
	t.Run("the longest", func(t *testing.T) {
		in := ip6{hop: 64, next: 17, payload: count(65535)}.bytes()
		wantWords(t, in, with(func(w *words) { w.Len = 65535 + 40 }))
	})
}
