//go:build linux

package e2e

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// patience is how long anything may take that a test waits for.
	patience = 20 * time.Second
	// toolTime is how long a tool may run.
	toolTime = 60 * time.Second
)

// await polls until done, and fails t if that takes too long.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
	}
}

// output collects what a process writes while others read it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) count(text string) int { return strings.Count(o.String(), text) }

// command runs a tool up to its end and returns all that it printed, and its
// exit code. A tool that does not start or end fails t.
func command(t *testing.T, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), toolTime)
	defer cancel()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("%v: %v\n%s", c, err, out)
	}
	return string(out), c.ProcessState.ExitCode()
}

// must runs a command that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, code := command(t, args...)
	if code != 0 {
		t.Fatalf("%s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// want fails t unless each pattern matches somewhere in text.
func want(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("want %q in:\n%s", pattern, text)
		}
	}
}

// group returns what the group of a pattern matched.
func group(t *testing.T, text, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("want %q in:\n%s", pattern, text)
	}
	return found[1]
}

// set gives sysctls values in a namespace.
func set(t *testing.T, netns string, settings ...string) {
	t.Helper()
	must(t, in(netns, append([]string{"sysctl", "-q", "-w"}, settings...)...)...)
}

// own gives an address to the TUN in a namespace, and waits until the kernel takes what comes for it: for IPv6 a thread of its own sees
// to that.
func own(t *testing.T, netns, address string) {
	t.Helper()
	must(t, in(netns, "ip", "addr", "replace", address, "dev", "tun0", "nodad")...)
	await(t, address+" to be local", func() bool {
		return strings.HasPrefix(must(t, in(netns, "ip", "route", "get", address)...), "local ")
	})
}
