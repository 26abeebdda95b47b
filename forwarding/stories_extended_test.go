package forwarding_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/icmp"

	"github.com/icmprouter/icmprouter/forwarding"
)

// wantExtended says which message the router sent next, and what its extensions
// say, as x/net reads them; the original datagram is the last packet, cut or padded
// to 128 octets (RFC 4884 §4.1, §4.4, §5.5). Without any, it wants the message as want does.
func (n *node) wantExtended(text, extensions string) {
	n.t.Helper()
	l, err := parseLine(n.family, text)
	if err != nil {
		n.t.Fatal(err)
	}
	number := numbers[l.word()]
	m, s := n.take(l.link)
	kind, code := number[0], number[1]
	if n.family == 6 {
		kind, code = number[2], number[3]
	}
	if s.src != l.src.String() || s.dst != l.dst.String() || s.payload[0] != kind || m.Code != int(code) {
		n.t.Fatalf("%s > %s %v/%d, wanted %s", s.src, s.dst, m.Type, m.Code, text)
	}
	var data []byte
	var all []icmp.Extension
	switch body := m.Body.(type) {
	case *icmp.DstUnreach:
		data, all = body.Data, body.Extensions
	case *icmp.TimeExceeded:
		data, all = body.Data, body.Extensions
	case *icmp.ParamProb:
		data, all = body.Data, body.Extensions
	default:
		n.t.Fatalf("%T", body)
	}
	last := n.sent[len(n.sent)-1].bytes
	original := append(bytes.Clone(last[:min(128, len(last))]), make([]byte, max(0, 128-len(last)))...)
	if err := sameBytes(data, original); err != nil {
		n.t.Fatalf("original datagram: %v", err)
	}
	if got := interfaces(all); got != extensions {
		n.t.Fatalf("%s: extensions\n got    %s\n wanted %s", text, got, extensions)
	}
	if limit := map[int]int{4: 576, 6: 1280}[n.family]; len(n.outputs) == 0 && s.lengthField > limit {
		n.t.Fatalf("%d octets", s.lengthField)
	}
}

func interfaces(all []icmp.Extension) string {
	var parts []string
	for _, extension := range all {
		if stack, ok := extension.(*icmp.MPLSLabelStack); ok {
			for _, l := range stack.Labels {
				parts = append(parts, fmt.Sprintf("label %d tc %d bottom %v ttl %d", l.Label, l.TC, l.S, l.TTL))
			}
			continue
		}
		info, ok := extension.(*icmp.InterfaceInfo)
		if !ok {
			parts = append(parts, fmt.Sprintf("%T", extension))
			continue
		}
		part := []string{[]string{"in", "sub", "out", "hop"}[info.Type>>6]}
		if info.Interface != nil && info.Interface.Index != 0 {
			part = append(part, fmt.Sprint(info.Interface.Index))
		}
		if info.Addr != nil {
			part = append(part, info.Addr.IP.String())
		}
		if info.Interface != nil && info.Interface.Name != "" {
			part = append(part, fmt.Sprint(info.Interface.Name, " ", info.Interface.MTU))
		}
		parts = append(parts, strings.Join(part, " "))
	}
	return strings.Join(parts, ", ")
}

// told gives the addresses of a story the family's form.
func (n *node) told(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if name, comma := strings.CutSuffix(word, ","); strings.Contains(word, ".") || strings.HasPrefix(word, "h") && name != "hop" {
			words[i] = n.name(name) + map[bool]string{true: ",", false: ""}[comma]
		}
	}
	return strings.Join(words, " ")
}

const left = "in 1 r.left left 1500"

// RFC 5837 §4.1: the interface that the packet came from, and, if the settings
// say all, the one that it would have left by, and the next hop.
func TestExtensions(t *testing.T) {
	both(t, func(n *node) {
		for settings, more := range map[string][2]string{"incoming": {"", ""}, "all": {", out 2 r.right right 1400", ", hop h2"}} {
			n.set("extensions " + settings)
			n.send("left: h1 > h2 ttl 1 udp 32")
			n.wantExtended("left: r.left > h1 ttl-exceeded", n.told(left+more[0]))
			n.send("left: h1 > far ttl 1 udp 32")
			n.wantExtended("left: r.left > h1 ttl-exceeded", n.told(left+more[0]+more[1]))
			n.send("left: h1 > nowhere udp 32")
			n.wantExtended("left: r.left > h1 net-unreachable", n.told(left))
			n.send("left: h1 > r.left udp 32")
			n.wantExtended("left: r.left > h1 port-unreachable", n.told(left))
			n.send("right: far > r.left udp 32")
			n.wantExtended("right: r.left > far port-unreachable", n.told("in 2 r.right right 1400"))
		}
		n.counted("no-route 2, ttl-expired 4, port-unreachable 4, net-unreachable sent 2, port-unreachable sent 4, ttl-exceeded sent 4")
	})
}

