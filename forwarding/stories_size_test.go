package forwarding_test

import "testing"

// wantTooBig wants a too big error about the last packet, which is longer than any quote.
func (n *node) wantTooBig(text string, mtu int) {
	n.t.Helper()
	if n.sent[len(n.sent)-1].bytes[0]>>4 == 4 {
		n.want(text + " too-big mtu " + itoa(mtu) + " quote 548")
		return
	}
	n.want(text + " too-big mtu " + itoa(mtu) + " quote 1232")
}

func TestTooBig(t *testing.T) {
	only(t, 4, "the same for IPv6, whose headers are longer, below", func(n *node) {
		n.send("left: h1 > h2 df udp 1372")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 df udp 1373")
		n.wantTooBig("left: r.left > h1", 1400)
		n.counted("forwarded 1, too-big 1, too-big sent 1")
		n.send("left: h1 > htiny df udp 41")
		n.want("left: r.left > h1 too-big mtu 68 quote all")
		n.send("left: h1 > h2 df id 7 udp 3000 fragment 0 1480") // a fragment that must not be cut again
		n.wantTooBig("left: r.left > h1", 1400)
		n.send("left: h1 > h2 df id 7 udp 6000 fragment 1480 2960")
		n.counted("too-big 3, too-big sent 2, too-big forbidden 1")
	})
	only(t, 6, "the same for IPv4 above", func(n *node) {
		n.send("left: h1 > h2 udp 1352")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 udp 1353")
		n.wantTooBig("left: r.left > h1", 1400)
		n.counted("forwarded 1, too-big 1, too-big sent 1")
		n.send("left: h1 > htiny udp 1233")
		n.wantTooBig("left: r.left > h1", 1280)
		n.send("left: h1 > h2 id 7 udp 6000 fragment 1440 2880") // later fragments too
		n.wantTooBig("left: r.left > h1", 1400)
		n.counted("too-big 2, too-big sent 2")
	})
	both(t, func(n *node) {
		n.send("left: h1 > h2 df icmp ttl-exceeded")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 df echo 1400")
		n.wantTooBig("left: r.left > h1", 1400)
		n.send("right: far > hairpin df udp 1400")
		n.want("left: far > hairpin forwarded")
		n.counted("forwarded 2, too-big 1, too-big sent 1")
	})
}

func TestFragment(t *testing.T) {
	only(t, 4, "no router cuts an IPv6 packet", func(n *node) {
		n.send("left: h1 > h2 id 77 tos 5 udp 1373") // one octet too many
		n.want("right: h1 > h2 fragment 0 1376 more")
		n.want("right: h1 > h2 fragment 1376 1381")
		n.counted("forwarded 1, fragments 2")
		n.send("left: h1 > h2 id 77 udp 65507")
		n.want("right: h1 > h2 fragments 48")
		n.counted("forwarded 1, fragments 48")
		n.send("left: h1 > htiny id 77 udp 88") // 96 octets are twice 48
		n.want("tiny: h1 > htiny fragment 0 48 more")
		n.want("tiny: h1 > htiny fragment 48 96")
		n.counted("forwarded 1, fragments 2")
		n.send("left: h1 > htiny ttl 1 udp 88")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.counted("ttl-expired 1, ttl-exceeded sent 1")
	})
}

// A fragment is cut again at its own offset, and keeps its MF (RFC 791 §3.2).
func TestRefragment(t *testing.T) {
	only(t, 4, "no router cuts an IPv6 packet", func(n *node) {
		n.send("left: h1 > h2 id 5 udp 4000 fragment 1480 2960")
		n.want("right: h1 > h2 fragment 1480 2856 more")
		n.want("right: h1 > h2 fragment 2856 2960 more")
		n.send("left: h1 > h2 id 5 udp 4392 fragment 2960 4400")
		n.want("right: h1 > h2 fragment 2960 4336 more")
		n.want("right: h1 > h2 fragment 4336 4400")
		n.counted("forwarded 2, fragments 4")
	})
}

