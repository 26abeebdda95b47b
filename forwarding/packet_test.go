package forwarding_test

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// A line of a story names one packet: where it is, from whom to whom, and then
// words, each with its arguments:
//
//	left: h1 > h2 ttl 1 udp 32
//
// ttl N, tos N, id N, df, options HEX (IPv4), extension (an IPv6 destination
// options header, or four NOPs): of the IP header.
// udp N, tcp FLAGS, echo N, protocol N, icmp NAME, none: what is in it, with N
// octets of payload.
// cut N, bad-checksum, no-checksum: of the transport header, before fragments.
// fragment FROM TO: these octets of what is in it, in a fragment with this id. It
// says that more come if they do; more and last say so in any case. at N: it
// claims that offset.
// length N, octets N, header-length N, version N, bad-header-checksum: break the
// result.
// partial: the transport checksum is left to be completed; gso N: this, and it is a
// super-packet of segments with N octets of payload; offload N START OFFSET: what it claims of that.
// hop, dest, routing, behind, timestamp, probe, ports, label, quoting: see readHeader.
type line struct {
	link     string
	src, dst netip.Addr
	words    []string
	next     int
}

// parseLine reads a line for one family: 4 or 6.
func parseLine(family int, text string) (*line, error) {
	link, rest, _ := strings.Cut(text, ": ")
	words := strings.Fields(rest)
	if len(words) < 3 || words[1] != ">" {
		return nil, fmt.Errorf("%q: want \"link: source > destination …\"", text)
	}
	l := &line{link: link, words: words[3:]}
	var err error
	if l.src, err = address(family, words[0]); err != nil {
		return nil, err
	}
	l.dst, err = address(family, words[2])
	return l, err
}

func (l *line) more() bool { return l.next < len(l.words) }

func (l *line) word() string {
	if !l.more() {
		return ""
	}
	l.next++
	return l.words[l.next-1]
}

func (l *line) number() int {
	n, err := strconv.Atoi(l.word())
	if err != nil {
		panic(fmt.Sprintf("%q: %v", strings.Join(l.words, " "), err))
	}
	return n
}

// built is a packet as a story sends it, and the whole payload that it is of.
type built struct {
	bytes   []byte
	payload []byte
	gso     wire.GSO
}

// shape is what the words of a line say.
type shape struct {
	family       int
	src, dst     netip.Addr
	ttl, tos, id int
	df, mf, part bool
	last         bool
	from, to, at int
	options      []byte
	outer, inner []header // before the fragment header, and behind it
	behind       bool
	extension    bool
	ports        [2]int
	mss          int
	protocol     layers.IPProtocol
	transport    []gopacket.SerializableLayer
	partial      bool
	gso          *wire.GSO
	breaks       []func(b []byte) []byte
	edits        []func(b []byte) []byte
}

// build makes the bytes of a packet with gopacket.
func build(family int, text string) (built, error) {
	l, err := parseLine(family, text)
	if err != nil {
		return built{}, err
	}
	s := &shape{family: family, src: l.src, dst: l.dst, ttl: 64, protocol: layers.IPProtocolNoNextHeader}
	for l.more() {
		if err := s.read(l); err != nil {
			return built{}, fmt.Errorf("%q: %w", text, err)
		}
	}
	payload := s.serialize(append([]gopacket.SerializableLayer{s.ip(s.protocol)}, s.transport...)...)[s.ipLen():]
	for _, edit := range s.edits {
		payload = edit(payload)
	}
	part := payload
	if len(s.inner) > 0 {
		s.protocol, part = chained(s.inner, s.protocol, payload)
	}
	if s.part {
		s.mf = s.mf || s.to < len(part) && !s.last
		part = part[s.from:min(s.to, len(part))]
	}
	b := s.wrap(part)
	for _, breaks := range s.breaks {
		b = breaks(b)
	}
	return built{bytes: b, payload: payload, gso: s.offload(len(b) - len(part))}, nil
}

// read takes one word and its arguments.
func (s *shape) read(l *line) error {
	switch word := l.word(); word {
	case "ttl":
		s.ttl = l.number()
	case "tos":
		s.tos = l.number()
	case "id":
		s.id = l.number()
	case "df":
		s.df = true
	case "more":
		s.mf, s.part = true, true
	case "last":
		s.last = true
	case "options":
		s.options, _ = hex.DecodeString(l.word())
	case "extension":
		s.extension, s.options = true, []byte{1, 1, 1, 1}
	case "fragment":
		s.part, s.from, s.to = true, l.number(), l.number()
		s.at = s.from
	case "at":
		s.part, s.at = true, l.number()
	case "udp":
		udp := s.udp()
		udp.SetNetworkLayerForChecksum(s.network())
		s.carry(layers.IPProtocolUDP, udp, pattern(l.number()))
	case "tcp":
		s.carry(layers.IPProtocolTCP, s.tcp(l.word()))
	case "echo":
		s.icmp("echo-request", pattern(l.number()))
	case "icmp":
		s.icmp(l.word(), pattern(64))
	case "protocol":
		s.carry(layers.IPProtocol(l.number()), pattern(20))
	case "none":
		s.carry(layers.IPProtocolNoNextHeader, pattern(8))
	case "raw":
		protocol := l.number()
		b, _ := hex.DecodeString(l.word())
		s.carry(layers.IPProtocol(protocol), gopacket.Payload(b))
	default:
		return s.readHeader(word, l)
	}
	return nil
}

