package conformance

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (w Want) typeCode(m *message) string {
	if got := fmt.Sprintf("%d/%d", m.kind, m.code); !slices.Contains(w.kinds, got) {
		return fmt.Sprintf("not %s: ICMP %s", strings.Join(w.kinds, " or "), got)
	}
	return ""
}

// error wants an ICMP error about the packet in.
func (w Want) error(in, d *datagram) string {
	if reason := w.typeCode(d.icmp); reason != "" {
		return reason
	}
	if w.keys["ext"] != "" {
		return w.extended(in, d)
	}
	if reason := w.octets("rest", d.icmp.rest, "00000000"); reason != "" {
		return reason
	}
	// RFC 1812 §4.3.2.3, RFC 4443 §2.4 (c): as much as fits.
	most := 576 - d.header - 8
	if d.six {
		most = 1280 - 48
	}
	most = min(most, w.number("len", 1<<16)-d.header-8)
	return quoted(in.raw, d.icmp.body, min(len(in.raw), most), w.keys["quote"] == "modified")
}

// quoted compares a quote of n octets with the packet that it quotes. What
// forwarding changes may differ if modified is set (RFC 1812 §4.3.2.3).
func quoted(in, quote []byte, n int, modified bool) string {
	if len(quote) != n {
		return fmt.Sprintf("quote of %d octets, want %d", len(quote), n)
	}
	want := append([]byte{}, in[:n]...)
	if modified {
		modify(want, quote)
	}
	if !bytes.Equal(want, quote) {
		return "quote differs: octets " + difference(want, quote)
	}
	return ""
}

// modify makes in want what forwarding may have changed before quote was taken: one
// hop less, options, and a checksum that is right or was left alone.
func modify(want, quote []byte) {
	hops, header := 8, int(want[0]&15)*4
	if want[0]>>4 == 6 {
		hops, header = 7, 40
	}
	if quote[hops] == want[hops]-1 {
		want[hops]--
	}
	if want[0]>>4 == 6 || header > len(quote) {
		return
	}
	copy(want[20:header], quote[20:])
	if checksum(quote[:header], 0) == 0 {
		copy(want[10:12], quote[10:12])
	}
}

// message compares an ICMP message that is no error.
func (w Want) message(d *datagram) string {
	if reason := w.typeCode(d.icmp); reason != "" {
		return reason
	}
	if reason := w.octets("rest", d.icmp.rest, "00000000"); reason != "" {
		return reason
	}
	return w.octets("body", d.icmp.body, "any")
}

// echoReply wants the answer to the echo request in (RFC 792, RFC 4443 §4.2).
func (w Want) echoReply(in, d *datagram) string {
	if in.icmp == nil || in.icmp.kind != 8 && in.icmp.kind != 128 {
		return "no echo request was sent"
	}
	kind := byte(0)
	if d.six {
		kind = 129
	}
	switch m := d.icmp; {
	case m.kind != kind || m.code != in.icmp.code:
		return fmt.Sprintf("not an echo reply: ICMP %d/%d", m.kind, m.code)
	case !bytes.Equal(m.rest, in.icmp.rest):
		return fmt.Sprintf("identifier and sequence number %x, want %x", m.rest, in.icmp.rest)
	case !bytes.Equal(m.body, in.icmp.body):
		return "the data differ"
	case !d.six && d.tos&^3 != in.tos&^3:
		return fmt.Sprintf("TOS %#02x, want %#02x (RFC 1812 §4.3.2.5)", d.tos, in.tos)
	}
	return ""
}

// timeReply wants the answer to the timestamp request in (RFC 792).
func (w Want) timeReply(in, d *datagram) string {
	m := d.icmp
	switch {
	case in.icmp == nil || m.kind != 14 || m.code != 0:
		return fmt.Sprintf("not a timestamp reply: ICMP %d/%d", m.kind, m.code)
	case !bytes.Equal(m.rest, in.icmp.rest):
		return "identifier or sequence number differ"
	case len(m.body) != 12 || len(in.icmp.body) < 4 || !bytes.Equal(m.body[:4], in.icmp.body[:4]):
		return "the originate timestamp differs"
	}
	for _, at := range []int{4, 8} {
		if m.body[at]&0x80 == 0 && !recent(fmt.Sprintf("%x", m.body[at:at+4])) {
			return fmt.Sprintf("timestamp %x is not now", m.body[at:at+4])
		}
	}
	return ""
}

