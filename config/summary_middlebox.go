package config

import (
	"fmt"
	"io"
	"strings"
)

// printBoxes prints what is on the link of an interface besides the other end: boxes, and a tunnel.
func printBoxes(w io.Writer, i Interface) {
	for _, b := range []struct {
		where string
		*Box
	}{{"box out", i.Middlebox.Out}, {"box in", i.Middlebox.In}} {
		if b.Box != nil {
			fmt.Fprintf(w, "  \t%s\t%s\n", b.where, b.words())
		}
	}
	if t := i.Tunnel; t != nil {
		fmt.Fprintf(w, "  \ttunnel\t%s\n", strings.Join(knobs(*t), ", "))
	}
}

// words says what a box does, in the order in which it does it.
func (b *Box) words() string {
	var parts []string
	say := func(set []string, but string) {
		for _, knob := range set {
			if strings.HasPrefix(knob, but) {
				parts = append(parts, knob)
			}
		}
	}
	set := knobs(*b)
	say(set, "drop_above")
	say(set, "super_packets")
	say(set, "extension_headers")
	if b.Fragments != nil {
		for _, knob := range knobs(*b.Fragments) {
			parts = append(parts, "fragments "+knob)
		}
	}
	for _, f := range b.Drop {
		words := append([]string{"drop"}, knobs(f, "above", "below", "protocol", "port", "fragments")...)
		parts = append(parts, strings.Join(append(words, f.match().words()...), " "))
	}
	say(set, "df")
	say(set, "mss")
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// words says what a forger sends.
func (f Forge) words() string {
	return strings.Join(append(knobs(f), f.Match.words()...), " ")
}

func printForgers(w io.Writer, all []Forge) {
	for i, f := range all {
		label := ""
		if i == 0 {
			label = "forger"
		}
		fmt.Fprintf(w, "  %s\t%s\n", label, f.words())
	}
}
