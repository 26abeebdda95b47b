//go:build linux

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestProbes asks the node for what it does not have. hping3 knows IPv4 only;
// traceroute does the same for IPv6.
func TestProbes(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "hping3", "hping3")
	r := start(t, newTopology(t))
	probe := func(args ...string) string {
		return r.client(t, append([]string{"hping3", "-n", "-c", "3", "-i", "u10000", "10.2.0.1"}, args...)...)
	}
	want(t, probe("-S", "-p", "81"), `(ip=10\.2\.0\.1 ttl=64 .* sport=81 flags=RA seq=\d win=0 (?s:.*)){3}`, `3 packets received`)
	// An acknowledgment out of nothing is reset from its own sequence number.
	want(t, probe("-A", "-p", "81"), `(sport=81 flags=R seq=\d win=0 (?s:.*)){3}`)
	want(t, probe("--udp", "-p", "81"), `(ICMP Port Unreachable from ip=10\.2\.0\.1(?s:.*)){3}`)
	want(t, probe("--rawip", "--ipproto", "253", "-d", "20"), `(ICMP Protocol Unreachable from ip=10\.2\.0\.1(?s:.*)){3}`)
	c := r.stop()
	c.wantDropped(t, "port-closed", 6)
	c.wantDropped(t, "port-unreachable", 3)
	c.wantDropped(t, "protocol-unreachable", 3)
	c.wantSent(t, "tcp-reset", 6)
	c.wantSent(t, "port-unreachable", 3)
	c.wantSent(t, "protocol-unreachable", 3)
}

// TestTimestamp: the node tells the time (RFC 792), unless it is told not to, and
// tells nobody its address mask (RFC 6918 §4).
func TestTimestamp(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "hping3", "hping3")
	for setting, answers := range map[string]uint64{"true": 2, "false": 0} {
		t.Run(setting, func(t *testing.T) {
			r := start(t, knobs(t, func(p *topology) { p.ICMP = `"timestamp": ` + setting }))
			ask := func(what string) string {
				return r.client(t, "hping3", "-n", "-c", "2", "-i", "u10000", what, "10.1.0.1")
			}
			out := ask("--icmp-ts")
			if answers != 0 {
				want(t, out, `len=40 ip=10\.1\.0\.1 ttl=64 `, `ICMP timestamp: Originate=\d+ Receive=\d+ Transmit=\d+\nICMP timestamp RTT tsrtt=\d{1,3}\n`)
			}
			want(t, out, fmt.Sprintf(` %d packets received`, answers))
			want(t, ask("--icmp-addr"), ` 0 packets received`)
			c := r.stop()
			c.wantSent(t, "timestamp-reply", answers)
			c.wantDropped(t, "icmp-ignored", 4-answers)
		})
	}
}

// TestClosedPort connects to where nothing listens: the node's reset makes the
// kernel refuse at once.
func TestClosedPort(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "iperf3", "iperf3")
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		want(t, r.client(t, "iperf3", "-c", f.right, "-p", "81"), `unable to connect to server: Connection refused`)
		r.stop().wantSent(t, "tcp-reset", 1)
	})
}

// TestLimiter floods with packets whose TTL expires. Whatever the machine's
// speed, not more errors are sent than burst and rate allow in that time.
func TestLimiter(t *testing.T) {
	needs.Tool(t, "hping3", "hping3")
	const flood, pps, burst = 2000, 100, 20
	eachFamily(t, func(t *testing.T, f family) {
		p := newTopology(t)
		p.Rate = `{ "pps": 1000, "burst": 50 }` // one destination: 100 and 20
		r := start(t, p)
		begin := time.Now()
		r.client(t, strings.Fields(f.says(
			"hping3 -n -q --udp -t 1 -c 2000 --faster 10.2.0.2",
			"ping -n -q -l 2000 -c 2000 -W 1 -t 1 fd00:2::2"))...)
		c := r.stop()
		most := burst + pps*time.Since(begin).Seconds() + 1
		m := c.Messages["ttl-exceeded"]
		if m.Sent < burst || float64(m.Sent) > most {
			t.Errorf("sent %d, want %d to %.0f", m.Sent, burst, most)
		}
		if m.Limited == 0 || m.Sent+m.Limited != c.Dropped["ttl-expired"] || c.Dropped["ttl-expired"] != flood {
			t.Errorf("sent %d, limited %d, expired %d, want limited more than none, and all of %d",
				m.Sent, m.Limited, c.Dropped["ttl-expired"], flood)
		}
	})
}
