package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// seen is a packet as gopacket reads it.
type seen struct {
	src, dst    string
	ttl, tos    int
	protocol    layers.IPProtocol
	payload     []byte // of the IP packet, past extension headers
	fragment    bool
	more        bool
	offset      int
	id          uint32
	df          bool
	headerLen   int
	lengthField int
	options     []byte // of IPv4, as they are
}

func decode(family int, b []byte) gopacket.Packet {
	first := layers.LayerTypeIPv4
	if family == 6 {
		first = layers.LayerTypeIPv6
	}
	return gopacket.NewPacket(b, first, gopacket.DecodeOptions{})
}

// plain is a packet whose IPv4 options are NOPs: gopacket refuses malformed
// ones, which a router carries.
func plain(b []byte) []byte {
	if len(b) > 20 && b[0]>>4 == 4 {
		b = bytes.Clone(b)
		for i := 20; i < min(len(b), int(b[0]&15)*4); i++ {
			b[i] = 1
		}
	}
	return b
}

// read takes a packet apart with gopacket.
func read(family int, b []byte) (s seen, err error) {
	if family == 6 {
		return readIPv6(b)
	}
	packet := decode(family, plain(b))
	ip, ok := packet.NetworkLayer().(*layers.IPv4)
	if !ok {
		return s, fmt.Errorf("gopacket reads no IPv4 header: %v", packet.ErrorLayer())
	}
	return seen{src: ip.SrcIP.String(), dst: ip.DstIP.String(), ttl: int(ip.TTL), tos: int(ip.TOS), protocol: ip.Protocol,
		payload: ip.Payload, more: ip.Flags&layers.IPv4MoreFragments != 0, df: ip.Flags&layers.IPv4DontFragment != 0,
		fragment: ip.Flags&layers.IPv4MoreFragments != 0 || ip.FragOffset != 0, offset: int(ip.FragOffset) * 8, id: uint32(ip.Id),
		headerLen: len(ip.Contents), lengthField: int(ip.Length),
		options: b[20:len(ip.Contents)]}, nil
}

// check says what is wrong with a packet that left the router: everybody must
// be able to read it, and all its checksums are right.
func check(family int, b []byte) error {
	s, err := read(family, b)
	switch {
	case err != nil:
		return err
	case s.lengthField != len(b):
		return fmt.Errorf("the length field says %d, and there are %d octets", s.lengthField, len(b))
	case s.ttl == 0:
		return fmt.Errorf("TTL 0 left the router")
	case family == 4 && binary.BigEndian.Uint16(b[10:]) == 0xffff:
		return fmt.Errorf("a header checksum of 0xffff (RFC 1624 §3)")
	}
	if family == 4 && gopacket.FoldChecksum(gopacket.ComputeChecksum(b[:s.headerLen], 0)) != 0 {
		return fmt.Errorf("the header checksum is wrong: %04x", b[10:12])
	}
	return nil
}

// checkOriginated is check for what the router itself made: its transport
// checksum is right too.
func checkOriginated(family int, b []byte) error {
	if err := check(family, b); err != nil {
		return err
	}
	packet := decode(family, b)
	if failure := packet.ErrorLayer(); failure != nil {
		return failure.Error()
	}
	for _, layer := range packet.Layers() {
		if l, ok := layer.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			l.SetNetworkLayerForChecksum(packet.NetworkLayer())
		}
	}
	err, wrong := packet.VerifyChecksums()
	for _, w := range wrong {
		err = fmt.Errorf("%s: checksum %04x, should be %04x", w.Layer.LayerType(), w.Actual, w.Correct)
	}
	return err
}

// isError says whether a packet is an ICMP error, and returns its type, code,
// second word and quote.
func isError(family int, b []byte) (kind, code uint8, word uint32, quote []byte, ok bool) {
	s, err := read(family, b)
	if err != nil || s.offset != 0 || len(s.payload) < 8 {
		return 0, 0, 0, nil, false
	}
	kind, code = s.payload[0], s.payload[1]
	switch {
	case family == 4 && s.protocol == layers.IPProtocolICMPv4:
		ok = kind == 3 || kind == 4 || kind == 5 || kind == 11 || kind == 12
	case family == 6 && s.protocol == layers.IPProtocolICMPv6:
		ok = kind < 128
	}
	return kind, code, binary.BigEndian.Uint32(s.payload[4:]), s.payload[8:], ok
}

// nameOf gives an address of a packet the name that stories use.
func nameOf(family int, text string) string {
	for name, pair := range names {
		if family == 4 && pair[0] == text || family == 6 && pair[1] == text {
			return name
		}
	}
	return text
}

func describe(family int, b []byte) string {
	s, err := read(family, b)
	if err != nil {
		return fmt.Sprintf("%v: % x", err, head(b))
	}
	text := fmt.Sprintf("%s > %s ttl %d tos %d %s, %d octets", nameOf(family, s.src), nameOf(family, s.dst), s.ttl, s.tos, s.protocol, len(b))
	if s.fragment {
		text += fmt.Sprintf(", fragment %d %d more %v", s.offset, s.offset+len(s.payload), s.more)
	}
	if len(s.payload) >= 8 && strings.HasPrefix(s.protocol.String(), "ICMP") && s.offset == 0 {
		text += fmt.Sprintf(", ICMP %d/%d word %d", s.payload[0], s.payload[1], binary.BigEndian.Uint32(s.payload[4:]))
	}
	return text
}

func head(b []byte) []byte { return b[:min(len(b), 96)] }

// firstDifference says where two byte strings part.
func firstDifference(got, want []byte) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("octet %d is %02x, wanted %02x (got %d octets, wanted %d)", i, got[i], want[i], len(got), len(want))
		}
	}
	return fmt.Sprintf("got %d octets, wanted %d, equal as far as they go", len(got), len(want))
}

// whole puts the fragments of one datagram together, naively, and says what is
// wrong with them. It returns the datagram's payload.
func whole(family, mtu int, fragments [][]byte) ([]byte, seen, error) {
	var payload []byte
	var first seen
	for i, b := range fragments {
		s, err := read(family, b)
		switch {
		case err != nil:
			return nil, s, err
		case !s.fragment:
			return nil, s, fmt.Errorf("packet %d is no fragment", i)
		case len(b) > mtu:
			return nil, s, fmt.Errorf("fragment %d has %d octets, the MTU is %d", i, len(b), mtu)
		case i > 0 && s.id != first.id:
			return nil, s, fmt.Errorf("fragment %d has the ID %d, the first %d", i, s.id, first.id)
		case s.offset != len(payload):
			return nil, s, fmt.Errorf("fragment %d is at %d, wanted %d", i, s.offset, len(payload))
		case s.more != (i+1 < len(fragments)):
			return nil, s, fmt.Errorf("fragment %d of %d says that more come: %v", i, len(fragments), s.more)
		case s.more && len(b)+8 <= mtu:
			return nil, s, fmt.Errorf("fragment %d has %d octets, and the MTU is %d: too many fragments", i, len(b), mtu)
		}
		if i == 0 {
			first = s
		}
		payload = append(payload, s.payload...)
	}
	return bytes.Clone(payload), first, nil
}
