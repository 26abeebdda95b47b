package forwarding_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
)

// Turns are exact: each way as often as it weighs, and at groups of their own.
func TestMultipathByTurns(t *testing.T) {
	both(t, func(n *node) {
		n.set("paths three hash per-packet")
		var first []string
		for round := range 3 {
			var links []string
			for range 6 {
				links = append(links, n.leaves("left: away > nowhere udp 8"))
			}
			if round == 0 {
				first = slices.Clone(links)
			}
			if !slices.Equal(links, first) {
				n.t.Fatalf("round %d: %v after %v", round, links, first)
			}
			if slices.Equal(links[:3], []string{"right", "right", "right"}) {
				n.t.Errorf("%v: one way at a time", links)
			}
			slices.Sort(links)
			if got := strings.Join(links, " "); got != "left right right right strict strict" {
				n.t.Fatal(got)
			}
		}
		n.set("paths alike hash per-packet")
		for i := range 12 {
			if got := n.leaves("left: away > nowhere udp 8"); got != []string{"right", "strict", "left", "tiny"}[i%4] {
				n.t.Errorf("packet %d by %s: ways that are alike come in their order", i, got)
			}
		}
		n.set("paths even hash per-packet")
		if a, b := n.leaves("left: away > nowhere udp 8"), n.leaves("left: away > nowhere gso 300 udp 900"); a != "right" || b != "strict" {
			n.t.Errorf("by %s, then %s", a, b)
		}
		n.send("left: away > nowhere ttl 1 udp 8") // the turn of one packet, and another for what is said of it
		n.want("strict: " + n.name("r.strict") + " > away ttl-exceeded quote all")
		s := n.sibling()
		if got := s.leaves("left: away > nowhere udp 8"); got != "right" {
			n.t.Errorf("a sibling begins by %s", got)
		}
		n.set("paths even hash per-packet seed 3")
		if got := n.leaves("left: away > nowhere udp 8"); got != "strict" {
			n.t.Errorf("with another seed it begins by %s", got)
		}
	})
}

// A way that is down has none of the packets, all the others have theirs; with none, the link is down.
func TestMultipathDown(t *testing.T) {
	both(t, func(n *node) {
		for _, settings := range []string{"paths three", "paths three hash per-packet"} {
			n.set(settings)
			right, left := linkIndex(t, "right"), linkIndex(t, "left")
			n.router.SetDown(right, true)
			n.within(settings, n.spread(byPorts), map[string]int{"strict": 667, "left": 333})
			n.router.SetDown(left, true)
			n.within(settings, n.spread(byPorts), map[string]int{"strict": 1000})
			n.router.SetDown(left, false)
			n.router.SetDown(right, false)
			n.within(settings, n.spread(byPorts), map[string]int{"right": 500, "strict": 333, "left": 167})
			for link := range linkNames {
				n.router.SetDown(link, link != left)
			}
			n.before = n.router.Counters
		}
		n.set("paths one-down")
		n.router.SetDown(linkIndex(t, "right"), true)
		n.router.SetDown(linkIndex(t, "strict"), true)
		n.send("left: h1 > nowhere udp 8")
		n.want("left: r.left > h1 host-unreachable quote all")
		n.counted("link-down 1, host-unreachable sent 1")
	})
}

// The MTU is that of the way which the packet takes.
func TestMultipathMTU(t *testing.T) {
	both(t, func(n *node) {
		for _, hash := range []string{"paths even", "paths even hash per-packet"} {
			n.set(hash)
			told := 0
			for i := range 64 {
				n.send(fmt.Sprintf("left: h1 > nowhere df ports %d 53 udp 1400", i+1))
				if n.outputs[0].link == "left" {
					n.want("left: r.left > h1 too-big mtu 1400 quote " + map[int]string{4: "548", 6: "1232"}[n.family])
					told++
					continue
				}
				n.want("strict: h1 > nowhere forwarded")
			}
			if told < 16 || told > 48 {
				n.t.Errorf("%s: %d of 64 were too big", hash, told)
			}
		}
	})
}

// Extensions tell the way that the packet would have taken.
func TestMultipathExtensions(t *testing.T) {
	both(t, func(n *node) {
		for _, hash := range []string{"", " hash per-packet"} {
			n.set("paths even extensions all" + hash)
			for i := range 16 {
				way := "right"
				if hash == "" {
					way = n.leaves("left: h1 > nowhere ports %d 53 udp 8", i+1)
				} else if i%2 == 1 {
					way = "strict"
				}
				n.send(fmt.Sprintf("left: h1 > nowhere ttl 1 ports %d 53 udp 8", i+1))
				n.wantExtended("left: r.left > h1 ttl-exceeded", n.told(left)+n.told(map[string]string{
					"right": ", out 2 r.right right 1400, hop h2", "strict": ", out 5 r.strict strict 1500, hop hstrict"}[way]))
			}
		}
	})
}

// Of several ways back to a source, any will do (RFC 3704 §2.2).
func TestMultipathReversePath(t *testing.T) {
	both(t, func(n *node) {
		n.set("paths one-down")
		n.send("strict: nowhere > h1 udp 8")
		n.want("left: nowhere > h1 forwarded")
		n.send("strict: far > h1 udp 8")
		n.counted("forwarded 1, " + drop.ReversePath.String() + " 1")
	})
}

// Nodes with different seeds choose each on its own.
func TestMultipathSeeds(t *testing.T) {
	both(t, func(n *node) {
		s := newNode(n.t, n.family)
		n.set("paths even")
		s.set("paths even seed 2")
		pairs := map[string]int{}
		for i := range 1000 {
			pairs[n.leaves("%s", byPorts(i))+" "+s.leaves("%s", byPorts(i))]++
		}
		n.within("pairs", pairs, map[string]int{"right right": 250, "right strict": 250, "strict right": 250, "strict strict": 250})
	})
}
