package forwarding_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// header is an IPv6 extension header: its number, and what follows its length.
type header struct {
	number layers.IPProtocol
	body   []byte
}

// readHeader takes a word about IPv6 extension headers, which stand in the packet
// as they do in the line:
//
//	hop HEX, dest HEX: options, which Pad1 fills up
//	routing TYPE LEFT: a routing header with one address
//	behind: the next ones belong to what fragments are made of
//
// or about an ICMP query:
//
//	timestamp N: a request of N octets
//	probe name NAME, index N, address NAME, mac: an interface of the node
//	probe neighbor NAME, probe HEX: an address of another; any structure
//
// or about the flow:
//
//	ports S D: those of udp; tcp takes S
//	mss N: the option of a TCP segment
//	label N: the flow label of IPv6
//	quoting NAME, and a line without its link to the end: an error with that packet in it
func (s *shape) readHeader(word string, l *line) error {
	switch word {
	case "hop", "dest":
		number := layers.IPProtocolIPv6HopByHop
		if word == "dest" {
			number = layers.IPProtocolIPv6Destination
		}
		options, err := hex.DecodeString(l.word())
		s.add(header{number, options})
		return err
	case "routing":
		kind, left := l.number(), l.number()
		s.add(header{layers.IPProtocolIPv6Routing, append([]byte{byte(kind), byte(left), 0, 0, 0, 0}, pattern(16)...)})
	case "behind":
		s.behind = true
	case "ports":
		s.ports = [2]int{l.number(), l.number()}
	case "mss":
		s.mss = l.number()
	case "label":
		n := l.number()
		s.breaks = append(s.breaks, func(b []byte) []byte {
			if s.family == 6 {
				b[1], b[2], b[3] = b[1]&0xf0|byte(n>>16&15), byte(n>>8), byte(n)
			}
			return b
		})
	case "quoting":
		name, rest := l.word(), ": "+strings.Join(l.words[l.next:], " ")
		l.next = len(l.words)
		quote, err := build(s.family, rest)
		s.icmp(name, quote.bytes)
		if s.family == 6 { // the words that a query has are the error's second
			s.transport[1] = gopacket.Payload(make([]byte, 4))
		}
		return err
	case "timestamp":
		s.carry(layers.IPProtocolICMPv4, gopacket.Payload(sealICMP4(append([]byte{13, 0, 0, 0, 0, 77, 0, 3, 1, 2, 3, 4}, make([]byte, 36)...)[:l.number()])))
	case "probe":
		return s.readProbe(l)
	default:
		return s.readDamage(word, l)
	}
	return nil
}

// udp is a header with the ports of the line.
func (s *shape) udp() *layers.UDP {
	if s.ports == [2]int{} {
		s.ports = [2]int{40000, 33434}
	}
	return &layers.UDP{SrcPort: layers.UDPPort(s.ports[0]), DstPort: layers.UDPPort(s.ports[1])}
}

func (s *shape) add(h header) {
	for len(h.body)%8 != 6 {
		h.body = append(h.body, 0)
	}
	if s.behind {
		s.inner = append(s.inner, h)
	} else {
		s.outer = append(s.outer, h)
	}
}

// chained puts headers before a payload, and says the number of the first.
func chained(headers []header, next layers.IPProtocol, payload []byte) (layers.IPProtocol, []byte) {
	for _, h := range slices.Backward(headers) {
		payload = slices.Concat([]byte{byte(next), byte((len(h.body)+2)/8 - 1)}, h.body, payload)
		next = h.number
	}
	return next, payload
}

