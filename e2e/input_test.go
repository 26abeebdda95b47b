//go:build linux

package e2e

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestStandardInput has a network go from make to run by a pipe. A reload finds nothing there any
// more, says so, and changes nothing.
func TestStandardInput(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	n := &network{&router{topology: newTopology(t), t: t, config: "-", notices: listen(t)}, t}
	text := must(t, program, "make", "--client", n.Client, "--server", n.Server, "chain:3")
	n.process = exec.Command(program, "run", "--json", "-")
	n.process.Env = append(n.process.Environ(), "NOTIFY_SOCKET="+n.notices.path)
	n.process.Stdin = strings.NewReader(text)
	n.begin()
	await(t, "READY=1", func() bool { return n.dead() || n.notices.has("READY=1") })
	n.ping(t, "10.128.2.1")
	n.process.Process.Signal(syscall.SIGHUP)
	await(t, "the reload", func() bool { return n.stderr.count(notChanged) > 0 })
	want(t, n.stderr.String(), `standard input, which cannot be read again`)
	n.ping(t, "fd00:8000:0:2::1")
	n.stop()
}
