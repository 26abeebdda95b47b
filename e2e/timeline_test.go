//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var stepped = regexp.MustCompile(`step of the timeline.*step=1.*revision=3`)

// TestTimeline is played by run: at a time, and when errors were sent.
func TestTimeline(t *testing.T) {
	t.Parallel()
	r := control(t, knobs(t, func(p *topology) {
		p.File = `"timeline": [ {"at": "100ms", "set": {"` + rightMTU + `": 1300}}, {"when": {"errors": 2}, "set": {"` + rightMTU + `": 1290}} ]`
	}))
	mtu := func(want string) func() bool {
		return func() bool { return strings.Contains(r.ctl(0, "show", "config"), `"mtu": `+want) }
	}
	await(t, "the step at 100 ms", mtu("1300"))
	want(t, r.client(t, ping("10.2.0.2", "-M", "do", "-s", "1330")...), `mtu ?[=:] ?1300`)
	time.Sleep(50 * time.Millisecond)
	if mtu("1290")() {
		t.Error("one error is enough")
	}
	want(t, r.client(t, ping("fd00:2::2", "-M", "do", "-s", "1330")...), `mtu ?[=:] ?1300`)
	await(t, "the step after two errors", mtu("1290"))
	await(t, "its line in the log", func() bool { return stepped.MatchString(r.stderr.String()) })

	steps := filepath.Join(t.TempDir(), "steps.json")
	if err := os.WriteFile(steps, []byte(`[{"at":"10ms","unset":["`+rightMTU+`"]},{"when":{"packets":1},"set":{"`+rightMTU+`":1400}}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	played := make(chan string)
	go func() { played <- r.ctl(0, "play", steps) }()
	await(t, "the first step", func() bool { return !mtu("1290")() })
	r.ping(t, "10.2.0.2")
	want(t, <-played, `(?s)at 10ms: unset.*revision 4 since.*after 1 packets: set.*revision 5 since`)
	r.stop()
}

// TestControlWatch follows what happens, and ends well when the router does.
func TestControlWatch(t *testing.T) {
	t.Parallel()
	r := control(t, newTopology(t))
	watcher, out := background(t, r.Client, "hello", program, "ctl", "watch", "--control", r.socket)
	r.ctl(0, "set", rightMTU+"=1300")
	r.stop()
	if err := watcher.Wait(); err != nil {
		t.Errorf("watch ends with %v", err)
	}
	want(t, out.String(), `(?s)"event":"hello".*"event":"change".*"nodes\.r1\.interfaces\.right\.mtu"`)
}
