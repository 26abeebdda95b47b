package network

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
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

// ring is a chain of three whose ends have a link.
func ring() Plan {
	plan := chain(3)
	short := on("short", 1500)
	plan.Nodes[0].Interfaces = append(plan.Nodes[0].Interfaces, short)
	plan.Nodes[2].Interfaces = append(plan.Nodes[2].Interfaces, short)
	plan.Links = append(plan.Links, Link{Name: "short", Ends: [2]End{{0, 2}, {2, 2}}})
	return plan
}

// Nodes that do not decrement TTL, and send to each other, keep a packet for a while only.
func TestEndless(t *testing.T) {
	for family, hosts := range ends {
		plan := ring()
		plan.Routing = Static
		for i, via := range []string{"next", "next", "short"} {
			plan.Nodes[i].Settings.KeepTTL = true
			for _, all := range []string{"0.0.0.0/0", "::/0"} {
				plan.Nodes[i].Routes = append(plan.Nodes[i].Routes, forwarding.Route{To: prefix(all), Link: via})
			}
		}
		l := newLab(t, plan)
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

// delayed is a chain whose links take 10 ms each way.
func delayed(nodes int) Plan {
	p := chain(nodes)
	for i := range p.Links {
		p.Links[i].To = [2]link.Behavior{{Delay: link.Delay{Mean: 10 * time.Millisecond}}, {Delay: link.Delay{Mean: 10 * time.Millisecond}}}
	}
	return p
}

// Step says when something happens, and nothing happens before. Who comes late finds
// it done at its own time: lateness on one link is none on the next.
func TestDelay(t *testing.T) {
	const ms = time.Millisecond
	for _, hosts := range ends {
		l := newLab(t, delayed(3))
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		if next, waits := l.net.Step(100 * ms); !waits || next != 110*ms {
			t.Fatalf("next at %v, %t", next, waits)
		}
		if next, waits := l.net.Step(113 * ms); !waits || next != 120*ms {
			t.Fatalf("late by 3 ms: next at %v, %t", next, waits)
		}
		l.net.Step(120*ms - 1)
		if b, came := l.opener.Device("right").Receive(0); came {
			t.Fatalf("% x came too early", b)
		}
		if next, waits := l.net.Step(120 * ms); waits {
			t.Errorf("something is to happen at %v", next)
		}
		l.receive("right")
	}
}

// replay runs the same packets at the same times through a network of chances, and
// returns all that came out.
func replay(t *testing.T, seed uint64) []byte {
	t.Helper()
	plan := chain(5)
	plan.Seed = seed
	for i := range plan.Links {
		for to := range plan.Links[i].To {
			plan.Links[i].To[to] = link.Behavior{
				Rate:      link.Rate{BitsPerSecond: 10_000_000},
				Queue:     link.Queue{Packets: 10},
				Delay:     link.Delay{Mean: 5 * time.Millisecond, Jitter: 2 * time.Millisecond, Distribution: link.Normal, Overtake: true},
				Loss:      []link.Loss{{Probability: 0.05}},
				Duplicate: link.Chance{Probability: 0.05},
				Corrupt:   link.Corrupt{Chance: link.Chance{Probability: 0.05}},
			}
		}
	}
	l := newLab(t, plan)
	defer l.net.Close()
	var out bytes.Buffer
	drain := func(now time.Duration) {
		for _, name := range []string{"left", "right"} {
			for b, ok := l.opener.Device(name).Receive(0); ok; b, ok = l.opener.Device(name).Receive(0) {
				fmt.Fprintf(&out, "%s %d %x\n", name, now, b)
			}
		}
	}
	now := time.Duration(0)
	for id := range 60 {
		hosts := ends[id%2]
		l.inject("left", withTTL(udp(hosts[0], hosts[1], id, id*20), uint8(1+id%9)))
		now += time.Millisecond
		next, waits := l.net.Step(now)
		for ; waits && id == 59; next, waits = l.net.Step(now) {
			drain(now)
			now = next
		}
		drain(now)
	}
	return out.Bytes()
}

// The same seed gives the same traffic, octet by octet and at the same times; another
// gives another.
func TestSameSeedSameTraffic(t *testing.T) {
	want := replay(t, 1)
	if lines := bytes.Count(want, []byte("\n")); lines < 20 {
		t.Fatalf("only %d packets came out", lines)
	}
	for run := range 1000 {
		if got := replay(t, 1); !bytes.Equal(got, want) {
			t.Fatalf("run %d differs:\n%s\nfrom\n%s", run, got, want)
		}
	}
	if bytes.Equal(replay(t, 2), want) {
		t.Error("another seed gives the same traffic")
	}
}

// change is the plan with one link changed.
func (l *lab) change(plan Plan, i int, to link.Behavior, down bool) {
	l.t.Helper()
	plan.Links = append([]Link(nil), plan.Links...)
	plan.Links[i].To = [2]link.Behavior{to, to}
	plan.Links[i].Down = down
	if err := l.net.Apply(plan); err != nil {
		l.t.Fatal(err)
	}
}

// A link is changed between two packets: what is on its way arrives as it was to, what
// comes later as the new plan says. One that goes down loses what is on it, and senders
// are told.
func TestChangeLink(t *testing.T) {
	const ms = time.Millisecond
	for family, hosts := range ends {
		plan := delayed(2)
		l := newLab(t, plan)
		send := func(id int) { l.inject("left", udp(hosts[0], hosts[1], id, 8)) }
		send(1)
		l.net.Step(0)
		l.change(plan, 0, link.Behavior{Delay: link.Delay{Mean: 50 * ms}}, false)
		send(2)
		if next, _ := l.net.Step(1 * ms); next != 10*ms {
			t.Errorf("the first arrives at %v, wanted 10 ms", next)
		}
		if next, _ := l.net.Step(10 * ms); next != 51*ms {
			t.Errorf("the second arrives at %v, wanted 51 ms", next)
		}
		l.receive("right")
		l.change(plan, 0, link.Behavior{Delay: link.Delay{Mean: 50 * ms}}, true)
		send(3)
		if next, waits := l.net.Step(20 * ms); waits {
			t.Errorf("something arrives at %v on a link that is down", next)
		}
		if b, _ := payload(l.receive("left")); b[0] != [2]byte{3, 1}[family] {
			t.Errorf("told by type %d", b[0])
		}
		if way := l.net.Stats()[0].Links[1].Way; way.Dropped[drop.LinkCut] != 1 {
			t.Errorf("%+v: the second was lost with the link", way)
		}
		l.change(plan, 0, link.Behavior{}, false)
		send(4)
		l.net.Step(30 * ms)
		l.receive("right")
	}
}

// A ring of three: routes go around a link that is down, and back when it is up.
func TestRouteAround(t *testing.T) {
	for _, hosts := range ends {
		plan := ring()
		l := newLab(t, plan)
		for i, want := range []uint8{62, 61, 62} {
			l.change(plan, 2, link.Behavior{}, i == 1)
			l.inject("left", udp(hosts[0], hosts[1], i, 8))
			l.net.Step(time.Duration(i))
			if _, ttl := payload(l.receive("right")); ttl != want {
				t.Errorf("change %d: came with TTL %d, wanted %d", i, ttl, want)
			}
		}
	}
}

// Two nodes are at home at one prefix. When the device of the nearer is lost, packets
// go to the other.
func TestRouteToWhoIsThere(t *testing.T) {
	plan := chain(3)
	plan.Nodes[1].Interfaces = append(plan.Nodes[1].Interfaces, device("near", 1500, "192.0.2.1/24", "2001:db8::1/64"))
	plan.Nodes[2].Interfaces = append(plan.Nodes[2].Interfaces, device("far", 1500, "192.0.2.2/24", "2001:db8::2/64"))
	for _, pair := range [][2]string{{ends[0][0], "192.0.2.9"}, {ends[1][0], "2001:db8::9"}} {
		l := newLab(t, plan)
		l.run()
		l.inject("left", udp(pair[0], pair[1], 1, 8))
		l.receive("near")
		l.opener.mu.Lock()
		l.opener.failOpen = "near" // nor does it come back
		l.opener.mu.Unlock()
		l.opener.Device("near").Vanish()
		eventually(t, "packets go to the far one", func() bool {
			l.inject("left", udp(pair[0], pair[1], 2, 8))
			_, came := l.opener.Device("far").Receive(10 * time.Millisecond)
			return came
		})
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
