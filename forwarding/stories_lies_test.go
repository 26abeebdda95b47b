package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// says gives the node rules for one kind of message, and the truth for all others.
func (n *node) says(kind ratelimit.Kind, rules ...forwarding.Rule) {
	n.t.Helper()
	n.configure(func(_ []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) { s.Policy[kind] = rules })
}

// lies is says without overrides.
func (n *node) lies(kind ratelimit.Kind, p forwarding.Policy) {
	n.t.Helper()
	n.says(kind, rules(p)...)
}

// pick takes what the router sent next, as gopacket reads it.
func (n *node) pick() (o output, s seen) {
	n.t.Helper()
	if len(n.outputs) == 0 {
		n.t.Fatal("sent nothing")
	}
	o, n.outputs = n.outputs[0], n.outputs[1:]
	return o, n.read(o.bytes)
}

const tooBig, unreach = ratelimit.TooBig, ratelimit.Unreach

// What is delayed goes at its time, in the order in which it was owed; what is counted is counted at once.
func TestPolicyDelay(t *testing.T) {
	both(t, func(n *node) {
		n.lies(tooBig, forwarding.Policy{Delay: 2 * time.Second})
		n.send("left: h1 > h2 df udp 1400")
		n.counted("too-big 1, too-big sent 1, too-big delayed 1")
		n.wait(time.Second)
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.wait(time.Second)
		n.want("left: r.left > h1 too-big about 0 mtu 1400 quote " + map[int]string{4: "548", 6: "1232"}[n.family])
	})
}

// Copies are the same octets; they may be late, too.
func TestPolicyDuplicate(t *testing.T) {
	both(t, func(n *node) {
		for _, delay := range []time.Duration{0, time.Second} {
			n.lies(ratelimit.TimeExceeded, forwarding.Policy{Duplicate: 2, Delay: delay})
			n.before = n.router.Counters
			n.send("left: h1 > h2 ttl 1 udp 32")
			late := ""
			if delay > 0 {
				late = "ttl-exceeded delayed 1, "
			}
			n.counted("ttl-expired 1, ttl-exceeded sent 1, " + late + "ttl-exceeded duplicated 2")
			n.now += delay
			n.due()
			if len(n.outputs) != 3 || !bytes.Equal(n.outputs[0].bytes, n.outputs[1].bytes) || !bytes.Equal(n.outputs[0].bytes, n.outputs[2].bytes) {
				n.t.Fatalf("%d outputs, or not alike", len(n.outputs))
			}
			for range 3 {
				n.want("left: r.left > h1 ttl-exceeded quote all")
			}
		}
	})
}

// The policy's own limit comes before the honest one, and each scope has its own buckets.
func TestPolicyLimit(t *testing.T) {
	for _, c := range []struct {
		scope forwarding.Scope
		want  []bool
	}{
		{forwarding.ScopeAll, []bool{true, false, false, false, false, false}},
		{forwarding.ScopeSource, []bool{true, false, false, false, true, false}},
		{forwarding.ScopeDestination, []bool{true, false, false, true, false, false}},
		{forwarding.ScopeFlow, []bool{true, false, true, true, true, false}},
	} {
		both(t, func(n *node) {
			n.lies(ratelimit.TimeExceeded, forwarding.Policy{Limit: ratelimit.Rate{PPS: 1, Burst: 1}, Scope: c.scope})
			for i, line := range []string{
				"left: h1 > h2 ttl 1 ports 1 2 udp 32", "left: h1 > h2 ttl 1 ports 1 2 udp 40", "left: h1 > h2 ttl 1 ports 1 3 udp 32",
				"left: h1 > far ttl 1 ports 1 2 udp 32", "left: h1b > h2 ttl 1 ports 1 2 udp 32", "left: h1 > h2 ttl 1 ports 1 2 udp 32",
			} {
				n.send(line)
				if sent := len(n.outputs) == 1; sent != c.want[i] {
					n.t.Errorf("scope %d, packet %d: sent %v", c.scope, i, sent)
				}
				n.outputs = nil
			}
			sent := uint64(0)
			for _, went := range c.want {
				if went {
					sent++
				}
			}
			if m := n.router.Counters.Messages[icmpgen.TTLExceeded]; m.Sent != sent || m.Throttled != 6-sent || m.Limited+m.Withheld != 0 {
				n.t.Errorf("scope %d: %+v", c.scope, m)
			}
			for _, rate := range []ratelimit.Rate{{PPS: 1, Burst: 2}, {PPS: 1, Burst: 1}} { // another policy begins with full buckets
				n.lies(ratelimit.TimeExceeded, forwarding.Policy{Limit: rate, Scope: c.scope})
				for range rate.Burst {
					n.send("left: h1 > h2 ttl 1 ports 1 2 udp 32")
					n.want("left: r.left > h1 ttl-exceeded quote all")
				}
			}
		})
	}
}

