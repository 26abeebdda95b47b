package network

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// on is an interface that a link ends at.
func on(name string, mtu int, addresses ...string) Interface {
	i := device(name, mtu, addresses...)
	i.Device.Name = ""
	return i
}

// chain is nodes n0, n1, … in a row. Behind the first is the device left with
// 10.1.0.0/24 and fd00:1::/64, behind the last right with 10.2.0.0/24 and fd00:2::/64. Link
// i, from node i on, is 10.128+x.y.0/31 and fd01::x:0/127.
func chain(nodes int) Plan {
	p := Plan{Routing: ShortestPath, Seed: 1}
	for i := range nodes {
		p.Nodes = append(p.Nodes, Node{Name: fmt.Sprint("n", i), Limits: ratelimit.DefaultLimits()})
	}
	add := func(node int, i Interface) End {
		nd := &p.Nodes[node]
		nd.Interfaces = append(nd.Interfaces, i)
		return End{node, len(nd.Interfaces) - 1}
	}
	add(0, device("left", 1500, "10.1.0.1/24", "fd00:1::1/64"))
	for i := range nodes - 1 {
		a := add(i, on("next", 1500, linkAddress(i, 0)+"/31", linkAddress6(i, 0)+"/127"))
		b := add(i+1, on("back", 1500, linkAddress(i, 1)+"/31", linkAddress6(i, 1)+"/127"))
		p.Links = append(p.Links, Link{Name: fmt.Sprint("l", i), Ends: [2]End{a, b}, Metric: [2]int{1, 1}})
	}
	add(nodes-1, device("right", 1500, "10.2.0.1/24", "fd00:2::1/64"))
	return p
}

func linkAddress(i, end int) string  { return fmt.Sprintf("10.%d.%d.%d", 128+i>>8, i&0xff, end) }
func linkAddress6(i, end int) string { return fmt.Sprintf("fd01::%x:%x", i+1, end) }

// ends are the hosts behind both devices of a chain, by family.
var ends = [2][2]string{{"10.1.0.2", "10.2.0.2"}, {"fd00:1::2", "fd00:2::2"}}

// withTTL is a datagram with another TTL.
func withTTL(b []byte, ttl uint8) []byte {
	b = bytes.Clone(b)
	if b[0]>>4 == 6 {
		b[7] = ttl
		return b
	}
	b[8], b[10], b[11] = ttl, 0, 0
	sum := uint32(0)
	for i := 0; i < 20; i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	b[10], b[11] = byte(^sum>>8), byte(^sum)
	return b
}

// source is where a datagram says that it comes from.
func source(b []byte) string {
	if b[0]>>4 == 6 {
		return netip.AddrFrom16([16]byte(b[8:24])).String()
	}
	return netip.AddrFrom4([4]byte(b[12:16])).String()
}

// A chain is as long as TTL allows: each node expires its packet, and says so from
// the link that leads back; one that lives long enough comes out.
func TestLongChain(t *testing.T) {
	const nodes = 254
	for family, hosts := range ends {
		plan := chain(nodes)
		for i := range plan.Nodes {
			plan.Nodes[i].Settings.ErrorTTL = 255 // or the way back is too long
		}
		l := newLab(t, plan)
		now := time.Duration(0)
		for ttl := 1; ttl <= nodes+1; ttl++ {
			now += time.Second // lest the limiter has something to say
			l.inject("left", withTTL(udp(hosts[0], hosts[1], ttl, 32), uint8(ttl)))
			l.net.Step(now)
			if ttl > nodes {
				if b := l.receive("right"); source(b) != hosts[0] {
					t.Errorf("a packet from %s came out", source(b))
				}
				continue
			}
			want := [2]string{"10.1.0.1", "fd00:1::1"}[family]
			if ttl > 1 {
				want = [2]string{linkAddress(ttl-2, 1), linkAddress6(ttl-2, 1)}[family]
			}
			if got := source(l.receive("left")); got != want {
				t.Fatalf("TTL %d expired at %s, wanted %s", ttl, got, want)
			}
		}
	}
}

// A super-packet crosses whole, and no octet of it is touched but TTL.
func TestSuperPacketCrosses(t *testing.T) {
	for _, hosts := range ends {
		l := newLab(t, chain(5))
		big := udp(hosts[0], hosts[1], 7, 20_000)
		header := len(big) - 20_000 - 8
		gso := wire.GSO{Size: 1000, ChecksumStart: header, ChecksumOffset: 6}
		if !l.opener.Device("left").InjectGSO(big, gso) {
			t.Fatal("not taken")
		}
		l.net.Step(0)
		got, as, ok := l.opener.Device("right").ReceiveGSO(patience)
		if !ok || as.Size != 1000 || !bytes.Equal(got, withTTL(big, 64-5)) {
			t.Errorf("%d octets as %+v came out", len(got), as)
		}
		for _, s := range l.net.Stats() {
			if s.Counters.Forwarded != 20 {
				t.Errorf("%s forwarded %d, wanted 20", s.Name, s.Counters.Forwarded)
			}
		}
	}
}

