package forwarding_test

import "testing"

// RFC 7126 §4.3.5, §4.4.5: dropped, and nobody is told, whatever else is wrong.
func TestSourceRouteDrop(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		for _, options := range []string{"8307040a02000200", "8907040a02000200", "8307080a02000200", "8307000000000000", "94040000" + "8307040a02000200"} {
			for _, what := range []string{"h1 > h2 udp 32", "h1 > r.left echo 32", "h1 > h2 ttl 1 udp 32", "h1 > nowhere udp 32"} {
				n.send("left: " + what + " options " + options)
				n.counted("source-routed 1")
			}
		}
		n.send("left: loopback > h2 options 8307040a02000200 udp 32")
		n.counted("martian-source 1")
	})
}

// By the destination, and the option is left alone.
func TestSourceRouteIgnore(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		n.set("source-route ignore")
		for _, options := range []string{"8307040a02000200", "8907040a02000200", "8307080a02000200"} {
			n.send("left: h1 > far options " + options + " udp 32")
			n.want("right: h1 > far forwarded")
			n.send("left: h1 > r.left options " + options + " echo 32")
			n.want("left: r.left > h1 echo-reply")
			n.send("left: h1 > far ttl 1 options " + options + " udp 32")
			n.want("left: r.left > h1 ttl-exceeded quote all")
			n.counted("forwarded 1, delivered 1, ttl-expired 1, ttl-exceeded sent 1, echo-reply sent 1")
		}
		n.send("left: h1 > far options 8307000000000000 udp 32")
		n.want("left: r.left > h1 header-problem pointer 22 quote all")
	})
}

func TestSourceRouteProcess(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		n.set("source-route process")
		for _, story := range []struct{ to, options, next, stamped string }{
			{"r.left", "8307040a02000200", "h2", "8307080a02000100"}, // RFC 1812 §5.3.13.4
			{"r.right", "8907040a02000200", "h2", "8907080a02000100"},
			{"r.left", "8307040a09000900", "far", "8307080a02000100"}, // a loose route may lead by others
			{"r.left", "830b040a020002" + "0a09000900", "h2", "830b080a020001" + "0a09000900"},
			{"r.left", "830b080102030" + "40a02000200", "h2", "830b0c01020304" + "0a02000100"},
			{"r.left", "830b040a020001" + "0a02000200", "h2", "830b0c0a020001" + "0a02000100"}, // not to ourselves
			{"r.left", "07070400000000" + "8307040a020002" + "0000", "h2", "0707080a020001" + "8307080a020001" + "0000"},
			{"h2", "8307040102030400", "h2", "8307040102030400"}, // a loose route that is another's turn
		} {
			n.send("left: h1 > " + story.to + " options " + story.options + " udp 32")
			n.want("right: h1 > " + story.next + " stamped " + story.stamped)
			n.counted("forwarded 1")
		}
		n.send("left: h1 > r.left ttl 1 options 8307040a02000200 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > r.left df options 8307040a02000200 udp 1400") // the MTU of the way on
		n.want("left: r.left > h1 too-big mtu 1400 quote 548")
		n.send("left: h1 > r.left options 8307040a03000200 udp 32")
		n.want("left: r.left > h1 host-unreachable quote all")
		n.counted("link-down 1, ttl-expired 1, too-big 1, host-unreachable sent 1, too-big sent 1, ttl-exceeded sent 1")
		n.send("left: h1 > r.left options 8307040a02000200 udp 1400")
		n.want("right: h1 > h2 fragment 0 1368 more options 8307080a02000100")
		n.want("right: h1 > h2 fragment 1368 1408 last options 8307080a02000100")
	})
}

