package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

// text is a node between two devices in memory.
const text = `{
  "nodes": { "r1": { "interfaces": {
    "left":  { "addresses": ["10.1.0.1/24", "fd00:1::1/64"], "mtu": 1500, "tun": { "device": "memory", "name": "left" } },
    "right": { "addresses": ["10.2.0.1/24", "fd00:2::1/64"], "mtu": 1400, "tun": { "device": "memory", "name": "right" } } } } }
}
`

const right = "nodes.r1.interfaces.right.mtu"

// lab is an engine whose network runs, and its devices.
type lab struct {
	*Engine
	opener *tundev.MemoryOpener
	path   string
}

func newLab(t *testing.T, text string) *lab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	l := &lab{opener: &tundev.MemoryOpener{}, path: path}
	net, err := network.New(file.Plan(), l.opener, log)
	if err != nil {
		t.Fatal(err)
	}
	l.Engine = New(path, []byte(text), net, log)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- net.Run(ctx) }()
	for net.ResetCounters().Clock == 0 { // until a worker has looked at the clock
		time.Sleep(time.Millisecond)
	}
	l.Begin(ctx, file.Timeline)
	t.Cleanup(func() {
		stop()
		l.Wait()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		net.Close()
	})
	return l
}

func set(path, value string) config.Assignments {
	return config.Assignments{{Path: path, Value: []byte(value)}}
}

// value is what the engine's document has at a path; "": nothing.
func (l *lab) value(t *testing.T, path string) string {
	t.Helper()
	text, _ := l.Document()
	d, err := document.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := d.Get(path)
	if err != nil {
		return ""
	}
	return fmt.Sprint(value)
}

func TestChange(t *testing.T) {
	l := newLab(t, text)
	before := time.Now()
	applied, err := l.Change(Change{Set: append(set(right, "1300"), set("nodes.r1.icmp.packet_too_big.action", `"drop"`)...)})
	if err != nil {
		t.Fatal(err)
	}
	if applied.Revision != 2 || applied.At.Before(before) || applied.At.After(time.Now()) || applied.Clock < time.Duration(before.UnixNano()) {
		t.Errorf("%+v", applied)
	}
	var diff strings.Builder
	PrintDiff(&diff, applied.Diff)
	if want := "- nodes.r1.interfaces.right.mtu: 1400\n+ nodes.r1.interfaces.right.mtu: 1300\n+ nodes.r1.icmp: { \"packet_too_big\": { \"action\": \"drop\" } }\n"; strings.Join(strings.Fields(diff.String()), "") != strings.Join(strings.Fields(want), "") {
		t.Errorf("the difference is\n%s", diff.String())
	}
	if _, err := l.Change(Change{Unset: []string{right}}); err != nil {
		t.Fatal(err)
	}
	if _, revision := l.Document(); revision != 3 || l.value(t, right) != "" {
		t.Errorf("revision %d, MTU %s", revision, l.value(t, right))
	}
}

// Of a change that is wrong in one part, no part is made; the error says where, and what is near.
func TestRefusedChange(t *testing.T) {
	l := newLab(t, text)
	good := set("nodes.r1.ttl", `"keep"`)
	for name, row := range map[string]struct {
		change Change
		says   string
	}{
		"value":      {Change{Set: append(good, set(right, "1200")...)}, "right.mtu: 1200 is too small for IPv6"},
		"key":        {Change{Set: append(good, set("nodes.r1.interfaces.right.mut", "1300")...)}, `did you mean "mtu"?`},
		"node":       {Change{Set: append(good, set("nodes.r2.ttl", `"keep"`)...)}, `nodes.r2: there is no such node`},
		"unset":      {Change{Set: good, Unset: []string{"nodes.r1.interfaces.right.mtuu"}}, `did you mean "mtu"?`},
		"no path":    {Change{Set: append(good, set("..", "1")...)}, `is no path`},
		"no JSON":    {Change{Document: []byte("{"), Set: good}, `the file ends too early`},
		"workers":    {Change{Set: append(good, set("workers", "2")...)}, `restart to change that`},
		"device":     {Change{Set: append(good, set("nodes.r1.interfaces.left.tun.device", `"kernel"`)...)}, `give it another name, or restart`},
		"stale":      {Change{Set: good, Revision: 7}, "revision 7 is not the one that runs: that is 1"},
		"a document": {Change{Document: []byte(strings.Replace(text, "1400", "1279", 1))}, "1279 is too small"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := l.Change(row.change); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("it says %v", err)
			}
			if now, revision := l.Document(); string(now) != text || revision != 1 {
				t.Errorf("revision %d:\n%s", revision, now)
			}
		})
	}
}

func TestDryRun(t *testing.T) {
	l := newLab(t, text)
	applied, err := l.Change(Change{DryRun: true, Document: []byte(strings.Replace(text, "1400", "1300", 1))})
	if err != nil || len(applied.Diff) != 1 || string(applied.Diff[0].After) != "1300" || !applied.At.IsZero() {
		t.Errorf("%+v, %v", applied, err)
	}
	if now, revision := l.Document(); string(now) != text || revision != 1 {
		t.Errorf("revision %d:\n%s", revision, now)
	}
}

// Who reads a revision, and changes what he read for that revision, loses nothing that another has changed.
func TestManyClients(t *testing.T) {
	l := newLab(t, text)
	if _, err := l.Change(Change{Set: set(right, "2000")}); err != nil {
		t.Fatal(err)
	}
	const clients, each = 8, 25
	var stale int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for done := 0; done < each; {
				now, revision := l.Document()
				d, _ := document.Parse(now)
				value, _ := d.Get(right)
				mtu, _ := strconv.Atoi(fmt.Sprint(value))
				_, err := l.Change(Change{Revision: revision, Set: set(right, strconv.Itoa(mtu+1))})
				var old *Stale
				switch {
				case err == nil:
					done++
				case errors.As(err, &old):
					mu.Lock()
					stale++
					mu.Unlock()
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if got, want := l.value(t, right), strconv.Itoa(2000+clients*each); got != want {
		t.Errorf("the MTU is %s, want %s: increments were lost (%d were refused)", got, want, stale)
	}
	if _, revision := l.Document(); revision != 2+clients*each {
		t.Errorf("revision %d", revision)
	}
}

func TestReload(t *testing.T) {
	l := newLab(t, text)
	events, cancel := l.Events(10)
	defer cancel()
	if _, err := l.Change(Change{Set: set(right, "1300")}); err != nil {
		t.Fatal(err)
	}
	if applied, err := l.Reload(); err != nil || applied.Revision != 3 || l.value(t, right) != "1400" {
		t.Errorf("%+v, %v: the MTU is %s", applied, err, l.value(t, right))
	}
	os.WriteFile(l.path, []byte("{ }"), 0o600)
	if _, err := l.Reload(); err == nil {
		t.Error("a wrong file was taken")
	}
	for i, by := range []string{"", "reload"} {
		if e := <-events; e.Event != "change" || e.By != by || e.Revision != uint64(2+i) || len(e.Diff) != 1 {
			t.Errorf("event %+v", e)
		}
	}
}

// A listener that does not listen loses events, and is told how many.
func TestSlowListener(t *testing.T) {
	l := newLab(t, text)
	events, cancel := l.Events(2)
	defer cancel()
	for range 7 {
		l.ResetCounters()
	}
	<-events
	l.ResetCounters()
	<-events
	if e := <-events; e.Lost != 5 {
		t.Errorf("%d are said to be lost, want 5", e.Lost)
	}
}
