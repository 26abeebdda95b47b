package scenario_test

import (
	"encoding/binary"
	"net"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// addresses of the hosts, in both families.
var addresses = map[string][2]net.IP{
	"client": {net.ParseIP("10.1.0.2"), net.ParseIP("fd00:1::2")},
	"server": {net.ParseIP("10.2.0.2"), net.ParseIP("fd00:2::2")},
}

// Ports of the hosts. A flow with a digit, as tcp2, has another port at the client.
const (
	clientPort = 40000
	serverPort = 80
)

// sequence is the number of every TCP segment.
const sequence = 1

// packet is one that a host sends.
type packet struct {
	data []byte
	gso  wire.GSO
}

// ipHeader is how long the IP header of a family is.
func ipHeader(family int) int { return 20 * (family - 2) / 2 }

// packets are what a host sends of a kind, of so many octets: tcp and udp with DF; syn; super, which is segments of 1500
// octets in one; big, a UDP datagram in fragments that fit everywhere; and options, a UDP datagram with a
// destination option in IPv6, or a NOP in IPv4.
func (l *lab) packets(host, kind string, length int) []packet {
	l.t.Helper()
	flow := 0
	if last := kind[len(kind)-1]; last >= '0' && last <= '9' {
		flow, kind = int(last-'0'), kind[:len(kind)-1]
	}
	from, to := clientPort+flow, serverPort
	if host == "server" {
		from, to = to, from
	}
	size := length - ipHeader(l.family)
	tcp := &layers.TCP{SrcPort: layers.TCPPort(from), DstPort: layers.TCPPort(to), Seq: sequence, Ack: 1, ACK: true, Window: 65535}
	udp := &layers.UDP{SrcPort: layers.UDPPort(from), DstPort: layers.UDPPort(to)}
	switch kind {
	case "tcp":
		return []packet{{data: l.serialize(host, layers.IPProtocolTCP, tcp, size-20)}}
	case "syn":
		mss := binary.BigEndian.AppendUint16(nil, uint16(1480-ipHeader(l.family)))
		tcp.SYN, tcp.Options = true, []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: mss}}
		return []packet{{data: l.serialize(host, layers.IPProtocolTCP, tcp, size-24)}}
	case "super":
		b := l.serialize(host, layers.IPProtocolTCP, tcp, size-20)
		return []packet{{b, wire.GSO{Size: 1480 - ipHeader(l.family), ChecksumStart: ipHeader(l.family), ChecksumOffset: 16}}}
	case "udp":
		return []packet{{data: l.serialize(host, layers.IPProtocolUDP, udp, size-8)}}
	case "options":
		b := l.serialize(host, layers.IPProtocolUDP, udp, size-16)
		return []packet{{data: l.insert(b, 60, []byte{17, 0, 1, 4, 0, 0, 0, 0})}}
	case "big":
		return l.fragments(l.serialize(host, layers.IPProtocolUDP, udp, size-8))
	}
	l.t.Fatalf("no host sends %q", kind)
	return nil
}

// serialize is a datagram of the host with DF, with so much payload behind its transport header.
func (l *lab) serialize(host string, protocol layers.IPProtocol, transport gopacket.SerializableLayer, payload int) []byte {
	other := map[string]string{"client": "server", "server": "client"}[host]
	src, dst := addresses[host][l.family/2-2], addresses[other][l.family/2-2]
	var header gopacket.SerializableLayer = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: src, DstIP: dst}
	if l.family == 4 {
		header = &layers.IPv4{Version: 4, TTL: 64, Id: 7, Flags: layers.IPv4DontFragment, Protocol: protocol, SrcIP: src, DstIP: dst}
	}
	transport.(interface {
		SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
	}).SetNetworkLayerForChecksum(header.(gopacket.NetworkLayer))
	buf := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, options, header, transport, gopacket.Payload(make([]byte, payload))); err != nil {
		l.t.Fatal(err)
	}
	return buf.Bytes()
}

// insert puts an extension header of that number behind the IP header. IPv4 has none: there it is eight octets of payload.
func (l *lab) insert(b []byte, number byte, extension []byte) []byte {
	with := append(append(append([]byte{}, b[:ipHeader(l.family)]...), extension...), b[ipHeader(l.family):]...)
	if l.family == 4 {
		with = append(append([]byte{}, b...), make([]byte, len(extension))...)
		binary.BigEndian.PutUint16(with[2:], uint16(len(with)))
		return checked(with)
	}
	binary.BigEndian.PutUint16(with[4:], uint16(len(with)-40))
	with[6] = number
	return with
}

// fragments cuts a datagram.
func (l *lab) fragments(b []byte) (all []packet) {
	const most = 1200 // a multiple of eight
	head, body := b[:ipHeader(l.family)], b[ipHeader(l.family):]
	for at := 0; at < len(body); at += most {
		part, more := body[at:min(at+most, len(body))], at+most < len(body)
		field := uint16(at)
		if l.family == 6 {
			if more {
				field |= 1
			}
			extension := binary.BigEndian.AppendUint16([]byte{17, 0}, field)
			extension = append(extension, 0, 0, 0, 9)
			all = append(all, packet{data: l.insert(append(append([]byte{}, head...), part...), 44, extension)})
			continue
		}
		f := append(append([]byte{}, head...), part...)
		field /= 8
		if more {
			field |= 0x2000
		}
		binary.BigEndian.PutUint16(f[2:], uint16(len(f)))
		binary.BigEndian.PutUint16(f[6:], field)
		all = append(all, packet{data: checked(f)})
	}
	return all
}

// checked puts the right checksum into an IPv4 header.
func checked(b []byte) []byte {
	b[10], b[11] = 0, 0
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum))
	return b
}