// Only the first are sent, until the policy is another; what finds no token is none of them.
func TestPolicyFirst(t *testing.T) {
	both(t, func(n *node) {
		n.lies(unreach, forwarding.Policy{First: 2, Every: 2})
		sent := func() (all []bool) {
			for range 6 {
				n.send("left: h1 > nowhere udp 32")
				all = append(all, len(n.outputs) == 1)
				n.outputs = nil
			}
			return all
		}
		if got := sent(); !slices.Equal(got, []bool{true, false, true, false, false, false}) {
			n.t.Errorf("sent %v", got)
		}
		n.lies(unreach, forwarding.Policy{First: 2, Every: 2})
		if got := sent(); slices.Contains(got, true) {
			n.t.Errorf("the same policy again: sent %v", got)
		}
		n.lies(unreach, forwarding.Policy{First: 1, Limit: ratelimit.Rate{PPS: 1000, Burst: 1}})
		if got := sent(); !slices.Equal(got, []bool{true, false, false, false, false, false}) {
			n.t.Errorf("sent %v", got)
		}
	})
}

// Chances come from the seed: the same seed has the same fate, and another a different one, each as likely as it should be.
func TestPolicyProbability(t *testing.T) {
	both(t, func(n *node) {
		fates := func(seed uint64) (all []bool) {
			r := newNode(n.t, n.family)
			r.says(unreach, rules(forwarding.Policy{Silence: 0.3})...)
			r.configure(func(_ []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
				s.Seed, s.Policy[unreach] = seed, rules(forwarding.Policy{Silence: 0.3})
			})
			for range 1000 {
				r.send("left: h1 > nowhere udp 32")
				all, r.outputs = append(all, len(r.outputs) == 1), nil
			}
			return all
		}
		one, sent := fates(1), 0
		for _, went := range one {
			if went {
				sent++
			}
		}
		if !slices.Equal(one, fates(1)) || slices.Equal(one, fates(2)) || sent < 650 || sent > 750 {
			n.t.Errorf("%d of 1000 sent", sent)
		}
	})
}

// The MTU that is told; the truth is no alteration.
func TestPolicyMTU(t *testing.T) {
	both(t, func(n *node) {
		for _, c := range []struct {
			claim forwarding.Claim
			want  uint32
		}{
			{forwarding.Claim{}, 1400}, {forwarding.Claim{Fixed: true}, 0}, {forwarding.Claim{Fixed: true, Octets: 1300}, 1300}, {forwarding.Claim{Fixed: true, Octets: 1400}, 1400},
			{forwarding.Claim{Octets: 20}, 1420}, {forwarding.Claim{Octets: -40}, 1360}, {forwarding.Claim{Octets: -2000}, 0},
		} {
			n.lies(tooBig, forwarding.Policy{MTU: c.claim})
			before := n.router.Counters.Messages[icmpgen.TooBig].Altered
			n.send("left: h1 > h2 df udp 1400")
			if _, s := n.pick(); binary.BigEndian.Uint32(s.payload[4:]) != c.want {
				n.t.Errorf("%+v: told %d", c.claim, binary.BigEndian.Uint32(s.payload[4:]))
			}
			if altered := n.router.Counters.Messages[icmpgen.TooBig].Altered > before; altered != (c.want != 1400) {
				n.t.Errorf("%+v: altered %v", c.claim, altered)
			}
		}
		n.lies(ratelimit.TimeExceeded, forwarding.Policy{MTU: forwarding.Claim{Fixed: true, Octets: 9}}) // nothing else tells one
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
	})
}

