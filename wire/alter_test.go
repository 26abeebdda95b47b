package wire_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// synPacket is a TCP segment with options as they are, made by gopacket.
func synPacket(t testing.TB, version int, tcp *layers.TCP, payload []byte) []byte {
	t.Helper()
	src, dst := ends(version)
	var ip gopacket.NetworkLayer = &layers.IPv4{Version: 4, TTL: 64, Id: 7, Flags: layers.IPv4DontFragment, Protocol: layers.IPProtocolTCP, SrcIP: net.IP(src.AsSlice()), DstIP: net.IP(dst.AsSlice())}
	if version == wire.V6 {
		ip = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: net.IP(src.AsSlice()), DstIP: net.IP(dst.AsSlice())}
	}
	tcp.SrcPort, tcp.DstPort, tcp.Seq, tcp.Window = 40000, 443, 1000, 65535
	tcp.SetNetworkLayerForChecksum(ip)
	buffer := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		ip.(gopacket.SerializableLayer), tcp, gopacket.Payload(payload))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(buffer.Bytes())
}

func option(kind layers.TCPOptionKind, data ...byte) layers.TCPOption {
	return layers.TCPOption{OptionType: kind, OptionLength: uint8(2 + len(data)), OptionData: data}
}

var nop = layers.TCPOption{OptionType: layers.TCPOptionKindNop, OptionLength: 1}

