package forwarding_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// An honest tunnel tells what is left of the MTU of its link.
func TestTunnelInner(t *testing.T) {
	both(t, func(n *node) {
		ip := 20 * (n.family/2 - 1)
		n.set("tunnel inner")
		n.send("left: h1 > h2 df udp " + itoa(1300-ip-8))
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 df udp " + itoa(1301-ip-8))
		n.wantTooBig("left: r.left > h1", 1300)
		n.send("left: h1 > h2 df udp 1400") // longer than the link itself
		n.wantTooBig("left: r.left > h1", 1300)
		n.send("right: h2 > h1 df udp 1400") // the other way has no tunnel
		n.want("left: h2 > h1 forwarded")
		n.counted("forwarded 2, too-big 2, too-big sent 2")
		n.send("right: h2 > r.right echo 1300") // what the node says goes into it
		n.outputs = nil
		n.counted("delivered 1, fragments 2, echo-reply sent 1")
	})
	only(t, 4, "routers do not cut IPv6", func(n *node) {
		n.set("tunnel none")
		n.send("left: h1 > h2 udp 1300")
		first, second := n.read(n.outputs[0].bytes), n.read(n.outputs[1].bytes)
		if len(n.outputs) != 2 || first.lengthField > 1300 || !first.more || second.more {
			t.Errorf("%d packets, the first %+v", len(n.outputs), first)
		}
		n.outputs = nil
	})
}

// A tunnel that passes on what it hears quotes its own header, and tells the MTU of the link.
func TestTunnelOuter(t *testing.T) {
	both(t, func(n *node) {
		n.set("tunnel outer")
		n.send("left: h1 > h2 df udp 1300")
		o := n.outputs[0]
		n.outputs = nil
		kind, code, word, quote, ok := isError(n.family, o.bytes)
		if number := numbers["too-big"]; !ok || o.link != "left" || n.family == 4 && [2]byte{kind, code} != [2]byte{number[0], number[1]} || word != 1400 {
			t.Fatalf("to %s: %s", o.link, describe(n.family, o.bytes))
		}
		outer := n.read(append(quote, make([]byte, 1500)...)[:max(len(quote), 1500)])
		protocol := map[int]layers.IPProtocol{4: layers.IPProtocolIPv4, 6: layers.IPProtocolIPv6}[n.family]
		if nameOf(n.family, outer.src) != "r.right" || nameOf(n.family, outer.dst) != "h2" || outer.protocol != protocol {
			t.Errorf("the quote begins with %s > %s %s", outer.src, outer.dst, outer.protocol)
		}
		ip := 20 * (n.family/2 - 1)
		if err := sameBytes(quote[ip:], n.sent[0].bytes[:len(quote)-ip]); err != nil {
			t.Errorf("the inner packet: %v", err)
		}
		n.counted("tunnel-outer 1, too-big sent 1")
		n.send("left: h1 > h2 df udp 1400") // that is too long for the link is no matter of the tunnel
		n.wantTooBig("left: r.left > h1", 1400)
		n.counted("too-big 1, too-big sent 1")
	})
}

// Some tunnels say nothing, nor does one that has no addresses of the family.
func TestTunnelSilent(t *testing.T) {
	both(t, func(n *node) {
		n.set("tunnel none")
		n.send("left: h1 > h2 df udp 1300")
		n.counted("tunnel-silent 1")
		n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
			links[1].Tunnel = &forwarding.Tunnel{Overhead: 100, Error: forwarding.TunnelErrorOuter}
		})
		n.send("left: h1 > h2 df gso 1300 udp 13000")
		n.counted("tunnel-silent 10")
	})
}

// forged has an attacker on the node.
func (n *node) forged(f forwarding.Forgery) {
	n.configure(func(_ []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
		s.Forgeries = []forwarding.Forgery{f}
	})
}

var always = ratelimit.Rate{Unlimited: true}

