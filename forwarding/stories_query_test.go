package forwarding_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/icmprouter/icmprouter/forwarding"
)

// take takes the next output, which went by a link, and reads its ICMP message with x/net.
func (n *node) take(link string) (*icmp.Message, seen) {
	n.t.Helper()
	if len(n.outputs) == 0 || n.outputs[0].link != link {
		n.t.Fatalf("wanted a message by %s, sent %d", link, len(n.outputs))
	}
	b := n.outputs[0].bytes
	n.outputs = n.outputs[1:]
	if err := checkOriginated(n.family, b); err != nil {
		n.t.Fatal(err)
	}
	s := n.read(b)
	m, err := icmp.ParseMessage(int(s.protocol), s.payload)
	if err != nil {
		n.t.Fatal(err)
	}
	return m, s
}

// RFC 1122 §3.2.2.8: what the sender wrote, and the time.
func TestTimestamp(t *testing.T) {
	only(t, 4, "ICMPv6 has no timestamps", func(n *node) {
		n.now = 25*time.Hour + 2*time.Millisecond
		for _, octets := range []string{"20", "24"} {
			n.send("left: h1 > r.right tos 184 timestamp " + octets)
			m, s := n.take("left")
			got := fmt.Sprintf("%s > %s tos %d %v/%d %x", s.src, s.dst, s.tos, m.Type, m.Code, s.payload[4:])
			if want := "10.2.0.1 > 10.1.0.2 tos 184 timestamp reply/0 004d000301020304" + "0036ee82" + "0036ee82"; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			n.counted("delivered 1, timestamp-reply sent 1")
		}
		n.send("left: h1 > r.left options 0707040000000000 timestamp 20") // RFC 1812 §4.3.3.8 as for an echo
		if _, s := n.take("left"); hex.EncodeToString(s.options) != "0707080a01000100" {
			t.Errorf("options %x", s.options)
		}
		n.counted("delivered 1, timestamp-reply sent 1")
		n.send("left: h1 > r.left timestamp 19")
		n.counted("icmp-ignored 1")
		n.set("timestamp off")
		n.send("left: h1 > r.left timestamp 20")
		n.counted("icmp-ignored 1")
		n.send("left: h1 > r.left echo 32")
		n.want("left: r.left > h1 echo-reply")
	})
}

// probe wants a reply with this code, state and flags: active, IPv4, IPv6.
func (n *node) probe(question, want string) {
	n.t.Helper()
	n.send("left: h1 > r.left " + question)
	m, s := n.take("left")
	reply, ok := m.Body.(*icmp.ExtendedEchoReply)
	if !ok || m.Type != ipv4.ICMPTypeExtendedEchoReply && m.Type != ipv6.ICMPTypeExtendedEchoReply {
		n.t.Fatalf("%s: answered with %v", question, m.Type)
	}
	got := fmt.Sprintf("code %d state %d %v %v %v", m.Code, reply.State, reply.Active, reply.IPv4, reply.IPv6)
	if got != want || reply.ID != 77 || reply.Seq != 3 || len(s.payload) != 8 || s.src != n.name("r.left") {
		n.t.Errorf("%s: answered %s, ID %d, sequence %d, %d octets, from %s\nwanted %s", question, got, reply.ID, reply.Seq, len(s.payload), s.src, want)
	}
	n.counted("delivered 1, extended-echo-reply sent 1")
}

func (n *node) name(name string) string {
	a, err := address(n.family, name)
	if err != nil {
		n.t.Fatal(err)
	}
	return a.String()
}

// RFC 8335 §3, §4.
func TestProbe(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > r.left probe name left") // RFC 8335 §8: not by default
		n.counted("icmp-ignored 1")
		n.set("probe on link-local on")
		const up, down = "code 0 state 0 true true true", "code 0 state 0 false false false"
		const malformed, none, noEntry, many = "code 1 state 0 false false false", "code 2 state 0 false false false", "code 3 state 0 false false false", "code 4 state 0 false false false"
		for _, question := range []string{"name left", "name right", "index 1", "index 5", "address r.left", "address r.right", "address 10.2.0.1", "address fd00:4::1"} {
			n.probe("probe "+question, up)
		}
		for _, question := range []string{"name down", "index 4", "address r.down"} {
			n.probe("probe "+question, down)
		}
		for _, question := range []string{"name nothing", "name lef", "index 0", "index 6", "index 4294967295", "address h1", "address fe80::9", "mac"} {
			n.probe("probe "+question, none)
		}
		n.probe("probe neighbor h1", noEntry)
		n.probe("probe address fe80::1", many) // of two links
		for _, raw := range []string{"20", "20000000", "10000000" + "0008030200000001", "20000000" + "000803", "20000000" + "0008030400000001",
			"20000000" + "0008030200000001" + "0008030200000001", "20000001" + "0008030200000001", "20000000" + "00080301" + "00000000"} {
			n.probe("probe "+raw, malformed)
		}
		n.probe("probe 20000000"+"0008040100000000"+"0008030200000001", up) // another object
		n.before = n.router.Counters
		n.send("left: h1 > r.left probe name left bad-checksum")
		n.counted("bad-transport-checksum 1")
	})
	only(t, 6, "in IPv4 nothing here joins a group", func(n *node) {
		n.set("probe on")
		n.send("left: h1 > localgroup probe name left") // RFC 8335 §4
		n.counted("delivered 1, extended-echo-reply forbidden 1")
	})
	only(t, 4, noOptions, func(n *node) {
		n.set("probe on")
		n.send("left: h1 > r.left options 0707040000000000 probe name left")
		if _, s := n.take("left"); hex.EncodeToString(s.options) != "0707080a01000100" {
			t.Errorf("options %x", s.options)
		}
	})
}

