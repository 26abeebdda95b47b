package forwarding_test

import (
	"fmt"
	"strings"
	"testing"
)

// leaves sends a packet and says by which link it left.
func (n *node) leaves(format string, args ...any) string {
	n.t.Helper()
	text := fmt.Sprintf(format, args...)
	n.send(text)
	if len(n.outputs) != 1 {
		n.t.Fatalf("%s: %d packets were sent", text, len(n.outputs))
	}
	link := n.outputs[0].link
	n.outputs = nil
	return link
}

// client is one of many that have no route of their own.
func (n *node) client(i int) string {
	if n.family == 4 {
		return fmt.Sprintf("20.0.%d.%d", i>>8, i&255)
	}
	return fmt.Sprintf("2a00::%x", i)
}

// spread says how many of a thousand packets leave by each link.
func (n *node) spread(line func(i int) string) map[string]int {
	n.t.Helper()
	links := map[string]int{}
	for i := range 1000 {
		links[n.leaves("%s", line(i))]++
		n.sent = n.sent[:0]
	}
	return links
}

func byPorts(i int) string {
	return fmt.Sprintf("left: away > nowhere ports %d %d udp 8", 1024+i, 33434+i%7)
}

// within checks shares of a thousand, all of the packets among them.
func (n *node) within(what string, links, share map[string]int) {
	n.t.Helper()
	sum := 0
	for link, want := range share {
		sum += links[link]
		if got := links[link]; got < want-50 || got > want+50 {
			n.t.Errorf("%s: %v, wanted %v", what, links, share)
		}
	}
	if sum != 1000 {
		n.t.Errorf("%s: %v, wanted %v", what, links, share)
	}
}

// All packets of a flow go one way, and those of its other direction.
func TestMultipathOfAFlow(t *testing.T) {
	both(t, func(n *node) {
		for _, settings := range []string{"paths even", "paths three seed 2", "paths one-down", "paths weighted errors outer"} {
			n.set(settings)
			seen := map[string]bool{}
			for port := 1; port < 64; port++ {
				way := n.leaves("left: away > nowhere ports %d 53 udp 8", port)
				seen[way] = true
				for _, line := range []string{
					"left: away > nowhere ports %d 53 udp 900", "left: away > nowhere ttl 9 tos 8 ports %d 53 udp 8", "right: away > nowhere ports %d 53 udp 8",
					"left: away > nowhere extension ports %d 53 udp 8", "left: nowhere > away ports 53 %d udp 8", "right: away > nowhere ports %d 53 gso 300 udp 900",
				} {
					if got := n.leaves(line, port); got != way {
						n.t.Fatalf("%s: "+line+" by %s, and not by %s", settings, port, got, way)
					}
				}
				tcp, back := n.leaves("left: away > nowhere ports %d 0 tcp s", port), n.leaves("left: nowhere > away raw 6 01bb%04x%s", port, strings.Repeat("00", 16))
				if tcp != back {
					n.t.Fatalf("TCP leaves by %s and comes by %s", tcp, back)
				}
			}
			if len(seen) < 2 {
				n.t.Errorf("%s: all flows go by %v", settings, seen)
			}
			n.before = n.router.Counters
		}
	})
}

// Flows spread by weight (RFC 2992), whatever makes a flow.
func TestMultipathWeights(t *testing.T) {
	both(t, func(n *node) {
		even := map[string]int{"right": 500, "strict": 500}
		weighted := map[string]int{"right": 750, "strict": 250}
		for settings, share := range map[string]map[string]int{
			"paths even": even, "paths weighted": weighted, "paths weighted seed 2": weighted, "paths weighted errors outer": weighted,
			"paths three": {"right": 500, "strict": 333, "left": 167}, "paths one-down": even,
			"paths weighted hash per-packet": weighted, "paths one-down hash per-packet": even,
		} {
			n.set(settings)
			n.within(settings, n.spread(byPorts), share)
		}
		for settings, line := range map[string]func(i int) string{
			"hash addresses":  func(i int) string { return "left: " + n.client(i) + " > nowhere udp 8" },
			"hash flow-label": func(i int) string { return "left: " + n.client(i) + " > nowhere udp 8" },
			"seed 2":          func(i int) string { return "left: nowhere > " + n.client(i) + " echo 8" },
			"errors outer":    func(i int) string { return "left: " + n.client(i) + " > nowhere icmp ttl-exceeded" },
		} {
			n.set("paths weighted " + settings)
			n.within(settings, n.spread(line), weighted)
		}
	})
	only(t, 6, "IPv4 has no flow label", func(n *node) {
		n.set("paths weighted hash flow-label")
		n.within("labels", n.spread(func(i int) string { return fmt.Sprintf("left: away > nowhere label %d udp 8", i) }), map[string]int{"right": 750, "strict": 250})
	})
}

