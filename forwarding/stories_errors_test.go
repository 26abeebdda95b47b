package forwarding_test

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// An error comes from the link that it leaves by (RFC 1812 §4.3.2.4), or from
// the address that the invoking packet was sent to.
func TestErrorSource(t *testing.T) {
	both(t, func(n *node) {
		n.send("right: h1 > far ttl 1 udp 32") // h1 is to the left, wherever this came from
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: far > nowhere udp 32")
		n.want("right: r.right > far net-unreachable quote all")
		n.send("left: hairpin > nowhere udp 32")
		n.want("left: r.left > hairpin net-unreachable quote all")
		for _, own := range []string{"r.left", "r.right", "r.down"} {
			n.send("left: h1 > " + own + " udp 32")
			n.want("left: " + own + " > h1 port-unreachable quote all")
		}
		n.counted("no-route 2, ttl-expired 1, port-unreachable 3, net-unreachable sent 2, port-unreachable sent 3, ttl-exceeded sent 1")
	})
}

func TestErrorWithoutWayBack(t *testing.T) {
	both(t, func(n *node) {
		for _, source := range []string{"nowhere", "prohibited", "blackhole", "unreachable", "hdown"} {
			n.send("left: " + source + " > h2 ttl 1 udp 32")
			n.counted("ttl-expired 1, ttl-exceeded unroutable 1")
			n.send("left: " + source + " > r.left echo 32")
			n.counted("delivered 1, echo-reply unroutable 1")
		}
	})
}

func TestErrorTOS(t *testing.T) {
	only(t, 4, "no RFC says what traffic class an ICMPv6 error has: the next story", func(n *node) {
		for tos, want := range map[string]string{"0": "192", "16": "208", "3": "192", "255": "220", "32": "192"} {
			n.send("left: h1 > h2 ttl 1 tos " + tos + " udp 32")
			n.want("left: r.left > h1 ttl-exceeded quote all tos " + want)
		}
	})
	only(t, 6, "RFC 1812 §4.3.2.5 is about IPv4", func(n *node) {
		n.send("left: h1 > h2 ttl 1 tos 255 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all tos 0")
	})
}

func TestQuote(t *testing.T) {
	only(t, 4, "IPv6 quotes up to 1280 octets: below", func(n *node) {
		n.send("left: h1 > h2 ttl 1 udp 520") // 548 octets: the last that fits
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > h2 ttl 1 udp 521")
		n.want("left: r.left > h1 ttl-exceeded quote 548")
		n.send("left: h1 > h2 ttl 1 options 0707040000000000 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: htiny > h2 ttl 1 udp 100") // the way back takes 68 octets
		n.want("tiny: r.tiny > htiny ttl-exceeded quote 40")
		n.counted("ttl-expired 4, ttl-exceeded sent 4")
	})
	only(t, 6, "IPv4 quotes up to 576 octets: above", func(n *node) {
		n.send("left: h1 > h2 ttl 1 udp 1184") // 1232 octets: the last that fits
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > h2 ttl 1 udp 1185")
		n.want("left: r.left > h1 ttl-exceeded quote 1232")
		n.send("left: h1 > h2 ttl 1 extension udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("ttl-expired 3, ttl-exceeded sent 3")
	})
	both(t, func(n *node) { // RFC 4884 or not: what came after the datagram is no part of it
		n.send("left: h1 > h2 ttl 1 udp 32 octets 100")
		n.sent[0].bytes = n.sent[0].bytes[:n.read(n.sent[0].bytes).lengthField]
		n.want("left: r.left > h1 ttl-exceeded quote all")
	})
}

// RFC 1812 §4.3.2.7, RFC 4443 §2.4 (e).
func TestNoErrorAbout(t *testing.T) {
	both(t, func(n *node) {
		for _, message := range []string{"ttl-exceeded", "too-big", "port-unreachable", "parameter-problem", "redirect", "unknown-error"} {
			n.send("left: h1 > h2 ttl 1 icmp " + message)
			n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
			n.send("left: h1 > nowhere icmp " + message)
			n.counted("no-route 1, net-unreachable forbidden 1")
			n.send("left: h1 > h2 ttl 1 id 1 extension icmp " + message + " fragment 0 24")
			n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
		}
		for _, message := range []string{"echo-request", "echo-reply", "timestamp"} {
			n.send("left: h1 > h2 ttl 1 icmp " + message)
			n.want("left: r.left > h1 ttl-exceeded quote all")
			n.counted("ttl-expired 1, ttl-exceeded sent 1")
		}
		n.send("left: h1 > h2 ttl 1 id 1 udp 400 fragment 0 80")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("ttl-expired 1, ttl-exceeded sent 1")
	})
	only(t, 4, "RFC 4443 forbids no errors about later fragments", func(n *node) {
		n.send("left: h1 > h2 ttl 1 id 1 udp 400 fragment 80 160")
		n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
		n.send("left: h1 > nowhere ttl 1 id 1 udp 400 fragment 80 408")
		n.counted("no-route 1, net-unreachable forbidden 1")
	})
	only(t, 6, "RFC 1812 forbids errors about later fragments", func(n *node) {
		n.send("left: h1 > h2 ttl 1 id 1 udp 400 fragment 80 160")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("ttl-expired 1, ttl-exceeded sent 1")
	})
}

func limited(n *node, total, one ratelimit.Rate) {
	for kind := range n.router.Limits {
		n.router.Limits[kind] = ratelimit.Limit{Total: total, PerDestination: one}
	}
}

func expire(n *node, host string, sent bool) {
	n.t.Helper()
	n.send("left: " + host + " > far ttl 1 udp 32")
	if sent {
		n.want("left: r.left > " + host + " ttl-exceeded quote all")
		n.counted("ttl-expired 1, ttl-exceeded sent 1")
		return
	}
	n.counted("ttl-expired 1, ttl-exceeded limited 1")
}

func TestLimiterBurstAndRefill(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 10, Burst: 3}, ratelimit.Rate{Unlimited: true})
		for range 3 {
			expire(n, "h1", true)
		}
		expire(n, "h1", false)
		expire(n, "h1b", false)
		n.wait(99 * time.Millisecond)
		expire(n, "h1", false)
		n.wait(time.Millisecond)
		expire(n, "h1", true)
		expire(n, "h1", false)
		n.wait(time.Hour) // no more than the burst comes back
		for range 3 {
			expire(n, "h1b", true)
		}
		expire(n, "h1", false)
	})
}

