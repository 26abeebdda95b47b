package forwarding_test

import "testing"

// A super-packet passes whole, whatever its length: its segments fit the link.
func TestSuperPacketPasses(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > h2 df gso 1300 udp 60000")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 47")
		n.send("left: h1 > h2 df gso 1300 tcp af")
		n.outputs = nil // without payload it is no super-packet
		n.counted("forwarded 1")
		n.send("left: h1 > h2 partial udp 32")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1")
	})
}

// One error for all segments, which quotes the first as it would have come.
func TestSuperPacketError(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > h2 ttl 1 gso 100 udp 1000")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("ttl-expired 10, ttl-exceeded sent 1")
		n.send("left: h1 > prohibited gso 100 udp 1001")
		n.want("left: r.left > h1 admin-prohibited quote all")
		n.counted("prohibited 11, admin-prohibited sent 1")
		n.send("left: h1 > nowhere partial udp 100")
		n.want("left: r.left > h1 net-unreachable quote all")
		n.counted("no-route 1, net-unreachable sent 1")
		n.send("left: h1 > h2 df gso 1400 udp 60000")
		n.wantTooBig("left: r.left > h1", 1400)
		n.counted("too-big 43, too-big sent 1")
		n.send("left: h1 > blackhole gso 100 udp 1000")
		n.counted("blackhole 10")
	})
	only(t, 4, "IPv6 has the pointer in a word", func(n *node) {
		n.send("left: h1 > h2 options 07070300 gso 100 udp 1000")
		n.want("left: r.left > h1 header-problem pointer 20 quote all")
		n.counted("bad-field 10, header-problem sent 1")
	})
	only(t, 6, "IPv4 has no such options", func(n *node) {
		n.send("left: h1 > h2 hop 8e00 gso 100 udp 1000")
		n.want("left: r.left > h1 option-problem pointer 42 quote all")
		n.counted("bad-option 10, option-problem sent 1")
	})
}

// A redirect is about the first segment; the super-packet goes on whole.
func TestSuperPacketRedirect(t *testing.T) {
	both(t, func(n *node) {
		n.set(redirecting)
		router, hop := redirected(n.family)
		n.send("left: h1 > nowhere gso 100 udp 1000")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all")
		n.want("left: h1 > nowhere forwarded")
		n.counted("forwarded 10, redirect sent 1")
	})
}

// For the node itself, each segment is a datagram.
func TestSuperPacketDelivered(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > r.left partial udp 100")
		n.want("left: r.left > h1 port-unreachable quote all")
		n.counted("port-unreachable 1, port-unreachable sent 1")
		n.send("left: h1 > r.left partial tcp s")
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.counted("port-closed 1, tcp-reset sent 1")
		n.send("left: h1 > r.left partial udp 400 fragment 0 80")
		n.counted("held 1")
		n.send("left: h1 > r.left udp 400 fragment 80 408")
		n.outputs = nil // the sum that was left covers one fragment alone
		n.counted("held -1, bad-transport-checksum 2")
	})
	only(t, 6, "gopacket's ICMPv4 has no pseudo-header", func(n *node) {
		n.send("left: h1 > r.left partial echo 100")
		n.want("left: r.left > h1 echo-reply")
	})
}

// What must be cut is complete before.
func TestPartialChecksumInFragments(t *testing.T) {
	only(t, 4, "routers do not cut IPv6", func(n *node) {
		n.send("left: h1 > h2 id 7 partial udp 1400")
		n.want("right: h1 > h2 fragments 2")
		n.counted("forwarded 1, fragments 2")
	})
}
