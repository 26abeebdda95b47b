package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// stamped is a packet with the destination and the options of a line.
func (n *node) stamped(b []byte, l *line) []byte {
	options, err := hex.DecodeString(l.word())
	if err != nil || len(b) < 20+len(options) {
		n.t.Fatalf("%v: options of %d octets in %d", err, len(options), len(b))
	}
	copy(b[16:], l.dst.AsSlice())
	copy(b[20:], options)
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], gopacket.FoldChecksum(gopacket.ComputeChecksum(b[:20+len(options)], 0)))
	return b
}

// wanted is what a line says of a message. Words that it leaves out are zero;
// the TOS is not looked at if it does not name it.
type wanted struct {
	about      built
	quote, tos int
	ttl        int
	word       uint32
	gateway    netip.Addr
	options    []byte
}

func (n *node) wanted(l *line) (w wanted, err error) {
	w = wanted{about: n.sent[len(n.sent)-1], quote: -1, tos: -1, ttl: 64}
	for l.more() && err == nil {
		switch word := l.word(); word {
		case "about":
			w.about = n.sent[l.number()]
		case "quote":
			if word := l.word(); word != "all" {
				fmt.Sscan(word, &w.quote)
			}
		case "mtu":
			w.word = uint32(l.number())
		case "pointer":
			w.word = uint32(l.number())
			if n.family == 4 { // RFC 792: one octet
				w.word <<= 24
			}
		case "gateway":
			if w.gateway, err = address(n.family, l.word()); n.family == 4 {
				w.word = binary.BigEndian.Uint32(w.gateway.AsSlice())
			}
		case "ttl":
			w.ttl = l.number()
		case "tos":
			w.tos = l.number()
		case "options":
			w.options, err = hex.DecodeString(l.word())
		default:
			err = fmt.Errorf("unknown word %q", word)
		}
	}
	return w, err
}

// isMessage compares an ICMP message.
func (n *node) isMessage(l *line, name string, s seen) error {
	number, known := numbers[name]
	protocol, kind, code := layers.IPProtocolICMPv4, number[0], number[1]
	if n.family == 6 {
		protocol, kind, code = layers.IPProtocolICMPv6, number[2], number[3]
	}
	isReply := name == "echo-reply"
	if !known || s.protocol != protocol || s.payload[0] != kind || s.payload[1] != code && !isReply {
		return fmt.Errorf("this is no %q", name)
	}
	w, err := n.wanted(l)
	if n.family == 6 && name == "redirect" { // RFC 4861 §4.5
		w.ttl = 255
	}
	switch {
	case err != nil:
		return err
	case s.ttl != w.ttl || s.df:
		return fmt.Errorf("a message with TTL %d, DF %v", s.ttl, s.df)
	case w.tos >= 0 && s.tos != w.tos:
		return fmt.Errorf("TOS %d", s.tos)
	case !bytes.Equal(s.options, w.options):
		return fmt.Errorf("options %x, wanted %x", s.options, w.options)
	case isReply:
		return n.isReply(s)
	case n.family == 6 && name == "redirect":
		return isRedirect6(w, s.payload)
	}
	if got := binary.BigEndian.Uint32(s.payload[4:]); got != w.word {
		return fmt.Errorf("the second word is %#x, wanted %#x", got, w.word)
	}
	if w.quote < 0 {
		w.quote = len(w.about.first())
	}
	return sameBytes(s.payload[8:], w.about.first()[:w.quote])
}

// isReply compares an echo reply with the whole request: all is the same but
// the type and the checksum.
func (n *node) isReply(s seen) error {
	request := n.sent[len(n.sent)-1].payload
	if err := sameBytes(s.payload[4:], request[4:]); err != nil || s.payload[1] != request[1] {
		return fmt.Errorf("code %d, wanted %d; %v", s.payload[1], request[1], err)
	}
	return nil
}

// isRedirect6 compares a redirect (RFC 4861 §4.5, §4.6.3): four octets of zero,
// target, destination, and the redirected header, cut to a multiple of 8 octets.
func isRedirect6(w wanted, b []byte) error {
	if len(b) < 48 {
		return fmt.Errorf("%d octets are no redirect", len(b))
	}
	target, destination := netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	quote := b[48:]
	switch about := w.about.first(); {
	case target != w.gateway || destination != netip.AddrFrom16([16]byte(about[24:40])) || binary.BigEndian.Uint32(b[4:]) != 0:
		return fmt.Errorf("target %s, destination %s", target, destination)
	case b[40] != 4 || int(b[41])*8 != len(b)-40 || !bytes.Equal(b[42:48], make([]byte, 6)):
		return fmt.Errorf("a redirected header of type %d, length %d", b[40], b[41])
	case len(about)-len(quote) > 7 && len(quote) != 1280-40-48:
		return fmt.Errorf("a quote of %d octets", len(quote))
	default:
		return sameBytes(quote, about[:len(quote)])
	}
}
