package conformance

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// body builds all behind the IP header, and says which protocol it begins with.
func (b *builder) body(layers []layer) (data []byte, proto byte) {
	if len(layers) == 0 {
		return nil, protoNone
	}
	l := layers[0]
	defer l.done()
	switch l.name {
	case "udp":
		return b.udp(&l, layers[1:]), protoUDP
	case "tcp":
		return b.tcp(&l, layers[1:]), protoTCP
	case "icmp", "echo":
		return b.icmp(&l, layers[1:])
	case "hbh", "dopt", "rh", "frag":
		return b.extension(&l, layers[1:])
	case "raw":
		data, proto = pattern(l.size(0), l.number("from", 0)), protoUDP
	case "hex":
		decoded, err := hex.DecodeString(l.word())
		l.fail(err)
		data, proto = decoded, protoUDP
	case "inner":
		data, proto = b.inner(l.size(0)), protoUDP
	default:
		l.fail(fmt.Errorf("there is no such layer"))
		return nil, protoNone
	}
	rest, _ := b.body(layers[1:])
	return append(data, rest...), proto
}

func (b *builder) udp(l *layer, rest []layer) []byte {
	more, _ := b.body(rest)
	data := append(pattern(l.size(0), 0), more...)
	p := make([]byte, 8, 8+len(data))
	binary.BigEndian.PutUint16(p, uint16(l.number("sport", 40000)))
	binary.BigEndian.PutUint16(p[2:], uint16(l.number("dport", 33434)))
	binary.BigEndian.PutUint16(p[4:], uint16(8+len(data)))
	p = append(p, data...)
	sum := checksum(p, pseudo(b.src, b.dst, protoUDP, len(p)))
	if sum == 0 {
		sum = 0xffff // RFC 768: zero is "none"
	}
	binary.BigEndian.PutUint16(p[6:], sum)
	return p
}

// tcp is a segment without options: "tcp syn dport=9999".
func (b *builder) tcp(l *layer, rest []layer) []byte {
	data, _ := b.body(rest)
	p := make([]byte, 20, 20+len(data))
	binary.BigEndian.PutUint16(p, uint16(l.number("sport", 40000)))
	binary.BigEndian.PutUint16(p[2:], uint16(l.number("dport", 9999)))
	binary.BigEndian.PutUint32(p[4:], uint32(l.number("seq", 1000)))
	p[12] = 5 << 4
	if l.flag("syn") {
		p[13] = 2
	}
	binary.BigEndian.PutUint16(p[14:], 8192)
	p = append(p, data...)
	binary.BigEndian.PutUint16(p[16:], checksum(p, pseudo(b.src, b.dst, protoTCP, len(p))))
	return p
}

// icmp is "icmp 3/1 rest=00000000 / inner", or "echo 32" for an echo request with
// that much data.
func (b *builder) icmp(l *layer, rest []layer) ([]byte, byte) {
	p := make([]byte, 8)
	proto := byte(protoICMP)
	if b.src.Is6() {
		proto = protoICMPv6
	}
	if l.name == "echo" {
		p[0] = 8
		if proto == protoICMPv6 {
			p[0] = 128
		}
		p[1] = byte(l.number("code", 0))
		binary.BigEndian.PutUint32(p[4:], 0x00770005)
		p = append(p, pattern(l.size(0), 0)...)
	} else {
		t, c, err := typeCode(l.word())
		l.fail(err)
		p[0], p[1] = t, c
		if l.keys["rest"] != "" {
			copy(p[4:8], l.hex("rest"))
		}
	}
	more, _ := b.body(rest)
	p = append(p, more...)
	p = p[:min(len(p), l.number("cut", len(p)))]
	var sum uint32
	if proto == protoICMPv6 {
		sum = pseudo(b.src, b.dst, proto, len(p))
	}
	binary.BigEndian.PutUint16(p[2:], uint16(l.number("sum", int(checksum(p, sum)))))
	return p, proto
}

// typeCode reads "11/0".
func typeCode(text string) (t, c byte, err error) {
	first, second, ok := strings.Cut(text, "/")
	tn, err1 := strconv.ParseUint(first, 10, 8)
	cn, err2 := strconv.ParseUint(second, 10, 8)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, fmt.Errorf("%q is no type and code, such as 11/0", text)
	}
	return byte(tn), byte(cn), nil
}

// extensions are the numbers of the IPv6 extension headers.
var extensions = map[string]byte{"hbh": protoHopByHop, "dopt": protoDestOpts, "rh": protoRouting, "frag": protoFragment}

func (b *builder) extension(l *layer, rest []layer) ([]byte, byte) {
	data, next := b.body(rest)
	p := []byte{byte(l.number("nh", int(next))), 0}
	switch l.name {
	case "rh":
		p = append(p, byte(l.number("type", 0)), byte(l.number("left", 0)), 0, 0, 0, 0)
		for len(l.bare) > 0 {
			a, err := netip.ParseAddr(l.word())
			l.fail(err)
			p = append(p, a.AsSlice()...)
		}
	case "frag":
		p = binary.BigEndian.AppendUint16(p, uint16(l.number("off", 0)))
		if l.flag("mf") {
			p[3] |= 1
		}
		return append(binary.BigEndian.AppendUint32(p, uint32(l.number("id", 0x1234))), data...), protoFragment
	default:
		if len(l.bare) > 0 {
			options, err := hex.DecodeString(l.word())
			l.fail(err)
			p = append(p, options...)
		}
		p = padOptions(p, max(8, l.number("size", 8)))
	}
	p[1] = byte(l.number("hdrlen", len(p)/8-1))
	return append(p, data...), extensions[l.name]
}

// padOptions fills a header of options up to whole eight octets and at least
// size of them (RFC 8200 §4.2).
func padOptions(p []byte, size int) []byte {
	for len(p)%8 != 0 || len(p) < size {
		missing := max(size-len(p), 8-len(p)%8)
		if missing == 1 {
			p = append(p, 0)
			continue
		}
		n := min(missing-2, 255)
		p = append(append(p, 1, byte(n)), make([]byte, n)...)
	}
	return p
}

// inner is a datagram that the destination sent to the source, for the inside of
// an ICMP error; n is its length, or 0 for that of a UDP header and eight octets.
func (b *builder) inner(n int) []byte {
	back := &builder{src: b.dst, dst: b.src}
	var err error
	head, text := 20, "ip src=%s dst=%s / udp %d"
	if b.src.Is6() {
		head, text = 40, "ip6 src=%s dst=%s / udp %d"
	}
	if n == 0 {
		n = head + 16
	}
	layers := parseLayers(fmt.Sprintf(text, b.dst, b.src, n-head-8), &err)
	if b.src.Is6() {
		return back.ipv6("A", layers)
	}
	return back.ipv4("A", layers)
}
