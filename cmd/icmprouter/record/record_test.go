package record_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/record"
	"github.com/icmprouter/icmprouter/config"
)

var update = flag.Bool("update", false, "write the golden configurations anew")

// samples are outputs of tools: those with names that are no example's were printed by the tools.
func samples(t *testing.T) (names []string) {
	t.Helper()
	for _, pattern := range []string{"testdata/*.txt", "testdata/*.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 15 {
		t.Fatalf("there are %d samples: the test looks in the wrong place", len(names))
	}
	return names
}

// TestGolden compares configuration and notes of each sample, and has the configuration
// checked by what reads it.
func TestGolden(t *testing.T) {
	for _, name := range samples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			input, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			path, err := record.Read(input, 0)
			if err != nil {
				t.Fatal(err)
			}
			got, notes, err := path.Config(record.Options{Client: "client", Server: "server"})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range notes {
				got = fmt.Appendf(got, "note: %s\n", n)
			}
			golden := filepath.Join("testdata/golden", filepath.Base(name)+".golden")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("not as in %s:\n%s", golden, got)
			}
			text, _, _ := strings.Cut(string(want), "\nnote: ")
			if _, err := config.Parse(name, []byte(text)); err != nil {
				t.Errorf("the configuration has mistakes: %v", err)
			}
		})
	}
}
