//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestSignals ends it as a user and as systemd do: exit code 0, a table whose sum
// holds, and nothing left.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(s.String(), func(t *testing.T) {
			r := launch(t, newTopology(t), "--log-level=info")
			r.ping(t, "10.2.0.2")
			r.ping(t, "fd00:1::1")
			r.client(t, ping("10.2.0.2", "-t", "1")...)
			r.end(s)
			wantTable(t, r.stdout.String())
			r.wantNothingLeft()
			await(t, "STOPPING=1", func() bool { return r.notices.has("STOPPING=1") }) // a datagram may be read after the process has ended
			last := r.notices.all()
			if got := last[len(last)-1]; got != "STOPPING=1" {
				t.Errorf("the last that systemd was told is %q", got)
			}
		})
	}
}

// wantTable checks the sum of a table of counters, and that it says what was sent.
func wantTable(t *testing.T, table string) {
	t.Helper()
	number := func(pattern string) int {
		sum := 0
		for _, found := range regexp.MustCompile(`(?m)^  `+pattern).FindAllStringSubmatch(table, -1) {
			n, _ := strconv.Atoi(found[1])
			sum += n
		}
		return sum
	}
	received := number(`received +(\d+)`)
	if sum := number(`(?:forwarded|delivered|held|dropped) +(\d+)`); sum != received || received < 4 {
		t.Errorf("received %d, and %d ended in a counter:\n%s", received, sum, table)
	}
	want(t, table, `^node r1\n`, `forwarded +2\n`, `delivered +1\n`, `dropped +1 +ttl-expired\n`, `sent +1 +ttl-exceeded\n`,
		`sent +1 +echo-reply\n`, `link left +up +tun0 in `, `link right +up +tun0 in `)
}

// wantNothingLeft checks that namespaces and their marks are gone.
func (r *router) wantNothingLeft() {
	r.t.Helper()
	for _, name := range []string{r.Client, r.Server} {
		if exists(name) {
			r.t.Errorf("namespace %s is left", name)
		}
		if _, err := os.Stat(filepath.Join("/run/icmprouter/netns", name)); err == nil {
			r.t.Errorf("the mark of namespace %s is left", name)
		}
	}
}

// TestKill ends it as a crash does. The next run works, and cleans up for both.
func TestKill(t *testing.T) {
	t.Parallel()
	p := newTopology(t)
	r := launch(t, p)
	r.ping(t, "10.2.0.2")
	r.process.Process.Kill()
	await(t, "the end", r.dead)
	if !exists(p.Client) || !exists(p.Server) {
		t.Fatal("who removed the namespaces of a killed process?")
	}
	again := start(t, p)
	again.ping(t, "10.2.0.2")
	again.ping(t, "fd00:2::2")
	again.stop()
	again.wantNothingLeft()
}

// TestNamespaces takes namespaces that others made: by name, path and process.
// They are still there afterwards, without the TUN.
func TestNamespaces(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	needs.Tool(t, "unshare", "util-linux")
	p := newTopology(t)
	must(t, "ip", "netns", "add", p.Client)
	must(t, "ip", "netns", "add", p.Server)
	holder, _ := background(t, p.Client, "", "unshare", "--net", "sleep", "1000")
	pid := fmt.Sprintf("pid:%d", holder.Process.Pid)
	await(t, "unshare to become sleep", func() bool {
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", holder.Process.Pid))
		return string(name) == "sleep\n"
	})
	for _, c := range []struct{ name, client string }{
		{"name", p.Client}, {"path", namespacePath(p.Client)}, {"process", pid},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p
			p.Client = c.client
			r := start(t, p)
			r.ping(t, "10.2.0.2")
			r.ping(t, "fd00:1::1")
			r.stop()
			for _, netns := range []string{p.Client, p.Server} {
				links := must(t, in(netns, "ip", "-o", "link")...)
				if strings.Contains(links, "tun0") {
					t.Errorf("the TUN is left in %s:\n%s", netns, links)
				}
			}
		})
	}
}

// TestNameInUse starts a second router with the same file: it is told why not, and
// does no harm to the first.
func TestNameInUse(t *testing.T) {
	t.Parallel()
	r := launch(t, newTopology(t))
	out, code := command(t, program, "run", r.config)
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	want(t, out, `tun0 in `+r.Client+`: .*in use`)
	r.ping(t, "10.2.0.2")
	r.stop()
	r.wantNothingLeft()
}

// TestNoTUN runs where /dev/net/tun is missing, as in a container.
func TestNoTUN(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	needs.Tool(t, "unshare", "util-linux")
	p := newTopology(t)
	path := filepath.Join(t.TempDir(), "config.json")
	p.write(t, path)
	out, code := command(t, "unshare", "-m", "sh", "-c",
		`mount -t tmpfs none /dev/net && exec "$0" run "$1"`, program, path)
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	want(t, out, `/dev/net/tun: no such file`, `modprobe tun`)
	if strings.Contains(out, "panic") || strings.Contains(out, "goroutine") {
		t.Errorf("it panics:\n%s", out)
	}
	(&router{topology: p, t: t}).wantNothingLeft()
}
