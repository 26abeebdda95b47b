package topology_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/path"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/topology"
)

// draw prints a network: its links, and the two ends.
func draw(g topology.Graph) string {
	var links []string
	for _, l := range g.Links {
		links = append(links, fmt.Sprintf("%d-%d", l[0]+1, l[1]+1))
	}
	return fmt.Sprintf("%d: %s, %d to %d", g.Nodes, strings.Join(links, " "), g.Client+1, g.Server+1)
}

func TestSmallShapes(t *testing.T) {
	for _, c := range []struct{ network, want string }{
		{"chain:1", "1: , 1 to 1"},
		{"chain:4", "4: 1-2 2-3 3-4, 1 to 4"},
		{"ring:3", "3: 1-2 2-3 1-3, 1 to 3"},
		{"ring:6", "6: 1-2 2-3 3-4 4-5 5-6 1-6, 1 to 4"},
		{"star:1", "2: 1-2, 2 to 1"},
		{"star:3", "4: 1-2 1-3 1-4, 2 to 4"},
		{"tree:2x1", "1: , 1 to 1"},
		{"tree:1x3", "3: 1-2 2-3, 3 to 1"},
		{"tree:2x3", "7: 1-2 1-3 2-4 2-5 3-6 3-7, 4 to 7"},
		{"clos:2x3", "5: 1-3 2-3 1-4 2-4 1-5 2-5, 3 to 5"},
		{"grid:2x3", "6: 1-2 1-4 2-3 2-5 3-6 4-5 5-6, 1 to 6"},
		{"grid:1x1", "1: , 1 to 1"},
		{"mesh:4", "4: 1-2 1-3 2-3 1-4 2-4 3-4, 1 to 4"},
		{"random:1", "1: , 1 to 1"},
		{"as:3", "3: 1-2 2-3 1-3, 3 to 2"},
	} {
		g, err := topology.Make(c.network, topology.Options{Seed: 1})
		if err != nil {
			t.Errorf("%s: %v", c.network, err)
			continue
		}
		if got := draw(g); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.network, got, c.want)
		}
	}
}

// each is a network of each shape with chances, for some seeds.
func each(t *testing.T, test func(t *testing.T, network string, o topology.Options, g topology.Graph)) {
	for _, c := range []struct {
		network string
		links   int
	}{{"random:50", 0}, {"random:50", 49}, {"random:50", 200}, {"random:7", 21}, {"as:50", 0}, {"as:1000", 0}} {
		for seed := range uint64(8) {
			o := topology.Options{Seed: seed, Links: c.links}
			g, err := topology.Make(c.network, o)
			if err != nil {
				t.Fatalf("%s %+v: %v", c.network, o, err)
			}
			test(t, c.network, o, g)
		}
	}
}

// gonum's eyes see what Make made.
func TestNetworksOfChanceAreConnected(t *testing.T) {
	each(t, func(t *testing.T, network string, o topology.Options, g topology.Graph) {
		u := simple.NewUndirectedGraph()
		for n := range g.Nodes {
			u.AddNode(simple.Node(n))
		}
		for _, l := range g.Links {
			if l[0] >= l[1] || u.HasEdgeBetween(int64(l[0]), int64(l[1])) {
				t.Fatalf("%s %+v: link %v is of one node, or the second between the same", network, o, l)
			}
			u.SetEdge(u.NewEdge(simple.Node(l[0]), simple.Node(l[1])))
		}
		if parts := len(topo.ConnectedComponents(u)); parts != 1 || u.Nodes().Len() != g.Nodes {
			t.Errorf("%s %+v: %d parts", network, o, parts)
		}
		if o.Links != 0 && len(g.Links) != o.Links {
			t.Errorf("%s %+v: %d links", network, o, len(g.Links))
		}
		tree := path.DijkstraFrom(simple.Node(g.Client), u)
		for n := range g.Nodes {
			if tree.WeightTo(int64(n)) > tree.WeightTo(int64(g.Server)) {
				t.Errorf("%s %+v: node %d is farther from the client than the server", network, o, n)
			}
		}
	})
}

func TestTheSeedDecides(t *testing.T) {
	seen := map[string]string{}
	each(t, func(t *testing.T, network string, o topology.Options, g topology.Graph) {
		again, err := topology.Make(network, o)
		if err != nil || draw(again) != draw(g) {
			t.Errorf("%s %+v: %v, and another network than before", network, o, err)
		}
		if g.Nodes < 10 {
			return // the full mesh is only one
		}
		if other := seen[draw(g)]; other != "" {
			t.Errorf("%s %+v is as %s", network, o, other)
		}
		seen[draw(g)] = fmt.Sprintf("%s %+v", network, o)
	})
}