// recent says that eight hexadecimal digits are milliseconds since midnight UT,
// give or take ten seconds.
func recent(text string) bool {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 4 {
		return false
	}
	const day = 24 * 60 * 60 * 1000
	now := time.Now().UTC()
	ms := int(now.Sub(now.Truncate(24 * time.Hour)).Milliseconds())
	ago := (ms - int(binary.BigEndian.Uint32(b)) + day) % day
	return ago < 10_000 || ago > day-10_000
}

// redirect wants an IPv6 Redirect (RFC 4861 §4.5).
func (w Want) redirect(in, d *datagram) string {
	switch m := d.icmp; {
	case m.kind != 137 || m.code != 0:
		return fmt.Sprintf("not a redirect: ICMP %d/%d", m.kind, m.code)
	case d.ttl != 255:
		return fmt.Sprintf("hop limit %d, want 255", d.ttl)
	case !d.src.IsLinkLocalUnicast():
		return "the source is not link-local"
	case len(d.raw) > 1280:
		return fmt.Sprintf("%d octets, want 1280 at most", len(d.raw))
	case len(m.body) < 32:
		return "it is too short"
	default:
		// reserved, then target and destination
		if reason := w.octets("", m.rest, "00000000"); reason != "" {
			return reason
		}
		if reason := w.oneOf("target", address(m.body[:16])); reason != "" {
			return reason
		}
		if dest := address(m.body[16:32]); dest != in.dst.String() {
			return "it is about " + dest
		}
		if reason := w.oneOf("dest", address(m.body[16:32])); reason != "" {
			return reason
		}
		return redirected(in, m.body[32:])
	}
}

// redirected wants the packet in to be quoted in the options of a Redirect, as much
// as there is of it in whole eight octets (RFC 4861 §4.6.3).
func redirected(in *datagram, options []byte) string {
	found := false
	for b := options; len(b) > 0; {
		n := 0
		if len(b) >= 8 {
			n = int(b[1]) * 8
		}
		if n == 0 || n > len(b) {
			return "an option has a wrong length"
		}
		if b[0] == 4 {
			found = true
			quote := b[8:n]
			if !bytes.Equal(b[2:8], make([]byte, 6)) {
				return "the reserved octets of the redirected header are not zero"
			}
			if len(quote) > len(in.raw)+7 || len(quote) < len(in.raw)-7 && n+80 < 1280-7 {
				return fmt.Sprintf("quote of %d octets of %d", len(quote), len(in.raw))
			}
			have := min(len(quote), len(in.raw))
			if reason := quoted(in.raw, quote[:have], have, true); reason != "" {
				return reason
			}
			if len(bytes.Trim(quote[have:], "\x00")) > 0 {
				return "the padding is not zero"
			}
		}
		b = b[n:]
	}
	if !found {
		return "no packet is quoted"
	}
	return ""
}

// reset wants the answer to a SYN to a closed port (RFC 9293 §3.10.7.1).
func (w Want) reset(in, d *datagram) string {
	if d.proto != protoTCP || len(d.data) < 20 || len(in.data) < 20 {
		return "not a reset"
	}
	seq, ack := binary.BigEndian.Uint32(in.data[4:]), binary.BigEndian.Uint32(d.data[8:])
	switch {
	case d.data[13]&0x14 != 0x14:
		return fmt.Sprintf("flags %#02x, want RST and ACK", d.data[13])
	case !bytes.Equal(d.data[:2], in.data[2:4]) || !bytes.Equal(d.data[2:4], in.data[:2]):
		return "the ports differ"
	case ack != seq+1:
		return fmt.Sprintf("it acknowledges %d, want %d", ack, seq+1)
	}
	return ""
}
