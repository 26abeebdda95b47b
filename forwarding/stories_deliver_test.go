package forwarding_test

import "testing"

func TestUnreachablePortAndProtocol(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > r.left ttl 1 udp 32")
		n.want("left: r.left > h1 port-unreachable quote all")
		n.counted("port-unreachable 1, port-unreachable sent 1")
	})
	only(t, 4, "ICMPv6 has a pointer here: below", func(n *node) {
		n.send("left: h1 > r.left protocol 132")
		n.want("left: r.left > h1 protocol-unreachable quote all")
		n.send("left: h1 > r.left protocol 58") // ICMPv6 is no protocol of IPv4
		n.want("left: r.left > h1 protocol-unreachable quote all")
		n.send("left: h1 > r.left protocol 59") // nor is "no next header"
		n.want("left: r.left > h1 protocol-unreachable quote all")
		n.send("left: h1 > r.left no-checksum udp 32")
		n.want("left: r.left > h1 port-unreachable quote all")
		n.counted("protocol-unreachable 3, port-unreachable 1, protocol-unreachable sent 3, port-unreachable sent 1")
	})
	only(t, 6, "RFC 4443 §3.4 says where the unknown next header stands", func(n *node) {
		n.send("left: h1 > r.left protocol 132")
		n.want("left: r.left > h1 protocol-unreachable pointer 6 quote all")
		n.send("left: h1 > r.left extension protocol 132")
		n.want("left: r.left > h1 protocol-unreachable pointer 40 quote all")
		n.send("left: h1 > r.left protocol 1") // ICMPv4 is no protocol of IPv6
		n.want("left: r.left > h1 protocol-unreachable pointer 6 quote all")
		n.counted("protocol-unreachable 3, protocol-unreachable sent 3")
		n.send("left: h1 > r.left no-checksum udp 32") // RFC 8200 §8.1
		n.counted("bad-transport-checksum 1")
		n.send("left: h1 > r.left none")
		n.counted("no-next-header 1")
		n.send("left: h1 > r.left raw 60 1104000000000000")
		n.counted("bad-extension-header 1")
		n.send("left: h1 > r.left raw 60 11")
		n.counted("bad-extension-header 1")
	})
}

// RFC 9293 §3.10.7.1.
func TestTCPReset(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > r.left tcp s")
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.send("left: h1 > r.right tcp sf")
		n.want("left: r.right > h1 tcp ra ack 1002")
		n.send("left: h1 > r.left tcp f")
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.send("left: h1 > r.left tcp a")
		n.want("left: r.left > h1 tcp r seq 5000")
		n.send("left: h1 > r.left tcp sa")
		n.want("left: r.left > h1 tcp r seq 5000")
		n.counted("port-closed 5, tcp-reset sent 5")
		n.send("left: h1 > r.left tcp r")
		n.send("left: h1 > r.left tcp ra")
		n.counted("port-closed 2, tcp-reset forbidden 2")
	})
}

func TestBadTransport(t *testing.T) {
	both(t, func(n *node) {
		for _, what := range []string{"udp 32", "echo 32", "tcp s", "icmp ttl-exceeded"} {
			n.send("left: h1 > r.left " + what + " bad-checksum")
			n.counted("bad-transport-checksum 1")
		}
		for _, what := range []string{"udp 32 cut 7", "udp 32 cut 0", "echo 32 cut 7", "tcp s cut 19", "udp 32 cut 39"} {
			n.send("left: h1 > r.left " + what)
			n.counted("transport-truncated 1")
		}
	})
}

func TestICMPIgnored(t *testing.T) {
	both(t, func(n *node) {
		for _, message := range []string{"echo-reply", "ttl-exceeded", "too-big", "port-unreachable", "redirect", "unknown-error", "unknown-query", "timestamp-reply"} {
			n.send("left: h1 > r.left icmp " + message)
			n.counted("icmp-ignored 1")
		}
	})
}

// What a router hears about MTUs and routes changes nothing (RFC 5927 §7).
func TestICMPChangesNothing(t *testing.T) {
	both(t, func(n *node) {
		n.send("right: h2 > r.right icmp too-big")
		n.send("right: h2 > r.right icmp redirect")
		n.send("left: h1 > h2 udp 1300")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 1, icmp-ignored 2")
	})
}
