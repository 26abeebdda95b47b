package show_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/formats/dot"
	"gonum.org/v1/gonum/graph/formats/dot/ast"
)

// graph is a drawing, as somebody else reads it: labels of boxes, and lines between their indexes.
type graph struct {
	directed bool
	boxes    []string
	lines    []edge
}

type edge struct {
	from, to string
	set      map[string]string
}

func unquote(text string) string {
	if text[0] != '"' {
		return text
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(text[1 : len(text)-1])
}

// readDOT reads with gonum's parser.
func readDOT(t *testing.T, text string) (g graph) {
	t.Helper()
	file, err := dot.ParseString(text)
	if err != nil || len(file.Graphs) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	attributes := func(list []*ast.Attr) map[string]string {
		set := map[string]string{}
		for _, a := range list {
			set[a.Key] = unquote(a.Val)
		}
		return set
	}
	g.directed = file.Graphs[0].Directed
	for _, s := range file.Graphs[0].Stmts {
		switch s := s.(type) {
		case *ast.NodeStmt:
			set := attributes(s.Attrs)
			label := set["label"]
			if set["shape"] == "ellipse" {
				label = "(" + label + ")"
			}
			g.boxes = append(g.boxes, label)
		case *ast.EdgeStmt:
			if s.To.Directed != g.directed {
				t.Errorf("a line of the other kind\n%s", text)
			}
			g.lines = append(g.lines, edge{s.From.(*ast.Node).ID, s.To.Vertex.(*ast.Node).ID, attributes(s.Attrs)})
		}
	}
	return g
}

// The forms of a Mermaid flowchart that are used: a box, a round one, a line, with text or without.
var (
	mermaidBox  = regexp.MustCompile(`^  (n\d+)(?:\["([^"]*)"\]|\(\["([^"]*)"\]\))$`)
	mermaidLine = regexp.MustCompile(`^  (n\d+) (---|-->|-\.-|-\.->)(?:\|"([^"]*)"\|)? (n\d+)$`)
	// entity is how Mermaid wants characters that it would take for its own.
	entity = strings.NewReplacer("#quot;", `"`, "#lt;", "<", "#gt;", ">", "#35;", "#", "<br/>", `\n`)
)

func readMermaid(t *testing.T, text string) (g graph) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "flowchart LR" {
		t.Fatalf("%s", text)
	}
	for _, l := range lines[1:] {
		if strings.ContainsAny(strings.ReplaceAll(strings.TrimSuffix(l, ">"), "<br/>", ""), "<`") {
			t.Errorf("what Mermaid takes for HTML or Markdown: %s", l)
		}
		if m := mermaidBox.FindStringSubmatch(l); m != nil {
			label := entity.Replace(m[2])
			if m[3] != "" {
				label = "(" + entity.Replace(m[3]) + ")"
			}
			g.boxes = append(g.boxes, label)
		} else if m := mermaidLine.FindStringSubmatch(l); m != nil {
			g.directed = strings.HasSuffix(m[2], ">")
			g.lines = append(g.lines, edge{m[1], m[4], map[string]string{"all": entity.Replace(m[3])}})
			if strings.Contains(m[2], ".") {
				g.lines[len(g.lines)-1].set["style"] = "dashed"
			}
		} else {
			t.Errorf("what Mermaid does not know: %s", l)
		}
	}
	return g
}

// Both formats draw the same: boxes, lines, and all of the text.
func TestDrawings(t *testing.T) {
	for i, c := range all {
		one, other := readDOT(t, printed(t, i, "dot")), readMermaid(t, printed(t, i, "mermaid"))
		if strings.Join(one.boxes, "|") != strings.Join(other.boxes, "|") || len(one.boxes) == 0 {
			t.Errorf("%s: DOT has boxes %q, Mermaid %q", c.name, one.boxes, other.boxes)
		}
		if len(one.lines) != len(other.lines) || len(one.lines) > 0 && (one.directed != other.directed || one.directed == (c.from == "")) {
			t.Fatalf("%s: DOT has %d lines, Mermaid %d", c.name, len(one.lines), len(other.lines))
		}
		for k, a := range one.lines {
			b := other.lines[k]
			var text []string
			for _, key := range []string{"taillabel", "label", "headlabel"} {
				if a.set[key] != "" {
					text = append(text, a.set[key])
				}
			}
			if a.from != b.from || a.to != b.to || strings.Join(text, `\n`) != b.set["all"] || a.set["style"] != b.set["style"] {
				t.Errorf("%s: DOT has %v, Mermaid %v", c.name, a, b)
			}
		}
	}
}

func TestDrawingOfThePlan(t *testing.T) {
	g := readDOT(t, printed(t, 0, "dot"))
	want := []string{`a\n10.255.0.1\nfd00:ff::1`, "b", "c", "d", "e",
		`(tun0 in client\n10.1.0.2\nfd00:1::2)`, `(tun0 in a"<b>#1;\\n10.2.0.2\nfd00:2::2)`}
	if strings.Join(g.boxes, "|") != strings.Join(want, "|") || len(g.lines) != 7 {
		t.Fatalf("boxes %q, %d lines", g.boxes, len(g.lines))
	}
	for i, want := range []edge{
		2: {"n0", "n1", map[string]string{"taillabel": `10.0.0.0\nfd00:0:1::`, "headlabel": `10.0.0.1\nfd00:0:1::1`,
			"label": `a:up > b:left\nloss 1%; delay 20ms ± 2ms normal\nb:left > a:up\nrate 1.5mbit; queue 1000 packets`}},
		3: {"n0", "n2", map[string]string{"taillabel": `10.0.0.2\nfd00:0:2::`, "headlabel": `10.0.0.3\nfd00:0:2::1`, "label": `delay 1s`}},
		4: {"n1", "n3", map[string]string{"taillabel": `10.0.0.4\nfd00:0:3::`, "headlabel": `10.0.0.5\nfd00:0:3::1`,
			"label": `b:right > d:up\nMTU 1300\nd:up > b:right\nMTU 1400`}},
		5: {"n2", "n3", map[string]string{"taillabel": `10.0.0.6\nfd00:0:4::`, "headlabel": `10.0.0.7\nfd00:0:4::1`}},
		6: {"n3", "n4", map[string]string{"label": "metric 7", "style": "dashed"}},
	} {
		if want.set == nil {
			continue
		}
		got, _ := json.Marshal(g.lines[i].set)
		wanted, _ := json.Marshal(want.set)
		if g.lines[i].from != want.from || g.lines[i].to != want.to || string(got) != string(wanted) {
			t.Errorf("line %d is %s to %s: %s\nwant %s", i, g.lines[i].from, g.lines[i].to, got, wanted)
		}
	}
}