// What runs on a link shows by its addresses.
func TestProbeFamilies(t *testing.T) {
	both(t, func(n *node) {
		n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
			*routes = nil
			links[1].Addresses, links[2].Addresses = prefixes("10.2.0.1/24"), prefixes("fe80::1/64")
			links[4].Addresses = nil
			s.Probe = true
			links[1].Name = ""
		})
		n.probe("probe index 9", "code 2 state 0 false false false") // not the link without a name
		n.probe("probe index 2", "code 0 state 0 true true false")
		n.probe("probe name tiny", "code 0 state 0 true false true")
		n.probe("probe name strict", "code 0 state 0 true false false")
	})
}

// Fragments from one link-local address on two links are two datagrams, and
// each is answered where it came from (RFC 4007 §6).
func TestFragmentsByLink(t *testing.T) {
	only(t, 6, "IPv4 link-local addresses are martians: RFC 3927 §7", func(n *node) {
		n.set("link-local on")
		for _, to := range []string{"fe80::1", "localgroup", "r.left"} {
			from := map[bool]string{true: "r.left", false: "fe80::1"}[to == "r.left"]
			n.send("left: linklocal > " + to + " id 9 echo 400 fragment 0 80")
			n.send("right: linklocal > " + to + " id 9 echo 400 fragment 80 408")
			n.counted("held 2")
			n.send("left: linklocal > " + to + " id 9 echo 400 fragment 80 408")
			n.want("left: " + from + " > linklocal echo-reply")
			n.send("right: linklocal > " + to + " id 9 echo 400 fragment 0 80")
			n.want("right: " + from + " > linklocal echo-reply")
			n.counted("delivered 4, held -2, echo-reply sent 2")
		}
		n.send("right: linklocal > fe80::1 id 9 udp 400 fragment 0 80")
		n.wait(time.Minute)
		n.want("right: fe80::1 > linklocal reassembly-time-exceeded quote all")
	})
}

// A message says the time of its own day.
func TestMidnight(t *testing.T) {
	only(t, 4, "ICMPv6 has no timestamps", func(n *node) {
		n.now = 24*time.Hour - time.Millisecond
		for _, want := range []uint32{86399999, 0} {
			n.send("left: h1 > r.left timestamp 20")
			if _, s := n.take("left"); binary.BigEndian.Uint32(s.payload[12:]) != want {
				t.Errorf("at %v: %d", n.now, binary.BigEndian.Uint32(s.payload[12:]))
			}
			n.now += time.Millisecond
		}
	})
}

// A new table has links at other places, or has them no more.
func TestFragmentsOutliveLinks(t *testing.T) {
	both(t, func(n *node) {
		n.set("extensions all")
		n.send("strict: hstrict > r.left id 9 udp 400 fragment 0 80")
		n.send("left: h1 > r.left id 9 udp 400 fragment 0 80")
		n.counted("held 2")
		table, err := forwarding.NewTable(testLinks(n.family)[:1], nil, forwarding.Settings{Extensions: forwarding.ExtensionsAll})
		if err != nil {
			n.t.Fatal(err)
		}
		n.router.SetTable(table)
		n.counted("held -1, reassembly-timeout 1")
		n.wait(time.Minute)
		n.wantExtended("left: r.left > h1 reassembly-time-exceeded", n.told(left))
		n.counted("held -1, reassembly-timeout 1, reassembly-time-exceeded sent 1")
	})
}

// A node may be told to ignore echo requests (RFC 1812 §4.3.3.6).
func TestEchoOff(t *testing.T) {
	both(t, func(n *node) {
		n.set("echo off")
		n.send("left: h1 > r.left echo 32")
		n.counted("delivered 1, echo-reply withheld 1")
		n.send("left: h1 > h2 echo 32")
		n.want("right: h1 > h2 forwarded")
		n.set("")
		n.send("left: h1 > r.left echo 32")
		n.want("left: r.left > h1 echo-reply")
	})
}
