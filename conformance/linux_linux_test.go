package conformance

import (
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestLinux: the kernel is right but for what is known.
func TestLinux(t *testing.T) {
	needs.Root(t)
	needs.Tool(t, "ip", "iproute2")
	all, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	var cases []Case
	for _, c := range all {
		if !c.Slow {
			cases = append(cases, c)
		}
	}
	results := Linux().Probe(cases, func(r Result) {
		if r.Verdict == Deviates || r.Verdict == Hidden {
			t.Errorf("%s is %s: %s\ngot %q", r.Case.ID, r.Verdict, r.Why, r.Got)
		}
	})
	if *update && !t.Failed() {
		record(t, results)
	}
}

// TestEthernet: where neighbours are looked for, the prober is all of them.
func TestEthernet(t *testing.T) {
	needs.Root(t)
	needs.Tool(t, "ip", "iproute2")
	target := Linux()
	target.start = func(n Needs) (Router, func() error, error) {
		l, err := startLinux(n, true)
		if err != nil {
			return nil, nil, err
		}
		return l, l.Close, nil
	}
	all, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"F4-01": true, "F4-03": true, "E4-02": true, "E4-03": true, "R4-01": true, "A4-01": true,
		"F6-01": true, "F6-03": true, "E6-02": true, "R6-01": true, "U6-03": true, "N4-08b": true}
	var cases []Case
	for _, c := range all {
		if want[c.ID] {
			cases = append(cases, c)
		}
	}
	target.Probe(cases, func(r Result) {
		if r.Verdict != OK {
			t.Errorf("%s is %s: %s\ngot %q", r.Case.ID, r.Verdict, r.Why, r.Got)
		}
	})
	if len(cases) != len(want) {
		t.Errorf("%d cases, want %d", len(cases), len(want))
	}
}
