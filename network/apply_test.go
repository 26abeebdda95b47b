package network

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
)

// cross sends a packet from left to right and says that it arrives.
func (l *lab) cross(id int) {
	l.t.Helper()
	l.inject("left", udp(hosts[0][0], hosts[0][1], id, 32))
	l.receive("right")
}

func third() Interface { return device("third", 1500, "10.3.0.1/24") }

// running and not: a plan is applied alike.
func eitherWay(t *testing.T, test func(t *testing.T, l *lab)) {
	t.Run("running", func(t *testing.T) {
		l := newLab(t, twoLinks())
		l.run()
		test(t, l)
	})
	t.Run("resting", func(t *testing.T) {
		l := newLab(t, twoLinks())
		test(t, l)
	})
}

func TestApplyKeepsWhatStays(t *testing.T) {
	l := newLab(t, twoLinks())
	l.run()
	l.cross(1)
	plan := twoLinks()
	plan.Nodes[0].Interfaces = append(plan.Nodes[0].Interfaces, third())
	plan.Nodes[0].Routes = []forwarding.Route{{To: prefix("10.1.0.7/32"), Kind: forwarding.Blackhole}}
	if err := l.net.Apply(plan); err != nil {
		t.Fatal(err)
	}
	if opened, configured := l.opener.calls(); opened != "left right third" || configured != "" {
		t.Errorf("opened %q, configured %q: devices that stay are not touched", opened, configured)
	}
	l.cross(2)
	l.inject("left", udp(hosts[0][0], "10.1.0.7", 3, 32))
	eventually(t, "the new route is used", func() bool { return l.counters().Dropped[drop.Blackhole] == 1 })
	if c := l.counters(); c.Forwarded != 2 {
		t.Errorf("forwarded %d: counters are kept", c.Forwarded)
	}
	if links := l.net.Stats()[0].Links; len(links) != 3 || links[0].Received != 3 || links[1].Sent != 2 {
		t.Errorf("links %+v: counters are kept", links)
	}
}

// No packet is lost on links that stay, while plans are applied all the time.
func TestApplyLosesNoPacket(t *testing.T) {
	l := newLab(t, twoLinks())
	l.run()
	plans := []Plan{twoLinks(), twoLinks()}
	plans[1].Nodes[0].Interfaces = append(plans[1].Nodes[0].Interfaces, third())
	for round := range 30 {
		for id := range 30 {
			l.inject("left", udp(hosts[0][0], hosts[0][1], id, 32))
		}
		if err := l.net.Apply(plans[round%2]); err != nil {
			t.Fatal(err)
		}
		for range 30 {
			l.receive("right")
		}
	}
	if c := l.counters(); c.Forwarded != 900 {
		t.Errorf("forwarded %d, wanted 900", c.Forwarded)
	}
}

func TestApplyClosesWhatGoes(t *testing.T) {
	eitherWay(t, func(t *testing.T, l *lab) {
		plan := twoLinks()
		plan.Nodes[0].Interfaces = plan.Nodes[0].Interfaces[:1]
		if err := l.net.Apply(plan); err != nil {
			t.Fatal(err)
		}
		if n := l.opener.open(); n != 1 || l.opener.devices[1].closed != 1 {
			t.Errorf("%d devices are open", n)
		}
		if err := l.net.Apply(Plan{}); err != nil {
			t.Fatal(err)
		}
		if n := l.opener.open(); n != 0 || len(l.net.Stats()) != 0 {
			t.Errorf("%d devices are open, %+v", n, l.net.Stats())
		}
		if err := l.net.Apply(twoLinks()); err != nil {
			t.Fatal(err)
		}
		if n := l.opener.open(); n != 2 {
			t.Errorf("%d devices are open", n)
		}
	})
}

func TestApplyConfiguresWhatChanged(t *testing.T) {
	eitherWay(t, func(t *testing.T, l *lab) {
		plan := twoLinks()
		plan.Nodes[0].Interfaces[1].Device.MTU = 1300
		plan.Nodes[0].Interfaces[1].Device.Routes = []netip.Prefix{prefix("0.0.0.0/0")}
		for range 2 { // the second time nothing has changed
			if err := l.net.Apply(plan); err != nil {
				t.Fatal(err)
			}
		}
		if opened, configured := l.opener.calls(); opened != "left right" || configured != "right" {
			t.Errorf("opened %q, configured %q", opened, configured)
		}
		if mtu := l.opener.Device("right").MTU(); mtu != 1300 {
			t.Errorf("MTU %d", mtu)
		}
	})
}

