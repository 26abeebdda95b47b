//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// hops is a pattern of traceroute's output: each hop in order, answering every
// probe, and nothing after the last.
func hops(addresses ...string) string {
	pattern := `hops max, \d+ byte packets\n`
	for i, a := range addresses {
		pattern += fmt.Sprintf(` %d  %s(  [\d.]+ ms){3}\n`, i+1, a)
	}
	return pattern + `$`
}

func TestTraceroute(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		trace := func(to string, args ...string) string {
			return r.client(t, append([]string{"traceroute", "-n", "-w", "3", to}, args...)...)
		}
		set(t, r.Server, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0") // it is the node's answers that count here
		background(t, r.Server, "listening", "iperf3", "-s", "--forceflush")
		for _, method := range [][]string{{}, {"-I"}, {"-U"}, {"-T"}, {"-T", "-p", "5201"}} {
			want(t, trace(f.server, method...), hops(f.left, f.server))
			want(t, trace(f.left, method...), hops(f.left))
			want(t, trace(f.right, method...), hops(f.right))
		}
		want(t, trace(f.prohibited, "-q", "1"), ` 1  `+f.left+`  [\d.]+ ms !X\n$`)
		// A protocol that the node does not have.
		want(t, trace(f.right, "-q", "1", "-P", "253"), ` 1  `+f.right+`  [\d.]+ ms `+f.says(`!P`, `!<4-1>`)+`\n$`)

		c := r.stop()
		for _, reason := range []string{"ttl-expired", "port-unreachable", "port-closed", "protocol-unreachable", "prohibited"} {
			if c.Dropped[reason] == 0 {
				t.Errorf("nothing dropped as %s: %+v", reason, c)
			}
		}
		if c.Messages["ttl-exceeded"].Sent != c.Dropped["ttl-expired"] {
			t.Errorf("%d of %d senders were told that the TTL expired", c.Messages["ttl-exceeded"].Sent, c.Dropped["ttl-expired"])
		}
	})
}

// tracepathFinds runs tracepath to the server, and wants the smaller MTU found by
// the router's error.
func tracepathFinds(t *testing.T, r *router, f family) {
	t.Helper()
	needs.Tool(t, "tracepath", "iputils-tracepath")
	want(t, r.tracepath(t, r.Client, f.server),
		` 1:  `+f.left+` `, ` 2:  `+f.server+` .* reached\n`, `Resume: pmtu 1400 hops 2 back 2`)
}

func TestTracepath(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		tracepathFinds(t, r, f)
		out := r.tracepath(t, r.Server, f.client)
		want(t, out, ` 1:  `+f.right+` `, `Resume: pmtu 1500 hops 2 back 2`)
		if c := r.stop(); c.Messages["too-big"].Sent == 0 || c.Messages["too-big"].Sent != c.Dropped["too-big"] {
			t.Errorf("too big: %+v", c)
		}
	})
}

func TestMTR(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "mtr", "mtr-tiny")
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		out := must(t, in(r.Client, "mtr", "-n", "--json", "-c", "10", "-i", "0.1", "-G", "1", f.server)...)
		var found struct {
			Report struct {
				Hubs []struct {
					Host string
					Loss float64 `json:"Loss%"`
					Sent int     `json:"Snt"`
				}
			}
		}
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		const report = "[{%s 0 10} {%s 0 10}]"
		if got, want := fmt.Sprint(found.Report.Hubs), fmt.Sprintf(report, f.left, f.server); got != want {
			t.Errorf("hops, their loss and probes: %s, want %s", got, want)
		}
		c := r.stop()
		c.wantSent(t, "ttl-exceeded", c.Dropped["ttl-expired"])
	})
}
