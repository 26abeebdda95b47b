package plane

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		Case
		octets float64 // of a packet on the wire, without the headers that a super-packet has but once
	}{
		{Case{To: []netip.Addr{NextHopV4}, Length: 46}, 46},
		{Case{To: []netip.Addr{NextHopV6, NextHopV4}, Length: 100}, 100},
		{Case{To: []netip.Addr{NextHopV4}, Length: 40 + 40*1448, Segment: 1448}, 1449},
	} {
		f, err := Measure(c.Case, 10*time.Millisecond, 50*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if f.Packets <= 0 || math.Abs(f.Bits/f.Packets/8-c.octets) > 0.03*c.octets {
			t.Errorf("%+v: %+v, want packets of %g octets", c.Case, f, c.octets)
		}
		if f.Allocations > 0.01 {
			t.Errorf("%+v: %g allocations a packet", c.Case, f.Allocations)
		}
	}
}

// A node that has no route forwards nothing: what is counted went through it.
func TestNothingWithoutRoute(t *testing.T) {
	f, err := Measure(Case{To: []netip.Addr{netip.MustParseAddr("10.99.0.1")}, Length: 46}, 0, 20*time.Millisecond)
	if err != nil || f.Packets != 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

// The packets are what others take for packets.
func TestTemplates(t *testing.T) {
	for _, c := range []Case{
		{To: []netip.Addr{NextHopV4, NextHopV6}, Length: 66},
		{To: []netip.Addr{NextHopV4, NextHopV6}, Length: 60 + 2*1000, Segment: 1000},
	} {
		for i, p := range c.templates() {
			first, want := layers.LayerTypeIPv4, layers.IPProtocolUDP
			if c.To[i].Is6() {
				first = layers.LayerTypeIPv6
			}
			if c.Segment != 0 {
				want = layers.IPProtocolTCP
			}
			packet := gopacket.NewPacket(p.bytes, first, gopacket.Default)
			var length int
			var protocol layers.IPProtocol
			switch ip := packet.NetworkLayer().(type) {
			case *layers.IPv4:
				length, protocol = int(ip.Length), ip.Protocol
			case *layers.IPv6:
				length, protocol = 40+int(ip.Length), ip.NextHeader
			}
			if length != c.Length || protocol != want || packet.NetworkLayer().NetworkFlow().Dst().String() != c.To[i].String() {
				t.Errorf("%v", packet)
			}
		}
	}
}
