package drop_test

import (
	"regexp"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
)

// TestNames: each reason has a name of its own, in the form that counters and
// logs rely on. A reason has no family.
func TestNames(t *testing.T) {
	form, seen := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), map[string]drop.Reason{}
	for r := range drop.NumReasons {
		name := r.String()
		if !form.MatchString(name) || name == "unknown" {
			t.Errorf("reason %d: got name %q, want lower case words with hyphens", r, name)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("reasons %d and %d: got the same name %q, want two", other, r, name)
		}
		seen[name] = r
	}
}

func TestBeyondTheLast(t *testing.T) {
	for _, r := range []drop.Reason{drop.NumReasons, 255} {
		if got := r.String(); got != "unknown" {
			t.Errorf("reason %d: got %q, want unknown", r, got)
		}
	}
}

// TestZeroIsAlive: a forgotten assignment drops nothing and counts nothing.
func TestZeroIsAlive(t *testing.T) {
	var r drop.Reason
	if r != drop.Alive || r.String() != "alive" {
		t.Errorf("got %v, want alive", r)
	}
}
