package forwarding_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
)

// linkLocal gives left and right the same link-local address, as routers have it.
func linkLocal(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
	for i := range links[:2] {
		links[i].Addresses = append(links[i].Addresses, netip.MustParsePrefix("fe80::1/64"))
	}
}

// Every link has its own link-local addresses (RFC 4291 §2.5.6, RFC 4007 §6).
func TestLinkLocal(t *testing.T) {
	only(t, 6, "IPv4 link-local addresses are martians: RFC 3927 §7", func(n *node) {
		n.configure(linkLocal)
		n.send("left: linklocal > fe80::1 echo 32")
		n.want("left: fe80::1 > linklocal echo-reply")
		n.send("right: linklocal > fe80::1 ttl 0 echo 32")
		n.want("right: fe80::1 > linklocal echo-reply")
		n.send("left: linklocal > r.left echo 32")
		n.want("left: r.left > linklocal echo-reply")
		n.send("left: linklocal > r.right echo 32")
		n.want("left: r.right > linklocal echo-reply")
		n.send("left: linklocal > fe80::1 udp 32")
		n.want("left: fe80::1 > linklocal port-unreachable quote all")
		n.counted("delivered 4, port-unreachable 1, port-unreachable sent 1, echo-reply sent 4")

		n.send("left: linklocal > h2 udp 32")
		n.want("left: fe80::1 > linklocal beyond-scope quote all")
		n.counted("beyond-scope 1, beyond-scope sent 1")
		n.send("left: h1 > fe80::9 udp 32")
		n.send("tiny: htiny > fe80::1 echo 32") // the address of other links
		n.counted("link-local 2")
	})
}

// A route may lead by a link to a link-local next hop, or to the link itself.
func TestRouteByLink(t *testing.T) {
	both(t, func(n *node) {
		n.configure(func(_ []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
			*routes = append(*routes,
				forwarding.Route{To: netip.MustParsePrefix("203.0.113.0/24"), Link: "right"},
				forwarding.Route{To: netip.MustParsePrefix("2001:db8:ff::/48"), Link: "right", Via: netip.MustParseAddr("fe80::9")})
		})
		n.send("left: h1 > nowhere udp 32")
		n.want("right: h1 > nowhere forwarded")
	})
}

// The groups and the anycast address of a router (RFC 4291 §2.6.1, §2.7.1, §2.8)
// answer, from a unicast address (RFC 4443 §2.2, §4.2).
func TestGroups(t *testing.T) {
	only(t, 6, "in IPv4 nothing here joins a group", func(n *node) {
		for _, group := range []string{"ff02::1", "ff02::2", "ff05::2", "ff02::1:ff00:1", "fd00:1::", "fd00:2::"} {
			n.send("left: h1 > " + group + " echo 32")
			n.want("left: " + map[string]string{"fd00:2::": "r.right"}[group] + map[bool]string{true: "", false: "r.left"}[group == "fd00:2::"] + " > h1 echo-reply")
		}
		n.counted("delivered 6, echo-reply sent 6")
		n.send("left: h1 > ff02::1 udp 32") // no error about multicast (RFC 4443 §2.4 (e.3))
		n.counted("port-unreachable 1, port-unreachable forbidden 1")
		for _, group := range []string{"ff01::1", "ff02::3", "ff02::1:ff00:99", "ff00::1"} {
			n.send("left: h1 > " + group + " echo 32")
			n.counted("multicast 1")
		}
	})
	only(t, 4, "IPv6 has no such groups", func(n *node) {
		n.send("left: h1 > localgroup echo 32")
		n.counted("multicast 1")
	})
}

// Directed broadcasts are forwarded only if the link wants them (RFC 2644 §2), and never
// answered (RFC 1812 §4.3.2.7).
func TestDirectedBroadcast(t *testing.T) {
	only(t, 4, "IPv6 has no broadcast", func(n *node) {
		n.send("left: h1 > right.broadcast udp 32")
		n.counted("directed-broadcast 1")
		n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
			links[1].DirectedBroadcast = true
		})
		n.send("left: h1 > right.broadcast udp 32")
		n.want("right: h1 > right.broadcast forwarded")
		n.counted("forwarded 1")
		n.send("left: h1 > right.broadcast ttl 1 udp 32")
		n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
		n.send("right: right.broadcast > h1 udp 32")
		n.counted("martian-source 1")
	})
}

// RFC 3704 §2.2 to §2.4. The filter is silent, and comes before TTL.
func TestReversePath(t *testing.T) {
	for mode, passes := range map[forwarding.URPF]string{
		forwarding.URPFOff:      "h1 hairpin h2 nowhere blackhole",
		forwarding.URPFLoose:    "h1 hairpin h2",
		forwarding.URPFFeasible: "h1 hairpin",
		forwarding.URPFStrict:   "h1 hairpin",
	} {
		both(t, func(n *node) {
			n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) { links[0].URPF = mode })
			for _, source := range []string{"h1", "hairpin", "h2", "nowhere", "blackhole"} {
				n.send("left: " + source + " > far udp 32")
				if contains(passes, source) {
					n.want("right: " + source + " > far forwarded")
					n.counted("forwarded 1")
					continue
				}
				n.counted("reverse-path 1")
				n.send("left: " + source + " > far ttl 1 udp 32")
				n.counted("reverse-path 1")
			}
		})
	}
}

