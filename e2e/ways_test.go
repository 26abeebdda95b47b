//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// many is a network with three ways that are equally good: r1, r2 or r4, and so on.
//
//	client ─ r1 ─ r2 ─ r3
//	          │    │    │
//	         r4 ─ r5 ─ r6 ─ server
const many = "grid:2x3"

// graph is what may answer at each distance, whose an address is, and which nodes follow each other.
type graph struct {
	layers [][]string
	owner  map[string]string
	edges  map[string]bool
}

// graph is what show says.
func (n *network) graph(f family) (g graph) {
	n.t.Helper()
	shown := n.paths(f)
	g.edges, g.owner = map[string]bool{}, map[string]string{n.server(f): "host"}
	for _, hop := range shown.Hops {
		for len(g.layers) < hop.Number {
			g.layers = append(g.layers, nil)
		}
		layer := &g.layers[hop.Number-1]
		*layer = append(*layer, hop.Addresses...)
		for _, address := range hop.Addresses {
			g.owner[address] = hop.Node
		}
		for _, next := range hop.Next {
			if next.Device != "" {
				next.Node = "host"
			}
			g.edges[hop.Node+" "+next.Node] = true
		}
	}
	for _, layer := range g.layers {
		slices.Sort(layer)
	}
	return g
}

// TestMultipathDetection has scamper find all ways by itself (its tracelb is the algorithm MDA), and
// wants those that show says. It is sure of them with a probability of 95 %; but its flows are those of its process's number,
// and flows take the same ways each time: with the same number, luck is the same as well.
func TestMultipathDetection(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "scamper", "scamper")
	eachFamily(t, func(t *testing.T, f family) {
		t.Parallel()
		n := newNetwork(t, many)
		// It does not take an ICMPv6 port unreachable for an answer, and would wait for one for long.
		how := f.says("-w 5 -q 3", "-w 2 -q 1 -g 1")
		out := n.run(t, "unshare", "--pid", "--fork", "scamper", "-O", "json", "-p", "1000", "-c", "tracelb -W 15 "+how, "-i", n.server(f))
		want := n.graph(f).layers
		want = append(want, []string{f.says(n.server(f), "*")})
		if got := layers(t, out); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("scamper finds\n%v\nshow says\n%v", got, want)
		}
		n.stop()
	})
}

// layers reads what scamper's tracelb found.
func layers(t *testing.T, out string) (list [][]string) {
	t.Helper()
	var found struct {
		Type  string
		Nodes []struct {
			Addr  string
			QTTL  int `json:"q_ttl"`
			Links [][]struct{ Addr string }
		}
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, `"tracelb"`) {
			if err := json.Unmarshal([]byte(line), &found); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
	}
	ttl, all := 0, map[int]map[string]bool{}
	add := func(at int, address string) {
		if all[at] == nil {
			all[at] = map[string]bool{}
		}
		all[at][address] = true
	}
	for i, node := range found.Nodes {
		if i == 0 {
			ttl = 1
			add(ttl, node.Addr)
		}
		for at, link := range all {
			if link[node.Addr] {
				ttl = at
			}
		}
		for i, hop := range node.Links {
			for _, to := range hop {
				add(ttl+1+i, to.Addr)
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(all)) {
		list = append(list, slices.Sorted(maps.Keys(all[at])))
	}
	return list
}

// TestFlows traces many flows, one after another. Each has one way, that of show's graph; and
// together they have all.
func TestFlows(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	eachFamily(t, func(t *testing.T, f family) {
		n := newNetwork(t, many, "--set", `nodes.*.icmp.rate={"unlimited":true}`)
		g := n.graph(f)
		seen := map[string]bool{}
		for port := range 32 {
			way := n.trace(t, f, 40000+port, 3)
			for i, hop := range way {
				if len(hop) != 1 {
					t.Fatalf("one flow, and hop %d is %v", i+1, hop)
				}
				if i > 0 {
					seen[g.owner[way[i-1][0]]+" "+g.owner[hop[0]]] = true
				}
			}
		}
		if got, want := slices.Sorted(maps.Keys(seen)), slices.Sorted(maps.Keys(g.edges)); !slices.Equal(got, want) {
			t.Errorf("32 flows go\n%q\nshow says\n%q", got, want)
		}
		// Echo requests are one flow, whatever their number: mtr shows one host a hop.
		for i, hub := range n.mtr(t, f, "-c", "4", "-i", "0.1") {
			if i < len(g.layers) && !slices.Contains(g.layers[i], hub.Host) || hub.Loss != 0 {
				t.Errorf("hop %d of mtr: %+v, want one of %v", i+1, hub, g.layers)
			}
		}
		n.stop()
	})
}

// TestPerPacket: packets of one flow take turns where nodes are told so.
func TestPerPacket(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	eachFamily(t, func(t *testing.T, f family) {
		n := newNetwork(t, many, "--set", "nodes.*.multipath.hash=per-packet")
		g, way := n.graph(f), n.trace(t, f, 40000, 8)
		if len(way) != len(g.layers)+1 || len(way[1]) != 2 || len(way[2]) < 2 {
			t.Errorf("one flow goes %v, want several at the second and the third hop of\n%v", way, g.layers)
		}
		for i, layer := range g.layers {
			for _, address := range way[i] {
				if !slices.Contains(layer, address) {
					t.Errorf("hop %d is %s, want one of %v", i+1, address, layer)
				}
			}
		}
		n.stop()
	})
}

// trace sends one flow of UDP with several probes a hop, and returns who answered at each.
func (n *network) trace(t *testing.T, f family, port, probes int) (way [][]string) {
	t.Helper()
	out := n.run(t, "traceroute", "-n", "-w", "10", "-q", fmt.Sprint(probes), "-U", "-p", "33434", "--sport="+fmt.Sprint(port), n.server(f))
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "traceroute") || len(fields) < 2 {
			continue
		}
		hop := map[string]bool{}
		for _, word := range fields[1:] {
			if strings.ContainsAny(word, ":*") || strings.Count(word, ".") == 3 {
				hop[word] = true
			}
		}
		way = append(way, slices.Sorted(maps.Keys(hop)))
	}
	return way
}
