//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// router is a running `icmprouter run`, with captures on both of its links.
type router struct {
	topology
	t              *testing.T
	config         string // the path of the configuration
	process        *exec.Cmd
	ended          chan struct{} // closed when the process has
	stdout, stderr output
	notices        *notices
	captures       map[string]*capture // by link
}

// counters is what a node prints at its end.
type counters struct {
	Received, Forwarded, Delivered, Held uint64
	Fragments                            uint64 `json:"fragments_sent"`
	Dropped                              map[string]uint64
	Forged                               uint64
	Boxes                                struct {
		Behind    map[string]uint64 `json:"dropped_behind"`
		DFCleared uint64            `json:"df_cleared"`
		Clamped   uint64            `json:"mss_clamped"`
	}
	Messages map[string]message
	Links    []struct {
		Link, Device            string
		Up                      bool
		Received, Sent, Refused uint64
		Missed, Lost            uint64
	}
}

// message is what a node counts of one.
type message struct {
	Sent, Forbidden, Unroutable, Withheld, Throttled, Limited uint64
	Altered, Delayed, Duplicated                              uint64
}

// start runs a router with the topology, waits until it is ready, and captures.
func start(t *testing.T, p topology) *router {
	t.Helper()
	r := launch(t, p)
	r.capture("left", p.Client)
	r.capture("right", p.Server)
	return r
}

// launch is start without captures.
func launch(t *testing.T, p topology, args ...string) *router {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	p.write(t, path)
	return launchFile(t, p, path, args...)
}

// ready is how the log says so, as text and as JSON.
var ready = regexp.MustCompile(`msg=ready|"msg":"ready"`)

// launchFile runs the program with a configuration that has the namespaces of p.
func launchFile(t *testing.T, p topology, path string, args ...string) *router {
	t.Helper()
	needs.Root(t)
	needs.Tool(t, "ip", "iproute2")
	needs.Tool(t, "ping", "iputils-ping")
	r := &router{topology: p, t: t, config: path, notices: listen(t), captures: map[string]*capture{}}
	if len(args) == 0 {
		args = []string{"--json"}
	}
	r.run(args...)
	await(t, "READY=1", func() bool {
		return r.dead() || r.notices.has("READY=1") && ready.MatchString(r.stderr.String())
	})
	if r.dead() {
		t.Fatalf("icmprouter ended with %v before it was ready\n%s", r.process.ProcessState, &r.stderr)
	}
	return r
}

// run starts the program with the router's configuration.
func (r *router) run(args ...string) {
	r.t.Helper()
	r.process = exec.Command(program, append([]string{"run", r.config}, args...)...)
	r.process.Env = append(os.Environ(), "NOTIFY_SOCKET="+r.notices.path)
	r.begin()
}

// begin starts a process that is made. It is killed, and its log shown, if the test leaves it.
func (r *router) begin() {
	r.t.Helper()
	r.process.Stdout, r.process.Stderr = &r.stdout, &r.stderr
	if err := r.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	process, ended := r.process, make(chan struct{})
	r.ended = ended
	go func() { defer close(ended); process.Wait() }()
	r.t.Cleanup(func() {
		process.Process.Kill() // an ended process is not found any more
		<-ended
		if r.t.Failed() {
			r.t.Logf("the log of icmprouter:\n%s", &r.stderr)
		}
	})
}

// dead says that the process has ended.
func (r *router) dead() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// end sends a signal and waits for the process's end, which must be exit code 0.
func (r *router) end(s syscall.Signal) {
	r.t.Helper()
	r.process.Process.Signal(s)
	await(r.t, "icmprouter's end", r.dead)
	if code := r.process.ProcessState.ExitCode(); code != 0 {
		r.t.Fatalf("after %v the exit code is %d, want 0\n%s", s, code, &r.stderr)
	}
}

