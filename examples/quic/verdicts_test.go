package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "put the program into all scenarios, and write docs/quic.md anew")

// document holds the verdicts.
const document = "../../docs/quic.md"

// few are the scenarios that the test repeats: those in which a path that seems usable is not, and those that
// change or harm a running transfer. What is a matter of speed alone is left to -update on a machine that rests.
var few = []string{"ptb-never-sent", "tunnel-outer-error", "l2-silent", "asymmetric-mtu", "mss-clamp-hides", "fragments-dropped", "ptb-forged", "shrink-mid-flow"}

// result is what the test reads of a report of `icmprouter scenario run --json`.
type result struct{ Alias, Scenario, Title, Verdict, Reason string }

// run puts the program into scenarios, several at once, and returns what became of it.
func run(t *testing.T, timeout string, names ...string) (results []result) {
	t.Helper()
	dir := t.TempDir()
	router, program := filepath.Join(dir, "icmprouter"), filepath.Join(dir, "quic")
	for _, build := range []struct{ in, out, what string }{{"../..", router, "./cmd/icmprouter"}, {".", program, "."}} {
		c := exec.Command("go", "build", "-o", build.out, build.what)
		c.Dir = build.in
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if out, err := exec.Command(router, "doctor").CombinedOutput(); err != nil {
		if os.Getenv("ICMPROUTER_TEST_NOSKIP") == "1" {
			t.Fatalf("%s", out)
		}
		t.Skipf("no network can be made here:\n%s", out)
	}
	args := append([]string{"scenario", "run", "--json", "--timeout", timeout, "--server", program + " serve"}, names...)
	c := exec.Command(router, append(args, "--", program, "get", "server.lab:4433", "3000000")...)
	var out, log strings.Builder
	c.Stdout, c.Stderr = &out, &log
	err := c.Run() // the exit code is that of the worst verdict
	if err := json.Unmarshal([]byte(out.String()), &results); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	if len(results) < len(names) || c.ProcessState.ExitCode() == 2 {
		t.Fatalf("%v: %d verdicts\n%s", err, len(results), &log)
	}
	return results
}

// TestVerdicts repeats a few of the verdicts that the document tells: whether the program gets through at all.
func TestVerdicts(t *testing.T) {
	if *update {
		write(t, middle(run(t, "20s", "all"), run(t, "20s", "all"), run(t, "20s", "all")))
		return
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range run(t, "10s", few...) {
		row := regexp.MustCompile(`(?m)^\| ` + r.Alias + ` \| \[` + r.Scenario + `\]\(\S+\) \| (\w+) \|`).FindSubmatch(text)
		if row == nil {
			t.Errorf("%s: docs/quic.md has no row for it", r.Scenario)
			continue
		}
		if told := string(row[1]); (told == "blackholed") != (r.Verdict == "blackholed") || r.Verdict == "unjudged" {
			t.Errorf("%s: %s (%s), but docs/quic.md says %s", r.Scenario, r.Verdict, r.Reason, told)
		}
	}
}

// middle takes of three runs that with the middle verdict, scenario by scenario.
func middle(runs ...[]result) []result {
	harm := []string{"unjudged", "survived", "degraded", "blackholed"}
	for i := range runs[0] {
		three := []result{runs[0][i], runs[1][i], runs[2][i]}
		slices.SortFunc(three, func(a, b result) int { return slices.Index(harm, a.Verdict) - slices.Index(harm, b.Verdict) })
		runs[0][i] = three[1]
	}
	return runs[0]
}

func write(t *testing.T, results []result) {
	t.Helper()
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`quic-go/quic-go (v\S+)`).FindSubmatch(module)[1]
	var b strings.Builder
	fmt.Fprintf(&b, `# QUIC in the scenarios

<!-- Written by go test -update in examples/quic. -->

What became of a download of 3 MB by quic-go %s with its default settings (examples/quic) in each of the [scenarios](scenarios.md), as
`+"`icmprouter scenario run all`"+` judged it, the middle one of three runs. To repeat one:

    cd examples/quic && go build -o /tmp/quic .
    icmprouter scenario run all --server '/tmp/quic serve' -- /tmp/quic get server.lab:4433 3000000

quic-go neither reads nor needs ICMP: it begins with datagrams of 1280 octets (1308 with the headers of UDP and IPv4), and probes for longer ones
(RFC 9000 §14.3). So most of what kills TCP leaves it alone; a path that is narrower than its first datagrams, from the beginning or later, ends it.

| | scenario | verdict | why |
| --- | --- | --- | --- |
`, version)
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | [%s](scenarios.md#%s) | %s | %s |\n", r.Alias, r.Scenario, r.Scenario, r.Verdict, strings.ReplaceAll(r.Reason, "|", `\|`))
	}
	if err := os.WriteFile(document, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
