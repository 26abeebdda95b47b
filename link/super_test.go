package link_test

import (
	"bytes"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

// super is a TCP super-packet of both families, as a kernel would give it: n octets of payload in
// segments of size, the checksum to be completed.
func super(t testing.TB, version uint8, n, size int) *wire.Packet {
	t.Helper()
	src, dst := addresses[version][0].AsSlice(), addresses[version][1].AsSlice()
	tcp := &layers.TCP{SrcPort: 80, DstPort: 81, Seq: 1000, ACK: true, PSH: true, Window: 100}
	payload := make([]byte, n)
	for i := range payload {
		payload[i] = byte(i * 13)
	}
	var ip gopacket.SerializableLayer
	if version == 4 {
		v4 := &layers.IPv4{Version: 4, TTL: 64, TOS: 2, Id: 77, Protocol: layers.IPProtocolTCP, SrcIP: src, DstIP: dst, Flags: layers.IPv4DontFragment}
		_ = tcp.SetNetworkLayerForChecksum(v4)
		ip = v4
	} else {
		v6 := &layers.IPv6{Version: 6, HopLimit: 64, TrafficClass: 2, NextHeader: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
		_ = tcp.SetNetworkLayerForChecksum(v6)
		ip = v6
	}
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true}, ip, tcp, gopacket.Payload(payload)); err != nil {
		t.Fatal(err)
	}
	p := parsed(t, buffer.Bytes())
	start := p.Transport
	pseudo := onesSum(p.Data[start-map[uint8]int{4: 8, 6: 32}[version]:start]) + wire.ProtoTCP + uint32(len(p.Data)-start)
	pseudo = pseudo&0xffff + pseudo>>16
	p.Data[start+16], p.Data[start+17] = byte(pseudo>>8), byte(pseudo)
	p.GSO = wire.GSO{Size: size, ChecksumStart: start, ChecksumOffset: 16}
	p.Parse()
	if p.GSO.Size == 0 {
		t.Fatal("no super-packet")
	}
	return p
}

// With delay alone a super-packet crosses whole.
func TestSuperWhole(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{Delay: link.Delay{Mean: ms, Jitter: us}})
		p := super(t, version, 60_000, 1400)
		d.Send(p, 0, 0)
		if d.Counters.OnWay != 43 {
			t.Errorf("%d on the way", d.Counters.OnWay)
		}
		got := w.Arrive(never)
		if !bytes.Equal(got.Packet.Data, p.Data) || got.Packet.GSO != p.GSO {
			t.Errorf("%d octets, GSO facts %+v", len(got.Packet.Data), got.Packet.GSO)
		}
		if d.Counters.Arrived != 43 || d.Counters.Sent != 43 {
			t.Errorf("%+v", d.Counters)
		}
		d.Send(p, 0, 0)
		d.Cut()
		conserved(t, d)
	})
}

// A super-packet meets the fates of its segments sent one by one, octet by octet.
func TestSuperIsItsSegments(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		for name, b := range map[string]link.Behavior{
			"loss":      {Loss: []link.Loss{{Probability: 0.3}}},
			"by size":   {Loss: []link.Loss{{Every: 1, Match: wire.Match{Above: 1400}}}},
			"rate":      {Rate: link.Rate{BitsPerSecond: 10_000_000, Burst: 3000}, Queue: link.Queue{Packets: 20}},
			"codel":     {Rate: slow, Queue: link.Queue{Discipline: link.DisciplineCoDel, ECN: true}},
			"trace":     {Trace: &link.Trace{Rates: []link.Step{{BitsPerSecond: 5_000_000}}, Period: ms}},
			"corrupt":   {Corrupt: link.Corrupt{Chance: link.Chance{Probability: 0.5}}},
			"duplicate": {Duplicate: link.Chance{Every: 2}},
			"reorder":   {Reorder: link.Reorder{Chance: link.Chance{Every: 5}}, Delay: link.Delay{Mean: ms, Jitter: us, Overtake: true}},
		} {
			t.Run(name, func(t *testing.T) {
				one, many := newWires(), newWires()
				whole, apart := one.NewDirection(4, b), many.NewDirection(4, b)
				for i, size := range []int{1400, 1300, 1448, 536} {
					p := super(t, version, 40_000, size)
					now := us * 100 * 1 << i
					whole.Send(p, 0, now)
					for segments := p.Segments(); segments.More(); {
						segment := &wire.Packet{}
						segment.Attach(make([]byte, wire.BufferSize))
						segments.Next(segment)
						if !transportValid(t, segment.Data) {
							t.Fatal("the test's segments are wrong")
						}
						apart.Send(segment, 0, now)
					}
				}
				got, want := collect(one, never), collect(many, never)
				if whole.Counters != apart.Counters || len(got) != len(want) {
					t.Fatalf("%+v, want %+v", whole.Counters, apart.Counters)
				}
				for i := range want {
					if got[i].at != want[i].at || !bytes.Equal(got[i].data, want[i].data) {
						t.Fatalf("arrival %d differs", i)
					}
				}
				conserved(t, whole)
			})
		}
	})
}
