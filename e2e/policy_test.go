//go:build linux

package e2e

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// says gives a running node another policy, and the client's kernel a path MTU that it has yet to learn.
func (r *router) says(t *testing.T, icmp string) {
	t.Helper()
	r.ICMP = icmp
	r.write(t, r.config)
	r.reload(changed)
	for _, family := range []string{"-4", "-6"} {
		must(t, in(r.Client, "ip", family, "route", "flush", "cache")...)
	}
}

// TestPolicy has the kernel hear what a node says that does not tell the truth: an MTU, a short quote, what comes late or not at
// all, and a checksum that makes it look away.
func TestPolicy(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "tracepath", "iputils-tracepath")
	eachFamily(t, func(t *testing.T, f family) {
		r := launch(t, newTopology(t))
		probe := func() string { return r.client(t, ping(f.server, "-M", "do", "-s", f.size(1500))...) }
		learned := func(mtu int) {
			t.Helper()
			got := regexp.MustCompile(`mtu (\d+)`).FindStringSubmatch(r.client(t, "ip", "route", "get", f.server))
			if mtu == 0 && got != nil || mtu != 0 && (got == nil || got[1] != strconv.Itoa(mtu)) {
				t.Errorf("the kernel learned %q, want %d", got, mtu)
			}
		}
		r.says(t, `"packet_too_big": { "mtu": "+20" }`)
		want(t, probe(), f.tooBig(f.left, 1420))
		learned(1420)

		r.says(t, `"packet_too_big": { "quote": 8, "duplicate": 2 }`)
		want(t, probe(), f.tooBig(f.left, 1400))
		learned(1400)

		r.says(t, `"packet_too_big": { "checksum": "wrong" }`)
		want(t, r.tracepath(t, r.Client, "-"+f.name, "-m", "2", f.server), `(?s)pmtu 1500.* 2:  no reply\n.*Too many hops: pmtu 1500\n`)
		learned(0)

		r.says(t, `"packet_too_big": { "overrides": [ { "match": { "in": "left", "above": 1450 }, "action": "drop" } ] }`)
		want(t, probe(), ` 100% packet loss`)
		learned(0)
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", f.size(1450))...), f.tooBig(f.left, 1400))

		r.says(t, `"echo": { "delay": "300ms" }`)
		// A busy machine may add to one of them.
		if took := number(t, r.client(t, "ping", "-n", "-q", "-c", "5", "-i", "0.2", "-W", "5", f.left), `rtt min/avg/max/mdev = ([\d.]+)/`); took < 300 || took >= 350 {
			t.Errorf("the replies took %v ms at least, want 300 and a little", took)
		}

		r.says(t, `"time_exceeded": { "limit": { "pps": 1, "burst": 1, "scope": "source" } }`)
		want(t, r.client(t, "ping", "-n", "-c", "4", "-i", "0.2", "-W", "1", "-t", "1", f.server), `\+[12] errors, 100% packet loss`)

		c := r.stop()
		tooBig, expired, echo := c.Messages["too-big"], c.Messages["ttl-exceeded"], c.Messages["echo-reply"]
		if tooBig.Withheld != 1 || tooBig.Duplicated != 2 || tooBig.Altered < 3 || tooBig.Altered != tooBig.Sent-1 {
			t.Errorf("too big: %+v", tooBig)
		}
		if echo != (message{Sent: 5, Delayed: 5}) || expired.Throttled < 2 || expired.Withheld+expired.Limited != 0 {
			t.Errorf("echo reply: %+v, expired: %+v", echo, expired)
		}
	})
}

// TestPolicyBelieved: what Linux makes of an error that comes from its receiver itself (in IPv4 it looks away, in IPv6 it does not), that
// goes to somebody else, or is about a packet that nobody sent.
func TestPolicyBelieved(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		for name, policy := range map[string]string{
			"receiver": `"source": "receiver"`, "target": fmt.Sprintf(`"target": %q`, f.server), "port": `"quoted": { "destination_port": 9, "source_port": 9, "protocol": 6 }`,
		} {
			r := launch(t, knobs(t, func(p *topology) { p.ICMP = `"packet_too_big": { ` + policy + ` }` }))
			want(t, r.client(t, ping(f.server, "-M", "do", "-s", f.size(1500))...), ` 100% packet loss`)
			got := r.client(t, "ip", "route", "get", f.server)
			if learned, want := strings.Contains(got, " mtu 1400"), name == "receiver" && f.name == "6"; learned != want {
				t.Errorf("%s: the kernel learned %v, want %v: %s", name, learned, want, got)
			}
			if c := r.stop(); c.Messages["too-big"] != (message{Sent: 1, Altered: 1}) {
				t.Errorf("%s: %+v", name, c.Messages["too-big"])
			}
		}
	})
}
