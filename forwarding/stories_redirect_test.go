package forwarding_test

import (
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
)

const redirecting = "redirects on link-local on neighbor-routes on"

// redirected says who tells of what first hop: in IPv6 all is link-local, but
// for a destination on the link (RFC 4861 §8.2).
func redirected(family int) (router, hop string) {
	if family == 4 {
		return "r.left", "10.1.0.9"
	}
	return "fe80::1", "fe80::9"
}

// RFC 1812 §5.2.7.2, RFC 4861 §8.2: the packet goes its way all the same.
func TestRedirect(t *testing.T) {
	both(t, func(n *node) {
		n.set(redirecting)
		router, hop := redirected(n.family)
		for _, what := range []string{"udp 32", "ttl 2 tos 5 udp 32", "echo 32", "tcp s", "extension udp 32", "id 7 udp 400 fragment 0 80", "df udp 500"} {
			n.send("left: h1 > nowhere " + what)
			n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all")
			n.want("left: h1 > nowhere forwarded")
			n.counted("forwarded 1, redirect sent 1")
		}
		n.send("left: h1 > nowhere udp 1400")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote 548")
		n.want("left: h1 > nowhere forwarded")
		n.counted("forwarded 1, redirect sent 1")
	})
	only(t, 4, noOptions, func(n *node) { // told as received, and then stamped
		n.set(redirecting)
		n.send("left: h1 > nowhere options 0707040000000000 udp 32")
		n.want("left: r.left > h1 redirect gateway 10.1.0.9 quote all")
		n.want("left: h1 > nowhere stamped 0707080a01000100")
		n.send("left: h1 > hairpin udp 32")
		n.want("left: r.left > h1 redirect gateway h1b quote all")
		n.want("left: h1 > hairpin forwarded")
		n.counted("forwarded 2, redirect sent 2")
	})
	only(t, 6, "IPv4 has no link-local neighbors: RFC 3927 §7", func(n *node) {
		n.set(redirecting)
		n.send("left: linklocal > nowhere udp 32")
		n.want("left: fe80::1 > linklocal redirect gateway fe80::9 quote all")
		n.want("left: linklocal > nowhere forwarded")
		n.counted("forwarded 1, redirect sent 1")
	})
}

func TestNoRedirect(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > hairpin udp 32") // not by default
		n.want("left: h1 > hairpin forwarded")
		n.set(redirecting)
		n.send("left: far > nowhere udp 32") // no neighbor
		n.want("left: far > nowhere forwarded")
		n.send("right: h2 > nowhere udp 32") // another link
		n.want("left: h2 > nowhere forwarded")
		n.send("left: h1 > h2 udp 32")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 4")
		n.send("left: h1 > nowhere ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("ttl-expired 1, ttl-exceeded sent 1")
		for _, what := range []string{"icmp ttl-exceeded", "icmp redirect", "id 7 udp 400 fragment 80 160"} { // RFC 1812 §4.3.2.7
			n.send("left: h1 > nowhere " + what)
			n.want("left: h1 > nowhere forwarded")
			n.counted("forwarded 1, redirect forbidden 1")
		}
		n.send("left: h1b > hairpin udp 32") // the sender is the next hop, or the target is global
		n.want("left: h1b > hairpin forwarded")
		n.counted("forwarded 1, redirect forbidden 1")
	})
	only(t, 4, noOptions, func(n *node) { // RFC 1812 §5.2.7.2: a source route is the sender's own choice
		n.set(redirecting + " source-route ignore")
		n.send("left: h1 > nowhere options 8307080102030400 udp 32")
		n.want("left: h1 > nowhere forwarded")
		n.set(redirecting + " source-route process")
		n.send("left: h1 > r.left options 8307040a01000300 udp 32")
		n.want("left: h1 > h1b stamped 8307080a01000100")
		n.counted("forwarded 2")
	})
	only(t, 6, "only IPv6 wants them from a link-local address: RFC 4861 §4.5", func(n *node) {
		n.set("redirects on neighbor-routes on")
		n.send("left: h1 > nowhere udp 32")
		n.want("left: h1 > nowhere forwarded")
		n.counted("forwarded 1, redirect forbidden 1")
	})
}

// Without redirects, what nobody on the link has does not go back there (RFC 4443 §3.1).
func TestHairpinOrRedirect(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > h1b udp 32")
		n.want("left: r.left > h1 host-unreachable quote all")
		n.counted("hairpin 1, host-unreachable sent 1")
		n.set(redirecting)
		router, _ := redirected(n.family)
		n.send("left: h1 > h1b udp 32")
		if n.family == 6 { // forbidden on a link between two
			n.want("left: r.left > h1 host-unreachable quote all")
			n.counted("hairpin 1, host-unreachable sent 1")
			return
		}
		n.want("left: " + router + " > h1 redirect gateway h1b quote all")
		n.want("left: h1 > h1b forwarded")
		n.counted("forwarded 1, redirect sent 1")
	})
}

// Redirects have tokens of their own (RFC 1812 §4.3.2.8, RFC 4861 §8.2).
func TestRedirectLimit(t *testing.T) {
	both(t, func(n *node) {
		n.set(redirecting)
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{PPS: 1, Burst: 1})
		router, hop := redirected(n.family)
		expire(n, "h1", true)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all")
		n.want("left: h1 > nowhere forwarded")
		for range 3 {
			n.send("left: h1 > nowhere udp 32")
			n.want("left: h1 > nowhere forwarded")
		}
		n.counted("forwarded 4, redirect sent 1, redirect limited 3")
	})
}

// The other family's addresses on a link do not count.
func TestRedirectOneFamily(t *testing.T) {
	both(t, func(n *node) {
		n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
			links[0].Addresses = prefixes("fe80::1/64", "fd00:1::1/64", "10.1.0.1/24")
			onLinks["neighbor-routes on"](links, routes, s)
			s.Redirects = true
		})
		router, hop := redirected(n.family)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all")
		n.want("left: h1 > nowhere forwarded")
	})
}

// On a link that takes no whole redirect, it quotes nothing (a laboratory with
// report_sub_1280 has such links).
func TestRedirectOnTinyLink(t *testing.T) {
	only(t, 6, "an IPv4 redirect fits on every link", func(n *node) {
		n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
			links[0].Addresses = prefixes("fe80::1/64", "fd00:1::1/64", "10.1.0.1/24")
			links[0].MTU, s.Redirects = 68, true
			onLinks["neighbor-routes on"](links, routes, s)
		})
		n.send("left: h1 > nowhere none")
		n.outputs = nil
		n.counted("forwarded 1, fragments 3, redirect sent 1")
	})
}
