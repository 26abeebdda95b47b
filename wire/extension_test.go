package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// noFault is what most packets have.
var noFault wire.Fault

// TestInspectExtensions: what a packet's extension headers are to a node on the
// way, and to their destination. Offsets count from the IPv6 header, which has 40
// octets. IPv4 has no such headers.
func TestInspectExtensions(t *testing.T) {
	const (
		udp       = "8235 8235 0008 0000"
		pad       = "00 0104 00000000" // Hdr Ext Len 0, PadN
		unknown00 = "00 1e04 00000000"
		unknown01 = "00 5e04 00000000"
		unknown10 = "00 9e04 00000000"
		unknown11 = "00 de04 00000000"
		limit     = 8
	)
	at := func(kind wire.FaultKind, pointer int) wire.Fault { return wire.Fault{Kind: kind, Pointer: pointer} }
	silent, option, field := at(wire.FaultSilentOption, 42), at(wire.FaultOption, 42), at(wire.FaultField, 42)
	tests := []struct {
		name           string
		next           byte
		payload        string
		transit, local wire.Fault
	}{
		{"no extension header", 17, udp, noFault, noFault},
		{"U6-06e: 253 is no extension header", 253, unknown10, noFault, noFault},
		{"U6-07: no next header", 59, udp, noFault, noFault},
		{"no next header after options", 60, "3b" + pad + udp, noFault, noFault},
		{"ESP, not looked into", 50, unknown10, noFault, noFault},

		{"X6-01: PadN", 0, "11" + pad + udp, noFault, noFault},
		{"Pad1 six times", 0, "11 00 000000000000" + udp, noFault, noFault},
		{"PadN of no octets, Pad1", 0, "11 00 0100 00 00 0100" + udp, noFault, noFault},
		{"X6-02: 00", 0, "11" + unknown00 + udp, noFault, noFault},
		{"X6-03: 01", 0, "11" + unknown01 + udp, silent, silent},
		{"X6-04, X6-04L: 10", 0, "11" + unknown10 + udp, option, option},
		{"X6-05, X6-05L: 11", 0, "11" + unknown11 + udp, option, option},
		{"10 after PadN, 00 and Pad1", 0, "11 01 0101 00 1e02 0000 00 9e04 00000000" + udp,
			at(wire.FaultOption, 50), at(wire.FaultOption, 50)},
		{"00 before 01 before 10", 0, "11 01 1e00 5e00 9e00 0106 000000000000" + udp,
			at(wire.FaultSilentOption, 44), at(wire.FaultSilentOption, 44)},
		{"10 as the last octets", 0, "11 00 0102 0000 9e00" + udp, at(wire.FaultOption, 46), at(wire.FaultOption, 46)},
		{"what looks like 10 is behind the header", 0, "3b 00 0104 00000000 9e00", noFault, noFault},
		{"X6-13: Router Alert", 0, "11 00 0502 0001 0100" + udp, noFault, noFault},
		{"X6-16: Jumbo Payload", 0, "11 00 c204 00010000" + udp, option, option},

		{"X6-15: header longer than the packet", 0, "11 02 0104 00000000" + udp,
			at(wire.FaultTruncated, 40), at(wire.FaultTruncated, 40)},
		{"header of 7 octets", 0, "11 00 0104 000000", at(wire.FaultTruncated, 40), at(wire.FaultTruncated, 40)},
		{"header of 1 octet", 0, "11", at(wire.FaultTruncated, 40), at(wire.FaultTruncated, 40)},
		{"header of nothing", 0, "", at(wire.FaultTruncated, 40), at(wire.FaultTruncated, 40)},
		{"PadN one octet beyond its header", 0, "11 00 0105 00000000" + udp,
			at(wire.FaultField, 43), at(wire.FaultField, 43)},
		{"00 beyond its header and the packet", 0, "11 00 1eff 00000000" + udp,
			at(wire.FaultField, 43), at(wire.FaultField, 43)},
		{"01 beyond its header", 0, "11 00 5eff 00000000" + udp, silent, silent},
		{"no room for a length", 0, "11 00 0103 000000 1e" + udp, at(wire.FaultField, 47), at(wire.FaultField, 47)},
		{"PadN, no room for its length", 0, "11 00 0103 000000 01" + udp, at(wire.FaultField, 47), at(wire.FaultField, 47)},

		{"X6-20: 8 options", 0, "11 02" + strings.Repeat("1e00", 8) + "0104 00000000" + udp, noFault, noFault},
		{"X6-20: 9 options", 0, "11 02 00" + strings.Repeat("1e00", 9) + "0101 00" + udp,
			at(wire.FaultTooManyOptions, 59), at(wire.FaultTooManyOptions, 59)},
		{"Router Alert counts", 0, "11 02" + strings.Repeat("1e00", 8) + "0502 0000 0100" + udp,
			at(wire.FaultTooManyOptions, 58), at(wire.FaultTooManyOptions, 58)},
		{"the ninth asks for 10", 0, "11 02" + strings.Repeat("1e00", 8) + "9e04 00000000" + udp,
			at(wire.FaultTooManyOptions, 58), at(wire.FaultTooManyOptions, 58)},
		{"9 times padding", 0, "11 02" + strings.Repeat("0100", 9) + "0102 0000" + udp, noFault, noFault},
		{"8 options in each header", 0, "3c 02" + strings.Repeat("1e00", 8) + "0104 00000000" +
			"11 02" + strings.Repeat("1e00", 8) + "0104 00000000" + udp, noFault, noFault},

		{"X6-06, X6-06t: destination options, hop-by-hop", 60, "00" + pad + "11" + pad + udp,
			noFault, at(wire.FaultNextHeader, 40)},
		{"X6-17: hop-by-hop twice", 0, "00" + pad + "11" + pad + udp, noFault, at(wire.FaultNextHeader, 40)},
		{"hop-by-hop third, of nothing", 0, "3c" + pad + "00" + pad, noFault, at(wire.FaultNextHeader, 48)},
		{"hop-by-hop in an atomic fragment", 44, "00 00 0000 00000001  11" + pad + udp,
			noFault, at(wire.FaultNextHeader, 40)},

		{"destination options, PadN", 60, "11" + pad + udp, noFault, noFault},
		{"destination options, 00", 60, "11" + unknown00 + udp, noFault, noFault},
		{"destination options, 01", 60, "11" + unknown01 + udp, noFault, silent},
		{"X6-10t: destination options, 10", 60, "11" + unknown10 + udp, noFault, option},
		{"destination options, 11", 60, "11" + unknown11 + udp, noFault, option},
		{"destination options, 10 after hop-by-hop and routing", 0, "2b" + pad + "3c 00 0000 00000000 11" + unknown10 + udp,
			noFault, at(wire.FaultOption, 58)},
		{"destination options longer than the packet", 60, "11 02 0104 00000000" + udp,
			noFault, at(wire.FaultTruncated, 40)},
		{"destination options, an option longer", 60, "11 00 1e05 00000000" + udp,
			noFault, at(wire.FaultField, 43)},
		{"destination options, 9 of them", 60, "11 02" + strings.Repeat("1e00", 9) + "0102 0000" + udp,
			noFault, at(wire.FaultTooManyOptions, 58)},
		{"X6-19: destination options of 256 octets", 60, "11 1f 01fc" + strings.Repeat("00", 252) + udp, noFault, noFault},

		{"X6-07, X6-09: routing type 0, a segment left", 43, "11 02 0001 00000000" + strings.Repeat("fd", 16) + udp,
			noFault, field},
		{"X6-08: routing type 0, no segment left", 43, "11 02 0000 00000000" + strings.Repeat("fd", 16) + udp,
			noFault, noFault},
		{"X6-14: routing type 253, a segment left", 43, "11 00 fd01 00000000" + udp, noFault, field},
		{"routing type 4, 255 segments left", 43, "11 00 04ff 00000000" + udp, noFault, field},
		{"routing type 253, no segment left, then 10", 43, "3c 00 fd00 00000000 11" + unknown10 + udp,
			noFault, at(wire.FaultOption, 50)},
		{"routing longer than the packet", 43, "11 02 0001 00000000" + udp, noFault, at(wire.FaultTruncated, 40)},

		{"authentication", 51, "11 01 0000 00000001 00000001" + udp, noFault, at(wire.FaultNextHeader, 6)},
		{"authentication after destination options", 60, "33" + pad + "11 01 0000 00000001 00000001" + udp,
			noFault, at(wire.FaultNextHeader, 40)},

		{"10 in an atomic fragment", 44, "3c 00 0000 00000001 11" + unknown10 + udp, noFault, at(wire.FaultOption, 50)},
		{"reserved bits of an atomic fragment", 44, "3c ff 0006 00000001 11" + unknown10 + udp,
			noFault, at(wire.FaultOption, 50)},
		{"10 in a first fragment", 44, "3c 00 0001 00000001 11" + unknown10 + udp, noFault, noFault},
		{"10 in a last fragment", 44, "3c 00 0008 00000001 11" + unknown10 + udp, noFault, noFault},
		{"10 before a fragment", 60, "2c" + unknown10 + "11 00 0008 00000001" + udp, noFault, option},
		{"hop-by-hop 10 before a fragment", 0, "2c" + unknown10 + "11 00 0008 00000001" + udp, option, option},
		{"fragment header of 7 octets", 44, "3c 00 0000 000000", noFault, at(wire.FaultTruncated, 40)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := ip6{hop: 64, next: test.next, payload: unhex(test.payload)}.bytes()
			p := parsed(t, in)
			if got := p.InspectHopByHop(limit); got != test.transit {
				t.Errorf("%x in transit: got %v, want %v", in, got, test.transit)
			}
			if got := p.InspectChain(limit); got != test.local {
				t.Errorf("%x at its destination: got %v, want %v", in, got, test.local)
			}
			if !bytes.Equal(p.Data, in) {
				t.Error("the bytes changed")
			}
			noAllocs(t, func() { p.InspectHopByHop(limit); p.InspectChain(limit) })
		})
	}
}

