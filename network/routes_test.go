package network

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
)

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

// homes are, by family, a host behind left and one that two nodes of twoHomes are at home at.
var homes = [2][2]string{{ends[0][0], "192.0.2.9"}, {ends[1][0], "2001:db8::9"}}

// twoHomes is a chain with the device near at its middle and far at its end, of the same prefixes.
func twoHomes() Plan {
	plan := chain(3)
	for i, name := range []string{"near", "far"} {
		nd := &plan.Nodes[i+1]
		nd.Interfaces = append(nd.Interfaces, device(name, 1500, fmt.Sprintf("192.0.2.%d/24", i+1), fmt.Sprintf("2001:db8::%d/64", i+1)))
	}
	return plan
}

// When the device of the nearer home is lost, packets go to the other, also after a
// plan is applied that does not bring it back.
func TestRouteToWhoIsThere(t *testing.T) {
	for _, pair := range homes {
		l := newLab(t, twoHomes())
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
		if err := l.net.Apply(twoHomes()); err != nil {
			t.Fatal(err)
		}
		l.inject("left", udp(pair[0], pair[1], 3, 8))
		eventually(t, "this one does too", func() bool {
			b, _ := l.opener.Device("far").Receive(10 * time.Millisecond)
			return bytes.HasSuffix(b, pattern(3, 8))
		})
	}
}

// Who owns the time has routes computed again too.
func TestStepRoutesAround(t *testing.T) {
	for _, pair := range homes {
		l := newLab(t, twoHomes())
		for id, want := range []string{"near", "far"} {
			l.inject("left", udp(pair[0], pair[1], id, 8))
			l.net.Step(0)
			l.receive(want)
			l.opener.Device("near").Vanish()
			l.net.Step(0)
		}
	}
}

// Others hear of a route of several ways while one of its devices is there.
func TestAnnounceGroups(t *testing.T) {
	plan := chain(2)
	last := &plan.Nodes[1]
	last.Interfaces = append(last.Interfaces, device("other", 1500, "10.3.0.1/24", "fd00:3::1/64"))
	for _, ways := range [][3]string{{"198.51.100.0/24", "10.2.0.9", "10.3.0.9"}, {"2001:db8:1::/48", "fd00:2::9", "fd00:3::9"}} {
		group := &forwarding.Group{Paths: []forwarding.Path{{Via: netip.MustParseAddr(ways[1])}, {Via: netip.MustParseAddr(ways[2])}}}
		last.Routes = []forwarding.Route{{To: prefix(ways[0]), Group: group}}
		for _, gone := range [][]int{{}, {1}, {2}, {1, 2}} {
			table, err := forwarding.NewTable([]forwarding.Link{plan.Nodes[0].Interfaces[0].Link, plan.Nodes[0].Interfaces[1].Link}, nil, forwarding.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			atlas, leads := plan.Routes(func(node, link int) bool { return node == 0 || !slices.Contains(gone, link) })
			table.SetAtlas(atlas, leads[0])
			if to, _ := table.Paths(prefix(ways[0]).Addr()); len(to) == 1 != (len(gone) < 2) {
				t.Errorf("to %s, without %v: %+v", ways[0], gone, to)
			}
		}
	}
}

// A plan stays as it was, whatever routes are computed of it.
func TestRoutesLeaveThePlanAlone(t *testing.T) {
	loopbacks := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}
	plan := chain(2)
	for i := range loopbacks {
		plan.Nodes[i].Settings.Loopbacks = loopbacks[i : i+1] // of one piece of memory
	}
	plan.Nodes[0].Settings.RouterID = netip.MustParseAddr("192.0.2.3")
	plan.Routes(nil)
	if plan.Nodes[1].Settings.Loopbacks[0] != netip.MustParseAddr("192.0.2.2") {
		t.Errorf("the loopbacks are %v now", loopbacks)
	}
}
