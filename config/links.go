package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/network"
)

// end is an interface that a link is at.
type end struct{ node, iface string }

func (e end) String() string { return e.node + ":" + e.iface }

// wiring puts links into the network: the interfaces that exist by them, and
// what happens in each direction.
type wiring struct {
	*source
	file *File
	// taken holds the path of the link at each interface, and named that of each link.
	taken map[end]string
	named map[string]string
}

// wire wires all links of the file.
func (s *source) wire(f *File) *wiring {
	w := &wiring{s, f, map[end]string{}, map[string]string{}}
	for i := range f.Links {
		path := fmt.Sprintf("links[%d]", i)
		l := &f.Links[i]
		ends, ok := w.between(l.Between, path+".between")
		if !ok {
			continue
		}
		l.ends, l.wired = ends, true
		l.Name = cmp.Or(l.Name, ends[0].String()+"-"+ends[1].String())
		w.directions(l, path)
		for k, e := range ends {
			w.attach(l, e, k, path)
		}
	}
	return w
}

// between reads the two ends of a link.
func (w *wiring) between(texts []string, path string) (ends [2]end, ok bool) {
	if len(texts) != 2 {
		return ends, false
	}
	ok = true
	for k, text := range texts {
		node, iface, named := strings.Cut(text, ":")
		if !named {
			iface, _, _ = strings.Cut(texts[1-k], ":")
		}
		ends[k] = end{node, iface}
		_, known := w.file.Nodes[node]
		ok = ok && known
	}
	return ends, ok
}

// attach puts one end of a link, the kth, at its interface.
func (w *wiring) attach(l *Link, e end, k int, path string) {
	at := fmt.Sprintf("%s.between[%d]", path, k)
	node := w.file.Nodes[e.node]
	if node.Interfaces == nil {
		node.Interfaces = map[string]Interface{}
		w.file.Nodes[e.node] = node
	}
	i, listed := node.Interfaces[e.iface]
	if iface := join(join("nodes", e.node)+".interfaces", e.iface); !listed {
		w.places[iface] = w.places[at]
	}
	w.taken[e] = at
	i.MTU = cmp.Or(i.MTU, l.to[1-k].MTU, l.MTU, defaultMTU)
	node.Interfaces[e.iface] = i
}

// directions says what happens to packets to each end: a key of to_NODE takes the place of that of both.
func (w *wiring) directions(l *Link, path string) {
	for k, e := range l.ends {
		l.to[k] = l.To[e.node].over(l.Both)
	}
}

// over is d, with the keys that it leaves out taken from base.
func (d Direction) over(base Direction) Direction {
	if d.Rate == nil && d.Trace == nil {
		d.Rate, d.Trace = base.Rate, base.Trace
	}
	d.MTU, d.Metric = cmp.Or(d.MTU, base.MTU), cmp.Or(d.Metric, base.Metric)
	d.Queue, d.Delay = cmp.Or(d.Queue, base.Queue), cmp.Or(d.Delay, base.Delay)
	d.Duplicate, d.Reorder, d.Corrupt = cmp.Or(d.Duplicate, base.Duplicate), cmp.Or(d.Reorder, base.Reorder), cmp.Or(d.Corrupt, base.Corrupt)
	if d.Loss == nil {
		d.Loss = base.Loss
	}
	return d
}

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
