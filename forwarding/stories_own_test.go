package forwarding_test

import "testing"

// A loopback is the node's, whatever link a packet to it comes by, and the source of messages where the link has no address.
func TestLoopback(t *testing.T) {
	both(t, func(n *node) {
		n.set("loopbacks on")
		n.send("left: h1 > r.loop echo 32")
		n.want("left: r.loop > h1 echo-reply")
		n.send("right: h2 > r.loop udp 32")
		n.want("right: r.loop > h2 port-unreachable quote all")
		n.send("left: h1 > h2 ttl 1 udp 32") // a link's own address is better
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("delivered 1, ttl-expired 1, port-unreachable 1, port-unreachable sent 1, ttl-exceeded sent 1, echo-reply sent 1")
		n.send("left: r.loop > h2 udp 32")
		n.counted("own-source 1")
		n.set("loopbacks on unnumbered right")
		n.send("right: h2 > h1 ttl 1 udp 32")
		n.want("right: r.loop > h2 ttl-exceeded quote all")
		n.set("loopbacks on nowhere numbered")
		n.send("right: h2 > h1 ttl 1 udp 32")
		n.want("right: r.loop > h2 ttl-exceeded quote all")
		n.set("unnumbered right") // without one, the address of another link
		n.send("right: h2 > h1 ttl 1 udp 32")
		n.want("right: r.left > h2 ttl-exceeded quote all")
	})
	only(t, 4, "router ids are IPv4 addresses", func(n *node) {
		n.set("router-id on loopbacks on unnumbered right")
		n.send("right: h2 > h1 ttl 1 udp 32")
		n.want("right: 10.77.0.1 > h2 ttl-exceeded quote all")
	})
}

// A node that keeps TTL is none that a traceroute sees. Zero goes no further even so (RFC 1812 §4.2.2.9).
func TestKeepTTL(t *testing.T) {
	both(t, func(n *node) {
		n.set("ttl keep")
		for _, what := range []string{"udp 32", "ttl 1 udp 32", "ttl 255 tos 9 udp 32", "ttl 1 extension udp 32", "ttl 1 gso 300 udp 900"} {
			n.send("left: h1 > h2 " + what)
			if len(n.outputs) == 1 {
				n.outputs[0].gso = n.sent[len(n.sent)-1].gso
			}
			n.want("right: h1 > h2 kept")
		}
		n.counted("forwarded 7")
		n.send("left: h1 > h2 ttl 0 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > h2 ttl 1 df udp 1400")
		n.want("left: r.left > h1 too-big mtu 1400 quote " + map[int]string{4: "548", 6: "1232"}[n.family])
		n.send("left: h1 > r.left ttl 1 echo 32")
		n.want("left: r.left > h1 echo-reply")
	})
	only(t, 4, noOptions, func(n *node) {
		n.set("ttl keep")
		n.send("left: h1 > htiny ttl 1 udp 100")
		for _, o := range n.outputs {
			if s := n.read(o.bytes); s.ttl != 1 {
				n.t.Errorf("a fragment with TTL %d", s.ttl)
			}
		}
		n.outputs = nil
	})
}

// The TTL of what the node originates, as gopacket reads it. Redirects have the one that hosts believe.
func TestTTLOfMessages(t *testing.T) {
	both(t, func(n *node) {
		n.set("error-ttl 7 reply-ttl 9 " + redirecting)
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded ttl 7 quote all")
		n.send("left: h1 > h2 df udp 1400")
		n.want("left: r.left > h1 too-big ttl 7 mtu 1400 quote " + map[int]string{4: "548", 6: "1232"}[n.family])
		n.send("left: h1 > r.left echo 32")
		n.want("left: r.left > h1 echo-reply ttl 9")
		n.send("left: h1 > r.left tcp s")
		if got := n.read(n.outputs[0].bytes).ttl; got != 9 {
			n.t.Errorf("a reset with TTL %d", got)
		}
		n.want("left: r.left > h1 tcp ra ack 1001")
		router, hop := redirected(n.family)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all") // 64, or 255
		n.want("left: h1 > nowhere forwarded")
	})
}

