package wire_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/internal/kernelgso"
	"github.com/icmprouter/icmprouter/wire"
)

// super returns a packet with the GSO of a sample, not parsed.
func super(s kernelgso.Super) *wire.Packet {
	p := load(s.Packet)
	p.GSO = wire.GSO{Size: s.Size, ChecksumStart: s.Start, ChecksumOffset: s.Offset}
	return p
}

// samples calls test with many super-packets of either family.
func samples(t *testing.T, test func(t *testing.T, s kernelgso.Sample)) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, version := range map[string]int{"IPv4": wire.V4, "IPv6": wire.V6} {
		t.Run(name, func(t *testing.T) {
			for range 300 {
				src, dst := ends(version)
				test(t, kernelgso.Any(r, src, dst, []int{0, 1, 1448, 1449, r.IntN(5000), 65000}[r.IntN(6)]))
			}
		})
	}
}

// checksums wants all checksums of a datagram right, as gopacket computes them.
func checksums(t *testing.T, b []byte) {
	t.Helper()
	first := gopacket.Decoder(layers.LayerTypeIPv4)
	if b[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	packet := gopacket.NewPacket(b, first, gopacket.Default)
	for _, layer := range packet.Layers() {
		if l, ok := layer.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			l.SetNetworkLayerForChecksum(packet.NetworkLayer())
		}
	}
	if err, wrong := packet.VerifyChecksums(); err != nil || len(wrong) > 0 {
		t.Fatalf("checksums: %v %v\n% x", err, wrong, b[:min(len(b), 120)])
	}
}

// TestSegments compares with the segments that the kernel's rules make.
func TestSegments(t *testing.T) {
	zeros := 0
	samples(t, func(t *testing.T, sample kernelgso.Sample) {
		s := sample.Super()
		if sample.UDP && sample.Flags&1 != 0 {
			s.Packet[s.Start+4] ^= 0x55 // the kernel believes what UDP says of its length
		}
		p, want := super(s), s.Segments()
		if reason := p.Parse(); reason != drop.Alive {
			t.Fatalf("Parse: %v of %+v", reason, sample)
		}
		if p.WireCount() != len(want) || p.WireLen() != len(want[0]) {
			t.Fatalf("%d of at most %d octets, wanted %d of %d", p.WireCount(), p.WireLen(), len(want), len(want[0]))
		}
		if header := len(s.Packet) - len(sample.Payload); p.GSO.Size != 0 && p.GSO.HeaderLen != header {
			t.Fatalf("headers of %d octets, wanted %d", p.GSO.HeaderLen, header)
		}
		dst, i := lend(), 0
		for all := p.Segments(); all.More(); i++ {
			all.Next(dst)
			if i >= len(want) || !bytes.Equal(dst.Data, want[i]) {
				t.Fatalf("segment %d of %d is\n% x, wanted\n% x", i, len(want), dst.Data[:min(100, len(dst.Data))], want[i][:min(100, len(want[i]))])
			}
			if dst.GSO != (wire.GSO{}) || dst.Transport != p.Transport {
				t.Fatalf("segment %d: %+v", i, dst.GSO)
			}
			if binary.BigEndian.Uint16(dst.Payload()[s.Offset:]) == 0xffff {
				zeros++
			}
			if !sample.UDP || sample.Flags&1 == 0 {
				checksums(t, dst.Data)
			}
		}
		if i != len(want) || !bytes.Equal(p.Data, s.Packet) {
			t.Fatalf("%d segments, wanted %d, of a packet that stays as it is", i, len(want))
		}
	})
	if zeros < 50 {
		t.Errorf("%d checksums of zero, wanted more", zeros)
	}
}

