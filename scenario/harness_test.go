package scenario

import (
	"net"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// delay is how long packets of the tests are on their way.
const delay = 5 * time.Millisecond

// family is the addresses of the hosts and of a router.
type family struct {
	name   string
	hosts  [2]net.IP
	router net.IP
	header int
}

var families = []family{
	{"IPv4", [2]net.IP{net.IPv4(10, 1, 0, 2).To4(), net.IPv4(10, 2, 0, 2).To4()}, net.IPv4(10, 1, 0, 1).To4(), 20},
	{"IPv6", [2]net.IP{net.ParseIP("fd00:1::2"), net.ParseIP("fd00:2::2")}, net.ParseIP("fd00:1::1"), 40},
}

// stage is an observer, and packets that it is shown.
type stage struct {
	t        testing.TB
	f        family
	observer Observer
	now      time.Duration
	due      []arrival // packets on their way
}

type arrival struct {
	at   time.Duration
	to   Side
	data []byte
	gso  wire.GSO
}

// onStages runs a test for both families.
func onStages(t *testing.T, run func(*stage)) {
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) { run(&stage{t: t, f: f, now: time.Hour}) })
	}
}

// wait lets time go by, and packets arrive.
func (s *stage) wait(d time.Duration) {
	end := s.now + d
	for len(s.due) > 0 && s.due[0].at <= end {
		a := s.due[0]
		s.due = s.due[1:]
		s.now = a.at
		s.show(a.to, a.data, a.gso, true)
	}
	s.now = end
}

// send sends a packet from a side; the network loses it or not.
func (s *stage) send(from Side, data []byte, gso wire.GSO, lost bool) {
	s.show(from, data, gso, false)
	if !lost {
		s.due = append(s.due, arrival{s.now + delay, from.Other(), data, gso})
	}
}

func (s *stage) show(at Side, data []byte, gso wire.GSO, sent bool) {
	s.t.Helper()
	var p wire.Packet
	p.Attach(make([]byte, wire.BufferSize))
	copy(p.Buffer()[wire.Headroom:], data)
	p.SetLen(len(data))
	p.GSO = gso
	if reason := p.Parse(); reason != 0 {
		s.t.Fatalf("the test's packet is none: %s", reason)
	}
	s.observer.At(at).Packet(&p, sent, s.now)
}

// ip is a datagram of a side around layers.
func (s *stage) ip(from net.IP, to net.IP, protocol layers.IPProtocol, inner ...gopacket.SerializableLayer) []byte {
	s.t.Helper()
	var ip gopacket.NetworkLayer
	var first gopacket.SerializableLayer
	if s.f.header == 20 {
		v4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: from, DstIP: to, Flags: layers.IPv4DontFragment}
		ip, first = v4, v4
	} else {
		v6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: from, DstIP: to}
		ip, first = v6, v6
	}
	for _, l := range inner {
		if needs, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			needs.SetNetworkLayerForChecksum(ip)
		}
	}
	buffer := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buffer, options, append([]gopacket.SerializableLayer{first}, inner...)...); err != nil {
		s.t.Fatal(err)
	}
	return buffer.Bytes()
}

// tcp sends a segment: flags are letters of SFRPA.
func (s *stage) tcp(from Side, flags string, seq, ack uint32, payload int, lost bool) {
	s.t.Helper()
	s.super(from, flags, seq, ack, payload, 0, lost)
}

// super sends a super-packet of segments with size octets of payload.
func (s *stage) super(from Side, flags string, seq, ack uint32, payload, size int, lost bool) {
	s.t.Helper()
	ports := [2]layers.TCPPort{40000, 80}
	tcp := &layers.TCP{SrcPort: ports[from], DstPort: ports[from.Other()], Seq: seq, Ack: ack, Window: 65535}
	for _, letter := range flags {
		switch letter {
		case 'S':
			tcp.SYN = true
		case 'F':
			tcp.FIN = true
		case 'R':
			tcp.RST = true
		case 'P':
			tcp.PSH = true
		case 'A':
			tcp.ACK = true
		}
	}
	data := s.ip(s.f.hosts[from], s.f.hosts[from.Other()], layers.IPProtocolTCP, tcp, gopacket.Payload(make([]byte, payload)))
	gso := wire.GSO{}
	if size > 0 {
		gso = wire.GSO{Size: size, ChecksumStart: s.f.header, ChecksumOffset: 16}
	}
	s.send(from, data, gso, lost)
}

