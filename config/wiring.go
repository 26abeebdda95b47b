package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// endForm is what an end of a link looks like.
const endForm = `NODE or NODE:INTERFACE, as "r1" or "r1:up"`

// end is an interface that a link is at.
type end struct{ node, iface string }

func (e end) String() string { return e.node + ":" + e.iface }

// path is that of the interface.
func (e end) path() string { return join(join("nodes", e.node)+".interfaces", e.iface) }

// wiring puts links into the network: the interfaces that exist by them, and
// what happens in each direction.
type wiring struct {
	*source
	file *File
	// taken holds the path of the end at each interface, and named that of each link's name.
	taken map[end]string
	named map[string]string
	// made are the interfaces, by node, that exist by their links alone.
	made map[string][]string
	// vague are the nodes at whose interfaces there may be links with mistakes: all of them, if a link is broken.
	vague  map[string]bool
	broken bool
	nodes  []string
}

// wire wires all links of the file.
func (s *source) wire(f *File) *wiring {
	w := &wiring{s, f, map[end]string{}, map[string]string{}, map[string][]string{}, map[string]bool{}, f.Links == nil && s.has("links"), slices.Sorted(maps.Keys(f.Nodes))}
	for i := range f.Links {
		l, path := &f.Links[i], fmt.Sprintf("links[%d]", i)
		w.checkDirection(l.Both, path+".both")
		for _, node := range slices.Sorted(maps.Keys(l.To)) {
			w.checkDirection(l.To[node], join(path, "to_"+node))
		}
		if l.ends, l.wired = w.between(l.Between, path+".between"); l.wired {
			w.name(l, path)
			w.directions(l, path)
			w.attach(l, path)
		}
	}
	return w
}

// between reads the two ends of a link.
func (w *wiring) between(texts []string, path string) (ends [2]end, ok bool) {
	ok = len(texts) == 2
	for k, text := range texts {
		ok = w.checkEnd(text, fmt.Sprintf("%s[%d]", path, k)) && ok
	}
	if !ok {
		w.broken = true
		return ends, false
	}
	for k, text := range texts {
		node, iface, named := strings.Cut(text, ":")
		if !named {
			iface, _, _ = strings.Cut(texts[1-k], ":")
		}
		ends[k] = end{node, iface}
	}
	if ends[0].node == ends[1].node {
		w.refuse(path+"[1]", fmt.Sprintf("a link from %q to itself", ends[0].node), "two nodes")
		w.broken = true
		return ends, false
	}
	for k, e := range ends {
		ok = w.free(e, fmt.Sprintf("%s[%d]", path, k)) && ok
	}
	for _, e := range ends {
		w.vague[e.node] = w.vague[e.node] || !ok
	}
	return ends, ok
}

// checkEnd checks the words of one end.
func (w *wiring) checkEnd(text, path string) bool {
	at, given := w.places[path]
	node, iface, named := strings.Cut(text, ":")
	_, known := w.file.Nodes[node]
	switch {
	case text == "" && !(given && strings.HasPrefix(w.data[at:], `""`)): // it is no string
		return false
	case !isName(node) || named && !isName(iface):
		w.refuse(path, quote(text)+" is no end of a link", endForm)
		return false
	case !known:
		w.wrong(at, path, quote(node)+" is no node", w.anyNode(), nearest.Word(node, w.nodes))
		return false
	}
	return true
}

// anyNode is the nodes that there are, as far as a line goes.
func (w *wiring) anyNode() string {
	if 0 < len(w.nodes) && len(w.nodes) <= most {
		return oneOf(w.nodes)
	}
	return "the name of a node"
}

// free says whether an interface has neither a TUN nor a link yet.
func (w *wiring) free(e end, path string) bool {
	if before, ok := w.taken[e]; ok {
		w.refuse(path, fmt.Sprintf("%s is already %s (%s)", e, before, w.place(before)), "each interface at one link")
		return false
	}
	if tun := e.path() + ".tun"; w.has(tun) {
		w.refuse(path, fmt.Sprintf("%s has a TUN (%s)", e, w.place(tun)), "an interface without one")
		return false
	}
	return true
}

