package forwarding_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// costs are the packets whose way through a router is counted and measured:
// each line is sent again and again, and the router allocates nothing.
var costs = []struct {
	name   string
	family int // 0: both
	lines  []string
}{
	{"Forward", 0, []string{"left: h1 > h2 udp 32"}},
	{"ForwardLong", 0, []string{"left: h1 > h2 udp 1300"}},
	{"TTLExpired", 0, []string{"left: h1 > h2 ttl 1 udp 1400"}},
	{"NoRoute", 0, []string{"left: h1 > nowhere udp 32"}},
	{"TooBig", 0, []string{"left: h1 > h2 df udp 1400"}},
	{"Echo", 0, []string{"left: h1 > r.left echo 1400"}},
	{"EchoInFragments", 0, []string{"left: h1 > r.left echo 8000"}},
	{"Fragment", 4, []string{"left: h1 > htiny udp 1400"}},
	{"SuperPacket", 0, []string{"left: h1 > h2 gso 1300 udp 65000"}},
	{"SuperPacketExpired", 0, []string{"left: h1 > h2 ttl 1 gso 1300 udp 65000"}},
	{"SuperPacketFragment", 4, []string{"left: h1 > htiny gso 1000 udp 3000"}},
	{"SuperPacketDeliver", 0, []string{"left: h1 > r.left gso 1400 udp 14000"}},
	{"Drop", 0, []string{"left: loopback > h2 udp 32"}},
	{"Truncated", 0, []string{"left: h1 > h2 udp 32 octets 19"}},
	{"PortUnreachable", 0, []string{"left: h1 > r.left udp 32"}},
	{"TCPReset", 0, []string{"left: h1 > r.left tcp s"}},
	{"Reassemble", 0, []string{"left: h1 > r.left echo 3000 fragment 1000 3008", "left: h1 > r.left echo 3000 fragment 0 1000"}},
	{"FragmentOverlap", 0, []string{"left: h1 > r.left echo 3000 fragment 0 1000", "left: h1 > r.left echo 3000 fragment 0 2000"}},
	{"RecordRoute", 4, []string{"left: h1 > h2 options 070b04000000000000000000 udp 32"}},
	{"EchoWithOptions", 4, []string{"left: h1 > r.left options 440c05010000000000000000 echo 32"}},
	{"SourceRoute", 4, []string{"left: h1 > r.left options 8307040a02000200 udp 32", "left: h1 > r.left options 8307080a02000200 echo 32"}},
	{"BadOption", 4, []string{"left: h1 > h2 options 07070300 udp 32"}},
	{"HopByHop", 6, []string{"left: h1 > h2 hop 05020000 udp 32", "left: h1 > h2 hop 9e00 udp 32", "left: h1 > r.left hop 0000 dest 0000 routing 0 0 echo 32"}},
	{"Redirect", 0, []string{"left: h1 > nowhere udp 32"}},
	{"Extended", 0, []string{"left: h1 > far ttl 1 udp 1400"}},
	{"Probe", 0, []string{"left: h1 > r.left probe name left", "left: h1 > r.left probe address r.right"}},
	{"Timestamp", 4, []string{"left: h1 > r.left timestamp 20"}},
	{"Multipath", 0, []string{"left: away > nowhere udp 32", "left: away > nowhere ports 1 2 udp 32"}},
	{"MultipathTurns", 0, []string{"left: away > nowhere udp 32"}},
	{"MultipathError", 0, []string{"left: away > nowhere quoting ttl-exceeded away > nowhere udp 32", "left: away > nowhere ttl 1 udp 32"}},
	{"Atlas", 0, []string{"left: h1 > nowhere udp 32", "left: h1 > nowhere ttl 1 udp 32", "left: h1 > far udp 32"}},
	{"Labels", 0, []string{"left: h1 > h2 ttl 1 udp 1400"}},
	{"Boxes", 0, []string{"left: h1 > h2 df mss 1460 tcp s", "left: h1 > h2 udp 1290", "left: h1 > h2 icmp ttl-exceeded", "left: h1 > h2 gso 1290 udp 60000"}},
	{"Tunnel", 0, []string{"left: h1 > h2 udp 32", "left: h1 > h2 df udp 1300"}},
	{"Forge", 0, []string{"left: h1 > h2 tcp a", "left: h1 > h2 gso 1000 udp 3000"}},
	{"Withheld", 0, []string{"left: h1 > h2 ttl 1 udp 32"}},
	{"Lies", 0, []string{"left: h1 > h2 ttl 1 udp 1400", "left: h1 > h2 df udp 1400", "left: h1b > far ttl 1 udp 32"}},
	{"Limited", 0, []string{"left: h1b > h2 ttl 1 udp 32"}},
}

// costSettings are those that a packet of costs needs.
var costSettings = map[string]string{
	"Multipath": "paths three", "MultipathTurns": "paths three hash per-packet", "MultipathError": "paths three",
	"Boxes": "box all", "Tunnel": "tunnel outer", "Forge": "forger on",
	"Labels": "labels on", "Withheld": "policy third", "Lies": "policy all",
	"SourceRoute": "source-route process", "Redirect": redirecting, "Extended": "extensions all", "Probe": "probe on",
}

// sink lends a few packets again and again.
type sink struct {
	packets [64]wire.Packet
	next    int
}

func newSink() *sink {
	s := new(sink)
	for i := range s.packets {
		s.packets[i].Attach(make([]byte, wire.BufferSize))
	}
	return s
}

func (s *sink) Buffer() *wire.Packet {
	s.next++
	return &s.packets[s.next%len(s.packets)]
}

func (s *sink) Send(int, *wire.Packet) {}
func (s *sink) Free(*wire.Packet)      {}
func (s *sink) Lock()                  {}
func (s *sink) Unlock()                {}

func (s *sink) Later(int, *wire.Packet, time.Duration) {}

// each gives a test one function for each line of costs and family, that sends
// the packets of it once.
func each(t testing.TB, run func(name string, octets int, once func())) {
	for _, cost := range costs {
		for _, family := range []int{4, 6} {
			if cost.family != 0 && cost.family != family {
				continue
			}
			var packets []built
			octets := 0
			for _, line := range cost.lines {
				b, err := build(family, line)
				if err != nil {
					t.Fatal(err)
				}
				packets, octets = append(packets, b), octets+len(b.bytes)
			}
			n, out, p := newNode(nil, family), newSink(), filled(nil, wire.BufferSize)
			if settings, has := costSettings[cost.name]; has {
				table, err := chosen(family, settings)
				if err != nil {
					t.Fatal(err)
				}
				n.router.SetTable(table)
			}
			if cost.name == "Atlas" {
				n.netted([]forwarding.Lead{lead(1), lead(4)}, []forwarding.Lead{lead(1)})
			}
			if cost.name == "Limited" {
				n.router.Limits[1].Total.Unlimited = false
			}
			run(fmt.Sprintf("%s/IPv%d", cost.name, family), octets, func() {
				for _, b := range packets {
					n.now += time.Microsecond
					p.SetLen(copy(p.Buffer()[wire.Headroom:], b.bytes))
					p.GSO = b.gso
					n.router.Receive(p, 0, n.now, out)
				}
			})
		}
	}
}

func TestNoAllocation(t *testing.T) {
	each(t, func(name string, _ int, once func()) {
		once() // memory for reassembly is taken once
		if allocations := testing.AllocsPerRun(100, once); allocations != 0 {
			t.Errorf("%s: %v allocations for each packet", name, allocations)
		}
	})
}

func BenchmarkReceive(b *testing.B) {
	each(b, func(name string, octets int, once func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(octets))
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	})
}
