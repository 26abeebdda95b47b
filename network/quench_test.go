package network

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// narrow is a chain of two whose link takes a packet in 8 ms and has one wait, each way.
func narrow(says ...forwarding.Rule) Plan {
	plan := chain(2)
	slow := link.Behavior{Rate: link.Rate{BitsPerSecond: 1_000_000}, Queue: link.Queue{Packets: 1}}
	plan.Links[0].To = [2]link.Behavior{slow, slow}
	for i := range plan.Nodes {
		plan.Nodes[i].Settings.Policy[ratelimit.SourceQuench] = says
		plan.Nodes[i].Limits[ratelimit.SourceQuench] = ratelimit.Limit{Total: ratelimit.Rate{Unlimited: true}, PerDestination: ratelimit.Rate{Unlimited: true}}
	}
	return plan
}

// Whose packet finds a queue full is told so by the node before it, if that has such a policy; IPv6 has no such message.
func TestQuench(t *testing.T) {
	for family, hosts := range ends {
		for _, c := range []struct {
			says []forwarding.Rule
			want uint64
		}{{nil, 0}, {[]forwarding.Rule{{}}, 3}, {[]forwarding.Rule{{Policy: forwarding.Policy{Drop: true}}}, 0}} {
			l := newLab(t, narrow(c.says...))
			for id := range 5 {
				l.inject("left", udp(hosts[0], hosts[1], id, 972))
			}
			l.net.Step(time.Second)
			stats := l.net.Stats()[0]
			if full := stats.Links[1].Way.Dropped[drop.QueueFull]; full != 3 {
				t.Fatalf("%d found the queue full, want 3", full)
			}
			want := c.want * uint64(1-family)
			if got := l.counters().Messages[icmpgen.SourceQuench].Sent; got != want {
				t.Errorf("%s, %+v: told %d, want %d", hosts[0], c.says, got, want)
			}
			for id := range int(want) {
				b := l.receive("left")
				if source(b) != "10.1.0.1" || b[20] != 4 || b[21] != 0 || b[28+23] != byte(id+2) { // the quote has the destination port
					t.Errorf("% x", b)
				}
			}
			if b, more := l.opener.Device("left").Receive(0); more {
				t.Errorf("and % x", b)
			}
		}
	}
}

// The node's own messages, and errors, quench nobody; of a super-packet one message stands for all segments.
func TestQuenchOnce(t *testing.T) {
	hosts := ends[0]
	l := newLab(t, narrow(forwarding.Rule{}))
	big := udp(hosts[0], hosts[1], 7, 20_000)
	if !l.opener.Device("left").InjectGSO(big, wire.GSO{Size: 1000, ChecksumStart: 20, ChecksumOffset: 6}) {
		t.Fatal("not taken")
	}
	for id := range 6 {
		l.inject("right", withTTL(udp(hosts[1], linkAddress(0, 0), id, 32), 64)) // the first node says port unreachable into the full link
	}
	l.net.Step(time.Second)
	stats := l.net.Stats()
	if c := stats[0].Counters.Messages; c[icmpgen.SourceQuench].Sent != 1 || c[icmpgen.SourceQuench].Unroutable != 0 {
		t.Errorf("%+v", c[icmpgen.SourceQuench])
	}
}

// A packet that becomes more fragments than there are buffers crosses a link that does something, whether or not it has room for them.
func TestManyFragmentsWait(t *testing.T) {
	for _, says := range [][]forwarding.Rule{nil, {{}}} {
		plan := narrow(says...)
		plan.Nodes[0].Interfaces[1].MTU = 68
		l := newLab(t, plan)
		for id := range 3 {
			l.inject("left", udp("10.1.0.2", "10.2.0.2", id, 60_000))
		}
		l.net.Step(time.Second)
		if sent := l.net.Stats()[0].Links[1].Way.Sent; sent < 3*1000 {
			t.Errorf("%d fragments were sent", sent)
		}
	}
}
