package forwarding_test

import (
	"net/netip"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
)

const noOptions = "IPv6 has no options in its header"

// What leaves has the address of the link that it leaves by, and the time, which
// is one o'clock in these stories: 0x36ee80 ms (RFC 791 §3.1, RFC 1812 §4.2.2.2, §5.3.13.5, §5.3.13.6).
func TestStampOptions(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		for options, stamped := range map[string]string{
			"0707040000000000":                           "0707080a02000100",         // room for one
			"070b04000000000000000000":                   "070b080a0200010000000000", // for two
			"070b08010203040000000000":                   "070b0c010203040a02000100", // the second
			"0107070400000000":                           "010707080a020001",
			"4408050000000000":                           "440809000036ee80",         // flag 0: a time
			"440c05010000000000000000":                   "440c0d010a0200010036ee80", // 1: with an address
			"440c05030a01000100000000":                   "440c0d030a0100010036ee80", // 3: of those who are named, any of ours
			"440c05030a02000100000000":                   "440c0d030a0200010036ee80",
			"440c0d210102030405060708":                   "440c0d310102030405060708", // full: one more that could not
			"44080900" + "01020304":                      "44080910" + "01020304",
			"07070400000000" + "4408050000000000" + "00": "0707080a020001" + "440809000036ee80" + "00",
			"94040000" + "0707040000000000":              "94040000" + "0707080a02000100",
		} {
			n.send("left: h1 > h2 options " + options + " udp 32")
			n.want("right: h1 > h2 stamped " + stamped)
			n.counted("forwarded 1")
			n.send("left: h1 > h2 options " + options + " id 7 udp 400 fragment 80 160")
			n.want("right: h1 > h2 stamped " + stamped)
			n.counted("forwarded 1")
		}
		for _, options := range []string{
			"0707080102030400", "07030400", // full
			"440c05030102030400000000", "440c0d030102030405060708", // not named; all names are full
			"0007070000000000", // behind the end
		} {
			n.send("left: h1 > h2 options " + options + " udp 32")
			n.want("right: h1 > h2 forwarded")
			n.counted("forwarded 1")
		}
	})
}

// malformed are options, and which octet of the packet is at fault (RFC 1812 §4.3.3.5).
var malformed = map[string]string{
	"07070300": "20", "07ff0400": "20", "07000400": "20", "07010400": "20", "44ff0500": "20", // lengths
	"0707030000000000": "22", "0707000000000000": "22", "0707050000000000": "22", "0707070000000000": "22",
	"07020000":         "21",
	"0107070300000000": "23", "01010144": "23",
	"0703040703040000":                      "23", // twice
	"44030500":                              "21",
	"4408040000000000":                      "22",
	"4407050000000000":                      "22", // not four and fours
	"440c09010000000000000000":              "22", // no room for address and time
	"440c05020000000000000000":              "23", // no such flag
	"440c0df10102030405060708":              "23", // the count overflows, too
	"9e000000":                              "20",
	"94040000070703000000000000000000"[:24]: "26",
}

func TestMalformedOptions(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		for options, pointer := range malformed {
			n.send("left: h1 > h2 options " + options + " udp 32")
			n.want("left: r.left > h1 header-problem pointer " + pointer + " quote all")
			n.counted("bad-field 1, header-problem sent 1")
			n.send("left: h1 > r.right options " + options + " echo 32")
			n.want("left: r.right > h1 header-problem pointer " + pointer + " quote all")
			n.counted("bad-field 1, header-problem sent 1")
			n.send("left: h1 > h2 options " + options + " id 7 udp 400 fragment 80 160")
			n.send("left: h1 > h2 options " + options + " icmp ttl-exceeded")
			n.counted("bad-field 2, header-problem forbidden 2")
			n.send("left: h1 > nowhere options " + options + " udp 32")
			n.want("left: r.left > h1 net-unreachable quote all")
			n.send("left: h1 > h2 ttl 1 options " + options + " udp 32") // RFC 1812 §5.2.1.2: the TTL is before
			n.want("left: r.left > h1 ttl-exceeded quote all")
			n.send("left: h1 > h2 df options " + options + " udp 1400") // and the MTU behind
			n.want("left: r.left > h1 header-problem pointer " + pointer + " quote 548")
			n.counted("no-route 1, ttl-expired 1, bad-field 1, net-unreachable sent 1, ttl-exceeded sent 1, header-problem sent 1")
		}
	})
}

// An error quotes options as they were received (RFC 1812 §4.3.2.3), and has none itself.
func TestQuoteOptions(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		for _, options := range []string{"070b04000000000000000000", "440c05010000000000000000"} {
			n.send("left: h1 > h2 ttl 1 options " + options + " udp 32")
			n.want("left: r.left > h1 ttl-exceeded quote all")
			n.send("left: h1 > h2 df options " + options + " udp 1400")
			n.want("left: r.left > h1 too-big mtu 1400 quote 548")
			n.send("left: h1 > r.left options " + options + " udp 32")
			n.want("left: r.left > h1 port-unreachable quote all")
		}
		n.counted("ttl-expired 2, too-big 2, port-unreachable 2, port-unreachable sent 2, too-big sent 2, ttl-exceeded sent 2")
	})
}

