package lab

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ServerWait is how long StartServer waits for a server to listen.
const ServerWait = 5 * time.Second

// serverCommand is a server of the user's.
type serverCommand struct {
	*exec.Cmd
	ended chan struct{} // closed when it has
}

// StartServer has a shell run a command in the server's namespace. What it prints goes to out, each line with "server: "
// before it. It returns when something listens there that did not before, or after ServerWait.
func (l *Lab) StartServer(command string, out io.Writer) error {
	before, err := l.listening(Server)
	if err != nil {
		return err
	}
	s := &serverCommand{exec.Command("/bin/sh", "-c", command), make(chan struct{})}
	lines := &prefixed{out: out}
	s.Stdout, s.Stderr, s.WaitDelay = lines, lines, time.Second
	s.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what is typed is for the client
	if err := l.Start(Server, s.Cmd); err != nil {
		return err
	}
	l.server = s
	go func() { defer close(s.ended); s.Wait(); lines.flush() }()
	for until := time.Now().Add(ServerWait); time.Now().Before(until); {
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended before it listened: %v", s.ProcessState)
		case <-time.After(20 * time.Millisecond):
		}
		now, err := l.listening(Server)
		if err != nil {
			return err
		}
		for socket := range now {
			if !before[socket] {
				return nil
			}
		}
	}
	fmt.Fprintf(out, "icmprouter: the server listens to nothing after %v; going on\n", ServerWait)
	return nil
}

// endServer asks the server and what it started to end, and makes them.
func (l *Lab) endServer() {
	if l.server == nil {
		return
	}
	group := -l.server.Process.Pid
	syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-l.server.ended:
	case <-time.After(grace):
	}
	syscall.Kill(group, syscall.SIGKILL)
	<-l.server.ended
	l.server = nil
}

// listening are the sockets in a namespace that wait for somebody: protocol, address and port, as the kernel
// prints them.
func (l *Lab) listening(where string) (map[string]bool, error) {
	found := map[string]bool{}
	err := l.Do(where, func() error {
		for protocol, state := range map[string]string{"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"} {
			text, err := os.ReadFile("/proc/thread-self/net/" + protocol)
			if os.IsNotExist(err) {
				continue // a kernel without IPv6
			}
			if err != nil {
				return err
			}
			for _, line := range strings.Split(string(text), "\n")[1:] {
				if f := strings.Fields(line); len(f) > 3 && f[3] == state {
					found[protocol+" "+f[1]] = true
				}
			}
		}
		return nil
	})
	return found, err
}

// prefixed writes whole lines, each with the server's name before it.
type prefixed struct {
	out io.Writer

	mu   sync.Mutex
	rest []byte
}

func (p *prefixed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = append(p.rest, b...)
	for {
		end := bytes.IndexByte(p.rest, '\n')
		if end < 0 {
			return len(b), nil
		}
		fmt.Fprintf(p.out, "server: %s\n", p.rest[:end])
		p.rest = p.rest[end+1:]
	}
}

// flush writes a last line that has no end.
func (p *prefixed) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rest) > 0 {
		fmt.Fprintf(p.out, "server: %s\n", p.rest)
		p.rest = nil
	}
}
