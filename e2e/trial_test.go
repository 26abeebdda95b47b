//go:build linux

package e2e

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// judged is what scenario run --json prints, as far as tests look at it.
type judged struct {
	Scenario, Verdict, Reason string
	TimedOut                  bool `json:"timed_out"`
	Baseline, Faulty          struct {
		Ways []struct {
			Payload, Retransmissions, Offered uint64
			Sent, Delivered                   struct{ Largest int }
			Stall                             struct {
				Length int64 `json:"length_ns"`
			} `json:"first_stall"`
			TooBig         int `json:"packet_too_big"`
			Shrank, Probed bool
			Last           int `json:"last_segment"`
		}
		Fates []struct {
			Node, What, How, Class string
			Count                  uint64
		}
	}
}

// retries is how often a verdict may be another, where that is a matter of how busy the machine is.
const retries = 3

// verdict calls scenario run until it has the exit code, a few times at most: others load the machine, and what a program
// survives may be a stall.
func (c caller) verdict(t *testing.T, status int, args ...string) (e ended) {
	t.Helper()
	for range retries {
		if e = finish(t, c.calls(t, append([]string{"scenario", "run"}, args...)...)); e.status.ExitStatus() == status {
			break
		}
	}
	e.wantStatus(t, status)
	return e
}

// judge runs scenario run --json, and wants the exit code.
func (c caller) judge(t *testing.T, status int, args ...string) judged {
	t.Helper()
	return finish(t, c.calls(t, append([]string{"scenario", "run", "--json"}, args...)...)).judged(t, status)
}

// judged reads what scenario run --json printed, and wants the exit code.
func (e ended) judged(t *testing.T, status int) (j judged) {
	t.Helper()
	e.wantStatus(t, status)
	if err := json.Unmarshal([]byte(e.stdout), &j); err != nil {
		t.Fatalf("%v: %s%s", err, e.stdout, e.stderr)
	}
	return j
}

// curl downloads so much in a family, and says how much came.
func curl(family string, octets int) []string {
	return []string{"--", "curl", "-" + family, "-sS", "-o", "/dev/null", "-w", "came %{size_header} %{size_download}", fmt.Sprintf("http://server.lab/bytes/%d", octets)}
}

// TestScenarioBlackhole: Linux never gets through a firewall that drops Packet Too Big, unless it probes.
func TestScenarioBlackhole(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "curl", "curl")
	asAll(t, func(t *testing.T, c caller) {
		for _, family := range []string{"4", "6"} {
			j := c.judge(t, 4, append([]string{"ptb-filtered", "--timeout", "7s"}, curl(family, 500_000)...)...)
			server := j.Faulty.Ways[1]
			if j.Verdict != "blackholed" || !j.TimedOut || server.Payload != 0 || server.Sent.Largest != 1500 || server.TooBig != 0 || server.Stall.Length < 3e9 {
				t.Errorf("IPv%s: %+v", family, j)
			}
			want(t, j.Reason, `^server's 1500-octet datagrams vanish at r2 \(MTU 1400\): \d+ Packet Too Big sent, and none reached the server \(r3 dropped \d+, by a filter\); nothing usable got through$`)
			if truth := j.Baseline.Ways[1]; truth.Payload < 500_000 || truth.Last != 1400 || !truth.Shrank || truth.TooBig == 0 {
				t.Errorf("IPv%s without the fault: %+v", family, truth)
			}
			j = c.judge(t, 3, append([]string{"ptb-filtered", "--probing", "1"}, curl(family, 500_000)...)...)
			server = j.Faulty.Ways[1]
			if j.Verdict != "degraded" || server.Payload < 500_000 || !server.Probed || !server.Shrank || server.Delivered.Largest > 1400 || server.Stall.Length < 1e9 {
				t.Errorf("IPv%s, probing: %+v", family, j)
			}
			want(t, j.Reason, `stalled for .* found by probing that \d+ octets pass, and not 1500`)
		}
	})
}

// TestScenarioCounts: what was observed is what curl got.
func TestScenarioCounts(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "curl", "curl")
	c := callers[0]
	e := c.verdict(t, 0, append([]string{"ptb-quote-rewritten", "--no-baseline", "--json", "--expect", "survived"}, curl("4", 2_000_000)...)...)
	j := e.judged(t, 0)
	came := regexp.MustCompile(`came (\d+) (\d+)`).FindStringSubmatch(e.stderr)
	if came == nil {
		t.Fatalf("curl says %q", e.stderr)
	}
	header, _ := strconv.Atoi(came[1])
	body, _ := strconv.Atoi(came[2])
	if got := j.Faulty.Ways[1].Payload; got != uint64(header+body) || body != 2_000_000 {
		t.Errorf("%d octets were observed, and %d and %d came", got, header, body)
	}
}

