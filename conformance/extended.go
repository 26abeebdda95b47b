package conformance

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

func address(b []byte) string {
	a, _ := netip.AddrFromSlice(b)
	return a.String()
}

// extended wants an error with an extension structure (RFC 4884 §7). ext names
// what is in it: an address and an MTU for RFC 5837, or any.
func (w Want) extended(in, d *datagram) string {
	rest, body := d.icmp.rest, d.icmp.body
	n := int(rest[1]) * 4
	zeros := []byte{rest[0], rest[2], rest[3]}
	if d.six {
		n, zeros = int(rest[0])*8, rest[1:]
	}
	for _, z := range zeros {
		if z != 0 {
			return fmt.Sprintf("rest %x is not zero beside the length", rest)
		}
	}
	if n < 128 || n+4 > len(body) {
		return fmt.Sprintf("length %d octets in %d (RFC 4884 §4)", n, len(body))
	}
	if length := w.number("length", 0); length != 0 && n != length {
		return fmt.Sprintf("length %d octets, want %d", n, length)
	}
	have := min(n, len(in.raw))
	if reason := quoted(in.raw, body[:have], have, false); reason != "" {
		return reason
	}
	for _, z := range body[have:n] {
		if z != 0 {
			return "the padding is not zero"
		}
	}
	if len(in.raw) < 128 && n != 128 {
		return fmt.Sprintf("length %d octets, want 128", n)
	}
	return w.objects(body[n:])
}

// objects checks an extension structure (RFC 4884 §7, §8).
func (w Want) objects(b []byte) string {
	if b[0]>>4 != 2 || checksum(b, 0) != 0 {
		return fmt.Sprintf("extension header %x: wrong version or checksum", b[:4])
	}
	found := ""
	for b = b[4:]; len(b) > 0; {
		n := 0
		if len(b) >= 4 {
			n = int(binary.BigEndian.Uint16(b))
		}
		if n < 4 || n > len(b) || n%4 != 0 {
			return "an extension object has a wrong length"
		}
		if b[2] == 2 && b[3]>>6 == 0 {
			var reason string
			if found, reason = incoming(b[3], b[4:n]); reason != "" {
				return reason
			}
		}
		b = b[n:]
	}
	if want := w.keys["ext"]; want != "any" && found != want {
		return fmt.Sprintf("ext is %q, want %q", found, want)
	}
	return ""
}

// incoming reads the interface information object of the interface that a packet
// came in by, and returns its address and MTU (RFC 5837 §4).
func incoming(kind byte, b []byte) (found, reason string) {
	take := func(n int) (part []byte) {
		if len(b) < n {
			reason = "an interface information object is too short"
			n = len(b)
		}
		part, b = b[:n], b[n:]
		return part
	}
	if kind&8 != 0 && (len(b) < 4 || binary.BigEndian.Uint32(b) == 0) {
		return "", "interface index 0"
	}
	if kind&8 != 0 {
		take(4)
	}
	if kind&4 != 0 && len(b) >= 4 {
		n := map[uint16]int{1: 4, 2: 16}[binary.BigEndian.Uint16(b)]
		take(4)
		found = address(take(n))
	}
	if kind&2 != 0 && len(b) >= 1 {
		n := int(b[0])
		if n > 64 || n%4 != 0 || n == 0 {
			return "", fmt.Sprintf("interface name in %d octets", n)
		}
		take(n)
	}
	if kind&1 != 0 && len(b) >= 4 {
		found += fmt.Sprint("/", binary.BigEndian.Uint32(take(4)))
	}
	if reason == "" && len(b) != 0 {
		reason = "octets behind an interface information object"
	}
	return found, reason
}
