package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/config"
)

// TestConfigurations loads all of them.
func TestConfigurations(t *testing.T) {
	files, err := filepath.Glob("*/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v: the test looks in the wrong place", len(files), err)
	}
	for _, file := range files {
		if _, err := config.Load(file); err != nil {
			t.Error(err)
		}
	}
}

// TestReadmes wants each example to name the report that it is of, to say how it is run, and to stand in the table.
func TestReadmes(t *testing.T) {
	table, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := filepath.Glob("*/config.json")
	if err != nil {
		t.Fatal(err)
	}
	report := regexp.MustCompile(`[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+#\d+`)
	for _, file := range dirs {
		name := filepath.Dir(file)
		text, err := os.ReadFile(filepath.Join(name, "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		found := report.FindString(string(text))
		if found == "" || !strings.Contains(string(text), "examples/"+name+"/config.json") || !strings.Contains(string(text), "icmprouter run ") {
			t.Errorf("%s: the README names the report %q; want one as owner/repo#1, and the command that runs the example", name, found)
		}
		row := regexp.MustCompile(`(?m)^\| \[` + name + `\]\(` + name + `\) \|.*` + regexp.QuoteMeta(found))
		if !row.Match(table) {
			t.Errorf("%s: it has no row in the table that names %s", name, found)
		}
	}
}
