package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/bench/lab"
	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestMain lets the test's own program be the children that a lab starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		fail(exitFailure, lab.Child(os.Args[2:]))
		return
	}
	os.Exit(m.Run())
}

// file is what a reader of the samples needs to know of their form.
type file struct {
	Series []struct {
		Workload, Contender, Metric, Unit string
		Samples                           []float64
	}
	Skipped []struct{ Name, About string }
}

// refused says that this version of the router does not have a lever.
func (f file) refused(name string) bool {
	for _, s := range f.Skipped {
		if s.Name == name && strings.Contains(s.About, "does not take it") {
			return true
		}
	}
	return false
}

// sum is the sum of a series, or zero if there is none.
func (f file) sum(workload, contender, metric string) (sum float64) {
	for _, s := range f.Series {
		if s.Workload == workload && s.Contender == contender && s.Metric == metric {
			for _, v := range s.Samples {
				sum += v
			}
		}
	}
	return sum
}

func TestRun(t *testing.T) {
	needs.Root(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var said bytes.Buffer
	r, err := run(context.Background(), options{
		rounds: 2, sample: 100 * time.Millisecond, warm: 30 * time.Millisecond, small: true, log: &said,
		only: regexp.MustCompile(`^(tcp4-1|tcp6-1|udp4-1400-1000|gso4|ping4|time-exceeded4|too-big6|port-unreachable4|memory-46|step-46|step-super|devices-2|network-cross|network-row-10|network-delay-20|network-rate-100)` +
			`/(kernel.*|icmprouter|wireguard/tun|water|gVisor netstack)$|^udp4-46-1/`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if children := childrenOf(os.Getpid()); len(children) > 0 {
		t.Errorf("processes left behind: %v", children)
	}
	path := filepath.Join(dir, "samples.json")
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	delivers(t, f)
	if t.Failed() {
		t.Log(said.String())
	}
}

// childrenOf are the processes whose parent is pid.
func childrenOf(pid int) (list []string) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, _ := os.ReadFile(path)
		_, rest, _ := strings.Cut(string(text), ") ") // state and parent follow
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			list = append(list, string(text))
		}
	}
	return list
}

// delivers checks that every contender did what it is there for.
func delivers(t *testing.T, f file) {
	t.Helper()
	for _, e := range entrants() {
		if slices.Contains(e.classes, ablations) {
			if f.sum("udp4-46-1", e.Name, "rate") <= 0 && !f.refused(e.Name) {
				t.Errorf("%s delivered nothing", e.Name)
			}
			continue
		}
		for _, w := range []string{"tcp4-1", "tcp6-1", "udp4-46-1", "udp4-1400-1000"} {
			if f.sum(w, e.Name, "rate") <= 0 {
				t.Errorf("%s delivered nothing at %s", e.Name, w)
			}
		}
		if p50, p99 := f.sum("ping4", e.Name, "p50"), f.sum("ping4", e.Name, "p99"); p50 <= 0 || p99 < p50 {
			t.Errorf("%s: pings took %g µs, the slowest %g", e.Name, p50, p99)
		}
	}
	for _, name := range []string{kernelName, routerName} {
		for _, w := range []string{"gso4", "time-exceeded4", "too-big6", "port-unreachable4"} {
			if f.sum(w, name, "rate") <= 0 {
				t.Errorf("%s: nothing came at %s", name, w)
			}
		}
	}
	for _, step := range []string{"send", "read", "write", "receive"} {
		if small, super := f.sum("step-46", stepsName, step), f.sum("step-super", stepsName, step); small <= 0 || super <= small {
			t.Errorf("%s takes %g ns, and %g of a super-packet", step, small, super)
		}
	}
	for _, of := range [][3]string{
		{"network-cross", routerName, "crossings"}, {"network-row-10", routerName, "crossings"}, {"network-row-10", kernelName, "crossings"},
		{"network-delay-20", routerName, "p99"}, {"network-rate-100", routerName, "error"},
	} {
		if f.sum(of[0], of[1], of[2]) <= 0 {
			t.Errorf("%s of %s at %s was not measured", of[2], of[1], of[0])
		}
	}
	if f.sum("memory-46", routerName, "rate") <= 0 || f.sum("devices-2", routerName, "memory") <= 1e6 {
		t.Error("the router alone was not measured")
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		arguments []string
		rounds    int
		sample    time.Duration
		wrong     bool
	}{
		{nil, 7, 350 * time.Millisecond, false},
		{[]string{"-quick"}, 1, 200 * time.Millisecond, false},
		{[]string{"-quick", "-rounds", "9"}, 9, 200 * time.Millisecond, false},
		{[]string{"-rounds", "0"}, 0, 0, true},
		{[]string{"-only", "("}, 0, 0, true},
		{[]string{"extra"}, 0, 0, true},
		{[]string{"-into", "all.json"}, 0, 0, true},
	} {
		got, err := parse(c.arguments, io.Discard)
		if (err != nil) != c.wrong {
			t.Errorf("%v: error %v", c.arguments, err)
		}
		if err == nil && (got.rounds != c.rounds || got.sample != c.sample) {
			t.Errorf("%v: %d rounds of %v, want %d of %v", c.arguments, got.rounds, got.sample, c.rounds, c.sample)
		}
	}
}

// Each name is one line of the tables.
func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range workloads() {
		if seen[w.name] {
			t.Errorf("%s: twice", w.name)
		}
		seen[w.name] = true
	}
	for _, w := range loners() {
		if seen[w.name] {
			t.Errorf("%s: twice", w.name)
		}
		seen[w.name] = true
	}
	contenders := map[string]bool{}
	for _, e := range entrants() {
		if contenders[e.Name] {
			t.Errorf("%s: twice", e.Name)
		}
		contenders[e.Name] = true
	}
}

// IMIX has its packets 7:4:1.
func TestIMIX(t *testing.T) {
	count := map[int]int{}
	for _, length := range imix {
		count[length]++
	}
	if len(count) != 3 || count[40] != 7 || count[576] != 4 || count[1500] != 1 {
		t.Errorf("%v", count)
	}
}

// Routes are different, in the parts of the world that the server answers for,
// and of both families; every destination has one.
func TestWorld(t *testing.T) {
	const n = 5000
	prefixes, to := world(n)
	seen := map[netip.Prefix]bool{}
	families := map[bool]int{}
	for _, p := range prefixes {
		if seen[p] || p != p.Masked() {
			t.Fatalf("%s: twice, or not a prefix", p)
		}
		seen[p] = true
		families[p.Addr().Is6()]++
		if !slices.ContainsFunc(lab.World, func(w netip.Prefix) bool { return w.Contains(p.Addr()) && w.Bits() <= p.Bits() }) {
			t.Fatalf("%s: nobody answers for it", p)
		}
	}
	if len(seen) != n || families[true] != n/5 {
		t.Errorf("%d prefixes, %v", len(seen), families)
	}
	for _, a := range to {
		if !slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) }) {
			t.Fatalf("%s: no route", a)
		}
	}
}
