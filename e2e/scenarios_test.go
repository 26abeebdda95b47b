//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
	"github.com/icmprouter/icmprouter/scenario"
)

// atOnce is how many scenarios run at the same time: nearly all of it is waiting.
const atOnce = 8

// TestScenarios puts the kernel's TCP through all of them, as the sender of what each is about, in both families, without
// tcp_mtu_probing, and with it where that decides: what docs/scenarios.md says of Linux. It sends with reno, which every kernel lets a
// namespace have.
func TestScenarios(t *testing.T) {
	needs.Root(t)
	needs.Tool(t, "curl", "curl")
	var all sync.WaitGroup
	places := make(chan struct{}, atOnce)
	through := func(name string, want scenario.Verdict, args ...string) {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			runThrough(t, name, want, args)
		})
	}
	for _, s := range scenario.All() {
		for _, version := range []string{"4", "6"} {
			family, _ := strconv.Atoi(version)
			off, on := s.Linux.Of(family, false), s.Linux.Of(family, true)
			var client []string // the built-in one
			if s.Traffic.UDP {
				through(s.Name, s.Datagrams, "--family", version)
				client = []string{"--", "curl", "-sS", "-" + version, "-o", "/dev/null", "http://server.lab/bytes/" + strconv.Itoa(scenario.DefaultOctets)}
			}
			through(s.Name, off, append([]string{"--family", version, "--probing", "0"}, client...)...)
			if on != off {
				through(s.Name, on, append([]string{"--family", version, "--probing", "1"}, client...)...)
			}
		}
	}
	all.Wait()
}

// runThrough runs one scenario, a second time if the first verdict is not the one expected: others load the machine.
func runThrough(t *testing.T, name string, want scenario.Verdict, args []string) {
	limit := "25s"
	if want == scenario.Blackholed { // nothing is to come
		limit = "8s"
	}
	args = append([]string{"scenario", "run", name, "--json", "--timeout", limit, "--sysctl", "net.ipv4.tcp_congestion_control=reno"}, args...)
	why := ""
	for range 2 {
		out, err := exec.Command(program, args...).Output()
		var result struct{ Verdict, Reason, Error string }
		if json.Unmarshal(out, &result) != nil {
			result.Error = fmt.Sprint(err, " ", string(out))
		}
		if result.Verdict == want.String() {
			return
		}
		why += fmt.Sprintf("\n%s: %s%s", result.Verdict, result.Reason, result.Error)
	}
	t.Errorf("%s: wanted %s, got%s", args, want, why)
}

// TestScenariosShown reads what show prints of each, and has check read it.
func TestScenariosShown(t *testing.T) {
	t.Parallel()
	for _, s := range scenario.All() {
		for _, faulty := range []bool{true, false} {
			args := []string{program, "scenario", "show", s.Alias, "--config"}
			if !faulty {
				args = append(args, "--without-fault")
			}
			out, code := command(t, args...)
			if code != 0 || out != string(s.Config(faulty)) {
				t.Errorf("%s: exit code %d\n%s", args, code, out)
			}
			path := filepath.Join(t.TempDir(), "config.json")
			if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, code := command(t, program, "check", path); code != 0 {
				t.Errorf("%s: exit code %d\n%s", s.Name, code, out)
			}
		}
	}
}
