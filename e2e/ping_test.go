//go:build linux

package e2e

import (
	"fmt"
	"strconv"
	"testing"
)

// ping is the command line of a ping that asks once and waits shortly.
func ping(to string, args ...string) []string {
	return append([]string{"ping", "-n", "-c", "1", "-W", "2", to}, args...)
}

func TestPing(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		for _, c := range []struct {
			to  string
			ttl int
		}{{f.server, 63}, {f.left, 64}, {f.right, 64}} {
			want(t, r.client(t, ping(c.to)...), fmt.Sprintf(`64 bytes from %s: icmp_seq=1 ttl=%d `, c.to, c.ttl), ` 0% packet loss`)
		}
		// The largest that there is: in fragments to the node, and back.
		want(t, r.client(t, ping(f.left, "-s", "65507")...), `65515 bytes from `+f.left, ` 0% packet loss`)
		c := r.stop()
		if c.Held != 0 || c.dropped() != 0 {
			t.Errorf("held or dropped: %+v", c)
		}
		c.wantSent(t, "echo-reply", 3)
	})
}

// TestTooBig sends a packet that must not be fragmented through the smaller MTU.
// The kernel believes the error, and refuses the next one itself.
func TestTooBig(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		fits, exceeds := strconv.Itoa(1400-f.header), strconv.Itoa(1401-f.header)
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", fits)...), ` 0% packet loss`)
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", exceeds)...), `From `+f.left+` icmp_seq=1 `+
			f.says(`Frag needed and DF set \(mtu = 1400\)`, `Packet too big: mtu=1400`))
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", exceeds)...), `local error: message too long, mtu`+f.says(`=`, `: `)+`1400`)
		want(t, r.client(t, "ip", "route", "get", f.server), ` mtu 1400 `)
		want(t, r.client(t, ping(f.server, "-s", "4000")...), `4008 bytes from `+f.server, ` 0% packet loss`)
		c := r.stop()
		c.wantDropped(t, "too-big", 1)
		c.wantSent(t, "too-big", 1)
	})
}

// TestFragmentation lets the router cut what may be cut: the client's kernel is
// told to send without DF, and believes in 1500.
func TestFragmentation(t *testing.T) {
	t.Parallel() // IPv6 routers do not fragment
	r := start(t, newTopology(t))
	want(t, r.client(t, ping("10.2.0.2", "-M", "dont", "-s", "1472")...), `1480 bytes from 10\.2\.0\.2`, ` 0% packet loss`)
	c := r.stop()
	if c.Fragments != 2 || c.dropped() != 0 {
		t.Errorf("%d fragments, %v dropped, want 2 and none", c.Fragments, c.Dropped)
	}
}

// TestErrors asserts the words that ping prints for each way that leads nowhere.
func TestErrors(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, knobs(t, func(p *topology) { p.ICMP = `"redirects": false` }))
		for _, w := range []struct{ to, v4, v6 string }{
			{f.prohibited, "Packet filtered", "Destination unreachable: Administratively prohibited"},
			{f.unreachable, "Destination Host Unreachable", "Destination unreachable: No route"},
			{f.unrouted, "Destination Net Unreachable", "Destination unreachable: No route"},
			{f.neighbour, "Destination Host Unreachable", "Destination unreachable: Address unreachable"},
		} {
			want(t, r.client(t, ping(w.to)...), fmt.Sprintf(`From %s icmp_seq=1 %s\n`, f.left, f.says(w.v4, w.v6)), ` 0 received, \+1 errors`)
		}
		want(t, r.client(t, ping(f.blackhole)...), ` 0 received, 100% packet loss`)
		expired := f.says("Time to live exceeded", "Time exceeded: Hop limit")
		want(t, r.client(t, ping(f.server, "-t", "1")...), fmt.Sprintf(`From %s icmp_seq=1 %s\n`, f.left, expired))
		want(t, r.client(t, ping(f.right, "-t", "1")...), ` 0% packet loss`) // the node itself is there

		c := r.stop()
		for _, reason := range []string{"prohibited", "unreachable", "no-route", "hairpin", "blackhole", "ttl-expired"} {
			c.wantDropped(t, reason, 1)
		}
		for _, m := range []string{"admin-prohibited", "route-unreachable", "net-unreachable", "host-unreachable", "ttl-exceeded"} {
			c.wantSent(t, m, 1)
		}
	})
}

// TestFlood is not parallel: it wants to lose nothing.
func TestFlood(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		for _, to := range []string{f.server, f.left} {
			out := r.client(t, "ping", "-n", "-q", "-f", "-c", "5000", to)
			want(t, out, `5000 packets transmitted, 5000 received, 0% packet loss`)
		}
		c := r.stop()
		if c.Forwarded != 10000 || c.Delivered != 5000 || c.dropped() != 0 {
			t.Errorf("want 10000 forwarded, 5000 delivered, none dropped: %+v", c)
		}
	})
}
