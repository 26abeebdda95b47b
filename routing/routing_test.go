package routing_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/graph/path"
	"gonum.org/v1/gonum/graph/simple"

	"github.com/icmprouter/icmprouter/routing"
)

// both returns the two directions of a link, each called by the index that its node has for it.
func both(a, linkA, b, linkB, metric int) []routing.Edge {
	return []routing.Edge{{From: a, To: b, Link: linkA, Metric: metric}, {From: b, To: a, Link: linkB, Metric: metric}}
}

// network is random nodes and links. Some directions are missing, as links that are cut are, and
// some links are double.
func network(random *rand.Rand, nodes, links, metric int) (edges []routing.Edge) {
	degree := make([]int, nodes)
	for range links {
		a, b := random.IntN(nodes), random.IntN(nodes)
		if a == b {
			continue
		}
		pair := both(a, degree[a], b, degree[b], 1)
		pair[0].Metric, pair[1].Metric = 1+random.IntN(metric), 1+random.IntN(metric)
		degree[a]++
		degree[b]++
		edges = append(edges, pair[:1+min(1, random.IntN(8))]...)
	}
	random.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
	return edges
}

// homes is each node alone, and some sets of nodes; the last is nowhere.
func homes(random *rand.Rand, nodes int) (destinations [][]int) {
	for n := range nodes {
		destinations = append(destinations, []int{n})
	}
	for range nodes {
		var several []int
		for range 1 + random.IntN(4) {
			several = append(several, random.IntN(nodes))
		}
		destinations = append(destinations, several)
	}
	return append(destinations, nil)
}

// oracle is gonum's distances: to a set of nodes, those to a node more that all of them lead to for nothing.
func oracle(nodes int, edges []routing.Edge, home []int) func(from int) (int, bool) {
	g := simple.NewWeightedDirectedGraph(0, -1)
	for n := range nodes + 1 {
		g.AddNode(simple.Node(n))
	}
	for _, e := range edges { // from the destination on
		from, to := simple.Node(e.To), simple.Node(e.From)
		if old := g.WeightedEdge(int64(e.To), int64(e.From)); old == nil || old.Weight() > float64(e.Metric) {
			g.SetWeightedEdge(g.NewWeightedEdge(from, to, float64(e.Metric)))
		}
	}
	for _, n := range home {
		g.SetWeightedEdge(g.NewWeightedEdge(simple.Node(nodes), simple.Node(n), 0))
	}
	tree := path.DijkstraFrom(simple.Node(nodes), g)
	return func(from int) (int, bool) {
		way, weight := tree.To(int64(from))
		return int(weight), way != nil
	}
}

func TestWaysAreTheShortest(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 5))
		nodes := 2 + random.IntN(30)
		edges := network(random, nodes, 1+random.IntN(3*nodes), []int{1, 3, 65535}[seed%3])
		destinations := homes(random, nodes)
		ways := routing.Shortest(nodes, edges, destinations)
		for d, home := range destinations {
			distance := oracle(nodes, edges, home)
			for n := range nodes {
				want, reached := distance(n)
				if !reached {
					want = -1
				}
				if got := int(ways.Distance[n][d]); got != want {
					t.Fatalf("seed %d: from %d to %v: distance %d, gonum says %d", seed, n, home, got, want)
				}
				var links []int
				for _, e := range edges {
					if far, ok := distance(e.To); e.From == n && ok && reached && want > 0 && e.Metric+far == want {
						links = append(links, e.Link)
					}
				}
				slices.Sort(links)
				if got := ways.Groups[n][ways.Of[n][d]]; !slices.Equal(got, links) {
					t.Fatalf("seed %d: from %d to %v: links %v, want %v", seed, n, home, got, links)
				}
			}
		}
	}
}

// A set of links is there once, however many destinations have it, and the first is none.
func TestGroupsAreShared(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const nodes = 100
	edges := network(random, nodes, 300, 2)
	ways := routing.Shortest(nodes, edges, homes(random, nodes))
	several := 0
	for n, groups := range ways.Groups {
		if len(groups[0]) != 0 {
			t.Errorf("node %d: group 0 is %v", n, groups[0])
		}
		seen := map[string]bool{}
		for _, g := range groups {
			if key := fmt.Sprint(g); seen[key] {
				t.Errorf("node %d: %v is there twice", n, g)
			} else {
				seen[key] = true
			}
			if len(g) > 1 {
				several++
			}
		}
	}
	if several == 0 {
		t.Error("no group has several links: the test looks at the wrong network")
	}
}

// Two edges by one link, as where several nodes are on it, are one way.
func TestALinkIsInAGroupOnce(t *testing.T) {
	edges := slices.Concat(both(0, 7, 1, 0, 1), both(0, 7, 2, 0, 1), both(1, 1, 3, 0, 1), both(2, 1, 3, 1, 1))
	ways := routing.Shortest(4, edges, [][]int{{3}})
	if got := ways.Groups[0][ways.Of[0][0]]; !reflect.DeepEqual(got, []int{7}) {
		t.Errorf("links %v, want 7 once", got)
	}
}

