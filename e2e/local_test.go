//go:build linux

package e2e

import (
	"testing"
)

// TestLinkLocal reaches the node by its link-local addresses, one given and one made,
// on their own links only.
func TestLinkLocal(t *testing.T) {
	t.Parallel()
	r := start(t, knobs(t, func(p *topology) { p.RightOwn = `"10.2.0.1/24", "fd00:2::1/64", "fe80::1/64"` }))
	left := r.linkLocal(t, "left")
	want(t, r.client(t, ping(left+"%tun0")...), `64 bytes from `+left+`%tun0: icmp_seq=1 ttl=64 `)
	want(t, must(t, in(r.Server, ping("fe80::1%tun0")...)...), `64 bytes from fe80::1%tun0: icmp_seq=1 ttl=64 `)
	// What nobody has there is not sent back, nor to the other link.
	want(t, r.client(t, ping("fe80::1%tun0")...), ` 0 received`)
	c := r.stop()
	c.wantSent(t, "echo-reply", 2)
	if c.Forwarded != 0 {
		t.Errorf("a link-local packet was forwarded: %+v", c)
	}
}

// TestGroups asks the groups that a router is in, on the link, in the node and on the
// site, and the anycast address of all routers on a prefix (RFC 4291 §2.8).
func TestGroups(t *testing.T) {
	t.Parallel()
	r := start(t, newTopology(t))
	own := r.linkLocal(t, "left")
	for _, group := range []string{"ff02::1", "ff02::2"} {
		// -L: the client's kernel is in some of them, too.
		want(t, r.client(t, ping(group+"%tun0", "-L")...), `64 bytes from `+own+`%tun0: icmp_seq=1 ttl=64 `)
	}
	want(t, r.client(t, ping("ff05::2", "-L", "-I", "tun0")...), `64 bytes from (fd00:1::1|`+own+`%?\w*): icmp_seq=1 ttl=64 `)
	for prefix, from := range map[string]string{"fd00:1::": "fd00:1::1", "fd00:2::": "fd00:2::1"} {
		want(t, r.client(t, ping(prefix)...), `64 bytes from `+from+`: icmp_seq=1 ttl=64 `)
	}
	want(t, r.client(t, ping("ff02::9%tun0", "-L")...), ` 0 received`) // no group of its
	c := r.stop()
	c.wantSent(t, "echo-reply", 5)
	c.wantDropped(t, "multicast", 1)
}