// What a hash does not look at changes no way.
func TestMultipathLooksAtNoMore(t *testing.T) {
	both(t, func(n *node) {
		for settings, line := range map[string]func(i int) string{
			"hash addresses":  byPorts,
			"hash flow-label": byPorts,
			"seed 2": func(i int) string {
				return fmt.Sprintf("left: away > nowhere label %d id %d tos %d udp %d", i, i, i%256, i)
			},
			"errors outer": func(i int) string { return "left: away > nowhere quoting ttl-exceeded " + byPorts(i)[6:] },
		} {
			n.set("paths even " + settings)
			if links := n.spread(line); len(links) != 1 {
				n.t.Errorf("%s: %v", settings, links)
			}
		}
	})
}

// Fragments, first and later alike, go by their addresses.
func TestMultipathOfFragments(t *testing.T) {
	both(t, func(n *node) {
		n.set("paths even")
		seen := map[string]int{}
		for i := range 64 {
			way := n.leaves("left: %s > nowhere id %d ports 7 8 udp 400 fragment 0 80", n.client(i), i)
			seen[way]++
			for _, rest := range []string{"ports 7 8 udp 400 fragment 80 160", "ports 7 8 udp 400 fragment 160 408", "ports 9 10 udp 400 fragment 0 80", "tcp s fragment 0 16"} {
				if got := n.leaves("left: %s > nowhere id %d %s", n.client(i), i, rest); got != way {
					n.t.Fatalf("%s: by %s, and not by %s", rest, got, way)
				}
			}
		}
		if seen["right"] < 16 || seen["strict"] < 16 {
			n.t.Errorf("%v", seen)
		}
	})
}

// An error goes with the flow of the packet that it quotes, whoever sends it, so that it comes to the host that
// the flow comes to (RFC 7690); by its outer header it does not.
func TestMultipathOfErrors(t *testing.T) {
	both(t, func(n *node) {
		for settings, kept := range map[string]bool{"paths even": true, "paths even hash flow-label": true, "paths even hash addresses": true, "paths even errors outer": false} {
			n.set(settings)
			missed := 0
			for i := range 64 {
				for _, what := range []string{
					fmt.Sprintf("label 7 ports %d 53 udp 8", i+1), fmt.Sprintf("ports %d 53 tcp s", i+1), "echo 32",
					"id 7 ports 5 6 udp 400 fragment 80 160", "extension label 9 ports 5 6 udp 8",
				} {
					flow := fmt.Sprintf("away > %s %s", n.client(i), what)
					way := n.leaves("left: %s", flow)
					for _, kind := range []string{"ttl-exceeded", "too-big", "port-unreachable"} {
						if got := n.leaves("right: h2 > away quoting %s %s", kind, flow); got != way {
							missed++
						}
					}
				}
			}
			if kept != (missed == 0) {
				n.t.Errorf("%s: %d errors did not go with their flow", settings, missed)
			}
		}
	})
}

// What the node itself says about a packet goes as any error about it that comes by here.
func TestMultipathOfOwnErrors(t *testing.T) {
	both(t, func(n *node) {
		n.set("paths even")
		seen := map[string]int{}
		for i := range 64 {
			way := n.leaves("left: away > nowhere ports %d 53 udp 8", i+1)
			seen[way]++
			if got := n.leaves("left: away > nowhere ttl 1 ports %d 53 udp 8", i+1); got != way {
				n.t.Fatalf("flow %d goes by %s, and the error about it by %s", i, way, got)
			}
		}
		if len(seen) != 2 {
			n.t.Errorf("%v", seen)
		}
	})
}
