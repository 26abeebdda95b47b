package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/icmprouter/icmprouter/tundev"
)

// readyTimeout is how long a child may take to be ready: a million routes take a while.
const readyTimeout = 60 * time.Second

var errEnded = errors.New("has ended")

// Process is a child. It dies with this process.
type Process struct {
	// PID is its number.
	PID int

	cmd  *exec.Cmd
	in   io.WriteCloser
	out  io.Reader
	said *tail
}

// spawn starts a program, in a namespace if one is given.
func (l *Lab) spawn(n *tundev.Namespace, program string, arguments ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(program, arguments...), said: &tail{lines: make(chan string, 64)}}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.Stderr = p.said
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	start := p.cmd.Start
	if n != nil {
		start = func() error { return n.Do(p.cmd.Start) }
	}
	if err := start(); err != nil {
		return nil, err
	}
	p.PID = p.cmd.Process.Pid
	l.processes = append(l.processes, p)
	return p, nil
}

// waitFor waits until the child has said word on its standard error.
func (p *Process) waitFor(word string) error {
	timeout := time.After(readyTimeout)
	for {
		select {
		case line := <-p.said.lines:
			if strings.Contains(line, word) {
				return nil
			}
		case <-time.After(100 * time.Millisecond):
			if p.dead() {
				return p.explain(errEnded)
			}
		case <-timeout:
			return p.explain(fmt.Errorf("not ready after %v", readyTimeout))
		}
	}
}

// dead says that the child has ended; its parent has not been told.
func (p *Process) dead() bool {
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID))
	return err != nil || strings.Contains(string(state), ") Z ")
}

// explain adds what the child said last to an error.
func (p *Process) explain(err error) error {
	return fmt.Errorf("%s: %w: %s", filepath.Base(p.cmd.Path), err, p.said.last())
}

// endTimeout is how long a child may take to end: a thousand devices take a while.
const endTimeout = 60 * time.Second

// End ends the child: it is asked first.
func (p *Process) End() error {
	p.in.Close()
	p.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(endTimeout, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	go io.Copy(io.Discard, p.out)
	p.cmd.Wait() // an agent or forwarder ends by the signal
	return nil
}

// CPU is the time that the child has run on processors so far, all its threads.
func (p *Process) CPU() (total time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.PID))
	for _, path := range threads {
		text, _ := os.ReadFile(path)
		first, _, _ := strings.Cut(string(text), " ")
		ns, _ := strconv.ParseInt(first, 10, 64)
		total += time.Duration(ns)
	}
	return total
}

// Memory is what the child holds in memory now, and at most so far, in octets.
func (p *Process) Memory() (now, peak int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes << 10
		case "VmHWM:":
			peak = kilobytes << 10
		}
	}
	return now, peak
}

// tail takes what a child says: lines for who waits for one, and the last for an error.
type tail struct {
	mu    sync.Mutex
	text  []byte
	lines chan string
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-1024):]
	t.mu.Unlock()
	for scanner := bufio.NewScanner(strings.NewReader(string(b))); scanner.Scan(); {
		select {
		case t.lines <- scanner.Text():
		default: // nobody waits
		}
	}
	return len(b), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return lines[len(lines)-1]
}
