package nearest_test

import (
	"testing"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

func TestWord(t *testing.T) {
	words := []string{"chain", "ring", "as", "r1", "server"}
	for name, want := range map[string]string{"chian": "chain", "Rnig": "ring", "AS": "as", "servr": "server", "x": "", "": "", "torus": "", "cha": "chain"} {
		if got := nearest.Word(name, words); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := nearest.Hint("servre", words); got != `; did you mean "server"?` {
		t.Error(got)
	}
	if got := nearest.Hint("torus", words); got != "" {
		t.Error(got)
	}
}
