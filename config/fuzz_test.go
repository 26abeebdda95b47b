package config

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/icmprouter/icmprouter/link"
)

// FuzzParse: no text makes Parse panic, return both or neither of file and
// error, or point beyond the text. What it accepts can be planned and summed up.
func FuzzParse(f *testing.F) {
	for _, rows := range [][]bad{badSyntax, badGrammar, badNetworks, fine} {
		for _, b := range rows {
			f.Add([]byte(changed(f, b.old, b.new)))
		}
	}
	for _, rows := range [][]edited{badKnobs, badLinks, badSpeed, badPolicies, finePolicies, fineLinks, suspect, suspectSpeed, suspectPolicies, badLies, fineLies, suspectLies, badBoxes, fineBoxes, suspectBoxes} {
		for _, e := range rows {
			f.Add([]byte(e.text(f)))
		}
	}
	for _, rows := range [][]edited{badNetwork, badAddressing, badDirection, badQueue, suspectNetwork} {
		for _, e := range rows {
			f.Add([]byte(e.of(f, wired)))
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

// FuzzBehaviours: no table, fates or trace makes the reader panic, or point
// beyond the file. What it accepts can be planned.
func FuzzBehaviours(f *testing.F) {
	for _, text := range []string{
		"-32768 -1\n0 # none\n8192 32767\n", "0 1 10\n1111 # all\n", "0\n5\n5\n20\n", "0 50mbit\n1.5 0bit\n60 1bit\n", "0 1000tbit\n3600 1bit", "", "1\n\n", "0 0bit\n1 0bit",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, behaviour := range []string{
			`"delay": { "jitter": "1ms", "distribution": "table", "table": "x" }`, `"loss": { "fates": "x" }`,
			`"trace": { "file": "x", "format": "mahimahi" }`, `"trace": { "file": "x", "format": "rates" }`,
		} {
			text := strings.NewReplacer(`"loss": "1%"`, behaviour, `"rate": "50mbit", `, "").Replace(wired)
			file, err := read("f", []byte(text), func(path string) (string, []byte, error) { return path, data, nil })
			if err == nil {
				wellFormed(t, file.Plan().Links[0].To[1])
				continue
			}
			for _, m := range err.(Mistakes) {
				if m.File != "x" || m.Path != "" {
					t.Errorf("a mistake elsewhere: %v", m)
				}
			}
			within(t, err.(Mistakes), append([]byte("\xef\xbb\xbf"), data...))
		}
	})
}

// wellFormed wants a table with steps, some fates, or departures in their order.
func wellFormed(t *testing.T, b link.Behavior) {
	switch {
	case b.Trace != nil:
		if len(b.Trace.Departures) == 0 || b.Trace.Octets < 1500 || !slices.IsSorted(b.Trace.Departures) || b.Trace.Departures[len(b.Trace.Departures)-1] > b.Trace.Period {
			t.Errorf("trace %+v", b.Trace)
		}
	case len(b.Loss) > 0:
		if len(b.Loss[0].Fates) == 0 {
			t.Error("no fates")
		}
	case len(b.Delay.Table) < 2:
		t.Errorf("table %v", b.Delay.Table)
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
