package scenario_test

import (
	"os"
	"testing"

	"github.com/icmprouter/icmprouter/scenario"
)

func TestDump(t *testing.T) {
	dir := os.Getenv("DUMP")
	if dir == "" {
		return
	}
	for _, s := range scenario.All() {
		os.WriteFile(dir+"/"+s.Name+".json", s.Config(true), 0o644)
		os.WriteFile(dir+"/"+s.Name+".truth.json", s.Config(false), 0o644)
	}
}
