package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/bench/lab"
	"github.com/icmprouter/icmprouter/bench/result"
	"github.com/icmprouter/icmprouter/bench/traffic"
)

// options are those of a run.
type options struct {
	rounds       int
	warm, sample time.Duration
	// only selects by "workload/contender".
	only *regexp.Regexp
	// small leaves out what takes long.
	small bool
	log   io.Writer
}

// maxFailures is how often a contender may fail before it is left alone.
const maxFailures = 3

// maxIdle is how many processors others may use before nobody can tell what of all their
// time the packets took.
const maxIdle = 0.5

// bench is a run.
type bench struct {
	options
	tools  lab.Tools
	result *result.Result
	labs   map[string]*lab.Lab
	failed map[string]int
	calm   calm
}

// run measures all that is selected.
func run(ctx context.Context, o options) (*result.Result, error) {
	dir, err := os.MkdirTemp("", "icmprouter-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, result: &result.Result{}, labs: map[string]*lab.Lab{}, failed: map[string]int{}}
	if b.tools, err = build(dir); err != nil {
		return nil, err
	}
	defer b.close()
	b.describe()
	b.start()
	b.idle(time.Second)
	for round := range b.rounds {
		if err := b.round(ctx, round); err != nil {
			return nil, err
		}
	}
	b.close()
	b.disturbed()
	return b.result, b.alone(ctx)
}

// build makes the router that is measured, from the source around.
func build(dir string) (tools lab.Tools, err error) {
	tools = lab.Tools{Router: filepath.Join(dir, "icmprouter"), Dir: dir}
	if tools.Self, err = os.Executable(); err != nil {
		return tools, err
	}
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", tools.Router, "github.com/icmprouter/icmprouter/cmd/icmprouter").CombinedOutput()
	if err != nil {
		return tools, fmt.Errorf("go build ./cmd/icmprouter: %w: %s", err, out)
	}
	return tools, nil
}

// describe fills in what the result says of the machine and of what was measured.
func (b *bench) describe() {
	b.result.Machine = result.Machine{
		Date: time.Now().UTC().Format("2006-01-02"), CPU: model(), Kernel: release(), Go: runtime.Version(), Commit: commit(),
		CPUs: runtime.NumCPU(), MTU: lab.MTU, Rounds: b.rounds, WarmUp: b.warm.Seconds(), Sample: b.sample.Seconds(),
	}
	for _, e := range entrants() {
		b.result.Contenders = append(b.result.Contenders, result.Named{Name: e.Name, About: e.About})
	}
	for _, w := range workloads() {
		b.result.Workloads = append(b.result.Workloads, result.Named{Name: w.name, About: w.about})
	}
	for _, w := range loners() {
		b.result.Workloads = append(b.result.Workloads, result.Named{Name: w.name, About: w.about})
	}
}

func model() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	if found := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(text); found != nil {
		return strings.TrimSpace(string(found[1]))
	}
	return runtime.GOARCH
}

func release() string {
	var u unix.Utsname
	unix.Uname(&u)
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}

func commit() string {
	out, _ := exec.Command("git", "describe", "--always", "--dirty").Output()
	return strings.TrimSpace(string(out))
}

// start sets up every contender that is selected, for the whole run. One that
// cannot be had is left out, with a line that says why.
func (b *bench) start() {
	for _, e := range entrants() {
		if !slices.ContainsFunc(workloads(), func(w workload) bool { return b.selected(w.name, e.Name) && e.does(w) }) {
			continue
		}
		l, err := lab.Start(e.Contender, b.tools)
		if err != nil {
			b.skip(e.Name, err)
			continue
		}
		b.labs[e.Name] = l
	}
}

func (b *bench) close() {
	for name, l := range b.labs {
		if err := l.Close(); err != nil {
			fmt.Fprintln(b.log, name+":", err)
		}
	}
	clear(b.labs)
}

func (b *bench) selected(workload, contender string) bool {
	return b.only == nil || b.only.MatchString(workload+"/"+contender)
}

func (b *bench) skip(name string, why error) {
	fmt.Fprintf(b.log, "skipped %s: %v\n", name, why)
	b.result.Skip(name, why.Error())
}

// round measures every contender once at every workload: those of a workload one
// after the other, and in each round in another order.
func (b *bench) round(ctx context.Context, round int) error {
	list := entrants()
	if round%2 == 1 {
		slices.Reverse(list)
	}
	for i, w := range workloads() {
		first := (i + round/2) % len(list)
		for _, e := range append(slices.Clone(list[first:]), list[:first]...) {
			l := b.labs[e.Name]
			if l == nil || !e.does(w) || !b.selected(w.name, e.Name) || b.failed[e.Name] >= maxFailures {
				continue
			}
			if err := ctx.Err(); err != nil {
				return errors.New("interrupted")
			}
			if err := b.measure(l, w); err != nil {
				b.failed[e.Name]++
				b.skip(e.Name+" at "+w.name, l.Explain(err))
			}
		}
	}
	fmt.Fprintf(b.log, "round %d of %d\n", round+1, b.rounds)
	return nil
}

