// Package card writes what became of programs in scenarios: as text, JSON, JUnit's XML, and as one
// HTML file with pictures.
package card

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/scenario"
)

// Result is what became of one program in one scenario.
type Result struct {
	// Scenario is its name, or the configuration's file; Alias and Title are those of the catalogue.
	Scenario string `json:"scenario"`
	Alias    string `json:"alias,omitempty"`
	Title    string `json:"title,omitempty"`
	// Healthy is what a healthy sender does.
	Healthy string `json:"healthy,omitempty"`
	// Program is the client's command, or what stood in its place.
	Program string `json:"program"`
	// Probing is net.ipv4.tcp_mtu_probing of both hosts.
	Probing int `json:"tcp_mtu_probing"`
	scenario.Judgement
	// Expected is what was demanded; empty: survived.
	Expected string `json:"expected,omitempty"`
	// Error is why there is no verdict.
	Error string `json:"error,omitempty"`
	// Status is the program's exit status with the fault; TimedOut: it was ended after Timeout. BaselineStatus is that without.
	Status         int  `json:"exit_status"`
	TimedOut       bool `json:"timed_out"`
	BaselineStatus *int `json:"baseline_exit_status,omitempty"`
	// Took is how long all of it took, in seconds.
	Took float64 `json:"took_s"`
	// Baseline is the run without the fault, if there was one, and Faulty that with it.
	Baseline *scenario.Observation `json:"baseline,omitempty"`
	Faulty   *scenario.Observation `json:"faulty,omitempty"`
}

// Passed says whether the verdict is the one that was demanded.
func (r *Result) Passed() bool {
	return r.Error == "" && r.Verdict.String() == cmp.Or(r.Expected, scenario.Survived.String())
}

// Word is the verdict, or that there is none.
func (r *Result) Word() string {
	if r.Error != "" {
		return "error"
	}
	return r.Verdict.String()
}

// Why is the verdict's reason, or the error. The program's own word is no reason: but who failed is not to pass unseen.
func (r *Result) Why() string {
	if r.Error == "" && r.Verdict == scenario.Survived && r.Status != 0 {
		return r.Reason + "; but the program " + r.ended()
	}
	return cmp.Or(r.Error, r.Reason)
}

// JSON writes a result, or a list of them.
func JSON(w io.Writer, what any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(what)
}