// A plan that cannot be applied changes nothing, whatever it was that failed.
func TestApplyThatFails(t *testing.T) {
	changed := func() Plan {
		plan := twoLinks()
		plan.Nodes[0].Interfaces[0].Device.MTU = 1300
		plan.Nodes[0].Interfaces = append(plan.Nodes[0].Interfaces, third(), device("fourth", 1500, "10.4.0.1/24"))
		plan.Nodes[0].Limits = ratelimit.Limits{}
		return plan
	}
	for what, fail := range map[string]func(o *opener, plan *Plan){
		"a device cannot be opened":     func(o *opener, _ *Plan) { o.failOpen = "fourth" },
		"a device cannot be configured": func(o *opener, _ *Plan) { o.failConfig = "left" },
		"the backend changes":           func(_ *opener, p *Plan) { p.Nodes[0].Interfaces[1].Device.Backend = tundev.Water },
		"offloads change":               func(_ *opener, p *Plan) { p.Nodes[0].Interfaces[1].Device.NoOffloads = true },
		"joining changes":               func(_ *opener, p *Plan) { p.Nodes[0].Interfaces[1].Device.Coalesce = tundev.CoalesceAll },
		"the engine changes":            func(_ *opener, p *Plan) { p.Nodes[0].Interfaces[1].Device.Engine = tundev.EngineRing },
		"a next hop is nowhere": func(_ *opener, p *Plan) {
			p.Nodes[0].Routes = []forwarding.Route{{To: prefix("10.9.0.0/16"), Via: netip.MustParseAddr("10.77.0.1")}}
		},
	} {
		t.Run(what, func(t *testing.T) {
			eitherWay(t, func(t *testing.T, l *lab) {
				plan := changed()
				l.opener.mu.Lock()
				fail(l.opener, &plan)
				l.opener.mu.Unlock()
				if err := l.net.Apply(plan); err == nil {
					t.Fatal("wanted an error")
				} else if !strings.HasPrefix(err.Error(), "r.") && !strings.HasPrefix(err.Error(), "node r:") {
					t.Errorf("%q does not say where", err)
				}
				if n := l.opener.open(); n != 2 {
					t.Errorf("%d devices are open, wanted the 2 of before", n)
				}
				if mtu := l.opener.Device("left").MTU(); mtu != 1500 {
					t.Errorf("the MTU is %d, wanted 1500 as before", mtu)
				}
				l.run()
				l.cross(1)
				l.inject("left", udp(hosts[0][0], "192.0.2.1", 2, 32))
				if octets, _ := payload(l.receive("left")); octets[0] != 3 {
					t.Error("the limits are not those of before")
				}
			})
		})
	}
}

// Whoever is late with a change opens nothing that nobody closes.
func TestApplyAfterClose(t *testing.T) {
	l := newLab(t, Plan{})
	if err := l.net.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.net.Apply(twoLinks()); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a closed network says %v", err)
	}
	if opened := l.opener.open(); opened != 0 {
		t.Errorf("%d devices are open", opened)
	}
}

func TestNewThatFails(t *testing.T) {
	o := &opener{failOpen: "right"}
	if n, err := New(twoLinks(), o, nil); err == nil || n != nil {
		t.Fatalf("got %v, %v, wanted an error", n, err)
	}
	if n := o.open(); n != 0 {
		t.Errorf("%d devices are open", n)
	}
}

// An old device that cannot be closed is no reason to say that nothing changed.
func TestApplyCannotCloseTheOld(t *testing.T) {
	l := newLab(t, twoLinks())
	l.opener.devices[1].err = errors.New("cannot be closed")
	plan := twoLinks()
	plan.Nodes[0].Interfaces = plan.Nodes[0].Interfaces[:1]
	if err := l.net.Apply(plan); err != nil {
		t.Errorf("the plan is applied, and Apply says %v", err)
	}
	if l.log.count("level=WARN") != 1 {
		t.Errorf("wanted one line about it in the log:\n%s", l.log.buf.String())
	}
}

