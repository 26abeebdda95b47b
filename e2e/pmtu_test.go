//go:build linux

package e2e

import (
	"fmt"
	"strconv"
	"testing"
)

// TestPMTU is in the shape of the kernel's selftest pmtu.sh: the routes of a host
// get exceptions with the path MTU that the node tells, and a smaller one when the
// path has become narrower; also on a route with a gateway.
func TestPMTU(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		must(t, in(r.Client, "ip", "route", "add", f.says("10.2.0.0/24", "fd00:2::/64"), "via", f.left)...)
		cached := func(mtu int) {
			t.Helper()
			want(t, r.client(t, "ip", "route", "get", f.server), fmt.Sprintf(` via %s dev tun0 (?s:.*)expires \d+sec mtu %d `, f.left, mtu))
			want(t, r.client(t, "ip", "-"+f.name, "route", "list", "cache"), fmt.Sprintf(`(?s)%s via %s .* mtu %d `, f.server, f.left, mtu))
		}
		probe := func(mtu int) string {
			return r.client(t, ping(f.server, "-M", "do", "-s", strconv.Itoa(mtu-f.header))...)
		}
		told := func(mtu int) string {
			return `From ` + f.left + ` icmp_seq=1 ` + f.says(`Frag needed and DF set \(mtu = `, `Packet too big: mtu=`) + strconv.Itoa(mtu)
		}

		want(t, probe(1500), told(1400))
		cached(1400)
		want(t, probe(1400), ` 0% packet loss`)

		r.MTU = 1300
		r.write(t, r.config)
		r.reload(changed)
		want(t, probe(1400), told(1300))
		cached(1300)
		want(t, probe(1300), ` 0% packet loss`)

		// The exception is the destination's alone, and goes with the cache.
		want(t, r.client(t, ping(f.right, "-M", "do", "-s", strconv.Itoa(1500-f.header))...), ` 0% packet loss`)
		c := r.stop()
		c.wantDropped(t, "too-big", 2)
		c.wantSent(t, "too-big", 2)
		field := f.says("icmp.mtu", "icmpv6.mtu")
		r.wantWritten(t, "left", field, []string{field}, "1400", "1300")
	})
}

// TestDontFragment has each of ping's -M.
func TestDontFragment(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		send := func(to, method, size string) string {
			return r.client(t, "ping", "-n", "-c", "2", "-i", "0.2", "-W", "2", "-M", method, "-s", size, to)
		}
		// want: the first is lost, the second is cut by the kernel, which has learned.
		want(t, send(f.server, "want", "1440"), `icmp_seq=1 `+f.says(`Frag needed and DF set \(mtu = 1400\)`, `Packet too big: mtu=1400`),
			`1448 bytes from `+f.server+`: icmp_seq=2 ttl=63 `, ` 1 received, \+1 errors`)
		want(t, send(f.server, "do", "1440"), `message too long, mtu`+f.says(`=`, `: `)+`1400`, ` 0 received, \+2 errors`)
		want(t, send(f.server, "dont", "4000"), `4008 bytes from `+f.server, ` 0% packet loss`)
		for _, method := range []string{"want", "dont"} {
			want(t, send(f.server, method, "65507"), `65515 bytes from `+f.server, ` 0% packet loss`)
			want(t, send(f.left, method, "65507"), `65515 bytes from `+f.left, ` 0% packet loss`)
		}
		c := r.stop()
		c.wantDropped(t, "too-big", 1)
		c.wantSent(t, "too-big", 1)
		c.wantSent(t, "echo-reply", 4)
		if c.dropped() != 1 {
			t.Errorf("dropped more than the first: %+v", c)
		}
	})
}
