package forwarding_test

import (
	"strings"
	"testing"
)

const noExtensions = "IPv4 has no extension headers"

// What the two high bits of an unrecognized option ask for (RFC 8200 §4.2), where it stands
// in hop-by-hop options, and the pointer of the error: empty, if it is silent.
var unrecognized = []struct{ options, pointer, reason string }{
	{"5e00", "", "option-refused"},
	{"9e00", "42", "bad-option"},
	{"de00", "42", "bad-option"},
	{"c20400010000", "42", "bad-option"}, // Jumbo Payload
	{"1e009e00", "44", "bad-option"},
	{"01020000" + "00" + "9e00", "47", "bad-option"},
	{"0e000e000e000e000e000e000e00" + "9e00", "56", "bad-option"},
	{"01030000009e", "47", "bad-option"}, // no room for its length, but it asks
}

func TestHopByHop(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		for _, options := range []string{"0000", "01020000", "1e00", "1e020102", "05020000", "3e00", strings.Repeat("0e00", 8), "0100" + strings.Repeat("00", 252)} {
			n.send("left: h1 > h2 hop " + options + " udp 32")
			n.want("right: h1 > h2 forwarded")
			n.counted("forwarded 1")
		}
		for _, o := range unrecognized {
			for _, to := range []string{"h2", "r.left"} {
				n.send("left: h1 > " + to + " hop " + o.options + " udp 32")
				if o.pointer == "" {
					n.counted(o.reason + " 1")
					continue
				}
				n.want("left: r.left > h1 option-problem pointer " + o.pointer + " quote all")
				n.counted(o.reason + " 1, option-problem sent 1")
			}
		}
		for options, pointer := range map[string]string{"1e09": "43", "01030000001e": "47", "010300000001": "47", "010a": "43"} {
			n.send("left: h1 > h2 hop " + options + " udp 32")
			n.want("left: r.left > h1 header-problem pointer " + pointer + " quote all")
			n.counted("bad-field 1, header-problem sent 1")
		}
		for _, raw := range []string{"11", "1109000000000000"} { // beyond the packet
			n.send("left: h1 > h2 raw 0 " + raw)
			n.counted("bad-extension-header 1")
		}
	})
}

// The order of RFC 1812 §5.2.1.2: route, TTL, options, MTU.
func TestHopByHopOrder(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		n.send("left: h1 > nowhere hop 9e00 udp 32")
		n.want("left: r.left > h1 net-unreachable quote all")
		n.send("left: h1 > h2 ttl 1 hop 9e00 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > h2 hop 9e00 udp 1400")
		n.want("left: r.left > h1 option-problem pointer 42 quote 1232")
		n.send("left: h1 > h2 hop 0000 udp 1400")
		n.want("left: r.left > h1 too-big mtu 1400 quote 1232")
		n.send("left: h1 > h2 hop 9e00 icmp ttl-exceeded") // RFC 4443 §2.4 (e.1)
		n.counted("no-route 1, ttl-expired 1, bad-option 2, too-big 1, net-unreachable sent 1, too-big sent 1, ttl-exceeded sent 1, option-problem sent 1, option-problem forbidden 1")
	})
}

// Of a packet to many, only an option that begins with 10 is told (RFC 8200 §4.2, RFC 4443 §2.4 (e.3)).
func TestOptionsToMany(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		for _, group := range []string{"group", "localgroup"} {
			n.send("left: h1 > " + group + " hop 9e00 udp 32")
			n.want("left: r.left > h1 option-problem pointer 42 quote all")
			n.send("left: h1 > " + group + " hop de00 udp 32")
			n.counted("option-refused 1, bad-option 1, option-problem sent 1")
			n.send("left: h1 > " + group + " hop 010a udp 32")
			n.counted("bad-field 1, header-problem forbidden 1")
		}
		n.send("left: h1 > localgroup dest 9e00 udp 32")
		n.want("left: r.left > h1 option-problem pointer 42 quote all")
		n.send("left: h1 > localgroup dest de00 udp 32")
		n.counted("option-refused 1, bad-option 1, option-problem sent 1")
		n.send("left: h1 > group hop 0000 udp 32")
		n.send("left: h1 > group dest 9e00 udp 32") // the business of those in the group
		n.counted("multicast 2")
	})
}

func TestHopByHopSettings(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		hostile := []string{"5e00", "9e00", "de00", "1e09", strings.Repeat("0e00", 9)}
		n.set("hop-by-hop ignore")
		for _, options := range hostile {
			n.send("left: h1 > h2 hop " + options + " udp 32")
			n.want("right: h1 > h2 forwarded")
		}
		n.send("left: h1 > r.left hop 9e00 udp 32") // here it is the destination that looks
		n.want("left: r.left > h1 option-problem pointer 42 quote all")
		n.counted("forwarded 5, bad-option 1, option-problem sent 1")
		n.set("hop-by-hop drop")
		for _, options := range append(hostile, "0000") {
			n.send("left: h1 > h2 hop " + options + " udp 32")
			n.counted("option-refused 1")
		}
		n.send("left: h1 > h2 dest 9e00 udp 32")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > r.left hop 0000 echo 32")
		n.want("left: r.left > h1 echo-reply")
		n.counted("forwarded 1, delivered 1, echo-reply sent 1")
	})
}

