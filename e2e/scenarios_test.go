//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

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
	for _, s := range scenario.All() {
		for _, version := range []int{4, 6} {
			for _, probing := range []int{0, 1} {
				if probing == 1 && s.Linux.Of(version, false) == s.Linux.Of(version, true) {
					continue
				}
				all.Add(1)
				go func() {
					defer all.Done()
					places <- struct{}{}
					defer func() { <-places }()
					kernelThrough(t, s, version, probing)
				}()
			}
		}
	}
	all.Wait()
}

// kernelThrough runs one scenario, a second time if the first verdict is not the one expected: others load the machine.
func kernelThrough(t *testing.T, s *scenario.Scenario, version, probing int) {
	want, why := s.Linux.Of(version, probing == 1), ""
	for range 2 {
		got, reason := ranThrough(s, version, probing, want)
		if got == want.String() {
			return
		}
		why += fmt.Sprintf("\n%s: %s", got, reason)
	}
	t.Errorf("%s, IPv%d, tcp_mtu_probing=%d: wanted %s, got%s", s.Name, version, probing, want, why)
}

// ranThrough returns the verdict and its reason. A run of which nothing is to come has less time.
func ranThrough(s *scenario.Scenario, version, probing int, want scenario.Verdict) (verdict, reason string) {
	limit := 25 * time.Second
	if want == scenario.Blackholed {
		limit = 8 * time.Second
	}
	args := []string{"scenario", "run", s.Name, "--json", "--timeout", limit.String(), "--family", strconv.Itoa(version),
		"--probing", strconv.Itoa(probing), "--sysctl", "net.ipv4.tcp_congestion_control=reno"}
	if s.Traffic.UDP {
		args = append(args, "--", "curl", "-sS", "-"+strconv.Itoa(version), "-o", "/dev/null", "http://server.lab/bytes/"+strconv.Itoa(scenario.DefaultOctets))
	}
	out, err := exec.Command(program, args...).Output()
	var result struct{ Verdict, Reason, Error string }
	if json.Unmarshal(out, &result) != nil {
		return "nothing", fmt.Sprint(err, " ", string(out))
	}
	return result.Verdict, result.Reason + result.Error
}