// Feasible asks for a way by the link, strict for the best (RFC 3704 §2.2, §2.3).
func TestFeasiblePath(t *testing.T) {
	for _, mode := range []forwarding.URPF{forwarding.URPFFeasible, forwarding.URPFStrict} {
		both(t, func(n *node) {
			n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
				links[0].URPF = mode
				*routes = append(*routes,
					forwarding.Route{To: netip.MustParsePrefix("10.0.0.0/8"), Via: netip.MustParseAddr("10.1.0.2")},
					forwarding.Route{To: netip.MustParsePrefix("fd00::/16"), Via: netip.MustParseAddr("fd00:1::2")})
			})
			n.send("left: far > h2 udp 32") // the best way to far is right
			if mode == forwarding.URPFStrict {
				n.counted("reverse-path 1")
				return
			}
			n.want("right: far > h2 forwarded")
		})
	}
}

// Whose address an error has: RFC 1812 §4.3.2.4, or the ingress by choice.
func TestErrorSourceIngress(t *testing.T) {
	both(t, func(n *node) {
		n.configure(func(_ []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
			s.ErrorSource = forwarding.ErrorSourceIngress
		})
		n.send("left: far > nowhere udp 32")
		n.want("right: r.left > far net-unreachable quote all")
		n.send("left: far > r.right udp 32")
		n.want("right: r.right > far port-unreachable quote all")
	})
}

// An unnumbered link speaks with the router id, or another link's address, or
// that of nobody (RFC 1812 §2.2.7, RFC 7600 §4.8).
func TestUnnumbered(t *testing.T) {
	only(t, 4, "an IPv6 link has a link-local address at least", func(n *node) {
		unnumbered := func(more func(links []forwarding.Link, s *forwarding.Settings)) {
			n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
				links[0].Addresses = nil
				*routes = []forwarding.Route{{To: netip.MustParsePrefix("10.1.0.0/24"), Link: "left"}}
				more(links, s)
			})
		}
		unnumbered(func([]forwarding.Link, *forwarding.Settings) {})
		n.send("left: h1 > nowhere udp 32")
		n.want("left: r.right > h1 net-unreachable quote all")
		unnumbered(func(_ []forwarding.Link, s *forwarding.Settings) { s.RouterID = netip.MustParseAddr("10.77.0.1") })
		n.send("left: h1 > nowhere udp 32")
		n.want("left: 10.77.0.1 > h1 net-unreachable quote all")
		n.send("left: h1 > 10.77.0.1 echo 32")
		n.want("left: 10.77.0.1 > h1 echo-reply")
		unnumbered(func(links []forwarding.Link, _ *forwarding.Settings) {
			for i := range links {
				links[i].Addresses = nil
			}
		})
		n.send("left: h1 > nowhere udp 32")
		n.want("left: 192.0.0.8 > h1 net-unreachable quote all")
	})
}

// What the setting lets pass (RFC 1812 §5.3.7, RFC 3927 §7).
func TestMartianSettings(t *testing.T) {
	for setting, forwarded := range map[forwarding.Martians]string{
		forwarding.MartiansStrict: "",
		forwarding.MartiansLoose:  "thisnet classe",
		forwarding.MartiansOff:    "thisnet classe linklocal",
	} {
		only(t, 4, "IPv6 has no martian that practice forwards", func(n *node) {
			n.configure(func(_ []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) { s.Martians = setting })
			for _, source := range []string{"thisnet", "classe", "linklocal", "loopback", "group", "broadcast", "unspecified"} {
				n.send("left: " + source + " > h2 udp 32")
				if contains(forwarded, source) {
					n.want("right: " + source + " > h2 forwarded")
					n.counted("forwarded 1")
					continue
				}
				n.counted("martian-source 1")
			}
		})
	}
}

// Too big tells no IPv6 MTU below 1280, unless the laboratory wants it (RFC 8201 §4).
func TestSub1280(t *testing.T) {
	for report, mtu := range map[bool]string{false: "1280", true: "1200"} {
		only(t, 6, "in IPv4 every MTU from 68 is told", func(n *node) {
			n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
				links[1].MTU, s.ReportSub1280 = 1200, report
			})
			n.send("left: h1 > h2 udp 1300")
			n.want("left: r.left > h1 too-big mtu " + mtu + " quote 1232")
		})
	}
}

func contains(words, word string) bool { return slices.Contains(strings.Fields(words), word) }
