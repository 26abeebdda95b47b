package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
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
			n.now += time.Second
			n.send("left: h1 > h2 ttl 1 ports 1 2 udp 32")
			n.want("left: r.left > h1 ttl-exceeded quote all")
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
		n.send("left: h1 > r.left tcp s") // a reset is of its connection
		n.want("left: r.left > h1 tcp ra ack 1001")
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
}

// How much is quoted; all of it goes in fragments where the way back is narrow.
func TestPolicyQuote(t *testing.T) {
	both(t, func(n *node) {
		header := map[int]int{4: 20, 6: 40}[n.family]
		for quote, want := range map[int]int{8: header + 8, forwarding.QuoteRFC: map[int]int{4: 548, 6: 1232}[n.family], 0: header + 16} {
			n.configure(func(_ []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
				s.Quote, s.Quote6, s.Policy[tooBig] = 16, 16, rules(forwarding.Policy{Quote: quote})
			})
			n.send("left: h1 > h2 df udp 1400")
			if _, s := n.pick(); len(s.payload)-8 != want {
				n.t.Errorf("quote %d: %d octets, wanted %d", quote, len(s.payload)-8, want)
			}
		}
		for _, delay := range []time.Duration{0, time.Second} {
			n.lies(tooBig, forwarding.Policy{Quote: forwarding.QuoteFull, Delay: delay})
			n.before = n.router.Counters
			n.send("left: h1 > h2 df udp 1450")
			n.now += delay
			n.due()
			late := map[bool]string{true: ", too-big delayed 1"}[delay > 0]
			n.counted("too-big 1, fragments 2, too-big sent 1, too-big altered 1" + late)
			n.want("left: r.left > h1 in 2 fragments too-big mtu 1400 quote all")
		}
	})
}

// The quote is not what came in, nor the checksum what it should be.
func TestPolicyQuoted(t *testing.T) {
	both(t, func(n *node) {
		n.lies(unreach, forwarding.Policy{Quoted: icmpgen.Quoted{Source: named("r.policy"), DestinationPort: 9}})
		n.send("left: h1 > nowhere ports 1 2 udp 32")
		_, s := n.pick()
		quote, header := n.read(s.payload[8:]), map[int]int{4: 20, 6: 40}[n.family]
		if want, _ := address(n.family, "r.policy"); quote.src != want.String() || !bytes.Equal(quote.payload[:4], []byte{0, 1, 0, 9}) || len(s.payload) != 8+header+40 {
			n.t.Errorf("quoted %+v", quote)
		}
		n.counted("no-route 1, net-unreachable sent 1, net-unreachable altered 1")
		for bad, p := range map[bool]forwarding.Policy{true: {BadChecksum: true}, false: {TTL: 3}} {
			n.lies(unreach, p)
			n.send("left: h1 > nowhere udp 32")
			o, s := n.pick()
			if err := checkOriginated(n.family, o.bytes); (err != nil) != bad || s.ttl != map[bool]int{true: 64, false: 3}[bad] {
				n.t.Errorf("%+v: TTL %d, %v", p, s.ttl, err)
			}
		}
	})
}