// readDamage takes a word that spoils a packet.
func (s *shape) readDamage(word string, l *line) error {
	edit := func(f func(b []byte) []byte) { s.edits = append(s.edits, f) }
	broken := func(f func(b []byte) []byte) { s.breaks = append(s.breaks, f) }
	switch word {
	case "cut":
		n := l.number()
		edit(func(b []byte) []byte { return b[:n] })
	case "bad-checksum":
		edit(func(b []byte) []byte { b[len(b)-1] ^= 0x55; return b })
	case "no-checksum":
		edit(func(b []byte) []byte { b[6], b[7] = 0, 0; return b })
	case "octets":
		n := l.number()
		broken(func(b []byte) []byte { return append(b, make([]byte, max(0, n-len(b)))...)[:n] })
	case "length":
		n, at := l.number(), s.lengthField()
		broken(func(b []byte) []byte { b[at], b[at+1] = byte(n>>8), byte(n); return sealed(b) })
	case "header-length":
		n := l.number()
		broken(func(b []byte) []byte { b[0] = 0x40 | byte(n/4); return sealed(b) })
	case "version":
		n := l.number()
		broken(func(b []byte) []byte { b[0] = byte(n)<<4 | b[0]&15; return b })
	case "bad-header-checksum":
		broken(func(b []byte) []byte { b[10] ^= 0x55; return b })
	default:
		return s.readOffload(word, l)
	}
	return nil
}

// sealed mends the checksum of an IPv4 header of 20 octets.
func sealed(b []byte) []byte {
	if b[0]>>4 == 4 {
		b[10], b[11] = 0, 0
		sum := gopacket.FoldChecksum(gopacket.ComputeChecksum(b[:20], 0))
		b[10], b[11] = byte(sum>>8), byte(sum)
	}
	return b
}

func (s *shape) carry(protocol layers.IPProtocol, transport ...gopacket.SerializableLayer) {
	s.protocol, s.transport = protocol, transport
}

// tcp builds a segment; flags are letters.
func (s *shape) tcp(flags string) *layers.TCP {
	has := func(flag string) bool { return strings.Contains(flags, flag) }
	udp := s.udp()
	tcp := &layers.TCP{SrcPort: layers.TCPPort(udp.SrcPort), DstPort: 443, Seq: 1000, Ack: 5000, Window: 100,
		SYN: has("s"), ACK: has("a"), RST: has("r"), FIN: has("f")}
	if s.mss != 0 {
		tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{byte(s.mss >> 8), byte(s.mss)}}}
	}
	tcp.SetNetworkLayerForChecksum(s.network())
	return tcp
}

// icmp builds a message of either family by its name.
func (s *shape) icmp(name string, payload gopacket.Payload) {
	n := numbers[name]
	if s.family == 4 {
		s.carry(layers.IPProtocolICMPv4, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(n[0], n[1]), Id: 77, Seq: 3}, payload)
		return
	}
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(n[2], n[3])}
	icmp.SetNetworkLayerForChecksum(s.network())
	s.carry(layers.IPProtocolICMPv6, icmp, gopacket.Payload([]byte{0, 77, 0, 3}), payload)
}

func (s *shape) ipLen() int {
	if s.family == 4 {
		return 20
	}
	return 40
}

func (s *shape) network() gopacket.NetworkLayer {
	return s.ip(layers.IPProtocolNoNextHeader).(gopacket.NetworkLayer)
}

// ip builds an IP header without options.
func (s *shape) ip(protocol layers.IPProtocol) gopacket.SerializableLayer {
	src, dst := net.IP(s.src.AsSlice()), net.IP(s.dst.AsSlice())
	if s.family == 4 {
		return &layers.IPv4{Version: 4, TTL: uint8(s.ttl), TOS: uint8(s.tos), Id: uint16(s.id), Protocol: protocol, SrcIP: src, DstIP: dst}
	}
	return &layers.IPv6{Version: 6, HopLimit: uint8(s.ttl), TrafficClass: uint8(s.tos), FlowLabel: 0x12345, NextHeader: protocol, SrcIP: src, DstIP: dst}
}

// wrap puts IP headers before a payload, with what belongs to fragments.
func (s *shape) wrap(payload []byte) []byte {
	if s.family == 4 {
		ip := s.ip(s.protocol).(*layers.IPv4)
		if s.df {
			ip.Flags |= layers.IPv4DontFragment
		}
		if s.mf {
			ip.Flags |= layers.IPv4MoreFragments
		}
		ip.FragOffset = uint16(s.at / 8)
		if len(s.options) > 0 {
			return withOptions(s.serialize(ip, gopacket.Payload(payload)), s.options)
		}
		return s.serialize(ip, gopacket.Payload(payload))
	}
	next := s.protocol
	if s.part {
		payload = append(fragmentHeader(next, s.at, s.mf, s.id), payload...)
		next = layers.IPProtocolIPv6Fragment
	}
	if s.extension {
		payload = append([]byte{byte(next), 0, 1, 4, 0, 0, 0, 0}, payload...)
		next = layers.IPProtocolIPv6Destination
	}
	next, payload = chained(s.outer, next, payload)
	return s.serialize(s.ip(next), gopacket.Payload(payload))
}