// TestComplete completes checksums that anybody left, also within a tunnel.
func TestComplete(t *testing.T) {
	samples(t, func(t *testing.T, sample kernelgso.Sample) {
		s := sample.Super()
		s.Size = 0
		p, want := super(s), s.Segments()[0]
		if reason := p.Parse(); reason != drop.Alive || p.WireLen() != len(want) || p.WireCount() != 1 {
			t.Fatalf("Parse: %v, %d of %d octets", reason, p.WireCount(), p.WireLen())
		}
		p.Complete()
		if !bytes.Equal(p.Data, want) || p.GSO != (wire.GSO{}) {
			t.Fatalf("% x, wanted\n% x", p.Data[:min(100, len(p.Data))], want[:min(100, len(want))])
		}
		checksums(t, p.Data)
		p.Complete()
		if !bytes.Equal(p.Data, want) {
			t.Fatal("completed twice")
		}
	})
	inner := ip4{protocol: wire.ProtoUDP, payload: unhex("9c40829a000c0000 01020304")}.bytes()
	s := kernelgso.Super{Packet: ip4{protocol: 4, payload: inner}.bytes(), Start: 40, Offset: 6}
	binary.BigEndian.PutUint16(s.Packet[46:], kernelgso.PseudoSum(inner[12:16], inner[16:20], 17, 12))
	p := super(s)
	if reason := p.Parse(); reason != drop.Alive {
		t.Fatalf("a tunnel: %v", reason)
	}
	p.Complete()
	checksums(t, p.Data[20:])
}

// TestBadOffload: what cannot be taken apart is not taken for a datagram.
func TestBadOffload(t *testing.T) {
	for name, version := range map[string]int{"IPv4": wire.V4, "IPv6": wire.V6} {
		src, dst := ends(version)
		tcp := kernelgso.Sample{Src: src, Dst: dst, TTL: 64, Payload: count(3000), Size: 1000, TCPOptions: []byte{1, 1, 1, 1}}
		udp := tcp
		udp.UDP = true
		ip := tcp.Super().Start
		tests := []struct {
			name   string
			sample kernelgso.Sample
			change func(s *kernelgso.Super)
			want   drop.Reason
		}{
			{"TCP", tcp, func(*kernelgso.Super) {}, drop.Alive},
			{"UDP", udp, func(*kernelgso.Super) {}, drop.Alive},
			{"no checksum to do", tcp, func(s *kernelgso.Super) { s.Start = 0 }, drop.BadOffload},
			{"behind the transport header's start", tcp, func(s *kernelgso.Super) { s.Start += 4 }, drop.BadOffload},
			{"before it", tcp, func(s *kernelgso.Super) { s.Start -= 4 }, drop.BadOffload},
			{"TCP as UDP", tcp, func(s *kernelgso.Super) { s.Offset = 6 }, drop.BadOffload},
			{"UDP as TCP", udp, func(s *kernelgso.Super) { s.Offset = 16 }, drop.BadOffload},
			{"beyond the packet", tcp, func(s *kernelgso.Super) { s.Offset = len(s.Packet) }, drop.BadOffload},
			{"a data offset of 16", tcp, func(s *kernelgso.Super) { s.Packet[ip+12] = 0x40 }, drop.BadOffload},
			{"another protocol", tcp, func(s *kernelgso.Super) { s.Packet[map[int]int{4: 9, 6: 6}[version]] = 132; mend(s.Packet) }, drop.BadOffload},
			{"a header longer than the packet", tcp, func(s *kernelgso.Super) { s.Packet = shortened(s.Packet, ip+20); s.Packet[ip+12] = 0xf0 }, drop.BadOffload},
			{"half a header", tcp, func(s *kernelgso.Super) { s.Packet = shortened(s.Packet, ip+18) }, drop.BadOffload},
			{"half a UDP header", udp, func(s *kernelgso.Super) { s.Packet = shortened(s.Packet, ip+7); s.Size = 0 }, drop.BadOffload},
			{"checksum at the end", udp, func(s *kernelgso.Super) { s.Size, s.Start, s.Offset = 0, ip, len(s.Packet)-ip-2 }, drop.Alive},
			{"checksum beyond the end", udp, func(s *kernelgso.Super) { s.Size, s.Start, s.Offset = 0, ip, len(s.Packet)-ip-1 }, drop.BadOffload},
			{"checksum in the IP header", udp, func(s *kernelgso.Super) { s.Size, s.Start = 0, ip-2 }, drop.BadOffload},
			{"nothing behind the IP header", udp, func(s *kernelgso.Super) { s.Size = 0; s.Packet = shortened(s.Packet, ip) }, drop.BadOffload},
			{"a tunnel", udp, func(s *kernelgso.Super) { s.Size, s.Start = 0, ip+400 }, drop.Alive},
			{"too short for the size", udp, func(s *kernelgso.Super) { s.Size = 3000 }, drop.Alive},
			{"no datagram", udp, func(s *kernelgso.Super) { s.Packet[0] = 0x90 }, drop.BadVersion},
		}
		for _, test := range tests {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				s := test.sample.Super()
				test.change(&s)
				p := super(s)
				if got := p.Parse(); got != test.want {
					t.Fatalf("%v, wanted %v", got, test.want)
				}
				if test.want != drop.Alive && (p.GSO != wire.GSO{} || p.WireCount() != 1) {
					t.Errorf("what is no datagram has %+v", p.GSO)
				}
				if s.Size == 3000 && (p.GSO.Size != 0 || p.GSO.HeaderLen != 0 || p.GSO.ChecksumStart == 0) {
					t.Errorf("one segment has %+v", p.GSO)
				}
			})
		}
	}
}

