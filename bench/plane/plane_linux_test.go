package plane

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/link"
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

// A packet crosses every link of a row, allocates nothing there, and comes out.
func TestCrossings(t *testing.T) {
	for _, to := range []netip.Addr{NextHopV4, NextHopV6} {
		for _, c := range []Case{
			{Nodes: 100},
			{Nodes: 20, Link: link.Behavior{Delay: link.Delay{Mean: 10 * time.Microsecond}}, Window: 200},
		} {
			c.To, c.Length = []netip.Addr{to}, 66
			f, err := Measure(c, 50*time.Millisecond, 100*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if links := float64(c.Nodes - 1); f.Packets <= 0 || math.Abs(f.Crossings/f.Packets-links) > 0.01 {
				t.Errorf("%+v: %+v, want %g crossings a packet", c, f, links)
			}
			if f.Allocations > 0.1 {
				t.Errorf("%+v: %g allocations a packet", c, f.Allocations)
			}
		}
	}
}

// A network keeps memory, and more of it with more nodes.
func TestIdle(t *testing.T) {
	_, small, err := Idle(20, 40)
	if err != nil {
		t.Fatal(err)
	}
	load, large, err := Idle(200, 400)
	if err != nil || load <= 0 || large < 5*small || small < 20*1000 {
		t.Errorf("%d octets for 20 nodes, %d for 200, %v, %v", small, large, load, err)
	}
}
