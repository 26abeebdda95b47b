package forwarding_test

import (
	"fmt"
	"testing"
)

func TestForward(t *testing.T) {
	both(t, func(n *node) {
		for _, what := range []string{"udp 32", "udp 0", "tcp s", "echo 56", "protocol 132", "none", "icmp ttl-exceeded", "icmp redirect", "icmp unknown-error"} {
			n.send("left: h1 > h2 tos 187 id 4711 " + what)
			n.want("right: h1 > h2 forwarded")
			n.counted("forwarded 1")
		}
	})
}

func TestForwardLeavesAllButTTL(t *testing.T) {
	both(t, func(n *node) {
		for _, what := range []string{"df", "fragment 0 160", "fragment 160 320", "fragment 320 408", "extension"} {
			n.send("left: h1 > h2 ttl 17 tos 255 id 65535 udp 400 " + what)
			n.want("right: h1 > h2 forwarded")
			n.counted("forwarded 1")
		}
		n.send("left: h1 > h2 udp 32 bad-checksum") // nobody asked a router to look
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1")
		n.send("left: h1 > h2 udp 32 octets 200") // padding
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1")
	})
}

func TestForwardOptions(t *testing.T) {
	only(t, 4, "IPv6 has no options in its header", func(n *node) {
		for _, options := range []string{"01010100", "94040000", "00ffffff", "9e04abcd", "0a040900", "01820bffffffffffffffffff"} {
			n.send("left: h1 > h2 options " + options + " udp 32")
			n.want("right: h1 > h2 forwarded")
			n.counted("forwarded 1")
		}
	})
}

// A chain of extension headers that runs beyond the packet is none of a router's business.
func TestForwardBrokenExtension(t *testing.T) {
	only(t, 6, "IPv4 has no extension headers", func(n *node) {
		n.send("left: h1 > h2 raw 60 1104000000000000")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1")
	})
}

func TestForwardByRoute(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > far udp 32")
		n.want("right: h1 > far forwarded")
		n.send("right: far > h1 udp 32")
		n.want("left: far > h1 forwarded")
		n.send("left: h1 > hairpin udp 32") // back to the link, to a router there
		n.want("left: h1 > hairpin forwarded")
		n.send("left: nowhere > h2 udp 32") // no reverse path check
		n.want("right: nowhere > h2 forwarded")
		n.counted("forwarded 4")
	})
}

func TestTTL(t *testing.T) {
	both(t, func(n *node) {
		for _, ttl := range []int{0, 1} {
			n.send(fmt.Sprintf("left: h1 > h2 ttl %d udp 32", ttl))
			n.want("left: r.left > h1 ttl-exceeded quote all")
			n.counted("ttl-expired 1, ttl-exceeded sent 1")
		}
		for _, ttl := range []int{2, 3, 255} {
			n.send(fmt.Sprintf("left: h1 > h2 ttl %d udp 32", ttl))
			n.want("right: h1 > h2 forwarded")
			n.counted("forwarded 1")
		}
	})
}

// The order of RFC 1812 §5.2.1.2: route, validity, TTL, MTU.
func TestOrder(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > nowhere ttl 1 udp 32")
		n.want("left: r.left > h1 net-unreachable quote all")
		n.counted("no-route 1, net-unreachable sent 1")

		n.send("left: h1 > prohibited ttl 1 udp 32")
		n.want("left: r.left > h1 admin-prohibited quote all")
		n.counted("prohibited 1, admin-prohibited sent 1")

		n.send("left: loopback > h2 ttl 1 udp 32")
		n.counted("martian-source 1")

		n.send("left: loopback > nowhere udp 32")
		n.counted("martian-source 1")

		n.send("left: h1 > loopback ttl 1 udp 32")
		n.counted("martian-destination 1")

		n.send("left: h1 > h2 ttl 1 df udp 1452") // too big for the right link as well
		n.wantTooLong("left: r.left > h1 ttl-exceeded")
		n.counted("ttl-expired 1, ttl-exceeded sent 1")

		n.send("left: h1 > nowhere df udp 1472")
		n.wantTooLong("left: r.left > h1 net-unreachable")
		n.counted("no-route 1, net-unreachable sent 1")

		n.send("left: h1 > hdown ttl 1 udp 32")
		n.want("left: r.left > h1 host-unreachable quote all")
		n.counted("link-down 1, host-unreachable sent 1")
	})
}

// wantTooLong wants an error about a packet that is longer than any quote: 576
// octets in all in IPv4 (RFC 1812 §4.3.2.3), 1280 in IPv6 (RFC 4443 §2.4 (c)).
func (n *node) wantTooLong(text string) {
	n.t.Helper()
	if n.family == 4 {
		n.want(text + " quote 548")
		return
	}
	n.want(text + " quote 1232")
}

func TestRoutesThatRefuse(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > unreachable udp 32")
		n.want("left: r.left > h1 route-unreachable quote all")
		n.counted("unreachable 1, route-unreachable sent 1")
		n.send("right: far > unreachable udp 32")
		n.want("right: r.right > far route-unreachable quote all")
		n.counted("unreachable 1, route-unreachable sent 1")
		n.send("left: h1 > blackhole udp 32")
		n.counted("blackhole 1")
		n.send("left: h1 > prohibited udp 32")
		n.want("left: r.left > h1 admin-prohibited quote all")
		n.counted("prohibited 1, admin-prohibited sent 1")
		n.send("left: h1 > rejected udp 32")
		n.want("left: r.left > h1 reject-route quote all")
		n.counted("rejected 1, reject-route sent 1")
	})
}

