//go:build linux

package e2e

import (
	"testing"
)

// TestNamespaceVanishes deletes the server's namespace under a running router. It
// says so once, the other link goes on, and when the namespace is there again so
// is the link. A process that holds the old one open must not hide its deletion.
func TestNamespaceVanishes(t *testing.T) {
	t.Parallel()
	for _, held := range []bool{false, true} {
		t.Run(map[bool]string{false: "dies", true: "held"}[held], func(t *testing.T) {
			r := launch(t, newTopology(t))
			r.capture("left", r.Client)
			if held {
				background(t, r.Server, "", "sleep", "1000")
			}
			r.ping(t, "10.2.0.2")
			must(t, "ip", "netns", "del", r.Server)
			r.wantDown()
			must(t, "ip", "netns", "add", r.Server)
			r.wantUp()
			r.stop()
			if !exists(r.Server) {
				t.Error("it removed a namespace that it did not make")
			}
			if exists(r.Client) {
				t.Error("it left the namespace that it made")
			}
		})
	}
}

// TestDeviceVanishes deletes the TUN: it is made again at once.
func TestDeviceVanishes(t *testing.T) {
	t.Parallel()
	for _, device := range []string{"kernel", "wireguard", "water"} {
		t.Run(device, func(t *testing.T) {
			p := newTopology(t)
			p.Device = device
			r := launch(t, p)
			r.capture("left", p.Client)
			r.ping(t, "10.2.0.2")
			must(t, in(r.Server, "ip", "link", "del", "tun0")...)
			await(t, "link down", func() bool { return r.stderr.count(`msg="link down"`) > 0 })
			r.wantUp()
			r.stop()
			r.wantNothingLeft()
		})
	}
}

// wantDown waits for the right link to go, and sees the left one live.
func (r *router) wantDown() {
	r.t.Helper()
	await(r.t, "link down", func() bool { return r.stderr.count(`msg="link down"`) > 0 })
	r.ping(r.t, "10.1.0.1")
	r.ping(r.t, "fd00:2::1") // its address on the other link is still its address
	want(r.t, r.client(r.t, ping("10.2.0.2")...), `From 10\.1\.0\.1 icmp_seq=1 Destination Host Unreachable`)
	want(r.t, r.client(r.t, ping("fd00:2::2")...), `From fd00:1::1 icmp_seq=1 Destination unreachable: Address unreachable`)
	want(r.t, r.stderr.String(), `level=WARN msg="link down" node=r1 link=right device="tun0 in `)
}

// wantUp waits for the right link to come back, and uses it.
func (r *router) wantUp() {
	r.t.Helper()
	await(r.t, "link up", func() bool { return r.stderr.count(`msg="link up"`) > 0 })
	r.ping(r.t, "10.2.0.2")
	r.ping(r.t, "fd00:2::2")
	if n := r.stderr.count(`msg="link down"`); n != 1 {
		r.t.Errorf("it said %d times that the link is down, want once", n)
	}
}
