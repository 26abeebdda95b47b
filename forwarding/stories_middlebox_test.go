package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// boxed puts boxes on both ends of the node: in on what comes from left and right, out on what leaves there.
func (n *node) boxed(in, out forwarding.Middlebox) {
	n.t.Helper()
	n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
		boxes(in, out)(links, routes, s)
	})
}

// What is too long for the layer below vanishes: before the node in its sum, behind it apart. Nobody is told.
func TestLayerTwoMTU(t *testing.T) {
	both(t, func(n *node) {
		ip := 20 * (n.family/2 - 1)
		fits, long := "udp "+itoa(1200-ip-8), "udp "+itoa(1201-ip-8)
		n.boxed(forwarding.Middlebox{DropAbove: 1200}, forwarding.Middlebox{})
		n.send("left: h1 > h2 df " + fits)
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 df " + long)
		n.send("left: h1 > r.left echo 1300")
		n.counted("forwarded 1, l2-mtu 2")

		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{DropAbove: 1200})
		n.send("left: h1 > h2 df " + fits)
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 df " + long)
		n.send("left: h1 > r.left echo 1300") // also what the node itself says
		n.counted("forwarded 2, delivered 1, echo-reply sent 1, behind l2-mtu 2")
	})
}

// The last segment of a super-packet may be short enough.
func TestLayerTwoMTUOfSegments(t *testing.T) {
	both(t, func(n *node) {
		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{DropAbove: 1200})
		n.send("left: h1 > h2 df gso 1000 udp 60000")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 df gso 1300 udp 13001")
		n.outputs = n.outputs[1:] // one octet behind ten segments
		n.counted("forwarded 71, behind l2-mtu 10")
		n.boxed(forwarding.Middlebox{DropAbove: 1200}, forwarding.Middlebox{})
		n.send("left: h1 > h2 df gso 1300 udp 13001")
		n.outputs = n.outputs[1:]
		n.counted("forwarded 1, l2-mtu 10")
	})
}

// Who takes a super-packet for one packet drops it, whole, whatever its segments are.
func TestSuperPacketsDropped(t *testing.T) {
	both(t, func(n *node) {
		n.boxed(forwarding.Middlebox{DropSuper: true}, forwarding.Middlebox{})
		n.send("left: h1 > h2 df gso 500 udp 5000")
		n.send("left: h1 > h2 df udp 500")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1, l2-mtu 10")

		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{DropSuper: true})
		n.send("left: h1 > h2 df gso 500 udp 5000")
		n.send("left: h1 > h2 df udp 500")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 11, behind l2-mtu 10")
	})
}

// A filter at the edge eats errors: those that pass, and those that the node itself sends.
func TestFilterErrors(t *testing.T) {
	both(t, func(n *node) {
		tooBig := forwarding.Filter{Errors: [ratelimit.NumKinds]bool{ratelimit.TooBig: true}}
		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{Filters: []forwarding.Filter{tooBig}})
		n.send("left: h1 > h2 df udp 1400")
		n.send("left: h1 > h2 quoting too-big h2 > far udp 32")
		n.send("left: h1 > h2 quoting ttl-exceeded h2 > far udp 32")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > r.left echo 32")
		n.want("left: r.left > h1 echo-reply")
		n.counted("forwarded 2, delivered 1, ttl-expired 1, too-big 1, too-big sent 1, ttl-exceeded sent 1, echo-reply sent 1, behind filtered 2")

		n.boxed(forwarding.Middlebox{Filters: []forwarding.Filter{{Echo: true}, {Match: wire.Match{Protocol: wire.ProtoTCP, HasProtocol: true}}}}, forwarding.Middlebox{})
		n.send("left: h1 > r.left echo 32")
		n.send("left: h1 > h2 tcp s")
		n.send("left: h1 > h2 icmp echo-reply")
		n.send("left: h1 > h2 udp 32")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1, filtered 3")
	})
}

// Messages that wait have passed the box before: what it eats never comes.
func TestFilterDelayed(t *testing.T) {
	both(t, func(n *node) {
		for _, eaten := range []bool{false, true} {
			n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
				s.Policy[ratelimit.TooBig] = []forwarding.Rule{{Policy: forwarding.Policy{Delay: time.Second}}}
				if eaten {
					links[0].Out = &forwarding.Middlebox{Filters: []forwarding.Filter{{Errors: everyError}}}
				}
			})
			n.send("left: h1 > h2 df udp 1400")
			if got := len(n.late); got != map[bool]int{false: 1, true: 0}[eaten] {
				t.Errorf("eaten %v: %d wait", eaten, got)
			}
			n.late = nil
		}
		if c := n.router.Counters; c.Boxes.Behind(drop.Filtered) != 1 {
			t.Errorf("%+v", c.Boxes)
		}
	})
}

