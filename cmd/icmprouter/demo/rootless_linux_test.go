package demo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// openTUN gives the command that follows a /dev/net/tun of its own that is open
// to all; noTUN gives it none. The real one is not touched.
const (
	openTUN = `mount -t tmpfs none /mnt && mknod /mnt/tun c 10 200 && chmod 0666 /mnt/tun && mount --bind /mnt/tun /dev/net/tun && exec "$@"`
	noTUN   = `mount -t tmpfs none /dev/net && exec "$@"`
)

// asNobody is the built demo, to be run by a user without any right, after setup
// in a mount namespace of its own.
func asNobody(t *testing.T, setup string, args ...string) *exec.Cmd {
	t.Helper()
	needs.Root(t)
	needs.Tool(t, "unshare", "util-linux")
	needs.Tool(t, "setpriv", "util-linux")
	dir, err := os.MkdirTemp("", "demo") // open to nobody, unlike t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	binary := filepath.Join(dir, "icmprouter")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "..").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := []string{"--mount", "sh", "-ec", setup, "sh", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary, "demo"}
	return exec.Command("unshare", append(command, args...)...)
}

func TestRootless(t *testing.T) {
	out, err := asNobody(t, openTUN).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "two network namespaces") {
		t.Errorf("got the error %v, want none, and real hosts:\n%s", err, out)
	}
}

func TestObstacleIsNamed(t *testing.T) {
	out, err := asNobody(t, noTUN).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "fix: sudo modprobe tun") || !strings.Contains(string(out), "simulated") {
		t.Errorf("got the error %v, want none, what is missing, and simulated hosts:\n%s", err, out)
	}
}

// A signal to the process that started the other one ends both.
func TestRootlessSignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, os.Kill} {
		t.Run(signal.String(), func(t *testing.T) {
			out, theirs, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			c := asNobody(t, openTUN)
			c.Stdout, c.Stderr = theirs, theirs
			err = c.Start()
			theirs.Close()
			if err != nil {
				t.Fatal(err)
			}
			told := bufio.NewReader(out)
			for line := ""; !strings.HasPrefix(line, "2  "); { // the second step of many
				if line, err = told.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
			}
			child := childOf(c.Process.Pid)
			c.Process.Signal(signal)
			rest, _ := io.ReadAll(told) // until both have closed the output
			err = c.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Exited() {
				t.Errorf("got %v, want an end by %v", err, signal)
			}
			if child == "" || strings.Contains(string(rest), "All was as it should be") {
				t.Errorf("got the child %q, want one, and its story cut short:\n%s", child, rest)
			}
		})
	}
}

// childOf is the number of a process's child.
func childOf(pid int) string {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if len(children) > 0 {
		return strings.TrimSpace(string(children))
	}
	// The thread that started it need not be the first.
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		if children, _ := os.ReadFile(task); len(children) > 0 {
			return strings.TrimSpace(string(children))
		}
	}
	return ""
}
