//go:build linux

package e2e

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLikeLinux asks a node that is like Linux, and a kernel that forwards behind it, with the same probes:
// the errors have the same TTL and the same length, and of many at once one destination gets six. Then the
// node gives one a second; so does the kernel in IPv4, and between ten and sixteen in IPv6.
func TestLikeLinux(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		beyond := f.says("10.3.0.1", "fd00:3::1")
		r := start(t, knobs(t, func(p *topology) {
			p.Rate, p.Node = "{}", `"like": "linux"`
			p.Routes = `{ "to": "10.3.0.0/24", "via": "10.2.0.2" }, { "to": "fd00:3::/64", "via": "fd00:2::2" }`
		}))
		set(t, r.Server, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
		const probes = 100
		told := func(from, ttl string) (count int, took time.Duration) {
			began := time.Now()
			out := r.client(t, "ping", "-n", "-c", strconv.Itoa(probes), "-i", "0.005", "-W", "1", "-s", "1300", "-t", ttl, beyond)
			return len(regexp.MustCompile(`From `+from+` icmp_seq=\d+ (Time to live exceeded|Time exceeded: Hop limit)`).FindAllString(out, -1)), time.Since(began)
		}
		for _, hop := range []struct {
			from, ttl string
			perSecond int
		}{{f.left, "1", 1}, {f.server, "2", map[string]int{"4": 1, "6": 16}[f.name]}} {
			count, took := told(hop.from, hop.ttl)
			if most := 7 + int(took.Seconds()*float64(hop.perSecond)); count < 6 || count > most {
				t.Errorf("%s told of %d in %v, want 6 to %d, of %d", hop.from, count, took, most, probes)
			}
		}

		c := r.stop()
		c.wantDropped(t, "ttl-expired", probes)
		seen := map[string]bool{}
		for _, line := range dissect(t, r.captures["left"].path, f.says("icmp.type == 11", "icmpv6.type == 3"),
			f.says("ip.src", "ipv6.src"), f.says("ip.ttl", "ipv6.hlim"), f.says("ip.len", "ipv6.plen")) {
			// Of several values of a field the last is the quote's.
			var first []string
			for _, column := range strings.Split(line, "\t") {
				value, _, _ := strings.Cut(column, ",")
				first = append(first, value)
			}
			seen[strings.Join(first, " ")] = true
		}
		length := f.says("576", "1240")
		want := map[string]bool{fmt.Sprintf("%s 64 %s", f.left, length): true, fmt.Sprintf("%s 63 %s", f.server, length): true}
		if fmt.Sprint(seen) != fmt.Sprint(want) {
			t.Errorf("source, TTL and length of the errors: %v, want %v", seen, want)
		}
	})
}
