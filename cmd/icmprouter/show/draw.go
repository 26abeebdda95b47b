package show

import (
	"fmt"
	"io"
	"strings"
)

// drawing is boxes and lines between them, in the words of no tool.
type drawing struct {
	// directed lines have arrows.
	directed bool
	boxes    []box
	lines    []line
}

// box is a node, or something else: round.
type box struct {
	label []string
	round bool
}

// line goes from a box to another, and has text at both ends and in the middle.
type line struct {
	from, to         int
	tail, head, text []string
	dashed           bool
}

// dot writes a drawing as Graphviz takes it.
func (d *drawing) dot(w io.Writer) error {
	kind, arrow := "graph", "--"
	if d.directed {
		kind, arrow = "digraph", "->"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s network {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n", kind)
	for i, box := range d.boxes {
		fmt.Fprintf(&b, "  n%d [label=%s", i, dotText(box.label))
		if box.round {
			b.WriteString(", shape=ellipse")
		}
		b.WriteString("];\n")
	}
	for _, l := range d.lines {
		fmt.Fprintf(&b, "  n%d %s n%d", l.from, arrow, l.to)
		var set []string
		for _, a := range []struct {
			key  string
			text []string
		}{{"label", l.text}, {"taillabel", l.tail}, {"headlabel", l.head}} {
			if len(a.text) > 0 {
				set = append(set, a.key+"="+dotText(a.text))
			}
		}
		if l.dashed {
			set = append(set, "style=dashed")
		}
		if len(set) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(set, ", "))
		}
		b.WriteString(";\n")
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotText quotes lines as one string of DOT, where \n is a new line of a label.
func dotText(lines []string) string {
	quoted := make([]string, len(lines))
	for i, l := range lines {
		quoted[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(l)
	}
	return `"` + strings.Join(quoted, `\n`) + `"`
}

// mermaid writes a drawing as a flowchart of Mermaid, which knows no text at the ends of a
// line: it is put into the middle.
func (d *drawing) mermaid(w io.Writer) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, box := range d.boxes {
		open, end := "[", "]"
		if box.round {
			open, end = "([", "])"
		}
		fmt.Fprintf(&b, "  n%d%s%s%s\n", i, open, mermaidText(box.label), end)
	}
	for _, l := range d.lines {
		stroke := "---"
		switch {
		case d.directed && l.dashed:
			stroke = "-.->"
		case d.directed:
			stroke = "-->"
		case l.dashed:
			stroke = "-.-"
		}
		text := append(append(append([]string(nil), l.tail...), l.text...), l.head...)
		if len(text) > 0 {
			stroke += "|" + mermaidText(text) + "|"
		}
		fmt.Fprintf(&b, "  n%d %s n%d\n", l.from, stroke, l.to)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText quotes lines as one string of Mermaid, where # begins the code of a character.
func mermaidText(lines []string) string {
	quoted := make([]string, len(lines))
	for i, l := range lines {
		quoted[i] = strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;").Replace(l)
	}
	return `"` + strings.Join(quoted, "<br/>") + `"`
}
