package wire_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// TestInspectFragment: what is wrong with a fragment by itself (RFC 8200 §4.5).
// Offsets count from the IPv6 header, which has 40 octets. IPv4 has no such
// errors: TestInspectIPv4.
func TestInspectFragment(t *testing.T) {
	const (
		first     = " 00 0001 00000001"
		udp       = "8235 8235 0010 0000  00000000 00000000"
		later     = "00 0008 00000001" // last, at octet 8
		dest      = " 00 0104 00000000"
		tcp       = "0050 0050 00000000 00000000"
		noOptions = "5002 ffff 0000 0000"
	)
	at := func(kind wire.FaultKind, pointer int) wire.Fault { return wire.Fault{Kind: kind, Pointer: pointer} }
	chain := at(wire.FaultFirstFragment, 0)
	tests := []struct {
		name    string
		next    byte
		payload string
		want    wire.Fault
	}{
		{"no fragment header", 17, udp, noFault},
		{"no fragment, no whole chain", 60, "11", noFault},
		{"atomic fragment, no whole chain", 44, "06 00 0000 00000001", noFault},
		{"first, of UDP", 44, "11" + first + udp, noFault},
		{"last", 44, "11" + later + "aa", noFault},
		{"last of nothing", 44, "11" + later, noFault},
		{"in the middle", 44, "11 00 0009 00000001" + udp, noFault},
		{"in the middle, of what looks like a chain", 44, "3c 00 0009 00000001 11ff 0104 00000000", noFault},

		{"FR6-04: first of 15 octets", 44, "11" + first + udp[:len(udp)-2], at(wire.FaultField, 4)},
		{"FR6-04: in the middle, 1 octet", 44, "11 00 0009 00000001 aa", at(wire.FaultField, 4)},
		{"FR6-04: in the middle, 12 octets", 44, "11 00 0009 00000001 aaaaaaaa aaaaaaaa aaaaaaaa", at(wire.FaultField, 4)},
		{"FR6-04: behind hop-by-hop", 0, "2c" + dest + "11 00 0009 00000001 aa", at(wire.FaultField, 4)},

		{"FR6-05: the last octet is 65535", 44, "11 00 fff8 00000001" + "00000000 000000", noFault},
		{"FR6-05: the last octet is 65536", 44, "11 00 fff8 00000001" + "00000000 00000000", at(wire.FaultField, 42)},
		{"FR6-05: with more to come", 44, "11 00 fff9 00000001" + "00000000 00000000", at(wire.FaultField, 42)},
		{"FR6-05: 8 octets of hop-by-hop count", 0, "2c" + dest + "11 00 fff0 00000001" + "00000000 00000000",
			at(wire.FaultField, 50)},
		{"FR6-05: 8 octets of hop-by-hop, just so", 0, "2c" + dest + "11 00 fff0 00000001" + "00000000 000000", noFault},

		{"FR6-06: destination options, nothing behind", 44, "3c" + first + "06" + dest, chain},
		{"FR6-06: destination options not whole", 44, "3c" + first + "06 01 0104 00000000", chain},
		{"FR6-06: first of nothing", 44, "11" + first, chain},
		{"FR6-06: UDP after destination options", 44, "3c" + first + "11" + dest + udp, noFault},
		{"FR6-06b: 8 octets of TCP", 44, "06" + first + tcp[:19], chain},
		{"FR6-06b: 16 octets of TCP", 44, "06" + first + tcp + "5002 ffff", chain},
		{"16 octets of TCP, data offset 0", 44, "06" + first + tcp + "0002 ffff", chain},
		{"24 octets of TCP, no options", 44, "06" + first + tcp + noOptions + "00000000", noFault},
		{"24 octets of TCP, with 4 of options", 44, "06" + first + tcp + "6002 ffff 0000 0000" + "02040578", noFault},
		{"24 octets of TCP, with 8 of options", 44, "06" + first + tcp + "7002 ffff 0000 0000" + "02040578", chain},
		{"24 octets of TCP, data offset 0", 44, "06" + first + tcp + "0002 ffff 0000 0000" + "00000000", noFault},
		{"8 octets of UDP", 44, "11" + first + udp[:19], noFault},
		{"8 octets of ICMPv6", 44, "3a" + first + "8000 0000 0000 0000", noFault},
		{"8 octets of ESP", 44, "32" + first + "8000 0000 0000 0000", noFault},
		{"8 octets of 253", 44, "fd" + first + "8000 0000 0000 0000", noFault},
		{"none of 253", 44, "fd" + first, chain},
		{"none of ICMPv6", 44, "3a" + first, chain},
		{"none of ESP", 44, "32" + first, chain},
		{"32 octets of IPv6 in IPv6", 44, "29" + first + udp + udp, chain},
		{"40 octets of IPv6 in IPv6", 44, "29" + first + udp + udp + "00000000 00000000", noFault},
		{"no next header needs none", 44, "3b" + first, noFault},
		{"no next header after destination options", 44, "3c" + first + "3b" + dest, noFault},

		{"first of hop-by-hop", 44, "00" + first + "11" + dest + udp, at(wire.FaultNextHeader, 40)},
		{"last, which names hop-by-hop in vain", 44, "00" + later + udp, noFault},
		{"a later header names hop-by-hop", 44, "3c" + first + "00" + dest + "11" + dest + udp, noFault},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := ip6{hop: 64, next: test.next, payload: unhex(test.payload)}.bytes()
			p := parsed(t, in)
			if got := p.InspectFragment(); got != test.want {
				t.Errorf("%x: got %v, want %v", in, got, test.want)
			}
			if !bytes.Equal(p.Data, in) {
				t.Error("the bytes changed")
			}
			noAllocs(t, func() { p.InspectFragment() })
		})
	}
}

// TestInspectOwnFragments: what the router itself cuts is right to whom it comes.
func TestInspectOwnFragments(t *testing.T) {
	for protocol := range byte(255) {
		if slices.Contains([]byte{0, 43, 44, 51, 60}, protocol) {
			continue
		}
		whole := parsed(t, ip6{hop: 64, next: protocol, payload: count(4000)}.bytes())
		for _, f := range cut(t, whole, 1280, 1) {
			if a, b := f.InspectFragment(), f.InspectChain(0); a != noFault || b != noFault {
				t.Errorf("protocol %d at %d: got %v and %v, want none", protocol, f.FragmentOffset, a, b)
			}
		}
	}
}
