package demo

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
	"github.com/icmprouter/icmprouter/network"
)

// steps tells the story in JSON, and returns its steps.
func steps(t *testing.T, o Options) ([]result, error) {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.JSON, o.Log = &out, true, slog.New(slog.DiscardHandler)
	o.Counters = func(io.Writer, []network.NodeStats) error { return nil }
	err := Run(o)
	var told []result
	for d := json.NewDecoder(&out); d.More(); {
		var r result
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		told = append(told, r)
	}
	return told, err
}

// wantWell says what was wrong, if anything was.
func wantWell(t *testing.T, told []result, err error) {
	t.Helper()
	if err != nil || len(told) != len(story) {
		t.Errorf("got %d steps and the error %v, want %d steps and none", len(told), err, len(story))
	}
	for _, r := range told {
		if !r.OK || len(r.Got) == 0 {
			t.Errorf("step %d, %s:\ngot  %v\nwant %v", r.Step, r.Title, r.Got, r.Want)
		}
	}
}

func TestStoryInMemory(t *testing.T) {
	told, err := steps(t, Options{Memory: true})
	wantWell(t, told, err)
}

func TestStoryThroughKernel(t *testing.T) {
	needs.Root(t)
	told, err := steps(t, Options{})
	wantWell(t, told, err)
	if said := strings.Join(told[0].Details, "\n"); strings.Contains(said, "simulated") {
		t.Errorf("got %q, want real hosts", said)
	}
}

// The story must not be told well of a router that does ill.
func TestStoryOfBrokenRouter(t *testing.T) {
	last := "} } } }"
	for _, c := range []struct {
		name, old, new string
		bad            []int
	}{
		{"no bottleneck", `"mtu": 1400`, `"mtu": 1500`, []int{4, 5}},
		{"another bottleneck", `"mtu": 1400`, `"mtu": 1300`, []int{4, 5}},
		{"no limit", last, `}, "icmp": { "rate": { "unlimited": true } } } } }`, []int{6}},
		{"a lower limit", last, `}, "icmp": { "rate": { "pps": 10, "burst": 10 } } } } }`, []int{6}},
		{"a prohibited server", last, `}, "routes": [{ "to": "10.2.0.2/32", "kind": "prohibit" }] } } }`, []int{2, 3, 4, 5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := strings.Replace(configuration, c.old, c.new, 1)
			if config == configuration {
				t.Fatalf("%q is not in the configuration", c.old)
			}
			told, err := steps(t, Options{Memory: true, config: config})
			var bad []int
			for _, r := range told {
				if !r.OK {
					bad = append(bad, r.Step)
				}
			}
			if !slices.Equal(bad, c.bad) || (err != nil) != (len(c.bad) > 0) {
				t.Errorf("got %v failed and the error %v, want %v", bad, err, c.bad)
			}
		})
	}
}

func TestConfigurationWithMistakeIsTold(t *testing.T) {
	told, err := steps(t, Options{Memory: true, config: `{ "nodes": 1 }`})
	if len(told) != 0 || err == nil {
		t.Errorf("got %d steps and the error %v, want none and one", len(told), err)
	}
}

func TestPage(t *testing.T) {
	for _, c := range []struct {
		name string
		p    page
		want string
	}{
		{"plain", page{}, "\n1  A step\n   said\n   ✓ one                      1\n   ✗ two                      got  2\n                              want 3\n"},
		{"coloured", page{color: true}, "\n\x1b[1m1  A step\x1b[0m\n   said\n   \x1b[32m✓\x1b[0m one                      1\n" +
			"   \x1b[1;31m✗\x1b[0m two                      \x1b[1;31mgot  2\x1b[0m\n                              \x1b[1;31mwant 3\x1b[0m\n"},
		{"json", page{json: true}, `{"step":1,"title":"A step","ok":false,"got":{"one":"1","two":"2"},"want":{"one":"1","two":"3"},"details":["said"]}` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			c.p.out = &out
			c.p.begin("A step")
			c.p.say("said")
			c.p.same("one", 1, 1)
			c.p.same("two", 2, 3)
			c.p.end()
			if out.String() != c.want {
				t.Errorf("got\n%q\nwant\n%q", out.String(), c.want)
			}
			if err := c.p.close(); err == nil || !strings.HasSuffix(err.Error(), "step 1") {
				t.Errorf("got the error %v, want one that names step 1", err)
			}
		})
	}
}
