package wire_test

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/wire"
)

// TestChecksum compares with the naive sum and with gVisor's, for lengths around
// every power of two and for the octets that carry furthest.
func TestChecksum(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 600 {
		for _, fill := range []func() byte{
			func() byte { return 0 },
			func() byte { return 0xff },
			func() byte { return byte(random.Uint32()) },
		} {
			b := make([]byte, n)
			for i := range b {
				b[i] = fill()
			}
			got := wire.Checksum(b)
			if want := ^naiveSum(b); got != want {
				t.Fatalf("%d octets %x: got %#04x, want %#04x", n, b, got, want)
			}
			if want := ^checksum.Checksum(b, 0); got != want {
				t.Fatalf("%d octets %x: got %#04x, gVisor %#04x", n, b, got, want)
			}
		}
	}
	if got, want := wire.Checksum(slices.Repeat([]byte{0xff}, 65535)), ^naiveSum(slices.Repeat([]byte{0xff}, 65535)); got != want {
		t.Errorf("65535 octets of 0xff: got %#04x, want %#04x", got, want)
	}
}

// TestChecksumRFC1071 is the example of RFC 1071 §3.
func TestChecksumRFC1071(t *testing.T) {
	if got, want := wire.Checksum(unhex("0001 f203 f4f5 f6f7")), ^uint16(0xddf2); got != want {
		t.Errorf("got %#04x, want %#04x", got, want)
	}
}

func TestTransportChecksum(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, family := range []struct {
		name string
		p    *wire.Packet
	}{{"IPv4", parsed(t, families(nil)["IPv4"])}, {"IPv6", parsed(t, families(nil)["IPv6"])}} {
		t.Run(family.name, func(t *testing.T) {
			src, dst := family.p.Src, family.p.Dst
			for n := range 300 {
				b := make([]byte, n)
				for i := range b {
					b[i] = byte(random.Uint32())
				}
				protocol := byte(random.Uint32())
				got := wire.TransportChecksum(src, dst, protocol, b)
				if want := ^naivePseudo(src, dst, protocol, b); got != want {
					t.Fatalf("protocol %d, %x: got %#04x, want %#04x", protocol, b, got, want)
				}
				sum := header.PseudoHeaderChecksum(tcpip.TransportProtocolNumber(protocol),
					tcpip.AddrFromSlice(src.AsSlice()), tcpip.AddrFromSlice(dst.AsSlice()), uint16(n))
				if want := ^checksum.Checksum(b, sum); got != want {
					t.Fatalf("protocol %d, %x: got %#04x, gVisor %#04x", protocol, b, got, want)
				}
			}
		})
	}
}

// transport returns a packet of that protocol in one family. at is where the
// checksum stands; -1 leaves the payload as it is.
func transport(version int, protocol byte, payload []byte, at int) []byte {
	b := slices.Clone(payload)
	src, dst := ends(version)
	if at >= 0 {
		b[at], b[at+1] = 0, 0
		sum := naivePseudo(src, dst, protocol, b)
		if protocol == wire.ProtoICMPv4 {
			sum = naiveSum(b)
		}
		if sum == 0xffff && protocol == wire.ProtoUDP {
			sum = 0 // a computed zero is sent as 0xffff (RFC 768)
		}
		binary.BigEndian.PutUint16(b[at:], ^sum)
	}
	if version == 6 {
		return ip6{hop: 64, next: protocol, payload: b}.bytes()
	}
	return ip4{ttl: 64, protocol: protocol, payload: b}.bytes()
}

