package link_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

const (
	ms = time.Millisecond
	us = time.Microsecond
	// never is later than anything that a test waits for.
	never = 100 * time.Hour
)

var addresses = map[uint8][2]netip.Addr{
	4: {netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")},
	6: {netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")},
}

// families runs a test for both.
func families(t *testing.T, test func(t *testing.T, version uint8)) {
	t.Helper()
	for version, name := range map[uint8]string{4: "IPv4", 6: "IPv6"} {
		t.Run(name, func(t *testing.T) { test(t, version) })
	}
}

func grow(octets int) ([]byte, error) { return make([]byte, octets), nil }

// newWires has room for what tests send.
func newWires() *link.Wires { return link.NewWires(1<<30, grow) }

// spec is a packet to make; zero fields have usual values.
type spec struct {
	version  uint8
	length   int // of the datagram
	tos      uint8
	ports    [2]uint16
	icmp     bool
	number   uint32 // stands in front of the payload
	zero     bool   // payload of zeros
	fragment uint16 // IPv4: flags and offset
}

// datagram is what gopacket makes of a spec.
func datagram(t testing.TB, s spec) []byte {
	t.Helper()
	if s.version == 0 {
		s.version = 4
	}
	var stack []gopacket.SerializableLayer
	src, dst := addresses[s.version][0].AsSlice(), addresses[s.version][1].AsSlice()
	header, protocol := 20, layers.IPProtocolUDP
	var ip gopacket.NetworkLayer
	if s.version == 4 {
		if s.icmp {
			protocol = layers.IPProtocolICMPv4
		}
		v4 := &layers.IPv4{Version: 4, TTL: 64, TOS: s.tos, Protocol: protocol, SrcIP: src, DstIP: dst,
			Flags: layers.IPv4Flag(s.fragment >> 13), FragOffset: s.fragment & 0x1fff}
		stack, ip = append(stack, v4), v4
	} else {
		header = 40
		if s.icmp {
			protocol = layers.IPProtocolICMPv6
		}
		v6 := &layers.IPv6{Version: 6, HopLimit: 64, TrafficClass: s.tos, NextHeader: protocol, SrcIP: src, DstIP: dst}
		stack, ip = append(stack, v6), v6
	}
	switch {
	case s.icmp && s.version == 4:
		stack = append(stack, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 1, Seq: 1})
	case s.icmp:
		echo := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(128, 0)}
		_ = echo.SetNetworkLayerForChecksum(ip)
		stack = append(stack, echo)
		header -= 4 // the identifier and sequence are payload to gopacket
	default:
		udp := &layers.UDP{SrcPort: layers.UDPPort(s.ports[0]), DstPort: layers.UDPPort(s.ports[1])}
		_ = udp.SetNetworkLayerForChecksum(ip)
		stack = append(stack, udp)
	}
	payload := make([]byte, max(0, s.length-header-8))
	for i := range payload {
		if !s.zero {
			payload[i] = byte(i * 37)
		}
	}
	if len(payload) >= 4 {
		binary.BigEndian.PutUint32(payload, s.number)
	}
	buffer := gopacket.NewSerializeBuffer()
	stack = append(stack, gopacket.Payload(payload))
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true}, stack...); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// packet is a parsed one with a buffer of its own.
func packet(t testing.TB, s spec) *wire.Packet {
	t.Helper()
	return parsed(t, datagram(t, s))
}

func parsed(t testing.TB, b []byte) *wire.Packet {
	t.Helper()
	p := &wire.Packet{}
	p.Attach(make([]byte, wire.BufferSize))
	copy(p.Buffer()[wire.Headroom:], b)
	p.SetLen(len(b))
	if reason := p.Parse(); reason != drop.Alive {
		t.Fatal(reason)
	}
	return p
}

// arrival is what came out.
type arrival struct {
	at   time.Duration
	data []byte
}

// number is that of the packet's spec.
func (a arrival) number() uint32 {
	if a.data[0]>>4 == 4 {
		return binary.BigEndian.Uint32(a.data[28:])
	}
	return binary.BigEndian.Uint32(a.data[48:])
}

// collect returns all that arrives by now.
func collect(w *link.Wires, now time.Duration) (all []arrival) {
	for p := w.Arrive(now); p != nil; p = w.Arrive(now) {
		all = append(all, arrival{p.At, bytes.Clone(p.Packet.Data)})
		w.Free(p)
	}
	return all
}

// conserved checks the sum of Counters.
func conserved(t testing.TB, d *link.Direction) {
	t.Helper()
	c := d.Counters
	dropped := uint64(0)
	for _, n := range c.Dropped {
		dropped += n
	}
	if c.Sent+c.Duplicated != c.Arrived+dropped+c.OnWay {
		t.Fatalf("sent %d + duplicated %d != arrived %d + dropped %d + on way %d", c.Sent, c.Duplicated, c.Arrived, dropped, c.OnWay)
	}
}

func TestInstantAndDelay(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{})
		p := packet(t, spec{version: version, length: 100})
		if !d.Instant() {
			t.Error("the zero behavior is not instant")
		}
		d.Send(p, 3, 5*ms)
		got := w.Arrive(5 * ms)
		if got == nil || got.At != 5*ms || got.Hops != 3 || got.Direction != d || !bytes.Equal(got.Packet.Data, p.Data) {
			t.Fatalf("arrived %+v", got)
		}
		if room := len(got.Packet.WithHeadroom(wire.Headroom)); room != wire.Headroom+100 {
			t.Errorf("%d octets with headroom", room)
		}
		w.Free(got)
		d.Set(link.Behavior{Delay: link.Delay{Mean: 20 * ms}}, 6*ms)
		if d.Instant() {
			t.Error("a delay is instant")
		}
		d.Send(p, 0, 7*ms)
		if at, ok := w.Next(); !ok || at != 27*ms {
			t.Errorf("next at %v, %v", at, ok)
		}
		if w.Arrive(27*ms-1) != nil {
			t.Error("early")
		}
		if all := collect(w, never); len(all) != 1 || all[0].at != 27*ms {
			t.Errorf("%v", all)
		}
		if _, ok := w.Next(); ok {
			t.Error("something is still to come")
		}
		conserved(t, d)
	})
}
