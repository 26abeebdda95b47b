package conformance

import (
	"bufio"
	_ "embed"
	"fmt"
	"strings"
)

//go:embed requirements.txt
var requirementsFile string

// Requirement is one thing that the RFCs ask of a router or a responder, and what
// shows it.
type Requirement struct {
	ID, Level, Section string
	// Cite is where it is written, Says what it says.
	Cite, Says string
	// Cases are those of this package, Tests the Go tests of this module that show
	// it, as package.Test.
	Cases, Tests []string
	// Note says what is left out, and why.
	Note string
}

// Requirements returns all requirements, in the order of their file.
func Requirements() ([]Requirement, error) { return parseRequirements(requirementsFile) }

// parseRequirements reads requirements. The form stands at the head of the file.
func parseRequirements(text string) (all []Requirement, err error) {
	section := ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch {
		case word == "" || strings.HasPrefix(word, "#"):
		case word == "==":
			section = rest
		case line[0] != ' ':
			all = append(all, Requirement{ID: word, Level: rest, Section: section})
		case len(all) == 0 || !all[len(all)-1].line(word, rest):
			return nil, fmt.Errorf("requirements, line %d: %q is no part of a requirement", n, word)
		}
	}
	return all, nil
}

// line takes one indented line, and says whether there is such a one.
func (r *Requirement) line(word, rest string) bool {
	switch word {
	case "rfc":
		r.Cite = rest
	case "says":
		r.Says = rest
	case "cases":
		r.Cases = strings.Fields(rest)
	case "tests":
		r.Tests = strings.Fields(rest)
	case "note":
		r.Note = rest
	default:
		return false
	}
	return true
}