// No fragment is a super-packet, not even an atomic one.
func TestFragmentIsNoSuperPacket(t *testing.T) {
	sample := kernelgso.Sample{Src: src6, Dst: dst6, TTL: 64, Payload: count(3000), Size: 1000, Extensions: []uint8{44}}
	s := sample.Super()
	for _, bits := range []byte{0, 1, 8} {
		s.Packet[42], s.Packet[43] = 0, bits
		if got := super(s).Parse(); got != drop.BadOffload {
			t.Errorf("IPv6, offset and flags %d: %v", bits, got)
		}
	}
	sample.Src, sample.Dst, sample.Extensions = src4, dst4, nil
	s = sample.Super()
	for _, bits := range []byte{0x20, 0x01} {
		s.Packet[6], s.Packet[7] = bits, 0
		if got := super(kernelgso.Super{Packet: mend(s.Packet), Size: s.Size, Start: s.Start, Offset: s.Offset}).Parse(); got != drop.BadOffload {
			t.Errorf("IPv4, flags %#x: %v", bits, got)
		}
	}
}

// mend makes the checksum of an IPv4 header without options right.
func mend(b []byte) []byte {
	if b[0]>>4 == 4 {
		b[10], b[11] = 0, 0
		binary.BigEndian.PutUint16(b[10:], ^kernelgso.Sum(b[:20]))
	}
	return b
}

// shortened is a packet of n octets, in its headers too.
func shortened(b []byte, n int) []byte {
	b = b[:n]
	if b[0]>>4 == 4 {
		binary.BigEndian.PutUint16(b[2:], uint16(n))
		return mend(b)
	}
	binary.BigEndian.PutUint16(b[4:], uint16(n-40))
	return b
}

func TestSegmentsAllocate(t *testing.T) {
	s := kernelgso.Sample{Src: src4, Dst: dst4, TTL: 64, Payload: count(5000), Size: 1000}.Super()
	p, dst := super(s), lend()
	noAllocs(t, func() {
		p.Parse()
		for all := p.Segments(); all.More(); {
			all.Next(dst)
		}
	})
}

// FuzzSegments takes any packet apart that says anything of itself.
func FuzzSegments(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, version := range []int{wire.V4, wire.V6} {
		for range 10 {
			src, dst := ends(version)
			sample := kernelgso.Any(r, src, dst, 60)
			sample.Size = 25 // short, for the fuzzer has to make it shorter
			s := sample.Super()
			f.Add(s.Packet, uint16(s.Size), uint16(s.Start), uint16(s.Offset))
			f.Add(s.Packet, uint16(0), uint16(s.Start), uint16(s.Offset))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, size, start, offset uint16) {
		if len(b) > wire.MaxDatagram || size == 0 && start == 0 {
			return
		}
		p := super(kernelgso.Super{Packet: b, Size: int(size), Start: int(start), Offset: int(offset)})
		if p.Parse() != drop.Alive {
			return
		}
		want := kernelgso.Segments(bytes.Clone(p.Data), int(size), int(start), int(offset))
		if size > 0 && len(want) > 200 {
			return // slow
		}
		dst, i := lend(), 0
		for all := p.Segments(); all.More(); i++ {
			all.Next(dst)
			if i >= len(want) || !bytes.Equal(dst.Data, want[i]) || dst.Version != p.Version {
				t.Fatalf("segment %d of %d is % x", i, len(want), dst.Data[:min(100, len(dst.Data))])
			}
		}
		if i != len(want) || i != p.WireCount() {
			t.Fatalf("%d segments, %d counted, wanted %d", i, p.WireCount(), len(want))
		}
	})
}