// An attacker's errors come before the packet that they are about, which is forwarded all the same.
func TestForge(t *testing.T) {
	both(t, func(n *node) {
		n.forged(forwarding.Forgery{Message: icmpgen.TooBig, MTU: 68, Rate: always, Match: wire.Match{Protocol: wire.ProtoUDP, HasProtocol: true}})
		n.send("left: h1 > h2 udp 32")
		n.want("left: r.left > h1 too-big mtu 68 quote all")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 tcp a")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > blackhole udp 32")
		n.counted("forwarded 2, blackhole 1, forged 1")
		n.forged(forwarding.Forgery{Message: icmpgen.PortUnreachable, Rate: always, Source: wire.EachFamily(addresses("away")...)})
		n.send("left: h1 > h2 udp 32")
		n.want("left: away > h1 port-unreachable quote all")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 icmp ttl-exceeded") // about errors there is none
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 gso 100 udp 1000") // about the first segment
		n.want("left: away > h1 port-unreachable quote all")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 12, forged 2")
	})
}

// What is for many is nobody's to have an error about, forged or not (RFC 1812 §4.3.2.7).
func TestForgeAboutBroadcast(t *testing.T) {
	only(t, 4, "IPv6 has no broadcast", func(n *node) {
		n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
			links[1].DirectedBroadcast = true
			s.Forgeries = []forwarding.Forgery{{Message: icmpgen.PortUnreachable, Rate: always}}
		})
		n.send("left: h1 > right.broadcast udp 32")
		n.want("right: h1 > right.broadcast forwarded")
		n.counted("forwarded 1")
	})
}

// So many a second, and so many ever; one that is as before goes on when other settings change.
func TestForgeRate(t *testing.T) {
	both(t, func(n *node) {
		f := forwarding.Forgery{Message: icmpgen.TooBig, MTU: 68, Rate: ratelimit.Rate{PPS: 10, Burst: 2}, First: 4}
		n.forged(f)
		send := func(count int, want string) {
			t.Helper()
			for range count {
				n.send("left: h1 > h2 udp 32")
				n.outputs = nil
			}
			n.counted(want)
		}
		send(5, "forwarded 5, forged 2")
		n.now += 100 * time.Millisecond
		send(5, "forwarded 5, forged 1")
		n.forged(f)
		n.now += time.Minute
		send(5, "forwarded 5, forged 1")
		f.MTU = 69
		n.forged(f)
		send(5, "forwarded 5, forged 2")
		n.configure(func([]forwarding.Link, *[]forwarding.Route, *forwarding.Settings) {})
		send(5, "forwarded 5")
	})
}

// Who has not seen the packet guesses its numbers wrongly; all else of the quote is right, and the packet is as it was.
func TestForgeWrongly(t *testing.T) {
	both(t, func(n *node) {
		for _, line := range []string{"left: h1 > h2 tcp a", "left: h1 > h2 partial tcp a"} {
			for _, c := range []struct{ sequence, port bool }{{true, false}, {false, true}, {true, true}} {
				n.forged(forwarding.Forgery{Message: icmpgen.TooBig, MTU: 1300, Rate: always, Quoted: icmpgen.Quoted{WrongSequence: c.sequence, WrongPort: c.port}})
				n.send(line)
				_, _, word, quote, ok := isError(n.family, n.outputs[0].bytes)
				n.outputs = n.outputs[1:]
				if !ok || word != 1300 {
					t.Fatalf("no forged error, or of MTU %d", word)
				}
				sent := n.sent[0].first()
				at := 20 * (n.family/2 - 1)
				port, seq := binary.BigEndian.Uint16(quote[at:]), binary.BigEndian.Uint32(quote[at+4:])
				if (port != 40000) != c.port || (int32(seq-1000) != 0) != c.sequence || c.sequence && seq-1000 != 1<<31 {
					t.Errorf("%+v: port %d, sequence %d", c, port, seq)
				}
				if err := sameBytes(quote[at+8:], sent[at+8:]); err != nil {
					t.Error(err)
				}
				n.want("right: h1 > h2 forwarded")
			}
		}
	})
}
