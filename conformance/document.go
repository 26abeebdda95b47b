package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// Document is the page that shows every requirement with what shows it, and what
// came of it in a run against this router and in one against Linux.
func Document(requirements []Requirement, ours, linux Report) string {
	d := document{ours: byID(ours), linux: byID(linux)}
	fmt.Fprintf(&d, `# Conformance

What the RFCs ask of a router and of a node that answers, with the cases and tests that show it, and what came of the cases
when they were sent to this router and to Linux %s. A case is a packet, or a few, sent into one of two ports; whatever comes out of either that the
case does not want is a deviation: `+"`icmprouter probe`"+` sends the same to any router. Tests are Go tests of this project.

This router implements the rules of RFC 1812 §4.3, §5.2 and §5.3, of RFC 4443 §2.4 and §3, and of the others that are named below, as far as %d cases
and the tests show; what it leaves out is noted where it would stand.

This page is generated from such a run: `+"`go test ./conformance -run TestDocument -update`"+` (as root).

| | cases | right | known to deviate | skipped |
|---|---|---|---|---|
%s%s`, linuxRelease(linux), ours.Counts().OK, row("icmprouter", ours), row("Linux", linux))
	section := ""
	for _, r := range requirements {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(&d, "\n## %s\n\n| | what | where | level | shown by | icmprouter | Linux |\n|---|---|---|---|---|---|---|\n", section)
		}
		d.requirement(r)
	}
	d.deviations("What this router does not do", ours)
	d.deviations("What Linux does otherwise", linux)
	return d.String()
}

type document struct {
	strings.Builder
	ours, linux map[string]Result
}

func byID(r Report) map[string]Result {
	results := map[string]Result{}
	for _, result := range r.Results {
		results[result.Case.ID] = result
	}
	return results
}

func row(name string, r Report) string {
	c := r.Counts()
	return fmt.Sprintf("| %s | %d | %d | %d | %d |\n", name, len(r.Results), c.OK, c.Known+c.Deviates+c.Hidden, c.Skipped)
}

func linuxRelease(r Report) string {
	_, release, _ := strings.Cut(r.Router, " ")
	return release
}

// requirement writes one row.
func (d *document) requirement(r Requirement) {
	shown := slices.Concat(r.Cases, code(r.Tests))
	if r.Note != "" {
		shown = append(shown, r.Note)
	}
	fmt.Fprintf(d, "| %s | %s | %s | %s | %s | %s | %s |\n", r.ID, cell(r.Says), cell(r.Cite), r.Level,
		cell(strings.Join(shown, ", ")), summary(r, d.ours), summary(r, d.linux))
}

func code(tests []string) (all []string) {
	for _, test := range tests {
		all = append(all, "`"+test+"`")
	}
	return all
}

// cell keeps a text within its cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// summary says what came of the cases of a requirement: of its worst, if not all
// are right.
func summary(r Requirement, results map[string]Result) string {
	var right, wrong, skipped []string
	for _, id := range r.Cases {
		switch result, ran := results[id]; {
		case !ran || result.Verdict == Skipped:
			skipped = append(skipped, id)
		case result.Verdict == OK:
			right = append(right, id)
		default:
			wrong = append(wrong, id)
		}
	}
	switch {
	case len(wrong) > 0:
		return "**deviates**: " + strings.Join(wrong, ", ")
	case len(right) == 0:
		return "–"
	case len(skipped) > 0:
		return "right (not asked: " + strings.Join(skipped, ", ") + ")"
	}
	return "right"
}

// deviations lists the cases that are not right, with what is known of them.
func (d *document) deviations(title string, r Report) {
	fmt.Fprintf(d, "\n## %s\n\n| case | what | where | |\n|---|---|---|---|\n", title)
	for _, result := range r.Results {
		if result.Verdict == OK {
			continue
		}
		why := result.Why
		if result.Verdict == Known {
			why = inWords(result.Case.Linux) // what came has times and identifications in it
		}
		fmt.Fprintf(d, "| %s | %s | %s | %s: %s |\n", result.Case.ID, cell(result.Case.Title), cell(result.Case.Cite), result.Verdict, cell(why))
	}
}