// Each nth, and by chance: the same for the same seed, and a table that is as before goes on counting.
func TestFilterSome(t *testing.T) {
	both(t, func(n *node) {
		third := forwarding.Middlebox{Filters: []forwarding.Filter{{Every: 3}}}
		n.boxed(third, forwarding.Middlebox{})
		passed := ""
		for i := range 9 {
			if i == 4 {
				n.boxed(third, forwarding.Middlebox{MSS: 1000})
			}
			n.send("left: h1 > h2 udp 32")
			passed += itoa(len(n.outputs))
			n.outputs = nil
		}
		if passed != "110110110" {
			t.Errorf("each third: %s", passed)
		}
		n.counted("forwarded 6, filtered 3")
		var runs [2]string
		for run := range runs {
			n.boxed(third, forwarding.Middlebox{})
			n.send("left: h1 > h2 udp 32")
			n.outputs = nil
			n.boxed(forwarding.Middlebox{Filters: []forwarding.Filter{{Probability: 0.5, Seed: 7}}}, forwarding.Middlebox{})
			for range 64 {
				n.send("left: h1 > h2 udp 32")
				runs[run] += itoa(len(n.outputs))
				n.outputs = nil
			}
		}
		if lost := bytes.Count([]byte(runs[0]), []byte("0")); runs[0] != runs[1] || lost < 16 || lost > 48 {
			t.Errorf("by chance: %s and then %s", runs[0], runs[1])
		}
	})
}

// Of a super-packet each segment has its own luck.
func TestFilterSegments(t *testing.T) {
	both(t, func(n *node) {
		n.boxed(forwarding.Middlebox{Filters: []forwarding.Filter{{Every: 4}}}, forwarding.Middlebox{})
		n.send("left: h1 > h2 df gso 100 udp 1000")
		n.outputs = nil
		n.counted("forwarded 8, filtered 2")
		n.boxed(forwarding.Middlebox{Filters: []forwarding.Filter{{Errors: everyError, Every: 4}}}, forwarding.Middlebox{})
		n.send("left: h1 > h2 df gso 100 udp 1000") // which is no error: it passes whole
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 10")
	})
}

// Fragments end, all of them, the first, or the later ones; whole packets pass.
func TestFilterFragments(t *testing.T) {
	both(t, func(n *node) {
		for which, want := range map[wire.FragmentMatch]string{
			wire.AnyFragment: "forwarded 1, fragment-filtered 3", wire.FirstFragment: "forwarded 3, fragment-filtered 1", wire.LaterFragment: "forwarded 2, fragment-filtered 2"} {
			n.boxed(forwarding.Middlebox{DropFragments: which}, forwarding.Middlebox{})
			for _, part := range []string{"", " fragment 0 80", " fragment 80 160", " fragment 160 208"} {
				n.send("left: h1 > h2 udp 200" + part)
				n.outputs = nil
			}
			n.counted(want)
		}
	})
	only(t, 4, "routers do not cut IPv6", func(n *node) {
		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{DropFragments: wire.LaterFragment})
		n.send("left: h1 > h2 udp 4000")
		n.want("right: h1 > h2 fragment 0 1376 more")
		n.counted("forwarded 1, fragments 3, behind fragment-filtered 2")
	})
}

// A later fragment whose identification is another is of no datagram here; a damaged one makes a wrong checksum.
func TestMangledFragments(t *testing.T) {
	both(t, func(n *node) {
		for mangle, want := range map[forwarding.Mangle]string{forwarding.MangleID: "held 3, mangled 2", forwarding.ManglePayload: "bad-transport-checksum 3, mangled 1"} {
			n.boxed(forwarding.Middlebox{Mangle: mangle}, forwarding.Middlebox{})
			for _, part := range []string{"0 80", "80 160", "160 208"} {
				n.send("left: h1 > r.left id 9 echo 200 fragment " + part)
			}
			n.counted(want)
			n.wait(time.Minute)
			n.outputs = nil
			n.before = n.router.Counters
		}
	})
}