func TestLimiterPerDestination(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 100, Burst: 5}, ratelimit.Rate{PPS: 10, Burst: 2})
		expire(n, "h1", true)
		expire(n, "h1", true)
		for range 20 {
			expire(n, "h1", false) // costs the others nothing
		}
		expire(n, "h1b", true)
		expire(n, "hairpin", true)
		expire(n, "hairpin", true)
		expire(n, "h1b", false) // five in all
	})
}

func TestLimiterKinds(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{PPS: 1, Burst: 1})
		expire(n, "h1", true)
		expire(n, "h1", false)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: r.left > h1 net-unreachable quote all")
		n.counted("no-route 1, net-unreachable sent 1")
		n.send("left: h1 > r.left tcp s") // a reset takes from the unreachables
		n.counted("port-closed 1, tcp-reset limited 1")
		n.send("left: h1 > h2 df udp 1400")
		n.wantTooBig("left: r.left > h1", 1400)
		n.counted("too-big 1, too-big sent 1")
		for range 10 { // replies are as many as requests
			n.send("left: h1 > r.left echo 32")
			n.want("left: r.left > h1 echo-reply")
			n.counted("delivered 1, echo-reply sent 1")
		}
	})
}

func TestLimiterZeroIsSilence(t *testing.T) {
	both(t, func(n *node) {
		n.router.Limits = ratelimit.Limits{}
		expire(n, "h1", false)
	})
}

// A forbidden error, and one without a way, cost no token.
func TestLimiterIsAskedLast(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{PPS: 1, Burst: 1})
		n.send("left: h1 > h2 ttl 1 icmp too-big")
		n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
		n.send("left: nowhere > h2 ttl 1 udp 32")
		n.counted("ttl-expired 1, ttl-exceeded unroutable 1")
		expire(n, "h1", true)
	})
}

// A new table keeps counters, tokens and fragments.
func TestSetTable(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{PPS: 1, Burst: 1})
		expire(n, "h1", true)
		n.send("left: h1 > r.left id 9 echo 1000 fragment 0 504")
		table, err := forwarding.NewTable(testLinks(n.family), testRoutes(), forwarding.Settings{})
		if err != nil {
			n.t.Fatal(err)
		}
		n.router.SetTable(table)
		expire1 := "ttl-expired 1, ttl-exceeded limited 1"
		n.counted("held 1")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.counted(expire1)
		n.send("left: h1 > r.left id 9 echo 1000 fragment 504 2000")
		n.want("left: r.left > h1 echo-reply")
		n.counted("delivered 2, held -1, echo-reply sent 1")
	})
}
