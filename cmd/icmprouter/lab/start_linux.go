package lab

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Exit statuses of what runs another program, as of env(1) and timeout(1).
const (
	timedOut    = 124 // the program was ended
	failure     = 125 // there was no lab
	notRunnable = 126 // the program could not be started
	notFound    = 127 // there is no such program
)

// grace is how long a command may take to end after SIGTERM.
const grace = 2 * time.Second

// Start starts a command in the namespace of that name. It has none of the lab's rights, unless
// root started the lab, none of its environment variables, and ends with it.
func (l *Lab) Start(where string, c *exec.Cmd) error {
	if c.Env == nil {
		c.Env = os.Environ()
	}
	var env []string
	for _, v := range c.Env {
		if !strings.HasPrefix(v, variables) {
			env = append(env, v)
		}
	}
	c.Env = env
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Pdeathsig = syscall.SIGKILL
	return l.Do(where, func() error {
		if outer.rootless {
			if err := renounce(); err != nil {
				return err
			}
		}
		return c.Start()
	})
}

// renounce keeps what this thread starts from having its capabilities.
func renounce() error {
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	data[0].Inheritable, data[1].Inheritable = 0, 0
	return unix.Capset(&header, &data[0])
}

// Result is how a command ended.
type Result struct {
	Status syscall.WaitStatus
	// TimedOut says that it was ended, as it took too long.
	TimedOut bool
}

// Exit ends this process as the command ended: by its exit status, or by its signal; with
// status 124 if it was ended for its time.
func (r Result) Exit() {
	if r.TimedOut {
		os.Exit(timedOut)
	}
	os.Exit(passOn(r.Status))
}

// Run starts a command in the namespace of that name, as the one in front, and waits for its end:
// terminal and signals are its own meanwhile. What c does not set it inherits. After the timeout, unless it is zero, it
// is ended. The error says that it could not be started.
func (l *Lab) Run(where string, c *exec.Cmd, timeout time.Duration) (r Result, err error) {
	return l.run(where, c, timeout, tell)
}

// RunBehind is as Run, but signals are not the command's: they end the process that called Enter, and all of the lab with it.
func (l *Lab) RunBehind(where string, c *exec.Cmd, timeout time.Duration) (r Result, err error) {
	return l.run(where, c, timeout, func(int) {})
}

// run is given who is told which process is in front.
func (l *Lab) run(where string, c *exec.Cmd, timeout time.Duration, tell func(int)) (r Result, err error) {
	if c.Stdin == nil {
		c.Stdin = os.Stdin
	}
	if c.Stdout == nil {
		c.Stdout = os.Stdout
	}
	if c.Stderr == nil {
		c.Stderr = os.Stderr
	}
	ignored := make(chan os.Signal, 1) // the command gets them, and this process must see its end
	signal.Notify(ignored, caught()...)
	defer signal.Stop(ignored)
	if errors.Is(c.Err, exec.ErrDot) {
		c.Err = nil // as any shell does
	}
	if err := l.Start(where, c); err != nil {
		return r, commandError{err}
	}
	tell(c.Process.Pid)
	defer tell(nobody)
	go watchStops(c.Process.Pid)
	ended := make(chan struct{})
	go func() { defer close(ended); c.Wait() }()
	var late <-chan time.Time
	if timeout > 0 {
		late = time.After(timeout)
	}
	select {
	case <-ended:
	case <-late:
		r.TimedOut = true
		end(c.Process, ended)
	}
	if c.ProcessState == nil || outer.ended.Load() {
		select {} // killAll has ended the command, and ends this process, too
	}
	r.Status = c.ProcessState.Sys().(syscall.WaitStatus)
	return r, nil
}

// end asks a process to end, and makes it.
func end(p *os.Process, ended <-chan struct{}) {
	p.Signal(syscall.SIGTERM)
	p.Signal(syscall.SIGCONT)
	select {
	case <-ended:
	case <-time.After(grace):
		p.Kill()
		<-ended
	}
}

// commandError says that a command could not be started.
type commandError struct{ error }

func (e commandError) Unwrap() error { return e.error }

// ExitStatus is the one to end with after an error of this package.
func ExitStatus(err error) int {
	var c commandError
	switch {
	case !errors.As(err, &c):
		return failure
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return notFound
	}
	return notRunnable
}

// bare is an error without the path that it is about.
func bare(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}