// A packet that becomes more fragments than there are buffers crosses all the same,
// and every buffer comes back. IPv6 has no fragments made on the way.
func TestManyFragmentsCross(t *testing.T) {
	plan := chain(4)
	plan.Nodes[1].Interfaces[1].MTU = 68
	l := newLab(t, plan)
	whole := udp(ends[0][0], ends[0][1], 9, 20_000)
	l.inject("left", whole)
	l.net.Step(0)
	got := make([]byte, 0, len(whole))
	for len(got) < len(whole)-20 {
		b := l.receive("right")
		if offset := (int(b[6])<<8 | int(b[7])) & 0x1fff * 8; offset != len(got) || len(b) > 68 {
			t.Fatalf("%d octets at %d, wanted up to 68 at %d", len(b), offset, len(got))
		}
		got = append(got, b[20:]...)
	}
	if !bytes.Equal(got, whole[20:]) {
		t.Error("the fragments are not the packet")
	}
	w := l.net.workers[0]
	if len(w.pool.free) != poolSize || len(w.parcels) != 0 || len(w.crossings) != 0 {
		t.Errorf("%d buffers are free, %d parcels and %d crossings are left", len(w.pool.free), len(w.parcels), len(w.crossings))
	}
}

// tie gives two nodes of a chain another link.
func (p *Plan) tie(name string, nodes ...int) {
	l := Link{Name: name, Metric: [2]int{1, 1}}
	for i, node := range nodes {
		nd := &p.Nodes[node]
		nd.Interfaces = append(nd.Interfaces, on(name, 1500))
		l.Ends[i] = End{node, len(nd.Interfaces) - 1}
	}
	p.Links = append(p.Links, l)
}

// ring is a chain of three whose ends have a link.
func ring() Plan {
	plan := chain(3)
	plan.tie("short", 0, 2)
	return plan
}

// roundAndRound is a chain of four, the last of which sends back to the second what nobody
// has. None decrements TTL. The way to left is known.
func roundAndRound() Plan {
	plan := chain(4)
	plan.Routing = Static
	plan.tie("short", 1, 3)
	for i, via := range []string{"next", "next", "next", "short"} {
		nd := &plan.Nodes[i]
		nd.Settings.KeepTTL = true
		for _, all := range []string{"0.0.0.0/0", "::/0"} {
			nd.Routes = append(nd.Routes, forwarding.Route{To: prefix(all), Link: via})
		}
	}
	for _, left := range []string{"10.1.0.0/24", "fd00:1::/64"} {
		plan.Nodes[1].Routes = append(plan.Nodes[1].Routes, forwarding.Route{To: prefix(left), Link: "back"})
	}
	return plan
}

// What goes around for ever is kept for a while only.
func TestEndless(t *testing.T) {
	for family, hosts := range ends {
		l := newLab(t, roundAndRound())
		l.inject("left", udp(hosts[0], [2]string{"192.0.2.1", "2001:db8::1"}[family], 1, 8))
		l.net.Step(0)
		endless := uint64(0)
		for _, s := range l.net.Stats() {
			for _, link := range s.Links {
				endless += link.Endless
			}
		}
		if endless != 1 {
			t.Errorf("%d packets were endless, wanted 1", endless)
		}
	}
}

// fragment is the first one of a datagram, the rest of which never comes.
func fragment(src, dst string) []byte {
	if src[0] == 'f' || src[0] == '2' {
		header := []byte{17, 0, 0, 1, 0, 0, 0, 1} // RFC 8200 §4.5: UDP, offset 0, more to come
		return ip(src, dst, 0, layers.IPProtocolIPv6Fragment, false, gopacket.Payload(append(header, pattern(1, 16)...)))
	}
	return ip(src, dst, 1, layers.IPProtocolUDP, true, pattern(1, 16))
}

// What one node says of fragments that expire may be endless; what the next one says then is not.
func TestExpiryAfterEndless(t *testing.T) {
	for family, hosts := range ends {
		l := newLab(t, roundAndRound())
		away := [2]string{"203.0.113.1", "2001:db8::1"}[family]
		l.inject("left", fragment(away, [2]string{"10.1.0.1", "fd00:1::1"}[family]))
		l.inject("left", fragment(hosts[0], [2]string{linkAddress(0, 1), linkAddress6(0, 1)}[family]))
		l.net.Step(0)
		l.net.Step(time.Hour)
		l.receive("left")
	}
}

// sink is a device that takes all and has nothing.
type sink struct{ endless }

func (*sink) Read(*wire.Batch) error { return nil }

// Crossings allocate nothing, nor do links that delay.
func TestCrossingAllocatesNothing(t *testing.T) {
	for what, plan := range map[string]Plan{"at once": chain(20), "delayed": delayed(20)} {
		for _, hosts := range ends {
			l := newLab(t, plan)
			sink := &sink{}
			l.net.ports[len(l.net.ports)-1].device = sink
			packet, now := udp(hosts[0], hosts[1], 1, 32), time.Duration(0)
			round := func() {
				l.inject("left", packet)
				for next, waits := l.net.Step(now); waits; next, waits = l.net.Step(now) {
					now = next
				}
			}
			round()
			if n := testing.AllocsPerRun(100, round); n != 0 {
				t.Errorf("%s: %v allocations", what, n)
			}
			if sink.taken != 102 {
				t.Errorf("%s: %d packets came out, wanted 102", what, sink.taken)
			}
		}
	}
}
