package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mistake is one thing that is wrong with a file; as a warning, likely wrong.
type Mistake struct {
	// File is the name of the file, as it was given.
	File string `json:"file"`
	// Line and Column begin at 1. A column is a character.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Path is the key's way from the top, such as nodes.r1.routes[0].via. The
	// whole file has none.
	Path string `json:"path,omitempty"`
	// Problem is what is wrong.
	Problem string `json:"problem"`
	// Expected is what would be right.
	Expected string `json:"expected,omitempty"`
	// Nearest is the valid word that is most like the wrong one, if one is.
	Nearest string `json:"nearest,omitempty"`
}

// String is the mistake on one line, as compilers print theirs.
func (m Mistake) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Text())
}

// Text is String without the place: for who has no such file.
func (m Mistake) Text() string {
	var b strings.Builder
	if m.Path != "" {
		fmt.Fprintf(&b, "%s: ", m.Path)
	}
	b.WriteString(m.Problem)
	if m.Expected != "" {
		fmt.Fprintf(&b, "; expected %s", m.Expected)
	}
	if m.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %q?", m.Nearest)
	}
	return b.String()
}

// Mistakes is everything that is wrong with a file, in the order of the file.
type Mistakes []Mistake

// Error prints one mistake a line.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i := range m {
		lines[i] = m[i].String()
	}
	return strings.Join(lines, "\n")
}

// source is a file that is being read: its text, and what was found in it.
type source struct {
	name string
	data string
	// lines holds the offset at which each line begins.
	lines []int
	// places holds the offset of the value at each path that the file has.
	places map[string]int
	// keys holds the offset of each key that names a node, by its path.
	keys map[string]int
	// shorts holds the path of each shorthand, by the path of what it stands for.
	shorts   map[string]string
	mistakes Mistakes
	warnings Mistakes

	// sibling reads another file that this one names; nil: there are none.
	sibling func(path string) (name string, data []byte, err error)
	// running has the timeline not rehearsed.
	running bool
	// others are the other files, of which this one is namedBy. Those have no keys.
	others  []*source
	namedBy *source
	behaviours
}

func newSource(name string, data []byte) *source {
	s := &source{name: name, data: string(data), lines: []int{0}, places: map[string]int{}, keys: map[string]int{}, shorts: map[string]string{}}
	for i := range len(s.data) {
		if s.data[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// position returns line and column of an offset.
func (s *source) position(at int) (line, column int) {
	at = min(at, len(s.data))
	line, found := slices.BinarySearch(s.lines, at)
	if found {
		line++
	}
	return line, utf8.RuneCountInString(s.data[s.lines[line-1]:at]) + 1
}

// place prints where the value at path stands.
func (s *source) place(path string) string {
	if s.namedBy != nil && !s.has(path) {
		return s.namedBy.name + ":" + s.namedBy.place(path)
	}
	line, column := s.position(s.places[path])
	return fmt.Sprintf("%d:%d", line, column)
}

// has says whether the file has a value at path, be it right or wrong.
func (s *source) has(path string) bool {
	_, ok := s.places[path]
	return ok
}

// wrong records a mistake at an offset.
func (s *source) wrong(at int, path, problem, expected, nearest string) {
	s.mistakes = append(s.mistakes, s.mistake(at, path, problem, expected, nearest))
}

// refuse records that the value at path is wrong.
func (s *source) refuse(path, problem, expected string) {
	s.wrong(s.places[path], path, problem, expected, "")
}

// warn records that the value at path is likely wrong.
func (s *source) warn(path, problem, expected string) {
	s.warnings = append(s.warnings, s.mistake(s.places[path], path, problem, expected, ""))
}

func (s *source) mistake(at int, path, problem, expected, nearest string) Mistake {
	line, column := s.position(at)
	for short, ok := s.shorts[path]; ok; short, ok = s.shorts[path] {
		path = short
	}
	if s.namedBy != nil {
		path = ""
	}
	return Mistake{s.name, line, column, path, problem, expected, nearest}
}

// found is what was found in the file and then in the others, in their order.
func (s *source) found() (mistakes, warnings Mistakes) {
	mistakes, warnings = sorted(s.mistakes), sorted(s.warnings)
	for _, other := range s.others {
		mistakes = append(mistakes, sorted(other.mistakes)...)
		warnings = append(warnings, sorted(other.warnings)...)
	}
	return mistakes, warnings
}

// sorted puts mistakes in the order of the file.
func sorted(m Mistakes) Mistakes {
	slices.SortStableFunc(m, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(m) // the MTU of a link is that of two interfaces
}
