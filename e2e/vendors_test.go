//go:build linux

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestLike tells nodes apart by what fingerprinting looks at: the TTL that their errors and their
// echo replies begin with, as ping and tshark see it.
func TestLike(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	vendors := []struct {
		name          string
		errors, echos int
	}{{"linux", 64, 64}, {"ios", 255, 255}, {"junos", 255, 64}, {"windows", 128, 128}}
	args := []string{fmt.Sprint("chain:", len(vendors))}
	for i, v := range vendors {
		args = append(args, "--set", fmt.Sprintf("nodes.r%d.like=%s", i+1, v.name))
	}
	eachFamily(t, func(t *testing.T, f family) {
		n := newNetwork(t, args...)
		n.capture("client", n.Client)
		n.run(t, "traceroute", "-n", "-w", "10", "-q", "1", n.server(f))
		var want []string
		for i, address := range f.addresses(len(vendors))[:len(vendors)] {
			v := vendors[i]
			out := n.run(t, "ping", "-n", "-c", "1", "-W", "5", address)
			if got := group(t, out, `ttl=(\d+)`); got != fmt.Sprint(v.echos-i) {
				t.Errorf("%s, %d nodes away: a reply with TTL %s, want %d", v.name, i, got, v.echos-i)
			}
			want = append(want, fmt.Sprintf("%s %d", address, v.errors-i))
		}
		n.stop()
		n.captures["client"].finish(t)
		var got []string
		for _, line := range dissect(t, n.captures["client"].path, f.says("icmp.type == 11", "icmpv6.type == 3"),
			f.says("ip.src", "ipv6.src"), f.says("ip.ttl", "ipv6.hlim")) {
			source, ttl, _ := strings.Cut(line, "\t") // the second of each is the quote's
			source, _, _ = strings.Cut(source, ",")
			ttl, _, _ = strings.Cut(ttl, ",")
			got = append(got, source+" "+ttl)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("errors came from and with TTL\n%q, want\n%q", got, want)
		}
	})
}