// TestInspectMulticast: only type 10 lets an error be sent about a packet to
// many (RFC 4443 §2.4 (e.3)): X6-04m, X6-05m.
func TestInspectMulticast(t *testing.T) {
	for kind, want := range map[byte]wire.Fault{
		0x1e: noFault,
		0x5e: {Kind: wire.FaultSilentOption, Pointer: 42},
		0x9e: {Kind: wire.FaultOption, Pointer: 42},
		0xde: {Kind: wire.FaultSilentOption, Pointer: 42},
		0xc2: {Kind: wire.FaultSilentOption, Pointer: 42},
	} {
		for _, next := range []byte{wire.ProtoHopByHop, wire.ProtoDestOptions} {
			in := ip6{hop: 64, next: next, payload: []byte{59, 0, kind, 4, 0, 0, 0, 0}}.bytes()
			in[24] = 0xff
			p := parsed(t, in)
			if got := p.InspectChain(8); got != want {
				t.Errorf("header %d, option %#x: got %v, want %v", next, kind, got, want)
			}
			if got := p.InspectHopByHop(8); next == wire.ProtoHopByHop && got != want {
				t.Errorf("option %#x in transit: got %v, want %v", kind, got, want)
			}
		}
	}
}

// TestInspectLimit: padding is not limited, and no limit lets none through.
func TestInspectLimit(t *testing.T) {
	padding := ip6{hop: 64, payload: unhex("3b 00 0104 00000000")}.bytes()
	two := ip6{hop: 64, payload: unhex("3b 00 1e00 1e00 0100")}.bytes()
	tests := []struct {
		in    []byte
		limit int
		want  wire.Fault
	}{
		{padding, 0, noFault},
		{padding, -1, noFault},
		{two, -1, wire.Fault{Kind: wire.FaultTooManyOptions, Pointer: 42}},
		{two, 0, wire.Fault{Kind: wire.FaultTooManyOptions, Pointer: 42}},
		{two, 1, wire.Fault{Kind: wire.FaultTooManyOptions, Pointer: 44}},
		{two, 2, noFault},
	}
	for _, test := range tests {
		p := parsed(t, test.in)
		if got := p.InspectHopByHop(test.limit); got != test.want {
			t.Errorf("limit %d: got %v, want %v", test.limit, got, test.want)
		}
	}
}

// TestInspectIPv4: options of IPv4 are no extension headers, wherever its octets
// look as if they were.
func TestInspectIPv4(t *testing.T) {
	for _, flags := range []uint16{0, 0x2000, 0x0001, 0x3c00, 0x2b00} {
		for _, protocol := range []byte{0, 43, 44, 51, 60} {
			in := ip4{ttl: 64, protocol: protocol, flags: flags, options: bytes.Repeat([]byte{1}, 20), payload: count(15)}.bytes()
			p := parsed(t, in)
			if a, b, c := p.InspectHopByHop(0), p.InspectChain(0), p.InspectFragment(); a != noFault || b != noFault || c != noFault {
				t.Errorf("%x: got %v, %v, %v, want none", in, a, b, c)
			}
		}
	}
}
