package config

import (
	"cmp"
	"slices"

	"github.com/icmprouter/icmprouter/network"
)

// routings translates the words for what computes routes.
var routings = map[string]network.Routing{"": network.Static, "static": network.Static, "shortest-path": network.ShortestPath}

// seed is what all chances come from.
func (f *File) seed() uint64 {
	if f.Seed == nil {
		return 1
	}
	return uint64(*f.Seed)
}

// planLinks returns the links between the nodes of a plan.
func (f *File) planLinks(nodes []network.Node) (links []network.Link) {
	if len(f.Links) == 0 {
		return nil
	}
	at := map[end]network.End{}
	for n := range nodes {
		for i := range nodes[n].Interfaces {
			at[end{nodes[n].Name, nodes[n].Interfaces[i].Name}] = network.End{Node: n, Interface: i}
		}
	}
	links = make([]network.Link, 0, len(f.Links))
	for i := range f.Links {
		l := &f.Links[i]
		p := network.Link{Name: l.Name, Down: l.Up != nil && !*l.Up}
		for k, e := range l.ends {
			p.Ends[k] = at[e]
			p.To[k] = l.to[k].plan()
			p.Metric[k] = cmp.Or(l.to[k].Metric, l.Metric, 1)
		}
		links = append(links, p)
	}
	return slices.Clip(links)
}
