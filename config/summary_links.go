package config

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/network"
)

// farEnds returns, for each interface at a link, the other end.
func (f *File) farEnds() map[end]string {
	far := map[end]string{}
	for i := range f.Links {
		ends := f.Links[i].ends
		far[ends[0]], far[ends[1]] = ends[1].String(), ends[0].String()
	}
	return far
}

// printLinks prints a line for each link.
func (f *File) printLinks(b io.Writer) {
	if len(f.Links) == 0 {
		return
	}
	fmt.Fprint(b, "\nlinks\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for i := range f.Links {
		fmt.Fprintf(w, "  %s\t%s\n", f.Links[i].Name, f.Links[i].words())
	}
	w.Flush()
}

// words says what a link does to packets.
func (l *Link) words() string {
	var parts []string
	if l.Up != nil && !*l.Up {
		parts = append(parts, "down")
	}
	if l.Metric > 1 {
		parts = append(parts, fmt.Sprintf("metric %d", l.Metric))
	}
	one, other := l.to[0].words(), l.to[1].words()
	switch {
	case one == other && one != "":
		parts = append(parts, one)
	case one != other:
		for k, words := range [2]string{one, other} {
			parts = append(parts, fmt.Sprintf("to %s: %s", l.ends[k].node, cmp.Or(words, "at once")))
		}
	}
	return cmp.Or(strings.Join(parts, "; "), "at once")
}

// words says what happens to packets in one direction, in the order in which it happens.
func (d Direction) words() string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if d.Metric != 0 {
		say("metric %d", d.Metric)
	}
	for i := range d.Loss {
		say("loss %s", d.Loss[i].words())
	}
	if d.Queue != nil {
		say("queue %s", cmp.Or(strings.Join(knobs(*d.Queue), " "), "of 1000 packets"))
	}
	if d.Rate != nil {
		say("rate %s", strings.Join(append([]string{d.Rate.Rate}, knobs(*d.Rate, "rate")...), " "))
	}
	if d.Trace != nil {
		say("trace %s", d.Trace.File)
	}
	if c := d.Corrupt; c != nil {
		say("corrupt %s", strings.Join(append([]string{often(c.Probability, c.Every)}, append(knobs(*c, "probability", "every"), c.Match.words()...)...), " "))
	}
	if c := d.Duplicate; c != nil {
		say("duplicate %s", strings.Join(append([]string{often(c.Probability, c.Every)}, append(knobs(*c, "probability", "every"), c.Match.words()...)...), " "))
	}
	if d.Delay != nil {
		say("delay %s", strings.Join(append([]string{cmp.Or(d.Delay.Mean, "0s")}, knobs(*d.Delay, "mean")...), " "))
	}
	if r := d.Reorder; r != nil {
		say("reorder %s", strings.Join(append([]string{often(r.Probability, r.Every)}, append(knobs(*r, "probability", "every"), r.Match.words()...)...), " "))
	}
	return strings.Join(parts, ", ")
}

func often(probability string, every int) string {
	if every > 0 {
		return fmt.Sprintf("every %d", every)
	}
	return probability
}

func (l Loss) words() string {
	words := []string{often(l.Probability, l.Every)}
	if g := l.Gilbert; g != nil {
		words = append([]string{"gilbert"}, knobs(*g)...)
	}
	if l.Fates != "" {
		words = []string{"fates " + l.Fates}
	}
	words = append(words, knobs(l, "probability", "every", "fates")...)
	return strings.Join(append(words, l.Match.words()...), " ")
}

// words says what matches, if not everything does.
func (m Match) words() []string {
	set := knobs(m)
	if m.From.IsValid() {
		set = append(set, "from "+m.From.String())
	}
	if m.To.IsValid() {
		set = append(set, "to "+m.To.String())
	}
	if len(set) == 0 {
		return nil
	}
	return []string{"(" + strings.Join(set, ", ") + ")"}
}

// mostLines is how many kinds of one thing are printed of a large network.
const mostLines = 16

// printNetwork prints a large network: how many there are of each kind, and what comes in where.
func (f *File) printNetwork(b io.Writer, p network.Plan) {
	interfaces, tuns, routes := 0, 0, 0
	with, behaviors := map[string]int{}, map[string]int{}
	for _, n := range p.Nodes {
		interfaces, routes = interfaces+len(n.Interfaces), routes+len(n.Routes)
		with[strings.Join(f.Nodes[n.Name].knobs(), ", ")]++
	}
	for i := range f.Links {
		behaviors[f.Links[i].words()]++
	}
	fmt.Fprintf(b, "network\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintf(w, "  nodes\t%d\twith %d interfaces and %d routes\n", len(p.Nodes), interfaces, routes)
	delete(with, "")
	printKinds(w, with, "with ")
	fmt.Fprintf(w, "  links\t%d\tin all\n", len(f.Links))
	printKinds(w, behaviors, "")
	for _, n := range p.Nodes {
		for _, i := range n.Interfaces {
			if i.Device.Name == "" {
				continue
			}
			if tuns++; tuns <= mostLines {
				fmt.Fprintf(w, "  %s\tat %s:%s\t%s, router %s\n", i.Device, n.Name, i.Name, list(i.Device.Addresses), list(i.Addresses[:len(f.Nodes[n.Name].Interfaces[i.Name].Addresses)]))
			}
		}
	}
	if tuns > mostLines {
		fmt.Fprintf(w, "  …\t\tand %d TUNs more\n", tuns-mostLines)
	}
	for _, family := range []netip.Prefix{f.Addressing.V4, f.Addressing.V6} {
		if family.IsValid() {
			links, tuns, loopbacks := regions(family)
			fmt.Fprintf(w, "  %s\tnumbers\tlinks from %s, TUNs from %s, loopbacks from %s\n", family, links.base, tuns.base, loopbacks.base.Next())
		}
	}
}

// printKinds prints how many there are of each kind, the most first.
func printKinds(w io.Writer, kinds map[string]int, prefix string) {
	order := slices.SortedFunc(maps.Keys(kinds), func(a, b string) int {
		return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b))
	})
	for i, kind := range order {
		if i == mostLines {
			fmt.Fprintf(w, "  \t…\tand %d kinds more\n", len(order)-i)
			return
		}
		fmt.Fprintf(w, "  \t%d\t%s%s\n", kinds[kind], prefix, kind)
	}
}

func addresses(all []netip.Addr) string {
	text := make([]string, len(all))
	for i, a := range all {
		text[i] = a.String()
	}
	return strings.Join(text, ", ")
}
