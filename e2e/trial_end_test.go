//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestScenarioInterrupted: who ends a run has no verdict about it, and leaves nothing: by a signal, and by Ctrl-C.
func TestScenarioInterrupted(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			mark := fmt.Sprintf("E2E_%d_%s_%d", os.Getpid(), c.name, signal)
			process := c.calls(t, "scenario", "run", "ptb-short-quote", "--no-baseline", "--", "sh", "-c", "echo ready; trap '' TERM; sleep 60 & wait")
			process.Env = append(os.Environ(), mark+"=1")
			s := onTerminal(t, process)
			s.see("ready", 1)
			if signal == syscall.SIGINT {
				s.press("\x03")
			} else {
				process.Process.Signal(signal)
			}
			process.Wait()
			if status := process.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != signal {
				t.Errorf("the status is %#x, want an end by %v", status, signal)
			}
			await(t, "all to end", func() bool { return len(marked(mark)) == 0 })
			if s.screen.count("ptb-short-quote") > 0 {
				t.Errorf("there is a verdict:\n%s", s.screen)
			}
		}
	})
}

// TestScenarioStopped: who stops a run for a while, as Ctrl-Z does or a machine that is busy, has not found a fault of the network's.
func TestScenarioStopped(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "curl", "curl")
	asAll(t, func(t *testing.T, c caller) {
		process := c.calls(t, "scenario", "run", "ptb-short-quote", "--no-baseline", "--json", "--",
			"sh", "-c", "echo ready; curl -sS -o /dev/null http://server.lab/bytes/10000000")
		var stdout, stderr output
		process.Stdout, process.Stderr = &stdout, &stderr
		process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		group := func(signal syscall.Signal) { syscall.Kill(-process.Process.Pid, signal) }
		t.Cleanup(func() { group(syscall.SIGKILL); process.Wait() })
		await(t, "the program", func() bool { return stderr.count("ready") > 0 })
		time.Sleep(500 * time.Millisecond)
		group(syscall.SIGSTOP)
		time.Sleep(1500 * time.Millisecond)
		group(syscall.SIGCONT)
		process.Wait()
		var result struct {
			Verdict, Reason string
			Faulty          struct {
				StoodStill time.Duration `json:"stood_still_ns"`
			}
		}
		if err := json.Unmarshal([]byte(stdout.String()), &result); err != nil {
			t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
		}
		if still := result.Faulty.StoodStill; still < 1400*time.Millisecond || result.Verdict != "survived" {
			t.Errorf("stood still for %v: %s: %s", still, result.Verdict, result.Reason)
		}
		want(t, result.Reason, `; this machine stood still for \d\.\d s meanwhile$`)
	})
}

// TestScenarioCardInterrupted: of several scenarios, the report has those that were done.
func TestScenarioCardInterrupted(t *testing.T) {
	t.Parallel()
	c := callers[0]
	junit := filepath.Join(t.TempDir(), "card.xml")
	process := c.calls(t, "scenario", "run", "P17", "P02", "P21", "--parallel", "1", "--no-baseline", "--junit", junit)
	var stdout, stderr output
	process.Stdout, process.Stderr = &stdout, &stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Process.Kill(); process.Wait() })
	await(t, "the first", func() bool { return stderr.count("ptb-short-quote: ") > 0 })
	process.Process.Signal(syscall.SIGTERM)
	process.Wait()
	if code := process.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d, want 1\n%s%s", code, &stdout, &stderr)
	}
	want(t, stdout.String(), `(?m)^P17 +ptb-short-quote +(survived|degraded) `, `(?m)^P02 +ptb-filtered +error +- +interrupted$`, `(?m)^P21 +l2-silent +error +- +interrupted$`)
	xml, err := os.ReadFile(junit)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(xml), `tests="3" failures="\d" errors="2"`)
}

// TestScenarioProgramFails: a program's own word is no verdict, and does not pass unseen. What cannot be written is said before the run.
func TestScenarioProgramFails(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "curl", "curl")
	c := callers[0]
	e := c.verdict(t, 0, "P16", "--", "sh", "-c", "curl -sS -o /dev/null http://server.lab/bytes/100000; exit 3")
	want(t, e.stdout, `SURVIVED: .*; but the program ended with status 3\n`, `(?m)^  program: sh -c .*; it ended with status 3$`)
	e = finish(t, c.calls(t, "scenario", "run", "P16", "--html", "/no/such/directory/card.html"))
	e.wantStatus(t, 2)
	want(t, e.stderr, `^open /no/such/directory/card.html: no such file or directory\n$`)
	kept, none := filepath.Join(t.TempDir(), "kept.xml"), filepath.Join(t.TempDir(), "none.html")
	if err := os.WriteFile(kept, []byte("the last one"), 0o644); err != nil {
		t.Fatal(err)
	}
	e = finish(t, c.calls(t, "scenario", "run", "--config", "/no/such.json", "--junit", kept, "--html", none))
	e.wantStatus(t, 2)
	if text, _ := os.ReadFile(kept); string(text) != "the last one" {
		t.Errorf("the last report is %q now", text)
	}
	if _, err := os.Stat(none); !os.IsNotExist(err) {
		t.Errorf("there is a report of nothing: %v", err)
	}
	e = finish(t, c.calls(t, "scenario", "run", "P16", "curl", "server.lab"))
	e.wantStatus(t, 2)
	want(t, e.stderr, `there is no scenario "curl" \(a command stands behind "--"\)`)
}

// TestScenarioWithoutTUN says what is missing, and how to mend it: of one scenario and of several.
func TestScenarioWithoutTUN(t *testing.T) {
	t.Parallel()
	c := caller{"user", closedTUN, nobody, nil}
	for _, names := range [][]string{{"P16"}, {"P16", "P17"}} {
		e := finish(t, c.calls(t, append([]string{"scenario", "run"}, names...)...))
		e.wantStatus(t, 1)
		want(t, e.stderr, `(?m)^  TUN: /dev/net/tun is not open to you\n    fix: sudo chmod`)
	}
}
