//go:build linux

package e2e

import (
	"fmt"
	"testing"
)

// TestRedirect is in the shape of the kernel's selftest icmp_redirect.sh: a host
// that sends by the node, which knows a better first hop on the host's own link. The
// packet is forwarded all the same, and the kernel's next one goes by the better hop:
// Linux believes redirects on a TUN, too, for routes that have a gateway.
func TestRedirect(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		const routes = `{ "to": "10.4.0.0/24", "via": "10.1.0.9" },
        { "to": "fd00:4::/64", "via": "fe80::9", "interface": "left" }`
		r := start(t, knobs(t, func(p *topology) { p.Routes = routes }))
		set(t, r.Client, "net.ipv4.conf.all.accept_redirects=1", "net.ipv4.conf.tun0.accept_redirects=1",
			"net.ipv6.conf.tun0.accept_redirects=1")
		node, far, better := f.says("10.1.0.1", r.linkLocal(t, "left")), f.says("10.4.0.1", "fd00:4::1"), f.says("10.1.0.9", "fe80::9")
		must(t, in(r.Client, "ip", "route", "add", f.says("10.4.0.0/24", "fd00:4::/64"), "via", node, "dev", "tun0")...)
		want(t, r.client(t, "ip", "route", "get", far), ` via `+node+` dev tun0 `)

		out := r.client(t, ping(far)...)
		want(t, out, ` 0 received`) // nobody is at the better hop
		if f.name == "4" {
			want(t, out, `From 10\.1\.0\.1: icmp_seq=1 Redirect Host\(New nexthop: 10\.1\.0\.9\)\n`)
		}
		want(t, r.client(t, "ip", "route", "get", far), ` via `+better+` dev tun0 `)

		c := r.stop()
		c.wantSent(t, "redirect", 1)
		if c.Forwarded != 1 || c.dropped() != 0 {
			t.Errorf("want 1 forwarded, none dropped: %+v", c)
		}
		r.wantRedirect(t, f, node, better, far)
	})
}

// wantRedirect has tshark say that the link saw the redirect, and the packet that it is about.
func (r *router) wantRedirect(t *testing.T, f family, from, better, to string) {
	t.Helper()
	if f.name == "4" {
		r.wantWritten(t, "left", "icmp", []string{"ip.src", "ip.ttl", "icmp.type", "icmp.code", "icmp.redir_gw"},
			fmt.Sprintf("%s,10.1.0.2 64,64 5,8 1,0 %s", from, better), "10.1.0.2 63 8 0 ")
		return
	}
	r.wantWritten(t, "left", "icmpv6.type == 137 || icmpv6.type == 128",
		[]string{"ipv6.src", "ipv6.hlim", "icmpv6.type", "icmpv6.code", "icmpv6.nd.rd.target_address", "icmpv6.rd.na.destination_address"},
		fmt.Sprintf("%s,fd00:1::2 255,64 137,128 0,0 %s %s", from, better, to), "fd00:1::2 63 128 0  ")
}

// TestNoRedirect: told to, the node sends none, and forwards all the same.
func TestNoRedirect(t *testing.T) {
	t.Parallel()
	r := start(t, knobs(t, func(p *topology) {
		p.Routes, p.ICMP = `{ "to": "10.4.0.0/24", "via": "10.1.0.9" }`, `"redirects": false`
	}))
	must(t, in(r.Client, "ip", "route", "add", "10.4.0.0/24", "via", "10.1.0.1")...)
	want(t, r.client(t, ping("10.4.0.1")...), ` 0 received`)
	want(t, r.client(t, "ip", "route", "get", "10.4.0.1"), ` via 10\.1\.0\.1 dev tun0 `)
	c := r.stop()
	c.wantSent(t, "redirect", 0)
}

// linkLocal is the address of the node on a link that `check` tells.
func (r *router) linkLocal(t *testing.T, link string) string {
	t.Helper()
	return group(t, must(t, program, "check", r.config), link+` .* link-local (\S+)\n`)
}
