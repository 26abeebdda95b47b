//go:build linux

package e2e

import (
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestDirectedBroadcast sends to all on the server's link from another one (RFC 2644):
// dropped silently, or forwarded and answered by whom it concerns.
func TestDirectedBroadcast(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{false, true} {
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			r := start(t, knobs(t, func(p *topology) { p.Right = fmt.Sprintf(`"directed_broadcast": %v`, on) }))
			set(t, r.Server, "net.ipv4.icmp_echo_ignore_broadcasts=0")
			out := r.client(t, ping("10.2.0.255", "-b")...)
			c := r.stop()
			if !on {
				want(t, out, ` 0 received, 100% packet loss`)
				c.wantDropped(t, "directed-broadcast", 1)
				return
			}
			want(t, out, `64 bytes from 10\.2\.0\.2: icmp_seq=1 ttl=63 `)
			if c.Forwarded != 2 || c.dropped() != 0 {
				t.Errorf("want 2 forwarded, none dropped: %+v", c)
			}
		})
	}
}

// TestReversePath sends from addresses that the way back does not lead to: none, and
// one on another link.
func TestReversePath(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		stray, other := f.says("10.77.0.1", "fd00:77::1"), f.says("10.2.0.77", "fd00:2::77")
		for setting, dropped := range map[string]uint64{"off": 0, "loose": 1, "feasible": 2, "strict": 2} {
			t.Run(setting, func(t *testing.T) {
				r := start(t, knobs(t, func(p *topology) { p.Left = `"urpf": "` + setting + `"` }))
				for _, source := range []string{stray, other} {
					own(t, r.Client, source)
					want(t, r.client(t, ping(f.server, "-I", source, "-W", "0.3")...), ` 0 received`)
				}
				want(t, r.client(t, ping(f.server, "-I", f.client)...), ` 0% packet loss`)
				c := r.stop()
				c.wantDropped(t, "reverse-path", dropped)
				for m, count := range c.Messages {
					if setting != "off" && setting != "loose" && count.Sent != 0 {
						t.Errorf("sent %s: %+v", m, count)
					}
				}
			})
		}
	})
}

// TestMartians sends through to prefixes that some take for usable.
func TestMartians(t *testing.T) {
	t.Parallel()
	for setting, dropped := range map[string]struct{ classE, linkLocal uint64 }{"strict": {1, 1}, "loose": {0, 1}, "off": {}} {
		t.Run(setting, func(t *testing.T) {
			r := start(t, knobs(t, func(p *topology) {
				p.Node = `"martians": "` + setting + `"`
				p.Routes = `{ "to": "0.0.0.0/0", "via": "10.2.0.2" }`
			}))
			// The kernel sends to 240/4, and to 169.254/16.
			for _, to := range []string{"240.1.2.3", "169.254.7.7"} {
				own(t, r.Server, to)
				r.client(t, ping(to, "-W", "0.3")...)
			}
			r.ping(t, "10.1.0.1") // what came before is done
			c := r.stop()
			c.wantDropped(t, "martian-destination", dropped.classE)
			c.wantDropped(t, "link-local", dropped.linkLocal)
		})
	}
}

// TestErrorSource traces from an address of the client's second link over its first: errors
// leave by the second. They come from its address (RFC 1812 §4.3.2.4), or from that of
// the link that the probe came from.
func TestErrorSource(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	const second = `"second": { "addresses": ["10.6.0.1/24", "fd00:6::1/64"], "tun": { "netns": %q, "name": "tun1",
          "addresses": ["10.6.0.2/24", "fd00:6::2/64"] } }`
	eachFamily(t, func(t *testing.T, f family) {
		for setting, from := range map[string]string{"egress": f.says("10.6.0.1", "fd00:6::1"), "ingress": f.left} {
			t.Run(setting, func(t *testing.T) {
				r := launch(t, knobs(t, func(p *topology) {
					p.ICMP, p.Interfaces = `"error_source": "`+setting+`"`, fmt.Sprintf(second, p.Client)
				}))
				r.capture("both", r.Client)
				out := r.client(t, "traceroute", "-n", "-w", "5", "-s", f.says("10.6.0.2", "fd00:6::2"), f.server)
				want(t, out, hops(from, f.server))
				c := r.stop()
				c.wantSent(t, "ttl-exceeded", 3)
				r.judge("both", r.captures["both"], c.Links[0].Sent+c.Links[2].Sent)
				if c.Links[0].Sent != 0 {
					t.Errorf("something left by the first link: %+v", c)
				}
			})
		}
	})
}

// TestSeveralPrefixes is in the shape of the kernel's selftest traceroute.sh: a link with two
// prefixes, and traceroutes from an address in each meet the node's address in the same.
func TestSeveralPrefixes(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	r := start(t, knobs(t, func(p *topology) { p.LeftOwn += `, "10.3.0.1/24", "fd00:3::1/64"` }))
	for _, c := range []struct{ node, client, server string }{
		{"10.1.0.1", "10.1.0.2", "10.2.0.2"}, {"10.3.0.1", "10.3.0.2", "10.2.0.2"},
		{"fd00:1::1", "fd00:1::2", "fd00:2::2"}, {"fd00:3::1", "fd00:3::2", "fd00:2::2"},
	} {
		own(t, r.Client, c.client)
		want(t, r.client(t, "traceroute", "-n", "-w", "5", "-q", "1", "-s", c.client, c.server), ` 1  `+c.node+`  [\d.]+ ms\n 2  `+c.server+`  [\d.]+ ms\n$`)
		want(t, r.client(t, ping(c.node, "-I", c.client)...), ` 0% packet loss`)
	}
	c := r.stop()
	c.wantSent(t, "ttl-exceeded", 4)
	c.wantSent(t, "echo-reply", 4)
}

// TestUnnumbered takes the right link's IPv4 address away: routes name the link, and
// errors to it come from the router id.
func TestUnnumbered(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	for _, c := range []struct{ node, from string }{
		{`"router_id": "10.255.0.1"`, "10.255.0.1"},
		{`"source_route": "drop"`, "10.1.0.1"}, // none given: the first address by the names of interfaces
	} {
		t.Run(c.from, func(t *testing.T) {
			r := start(t, knobs(t, func(p *topology) {
				p.RightOwn, p.Node = `"fd00:2::1/64"`, c.node
				p.Routes = `{ "to": "10.2.0.0/24", "interface": "right" }`
			}))
			trace := func(netns, to string) string { return must(t, in(netns, "traceroute", "-n", "-w", "5", to)...) }
			want(t, trace(r.Server, "10.1.0.2"), hops(c.from, "10.1.0.2"))
			want(t, trace(r.Client, "10.2.0.2"), hops("10.1.0.1", "10.2.0.2"))
			want(t, must(t, in(r.Server, ping(c.from)...)...), `64 bytes from `+c.from+`: icmp_seq=1 ttl=64 `)
			// It is what the node records of the link.
			want(t, r.client(t, ping("10.2.0.2", "-R")...), `RR: \t10\.1\.0\.2\n\t`+c.from+`\n\t10\.2\.0\.2\n`)
			c := r.stop()
			c.wantSent(t, "ttl-exceeded", c.Dropped["ttl-expired"])
		})
	}
}
