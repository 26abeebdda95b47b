//go:build linux

package e2e

import (
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestRecordRoute reads the addresses of the interfaces that packets left by, there
// and back (RFC 1812 §5.3.13.5). A reply of the node's own has its record once.
func TestRecordRoute(t *testing.T) {
	t.Parallel() // IPv6 has no such option
	r := start(t, newTopology(t))
	want(t, r.client(t, ping("10.2.0.2", "-R")...), ` 0% packet loss`,
		`RR: \t10\.1\.0\.2\n\t10\.2\.0\.1\n\t10\.2\.0\.2\n\t10\.2\.0\.2\n\t10\.1\.0\.1\n\t10\.1\.0\.2\n\n`)
	for _, own := range []string{"10.1.0.1", "10.2.0.1"} {
		want(t, r.client(t, ping(own, "-R")...), ` 0% packet loss`, `RR: \t10\.1\.0\.2\n\t10\.1\.0\.1\n\t10\.1\.0\.2\n\n`)
	}
	if c := r.stop(); c.dropped() != 0 || c.Forwarded != 2 || c.Delivered != 2 {
		t.Errorf("want 2 forwarded, 2 delivered, none dropped: %+v", c)
	}
	for link, want := range map[string]string{"right": "10.1.0.2,10.2.0.1", "left": "10.1.0.2,10.2.0.1,10.2.0.2,10.2.0.2,10.1.0.1"} {
		r.wantWritten(t, link, "ip.src == 10.2.0.2 || ip.dst == 10.2.0.2", []string{"ip.rec_rt"}, want)
	}
}

// TestTimestampOption has each flag of it (RFC 791 §3.1, RFC 1812 §5.3.13.6). All
// namespaces and the node have one clock, so that the times differ by milliseconds, and less than a second.
func TestTimestampOption(t *testing.T) {
	t.Parallel()
	r := start(t, newTopology(t))
	const at = `\t\d{1,8} absolute\n`
	later := func(n int) (pattern string) {
		for range n {
			pattern += `\t-?\d{1,3}\n`
		}
		return pattern
	}
	stamped := func(addresses ...string) (pattern string) {
		for _, a := range addresses {
			pattern += `\t` + a + `\t-?\d{1,3}\n`
		}
		return pattern
	}
	for _, c := range []struct{ to, flag, want string }{
		{"10.2.0.2", "tsonly", `TS: ` + at + later(5) + `\n`},
		{"10.1.0.1", "tsonly", `TS: ` + at + later(2) + `\n`},
		{"10.2.0.1", "tsonly", `TS: ` + at + later(2) + `\n`},
		{"10.2.0.2", "tsandaddr", `TS: \t10\.1\.0\.2` + at + stamped("10.2.0.1", "10.2.0.2", "10.2.0.2") + `Unrecorded hops: 2\n`},
		{"10.1.0.1", "tsandaddr", `TS: \t10\.1\.0\.2` + at + stamped("10.1.0.1", "10.1.0.2") + `\n`},
		{"10.2.0.1", "tsandaddr", `TS: \t10\.1\.0\.2` + at + stamped("10.1.0.1", "10.1.0.2") + `\n`},
	} {
		want(t, r.client(t, ping(c.to, "-T", c.flag)...), ` 0% packet loss`, c.want)
	}
	// Prespecified hops: the node stamps its own, and its own only when their turn has come.
	out := r.client(t, "ping", "-n", "-c", "1", "-W", "2", "-T", "tsprespec", "10.2.0.1", "10.2.0.2", "10.1.0.1", "10.2.0.2")
	want(t, out, ` 0% packet loss`, `TS: \t10\.2\.0\.1`+at+stamped("10.2.0.2", "10.1.0.1")+`\n`)
	if c := r.stop(); c.dropped() != 0 || c.Forwarded != 6 || c.Delivered != 4 {
		t.Errorf("want 6 forwarded, 4 delivered, none dropped: %+v", c)
	}
}

// TestSourceRoute sends what hping3 makes of --lsrr, under each setting: a packet that
// claims to have come by the node. The server's kernel, once it may, answers back
// along that route: to the node, with the client as the next hop.
func TestSourceRoute(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "hping3", "hping3")
	for _, c := range []struct{ setting, finds, reason string }{
		{"drop", ` 0 packets received`, "source-routed"},
		{"ignore", ` 0 packets received`, "icmp-ignored"}, // the reply is for the node
		{"process", `len=36 ip=10\.2\.0\.2 ttl=63 `, ""},
	} {
		t.Run(c.setting, func(t *testing.T) {
			r := start(t, sourceRouting(t, c.setting))
			r.permitSourceRoutes(t)
			want(t, r.client(t, "hping3", "-n", "-c", "1", "--icmp", "--lsrr", "10.1.0.1", "10.2.0.2"), c.finds)
			got := r.stop()
			if c.reason != "" {
				got.wantDropped(t, c.reason, 1)
			} else if got.Forwarded != 2 || got.dropped() != 0 {
				t.Errorf("want 2 forwarded, none dropped: %+v", got)
			}
		})
	}
}

func sourceRouting(t *testing.T, setting string) topology {
	return knobs(t, func(p *topology) { p.Node = `"source_route": "` + setting + `"` })
}

// permitSourceRoutes has the kernels on both sides accept them.
func (r *router) permitSourceRoutes(t *testing.T) {
	t.Helper()
	for _, netns := range []string{r.Client, r.Server} {
		set(t, netns, "net.ipv4.conf.all.accept_source_route=1", "net.ipv4.conf.tun0.accept_source_route=1")
	}
}

// TestTOS looks at what becomes of it: forwarded and answered as it came, quoted as
// it came, and in errors internetwork control in IPv4 (RFC 1812 §4.3.2.5), none in IPv6.
func TestTOS(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		for _, to := range []string{f.server, f.left} {
			want(t, r.client(t, ping(to, "-Q", "0xb8")...), ` 0% packet loss`)
		}
		r.client(t, ping(f.server, "-Q", "0xb8", "-t", "1")...)
		r.client(t, ping(f.unrouted, "-Q", "0xb8")...)
		r.stop()
		column := []string{f.says("ip.dsfield", "ipv6.tclass")}
		r.wantWritten(t, "right", f.says("icmp", "icmpv6"), column, f.says("0xb8", "0x000000b8"))
		reply, quoted := f.says("0xb8", "0x000000b8"), f.says("0xd8,0xb8", "0x00000000,0x000000b8")
		r.wantWritten(t, "left", f.says("icmp", "icmpv6"), column, reply, reply, quoted, quoted)
	})
}