// TestExecScenario: who names a scenario is told on standard error what became of his command, which ends as it ends.
func TestExecScenario(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "curl", "curl")
	asAll(t, func(t *testing.T, c caller) {
		e := finish(t, c.calls(t, "exec", "--scenario", "ptb-filtered", "--", "curl", "-m", "4", "-sS", "-o", "/dev/null", "http://server.lab/bytes/10000000"))
		e.wantStatus(t, 28)
		want(t, e.stderr, `(?m)^icmprouter: ptb-filtered: blackholed: server's 1500-octet datagrams vanish at r2 .* nothing usable got through`)
		for range retries { // others load the machine, and what it survived may be a stall
			e = finish(t, c.calls(t, "exec", "--scenario", "P16", "--", "curl", "-sS", "-o", "/dev/null", "http://server.lab/bytes/1000000"))
			e.wantStatus(t, 0)
			if !strings.Contains(e.stderr, ": degraded: ") {
				break
			}
		}
		want(t, e.stderr, `^icmprouter: ptb-quote-rewritten: survived: 1.0 MB got through; the server went from 1500 to 1400 octets as \d+ Packet Too Big told it\n$`)
	})
}

// TestScenarioExpect: exit codes by verdict, and by what was expected.
func TestScenarioExpect(t *testing.T) {
	t.Parallel()
	c := callers[0]
	for _, test := range []struct {
		args   []string
		status int
		stderr string
	}{
		{[]string{"ptb-never-sent", "--timeout", "4s", "--no-baseline"}, 4, ``},
		{[]string{"ptb-never-sent", "--timeout", "4s", "--no-baseline", "--expect", "blackholed"}, 0, ``},
		{[]string{"ptb-never-sent", "--timeout", "4s", "--no-baseline", "--expect", "survived"}, 1, ``},
		{[]string{"ptb-short-quote", "--no-baseline"}, 0, ``},
		{[]string{"ptb-short-quote", "--no-baseline", "--expect", "degraded"}, 1, ``},
		{[]string{"ptb-late", "--no-baseline"}, 3, ``},
		{[]string{"ptb-short-quote", "--no-baseline", "--", "true"}, 1, ``}, // nothing to judge
		{[]string{"ptb-short-quote", "--no-baseline", "--", "no-such-command"}, 1, `not found`},
		{[]string{"ptb-filterd"}, 2, `there is no scenario "ptb-filterd"; did you mean "ptb-filtered"\?`},
		{[]string{}, 2, `which scenario\?`},
		{[]string{"P01", "--expect", "dead"}, 2, `survived, degraded, blackholed`},
		{[]string{"P01", "--config", "x.json"}, 2, `--config and a name`},
		{[]string{"P01", "--timeout", "0s"}, 2, `--timeout 0s`},
		{[]string{"--config", "/no/such.json"}, 2, `/no/such.json`},
	} {
		e := c.verdict(t, test.status, test.args...)
		if test.stderr != "" {
			want(t, e.stderr, test.stderr)
		}
	}
}

// TestScenarioConfig: what show prints is a network that run takes; without its fault nothing is wrong.
func TestScenarioConfig(t *testing.T) {
	t.Parallel()
	c := callers[0]
	for args, verdict := range map[string]string{"--config": "blackholed", "--config --without-fault": "survived"} {
		shown := finish(t, c.calls(t, append([]string{"scenario", "show", "P21"}, strings.Fields(args)...)...))
		file := filepath.Join(t.TempDir(), "own.json")
		if err := os.WriteFile(file, []byte(shown.stdout), 0o644); err != nil {
			t.Fatal(err)
		}
		if j := c.verdict(t, 0, "--json", "--config", file, "--timeout", "4s", "--expect", verdict).judged(t, 0); j.Scenario != "own" || j.Verdict != verdict {
			t.Errorf("%s: %s: %s: %s, want %s", args, j.Scenario, j.Verdict, j.Reason, verdict)
		}
	}
}

// TestScenarioCard: several are run at once, told in their order, and written for people and for machines.
func TestScenarioCard(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for parent := filepath.Dir(dir); len(parent) > len(os.TempDir()); parent = filepath.Dir(parent) {
			os.Chmod(parent, 0o755)
		}
		junit, page := filepath.Join(dir, "card.xml"), filepath.Join(dir, "card.html")
		e := finish(t, c.calls(t, "scenario", "run", "ptb-short-quote", "P01", "ptb-extended", "--timeout", "4s", "--parallel", "2", "--junit", junit, "--html", page))
		e.wantStatus(t, 4)
		want(t, e.stdout, `^P17 +ptb-short-quote +(survived|degraded) .*\nP01 +ptb-never-sent +blackholed +0 % .*\nP37 +ptb-extended +(survived|degraded) .*\n3 scenarios, .*, 1 blackholed\n$`)
		var suites struct {
			Tests, Failures int `xml:",attr"`
			Cases           []struct {
				Name    string `xml:"name,attr"`
				Failure []struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testsuite>testcase"`
		}
		text, err := os.ReadFile(junit)
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(text, &suites); err != nil {
			t.Fatal(err)
		}
		var failed []string
		for _, c := range suites.Cases {
			if len(c.Failure) > 0 {
				failed = append(failed, c.Name)
			}
		}
		if len(suites.Cases) != 3 || !slices.Contains(failed, "ptb-never-sent") {
			t.Errorf("%d cases, of which fail: %q", len(suites.Cases), failed)
		}
		text, err = os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "<svg"); n != 3 {
			t.Errorf("%d pictures on the page", n)
		}
	})
}
