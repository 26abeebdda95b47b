package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/internal/needs"
)

const conformancePage = "../docs/conformance.md"

// TestDocument sends all cases to this router and to Linux, and finds the page as
// it is stored. This router does all that it can be set to do; what Linux does
// otherwise is known.
func TestDocument(t *testing.T) {
	needs.Root(t)
	needs.Tool(t, "ip", "iproute2")
	needs.Time(t, "75 s")
	program := filepath.Join(t.TempDir(), "icmprouter")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, "../cmd/icmprouter").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	requirements, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	var ours, linux Report
	var both sync.WaitGroup
	both.Go(func() { ours = probeAll(t, "icmprouter", Self(program)) })
	both.Go(func() { linux = probeAll(t, "Linux "+release(t), Linux()) })
	both.Wait()
	for _, r := range []Report{ours, linux} {
		if !r.OK() {
			t.Errorf("%s: %s", r.Router, r.Counts())
		}
	}
	got := Document(requirements, ours, linux)
	if *update && !t.Failed() {
		if err := os.WriteFile(conformancePage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(conformancePage)
	if err != nil {
		t.Fatal(err)
	}
	if line := firstOther(sameKernel(got), sameKernel(string(want))); line != "" {
		t.Errorf("%s is stale: go test ./conformance -run TestDocument -update\n%s", conformancePage, line)
	}
}

func probeAll(t *testing.T, name string, target Target) Report {
	cases, err := Cases()
	if err != nil {
		t.Error(err)
	}
	return Report{Router: name, Results: target.Probe(cases, func(r Result) {
		if r.Verdict == Deviates || r.Verdict == Hidden {
			t.Errorf("%s: %s is %s: %s\ngot %q", name, r.Case.ID, r.Verdict, r.Why, r.Got)
		}
	})}
}

func release(t *testing.T) string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	return unix.ByteSliceToString(u.Release[:])
}

// sameKernel leaves out which Linux it was.
func sameKernel(text string) string {
	return regexp.MustCompile(`Linux \d\S*`).ReplaceAllString(text, "Linux")
}

// firstOther returns the first line that is not the same in both.
func firstOther(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			return "got  " + at(g, i) + "\nwant " + at(w, i)
		}
	}
	return ""
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}

// TestRequirements: each is shown by something that exists, or says why not.
func TestRequirements(t *testing.T) {
	requirements, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	tests := goTests(t)
	seen := map[string]bool{}
	for _, r := range requirements {
		if r.Cite == "" || r.Says == "" || r.Level == "" || seen[r.ID] {
			t.Errorf("%s: a requirement has an ID of its own, a level, rfc and says", r.ID)
		}
		seen[r.ID] = true
		if len(r.Cases)+len(r.Tests) == 0 && r.Note == "" {
			t.Errorf("%s: nothing shows it, and nothing says why", r.ID)
		}
		for _, id := range r.Cases {
			if !slices.ContainsFunc(cases, func(c Case) bool { return c.ID == id }) {
				t.Errorf("%s: there is no case %s", r.ID, id)
			}
		}
		for _, test := range r.Tests {
			if !tests[test] {
				t.Errorf("%s: there is no test %s", r.ID, test)
			}
		}
	}
	if len(requirements) < 130 {
		t.Errorf("%d requirements: some are missing", len(requirements))
	}
}

// goTests returns the tests of the lower floors, as package.Test.
func goTests(t *testing.T) map[string]bool {
	tests := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	files, err := filepath.Glob("../*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range function.FindAllStringSubmatch(string(text), -1) {
			tests[filepath.Base(filepath.Dir(file))+"."+match[1]] = true
		}
	}
	return tests
}