func TestTransportValid(t *testing.T) {
	udp := func(length, n int) []byte {
		return slices.Concat(unhex("80e8 829a"), binary.BigEndian.AppendUint16(nil, uint16(length)), []byte{0, 0}, count(n))
	}
	tcp := func(n int) []byte {
		return append(unhex("80e8 0009 fffffffe 11223344 5002 03e8 0000 0000"), count(n)...)
	}
	// sumsToZero is UDP whose two last octets make the sum 0xffff, so that its checksum comes out as zero.
	sumsToZero := func(version int) []byte {
		b := udp(10, 2)
		src, dst := ends(version)
		b[8], b[9] = 0, 0
		binary.BigEndian.PutUint16(b[8:], ^naivePseudo(src, dst, wire.ProtoUDP, b))
		return b
	}
	icmp := map[int]byte{4: wire.ProtoICMPv4, 6: wire.ProtoICMPv6}
	other := map[int]byte{4: wire.ProtoICMPv6, 6: wire.ProtoICMPv4}
	for _, version := range []int{4, 6} {
		tests := []struct {
			name       string
			protocol   byte
			payload    []byte
			at         int
			fits, good bool
		}{
			{"ICMP, even", icmp[version], count(12), 2, true, true},
			{"ICMP, odd", icmp[version], count(13), 2, true, true},
			{"ICMP, only its header", icmp[version], count(8), 2, true, true},
			{"ICMP, bad", icmp[version], count(12), -1, true, false},
			{"ICMP, 7 octets", icmp[version], count(7), 2, false, false},
			{"ICMP of the other family is as it is", other[version], count(3), -1, true, true},
			{"UDP, even", wire.ProtoUDP, udp(12, 4), 6, true, true},
			{"UDP, odd", wire.ProtoUDP, udp(13, 5), 6, true, true},
			{"UDP, empty", wire.ProtoUDP, udp(8, 0), 6, true, true},
			{"UDP, sum is zero", wire.ProtoUDP, sumsToZero(version), 6, true, true},
			{"UDP, no checksum", wire.ProtoUDP, udp(12, 4), -1, true, version == 4},
			{"UDP, bad", wire.ProtoUDP, append(unhex("80e8 829a 000c 1234"), count(4)...), -1, true, false},
			{"UDP, length of 7", wire.ProtoUDP, udp(7, 0), 6, false, false},
			{"UDP, length of 0", wire.ProtoUDP, udp(0, 0), 6, false, false},
			{"UDP, length one too many", wire.ProtoUDP, udp(13, 4), 6, false, false},
			{"UDP, 7 octets", wire.ProtoUDP, count(7), -1, false, false},
			{"TCP, even", wire.ProtoTCP, tcp(4), 16, true, true},
			{"TCP, odd", wire.ProtoTCP, tcp(3), 16, true, true},
			{"TCP, bad", wire.ProtoTCP, tcp(4), -1, true, false},
			{"TCP, 19 octets", wire.ProtoTCP, count(19), -1, false, false},
			{"nothing", wire.ProtoTCP, nil, -1, false, false},
			{"unknown protocol", 253, count(1), -1, true, true},
		}
		for _, test := range tests {
			t.Run(map[int]string{4: "IPv4", 6: "IPv6"}[version]+" "+test.name, func(t *testing.T) {
				p := parsed(t, transport(version, test.protocol, test.payload, test.at))
				if fits, good := p.TransportValid(); fits != test.fits || good != test.good {
					t.Errorf("TransportValid(%x): got %v, %v, want %v, %v", p.Data, fits, good, test.fits, test.good)
				}
			})
		}
		t.Run(map[int]string{4: "IPv4", 6: "IPv6"}[version]+" UDP, octets after its length", func(t *testing.T) {
			b := transport(version, wire.ProtoUDP, udp(12, 4), 6)
			p := parsed(t, lengthen(b, 3))
			if fits, good := p.TransportValid(); !fits || !good {
				t.Errorf("TransportValid(%x): got %v, %v, want true, true", p.Data, fits, good)
			}
		})
	}
}

// lengthen adds n octets of payload to a datagram.
func lengthen(b []byte, n int) []byte {
	b = slices.Concat(b, slices.Repeat([]byte{dirt}, n))
	if b[0]>>4 == 6 {
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
		return b
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return seal(b)
}