// name gives the link its name, and wants it for no other.
func (w *wiring) name(l *Link, path string) {
	at, given := path+".name", l.Name != ""
	if given && strings.Trim(l.Name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-") != "" || len(l.Name) > 255 {
		w.refuse(at, quote(l.Name)+" is no name of a link", "1 to 255 of A-Z a-z 0-9 . _ : -")
		return
	}
	if !given {
		l.Name, at = l.ends[0].String()+"-"+l.ends[1].String(), path+".between"
	}
	if before, ok := w.named[l.Name]; ok {
		w.refuse(at, fmt.Sprintf("the name %q is already that of %s (%s)", l.Name, before, w.place(before)), `a "name" of its own for each link`)
		return
	}
	w.named[l.Name] = path
}

// attach puts the ends of a link at their interfaces.
func (w *wiring) attach(l *Link, path string) {
	for k, e := range l.ends {
		at, iface := fmt.Sprintf("%s.between[%d]", path, k), e.path()
		w.taken[e] = at
		node := w.file.Nodes[e.node]
		if node.Interfaces == nil {
			node.Interfaces = map[string]Interface{}
			w.file.Nodes[e.node] = node
		}
		i, listed := node.Interfaces[e.iface]
		if !listed {
			w.places[iface] = w.places[at]
			w.made[e.node] = append(w.made[e.node], e.iface)
		}
		w.mtu(&i, iface, l, 1-k, path)
		node.Interfaces[e.iface] = i
	}
}

// mtu gives an interface the MTU of its link in the direction to the other end, k.
func (w *wiring) mtu(i *Interface, iface string, l *Link, k int, path string) {
	direction := w.origin(l, k, path, "mtu")
	switch {
	case i.MTU != 0 && l.to[k].MTU != 0:
		w.refuse(direction, fmt.Sprintf("%s has an mtu of its own (%s)", l.ends[1-k], w.place(iface+".mtu")), "one of the two")
	case i.MTU != 0:
	case l.to[k].MTU != 0:
		i.MTU, i.mtuAt = l.to[k].MTU, direction
	default:
		i.MTU, i.mtuAt = cmp.Or(l.MTU, defaultMTU), path+".mtu"
	}
}

// origin is the path of a key of the direction to end k: that of to_NODE, or else of both.
func (w *wiring) origin(l *Link, k int, path, key string) string {
	if own := w.toward(l, k, path) + "." + key; w.has(own) {
		return own
	}
	return path + ".both." + key
}

// toward is the path of what happens to packets to end k.
func (w *wiring) toward(l *Link, k int, path string) string { return join(path, "to_"+l.ends[k].node) }

// directions says what happens to packets to each end: a key of to_NODE takes the place of that of both.
func (w *wiring) directions(l *Link, path string) {
	valid := []string{"to_" + l.ends[0].node, "to_" + l.ends[1].node}
	for _, node := range slices.Sorted(maps.Keys(l.To)) {
		if way := join(path, "to_"+node); !slices.Contains(valid, "to_"+node) {
			w.wrong(w.keys[way], way, fmt.Sprintf("%q is no end of the link", node), oneOf(valid), nearest.Word("to_"+node, valid))
		}
	}
	for k, e := range l.ends {
		l.to[k] = l.To[e.node].over(l.Both)
		w.checkMerged(l, k, path)
	}
}

// checkMerged warns of what has no effect in the direction to end k.
func (w *wiring) checkMerged(l *Link, k int, path string) {
	d := l.to[k]
	if d.Queue != nil && d.Rate == nil && d.Trace == nil {
		w.warn(w.origin(l, k, path, "queue"), "nothing waits without a rate or a trace", "")
	}
	if d.Reorder != nil && d.Delay == nil {
		w.warn(w.origin(l, k, path, "reorder"), "nothing is overtaken without a delay", "")
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

// tame says that packets cross the link at once, in both directions.
func (l *Link) tame() bool {
	for _, d := range l.to {
		if d.Rate != nil || d.Trace != nil || d.Delay != nil || len(d.Loss) > 0 || d.Duplicate != nil || d.Reorder != nil || d.Corrupt != nil {
			return false
		}
	}
	return true
}