// Options with the copied bit are in every fragment, the others in the first (RFC 791 §3.1).
func TestFragmentOptions(t *testing.T) {
	only(t, 4, "no router cuts an IPv6 packet", func(n *node) {
		const recordRoute, routerAlert = "07070400000000" + "00", "94040000"
		n.send("left: h1 > htiny id 5 options " + routerAlert + recordRoute + " udp 92")
		first, second := n.outputs[0].bytes, n.outputs[1].bytes
		if first[0] != 0x48 || second[0] != 0x46 || second[20] != 0x94 {
			n.t.Fatalf("headers % x and % x", first[:32], second[:24])
		}
		n.want("tiny: h1 > htiny fragment 0 32 more")
		n.want("tiny: h1 > htiny fragment 32 72 more")
		n.want("tiny: h1 > htiny fragment 72 100")
		n.counted("forwarded 1, fragments 3")
	})
}

func TestEchoToEachAddress(t *testing.T) {
	both(t, func(n *node) {
		for _, own := range []string{"r.left", "r.right", "r.tiny", "r.down"} {
			for _, ttl := range []string{"0", "1", "2", "255"} {
				n.send("left: h1 > " + own + " ttl " + ttl + " echo 56")
				n.want("left: " + own + " > h1 echo-reply")
				n.counted("delivered 1, echo-reply sent 1")
			}
		}
		n.send("left: far > r.left echo 56") // the answer goes where the route says
		n.want("right: r.left > far echo-reply")
		n.send("left: h1 > r.left icmp echo-with-code")
		n.want("left: r.left > h1 echo-reply")
		n.send("left: h1 > r.left extension echo 56")
		n.want("left: r.left > h1 echo-reply")
		n.send("left: h1 > r.left tos 187 echo 56") // DSCP stays, ECN goes
		n.want("left: r.left > h1 echo-reply tos 184")
		n.counted("delivered 4, echo-reply sent 4")
	})
}

func TestEchoSizes(t *testing.T) {
	both(t, func(n *node) {
		for _, size := range []int{0, 1, 2, 7, 8, 56, 1000, 1451, 1452, 1471, 1472} {
			if n.family == 6 && size > 1452 {
				continue
			}
			n.send("left: h1 > r.left echo " + itoa(size))
			n.want("left: r.left > h1 echo-reply")
			n.counted("delivered 1, echo-reply sent 1")
		}
	})
	only(t, 4, "fragments hold other numbers of octets: below", func(n *node) {
		n.send("left: h1 > r.left echo 1473")
		n.want("left: r.left > h1 in 2 fragments echo-reply")
		n.send("left: h1 > r.left echo 65507")
		n.want("left: r.left > h1 in 45 fragments echo-reply")
		n.send("tiny: htiny > r.tiny echo 65507")
		n.want("tiny: r.tiny > htiny in 1365 fragments echo-reply")
		n.counted("delivered 3, fragments 1412, echo-reply sent 3")
	})
	only(t, 6, "an IPv6 packet takes 20 octets more", func(n *node) {
		n.send("left: h1 > r.left echo 1453")
		n.want("left: r.left > h1 in 2 fragments echo-reply")
		n.send("left: h1 > r.left echo 65507")
		n.want("left: r.left > h1 in 46 fragments echo-reply")
		n.send("tiny: htiny > r.tiny echo 65527")
		n.want("tiny: r.tiny > htiny in 54 fragments echo-reply")
		n.counted("delivered 3, fragments 102, echo-reply sent 3")
	})
}

// An error about a fragment that was cut from a reply would find nobody: IDs differ.
func TestRepliesHaveTheirOwnID(t *testing.T) {
	both(t, func(n *node) {
		seenIDs := map[uint32]bool{}
		for range 3 {
			n.send("left: h1 > r.left id 9 echo 1480")
			id := n.read(n.outputs[0].bytes).id
			if seenIDs[id] {
				n.t.Fatalf("the ID %d twice", id)
			}
			seenIDs[id] = true
			n.want("left: r.left > h1 in 2 fragments echo-reply")
		}
	})
}