// Text writes a result for people.
func Text(w io.Writer, r *Result) error {
	name := r.Scenario
	if r.Alias != "" {
		name += " (" + r.Alias + ")"
	}
	if r.Title != "" {
		name += ": " + r.Title
	}
	fmt.Fprintf(w, "%s\n  %s: %s\n", name, strings.ToUpper(r.Word()), r.Why())
	if r.Faulty == nil {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := "\twith the fault"
	if r.Baseline != nil {
		head += "\twithout it"
	}
	fmt.Fprintf(t, "  %s\n", head)
	for _, row := range rows {
		line := "  " + row.label + "\t" + row.value(r.Faulty)
		if r.Baseline != nil {
			line += "\t" + row.value(r.Baseline)
		}
		fmt.Fprintln(t, line)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if share := share(r); share != "-" {
		fmt.Fprintf(w, "  goodput: %s of that without the fault\n", share)
	}
	for _, f := range r.Faulty.Fates {
		fmt.Fprintf(w, "  %s\n", fate(f))
	}
	_, err := fmt.Fprintf(w, "  program: %s; it %s\n", r.Program, r.ended())
	return err
}

// ended says how the program did.
func (r *Result) ended() string {
	if r.TimedOut {
		return "was ended by --timeout"
	}
	text := fmt.Sprintf("ended with status %d", r.Status)
	if r.BaselineStatus != nil && *r.BaselineStatus != r.Status {
		text += fmt.Sprintf(", and with %d without the fault", *r.BaselineStatus)
	}
	return text
}

// rows are what text and pages tell of a run.
var rows = []struct {
	label string
	value func(*scenario.Observation) string
}{
	{"moved, client to server", func(o *scenario.Observation) string { return moved(&o.Ways[scenario.Client]) }},
	{"moved, server to client", func(o *scenario.Observation) string { return moved(&o.Ways[scenario.Server]) }},
	{"first stall", firstStall},
	{"retransmissions", func(o *scenario.Observation) string {
		return both(o, func(w *scenario.Way) string { return fmt.Sprint(w.Retransmissions) })
	}},
	{"largest sent", func(o *scenario.Observation) string {
		return both(o, func(w *scenario.Way) string { return fmt.Sprint(w.Sent.Largest) })
	}},
	{"largest that got through", func(o *scenario.Observation) string {
		return both(o, func(w *scenario.Way) string { return fmt.Sprint(w.Delivered.Largest) })
	}},
	{"Packet Too Big received", func(o *scenario.Observation) string {
		return both(o, func(w *scenario.Way) string { return fmt.Sprint(w.TooBig) })
	}},
	{"the client", func(o *scenario.Observation) string { return did(&o.Ways[scenario.Client]) }},
	{"the server", func(o *scenario.Observation) string { return did(&o.Ways[scenario.Server]) }},
}

func moved(w *scenario.Way) string {
	return fmt.Sprintf("%s, %s/s", scenario.Octets(w.Payload), scenario.Octets(uint64(w.Goodput())))
}

func both(o *scenario.Observation, value func(*scenario.Way) string) string {
	return fmt.Sprintf("client %s, server %s", value(&o.Ways[scenario.Client]), value(&o.Ways[scenario.Server]))
}

func firstStall(o *scenario.Observation) string {
	var first *scenario.Way
	var who scenario.Side
	for side := range o.Ways {
		if w := &o.Ways[side]; w.Stall.Length > 0 && (first == nil || w.Stall.At < first.Stall.At) {
			first, who = w, scenario.Side(side)
		}
	}
	if first == nil {
		return "none"
	}
	text := fmt.Sprintf("of the %s, at %s, %s long", who, scenario.Seconds(first.Stall.At), scenario.Seconds(first.Stall.Length))
	if first.Open.Length > 0 && first.Open.At == first.Stall.At {
		text += ", to the end"
	}
	return text
}

// did says what a sender did.
func did(w *scenario.Way) string {
	var words []string
	for _, d := range []struct {
		did  bool
		word string
	}{{w.Shrank, "shrank"}, {w.Probed, "probed"}, {w.Fragmented, "fragmented"}, {w.GaveUp, "gave up"}} {
		if d.did {
			words = append(words, d.word)
		}
	}
	if w.Shrank && w.Segment > w.LastSegment {
		words[0] = fmt.Sprintf("shrank from %d to %d octets", w.Segment, w.LastSegment)
	}
	if len(words) == 0 {
		return "sent as before"
	}
	return strings.Join(words, ", ")
}

func fate(f scenario.Fate) string {
	where := f.Node
	if f.Link != "" {
		where += ", link " + f.Link
	}
	if f.Class == scenario.Dropped {
		return fmt.Sprintf("%s: dropped %d, %s", where, f.Count, f.How)
	}
	return fmt.Sprintf("%s: %s %d, %s", where, f.What, f.Count, f.How)
}

// Table writes one line a result.
func Table(w io.Writer, results []*Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range results {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.Alias, r.Scenario, r.Word(), share(r), r.Why())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, Count(results))
	return err
}

// share is scenario.Observation.Beside, for people.
func share(r *Result) string {
	part, ok := r.Faulty.Beside(r.Baseline)
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*part)
}

// Count says how many had which verdict.
func Count(results []*Result) string {
	count := map[string]int{}
	for _, r := range results {
		count[r.Word()]++
	}
	text := fmt.Sprintf("%d scenarios", len(results))
	for _, word := range []string{"survived", "degraded", "blackholed", "unjudged", "error"} {
		if count[word] > 0 {
			text += fmt.Sprintf(", %d %s", count[word], word)
		}
	}
	return text
}