// Anycast: each node has the nearest, and both where they are equally near.
func TestTheNearestHomeDecides(t *testing.T) {
	// 0 - 1 - 2 - 3 - 4
	var edges []routing.Edge
	for n := range 4 {
		edges = append(edges, both(n, 1, n+1, 0, 10)...)
	}
	ways := routing.Shortest(5, edges, [][]int{{0, 4}})
	for n, want := range [][]int{nil, {0}, {0, 1}, {1}, nil} {
		if got := ways.Groups[n][ways.Of[n][0]]; !slices.Equal(got, want) {
			t.Errorf("node %d: links %v, want %v", n, got, want)
		}
	}
	if got := ways.Distance[2][0]; got != 20 {
		t.Errorf("distance %d, want 20", got)
	}
}

func TestAWayThatIsTooLongIsNone(t *testing.T) {
	const half = 1 << 29
	edges := slices.Concat(both(0, 0, 1, 0, half), both(1, 1, 2, 0, half-1), both(2, 1, 3, 0, 1), both(0, 9, 3, 9, 1<<40))
	ways := routing.Shortest(4, edges, [][]int{{0}, {1}, {2}, {3}})
	if want := []int32{0, half, 2*half - 1, -1}; !slices.Equal(ways.Distance[0], want) {
		t.Errorf("distances %v, want %v", ways.Distance[0], want)
	}
	if group := ways.Of[0][3]; group != 0 {
		t.Errorf("links %v to what is too far", ways.Groups[0][group])
	}
}

// Nodes and destinations that are not there are no case of their own.
func TestNothing(t *testing.T) {
	routing.Shortest(0, nil, nil)
	ways := routing.Shortest(2, nil, [][]int{{1}})
	if ways.Distance[0][0] != -1 || ways.Distance[1][0] != 0 {
		t.Errorf("distances %v", ways.Distance)
	}
}

// More sets of links than there are numbers: what is left over has one link, and it is a right one.
func TestMoreGroupsThanNumbers(t *testing.T) {
	const links = 17 // from node 0 to nodes 1 to 17, one of which is next to each destination
	var edges []routing.Edge
	for l := range links {
		edges = append(edges, both(0, l, 1+l, 0, 1)...)
	}
	destinations := make([][]int, 1<<links)
	for d := range destinations {
		for l := range links {
			if d>>l&1 == 1 {
				destinations[d] = append(destinations[d], 1+l)
			}
		}
	}
	ways := routing.Shortest(1+links, edges, destinations)
	if len(ways.Groups[0]) > 1<<16 {
		t.Fatalf("%d groups", len(ways.Groups[0]))
	}
	alone := 0
	for d, home := range destinations {
		got := ways.Groups[0][ways.Of[0][d]]
		for i := range got {
			if !slices.Contains(home, got[i]+1) {
				t.Fatalf("to %v: link %d", home, got[i])
			}
		}
		switch {
		case len(got) == len(home):
		case len(got) == 1:
			alone++
		default:
			t.Fatalf("to %v: links %v", home, got)
		}
	}
	if alone == 0 || alone > len(destinations)/2+100 {
		t.Errorf("%d destinations have one link of several", alone)
	}
}

// thousand is the network of the issue: 1000 nodes, 2000 links, and what they are destinations of.
func thousand(metric int) (edges []routing.Edge, destinations [][]int) {
	random := rand.New(rand.NewPCG(1, 1))
	degree := make([]int, 1000)
	for n := range 2000 {
		a, b := n%1000, random.IntN(1000)
		if n < 1000 {
			b = random.IntN(max(1, n))
		}
		if a == b {
			b = (a + 1) % 1000
		}
		edges = append(edges, both(a, degree[a], b, degree[b], 1+random.IntN(metric))...)
		degree[a]++
		degree[b]++
		destinations = append(destinations, []int{a, b})
	}
	for n := range 1000 {
		destinations = append(destinations, []int{n})
	}
	return edges, destinations
}

func BenchmarkShortest(b *testing.B) {
	for _, metric := range []int{1, 10} {
		b.Run(fmt.Sprintf("metric%d", metric), func(b *testing.B) {
			edges, destinations := thousand(metric)
			b.ReportAllocs()
			for b.Loop() {
				routing.Shortest(1000, edges, destinations)
			}
		})
	}
}

// BenchmarkGonum is the distances of all nodes alone, by gonum.
func BenchmarkGonum(b *testing.B) {
	edges, _ := thousand(10)
	g := simple.NewWeightedDirectedGraph(0, -1)
	for _, e := range edges {
		g.SetWeightedEdge(g.NewWeightedEdge(simple.Node(e.From), simple.Node(e.To), float64(e.Metric)))
	}
	b.ReportAllocs()
	for b.Loop() {
		path.DijkstraAllPaths(g)
	}
}
