package forwarding

import (
	"fmt"
	"slices"

	"github.com/icmprouter/icmprouter/wire"
)

// group is the ways of a hop that has several. Each is a hop of its own.
type group struct {
	number int // among those of the table
	ways   []*hop
	// weights are by way, without their common divisor, and total is their sum.
	weights []uint32
	common  uint32
	total   uint32
	// stride has taking turns meet each of the total places once, before the first one comes again, and no way
	// longer in a row than it must.
	stride uint32
}

// maxWeight keeps the sum of a group's weights within 32 bits.
const maxWeight = 1 << 16

// oneOf is the hop of packets that take one of the ways; nil: there is none. weights nil: all alike.
func (t *Table) oneOf(ways []*hop, weights []uint32) *hop {
	switch len(ways) {
	case 0:
		return nil
	case 1:
		return ways[0]
	}
	g := &group{number: t.groups, ways: ways, weights: weights}
	t.groups++
	if weights == nil {
		g.weights = make([]uint32, len(ways))
		for i := range g.weights {
			g.weights[i] = 1
		}
	}
	for _, weight := range g.weights {
		g.common = divisor(weight, g.common)
	}
	for i := range g.weights {
		g.weights[i] /= g.common
		g.total += g.weights[i]
	}
	g.stride = stride(g.total, uint32(len(ways)))
	return &hop{Verdict: Verdict{Action: Forward}, group: g}
}

// divisor is the greatest common divisor.
func divisor(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// stride is 1 where all ways weigh the same: they come in their order. Else it is near the golden section of
// the total, which spreads the turns of a way evenly, and has no divisor in common with it.
func stride(total, ways uint32) uint32 {
	if total == ways {
		return 1
	}
	s := uint32(uint64(total) * 618 / 1000)
	for s = max(s, 1); divisor(total, s) != 1; s++ {
	}
	return s
}

// ways resolves the ways of a route.
func (t *Table) ways(route Route) (*hop, error) {
	paths := route.Group.Paths
	if len(paths) == 0 {
		return nil, fmt.Errorf("route to %s: its group has no paths", route.To)
	}
	ways, weights := make([]*hop, len(paths)), make([]uint32, len(paths))
	for i, path := range paths {
		if path.Weight < 0 || path.Weight > maxWeight {
			return nil, fmt.Errorf("route to %s: path %d has the weight %d, want 1 to %d", route.To, i+1, path.Weight, maxWeight)
		}
		way, err := t.resolve(Route{To: route.To, Via: path.Via, Link: path.Link})
		if err != nil {
			return nil, err
		}
		ways[i], weights[i] = way, max(1, uint32(path.Weight))
	}
	return t.oneOf(ways, weights), nil
}

// flowKeys say what of a packet each setting hashes.
var flowKeys = [...]wire.FlowKey{HashFiveTuple: wire.FlowTuple, HashAddresses: wire.FlowAddresses, HashFlowLabel: wire.FlowLabel, HashPerPacket: wire.FlowTuple}

// turns count the packets that took turns, by the number of the group. They are of one router: siblings take
// turns of their own. Nil, or too few: it is always the first turn.
type turns struct{ taken []uint32 }

// take takes a turn at a group.
func (n *turns) take(g *group) uint32 {
	if n == nil || g.number >= len(n.taken) {
		return 0
	}
	n.taken[g.number]++
	return n.taken[g.number] - 1
}

// pick is the way that p takes.
func (t *Table) pick(there *hop, p *wire.Packet, n *turns) *hop {
	if there.group == nil {
		return there
	}
	return t.choose(there.group, p, n)
}

// choose chooses the way of p, by the hash-threshold of RFC 2992 with thresholds by weight, or by taking turns. A link
// that is down shares its packets out among the others.
func (t *Table) choose(g *group, p *wire.Packet, n *turns) *hop {
	up := g.total
	for i, way := range g.ways {
		if t.links[way.Link].Down {
			up -= g.weights[i]
		}
	}
	if up == 0 {
		return g.ways[0]
	}
	at := t.threshold(g, p, n, uint64(up))
	for i, way := range g.ways {
		if t.links[way.Link].Down {
			continue
		}
		if at < uint64(g.weights[i]) {
			return way
		}
		at -= uint64(g.weights[i])
	}
	return g.ways[0]
}

// threshold is where p stands among the weights of the ways that are up.
func (t *Table) threshold(g *group, p *wire.Packet, n *turns, up uint64) uint64 {
	m := &t.settings.Multipath
	if m.Hash == HashPerPacket {
		stride := uint64(1)
		if up == uint64(g.total) {
			stride = uint64(g.stride)
		}
		return (m.Seed%up + uint64(n.take(g))*stride) % up
	}
	return p.FlowHash(flowKeys[m.Hash], !m.ErrorsByOuter, m.Seed) >> 32 * up >> 32
}

// taken is the way of a packet that leaves, or would have left, by link: by the word of its verdict, since a turn
// is not taken again.
func (t *Table) taken(there *hop, p *wire.Packet, link int) *hop {
	way := t.pick(there, p, nil)
	if there.group == nil || way.Link == link {
		return way
	}
	for _, other := range there.group.ways {
		if other.Link == link {
			return other
		}
	}
	return way
}

// leaves says whether packets may leave by a link.
func (h *hop) leaves(link int) bool {
	if h.group == nil {
		return h.Action == Forward && h.Link == link
	}
	return slices.ContainsFunc(h.group.ways, func(way *hop) bool { return way.Link == link })
}

// onLink says that the destination itself is on the link.
func (h *hop) onLink() bool { return !h.via.IsValid() && !h.beyond }
