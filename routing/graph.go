package routing

import (
	"cmp"
	"slices"
)

// far is the distance of what cannot be reached, and the longest metric.
const far = 1 << 30

// graph is the edges of a network, by the node that they leave, and room to measure distances.
type graph struct {
	arcs []arc
	// first is, by node, the index of its first edge, and one more: the end.
	first []int
	// unit: all metrics are 1.
	unit bool
	// distance is what distances found, by node.
	distance []int32
	// queue is nodes to visit: in order if all metrics are 1, else a heap.
	queue []visit
}

// arc is an Edge whose node is known.
type arc struct{ to, metric, link int32 }

// visit is a node to visit, in the low half, and how far it was when it was queued, in the high half.
type visit uint64

func (v visit) node() int32     { return int32(v) }
func (v visit) distance() int32 { return int32(v >> 32) }

func visiting(node, distance int32) visit { return visit(distance)<<32 | visit(node) }

func newGraph(nodes int, edges []Edge) *graph {
	edges = slices.Clone(edges)
	slices.SortStableFunc(edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Link, b.Link))
	})
	g := &graph{first: make([]int, nodes+1), unit: true, distance: make([]int32, nodes)}
	for _, e := range edges {
		g.first[e.From+1]++
		g.arcs = append(g.arcs, arc{int32(e.To), int32(min(e.Metric, far)), int32(e.Link)})
		g.unit = g.unit && e.Metric == 1
	}
	for n := range nodes {
		g.first[n+1] += g.first[n]
	}
	return g
}

// leaving returns the arcs that leave a node, in the order of its links.
func (g *graph) leaving(node int32) []arc { return g.arcs[g.first[node]:g.first[node+1]] }

// distances measures from one node to all, into g.distance.
func (g *graph) distances(from int) {
	for n := range g.distance {
		g.distance[n] = far
	}
	g.distance[from] = 0
	g.queue = append(g.queue[:0], visiting(int32(from), 0))
	if g.unit {
		g.breadthFirst()
	} else {
		g.dijkstra()
	}
}

func (g *graph) breadthFirst() {
	for i := 0; i < len(g.queue); i++ {
		v := g.queue[i]
		for _, a := range g.leaving(v.node()) {
			if g.distance[a.to] == far {
				g.distance[a.to] = v.distance() + 1
				g.queue = append(g.queue, visiting(a.to, v.distance()+1))
			}
		}
	}
}

// dijkstra leaves a node in the heap when it is found nearer, and passes over it later.
func (g *graph) dijkstra() {
	for len(g.queue) > 0 {
		v := g.pop()
		if v.distance() > g.distance[v.node()] {
			continue
		}
		for _, a := range g.leaving(v.node()) {
			if d := uint32(v.distance()) + uint32(a.metric); d < uint32(g.distance[a.to]) {
				g.distance[a.to] = int32(d)
				g.push(visiting(a.to, int32(d)))
			}
		}
	}
}

// push adds to the heap: container/heap would allocate for each.
func (g *graph) push(v visit) {
	g.queue = append(g.queue, v)
	i := len(g.queue) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if g.queue[parent] <= v {
			break
		}
		g.queue[i] = g.queue[parent]
		i = parent
	}
	g.queue[i] = v
}

// pop takes the nearest from the heap.
func (g *graph) pop() visit {
	top, last := g.queue[0], g.queue[len(g.queue)-1]
	g.queue = g.queue[:len(g.queue)-1]
	if len(g.queue) == 0 {
		return top
	}
	i := 0
	for child := 1; child < len(g.queue); child = 2*i + 1 {
		if child+1 < len(g.queue) && g.queue[child+1] < g.queue[child] {
			child++
		}
		if g.queue[child] >= last {
			break
		}
		g.queue[i] = g.queue[child]
		i = child
	}
	g.queue[i] = last
	return top
}
