package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// printKnobs prints the knobs of a node, and what it has of the vendor that it is
// like. The rates are not among them: they are printed as they come out.
func printKnobs(w io.Writer, n Node) {
	said := n.knobs()
	if len(said) > 0 {
		fmt.Fprintf(w, "  with\t%s\n", strings.Join(said, ", "))
	}
	if n.Like == "" {
		return
	}
	habits := slices.DeleteFunc(n.over(n.habits()).knobs(), func(knob string) bool { return slices.Contains(said, knob) })
	fmt.Fprintf(w, "  like\t%s", n.Like)
	if len(habits) > 0 {
		fmt.Fprintf(w, ": %s", strings.Join(habits, ", "))
	}
	fmt.Fprintln(w)
}

// knobs lists those of a node, but for rates, that are not as by default.
func (n Node) knobs() []string {
	set := knobs(n, "routes_file", "like", "loopbacks")
	add := func(prefix string, object any) {
		for _, knob := range knobs(object) {
			set = append(set, prefix+knob)
		}
	}
	add("multipath.", n.Multipath)
	add("icmp.", n.ICMP)
	for kind, p := range n.ICMP.said() {
		at := "icmp." + sayings[kind] + "."
		add(at, *p.Policy)
		if p.Limit != nil {
			add(at+"limit.", *p.Limit)
		}
		if p.Quoted != nil {
			add(at+"quoted.", *p.Quoted)
		}
		if p.Quoted != nil && p.Quoted.Outer != nil {
			add(at+"quoted.outer.", *p.Quoted.Outer)
		}
		if len(p.overrides) > 0 {
			set = append(set, fmt.Sprintf("%soverrides %d", at, len(p.overrides)))
		}
	}
	return set
}
