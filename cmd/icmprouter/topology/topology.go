// Package topology makes networks of well-known shapes, and writes them as a configuration.
package topology

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// Graph is the nodes and links of a network. Nodes are numbers from 0 on.
type Graph struct {
	Nodes int
	// Links are pairs of nodes, never the same two twice.
	Links [][2]int
	// Client and Server are two nodes that are far from each other.
	Client, Server int
}

// Shape is a kind of network.
type Shape struct {
	Name string
	// Form is how it is asked for: the name, and what its numbers are.
	Form string
	// Summary says what it is.
	Summary string
	numbers []number
	build   func(n []int, o Options) (Graph, error)
}

// number is one of a shape, in its form and in words, and the least that it is.
type number struct {
	what  string
	least int
}

// Options are what some shapes are asked for besides.
type Options struct {
	// Seed is what all chances come from.
	Seed uint64
	// Links is how many a random network has. Zero: three for two nodes.
	Links int
}

func (o Options) random() *rand.Rand { return rand.New(rand.NewPCG(o.Seed, 0)) }

// How large a network may be.
const (
	mostNodes = 10_000
	mostLinks = 100_000
)

// Shapes are all that Make knows.
func Shapes() []Shape { return shapes }

var shapes = []Shape{
	{"chain", "chain:NODES", "nodes in a row", []number{{"nodes", 1}}, chain},
	{"ring", "ring:NODES", "nodes in a circle; two ways to each", []number{{"nodes", 3}}, ring},
	{"star", "star:LEAVES", "r1, and leaves that are linked to it alone", []number{{"leaves", 1}}, star},
	{"tree", "tree:CHILDRENxLEVELS", "r1, its children, theirs, …: levels in all, r1 among them", []number{{"children", 1}, {"levels", 1}}, tree},
	{"clos", "clos:SPINESxLEAVES", "each spine is linked to each leaf: as many equal ways as spines; r1 is the first spine", []number{{"spines", 1}, {"leaves", 1}}, clos},
	{"grid", "grid:ROWSxCOLUMNS", "each node is linked to those beside, above and below it", []number{{"rows", 1}, {"columns", 1}}, grid},
	{"mesh", "mesh:NODES", "each node is linked to each other", []number{{"nodes", 1}}, mesh},
	{"random", "random:NODES", "each node is linked to one before it, and random pairs to each other, --links in all: connected", []number{{"nodes", 1}}, random},
	{"as", "as:NODES", "like the autonomous systems of the Internet, few with many links and many with few: preferential attachment, two links for each new node (Barabási and Albert 1999)", []number{{"nodes", 3}}, preferential},
}

// Make returns the network of a shape and its numbers, as clos:2x4.
func Make(network string, o Options) (Graph, error) {
	name, sizes, _ := strings.Cut(network, ":")
	shape, err := find(name)
	if err != nil {
		return Graph{}, err
	}
	if o.Links != 0 && shape.Name != "random" {
		return Graph{}, fmt.Errorf("%s: the shape says how many links there are; only random takes another number", network)
	}
	n, err := shape.read(sizes)
	if err != nil {
		return Graph{}, fmt.Errorf("%s: %w", network, err)
	}
	g, err := shape.build(n, o)
	if err == nil {
		err = g.fits()
	}
	if err != nil {
		return Graph{}, fmt.Errorf("%s: %w", network, err)
	}
	return g, nil
}

// find returns the shape of a name, or names the nearest.
func find(name string) (Shape, error) {
	var names []string
	for _, s := range shapes {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Shape{}, fmt.Errorf("there is no shape %q%s\nShapes: %s", name, nearest.Hint(name, names), strings.Join(names, ", "))
}

// read reads the numbers of a shape.
func (s Shape) read(sizes string) (n []int, err error) {
	words := strings.Split(sizes, "x")
	if sizes == "" || len(words) != len(s.numbers) {
		return nil, fmt.Errorf("expected %s", s.Form)
	}
	for i, word := range words {
		v, err := strconv.Atoi(word)
		if of := s.numbers[i]; err != nil || v < of.least || v > mostNodes {
			return nil, fmt.Errorf("the number of %s is %d to %d, not %q", of.what, of.least, mostNodes, word)
		}
		n = append(n, v)
	}
	return n, nil
}

// fits says whether the network is small enough.
func (g Graph) fits() error {
	if g.Nodes > mostNodes || len(g.Links) > mostLinks {
		return errTooLarge
	}
	return nil
}

var errTooLarge = fmt.Errorf("a network has at most %d nodes and %d links", mostNodes, mostLinks)

// link adds a link, but none from a node to itself, and says whether there is room for more.
func (g *Graph) link(a, b int) bool {
	if a != b {
		g.Links = append(g.Links, [2]int{min(a, b), max(a, b)})
	}
	return len(g.Links) <= mostLinks
}

// apart puts the client on a node, and the server on the one that is farthest, the last of several.
func (g Graph) apart(client int) Graph {
	g.Client = client
	g.Server, _ = g.farthest(client)
	return g
}

// farthest is the last of the nodes that most links lie before, and how many.
func (g Graph) farthest(from int) (node, links int) {
	neighbors := make([][]int, g.Nodes)
	for _, l := range g.Links {
		neighbors[l[0]], neighbors[l[1]] = append(neighbors[l[0]], l[1]), append(neighbors[l[1]], l[0])
	}
	distance := make([]int, g.Nodes)
	distance[from] = 1
	farthest := from
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if distance[n] > distance[farthest] || distance[n] == distance[farthest] && n > farthest {
			farthest = n
		}
		for _, next := range neighbors[n] {
			if distance[next] == 0 {
				distance[next] = distance[n] + 1
				queue = append(queue, next)
			}
		}
	}
	return farthest, distance[farthest] - 1
}
