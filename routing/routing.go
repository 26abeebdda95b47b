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
// Links that are equally short are in one group.
func Shortest(nodes int, edges []Edge, destinations [][]int) *Ways { panic("not yet") }
