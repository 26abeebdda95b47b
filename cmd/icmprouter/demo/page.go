package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// page is where the story is written: as text for people, or as one JSON object
// a step. It remembers which steps failed.
type page struct {
	out         io.Writer
	color, json bool

	step   result
	part   string
	failed []string
	begun  time.Time
}

// result is a step in JSON. Got and Want hold a word for each check.
type result struct {
	Step    int               `json:"step"`
	Title   string            `json:"title"`
	OK      bool              `json:"ok"`
	Got     map[string]string `json:"got"`
	Want    map[string]string `json:"want"`
	Details []string          `json:"details"`
}

// The colours.
const (
	bold  = "1"
	dim   = "2"
	green = "32"
	red   = "1;31"
)

const indent = "   "

// preface says who the hosts are, and why.
func (p *page) preface(memory bool, lacks []obstacle) {
	p.begun = time.Now()
	var lines []string
	for _, l := range lacks {
		lines = append(lines, "Real hosts cannot be had here: "+l.what+".", "  fix: "+l.fix)
	}
	switch {
	case len(lacks) > 0:
		lines = append(lines, "So the hosts are simulated, in this process. The router, and the story, are the same.")
	case memory:
		lines = []string{"The hosts are simulated, in this process. The router is the same as with real ones."}
	default:
		lines = []string{"The hosts are two network namespaces: their packets are made, and read, by the kernel."}
	}
	if p.json {
		p.step.Details = lines // of the first step
		return
	}
	fmt.Fprintln(p.out, strings.Join(lines, "\n"))
}

// begin opens a step.
func (p *page) begin(title string) {
	details := p.step.Details
	if p.step.Title != "" {
		details = []string{}
	}
	p.step = result{Step: p.step.Step + 1, Title: title, OK: true, Got: map[string]string{}, Want: map[string]string{}, Details: details}
	p.part = ""
	p.print("\n%s\n", p.paint(bold, fmt.Sprintf("%d  %s", p.step.Step, title)))
}

// say writes lines of the story.
func (p *page) say(format string, args ...any) { p.write("", fmt.Sprintf(format, args...)) }

// show writes lines that are shown rather than told: a file.
func (p *page) show(text string) { p.write(dim, text) }

func (p *page) write(style, text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		p.step.Details = append(p.step.Details, line)
		if line != "" {
			line = indent + p.paint(style, line)
		}
		p.print("%s\n", line)
	}
}

// about begins a part of a step.
func (p *page) about(part string) {
	p.part = part + " "
	p.print("%s%s\n", indent, part)
}

// check says what came back, and whether it is right: what it should have been
// is shown if not.
func (p *page) check(ok bool, what, got, want string) {
	p.step.Got[p.part+what], p.step.Want[p.part+what] = oneBlank(got), oneBlank(want)
	if ok {
		p.print("%s%s %-24s %s\n", indent, p.paint(green, "✓"), what, got)
		return
	}
	p.step.OK = false
	p.print("%s%s %-24s %s\n", indent, p.paint(red, "✗"), what, p.paint(red, "got  "+got))
	p.print("%s  %-24s %s\n", indent, "", p.paint(red, "want "+want))
}

// note says what came back, where nothing is right or wrong.
func (p *page) note(what, got string) {
	p.step.Details = append(p.step.Details, p.part+what+": "+got)
	p.print("%s  %-24s %s\n", indent, what, got)
}

// oneBlank takes out what only aligns.
func oneBlank(s string) string { return strings.Join(strings.Fields(s), " ") }

// same checks that two values are the same.
func (p *page) same(what string, got, want any) {
	g, w := fmt.Sprint(got), fmt.Sprint(want)
	p.check(g == w, what, g, w)
}

// end closes a step.
func (p *page) end() {
	if !p.step.OK {
		p.failed = append(p.failed, fmt.Sprint(p.step.Step))
	}
	if p.json {
		encoder := json.NewEncoder(p.out)
		encoder.SetEscapeHTML(false)
		encoder.Encode(p.step)
	}
}

// close ends the story.
func (p *page) close() error {
	if len(p.failed) > 0 {
		return errors.New("not all was as it should be: see step " + strings.Join(p.failed, ", "))
	}
	p.print("\n%s\n", p.paint(green, fmt.Sprintf("All was as it should be, in %.1f s.", time.Since(p.begun).Seconds())))
	return nil
}

// print writes text, and nothing in JSON.
func (p *page) print(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.out, format, args...)
	}
}

func (p *page) paint(style, text string) string {
	if !p.color || style == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