// Each fragment has what its copy bit says (RFC 791 §3.1).
func TestFragmentStampedOptions(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		n.send("left: h1 > h2 id 7 options 010707040000000094040000 udp 1400")
		n.want("right: h1 > h2 fragment 0 1368 more options 010707080a02000194040000")
		n.want("right: h1 > h2 fragment 1368 1408 last options 94040000")
		n.send("left: h1 > h2 id 7 options 010707040000000094040000 udp 3000 fragment 1480 2888")
		n.want("right: h1 > h2 fragment 1480 2848 more options 010707080a02000194040000")
		n.want("right: h1 > h2 fragment 2848 2888 more options 94040000")
		n.counted("forwarded 2, fragments 4")
	})
}

// The record route and timestamp of a request go back, with this node, in their order; no
// other option does (RFC 1812 §4.3.3.6).
func TestReplyOptions(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		for options, reply := range map[string]string{
			"0707040000000000":                      "0707080a01000100",
			"070b04000000000000000000":              "070b080a0100010000000000",
			"0707080102030400":                      "0707080102030400",
			"4408050000000000":                      "440809000036ee80",
			"440c05010000000000000000":              "440c0d010a0100010036ee80",
			"440c05030a02000100000000":              "440c0d030a0200010036ee80",
			"440c0d210102030405060708":              "440c0d310102030405060708",
			"4408050000000000" + "0707040000000000": "440809000036ee80" + "0707080a01000100",
			"0707040000000044080500000000" + "0000": "0707080a010001440809000036ee80" + "00",
			"01010107070400000000" + "9404000000":   "0707080a01000100",
			"94040000":                              "",
			"9e04abcd":                              "",
		} {
			padded := options + "000000"[:(8-len(options)%8)%8]
			n.send("left: h1 > r.right options " + padded + " echo 32")
			n.want("left: r.right > h1 echo-reply options " + reply)
			n.counted("delivered 1, echo-reply sent 1")
		}
		n.send("left: far > r.left options 0707040000000000 echo 32") // by the link that the reply leaves by
		n.want("right: r.left > far echo-reply options 0707080a02000100")
		n.counted("delivered 1, echo-reply sent 1")
		n.send("left: h1 > r.left id 9 options 0707040000000000 echo 1000 fragment 504 1008")
		n.send("left: h1 > r.left id 9 options 0707040000000000 echo 1000 fragment 0 504")
		n.want("left: r.left > h1 echo-reply options 0707080a01000100")
		n.counted("delivered 2, echo-reply sent 1")
		n.send("left: h1 > r.left options 0707040000000000 echo 1480") // the reply is too long for its link
		n.want("left: r.left > h1 in 2 fragments echo-reply options 0707080a01000100")
		n.counted("delivered 1, fragments 2, echo-reply sent 1")
	})
}

// An unnumbered link has the router id in what is recorded (RFC 1812 §4.2.2.2).
func TestRecordUnnumbered(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		for settings, recorded := range map[string]string{"unnumbered right": "0a010001", "unnumbered right router-id on": "0a4d0001"} {
			n.set(settings)
			n.send("left: h1 > h2 options 0707040000000000 udp 32")
			n.want("right: h1 > h2 stamped 070708" + recorded + "00")
		}
		n.counted("forwarded 2")
		n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
			for i := range links {
				links[i].Addresses = nil
			}
			*routes = []forwarding.Route{{To: netip.MustParsePrefix("10.2.0.0/24"), Link: "right"}}
		})
		n.send("left: h1 > h2 options 440c05010000000000000000 udp 32") // of a node without any address
		n.want("right: h1 > h2 stamped 440c0d01c00000080036ee80")
	})
}

// What a node may be told to do with record routes and timestamps (RFC 7126 §4.5, §4.7).
func TestRecordSetting(t *testing.T) {
	only(t, 4, noOptions, func(n *node) {
		const route, stamps = "0707040000000000", "4408050000000000"
		n.set("record ignore")
		for _, options := range []string{route, stamps} {
			n.send("left: h1 > h2 options " + options + " udp 32")
			n.want("right: h1 > h2 forwarded")
			n.send("left: h1 > r.left options " + options + " echo 32")
			n.want("left: r.left > h1 echo-reply options " + options)
		}
		n.counted("forwarded 2, delivered 2, echo-reply sent 2")
		n.set("record drop")
		for _, options := range []string{route, stamps} {
			n.send("left: h1 > h2 ttl 1 options " + options + " udp 32")
			n.send("left: h1 > r.left options " + options + " echo 32")
		}
		n.counted("option-refused 4")
		n.send("left: h1 > h2 options 94040000 udp 32") // others pass
		n.want("right: h1 > h2 forwarded")
	})
}
