//go:build linux

package e2e

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// A network that make wrote runs, and what show paths says of it is what traceroute then finds: each
// address at its hop, and no other.
func TestShowPaths(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	needs.Tool(t, "traceroute", "traceroute")
	eachFamily(t, func(t *testing.T, f family) {
		p, path := newTopology(t), filepath.Join(t.TempDir(), "clos.json")
		text := must(t, program, "make", "--client", p.Client, "--server", p.Server, "clos:3x2")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var paths struct {
			To   struct{ Address string }
			Hops []struct {
				Number    int
				Addresses []string
			}
		}
		shown := must(t, program, "show", "paths", "--family", f.name, "--format", "json", p.Client, p.Server, path)
		if err := json.Unmarshal([]byte(shown), &paths); err != nil {
			t.Fatal(err)
		}
		missing := map[string]int{paths.To.Address: 4}
		for _, h := range paths.Hops {
			for _, a := range h.Addresses {
				missing[a] = h.Number
			}
		}
		if len(missing) != 8 { // 1, 3, 3, and the host
			t.Fatalf("%s", shown)
		}
		known := map[string]int{}
		for a, number := range missing {
			known[a] = number
		}
		r := launchFile(t, p, path)
		set(t, r.Server, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
		await(t, "traceroutes by all ways", func() bool {
			for _, line := range strings.Split(r.client(t, "traceroute", "-n", "-q", "10", "-w", "3", paths.To.Address), "\n")[1:] {
				words := strings.Fields(line)
				for _, word := range words {
					if _, err := netip.ParseAddr(word); err != nil {
						continue
					}
					if number, ok := known[word]; !ok || strconv.Itoa(number) != words[0] {
						t.Fatalf("%s\nbut show paths says %v", line, known)
					}
					delete(missing, word)
				}
			}
			return len(missing) == 0
		})
		r.end(syscall.SIGTERM)
	})
}
