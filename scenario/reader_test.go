package scenario_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// describe says what a datagram is, as gopacket reads it. Of an error it says all that is not as a truthful router of the networks
// here has it: what it quotes is a packet of a host, to a host, with TTL 64 less the hops, and as much of it as the RFCs ask.
func (l *lab) describe(b []byte) string {
	p := decode(b)
	if fragment := l.fragment(p); fragment != "" {
		return fragment
	}
	what := ""
	switch {
	case p.Layer(layers.LayerTypeICMPv4) != nil:
		icmp := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
		what = fmt.Sprintf("icmp %d/%d", icmp.TypeCode.Type(), icmp.TypeCode.Code())
		if icmp.TypeCode.Type() == 3 && icmp.TypeCode.Code() == 4 {
			what = fmt.Sprintf("too-big %d", icmp.Seq) + l.quoted(p, len(b), icmp.Payload)
			if icmp.Id != 0 { // the length of RFC 4884
				what += ", extended"
			}
		}
	case p.Layer(layers.LayerTypeICMPv6) != nil:
		icmp := p.Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6)
		what = fmt.Sprintf("icmp %d/%d", icmp.TypeCode.Type(), icmp.TypeCode.Code())
		if icmp.TypeCode.Type() == 2 {
			what = fmt.Sprintf("too-big %d", binary.BigEndian.Uint32(icmp.Payload)) + l.quoted(p, len(b), icmp.Payload[4:])
		}
	case p.Layer(layers.LayerTypeTCP) != nil:
		tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		what = fmt.Sprintf("tcp %d", len(b))
		if tcp.SYN {
			what = fmt.Sprintf("syn mss %d", binary.BigEndian.Uint16(tcp.Options[0].OptionData))
		}
	case p.Layer(layers.LayerTypeUDP) != nil:
		what = fmt.Sprintf("udp %d", len(b))
		if p.Layer(layers.LayerTypeIPv6Destination) != nil {
			what += " with options"
		}
	default:
		what = fmt.Sprintf("%d octets", len(b))
	}
	return what + unsound(p)
}

// unsound says that the checksum of an ICMP message is wrong.
func unsound(p gopacket.Packet) string {
	icmp := p.Layer(layers.LayerTypeICMPv4)
	if six, ok := p.Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6); ok {
		six.SetNetworkLayerForChecksum(p.NetworkLayer())
		icmp = six
	}
	if icmp == nil {
		return ""
	}
	if err, result := icmp.(gopacket.LayerWithChecksum).VerifyChecksum(); err != nil || !result.Valid {
		return ", checksum wrong"
	}
	return ""
}

func decode(b []byte) gopacket.Packet {
	first := layers.LayerTypeIPv4
	if b[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	return gopacket.NewPacket(b, first, gopacket.DecodeOptions{})
}

// fragment says what fragment it is; "": none.
func (l *lab) fragment(p gopacket.Packet) string {
	offset, more, protocol := 0, false, layers.IPProtocol(0)
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		offset, more, protocol = 8*int(ip.FragOffset), ip.Flags&layers.IPv4MoreFragments != 0, ip.Protocol
	case *layers.IPv6:
		if f, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment); ok {
			offset, more, protocol = 8*int(f.FragmentOffset), f.MoreFragments, f.NextHeader
		}
	}
	name := map[layers.IPProtocol]string{layers.IPProtocolICMPv4: "error", layers.IPProtocolICMPv6: "error"}[protocol]
	if name == "" {
		name = strings.ToLower(protocol.String())
	}
	switch {
	case offset > 0:
		return "later fragment of " + name
	case more:
		return "first fragment of " + name
	}
	return ""
}

// quoted says who an error is from, and what is special about its quote.
func (l *lab) quoted(p gopacket.Packet, length int, quote []byte) (what string) {
	src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
	what = " from " + l.name(src.String())
	if full := map[int]int{4: 576, 6: 1280}[l.family]; length != full {
		what += fmt.Sprintf(", %d octets", length)
	}
	q := decode(quote)
	ttl, tos, sound, protocol := uint8(0), uint8(0), true, layers.IPProtocol(0)
	from, _ := q.NetworkLayer().NetworkFlow().Endpoints()
	switch ip := q.NetworkLayer().(type) {
	case *layers.IPv4:
		ttl, tos, protocol = ip.TTL, ip.TOS, ip.Protocol
		header := append([]byte{}, quote[:20]...)
		sound = string(checked(header)) == string(quote[:20])
		quote = quote[20:]
	case *layers.IPv6:
		ttl, tos, protocol = ip.HopLimit, ip.TrafficClass, ip.NextHeader
		quote = quote[40:]
	}
	if from != dst {
		what += ", quotes source " + l.name(from.String())
	}
	if ttl < 60 {
		what += fmt.Sprintf(", quotes ttl %d", ttl)
	}
	if tos != 0 {
		what += fmt.Sprintf(", quotes tos %d", tos)
	}
	if !sound {
		what += ", quotes a wrong checksum"
	}
	switch protocol {
	case layers.IPProtocolTCP, layers.IPProtocolUDP:
		return what + transport(protocol, quote)
	}
	return what + fmt.Sprintf(", quotes protocol %d", protocol)
}

// transport says what in a quoted transport header is of no packet that a host has sent.
func transport(protocol layers.IPProtocol, header []byte) string {
	for i := range 2 {
		port := binary.BigEndian.Uint16(header[2*i:])
		if port != serverPort && (port < clientPort || port > clientPort+9) {
			return fmt.Sprintf(", quotes port %d", port)
		}
	}
	if protocol == layers.IPProtocolTCP && binary.BigEndian.Uint32(header[4:]) != sequence {
		return ", quotes another sequence number"
	}
	return ""
}

// name is who has an address, or else the address.
func (l *lab) name(address string) string {
	if name := l.names[address]; name != "" {
		return name
	}
	return address
}