// readProbe builds an extended echo request (RFC 8335 §2).
func (s *shape) readProbe(l *line) error {
	what, kind, local := l.word(), byte(0), byte(1)
	var b []byte
	switch what {
	case "name":
		kind, b = 1, []byte(l.word())
		b = append(b, make([]byte, -len(b)&3)...)
	case "index":
		kind, b = 2, binary.BigEndian.AppendUint32(nil, uint32(l.number()))
	case "address", "neighbor":
		a, err := address(s.family, l.word())
		if err != nil {
			return err
		}
		kind, b = 3, probed(a)
		if what == "neighbor" {
			local = 0
		}
	case "mac": // of address family 16389 (48-bit MAC), which is padded
		kind, b = 3, []byte{0x40, 0x05, 6, 0, 2, 0, 0, 0, 0, 1, 0, 0}
	default:
		b, err := hex.DecodeString(what)
		s.probe(local, b)
		return err
	}
	s.probe(local, structure(append([]byte{0, byte(4 + len(b)), 3, kind}, b...)))
	return nil
}

func probed(a netip.Addr) []byte {
	b := a.AsSlice()
	return append([]byte{0, byte(1 + len(b)/16), byte(len(b)), 0}, b...)
}

// structure puts an extension header (RFC 4884 §7) before objects.
func structure(objects []byte) []byte {
	b := append([]byte{0x20, 0, 0, 0}, objects...)
	binary.BigEndian.PutUint16(b[2:], gopacket.FoldChecksum(gopacket.ComputeChecksum(b, 0)))
	return b
}

func (s *shape) probe(local byte, structure []byte) {
	if s.family == 4 {
		s.carry(layers.IPProtocolICMPv4, gopacket.Payload(sealICMP4(append([]byte{42, 0, 0, 0, 0, 77, 3, local}, structure...))))
		return
	}
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(160, 0)}
	icmp.SetNetworkLayerForChecksum(s.network())
	s.carry(layers.IPProtocolICMPv6, icmp, gopacket.Payload([]byte{0, 77, 3, local}), gopacket.Payload(structure))
}

func sealICMP4(b []byte) []byte {
	binary.BigEndian.PutUint16(b[2:], gopacket.FoldChecksum(gopacket.ComputeChecksum(b, 0)))
	return b
}

// walk finds what is behind the extension headers, naively: gopacket refuses
// options and routing headers that a router carries.
func (s *seen) walk(b []byte) {
	s.payload, s.headerLen = b[40:], 40
	for {
		size := 8
		switch b := s.payload; {
		case s.protocol == layers.IPProtocolIPv6HopByHop, s.protocol == layers.IPProtocolIPv6Routing, s.protocol == layers.IPProtocolIPv6Destination:
			if len(b) < 8 || len(b) < 8+int(b[1])*8 {
				return
			}
			size = 8 + int(b[1])*8
		case s.protocol == layers.IPProtocolIPv6Fragment && len(b) >= 8:
			s.fragment, s.more, s.id = true, b[3]&1 != 0, binary.BigEndian.Uint32(b[4:])
			s.offset = int(binary.BigEndian.Uint16(b[2:]) &^ 7)
		default:
			return
		}
		s.protocol, s.payload, s.headerLen = layers.IPProtocol(s.payload[0]), s.payload[size:], s.headerLen+size
		if s.offset != 0 {
			return
		}
	}
}

// readIPv6 reads the fixed header with gopacket, and walks the others.
func readIPv6(b []byte) (s seen, err error) {
	if len(b) < 40 {
		return s, fmt.Errorf("%d octets are no IPv6 packet", len(b))
	}
	fixed := slices.Clone(b[:40])
	fixed[6] = byte(layers.IPProtocolNoNextHeader)
	ip, ok := decode(6, fixed).NetworkLayer().(*layers.IPv6)
	if !ok || ip.Version != 6 {
		return s, fmt.Errorf("gopacket reads no IPv6 header")
	}
	s = seen{src: ip.SrcIP.String(), dst: ip.DstIP.String(), ttl: int(ip.HopLimit), tos: int(ip.TrafficClass),
		protocol: layers.IPProtocol(b[6]), lengthField: 40 + int(ip.Length)}
	s.walk(b)
	return s, nil
}

func (s *shape) lengthField() int {
	if s.family == 4 {
		return 2
	}
	return 4
}
