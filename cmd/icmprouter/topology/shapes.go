package topology

import "fmt"

func chain(n []int, _ Options) (Graph, error) {
	g := Graph{Nodes: n[0]}
	for i := range g.Nodes - 1 {
		g.link(i, i+1)
	}
	return g.apart(0), nil
}

func ring(n []int, _ Options) (Graph, error) {
	g := Graph{Nodes: n[0]}
	for i := range g.Nodes {
		g.link(i, (i+1)%g.Nodes)
	}
	return g.apart(0), nil
}

func star(n []int, _ Options) (Graph, error) {
	g := Graph{Nodes: 1 + n[0]}
	for leaf := 1; leaf < g.Nodes; leaf++ {
		g.link(0, leaf)
	}
	return g.apart(1), nil
}

// tree numbers the nodes level by level; the client is on the first leaf.
func tree(n []int, _ Options) (Graph, error) {
	children, levels := n[0], n[1]
	g := Graph{Nodes: 1}
	leaf := 0
	for level, width := 1, 1; level < levels; level++ {
		width *= children
		leaf = g.Nodes
		g.Nodes += width
		if g.Nodes > mostNodes {
			return g, errTooLarge
		}
	}
	for i := 1; i < g.Nodes; i++ {
		g.link((i-1)/children, i)
	}
	return g.apart(leaf), nil
}

// clos numbers the spines first; the client is on the first leaf.
func clos(n []int, _ Options) (Graph, error) {
	spines, leaves := n[0], n[1]
	g := Graph{Nodes: spines + leaves}
	for leaf := range leaves {
		for spine := range spines {
			if !g.link(spine, spines+leaf) {
				return g, errTooLarge
			}
		}
	}
	g.Client, g.Server = spines, g.Nodes-1
	return g, nil
}

func grid(n []int, _ Options) (Graph, error) {
	rows, columns := n[0], n[1]
	g := Graph{Nodes: rows * columns}
	if g.Nodes > mostNodes {
		return g, errTooLarge
	}
	for i := range g.Nodes {
		if (i+1)%columns != 0 {
			g.link(i, i+1)
		}
		if i+columns < g.Nodes {
			g.link(i, i+columns)
		}
	}
	return g.apart(0), nil
}

func mesh(n []int, _ Options) (Graph, error) {
	g := Graph{Nodes: n[0]}
	for i := range g.Nodes {
		for j := range i {
			if !g.link(j, i) {
				return g, errTooLarge
			}
		}
	}
	return g.apart(0), nil
}

// random is a tree, each node at one before it, and links between pairs that have none yet.
func random(n []int, o Options) (Graph, error) {
	g := Graph{Nodes: n[0]}
	least, most := g.Nodes-1, min(g.Nodes*(g.Nodes-1)/2, mostLinks)
	links := o.Links
	if links == 0 {
		links = min(g.Nodes*3/2, most)
	}
	if links < least || links > most {
		return g, fmt.Errorf("--links is %d to %d for so many nodes, not %d", least, most, links)
	}
	chance, linked := o.random(), map[[2]int]bool{}
	for i := 1; i < g.Nodes; i++ {
		pair := [2]int{chance.IntN(i), i}
		linked[pair] = true
		g.link(pair[0], pair[1])
	}
	for len(g.Links) < links {
		a, b := chance.IntN(g.Nodes), chance.IntN(g.Nodes)
		if pair := [2]int{min(a, b), max(a, b)}; a != b && !linked[pair] {
			linked[pair] = true
			g.link(a, b)
		}
	}
	end, _ := g.farthest(0)
	return g.apart(end), nil
}

// preferential links each new node to two others, the more likely the more links they have.
func preferential(n []int, o Options) (Graph, error) {
	g := Graph{Nodes: n[0]}
	chance, ends := o.random(), []int{0, 1} // a node is there once for each of its links
	g.link(0, 1)
	for i := 2; i < g.Nodes; i++ {
		a, b := ends[chance.IntN(len(ends))], ends[chance.IntN(len(ends))]
		for a == b {
			b = ends[chance.IntN(len(ends))]
		}
		g.link(a, i)
		g.link(b, i)
		ends = append(ends, a, b, i, i)
	}
	end, _ := g.farthest(0)
	return g.apart(end), nil
}
