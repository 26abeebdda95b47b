package record_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/record"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
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

// TestDelays adds up the delays of each sample's links: there and back they are what the destination took.
func TestDelays(t *testing.T) {
	for _, name := range samples(t) {
		input, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		path, err := record.Read(input, 0)
		if err != nil {
			t.Fatal(err)
		}
		last := path.Hops[len(path.Hops)-1].Answers[0]
		hops := len(path.Hops)
		text, _, err := path.Config(record.Options{Client: "client", Server: "server"})
		if err != nil {
			t.Fatal(err)
		}
		file, err := config.Parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		plan := file.Plan()
		if last.Addr != path.Target {
			continue // nothing tells how far it is
		}
		var there time.Duration
		node := slices.IndexFunc(plan.Nodes, func(n network.Node) bool { return n.Name == "client" })
		for _, l := range plan.Links { // they are in the order of the hops
			if l.Ends[0].Node == node {
				there += l.To[1].Delay.Mean + l.To[0].Delay.Mean
				node = l.Ends[1].Node
			}
		}
		if off := (there - last.RTT).Abs(); off > time.Duration(hops)*20*time.Microsecond {
			t.Errorf("%s: the links take %v there and back, and the destination took %v", name, there, last.RTT)
		}
	}
}
