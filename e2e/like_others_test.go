//go:build linux

package e2e

import (
	"strings"
	"testing"
)

// TestLikeOthers reads what nodes that are like others say: the TTL of errors and of echo replies, and how much
// an error quotes.
func TestLikeOthers(t *testing.T) {
	t.Parallel()
	for like, want := range map[string]struct{ errors, replies, length, plen string }{
		"ios":     {"255", "255", "56", "1240"},
		"ios-xr":  {"255", "255", "96", "1240"},
		"junos":   {"255", "64", "56", "1240"},
		"junos-e": {"128", "128", "56", "1240"},
		"freebsd": {"64", "64", "576", "1240"},
		"windows": {"128", "128", "576", "1240"},
	} {
		t.Run(like, func(t *testing.T) {
			t.Parallel()
			eachFamily(t, func(t *testing.T, f family) {
				r := start(t, knobs(t, func(p *topology) { p.Rate, p.Node = "{}", `"like": "`+like+`"` }))
				r.client(t, ping(f.server, "-s", "1300", "-t", "1")...)
				r.client(t, ping(f.left, "-s", "10")...)
				c := r.stop()
				c.wantSent(t, "ttl-exceeded", 1)
				c.wantSent(t, "echo-reply", 1)
				for filter, want := range map[string]string{
					f.says("icmp.type == 11", "icmpv6.type == 3"):  want.errors + " " + f.says(want.length, want.plen),
					f.says("icmp.type == 0", "icmpv6.type == 129"): want.replies + " " + f.says("38", "18"),
				} {
					lines := dissect(t, r.captures["left"].path, filter, f.says("ip.ttl", "ipv6.hlim"), f.says("ip.len", "ipv6.plen"))
					if len(lines) != 1 {
						t.Fatalf("%s: %q, want one", filter, lines)
					}
					var first []string
					for _, column := range strings.Split(strings.TrimSpace(lines[0]), "\t") {
						value, _, _ := strings.Cut(column, ",") // of several, the last is the quote's
						first = append(first, value)
					}
					if got := strings.Join(first, " "); got != want {
						t.Errorf("%s: TTL and length %s, want %s", filter, got, want)
					}
				}
			})
		})
	}
}
