package config

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/icmprouter/icmprouter/forwarding"
)

var hashes = map[string]forwarding.Hash{
	"five-tuple": forwarding.HashFiveTuple,
	"addresses":  forwarding.HashAddresses,
	"flow-label": forwarding.HashFlowLabel,
	"per-packet": forwarding.HashPerPacket,
}

// plan is the choice of the node of that name, in a file with that seed.
func (m Multipath) plan(seed uint64, node string) forwarding.Multipath {
	p := forwarding.Multipath{
		Hash:          hashes[m.Hash],
		Seed:          nodeSeed(seed, "multipath", node),
		ErrorsByOuter: m.ICMPErrors == "outer",
	}
	if m.Seed != nil {
		p.Seed = uint64(*m.Seed)
	}
	return p
}

// nodeSeed makes a seed for a part of one node: the first 64 bits of the SHA-256 of "SEED/PART/NODE".
func nodeSeed(seed uint64, part, node string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%s", seed, part, node))
	return binary.BigEndian.Uint64(sum[:])
}

// group is the ways of a route that has several, nil of another.
func (r Route) group() *forwarding.Group {
	if len(r.Paths) == 0 {
		return nil
	}
	g := new(forwarding.Group)
	for _, p := range r.Paths {
		g.Paths = append(g.Paths, forwarding.Path{Via: p.Via, Link: p.Interface, Weight: p.Weight})
	}
	return g
}

// checkPaths checks the ways of a route that has several: each as if it were the
// only one, and against each other.
func (n *neighbourhood) checkPaths(r Route, path string) {
	for _, key := range []string{".via", ".interface"} {
		if n.has(path + key) {
			n.refuse(path+key, "the route has its ways in \"paths\"", fmt.Sprintf("either %q or \"paths\"", key[1:]))
		}
	}
	if r.Kind != "" && r.Kind != "unicast" {
		n.refuse(path+".paths", fmt.Sprintf("a route of the kind %q has no ways", r.Kind), `no "paths", or the kind "unicast"`)
		return
	}
	first := map[Path]string{}
	for i, p := range r.Paths {
		at := fmt.Sprintf("%s.paths[%d]", path, i)
		n.checkHop(r, p, at)
		if p.Weight = 0; p == (Path{}) {
			continue
		}
		if before, ok := first[p]; ok {
			n.refuse(at, fmt.Sprintf("the way is already %s (%s)", before, n.place(before)), `each way once; one with a larger share has a "weight"`)
			continue
		}
		first[p] = at
	}
}

// ways prints the ways of a group.
func ways(g *forwarding.Group) string {
	text := make([]string, len(g.Paths))
	for i, p := range g.Paths {
		text[i] = where(p.Via, p.Link)
		if p.Weight > 1 {
			text[i] += fmt.Sprintf(" (weight %d)", p.Weight)
		}
	}
	return strings.Join(text, ", or ")
}