// exponent is how steeply the degrees fall from least on, by the estimate of Clauset, Shalizi and Newman (2009, 3.7).
func exponent(degrees []int, least int) float64 {
	n, sum := 0, 0.0
	for _, d := range degrees {
		if d >= least {
			n++
			sum += math.Log(float64(d) / (float64(least) - 0.5))
		}
	}
	return 1 + float64(n)/sum
}

// Preferential attachment has an exponent of 3 where it is large; links between random pairs fall far more steeply.
func TestDegreesHaveAHeavyTail(t *testing.T) {
	degrees := func(network string, o topology.Options) []int {
		g, err := topology.Make(network, o)
		if err != nil {
			t.Fatal(err)
		}
		d := make([]int, g.Nodes)
		for _, l := range g.Links {
			d[l[0]]++
			d[l[1]]++
		}
		slices.Sort(d)
		return d
	}
	for seed := range uint64(10) {
		as := degrees("as:1000", topology.Options{Seed: seed})
		if e := exponent(as, 6); e < 2.3 || e > 3.7 {
			t.Errorf("seed %d: the exponent of as:1000 is %.2f", seed, e)
		}
		if as[0] != 2 || as[500] > 3 || as[999] < 30 {
			t.Errorf("seed %d: degrees of as:1000 are %d, %d in the middle, %d at most", seed, as[0], as[500], as[999])
		}
		even := degrees("random:1000", topology.Options{Seed: seed, Links: 1997})
		if e := exponent(even, 6); e < 4 {
			t.Errorf("seed %d: the exponent of random:1000 is %.2f: the test cannot tell them apart", seed, e)
		}
	}
}

func TestBadNetworks(t *testing.T) {
	for _, c := range []struct {
		network string
		links   int
		want    string
	}{
		{"chian:4", 0, `there is no shape "chian"; did you mean "chain"?`},
		{"Ring:4", 0, `did you mean "ring"?`},
		{"torus:4x4", 0, `Shapes: chain, ring, star, tree, clos, grid, mesh, random, as`},
		{"", 0, `there is no shape ""`},
		{"chain", 0, `chain: expected chain:NODES`},
		{"chain:", 0, `chain:: expected chain:NODES`},
		{"chain:2x3", 0, `chain:2x3: expected chain:NODES`},
		{"clos:2", 0, `clos:2: expected clos:SPINESxLEAVES`},
		{"clos:2x0", 0, `the number of leaves is 1 to 10000, not "0"`},
		{"chain:0", 0, `the number of nodes is 1 to 10000, not "0"`},
		{"chain:-1", 0, `not "-1"`},
		{"chain:10001", 0, `not "10001"`},
		{"chain:twelve", 0, `not "twelve"`},
		{"ring:2", 0, `the number of nodes is 3 to 10000, not "2"`},
		{"mesh:1000", 0, `mesh:1000: a network has at most 10000 nodes and 100000 links`},
		{"star:10000", 0, `star:10000: a network has at most 10000 nodes`},
		{"grid:1000x1000", 0, `at most 10000 nodes`},
		{"tree:10x10000", 0, `at most 10000 nodes`},
		{"clos:9000x9000", 0, `at most 10000 nodes`},
		{"chain:4", 5, `chain:4: the shape says how many links there are; only random takes another number`},
		{"random:5", 3, `random:5: --links is 4 to 10 for so many nodes, not 3`},
		{"random:5", 11, `--links is 4 to 10`},
		{"random:5", -1, `--links is 4 to 10`},
	} {
		_, err := topology.Make(c.network, topology.Options{Links: c.links})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q with %d links: %v\nwant %s", c.network, c.links, err, c.want)
		}
	}
}

// Every shape is listed as it is asked for.
func TestShapesSayHowTheyAreAskedFor(t *testing.T) {
	for _, s := range topology.Shapes() {
		name, form, _ := strings.Cut(s.Form, ":")
		network := name + ":4" + strings.Repeat("x4", strings.Count(form, "x"))
		if g, err := topology.Make(network, topology.Options{}); name != s.Name || err != nil || g.Nodes < 4 || s.Summary == "" {
			t.Errorf("%s: %d nodes, %v", network, g.Nodes, err)
		}
	}
}