// The original datagram has 128 octets, of whatever length the packet is.
func TestExtendedQuotes(t *testing.T) {
	both(t, func(n *node) {
		n.set("extensions incoming")
		for _, octets := range []int{28, 127, 128, 129, 576, 1280, 1500} {
			payload := octets - 28
			if n.family == 6 {
				payload = max(0, octets-48)
			}
			n.send("left: h1 > h2 ttl 1 udp " + itoa(payload))
			n.wantExtended("left: r.left > h1 ttl-exceeded", n.told(left))
		}
	})
}

// Which messages have extensions (RFC 4884 §4): in IPv6 no parameter problem,
// and nowhere too big of IPv6, a redirect or a reply.
func TestNotExtended(t *testing.T) {
	both(t, func(n *node) {
		n.set("extensions all redirects on link-local on neighbor-routes on")
		router, hop := redirected(n.family)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all")
		n.want("left: h1 > nowhere forwarded")
		n.send("left: h1 > r.left echo 32")
		n.want("left: r.left > h1 echo-reply")
		n.send("left: h1 > r.left tcp s")
		n.want("left: r.left > h1 tcp ra ack 1001")
		n.send("left: h1 > h2 ttl 1 icmp ttl-exceeded")
		n.counted("forwarded 1, delivered 1, ttl-expired 1, port-closed 1, ttl-exceeded forbidden 1, redirect sent 1, echo-reply sent 1, tcp-reset sent 1")
	})
	only(t, 6, "IPv4 has extensions in both: the next story", func(n *node) {
		n.set("extensions all")
		n.send("left: h1 > h2 udp 1400")
		n.wantTooBig("left: r.left > h1", 1400)
		n.send("left: h1 > r.left dest 9e00 udp 32")
		n.want("left: r.left > h1 option-problem pointer 42 quote all")
	})
	only(t, 4, "IPv6 has extensions in neither: above", func(n *node) {
		n.set("extensions incoming")
		n.send("left: h1 > h2 df udp 1400")
		if octets := n.outputs[0].bytes[20+4 : 20+8]; !bytes.Equal(octets, []byte{0, 32, 1400 >> 8, 1400 & 255}) {
			t.Errorf("MTU and length % x", octets) // both stand in one word
		}
		n.wantExtended("left: r.left > h1 too-big", n.told(left))
		n.send("left: h1 > h2 options 07000000 udp 32")
		if octets := n.outputs[0].bytes[20+4 : 20+8]; !bytes.Equal(octets, []byte{20, 32, 0, 0}) {
			t.Errorf("pointer and length % x", octets)
		}
		n.wantExtended("left: r.left > h1 header-problem", n.told(left))
	})
}

// A link tells no address but its own, and one that the reader's family knows.
func TestExtensionsUnnumbered(t *testing.T) {
	both(t, func(n *node) {
		n.set("extensions all unnumbered right router-id on")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.wantExtended("left: r.left > h1 ttl-exceeded", n.told(left)+", out 2 right 1400")
	})
	both(t, func(n *node) {
		n.configure(func(links []forwarding.Link, _ *[]forwarding.Route, s *forwarding.Settings) {
			s.Extensions = forwarding.ExtensionsAll
			links[0].Name, links[1].Name = strings.Repeat("x", 70), ""
		})
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.wantExtended("left: r.left > h1 ttl-exceeded", n.told("in 1 r.left "+strings.Repeat("x", 63)+" 1500, out 2 r.right"))
	})
}

// On a way back of 68 octets there is no room for extensions: the quote is what matters.
func TestExtensionsWithoutRoom(t *testing.T) {
	only(t, 4, "every IPv6 link has room", func(n *node) {
		n.set("extensions all")
		n.send("tiny: htiny > h2 ttl 1 udp 100")
		n.want("tiny: r.tiny > htiny ttl-exceeded quote 40")
	})
}

// The choice of the error's address leaves the extensions as they are.
func TestExtensionsAndSource(t *testing.T) {
	both(t, func(n *node) {
		n.set("extensions incoming error-source ingress")
		n.send("left: far > nowhere udp 32")
		n.wantExtended("right: r.left > far net-unreachable", n.told(left))
	})
}