// readTCP is a segment as gopacket reads it: all of its checksums are right.
func readTCP(t testing.TB, b []byte) *layers.TCP {
	t.Helper()
	first := layers.LayerTypeIPv4
	if b[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	packet := gopacket.NewPacket(b, first, gopacket.Default)
	tcp, ok := packet.TransportLayer().(*layers.TCP)
	if !ok {
		t.Fatalf("no TCP: %x", b)
	}
	tcp.SetNetworkLayerForChecksum(packet.NetworkLayer())
	if err, wrong := packet.VerifyChecksums(); err != nil || len(wrong) > 0 {
		t.Fatalf("checksums: %v %+v", err, wrong)
	}
	return tcp
}

// mss is the option's value; 0: it has none.
func mss(tcp *layers.TCP) uint16 {
	for _, o := range tcp.Options {
		if o.OptionType == layers.TCPOptionKindMSS {
			return binary.BigEndian.Uint16(o.OptionData)
		}
	}
	return 0
}

// The option is lowered wherever it stands, at odd places too, in SYN and SYN/ACK; nothing else changes but the checksum.
func TestClampMSS(t *testing.T) {
	value := option(layers.TCPOptionKindMSS, 0x05, 0xb4) // 1460
	for _, version := range []int{4, 6} {
		for name, c := range map[string]struct {
			tcp  layers.TCP
			want uint16
		}{
			"SYN":        {layers.TCP{SYN: true, Options: []layers.TCPOption{value}}, 1360},
			"SYN/ACK":    {layers.TCP{SYN: true, ACK: true, Options: []layers.TCPOption{value}}, 1360},
			"behind NOP": {layers.TCP{SYN: true, Options: []layers.TCPOption{nop, value, nop, nop, nop}}, 1360},
			"behind SACK and window scale": {layers.TCP{SYN: true, Options: []layers.TCPOption{
				option(layers.TCPOptionKindSACKPermitted), option(layers.TCPOptionKindWindowScale, 7), value}}, 1360},
			"ACK":        {layers.TCP{ACK: true, Options: []layers.TCPOption{value}}, 1460},
			"low enough": {layers.TCP{SYN: true, Options: []layers.TCPOption{option(layers.TCPOptionKindMSS, 0x05, 0x50)}}, 1360},
			"lower":      {layers.TCP{SYN: true, Options: []layers.TCPOption{option(layers.TCPOptionKindMSS, 0x02, 0x18)}}, 536},
			"none":       {layers.TCP{SYN: true, Options: []layers.TCPOption{option(layers.TCPOptionKindSACKPermitted)}}, 0},
			"no options": {layers.TCP{SYN: true}, 0},
		} {
			t.Run(fmt.Sprintf("IPv%d/%s", version, name), func(t *testing.T) {
				before := synPacket(t, version, &c.tcp, []byte("octets"))
				p := parsed(t, before)
				changed := p.ClampMSS(1360)
				if got := mss(readTCP(t, p.Data)); got != c.want || changed != !bytes.Equal(before, p.Data) || changed && got != 1360 {
					t.Errorf("changed %v, MSS %d, want %d", changed, got, c.want)
				}
				at := p.Transport
				after := bytes.Clone(p.Data)
				copy(after[at+16:at+18], before[at+16:at+18])
				if n := differing(before, after); n > 2 {
					t.Errorf("%d octets changed beside the checksum", n)
				}
			})
		}
	}
}

// A checksum that is still to be completed holds the pseudo-header alone, and is left so.
func TestClampMSSPartial(t *testing.T) {
	for _, version := range []int{4, 6} {
		tcp := layers.TCP{SYN: true, Options: []layers.TCPOption{nop, option(layers.TCPOptionKindMSS, 0x05, 0xb4), nop, nop, nop}}
		p := parsed(t, synPacket(t, version, &tcp, nil))
		b := p.Payload()
		binary.BigEndian.PutUint16(b[16:], 0)
		partial := ^wire.TransportChecksum(p.Src, p.Dst, wire.ProtoTCP, make([]byte, 0))
		// The pseudo-header's length is that of the segment: a checksum of nothing, and the length beside.
		sum := uint32(partial) + uint32(len(b))
		binary.BigEndian.PutUint16(b[16:], uint16(sum&0xffff+sum>>16))
		p.GSO = wire.GSO{ChecksumStart: p.Transport, ChecksumOffset: 16}
		if !p.ClampMSS(1200) {
			t.Fatal("not changed")
		}
		p.Complete()
		if got := mss(readTCP(t, p.Data)); got != 1200 {
			t.Errorf("IPv%d: MSS %d", version, got)
		}
	}
}

func differing(a, b []byte) (n int) {
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// DF is set and cleared in IPv4 alone, and the header stays valid.
func TestSetDF(t *testing.T) {
	for _, version := range []int{4, 6} {
		p := parsed(t, synPacket(t, version, &layers.TCP{SYN: true}, nil))
		before := bytes.Clone(p.Data)
		for _, df := range []bool{true, false, false, true} {
			want := version == 4 && df != p.DF
			if got := p.SetDF(df); got != want {
				t.Errorf("IPv%d, SetDF(%v): changed %v, want %v", version, df, got, want)
			}
			readTCP(t, p.Data)
			if q := parsed(t, p.Data); q.DF != p.DF || version == 4 && q.DF != df || version == 6 && !q.DF {
				t.Errorf("IPv%d: DF %v, and %v in the bytes, want %v", version, p.DF, q.DF, df)
			}
		}
		if !bytes.Equal(before, p.Data) {
			t.Errorf("IPv%d: not as before", version)
		}
	}
}

// fragmentsOf cuts a packet for a narrow link.
func fragmentsOf(t testing.TB, version int) (all []*wire.Packet) {
	p := parsed(t, synPacket(t, version, &layers.TCP{ACK: true}, make([]byte, 4000)))
	for f := p.Fragments(1400, 0x12345678); f.More(); {
		q := lend()
		f.Next(q)
		all = append(all, q)
	}
	return all
}

// Later fragments get other identifications, each its own, and damage is in the payload alone.
func TestMangleFragments(t *testing.T) {
	for _, version := range []int{4, 6} {
		seen := map[uint32]bool{}
		for i, p := range fragmentsOf(t, version) {
			was := p.FragmentID
			if got := p.Disown(); got != (i > 0) || (p.FragmentID != was) != got {
				t.Errorf("IPv%d, fragment %d: changed %v, %x to %x", version, i, got, was, p.FragmentID)
			}
			q := parsed(t, p.Data)
			if q.FragmentID != p.FragmentID || seen[q.FragmentID] {
				t.Errorf("IPv%d, fragment %d: %x in the bytes, want %x, seen %v", version, i, q.FragmentID, p.FragmentID, seen[q.FragmentID])
			}
			seen[q.FragmentID] = true
			before := bytes.Clone(p.Data)
			if got := p.Damage(); got == p.More || got != !bytes.Equal(before, p.Data) || got && (differing(before, p.Data) != 1 || p.Data[len(before)-1] != before[len(before)-1]^0xff) {
				t.Errorf("IPv%d, fragment %d: damaged %v, or not in its last octet", version, i, got)
			}
			parsed(t, p.Data)
		}
		whole := parsed(t, synPacket(t, version, &layers.TCP{ACK: true}, make([]byte, 400)))
		if whole.Disown() || whole.Damage() {
			t.Errorf("IPv%d: a whole packet was mangled", version)
		}
	}
}

// However its fragments end, a damaged datagram has a wrong checksum: here those whose changes would make up for each other.
func TestDamageShows(t *testing.T) {
	for version, end := range map[int]int{4: 1356, 6: 1332} { // of the first fragment's share of the payload
		payload := make([]byte, 2000)
		payload[end-1] = 0xff
		whole := parsed(t, synPacket(t, version, &layers.TCP{ACK: true}, payload))
		damaged := bytes.Clone(whole.Data)
		for f := whole.Fragments(1400, 1); f.More(); {
			q := lend()
			f.Next(q)
			q.Damage()
			copy(damaged[whole.Transport+q.FragmentOffset:], q.Payload())
		}
		if _, valid := parsed(t, damaged).TransportValid(); valid || differing(whole.Data, damaged) == 0 {
			t.Errorf("IPv%d: %d octets differ, valid %v", version, differing(whole.Data, damaged), valid)
		}
	}
}

// FuzzAlter: whatever a box does to a packet that parses, it parses afterwards, as long as before, and all that is not told to
// be damaged has the checksums that it had.
func FuzzAlter(f *testing.F) {
	for _, version := range []int{4, 6} {
		f.Add(synPacket(f, version, &layers.TCP{SYN: true, Options: []layers.TCPOption{nop, option(layers.TCPOptionKindMSS, 5, 0xb4)}}, nil), uint16(1000), uint8(0xff))
		for _, p := range fragmentsOf(f, version) {
			f.Add(p.Data, uint16(536), uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, limit uint16, bits uint8) {
		p := load(b[:min(len(b), wire.MaxDatagram)])
		if p.Parse() != 0 {
			return
		}
		_, valid := p.TransportValid()
		n := len(p.Data)
		p.SetDF(bits&1 != 0)
		p.ClampMSS(limit)
		if bits&2 != 0 {
			p.Disown()
		}
		q := parsed(t, p.Data)
		_, still := q.TransportValid()
		if len(q.Data) != n || q.DF != p.DF || q.FragmentID != p.FragmentID || still != valid && !q.Fragment() {
			t.Fatalf("%x became %x: valid %v, now %v", b, q.Data, valid, still)
		}
	})
}

// TestClampMSSAnySum has all sums: random payloads and numbers, with the option at an odd place and at an even one.
func TestClampMSSAnySum(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		options := []layers.TCPOption{option(layers.TCPOptionKindMSS, byte(random.Uint32()), byte(random.Uint32())), nop, nop, nop, nop}
		if random.Uint32()&1 != 0 {
			options[0], options[1] = options[1], options[0]
		}
		payload := make([]byte, random.IntN(9))
		for i := range payload {
			payload[i] = byte(random.Uint32())
		}
		p := parsed(t, synPacket(t, []int{4, 6}[random.IntN(2)], &layers.TCP{SYN: true, Options: options}, payload))
		limit := uint16(random.Uint32())
		p.ClampMSS(limit)
		if got := mss(readTCP(t, p.Data)); got > limit {
			t.Fatalf("MSS %d, want at most %d", got, limit)
		}
	}
}
