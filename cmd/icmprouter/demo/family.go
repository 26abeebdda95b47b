package demo

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// kind is the type and code of an ICMP message.
type kind struct {
	icmp.Type
	code int
}

// codes names the kinds that a type alone does not.
var codes = map[kind]string{
	{ipv4.ICMPTypeDestinationUnreachable, 3}: "port unreachable",
	{ipv4.ICMPTypeDestinationUnreachable, 4}: "fragmentation needed",
	{ipv6.ICMPTypeDestinationUnreachable, 4}: "port unreachable",
}

// String is the kind's name and numbers.
func (k kind) String() string {
	name, ok := codes[k]
	if !ok {
		name = fmt.Sprint(k.Type)
	}
	number := 0
	switch t := k.Type.(type) {
	case ipv4.ICMPType:
		number = int(t)
	case ipv6.ICMPType:
		number = int(t)
	}
	return fmt.Sprintf("%s (type %d, code %d)", name, number, k.code)
}

// family is one of the two versions of IP, as far as a probe must know.
type family struct {
	name                         string
	client, router, far, server  netip.Addr // far: the router's, on the server's side
	protocol                     int        // of ICMP
	header                       int        // octets
	request, reply               kind
	timeExceeded, closed, tooBig kind
	network                      gopacket.LayerType
}

var families = []*family{{
	name:   "IPv4",
	client: netip.MustParseAddr("10.1.0.2"), router: netip.MustParseAddr("10.1.0.1"),
	far: netip.MustParseAddr("10.2.0.1"), server: netip.MustParseAddr("10.2.0.2"),
	protocol: 1, header: ipv4.HeaderLen,
	request: kind{ipv4.ICMPTypeEcho, 0}, reply: kind{ipv4.ICMPTypeEchoReply, 0},
	timeExceeded: kind{ipv4.ICMPTypeTimeExceeded, 0},
	closed:       kind{ipv4.ICMPTypeDestinationUnreachable, 3},
	tooBig:       kind{ipv4.ICMPTypeDestinationUnreachable, 4},
	network:      layers.LayerTypeIPv4,
}, {
	name:   "IPv6",
	client: netip.MustParseAddr("fd00:1::2"), router: netip.MustParseAddr("fd00:1::1"),
	far: netip.MustParseAddr("fd00:2::1"), server: netip.MustParseAddr("fd00:2::2"),
	protocol: 58, header: ipv6.HeaderLen,
	request: kind{ipv6.ICMPTypeEchoRequest, 0}, reply: kind{ipv6.ICMPTypeEchoReply, 0},
	timeExceeded: kind{ipv6.ICMPTypeTimeExceeded, 0},
	closed:       kind{ipv6.ICMPTypeDestinationUnreachable, 4},
	tooBig:       kind{ipv6.ICMPTypePacketTooBig, 0},
	network:      layers.LayerTypeIPv6,
}}

const (
	// echoID identifies the story's echo requests.
	echoID = 1812
	// tracePort is below the destination ports of UDP probes, as traceroute has it.
	tracePort = 33433
	udpHeader = 8
)

// message is an ICMP message that came to the client.
type message struct {
	from netip.Addr
	at   time.Time
	kind kind
	// id, sequence and data are those of an echo reply.
	id, sequence int
	data         []byte
	// mtu is the next-hop MTU, and quote the invoking packet's beginning, of an error.
	mtu   int
	quote []byte
}

// parse reads an ICMP message, without its IP header.
func (f *family) parse(from netip.Addr, raw []byte) (message, error) {
	parsed, err := icmp.ParseMessage(f.protocol, raw)
	if err != nil {
		return message{}, err
	}
	m := message{from: from, at: time.Now(), kind: kind{parsed.Type, parsed.Code}}
	switch body := parsed.Body.(type) {
	case *icmp.Echo:
		m.id, m.sequence, m.data = body.ID, body.Seq, body.Data
	case *icmp.TimeExceeded:
		m.quote = body.Data
	case *icmp.PacketTooBig:
		m.mtu, m.quote = body.MTU, body.Data
	case *icmp.DstUnreach:
		m.mtu, m.quote = int(binary.BigEndian.Uint16(raw[6:])), body.Data // RFC 1191 §4
	}
	return m, nil
}

// echoRequest is a whole echo request; its checksum lacks IPv6's pseudo-header
// where that is nil.
func (f *family) echoRequest(pseudo []byte, sequence int, data []byte) ([]byte, error) {
	body := &icmp.Echo{ID: echoID, Seq: sequence & 0xffff, Data: data}
	return (&icmp.Message{Type: f.request.Type, Body: body}).Marshal(pseudo)
}

func (m message) repliesTo(f *family, sequence int, data []byte) bool {
	return m.kind == f.reply && m.id == echoID && m.sequence == sequence&0xffff && string(m.data) == string(data)
}

// isAbout says that the message quotes the client's datagram to that port of
// the server.
func (m message) isAbout(f *family, port int) bool {
	q, err := f.parseQuote(m.quote)
	return err == nil && q.src == f.client && q.dst == f.server && q.dstPort == port
}