// udp sends a datagram.
func (s *stage) udp(from Side, payload int, lost bool) {
	s.t.Helper()
	ports := [2]layers.UDPPort{40000, 4433}
	udp := &layers.UDP{SrcPort: ports[from], DstPort: ports[from.Other()]}
	s.send(from, s.ip(s.f.hosts[from], s.f.hosts[from.Other()], layers.IPProtocolUDP, udp, gopacket.Payload(make([]byte, payload))), wire.GSO{}, lost)
}

// tell hands a side a Packet Too Big.
func (s *stage) tell(to Side, mtu int) {
	s.t.Helper()
	var data []byte
	quote := gopacket.Payload(s.ip(s.f.hosts[to], s.f.hosts[to.Other()], layers.IPProtocolUDP, gopacket.Payload(make([]byte, 8))))
	if s.f.header == 20 {
		icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 4), Seq: uint16(mtu)}
		data = s.ip(s.f.router, s.f.hosts[to], layers.IPProtocolICMPv4, icmp, quote)
	} else {
		icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(2, 0)}
		body := gopacket.Payload(append([]byte{0, 0, byte(mtu >> 8), byte(mtu)}, quote...))
		data = s.ip(s.f.router, s.f.hosts[to], layers.IPProtocolICMPv6, icmp, body)
	}
	s.show(to, data, wire.GSO{}, true)
}

// open opens a connection: both sides' next sequence number is 1001.
func (s *stage) open() {
	s.t.Helper()
	s.tcp(Client, "S", 1000, 0, 0, false)
	s.wait(delay)
	s.tcp(Server, "SA", 1000, 1001, 0, false)
	s.wait(delay)
	s.tcp(Client, "A", 1001, 1001, 0, false)
	s.tcp(Client, "PA", 1001, 1001, 100, false)
	s.wait(delay)
	s.tcp(Server, "A", 1001, 1101, 0, false)
	s.wait(delay)
}

// observe ends the run: ended says that the program ended it.
func (s *stage) observe(ended bool) Observation {
	o := s.observer.Observe(s.now)
	o.Ended = ended
	return o
}

func (s *stage) udpLayer() *layers.UDP { return &layers.UDP{SrcPort: 40000, DstPort: 4433} }

func payloadOf(octets int) gopacket.Payload { return make([]byte, octets) }

// udpFrom sends a datagram of the client from a port.
func (s *stage) udpFrom(port uint16, payload int) {
	udp := s.udpLayer()
	udp.SrcPort = layers.UDPPort(port)
	s.send(Client, s.ip(s.f.hosts[Client], s.f.hosts[Server], layers.IPProtocolUDP, udp, payloadOf(payload)), wire.GSO{}, false)
}

// pieces sends a datagram with so much payload in fragments, of which one is lost.
func (s *stage) pieces(payload, lost int) {
	s.t.Helper()
	whole := s.ip(s.f.hosts[Client], s.f.hosts[Server], layers.IPProtocolUDP, s.udpLayer(), payloadOf(payload))
	var p wire.Packet
	p.Attach(make([]byte, wire.BufferSize))
	whole[5] = byte(payload>>8 + lost) // its identification
	whole[6] &^= 0x40                  // it may be cut
	s.seal(whole)
	copy(p.Buffer()[wire.Headroom:], whole)
	p.SetLen(len(whole))
	p.Parse()
	s.now += time.Millisecond
	for i, pieces := 0, p.Fragments(1400, uint32(s.now)); pieces.More(); i++ {
		var piece wire.Packet
		piece.Attach(make([]byte, wire.BufferSize))
		pieces.Next(&piece)
		s.send(Client, append([]byte(nil), piece.Data...), wire.GSO{}, i == lost)
	}
	s.wait(delay)
}

// seal writes an IPv4 header's checksum.
func (s *stage) seal(b []byte) {
	b[10], b[11] = 0, 0
	sum := wire.Checksum(b[:20])
	b[10], b[11] = byte(sum>>8), byte(sum)
}
