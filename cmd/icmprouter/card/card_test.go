package card

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/icmprouter/icmprouter/scenario"
)

// when is the time of the test's run.
var when = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// results are one of each verdict, and one that could not be run.
func results() []*Result {
	way := func(payload uint64, bins ...uint64) scenario.Way {
		return scenario.Way{Sent: scenario.Traversal{Datagrams: 9, Largest: 1500}, Delivered: scenario.Traversal{Datagrams: 8, Largest: 1400},
			Offered: payload, Payload: payload, Until: time.Second, Series: bins}
	}
	base := &scenario.Observation{Length: time.Second, Ended: true, Bin: 100 * time.Millisecond,
		Ways: [2]scenario.Way{way(100, 100), way(5_000_000, 1_000_000, 2_000_000, 2_000_000)}}
	bad := &scenario.Observation{Length: 9 * time.Second, Bin: 100 * time.Millisecond, Ways: [2]scenario.Way{way(100, 100), way(54_000, 54_000)},
		Fates: []scenario.Fate{{Node: "r2", What: "too-big", How: "withheld", Class: scenario.Suppressed, Count: 12}}}
	stall := scenario.Stall{At: 100 * time.Millisecond, Length: 8 * time.Second, After: 54_000}
	bad.Ways[scenario.Server].Until = 10 * time.Millisecond
	bad.Ways[scenario.Server].Stall, bad.Ways[scenario.Server].Longest, bad.Ways[scenario.Server].Open = stall, stall, stall
	all := []*Result{
		{Scenario: "good", Alias: "P91", Title: "Nothing <b>happens</b>", Judgement: scenario.Judgement{Verdict: scenario.Survived, Reason: "all & everything"}, Baseline: base, Faulty: base},
		{Scenario: "slow", Alias: "P92", Judgement: scenario.Judgement{Verdict: scenario.Degraded, Reason: "it stalled"}, Baseline: base, Faulty: base},
		{Scenario: "gone", Alias: "P93", Judgement: scenario.Judgement{Verdict: scenario.Blackholed, Reason: `"12" withheld`}, Baseline: base, Faulty: bad, TimedOut: true},
		{Scenario: "broken", Alias: "P94", Error: "no such thing"},
	}
	for _, r := range all {
		r.Program, r.Took = "curl 'http://server.lab/?a=1&b=2'", 2.5
	}
	return all
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What another process has written is what was meant.
func TestJSONComesBack(t *testing.T) {
	for _, r := range results() {
		text := written(t, func(w io.Writer) error { return JSON(w, r) })
		var back Result
		if err := json.Unmarshal([]byte(text), &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&back, r) {
			t.Errorf("%s\nis not\n%+v", text, r)
		}
	}
}

func TestText(t *testing.T) {
	text := written(t, func(w io.Writer) error { return Text(w, results()[2]) })
	for _, part := range []string{
		"gone (P93)", `BLACKHOLED: "12" withheld`, "54.0 kB", "5.0 MB", "of the server, at 0.1 s, 8.0 s long, to the end",
		"r2: too-big 12, withheld", "goodput: 1 % of that without the fault", "was ended by --timeout",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not said in\n%s", part, text)
		}
	}
}

func TestTable(t *testing.T) {
	lines := strings.Split(written(t, func(w io.Writer) error { return Table(w, results()) }), "\n")
	if len(lines) != 6 || !strings.HasPrefix(lines[2], "P93  gone    blackholed  1 %") || lines[4] != "4 scenarios, 1 survived, 1 degraded, 1 blackholed, 1 error" {
		t.Errorf("%q", lines)
	}
}

// element is XML as any reader sees it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return "(none)"
}

func TestJUnit(t *testing.T) {
	all := results()
	all[2].Expected = "blackholed" // as was demanded
	text := written(t, func(w io.Writer) error { return JUnit(w, all, when) })
	var suites element
	if err := xml.Unmarshal([]byte(text), &suites); err != nil {
		t.Fatal(err)
	}
	suite := suites.Children[0]
	for name, want := range map[string]string{"tests": "4", "failures": "1", "errors": "1", "skipped": "0", "time": "10.000", "timestamp": "2026-01-02T03:04:05"} {
		if got := suite.attr(name); got != want {
			t.Errorf("%s of the suite: %s, want %s", name, got, want)
		}
	}
	want := []string{"good: system-out", "slow: failure system-out", "gone: system-out", "broken: error system-out"}
	for i, c := range suite.Children {
		var parts []string
		for _, child := range c.Children {
			parts = append(parts, child.XMLName.Local)
		}
		if got := c.attr("name") + ": " + strings.Join(parts, " "); got != want[i] || c.attr("classname") != "icmprouter.scenario" || c.attr("time") != "2.500" {
			t.Errorf("%s (%v), want %s", got, c.Attrs, want[i])
		}
	}
	if got := suite.Children[1].Children[0].attr("message"); got != "degraded, expected survived: it stalled" {
		t.Errorf("message: %s", got)
	}
}

// The page is whole without anything else, says what is right, and lets nothing of a program be markup.
func TestHTML(t *testing.T) {
	text := written(t, func(w io.Writer) error { return HTML(w, results(), when) })
	page, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	count, said := map[string]int{}, ""
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		switch n.Type {
		case html.ElementNode:
			count[n.Data]++
			for _, a := range n.Attr {
				if (a.Key == "src" || a.Key == "href") && !strings.HasPrefix(a.Val, "#") {
					t.Errorf("%s wants %s", n.Data, a.Val)
				}
			}
		case html.TextNode:
			said += n.Data
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(page)
	if count["article"] != 4 || count["svg"] != 3 || count["script"]+count["link"]+count["img"] != 0 {
		t.Errorf("%d articles, %d pictures", count["article"], count["svg"])
	}
	for _, part := range []string{"Nothing <b>happens</b>", "all & everything", `"12" withheld`, "curl 'http://server.lab/?a=1&b=2'", "no such thing"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said", part)
		}
	}
}

// A line is as high as the rate was, at the time when it was.
func TestPicture(t *testing.T) {
	r := results()[2]
	svg := string(Picture(r))
	if !strings.Contains(svg, `>200M</text>`) || !strings.Contains(svg, `class="stall"`) {
		t.Errorf("%s", svg)
	}
	// 2,000,000 octets in 100 ms are 160 Mbit/s: four fifths of the height of 130 above 142.
	if !strings.Contains(svg, "V38.0") {
		t.Errorf("no line at 160 of 200 Mbit/s: %s", svg)
	}
}
