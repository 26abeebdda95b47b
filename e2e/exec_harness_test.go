//go:build linux

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// What a /dev/net/tun of one's own is like, in a mount namespace in which the command that follows runs. The
// real one is not touched.
const (
	openTUN   = `mount -t tmpfs none /mnt && mknod /mnt/tun c 10 200 && chmod 0666 /mnt/tun && mount --bind /mnt/tun /dev/net/tun && exec "$@"`
	closedTUN = `mount -t tmpfs none /mnt && mknod /mnt/tun c 10 200 && chmod 0600 /mnt/tun && mount --bind /mnt/tun /dev/net/tun && exec "$@"`
	noTUN     = `mount -t tmpfs none /dev/net && exec "$@"`
)

// nobody is a user who does not exist, and has no rights.
const nobody = 61234

// caller is somebody who calls the program.
type caller struct {
	name  string
	setup string // as which he sees the machine
	uid   int
	wrap  []string // what his commands are called by
}

// callers are those that exec works for.
var callers = []caller{{"root", openTUN, 0, nil}, {"user", openTUN, nobody, nil}}

// asAll runs a test for root and for a user.
func asAll(t *testing.T, test func(t *testing.T, c caller)) {
	for _, c := range callers {
		t.Run(c.name, func(t *testing.T) { test(t, c) })
	}
}

// args is a command line that the caller calls. The process stays the same until it is the command.
func (c caller) args(t *testing.T, args ...string) []string {
	t.Helper()
	needs.Root(t)
	needs.Tool(t, "unshare", "util-linux")
	needs.Tool(t, "setpriv", "util-linux")
	line := []string{"unshare", "--mount", "sh", "-ec", c.setup, "sh"}
	if c.uid != 0 {
		line = append(line, "setpriv", "--reuid="+strconv.Itoa(c.uid), "--regid="+strconv.Itoa(c.uid), "--clear-groups")
	}
	return slices.Concat(line, c.wrap, args)
}

// calls is the program, called with arguments.
func (c caller) calls(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	line := c.args(t, append([]string{program}, args...)...)
	process := exec.Command(line[0], line[1:]...)
	process.Dir = "/" // which all may read
	return process
}

// ended is what a call came to.
type ended struct {
	stdout, stderr string
	status         syscall.WaitStatus
}

// finish waits for the end of a call.
func finish(t *testing.T, c *exec.Cmd) (e ended) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ended{stdout.String(), stderr.String(), c.ProcessState.Sys().(syscall.WaitStatus)}
}

// wantStatus compares an exit status.
func (e ended) wantStatus(t *testing.T, want int) {
	t.Helper()
	if !e.status.Exited() || e.status.ExitStatus() != want {
		t.Errorf("the status is %#x, want exit status %d\n%s\n%s", e.status, want, e.stdout, e.stderr)
	}
}

// marked are the processes whose environment has a variable of that name.
func marked(name string) (found []string) {
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environments {
		text, _ := os.ReadFile(path)
		if bytes.Contains(text, []byte(name+"=")) {
			line, _ := os.ReadFile(filepath.Dir(path) + "/cmdline")
			found = append(found, filepath.Dir(path)+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// terminal is a terminal, and what has been printed on it.
type terminal struct {
	t      *testing.T
	keys   *os.File
	screen *output
}

// onTerminal starts a command in a session of its own, on a terminal of its own.
func onTerminal(t *testing.T, c *exec.Cmd) *terminal {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	unlock := 0
	if err := unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, unlock); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.Chmod(0o666)
	c.Stdin, c.Stdout, c.Stderr = other, other, other
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s := &terminal{t, keys, &output{}}
	go func() {
		for b := make([]byte, 4096); ; {
			n, err := keys.Read(b)
			s.screen.Write(b[:n])
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { c.Process.Kill(); keys.Close() })
	return s
}

// see waits until the terminal shows a text that often.
func (s *terminal) see(text string, times int) {
	s.t.Helper()
	defer func() {
		if s.t.Failed() {
			s.t.Logf("the terminal shows\n%s", s.screen)
		}
	}()
	await(s.t, text+" on the terminal", func() bool { return s.screen.count(text) >= times })
}

func (s *terminal) press(keys string) {
	s.t.Helper()
	if _, err := s.keys.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}
