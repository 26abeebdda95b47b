package forwarding_test

import (
	"fmt"
	"testing"
	"time"

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
	{"Limited", 0, []string{"left: h1b > h2 ttl 1 udp 32"}},
}

// costSettings are those that a packet of costs needs.
var costSettings = map[string]string{
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
func (s *sink) Lock()                  {}
func (s *sink) Unlock()                {}

// each gives a test one function for each line of costs and family, that sends
// the packets of it once.
func each(t testing.TB, run func(name string, octets int, once func())) {
	for _, cost := range costs {
		for _, family := range []int{4, 6} {
			if cost.family != 0 && cost.family != family {
				continue
			}
			var packets [][]byte
			octets := 0
			for _, line := range cost.lines {
				b, err := build(family, line)
				if err != nil {
					t.Fatal(err)
				}
				packets, octets = append(packets, b.bytes), octets+len(b.bytes)
			}
			n, out, p := newNode(nil, family), newSink(), filled(nil, wire.BufferSize)
			if settings, has := costSettings[cost.name]; has {
				table, err := chosen(family, settings)
				if err != nil {
					t.Fatal(err)
				}
				n.router.SetTable(table)
			}
			if cost.name == "Limited" {
				n.router.Limits[1].Total.Unlimited = false
			}
			run(fmt.Sprintf("%s/IPv%d", cost.name, family), octets, func() {
				for _, b := range packets {
					n.now += time.Microsecond
					p.SetLen(copy(p.Buffer()[wire.Headroom:], b))
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