// stop ends the router, has its captures judged, and returns its counters, whose
// sum it checks.
func (r *router) stop() counters {
	r.t.Helper()
	r.end(syscall.SIGTERM)
	var nodes []counters
	if err := json.Unmarshal([]byte(r.stdout.String()), &nodes); err != nil || len(nodes) != 1 {
		r.t.Fatalf("counters: %v\n%s", err, &r.stdout)
	}
	c := nodes[0]
	if sum := c.Forwarded + c.Delivered + c.Held + c.dropped(); sum != c.Received {
		r.t.Errorf("received %d, and %d ended in a counter: %+v", c.Received, sum, c)
	}
	for _, link := range c.Links {
		if capture := r.captures[link.Link]; capture != nil {
			r.judge(link.Link, capture, link.Sent)
		}
		if link.Refused != 0 {
			r.t.Errorf("link %s refused %d packets", link.Link, link.Refused)
		}
	}
	return c
}

// dropped is the sum of all reasons.
func (c counters) dropped() (sum uint64) {
	for _, count := range c.Dropped {
		sum += count
	}
	return sum
}

// wantDropped compares one reason's counter.
func (c counters) wantDropped(t *testing.T, reason string, want uint64) {
	t.Helper()
	if got := c.Dropped[reason]; got != want {
		t.Errorf("dropped as %s: %d, want %d", reason, got, want)
	}
}

// wantSent compares how often a message was sent.
func (c counters) wantSent(t *testing.T, message string, want uint64) {
	t.Helper()
	if got := c.Messages[message].Sent; got != want {
		t.Errorf("sent %s: %d, want %d", message, got, want)
	}
}

// in is the command line that runs args in a namespace: a name, a path or pid:N.
func in(netns string, args ...string) []string {
	pid, isPid := strings.CutPrefix(netns, "pid:")
	switch {
	case isPid:
		return append([]string{"nsenter", "--net=/proc/" + pid + "/ns/net"}, args...)
	case filepath.IsAbs(netns):
		return append([]string{"nsenter", "--net=" + netns}, args...)
	}
	return append([]string{"ip", "netns", "exec", netns}, args...)
}

// client runs a tool in the client's namespace, and returns what it printed.
func (r *router) client(t *testing.T, args ...string) string {
	t.Helper()
	out, _ := command(t, in(r.Client, args...)...)
	return out
}

// tracepath runs it in a namespace, on one processor with the router. On another it may read an error before the kernel has told the
// socket of it, take that notice for an answer, and lag behind its probes from then on.
func (r *router) tracepath(t *testing.T, netns string, args ...string) string {
	t.Helper()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(r.process.Process.Pid, &all); err != nil {
		t.Fatal(err)
	}
	first := 0
	for !all.IsSet(first) {
		first++
	}
	one.Set(first)
	r.keepOn(t, &one)
	defer r.keepOn(t, &all)
	return must(t, in(netns, append([]string{"taskset", "-c", fmt.Sprint(first), "tracepath", "-n"}, args...)...)...)
}

// keepOn keeps all threads of the router on some processors.
func (r *router) keepOn(t *testing.T, processors *unix.CPUSet) {
	t.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", r.process.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		id, _ := strconv.Atoi(thread.Name())
		if err := unix.SchedSetaffinity(id, processors); err != nil && err != unix.ESRCH {
			t.Fatal(err)
		}
	}
}

// background starts a tool in a namespace, waits until it prints a text, and kills
// it at the end of the test.
func background(t *testing.T, netns, text string, args ...string) (*exec.Cmd, *output) {
	t.Helper()
	args = in(netns, args...)
	c, out := exec.Command(args[0], args[1:]...), &output{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	await(t, args[0]+" to say "+text, func() bool { return out.count(text) > 0 })
	return c, out
}

// ping sends one echo request from the client and wants an answer.
func (r *router) ping(t *testing.T, to string) {
	t.Helper()
	want(t, r.client(t, "ping", "-n", "-c", "1", "-W", "5", to), ` 0% packet loss`)
}
