package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is the results of one run.
type Report struct {
	Router  string
	Took    time.Duration
	Results []Result
}

// Counts are how many results there are of each verdict.
type Counts struct {
	OK       int `json:"ok"`
	Known    int `json:"known"`
	Deviates int `json:"deviates"`
	Hidden   int `json:"hidden"`
	Skipped  int `json:"skipped"`
}

func (c *Counts) add(v Verdict) {
	switch v {
	case OK:
		c.OK++
	case Known:
		c.Known++
	case Hidden:
		c.Hidden++
	case Skipped:
		c.Skipped++
	default:
		c.Deviates++
	}
}

func (c Counts) String() string {
	text := fmt.Sprintf("%d ok", c.OK)
	for _, part := range []struct {
		n    int
		what string
	}{{c.Known, "known to deviate"}, {c.Deviates, "deviate"}, {c.Hidden, "known to deviate, but did not"}, {c.Skipped, "skipped"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text
}

// Counts sums the results up.
func (r Report) Counts() (all Counts) {
	for _, result := range r.Results {
		all.add(result.Verdict)
	}
	return all
}

// OK says that all is as it should be: nothing deviates but what is known to, and
// that does.
func (r Report) OK() bool {
	c := r.Counts()
	return c.Deviates == 0 && c.Hidden == 0
}

// section is a part of the report.
type sectionCounts struct {
	Name string `json:"name"`
	Counts
}

func (r Report) sections() (list []sectionCounts) {
	for _, result := range r.Results {
		name := result.Case.Section
		if len(list) == 0 || list[len(list)-1].Name != name {
			list = append(list, sectionCounts{Name: name})
		}
		list[len(list)-1].add(result.Verdict)
	}
	return list
}

// wanted is what a case wants, in the words of its file.
func (c *Case) wanted() string { return inWords(c.Want) }

// inWords are outcomes in the words of the file.
func inWords(all []Outcome) string {
	var outcomes []string
	for _, o := range all {
		var parts []string
		for _, w := range o {
			parts = append(parts, w.Text)
		}
		if len(parts) == 0 {
			parts = []string{"nothing"}
		}
		outcomes = append(outcomes, strings.Join(parts, " and "))
	}
	return strings.Join(outcomes, ", or ")
}

func (c *Case) sent() string {
	var parts []string
	for _, s := range c.Send {
		parts = append(parts, s.Port+": "+strings.TrimSpace(strings.TrimPrefix(s.Text, s.Port+":")))
	}
	return strings.Join(parts, "; ")
}

// WriteText prints a result as a line, or as several if it deviates.
func (r Result) WriteText(w io.Writer) {
	fmt.Fprintf(w, "%-9s %-12s %s\n", r.Verdict, r.Case.ID, r.Case.Title)
	switch {
	case r.Verdict == OK:
		return
	case r.unsent:
		fmt.Fprintf(w, "          why   %s\n", r.Why)
		return
	}
	fmt.Fprintf(w, "          sent  %s\n          want  %s\n", r.Case.sent(), r.Case.wanted())
	got := r.Got
	if len(got) == 0 {
		got = []string{"nothing"}
	}
	for _, g := range got {
		fmt.Fprintf(w, "          got   %s\n", g)
	}
	fmt.Fprintf(w, "          why   %s\n          see   %s\n", r.Why, r.Case.Cite)
}

// WriteText prints the sums, of each section and of all.
func (r Report) WriteText(w io.Writer) error {
	fmt.Fprintln(w)
	for _, s := range r.sections() {
		fmt.Fprintf(w, "%-42s %s\n", s.Name, s.Counts)
	}
	if slices.ContainsFunc(r.Results, func(r Result) bool { return r.deaf }) {
		fmt.Fprintln(w, "\nIt does not forward from port A to port B: is it set up as icmprouter probe --help says?")
	}
	_, err := fmt.Fprintf(w, "\n%s, %d cases in %.1f s: %s\n", r.Router, len(r.Results), r.Took.Seconds(), r.Counts())
	return err
}

// entry is a result as JSON.
type entry struct {
	ID       string   `json:"id"`
	Section  string   `json:"section"`
	Priority string   `json:"priority"`
	Family   string   `json:"family"`
	Title    string   `json:"title"`
	Needs    Needs    `json:"needs,omitempty"`
	Verdict  Verdict  `json:"verdict"`
	Why      string   `json:"why,omitempty"`
	Sent     string   `json:"sent"`
	Want     string   `json:"want"`
	Got      []string `json:"got"`
	Cite     string   `json:"rfc"`
}

// WriteJSON prints one object.
func (r Report) WriteJSON(w io.Writer) error {
	entries := []entry{}
	for _, result := range r.Results {
		c := result.Case
		got := result.Got
		if got == nil {
			got = []string{}
		}
		entries = append(entries, entry{c.ID, c.Section, c.Priority, c.Family, c.Title, c.Needs,
			result.Verdict, result.Why, c.sent(), c.wanted(), got, c.Cite})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Router   string          `json:"router"`
		OK       bool            `json:"ok"`
		Seconds  float64         `json:"seconds"`
		Counts   Counts          `json:"counts"`
		Sections []sectionCounts `json:"sections"`
		Cases    []entry         `json:"cases"`
	}{r.Router, r.OK(), r.Took.Seconds(), r.Counts(), r.sections(), entries})
}
