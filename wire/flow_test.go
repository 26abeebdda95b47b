package wire

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// flowPacket is UDP from one address to another, each with a port.
func flowPacket(t *testing.T, src, dst string, sport, dport uint16) *Packet {
	t.Helper()
	from, to := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	header := 20
	if from.Is6() {
		header = 40
	}
	b := make([]byte, header+16)
	if from.Is6() {
		PutIPv6(b, HeaderIPv6{HopLimit: 9, NextHeader: ProtoUDP, Src: from, Dst: to})
	} else {
		PutIPv4(b, HeaderIPv4{TTL: 9, Protocol: ProtoUDP, Src: from, Dst: to})
	}
	b[header], b[header+1], b[header+2], b[header+3] = byte(sport>>8), byte(sport), byte(dport>>8), byte(dport)
	p := &Packet{Data: b}
	if reason := p.Parse(); reason != 0 {
		t.Fatal(reason)
	}
	return p
}

var flowFamilies = map[string][2]string{"IPv4": {"192.0.2.1", "198.51.100.7"}, "IPv6": {"2001:db8::1", "2001:db8:ff::7"}}

// Ports belong to their addresses: only the flow that is turned round is the same.
func TestFlowHashOfBothDirections(t *testing.T) {
	for name, a := range flowFamilies {
		for _, key := range []FlowKey{FlowTuple, FlowAddresses, FlowLabel} {
			there, back := flowPacket(t, a[0], a[1], 5, 6).FlowHash(key, true, 1), flowPacket(t, a[1], a[0], 6, 5).FlowHash(key, true, 1)
			if there != back {
				t.Errorf("%s, key %d: %x there, %x back", name, key, there, back)
			}
		}
		hash := flowPacket(t, a[0], a[1], 5, 6).FlowHash(FlowTuple, true, 1)
		for what, other := range map[string]*Packet{
			"ports crossed": flowPacket(t, a[0], a[1], 6, 5), "another port": flowPacket(t, a[0], a[1], 5, 7), "to itself": flowPacket(t, a[0], a[0], 5, 6),
		} {
			if other.FlowHash(FlowTuple, true, 1) == hash {
				t.Errorf("%s, %s: the same hash", name, what)
			}
		}
		if flowPacket(t, a[0], a[0], 5, 6).FlowHash(FlowTuple, true, 1) != flowPacket(t, a[0], a[0], 6, 5).FlowHash(FlowTuple, true, 1) {
			t.Errorf("%s: a node that talks to itself has two flows of one", name)
		}
	}
}

// Each bit of addresses, ports and seed changes half of the hash's bits, as a rule.
func TestFlowHashSpreads(t *testing.T) {
	for name, a := range flowFamilies {
		r := rand.New(rand.NewPCG(1, 2))
		changed, count := 0, 0
		for range 200 {
			p := flowPacket(t, a[0], a[1], uint16(r.Uint32()), uint16(r.Uint32()))
			seed := r.Uint64()
			was := p.FlowHash(FlowTuple, true, seed)
			note := func(now uint64) {
				n := bits.OnesCount64(now ^ was)
				if n < 8 {
					t.Fatalf("%s: %d bits of the hash have changed", name, n)
				}
				changed, count = changed+n, count+1
			}
			note(p.FlowHash(FlowTuple, true, seed^1<<r.IntN(64)))
			from, to := 12, p.Transport+4
			if p.Version == V6 {
				from = 8
			}
			bit := from*8 + r.IntN((to-from)*8)
			p.Data[bit/8] ^= 0x80 >> (bit % 8)
			if p.Version == V4 {
				sealIPv4(p.Data[:20])
			}
			if p.Parse() != 0 {
				t.Fatal("no packet any more")
			}
			note(p.FlowHash(FlowTuple, true, seed))
		}
		if mean := float64(changed) / float64(count); mean < 30 || mean > 34 {
			t.Errorf("%s: %.1f bits change on average, wanted 32", name, mean)
		}
	}
}

// Quotes that are cut anywhere, or hold anything, have some hash.
func TestFlowHashOfAnyQuote(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, a := range flowFamilies {
		inner := flowPacket(t, a[0], a[1], 5, 6).Data
		for range 2000 {
			quote := bytes.Clone(inner[:r.IntN(len(inner)+1)])
			for range r.IntN(4) {
				if len(quote) > 0 {
					quote[r.IntN(len(quote))] = byte(r.Uint32())
				}
			}
			p := flowPacket(t, a[1], a[0], 0, 0)
			icmp, kind := uint8(ProtoICMPv4), byte(11)
			if p.Version == V6 {
				icmp, kind = ProtoICMPv6, 3
			}
			p.Data = append(p.Data[:p.Transport], append([]byte{kind, 0, 0, 0, 0, 0, 0, 0}, quote...)...)
			p.Protocol = icmp
			for _, key := range []FlowKey{FlowTuple, FlowAddresses, FlowLabel} {
				p.FlowHash(key, true, 1)
			}
			if bytes.Equal(quote, inner) && p.FlowHash(FlowTuple, true, 1) != flowPacket(t, a[0], a[1], 5, 6).FlowHash(FlowTuple, true, 1) {
				t.Fatalf("%s: a whole quote has another hash than its packet", name)
			}
		}
	}
}

func TestFlowHashAllocatesNothing(t *testing.T) {
	for name, a := range flowFamilies {
		p := flowPacket(t, a[0], a[1], 5, 6)
		if n := testing.AllocsPerRun(100, func() { p.FlowHash(FlowTuple, true, 1) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