// RFC 8883 §2.6: padding costs nothing, and RFC 8504 §5.3 counts to 8.
func TestHopByHopLimit(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		for settings, most := range map[string]int{"": 8, "limit 2": 2} {
			n.set(settings)
			options := "0100" + strings.Repeat("0e00", most)
			n.send("left: h1 > h2 hop " + options + " udp 32")
			n.want("right: h1 > h2 forwarded")
			n.send("left: h1 > r.left dest " + options + " echo 32")
			n.want("left: r.left > h1 echo-reply")
			n.counted("forwarded 1, delivered 1, echo-reply sent 1")
			for _, where := range []string{"h2 hop ", "r.left hop ", "r.left dest "} {
				n.send("left: h1 > " + where + options + "5e00 udp 32")
				n.want("left: r.left > h1 too-many-options pointer " + itoa(44+2*most) + " quote all")
				n.counted("too-many-options 1, too-many-options sent 1")
			}
		}
	})
}

// What only the destination looks at passes (RFC 8200 §4).
func TestChainInTransit(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		for _, what := range []string{
			"dest 9e00", "dest 5e00", "dest 0000 hop 9e00", "hop 0000 hop 9e00", "routing 0 1", "routing 253 1",
			"dest 0100" + strings.Repeat("00", 252), "hop 0000 routing 0 1 dest 9e00",
		} {
			n.send("left: h1 > h2 " + what + " udp 32")
			n.want("right: h1 > h2 forwarded")
		}
		n.send("left: h1 > h2 tcp s fragment 0 16")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 protocol 253")
		n.want("right: h1 > h2 forwarded")
		n.send("left: h1 > h2 hop 0000 none")
		n.want("right: h1 > h2 forwarded")
		n.counted("forwarded 11")
	})
}

// RFC 8200 §4, §4.2, §4.4, §4.6, §4.7, RFC 5095 §3.
func TestChainAtDestination(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		for what, error := range map[string]string{
			"dest 9e00":               "option-problem pointer 42",
			"dest de00":               "option-problem pointer 42",
			"hop 0000 dest 9e00":      "option-problem pointer 50",
			"routing 0 0 dest 9e00":   "option-problem pointer 66",
			"routing 0 1":             "header-problem pointer 42",
			"routing 253 1":           "header-problem pointer 42",
			"dest 0000 routing 2 1":   "header-problem pointer 50",
			"dest 0000 hop 0000":      "next-header-problem pointer 40",
			"hop 0000 hop 0000":       "next-header-problem pointer 40",
			"routing 0 0 hop 0000":    "next-header-problem pointer 40",
			"dest 010a":               "header-problem pointer 43",
			"dest 9e00 routing 0 1":   "option-problem pointer 42", // in their order
			"routing 0 1 dest 9e00":   "header-problem pointer 42",
			"id 9 behind routing 0 1": "header-problem pointer 42",
		} {
			n.send("left: h1 > r.right " + what + " echo 32")
			n.want("left: r.right > h1 " + error + " quote all")
		}
		n.before = n.router.Counters
		for _, what := range []string{"routing 0 0", "routing 253 0", "hop 0000 dest 0000 routing 0 0 dest 1e00", "dest 0000 dest 0000"} {
			n.send("left: h1 > r.left " + what + " echo 32")
			n.want("left: r.left > h1 echo-reply")
		}
		n.counted("delivered 4, echo-reply sent 4")
		n.send("left: h1 > r.left dest 5e00 echo 32")
		n.send("left: h1 > r.left routing 0 0 none")
		n.counted("option-refused 1, no-next-header 1")
		n.send("left: h1 > r.left routing 0 0 protocol 253")
		n.want("left: r.left > h1 protocol-unreachable pointer 40 quote all")
		n.send("left: h1 > r.left dest 9e00 icmp ttl-exceeded")
		n.counted("bad-option 1, protocol-unreachable 1, protocol-unreachable sent 1, option-problem forbidden 1")
	})
}

// RFC 7112 §5, RFC 8200 §4.5: a first fragment holds all headers, and what is
// behind the fragment header is judged when the datagram is whole.
func TestChainInFragments(t *testing.T) {
	only(t, 6, noExtensions, func(n *node) {
		for _, what := range []string{"tcp s fragment 0 16", "behind dest 0000 udp 32 fragment 0 8", "behind dest 01060000000000001e00 udp 32 fragment 0 8", "hop 0000 tcp s fragment 0 8"} {
			n.send("left: h1 > r.left id 9 " + what)
			n.want("left: r.left > h1 first-fragment-short quote all")
			n.counted("first-fragment-short 1, first-fragment-incomplete sent 1")
		}
		n.send("left: h1 > r.left id 9 dest 9e00 udp 400 fragment 0 80") // before the fragment header: at once
		n.want("left: r.left > h1 option-problem pointer 42 quote all")
		n.counted("bad-option 1, option-problem sent 1")
		n.send("left: h1 > r.left id 9 behind hop 0000 udp 400 fragment 0 80")
		n.want("left: r.left > h1 next-header-problem pointer 40 quote all")
		n.counted("bad-next-header 1, next-header-problem sent 1")
		n.send("left: h1 > r.left id 9 behind dest 9e00 udp 400 fragment 80 416")
		n.send("left: h1 > r.left id 9 behind dest 9e00 udp 400 fragment 0 80")
		n.note("left: h1 > r.left dest 9e00 udp 400")
		n.want("left: r.left > h1 option-problem pointer 42 quote all")
		n.counted("bad-option 2, option-problem sent 1")
		n.send("left: h1 > r.left id 9 behind dest 1e00 echo 400 fragment 80 416")
		n.send("left: h1 > r.left id 9 behind dest 1e00 echo 400 fragment 0 80")
		n.want("left: r.left > h1 echo-reply")
		n.counted("delivered 2, echo-reply sent 1")
	})
}

// note makes a packet, which the router never saw, the last of the story: what
// it put together.
func (n *node) note(text string) {
	n.t.Helper()
	b, err := build(n.family, text)
	if err != nil {
		n.t.Fatal(err)
	}
	n.sent = append(n.sent, b)
}
