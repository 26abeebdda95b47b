package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse: no text makes Parse panic, return both or neither of file and
// error, or point beyond the text. What it accepts can be planned and summed up.
func FuzzParse(f *testing.F) {
	for _, rows := range [][]bad{badSyntax, badGrammar, badNetworks, fine} {
		for _, b := range rows {
			f.Add([]byte(changed(f, b.old, b.new)))
		}
	}
	for _, rows := range [][]edited{badKnobs, badLinks, badSpeed, badPolicies, finePolicies, fineLinks, suspect, suspectSpeed, suspectPolicies} {
		for _, e := range rows {
			f.Add([]byte(e.text(f)))
		}
	}
	f.Add([]byte(complete))
	f.Add([]byte(links))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("f", data)
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v and error %v: want one of the two", file, err)
		}
		if err == nil {
			if len(file.Plan().Nodes) == 0 || file.Summary() == "" {
				t.Errorf("an accepted file plans nothing")
			}
			return
		}
		var mistakes Mistakes
		if !errors.As(err, &mistakes) || len(mistakes) == 0 {
			t.Fatalf("error %T %v, want at least one mistake", err, err)
		}
		within(t, mistakes, data)
	})
}

// within wants each mistake at a place that the text has, after the one before.
func within(t *testing.T, mistakes Mistakes, data []byte) {
	text, _ := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	lines := strings.Split(string(text), "\n")
	line, column := 1, 1
	for _, m := range mistakes {
		if m.Line < 1 || m.Line > len(lines) || m.Column < 1 || m.Column > utf8.RuneCountInString(lines[m.Line-1])+1 {
			t.Errorf("not within the text: %v", m)
		}
		if m.Line < line || m.Line == line && m.Column < column {
			t.Errorf("out of order: %v", m)
		}
		line, column = m.Line, m.Column
		if m.Problem == "" || strings.ContainsAny(m.String(), "\n\r") {
			t.Errorf("not one line that says something: %q", m)
		}
	}
}

// FuzzRoutesFile: no file of routes makes the reader panic, or point beyond the
// file. What it accepts can be planned.
func FuzzRoutesFile(f *testing.F) {
	for _, text := range []string{
		"# a comment\n10.8.0.0/16 via 10.2.0.2 # more\n", "2001:db8::/48 via fd00:2::2 interface right\r\n",
		"10.8.0.0/16 blackhole", "10.8.0.0/16\n\nfd00:8::/48 interface lfet\n", "\xef\xbb\xbf", "\xff\xfe1\x000\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := read("f", []byte(listed), func(path string) (string, []byte, error) { return path, data, nil })
		if err == nil {
			if got := len(file.Plan().Nodes[0].Routes); got < 2 || got > 3+bytes.Count(data, []byte("\n")) {
				t.Errorf("%d routes from %q", got, data)
			}
			return
		}
		mistakes := err.(Mistakes)
		for _, m := range mistakes {
			if m.File != "routes.txt" || m.Path != "" {
				t.Errorf("a mistake elsewhere: %v", m)
			}
		}
		within(t, mistakes, append([]byte("\xef\xbb\xbf"), data...))
	})
}
