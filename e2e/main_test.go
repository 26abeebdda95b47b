//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the program under test, built by TestMain.
var program string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "icmprouter-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755) // other users run it, too
	program = filepath.Join(dir, "icmprouter")
	args := []string{"build", "-buildvcs=false", "-o", program}
	if os.Getenv("ICMPROUTER_TEST_RACE") == "1" {
		args = append(args, "-race")
		os.Setenv("GORACE", "atexit_sleep_ms=0") // or each ctl waits a second before it ends
	}
	build := exec.Command("go", append(args, ".")...)
	build.Dir = "../cmd/icmprouter"
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %v\n%s", build, err, out)
		return 1
	}
	os.Setenv("LC_ALL", "C") // the words of the tools are asserted
	return m.Run()
}
