package forwarding_test

import (
	"math/rand/v2"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// anyBox is a box of all that may be, by chance.
func anyBox(r *rand.Rand) (box forwarding.Middlebox) {
	some := func(n int) int { return r.IntN(2) * r.IntN(n) }
	box = forwarding.Middlebox{DropAbove: some(1600), DropSuper: some(2) == 1, DropExtensions: some(2) == 1, DropFragments: wire.FragmentMatch(some(4)),
		DF: forwarding.DF(r.IntN(3)), MSS: uint16(some(1500)), Mangle: forwarding.Mangle(some(2))}
	for range some(3) {
		f := forwarding.Filter{Echo: some(3) == 1, Every: some(4), Match: wire.Match{Above: some(1500)}, Probability: float64(some(4)) / 4, Seed: r.Uint64()}
		f.Errors[r.IntN(int(ratelimit.NumKinds))] = some(2) == 1
		box.Filters = append(box.Filters, f)
	}
	return box
}

// Whatever boxes there are, what leaves can be read, has valid checksums, and every packet has one end: Send and send check it.
// The property holds for anything but payloads that are mangled on purpose.
func TestBoxesKeepPacketsValid(t *testing.T) {
	lines := []string{"h1 > h2 df udp 32", "h1 > h2 udp 1400", "h1 > h2 df udp 1400", "h1 > htiny udp 1000", "h1 > h2 mss 1460 tcp s", "h1 > h2 df mss 1200 tcp sa",
		"h1 > r.left echo 3000", "h1 > r.left echo 200 fragment 0 80", "h1 > r.left echo 200 fragment 80 208", "h1 > h2 ttl 1 udp 32", "h1 > nowhere quoting too-big h2 > h1 udp 32",
		"h1 > h2 options 01010101 hop 0000 udp 32", "h1 > h2 df gso 1300 udp 5000", "h1 > h2 gso 1000 udp 3000", "h1 > r.left gso 1000 udp 3000", "h1 > h2 ttl 1 gso 500 udp 3000",
		"h1 > h2 mss 1460 partial tcp s", "h1 > r.left tcp s", "h1 > h2 icmp echo-reply"}
	both(t, func(n *node) {
		r := rand.New(rand.NewPCG(8, uint64(n.family)))
		for round := range 400 {
			in, out := anyBox(r), anyBox(r)
			tunnel := &forwarding.Tunnel{Overhead: 1 + r.IntN(100), Error: forwarding.TunnelError(r.IntN(3)), Source: wire.EachFamily(addresses("r.right")...), Destination: wire.EachFamily(addresses("h2")...)}
			n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
				boxes(in, out)(links, routes, s)
				links[1].Tunnel = tunnel
				if round%3 == 0 {
					choices["forger on"](s)
				}
			})
			for range 30 {
				text := "left: " + lines[r.IntN(len(lines))]
				n.sendThrough(text)
				for _, o := range n.outputs {
					if s := n.read(o.bytes); o.gso == (wire.GSO{}) && !s.fragment {
						if err := checkOriginated(n.family, o.bytes); err != nil {
							t.Fatalf("%s through %+v and %+v: %v\n% x", text, in, out, err, head(o.bytes))
						}
					}
				}
				n.outputs = nil
			}
		}
		if c := n.router.Counters.Boxes; c.Clamped == 0 || n.family == 4 && c.DFCleared == 0 || c.Mangled == 0 || c.Dropped == (forwarding.BoxCounters{}).Dropped {
			t.Errorf("this test says little: %+v", c)
		}
	})
}

// sendThrough is send without its judgement of what is written to: boxes write, and forgers say more than one thing.
func (n *node) sendThrough(text string) {
	n.t.Helper()
	b, err := build(n.family, text)
	if err != nil {
		n.t.Fatal(err)
	}
	p := filled(b.bytes, wire.Headroom+len(b.bytes)+64)
	p.GSO = b.gso
	n.router.Receive(p, 0, n.now, n)
	n.balance(text)
}

// What comes to a box with an invalid header passes it: the node sees what is wrong.
func TestBoxesLeaveGarbage(t *testing.T) {
	both(t, func(n *node) {
		n.set("box all")
		n.send("left: h1 > h2 udp 32 octets 19")
		n.counted("truncated 1")
	})
}