// RFC 1122 §3.2.1.8 (c), RFC 791 §3.1.
func TestSourceRouteFailed(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		n.set("source-route process")
		for _, options := range []string{
			"8907040a09000900",                     // strict, and not on a link
			"830704cb00710900", "890704cb00710900", // nowhere
			"830704c633640900", "830704c000020900", // blackhole, prohibited
			"830704ef01010100", "8307047f00000100", "830704ffffffff00", "8307040a0200ff00", // no node
		} {
			n.send("left: h1 > r.left options " + options + " udp 32")
			n.want("left: r.left > h1 source-route-failed quote all")
			n.counted("source-route-failed 1, source-route-failed sent 1")
		}
		n.send("left: h1 > h2 options 8907040a09000900 udp 32") // this node is not a hop of it
		n.want("left: r.left > h1 source-route-failed quote all")
		n.counted("source-route-failed 1, source-route-failed sent 1")
		n.send("left: h1 > h2 options 83070401020304" + "83070401020304" + "0000 udp 32") // RFC 1812 §5.2.4.1
		n.want("left: r.left > h1 header-problem pointer 27 quote all")
		n.counted("bad-field 1, header-problem sent 1")
	})
}

// Replies and errors go back the way that the packet came (RFC 1812 §4.3.2.6,
// §4.3.3.6): by the link to the first hop of it.
func TestSourceRouteBack(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		n.set("source-route process")
		for hop, link := range map[string]string{"0a010007": "left: r.left > 10.1.0.7", "0a020007": "right: r.left > 10.2.0.7", "0a090009": "right: r.left > far"} {
			n.send("left: h1 > r.left options 830708" + hop + "00 echo 32")
			n.want(link + " echo-reply options 8307040a01000200")
			n.send("left: h1 > r.left options 890708" + hop + "00 udp 32")
			n.want(link + " port-unreachable options 8907040a01000200 quote all")
		}
		n.send("left: h1 > r.left options 830b0c0102030" + "40a02000700 echo 32") // two hops
		n.want("right: r.left > 10.2.0.7 echo-reply options 830b040102030" + "40a01000200")
		n.send("left: h1 > r.left options 830b0c0a010002" + "0a02000700 echo 32") // the first is the sender
		n.want("right: r.left > 10.2.0.7 echo-reply options 8307040a01000200")
		n.counted("delivered 5, port-unreachable 3, port-unreachable sent 3, echo-reply sent 5")
		n.send("left: h1 > h2 ttl 1 options 8307080a02000700 udp 32")
		n.want("right: r.right > 10.2.0.7 ttl-exceeded options 8307040a01000200 quote all")
		n.send("left: h1 > h2 options 070700000000008307080a0200070000 udp 32")
		n.want("right: r.right > 10.2.0.7 header-problem pointer 22 options 8307040a01000200 quote all")
		n.send("left: h1 > h2 options 8307070a02000700 udp 32") // about the route itself
		n.want("left: r.left > h1 header-problem pointer 22 quote all")
		n.counted("ttl-expired 1, bad-field 2, ttl-exceeded sent 1, header-problem sent 2")
		n.send("left: h1 > r.left options 8307080a02000700 tcp s") // a reset has no options
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.counted("port-closed 1, tcp-reset sent 1")
	})
}

// Nobody is made to send to many, or to itself, by a route that lies.
func TestSourceRouteBackToNobody(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		n.set("source-route process")
		for hop, end := range map[string]string{
			"0a0200ff": "forbidden", "ffffffff": "unroutable", "ef010101": "unroutable", "7f000001": "unroutable",
			"cb007109": "unroutable", "00000000": "unroutable",
		} {
			n.send("left: h1 > r.left options 830708" + hop + "00 echo 32")
			n.counted("delivered 1, echo-reply " + end + " 1")
			n.send("left: h1 > h2 ttl 1 options 830708" + hop + "00 udp 32")
			n.counted("ttl-expired 1, ttl-exceeded " + end + " 1")
		}
		n.send("left: h1 > r.left options 8307080a02000100 echo 32") // the node itself: it is there
		n.want("left: r.left > h1 echo-reply")
		n.send("left: h1 > h2 ttl 1 options 8307080a02000100 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
	})
}
