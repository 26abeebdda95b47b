package routing

import (
	"cmp"
	"slices"
)

// far is the distance of what cannot be reached. Its sum with a metric below it fits.
const far = 1 << 30

// graph is the edges of a network, by the node that they leave, and room to measure distances.
type graph struct {
	edges []Edge
	// first is, by node, the index of its first edge, and one more: the end.
	first []int
	// unit: all metrics are 1.
	unit bool
	// distance is what distances found, by node.
	distance []int32
	// queue is nodes to visit: in order if all metrics are 1, else a heap.
	queue []visit
}

// visit is a node to visit, and how far it was when it was queued.
type visit struct{ distance, node int32 }

func newGraph(nodes int, edges []Edge) *graph {
	g := &graph{edges: slices.Clone(edges), first: make([]int, nodes+1), unit: true, distance: make([]int32, nodes)}
	slices.SortStableFunc(g.edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Link, b.Link))
	})
	for _, e := range g.edges {
		g.first[e.From+1]++
		g.unit = g.unit && e.Metric == 1
	}
	for n := range nodes {
		g.first[n+1] += g.first[n]
	}
	return g
}

// leaving returns the edges that leave a node, in the order of its links.
func (g *graph) leaving(node int) []Edge { return g.edges[g.first[node]:g.first[node+1]] }

// distances measures from one node to all, into g.distance.
func (g *graph) distances(from int) {
	for n := range g.distance {
		g.distance[n] = far
	}
	g.distance[from] = 0
	g.queue = append(g.queue[:0], visit{0, int32(from)})
	if g.unit {
		g.breadthFirst()
	} else {
		g.dijkstra()
	}
}

func (g *graph) breadthFirst() {
	for i := 0; i < len(g.queue); i++ {
		v := g.queue[i]
		for _, e := range g.leaving(int(v.node)) {
			if g.distance[e.To] == far {
				g.distance[e.To] = v.distance + 1
				g.queue = append(g.queue, visit{v.distance + 1, int32(e.To)})
			}
		}
	}
}

// dijkstra leaves a node in the heap when it is found nearer, and passes over it later.
func (g *graph) dijkstra() {
	for len(g.queue) > 0 {
		v := g.pop()
		if v.distance > g.distance[v.node] {
			continue
		}
		for _, e := range g.leaving(int(v.node)) {
			if d := int(v.distance) + e.Metric; d < int(g.distance[e.To]) {
				g.distance[e.To] = int32(d)
				g.push(visit{int32(d), int32(e.To)})
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
		if g.queue[parent].distance <= v.distance {
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
		if child+1 < len(g.queue) && g.queue[child+1].distance < g.queue[child].distance {
			child++
		}
		if g.queue[child].distance >= last.distance {
			break
		}
		g.queue[i] = g.queue[child]
		i = child
	}
	g.queue[i] = last
	return top
}