// A device that vanishes is one line in the log, and looked for until it is back.
func TestDeviceVanishesAndComesBack(t *testing.T) {
	l := newLab(t, twoLinks())
	l.run()
	l.cross(1)
	l.opener.Remove("right")
	eventually(t, "the link is down", func() bool { return !l.net.Stats()[0].Links[1].Up })
	for id := range 10 { // the rest goes on
		l.inject("left", echo(hosts[0][0], hosts[0][2], id, 32))
		l.wantReply("left", echo(hosts[0][0], hosts[0][2], id, 32))
	}
	l.inject("left", udp(hosts[0][0], hosts[0][1], 2, 32))
	if octets, _ := payload(l.receive("left")); octets[0] != 3 || octets[1] != 1 {
		t.Errorf("ICMP %d/%d, wanted host unreachable", octets[0], octets[1])
	}
	for range 3 { // looking again says nothing
		l.net.lookAfter()
	}
	if n := l.log.count("link down"); n != 1 {
		t.Errorf("%d lines say that the link is down:\n%s", n, l.log.buf.String())
	}
	if l.opener.devices[1].closed == 0 {
		t.Error("the device that vanished is not closed")
	}
	l.opener.Restore("right")
	l.net.lookAfter()
	eventually(t, "the link is up", func() bool { return l.net.Stats()[0].Links[1].Up })
	l.cross(3)
	if n := l.log.count("link up"); n != 1 {
		t.Errorf("%d lines say that the link is up", n)
	}
	if c := l.counters(); c.Forwarded != 2 || c.Dropped[drop.LinkDown] != 1 {
		t.Errorf("forwarded %d, link down %d", c.Forwarded, c.Dropped[drop.LinkDown])
	}
}

// A device that is gone when it is written to refuses what was queued.
func TestDeviceGoneOnWrite(t *testing.T) {
	l := newLab(t, twoLinks())
	l.opener.refuse = func(b []byte) error {
		if _, ttl := payload(b); ttl == 63 {
			return tundev.ErrGone
		}
		return nil
	}
	for id := range 5 {
		l.inject("left", udp(hosts[0][0], hosts[0][1], id, 32))
		l.inject("left", echo(hosts[0][0], hosts[0][2], id, 32))
	}
	l.run()
	for id := range 5 {
		l.wantReply("left", echo(hosts[0][0], hosts[0][2], id, 32))
	}
	c := l.counters()
	if c.Forwarded != 0 || c.Dropped[drop.DeviceRefused]+c.Dropped[drop.LinkDown] != 5 || c.Dropped[drop.DeviceRefused] == 0 {
		t.Errorf("forwarded %d, refused %d, link down %d", c.Forwarded, c.Dropped[drop.DeviceRefused], c.Dropped[drop.LinkDown])
	}
	eventually(t, "the link is looked for", func() bool { return l.log.count("link down") == 1 })
}

// A plan may be applied while a device of it is missing; it is used when it comes.
func TestApplyWhileADeviceIsGone(t *testing.T) {
	l := newLab(t, twoLinks())
	l.run()
	l.opener.Remove("right")
	eventually(t, "the link is down", func() bool { return !l.net.Stats()[0].Links[1].Up })
	plan := twoLinks()
	plan.Nodes[0].Interfaces[1].Device.MTU = 1300
	plan.Nodes[0].Interfaces[1].Device.Coalesce = tundev.CoalesceAll // of what is not open, this may change
	if err := l.net.Apply(plan); err != nil {
		t.Fatal(err)
	}
	l.inject("left", udp(hosts[0][0], hosts[0][1], 0, 32)) // the new table knows that the link is down
	if octets, _ := payload(l.receive("left")); octets[0] != 3 || octets[1] != 1 {
		t.Errorf("ICMP %d/%d, wanted host unreachable", octets[0], octets[1])
	}
	l.opener.Restore("right")
	l.net.lookAfter()
	eventually(t, "the link is up", func() bool { return l.net.Stats()[0].Links[1].Up })
	if mtu := l.opener.Device("right").MTU(); mtu != 1300 {
		t.Errorf("the MTU is %d, wanted that of the new plan", mtu)
	}
	l.cross(1)
}
