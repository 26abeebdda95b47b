//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/record"
	"github.com/icmprouter/icmprouter/internal/needs"
)

// samples are what tools saw, in cmd/icmprouter/record/testdata.
var samples = []string{
	"traceroute-long.txt",        // two branches, labels, a silent hop, a slow and thrifty one
	"traceroute-silent.txt",      // printed by the tool
	"traceroute-loop.txt",        // addresses that come back, and no end
	"traceroute-firewalled.txt",  // no answer from the destination, a link-local hop
	"traceroute-unreachable.txt", // !H
	"traceroute-one.txt",         // nothing but the destination
	"traceroute-bsd.txt",         // IPv6, two branches, !X
	"traceroute6-branches.txt",   // IPv6, printed by the tool
	"mtr-labels.txt",
	"mtr-lossy.json",
	"mtr-old.json", // IPv6
	"scamper-tracelb.json",
	"scamper6-trace.json",
}

// TestRecord runs what was recorded, looks at it with traceroute, records that, and wants the same hops.
func TestRecord(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	needs.Tool(t, "traceroute", "traceroute")
	for _, sample := range samples {
		t.Run(sample, func(t *testing.T) {
			t.Parallel() // they wait for what does not come
			file := filepath.Join("../cmd/icmprouter/record/testdata", sample)
			input, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			before, err := record.Read(input, 0)
			if err != nil {
				t.Fatal(err)
			}
			p := newTopology(t)
			config := recorded(t, p, file)
			r := launchFile(t, p, config)
			set(t, r.Client, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
			if exists(p.Server) {
				set(t, r.Server, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
			}
			// twice ten flows, so that each branch is taken
			args := []string{"traceroute", "-n", "-e", "-q", "10", "-w", "3", "-m", fmt.Sprint(len(before.Hops) + 1), before.Target.String()}
			text := r.client(t, args...)
			after, err := record.Read([]byte(text), 0)
			if err != nil {
				t.Fatalf("%v in:\n%s", err, text)
			}
			again, err := record.Read([]byte(r.client(t, args...)), 0)
			if err != nil {
				t.Fatal(err)
			}
			want := looks(before)
			if got := looks(after, again); got != want {
				t.Errorf("of %s the hops are\n%swant\n%s%s", config, got, want, text)
			}
			r.end(syscall.SIGTERM)
			for _, netns := range []string{p.Client, p.Server} {
				if exists(netns) {
					t.Errorf("namespace %s is left", netns)
				}
			}
		})
	}
}

// recorded has the program write the configuration of a sample, with the namespaces of p.
func recorded(t *testing.T, p topology, sample string) string {
	t.Helper()
	c := exec.Command(program, "record", "--client", p.Client, "--server", p.Server, sample)
	var notes output
	c.Stderr = &notes
	text, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", c, err, &notes)
	}
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// looks is what a network looks like: addresses, labels and refusals by hop, of all paths through it.
func looks(paths ...*record.Path) string {
	var b strings.Builder
	hops := 0
	for _, p := range paths {
		hops = max(hops, len(p.Hops))
	}
	for i := range hops {
		var seen []string
		for _, p := range paths {
			if i < len(p.Hops) {
				for _, a := range p.Hops[i].Answers {
					seen = append(seen, fmt.Sprint(a.Addr, a.Labels, a.Refusal))
				}
			}
		}
		slices.Sort(seen)
		fmt.Fprintln(&b, i+1, slices.Compact(seen))
	}
	return b.String()
}

// TestRecordTells sees the commands' mistakes, and that nothing is printed then.
func TestRecordTells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		input, want string
		args        []string
	}{
		{"nothing that is known", `^standard input: line 1, column 1: "nothing that is known" begins no output`, nil},
		{"traceroute to 10.0.0.9 (10.0.0.9), 30 hops max\n 1  gw  1 ms\n", `^standard input: line 2, column 5: "gw" is no address`, nil},
		{"traceroute to 10.0.0.9 (10.0.0.9), 30 hops max\n 1  10.0.0.9  1 ms\n", `the path is of IPv4; expected one of IPv6`, []string{"--family", "6"}},
		{"traceroute to 10.0.0.9 (10.0.0.9), 30 hops max\n 1  10.0.0.9  1 ms\n", `client and server are both in namespace "x"`, []string{"--client", "x", "--server", "x"}},
	} {
		cmd := exec.Command(program, append([]string{"record", "-"}, c.args...)...)
		cmd.Stdin = strings.NewReader(c.input)
		var stdout, stderr output
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Run()
		if cmd.ProcessState.ExitCode() != 2 || stdout.String() != "" {
			t.Errorf("%q: exit code %d, and it prints %q; want 2 and nothing", c.input, cmd.ProcessState.ExitCode(), &stdout)
		}
		want(t, stderr.String(), c.want)
	}
}
