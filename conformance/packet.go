package conformance

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gopacket/gopacket"
)

// Protocol numbers (IANA).
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoTCP      = 6
	protoUDP      = 17
	protoRouting  = 43
	protoFragment = 44
	protoICMPv6   = 58
	protoNone     = 59
	protoDestOpts = 60
)

// layer is one word of the packet language with what follows it.
type layer struct {
	name string
	bare []string
	keys map[string]string
	err  *error
}

// parseLayers reads "ip ttl=1 / udp 16". The first mistake is left in err.
func parseLayers(text string, err *error) (layers []layer) {
	for _, part := range strings.Split(text, " / ") {
		words := strings.Fields(part)
		if len(words) == 0 {
			*err = fmt.Errorf("an empty layer in %q", text)
			return nil
		}
		l := layer{name: words[0], keys: map[string]string{}, err: err}
		for _, w := range words[1:] {
			if key, value, ok := strings.Cut(w, "="); ok {
				l.keys[key] = value
			} else {
				l.bare = append(l.bare, w)
			}
		}
		layers = append(layers, l)
	}
	return layers
}

func (l layer) fail(err error) {
	if *l.err == nil && err != nil {
		*l.err = fmt.Errorf("%s: %w", l.name, err)
	}
}

// number takes the key from the layer.
func (l layer) number(key string, preset int) int {
	text, ok := l.keys[key]
	delete(l.keys, key)
	if !ok {
		return preset
	}
	n, err := strconv.ParseInt(text, 0, 64)
	l.fail(err)
	return int(n)
}

func (l layer) address(key, preset string) netip.Addr {
	text, ok := l.keys[key]
	delete(l.keys, key)
	if !ok {
		text = preset
	}
	a, err := netip.ParseAddr(text)
	l.fail(err)
	return a
}

func (l layer) hex(key string) []byte {
	b, err := hex.DecodeString(l.keys[key])
	delete(l.keys, key)
	l.fail(err)
	return b
}

// flag takes a bare word from the layer.
func (l *layer) flag(word string) bool {
	for i, w := range l.bare {
		if w == word {
			l.bare = append(l.bare[:i:i], l.bare[i+1:]...)
			return true
		}
	}
	return false
}

// size takes the first bare number from the layer.
func (l *layer) size(preset int) int {
	if len(l.bare) == 0 {
		return preset
	}
	n, err := strconv.Atoi(l.bare[0])
	l.fail(err)
	l.bare = l.bare[1:]
	return n
}

// word takes the first bare word from the layer.
func (l *layer) word() string {
	if len(l.bare) == 0 {
		l.fail(fmt.Errorf("a word is missing"))
		return ""
	}
	w := l.bare[0]
	l.bare = l.bare[1:]
	return w
}

// done records words that nobody took.
func (l *layer) done() {
	if len(l.bare) > 0 || len(l.keys) > 0 {
		l.fail(fmt.Errorf("unknown words %v %v", l.bare, l.keys))
	}
}

// builder makes one datagram.
type builder struct {
	src, dst netip.Addr
	seq      int // of the copy, when a packet is sent several times
}

// build returns the datagram that the layers say, sent from port.
func build(port, text string, seq int) (packet []byte, err error) {
	layers := parseLayers(text, &err)
	if err != nil {
		return nil, err
	}
	b := &builder{seq: seq}
	switch layers[0].name {
	case "ip":
		packet = b.ipv4(port, layers)
	case "ip6":
		packet = b.ipv6(port, layers)
	default:
		err = fmt.Errorf("a packet begins with ip or ip6, not %q", layers[0].name)
	}
	return packet, err
}

// hosts are the addresses behind the two ports.
var hosts = map[string][2]string{"A": {"10.1.0.2", "fd00:1::2"}, "B": {"10.2.0.2", "fd00:2::2"}}

func (b *builder) ends(l layer, port string, family int) {
	from, to := hosts["A"], hosts["B"]
	if port == "B" {
		from, to = to, from
	}
	b.src, b.dst = l.address("src", from[family]), l.address("dst", to[family])
	if vary := l.number("vary", 0); vary != 0 {
		for range b.seq {
			b.src = b.src.Next()
		}
	}
}

func (b *builder) ipv4(port string, layers []layer) []byte {
	l := layers[0]
	b.ends(l, port, 0)
	options := l.hex("opts")
	layers, trail := padding(layers)
	body, proto := b.body(layers[1:])
	p := make([]byte, 20, 20+len(options)+len(body))
	length := 20 + len(options)
	p[0] = byte(4<<4 | l.number("ihl", length/4)&15)
	p[1] = byte(l.number("tos", 0))
	binary.BigEndian.PutUint16(p[2:], uint16(l.number("len", length+len(body))))
	binary.BigEndian.PutUint16(p[4:], uint16(l.number("id", 0x1234)+b.seq))
	offset := uint16(l.number("frag", 0))
	for i, flag := range []string{"mf", "df", "rb"} {
		if l.flag(flag) {
			offset |= 1 << (13 + i)
		}
	}
	binary.BigEndian.PutUint16(p[6:], offset)
	p[8], p[9] = byte(l.number("ttl", 64)), byte(l.number("proto", int(proto)))
	copy(p[12:], b.src.AsSlice())
	copy(p[16:], b.dst.AsSlice())
	p = append(p, options...)
	sum := checksum(p, 0)
	binary.BigEndian.PutUint16(p[10:], uint16(l.number("sum", int(sum))))
	l.done()
	return append(append(p, body...), trail...)
}

func (b *builder) ipv6(port string, layers []layer) []byte {
	l := layers[0]
	b.ends(l, port, 1)
	layers, trail := padding(layers)
	body, proto := b.body(layers[1:])
	p := make([]byte, 40, 40+len(body))
	word := uint32(6)<<28 | uint32(l.number("tc", 0))<<20 | uint32(l.number("fl", 0))
	binary.BigEndian.PutUint32(p, word)
	binary.BigEndian.PutUint16(p[4:], uint16(l.number("len", len(body))))
	p[6], p[7] = byte(l.number("nh", int(proto))), byte(l.number("hlim", 64))
	copy(p[8:], b.src.AsSlice())
	copy(p[24:], b.dst.AsSlice())
	l.done()
	return append(append(p, body...), trail...)
}

// padding takes the last layer away if it is what a link adds behind a datagram.
func padding(layers []layer) ([]layer, []byte) {
	last := layers[len(layers)-1]
	if last.name != "pad" {
		return layers, nil
	}
	return layers[:len(layers)-1], pattern(last.size(0), 0)
}

// pattern is n octets of data, no two neighbours alike.
func pattern(n, from int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i + from)
	}
	return data
}

// checksum is that of RFC 1071, over data behind what already is in sum.
func checksum(data []byte, sum uint32) uint16 {
	return gopacket.FoldChecksum(gopacket.ComputeChecksum(data, sum))
}

// pseudo is the sum of the pseudo header (RFC 9293 §3.1, RFC 8200 §8.1).
func pseudo(src, dst netip.Addr, proto byte, length int) uint32 {
	head := append(append([]byte{}, src.AsSlice()...), dst.AsSlice()...)
	head = append(head, 0, 0, byte(length>>8), byte(length), 0, 0, 0, proto)
	return gopacket.ComputeChecksum(head, 0)
}