// The first rule that matches holds, with counts of its own; where none does, the truth.
func TestPolicyOverrides(t *testing.T) {
	both(t, func(n *node) {
		drop := forwarding.Policy{Drop: true}
		when := func(w forwarding.Invoking) forwarding.Rule { return forwarding.Rule{When: w, Policy: drop} }
		family := map[int]netip.Prefix{4: netip.MustParsePrefix("10.9.0.0/16"), 6: netip.MustParsePrefix("fd00:9::/64")}[n.family]
		for name, c := range map[string]struct {
			rule        forwarding.Rule
			line, else_ string
			kind        ratelimit.Kind
		}{
			"in":       {when(forwarding.Invoking{In: "left"}), "left: h1 > nowhere udp 32", "right: h2 > nowhere udp 32", unreach},
			"out":      {when(forwarding.Invoking{Out: "right"}), "left: h1 > h2 ttl 1 udp 32", "left: h1 > hairpin ttl 1 udp 32", ratelimit.TimeExceeded},
			"no out":   {when(forwarding.Invoking{Out: "left"}), "left: h1b > hairpin ttl 1 udp 32", "right: h2 > r.left echo 3000 fragment 0 1000", ratelimit.TimeExceeded},
			"message":  {when(forwarding.Invoking{Message: icmpgen.PortUnreachable}), "left: h1 > r.left udp 32", "left: h1 > nowhere udp 32", unreach},
			"to":       {when(forwarding.Invoking{Match: wire.Match{Destination: family}}), "left: h1 > far ttl 1 udp 32", "left: h1 > h2 ttl 1 udp 32", ratelimit.TimeExceeded},
			"protocol": {when(forwarding.Invoking{Match: wire.Match{Protocol: 17, HasProtocol: true}}), "left: h1 > nowhere udp 32", "left: h1 > nowhere tcp s", unreach},
			"above":    {when(forwarding.Invoking{Match: wire.Match{Above: 1440}}), "left: h1 > h2 df udp 1450", "left: h1 > h2 df udp 1380", tooBig},
			"segments": {when(forwarding.Invoking{Match: wire.Match{Above: 1440}}), "left: h1 > h2 df gso 1450 udp 4000", "left: h1 > h2 df gso 1380 udp 4000", tooBig},
		} {
			n.says(c.kind, c.rule, forwarding.Rule{When: forwarding.Invoking{In: "down"}, Policy: forwarding.Policy{TTL: 2}})
			n.send(c.line)
			if len(n.outputs) > 0 {
				n.t.Errorf("%s: sent what is meant", name)
			}
			n.outputs = nil
			n.send(c.else_)
			if name == "no out" {
				n.wait(time.Minute)
			}
			if len(n.outputs) != 1 || n.outputs[0].bytes[map[int]int{4: 8, 6: 7}[n.family]] != 64 {
				n.t.Errorf("%s: what is not meant was not sent, or not as always", name)
			}
			n.outputs = nil
		}
		second := forwarding.Policy{Every: 2}
		n.says(unreach, forwarding.Rule{When: forwarding.Invoking{In: "left"}, Policy: second}, forwarding.Rule{Policy: second})
		for i, line := range []string{"left: h1 > nowhere udp 32", "right: h2 > nowhere udp 32", "left: h1 > nowhere udp 32", "right: h2 > nowhere udp 32"} {
			n.send(line)
			if sent := len(n.outputs) == 1; sent != (i < 2) {
				n.t.Errorf("message %d: sent %v", i, sent)
			}
			n.outputs = nil
		}
	})
}

// Source quench is IPv4's, and sent by a rule alone.
func TestQuench(t *testing.T) {
	both(t, func(n *node) {
		b, err := build(n.family, "left: h1 > h2 udp 32")
		if err != nil {
			n.t.Fatal(err)
		}
		p := filled(b.bytes, wire.BufferSize)
		p.Parse()
		quench := func() { n.router.Quench(p, 0, n.now, n) }
		quench()
		n.counted("")
		n.lies(ratelimit.SourceQuench, forwarding.Policy{})
		if quench(); n.family == 6 {
			n.counted("source-quench forbidden 1")
			return
		}
		_, s := n.pick()
		if s.protocol != layers.IPProtocolICMPv4 || !bytes.Equal(s.payload[:2], []byte{4, 0}) || !bytes.Equal(s.payload[8:], b.bytes) {
			n.t.Errorf("sent %x", s.payload)
		}
		n.counted("source-quench sent 1")
		n.lies(ratelimit.SourceQuench, forwarding.Policy{Drop: true})
		quench()
		n.counted("source-quench withheld 1")
	})
}
