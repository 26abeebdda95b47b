package forwarding_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

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
			altered := n.router.Counters.Messages[icmpgen.NetUnreachable].Altered - n.before.Messages[icmpgen.NetUnreachable].Altered
			n.before = n.router.Counters
			if altered != map[bool]uint64{true: 1}[bad] {
				n.t.Errorf("%+v: %d altered", p, altered)
			}
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
