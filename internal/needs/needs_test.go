package needs

import (
	"strings"
	"testing"
)

// recorder is a test that says how it was ended.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper()           {}
func (r *recorder) Skip(args ...any)  { r.skipped = args[0].(string) }
func (r *recorder) Fatal(args ...any) { r.failed = args[0].(string) }

func TestTool(t *testing.T) {
	const want = "needs no-such-tool: apt-get install no-such-package"
	t.Setenv(strict, "")
	var r recorder
	Tool(&r, "no-such-tool", "no-such-package")
	if r.skipped != want || r.failed != "" {
		t.Errorf("skipped with %q, failed with %q, want %q", r.skipped, r.failed, want)
	}
	t.Setenv(strict, "1")
	r = recorder{}
	Tool(&r, "no-such-tool", "no-such-package")
	if r.failed != want || r.skipped != "" {
		t.Errorf("strict: skipped with %q, failed with %q, want %q", r.skipped, r.failed, want)
	}
	r = recorder{}
	Tool(&r, "go", "golang")
	if r.failed != "" || r.skipped != "" {
		t.Errorf("go, which is here: skipped with %q, failed with %q", r.skipped, r.failed)
	}
}

func TestRoot(t *testing.T) {
	t.Setenv(strict, "")
	var r recorder
	Root(&r)
	if r.failed != "" || strings.Contains(r.skipped, "\n") {
		t.Errorf("skipped with %q, failed with %q, want at most one line", r.skipped, r.failed)
	}
}