// measure takes one sample, and keeps it if the load was what it should be.
func (b *bench) measure(l *lab.Lab, w workload) error {
	if w.load != nil {
		if err := l.Client.Start(*w.load); err != nil {
			return err
		}
		time.Sleep(b.warm)
	}
	keep, err := b.calmly(func() (func(), error) { return b.sampled(l, w) })
	if w.load != nil {
		err = errors.Join(err, l.Client.Stop())
		time.Sleep(traffic.Settle)
	}
	if err == nil {
		keep()
	}
	return err
}

// sampled takes a sample, and returns what keeps it.
func (b *bench) sampled(l *lab.Lab, w workload) (keep func(), err error) {
	if w.ping.IsValid() {
		return b.ping(l, w)
	}
	s, err := take(l, b.sample)
	return func() { b.record(l, w, s) }, err
}

// ping takes one sample of round-trip times, and of how busy the contender's
// process is meanwhile.
func (b *bench) ping(l *lab.Lab, w workload) (keep func(), err error) {
	before, begin := l.CPU(), time.Now()
	rtts, lost, err := l.Client.Ping(traffic.Ping{To: w.ping, Every: pingEvery, For: b.sample})
	busy := (l.CPU() - before).Seconds() / time.Since(begin).Seconds()
	return func() {
		b.result.Add(w.name, l.Name, "p50", "µs", result.Quantile(rtts, 0.5))
		b.result.Add(w.name, l.Name, "p99", "µs", result.Quantile(rtts, 0.99))
		b.result.Add(w.name, l.Name, "loss", "%", 100*float64(lost)/float64(max(1, len(rtts))))
		if l.Forwarder != nil {
			b.result.Add(w.name, l.Name, "own busy", "%", 100*busy)
		}
	}, err
}

// sample is what both agents and the contender's process counted.
type sample struct {
	client, server traffic.Counters
	forwarder      time.Duration
}

// take lets a load run for a time.
func take(l *lab.Lab, period time.Duration) (s sample, err error) {
	look := func() (now sample, err error) {
		now.forwarder = l.CPU()
		now.client, err = l.Client.Counters()
		if err == nil {
			now.server, err = l.Server.Counters()
		}
		return now, err
	}
	before, err := look()
	if err != nil {
		return s, err
	}
	time.Sleep(period)
	after, err := look()
	return sample{after.client.Minus(before.client), after.server.Minus(before.server), after.forwarder - before.forwarder}, err
}

// record turns a sample into metrics: what came, the share that did not, and
// the time of all processors for each.
func (b *bench) record(l *lab.Lab, w workload, s sample) {
	side, came, per := s.server, float64(s.server.UDPPackets), "ns/packet"
	switch {
	case w.unit == errors_:
		side, came, per = s.client, float64(s.client.Errors), "ns/error"
	case w.load.Kind == traffic.Reverse:
		side, came, per = s.client, float64(s.client.TCPBytes)/1024, "ns/KiB"
	case w.load.Kind == traffic.TCP:
		came, per = float64(s.server.TCPBytes)/1024, "ns/KiB"
	}
	seconds := side.At.Seconds()
	rate := came / seconds
	if w.unit == bits {
		rate *= 1024 * 8
	} else if s.client.Sent > 0 {
		b.result.Add(w.name, l.Name, "loss", "%", max(0, 100*(1-rate/(float64(s.client.Sent)/s.client.At.Seconds()))))
	}
	b.result.Add(w.name, l.Name, "rate", w.unit, rate)
	if came == 0 {
		return // no packet costs anything
	}
	if b.result.Machine.Idle < maxIdle {
		busy := side.Busy.Seconds() - b.result.Machine.Idle*seconds
		b.result.Add(w.name, l.Name, "cpu", per, max(0, busy*1e9/came))
	}
	if l.Forwarder != nil {
		b.result.Add(w.name, l.Name, "own cpu", per, float64(s.forwarder)/came)
	}
}

// idle notes how many processors are busy while nothing is measured.
func (b *bench) idle(period time.Duration) {
	before, begin := traffic.Busy(), time.Now()
	time.Sleep(period)
	b.result.Machine.Idle = max(0, (traffic.Busy()-before).Seconds()/time.Since(begin).Seconds())
	if b.result.Machine.Idle > 0.1 {
		fmt.Fprintf(b.log, "others use %.1f processors: the figures will be wrong\n", b.result.Machine.Idle)
	}
}
