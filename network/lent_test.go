package network

import (
	"fmt"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// What comes of one super-packet and is not sent at once is more than there are buffers: they come back meanwhile.
func TestBuffersComeBack(t *testing.T) {
	expired := func(c *forwarding.Counters) uint64 { return c.Messages[icmpgen.TTLExceeded].Sent }
	for family, hosts := range ends {
		for name, c := range map[string]struct {
			ttl    uint8
			change func(nd *Node)
			want   func(c *forwarding.Counters) uint64 // one for each segment
		}{
			"late": {1, func(nd *Node) {
				nd.Settings.Policy[ratelimit.TimeExceeded] = []forwarding.Rule{{Policy: forwarding.Policy{Delay: time.Second}}}
			}, expired},
			"told, and filtered": {1, func(nd *Node) {
				nd.Interfaces[0].Out = &forwarding.Middlebox{Filters: []forwarding.Filter{{Match: wire.Match{ICMP: true}}}}
			}, expired},
			"filtered in fragments": {64, func(nd *Node) {
				nd.Interfaces[1].MTU, nd.Interfaces[1].Out = 300, &forwarding.Middlebox{DropFragments: wire.AnyFragment}
			}, func(c *forwarding.Counters) uint64 { return c.Fragments/2 + c.Messages[icmpgen.TooBig].Sent }},
			"forged": {64, func(nd *Node) {
				nd.Settings.Forgeries = []forwarding.Forgery{{Message: icmpgen.TooBig, MTU: 1300, Rate: ratelimit.Rate{Unlimited: true}, Quoted: icmpgen.Quoted{WrongPort: true}}}
			}, func(c *forwarding.Counters) uint64 { return c.Forged }},
		} {
			t.Run(fmt.Sprintf("%s/%s", name, hosts[0]), func(t *testing.T) {
				plan := twoLinks()
				nd := &plan.Nodes[0]
				for kind := range nd.Limits {
					nd.Limits[kind].Total.Unlimited, nd.Limits[kind].PerDestination.Unlimited = true, true
				}
				nd.Interfaces[0].In = &forwarding.Middlebox{Filters: []forwarding.Filter{{Match: wire.Match{Above: 20_000}}}} // which has it taken apart
				c.change(nd)
				l := newLab(t, plan)
				big := withTTL(udp(hosts[0], hosts[1], 7, 60_000), c.ttl)
				if !l.opener.Device("left").InjectGSO(big, wire.GSO{Size: 500, ChecksumStart: []int{20, 40}[family], ChecksumOffset: 6}) {
					t.Fatal("not taken")
				}
				l.net.Step(time.Second)
				counters := l.counters()
				if got := c.want(&counters); got != 120 {
					t.Errorf("%d, want 120", got)
				}
			})
		}
	}
}