// How much of a packet an error quotes behind its IP headers.
func TestQuoteSetting(t *testing.T) {
	both(t, func(n *node) {
		header := map[int]int{4: 20, 6: 40}[n.family]
		n.set("quote 8 " + redirecting)
		for _, what := range []string{"udp 0", "udp 1", "udp 32", "udp 1300", "df udp 1300", "id 7 udp 400 fragment 0 80"} {
			n.send("left: h1 > h2 ttl 1 " + what)
			quote := header + 8
			if n.family == 6 && what[:2] == "id" {
				quote += 8 // the fragment header
			}
			n.want("left: r.left > h1 ttl-exceeded quote " + itoa(quote))
		}
		n.send("left: h1 > h2 ttl 1 extension udp 900")
		n.want("left: r.left > h1 ttl-exceeded quote " + itoa(header+map[int]int{4: 4, 6: 8}[n.family]+8))
		n.send("left: h1 > r.left echo 1000") // a reply is the request's
		n.want("left: r.left > h1 echo-reply")
		n.set("quote 1000") // no more than fits
		n.send("left: h1 > h2 ttl 1 udp 1400")
		n.want("left: r.left > h1 ttl-exceeded quote " + map[int]string{4: "548", 6: "1232"}[n.family])
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
	})
	only(t, 4, "an IPv6 redirect counts in units of 8 octets: see below", func(n *node) {
		n.set("quote 8 " + redirecting)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: r.left > h1 redirect gateway 10.1.0.9 quote 28")
		n.want("left: h1 > nowhere forwarded")
	})
	only(t, 6, "IPv4 redirects are errors like others", func(n *node) {
		n.set("quote 8 " + redirecting)
		n.send("left: h1 > nowhere udp 32")
		if s := n.read(n.outputs[0].bytes); len(s.payload) != 48+48 || s.payload[41] != 7 {
			n.t.Errorf("a redirect of %d octets, its option of %d", len(s.payload), s.payload[41])
		}
		n.outputs = nil
	})
}

// With extensions, what is quoted has 128 octets, of which zeros fill what is not told (RFC 4884 §4).
func TestQuoteWithExtensions(t *testing.T) {
	both(t, func(n *node) {
		n.set("quote 8 extensions incoming")
		n.send("left: h1 > h2 ttl 1 udp 200")
		n.note("left: h1 > h2 ttl 1 udp 200 octets " + itoa(map[int]int{4: 28, 6: 48}[n.family])) // what is told of it
		n.wantExtended("left: r.left > h1 ttl-exceeded", n.told(left))
	})
}

// Where packets come with labels, errors say so (RFC 4950 §3), as x/net reads it, whatever else they tell.
func TestLabels(t *testing.T) {
	both(t, func(n *node) {
		stack := func(ttl string) string {
			return "label 16 tc 0 bottom false ttl " + ttl + ", label 1048575 tc 5 bottom true ttl 9"
		}
		n.set("labels on")
		for _, what := range []string{"ttl 1 udp 32", "ttl 0 udp 900"} {
			n.send("left: h1 > h2 " + what)
			n.wantExtended("left: r.left > h1 ttl-exceeded", stack("1"))
		}
		n.send("left: h1 > nowhere ttl 33 udp 32")
		n.wantExtended("left: r.left > h1 net-unreachable", stack("33"))
		n.send("left: h1 > r.left udp 32")
		n.wantExtended("left: r.left > h1 port-unreachable", stack("64"))
		n.send("right: h2 > h1 ttl 1 udp 32") // another link has none
		n.want("right: r.right > h2 ttl-exceeded quote all")
		n.send("left: h1 > h2 df udp 1400") // of this kind, senders want the quote
		n.want("left: r.left > h1 too-big mtu 1400 quote " + map[int]string{4: "548", 6: "1232"}[n.family])
		n.send("left: h1 > r.left echo 32")
		n.want("left: r.left > h1 echo-reply")
		n.send("left: h1 > r.left tcp s")
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.set("labels on extensions incoming")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.wantExtended("left: r.left > h1 ttl-exceeded", stack("1")+", "+n.told(left))
	})
}