func TestMartians(t *testing.T) {
	both(t, func(n *node) {
		for _, source := range []string{"loopback", "unspecified", "group", "localgroup"} {
			n.send("left: " + source + " > h2 udp 32")
			n.counted("martian-source 1")
			n.send("left: " + source + " > r.left echo 32")
			n.counted("martian-source 1")
		}
		for _, destination := range []string{"loopback", "unspecified"} {
			n.send("left: h1 > " + destination + " udp 32")
			n.counted("martian-destination 1")
		}
		n.send("left: h1 > group ttl 1 udp 32")
		n.counted("multicast 1")
		n.send("left: h1 > group echo 32")
		n.counted("multicast 1")
		for _, source := range []string{"r.left", "r.right"} {
			n.send("left: " + source + " > h2 udp 32")
			n.counted("own-source 1")
			n.send("left: " + source + " > r.left echo 32")
			n.counted("own-source 1")
		}
		n.send("left: h1 > linklocal udp 32")
		n.counted("link-local 1")
	})
}

func TestMartiansIPv4(t *testing.T) {
	only(t, 4, "IPv6 has no broadcast, no class E and no network zero", func(n *node) {
		for _, source := range []string{"thisnet", "classe", "broadcast", "left.broadcast", "right.broadcast", "linklocal"} {
			n.send("left: " + source + " > h2 udp 32")
			n.counted("martian-source 1")
		}
		for _, destination := range []string{"thisnet", "classe"} {
			n.send("left: h1 > " + destination + " udp 32")
			n.counted("martian-destination 1")
		}
		n.send("left: h1 > broadcast echo 32")
		n.counted("broadcast 1")
		for _, destination := range []string{"left.broadcast", "right.broadcast"} {
			n.send("left: h1 > " + destination + " ttl 1 echo 32")
			n.counted("directed-broadcast 1")
		}
	})
}

func TestMartiansIPv6(t *testing.T) {
	only(t, 6, "mapped addresses are IPv6's; an IPv4 link-local source is a martian", func(n *node) {
		n.send("left: mapped > h2 udp 32")
		n.counted("martian-source 1")
		n.send("left: h1 > mapped udp 32")
		n.counted("martian-destination 1")
		n.send("left: linklocal > h2 ttl 1 udp 32")
		n.want("left: r.left > linklocal beyond-scope quote all")
		n.counted("beyond-scope 1, beyond-scope sent 1")
	})
}

// A TUN is a point-to-point link: what comes from it, to its own prefix, has
// nobody to go to (RFC 4443 §3.1).
func TestHairpin(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > h1b ttl 1 udp 32")
		n.want("left: r.left > h1 host-unreachable quote all")
		n.counted("hairpin 1, host-unreachable sent 1")
	})
}

func TestLinkDown(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > hdown udp 32")
		n.want("left: r.left > h1 host-unreachable quote all")
		n.counted("link-down 1, host-unreachable sent 1")
		n.router.SetDown(3, false)
		n.send("left: h1 > hdown udp 32")
		n.want("down: h1 > hdown forwarded")
		n.counted("forwarded 1")
		n.router.SetDown(0, true) // the way back is down
		n.send("down: h1 > nowhere udp 32")
		n.counted("no-route 1, net-unreachable unroutable 1")
	})
}

func TestNoDatagram(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > h2 udp 32 octets 0")
		n.counted("truncated 1")
		n.send("left: h1 > h2 udp 32 octets 19")
		n.counted("truncated 1")
		for _, version := range []string{"0", "5", "7", "15"} {
			n.send("left: h1 > h2 udp 32 version " + version)
			n.counted("bad-version 1")
		}
	})
	only(t, 6, "IPv4 tells its sender: the next story", func(n *node) {
		n.send("left: h1 > h2 udp 32 length 2000")
		n.counted("bad-total-length 1")
	})
	only(t, 4, "the IPv6 header has a fixed length and no checksum", func(n *node) {
		n.send("left: h1 > h2 udp 32 header-length 16")
		n.counted("bad-header-length 1")
		n.send("left: h1 > h2 udp 0 header-length 60")
		n.counted("bad-header-length 1")
		n.send("left: h1 > h2 udp 32 bad-header-checksum")
		n.counted("bad-header-checksum 1")
		n.send("left: h1 > h2 udp 32 length 19")
		n.counted("bad-total-length 1")
		n.send("left: h1 > h2 ttl 1 udp 32 length 61") // RFC 1812 §5.2.2, whatever else is wrong
		n.want("left: r.left > h1 header-problem pointer 2 quote all")
		n.counted("missing-octets 1, header-problem sent 1")
		n.send("left: loopback > h2 udp 32 length 61")
		n.send("left: h1 > group udp 32 length 61")
		n.counted("missing-octets 2")
	})
}