// Whose address it comes from, the receiver's own too, which an honest node never sends from.
func TestPolicyFrom(t *testing.T) {
	both(t, func(n *node) {
		for from, want := range map[forwarding.From]string{
			forwarding.FromSettings: "r.left", forwarding.FromEgress: "r.left", forwarding.FromIngress: "r.right",
			forwarding.FromDestination: "away", forwarding.FromReceiver: "far", forwarding.FromGiven: "r.policy",
		} {
			n.configure(func(_ []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
				via := addresses("h1")[map[int]int{4: 0, 6: 1}[n.family]]
				*routes = slices.Insert(*routes, 0, forwarding.Route{To: netip.PrefixFrom(addresses("far")[map[int]int{4: 0, 6: 1}[n.family]], via.BitLen()), Via: via})
				s.Policy[unreach] = rules(forwarding.Policy{From: from, Source: named("r.policy")})
			})
			n.before = n.router.Counters
			n.send("right: far > away udp 32") // it comes from right, and the way back leads left
			n.want("left: " + want + " > far net-unreachable quote all")
			altered := ""
			if want != "r.left" && want != "r.right" {
				altered = ", net-unreachable altered 1"
			}
			n.counted("no-route 1, net-unreachable sent 1" + altered)
		}
		n.lies(unreach, forwarding.Policy{From: forwarding.FromReceiver})
		n.before = n.router.Counters
		n.send("left: h1 > r.left tcp s") // a reset is of its connection
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.counted("port-closed 1, tcp-reset sent 1")
		n.before = n.router.Counters
		for _, line := range []string{"left: h1 > nowhere icmp ttl-exceeded", "left: h1 > group udp 32"} { // lies, but no error about an error
			n.send(line)
		}
		if got := n.router.Counters.Messages[icmpgen.NetUnreachable]; got.Sent != n.before.Messages[icmpgen.NetUnreachable].Sent {
			n.t.Errorf("%+v", got)
		}
	})
}

// A message to somebody else goes by the way there.
func TestPolicyTarget(t *testing.T) {
	both(t, func(n *node) {
		n.lies(unreach, forwarding.Policy{Target: named("h2")})
		n.send("left: h1 > nowhere udp 32")
		n.want("right: r.right > h2 net-unreachable quote all")
		n.counted("no-route 1, net-unreachable sent 1, net-unreachable altered 1")
		n.send("left: h1 > r.left tcp s")
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.lies(unreach, forwarding.Policy{Target: named("away")})
		n.before = n.router.Counters
		n.send("left: h1 > nowhere udp 32")
		n.counted("no-route 1, net-unreachable unroutable 1")
		n.lies(forwarding.Echo, forwarding.Policy{Target: named("h2"), TTL: 9})
		n.send("left: h1 > r.left echo 32")
		n.want("right: r.left > h2 echo-reply ttl 9")
	})
	only(t, 4, "IPv6 has no such option", func(n *node) {
		n.lies(forwarding.Echo, forwarding.Policy{Target: named("h2")})
		n.send("left: h1 > r.left options 070b04000000000000000000 echo 32") // without the record, which is of another way
		n.want("right: r.left > h2 echo-reply")
	})
}