// A box before the node has it fragment; one behind it leaves that to others.
func TestDF(t *testing.T) {
	only(t, 4, "IPv6 has no DF: its story is below", func(n *node) {
		n.boxed(forwarding.Middlebox{DF: forwarding.DFClear}, forwarding.Middlebox{})
		n.send("left: h1 > h2 df udp 1400")
		n.want("right: h1 > h2 fragments 2")
		n.counted("forwarded 1, fragments 2, df-cleared 1")
		n.send("left: h1 > h2 udp 32")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1")
		n.boxed(forwarding.Middlebox{DF: forwarding.DFSet}, forwarding.Middlebox{})
		n.send("left: h1 > h2 udp 1400")
		n.wantTooBigDF("left: r.left > h1", 1400)
		n.counted("too-big 1, too-big sent 1, df-set 1")
		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{DF: forwarding.DFClear})
		n.send("left: h1 > h2 df udp 1300")
		if n.read(n.outputs[0].bytes).df {
			t.Error("DF is set")
		}
		n.outputs = nil
		n.counted("forwarded 1, df-cleared 1")
	})
	only(t, 6, "it has no DF, and nothing changes", func(n *node) {
		for _, df := range []forwarding.DF{forwarding.DFClear, forwarding.DFSet} {
			n.boxed(forwarding.Middlebox{DF: df}, forwarding.Middlebox{DF: df})
			n.send("left: h1 > h2 udp 32")
			n.want("right: h1 > h2 forwarded")
			n.send("left: h1 > h2 udp 1400")
			n.wantTooBig("left: r.left > h1", 1400)
			n.counted("forwarded 1, too-big 1, too-big sent 1")
		}
	})
}

// wantTooBigDF is a too big about the last packet, whose quote has the DF that a box set.
func (n *node) wantTooBigDF(ends string, mtu int) {
	n.t.Helper()
	last := &n.sent[len(n.sent)-1]
	b := bytes.Clone(last.bytes)
	b[6] |= 0x40
	last.bytes = sealed(b)
	n.wantTooBig(ends, mtu)
}

// A SYN announces less, in each direction by its own box; all checksums are right.
func TestClampedMSS(t *testing.T) {
	both(t, func(n *node) {
		n.boxed(forwarding.Middlebox{}, forwarding.Middlebox{})
		n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
			links[1].Out, links[1].In = &forwarding.Middlebox{MSS: 1300}, &forwarding.Middlebox{MSS: 1200}
		})
		for _, c := range []struct {
			line    string
			want    uint16
			counted string
		}{
			{"left: h1 > h2 mss 1460 tcp s", 1300, "forwarded 1, clamped 1"},
			{"right: h2 > h1 mss 1460 tcp sa", 1200, "forwarded 1, clamped 1"},
			{"left: h1 > h2 mss 1460 partial tcp s", 1300, "forwarded 1, clamped 1"},
			{"left: h1 > h2 mss 1299 tcp s", 1299, "forwarded 1"},
			{"left: h1 > h2 mss 1460 tcp a", 1460, "forwarded 1"},
		} {
			n.send(c.line)
			o := n.outputs[0]
			if o.gso.ChecksumStart == 0 {
				if err := checkOriginated(n.family, o.bytes); err != nil {
					t.Error(err)
				}
			}
			tcp := decode(n.family, o.bytes).TransportLayer().(*layers.TCP)
			if got := binary.BigEndian.Uint16(tcp.Options[0].OptionData); got != c.want {
				t.Errorf("%s: MSS %d, want %d", c.line, got, c.want)
			}
			n.outputs = nil
			n.counted(c.counted)
		}
	})
}

// Packets with extension headers end; IPv4 options are none.
func TestFilterExtensions(t *testing.T) {
	only(t, 6, "IPv4 has no such headers", func(n *node) {
		n.boxed(forwarding.Middlebox{DropExtensions: true}, forwarding.Middlebox{})
		for _, what := range []string{"dest 0000", "hop 0000", "routing 0 0", "fragment 0 80"} {
			n.send("left: h1 > h2 udp 200 " + what)
		}
		n.send("left: h1 > h2 udp 32")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1, extension-filtered 4")
	})
	only(t, 4, "options pass", func(n *node) {
		n.boxed(forwarding.Middlebox{DropExtensions: true}, forwarding.Middlebox{})
		n.send("left: h1 > h2 options 01010101 udp 32")
		n.want("right: h1 > h2 forwarded")
	})
}
