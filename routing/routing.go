// Package routing computes shortest paths: which links lead from each node to
// each destination. It knows no packets.
package routing

// Edge is one direction of a link, from one node to another.
type Edge struct {
	From, To int
	// Link is what From calls it: the index of one of its interfaces.
	Link int
	// Metric is its length, at least 1.
	Metric int
}

// Ways says which links lead to each destination.
type Ways struct {
	// Groups are, by node, the sets of links that are used together, each in ascending order. Group 0 is
	// empty: there is no way, or the node is the destination.
	Groups [][][]int
	// Of is, by node and then destination, the index of a group.
	Of [][]uint16
	// Distance is, by node and then destination, the sum of metrics; -1: no way.
	Distance [][]int32
}

// Shortest returns all shortest ways of each node 0 to nodes-1 to each destination,
// which is where it is at home: one node, or several that are the same to senders (anycast).
// Links that are equally short are in one group. A sum of metrics of 2^30 or more is no way. A node that
// has more than 65535 groups, which takes as many destinations, uses one link alone for the rest.
func Shortest(nodes int, edges []Edge, destinations [][]int) *Ways {
	g := newGraph(nodes, edges)
	w := &Ways{Groups: make([][][]int, nodes), Of: make([][]uint16, nodes), Distance: make([][]int32, nodes)}
	of, distance := make([]uint16, nodes*len(destinations)), make([]int32, nodes*len(destinations))
	for n := range nodes {
		from, to := n*len(destinations), (n+1)*len(destinations)
		w.Of[n], w.Distance[n] = of[from:to:to], distance[from:to:to]
		g.distances(n)
		nearest(w.Distance[n], g.distance, destinations)
	}
	s := sets{state: make([]int32, len(destinations))}
	for n := range nodes {
		w.Groups[n] = s.group(g.leaving(int32(n)), w.Distance, w.Distance[n], w.Of[n])
	}
	for i, d := range distance {
		if d == far {
			distance[i] = -1
		}
	}
	return w
}

// nearest is how far each destination is: as far as the nearest of its homes.
func nearest(row, distance []int32, destinations [][]int) {
	for d, homes := range destinations {
		row[d] = far
		for _, home := range homes {
			row[d] = min(row[d], distance[home])
		}
	}
}
