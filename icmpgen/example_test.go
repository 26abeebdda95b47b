package icmpgen_test

import (
	"fmt"
	"net/netip"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// received returns a UDP datagram of 1400 octets from 10.1.0.2, as a device hands it out.
func received(to string) []byte {
	packet := make([]byte, 1400)
	wire.PutIPv4(packet, wire.HeaderIPv4{
		TTL: 1, Protocol: wire.ProtoUDP, Src: netip.MustParseAddr("10.1.0.2"), Dst: netip.MustParseAddr(to),
	})
	return packet
}

// A tunnel whose inside takes 1280 octets tells the sender, instead of
// dropping the packet in silence.
func ExampleAppend() {
	packet := received("10.2.0.2")
	buf := make([]byte, 0, 1280)
	answer, ok := icmpgen.Append(buf, icmpgen.Spec{
		Message: icmpgen.TooBig,
		Source:  netip.MustParseAddr("10.1.0.1"),
		MTU:     1280,
	}, packet)
	message, _ := icmp.ParseMessage(ipv4.ICMPTypeDestinationUnreachable.Protocol(), answer[20:])
	fmt.Println(ok, len(answer), message.Type, message.Code)
	// Output: true 576 destination unreachable 4
}

// Nobody is told of a packet to many: the answers of all would be a flood.
func ExampleAppend_refused() {
	answer, ok := icmpgen.Append(nil, icmpgen.Spec{
		Message: icmpgen.TTLExceeded,
		Source:  netip.MustParseAddr("10.1.0.1"),
	}, received("224.0.0.251"))
	fmt.Println(ok, len(answer))
	// Output: false 0
}

// A router that shows its interfaces to traceroute -e.
func ExampleSpec_Build() {
	var packet, answer wire.Packet
	packet.Data = received("10.2.0.2")
	packet.Parse()
	answer.Attach(make([]byte, wire.BufferSize))
	if !icmpgen.Permitted(icmpgen.TTLExceeded, &packet) {
		return
	}
	spec := icmpgen.Spec{
		Message: icmpgen.TTLExceeded,
		Source:  netip.MustParseAddr("10.1.0.1"),
		Extensions: []icmpgen.Object{
			{Class: icmpgen.ClassInterface, Role: icmpgen.RoleIncoming, Index: 3, Name: "left", MTU: 1500},
		},
	}
	spec.Build(&answer, &packet)
	message, _ := icmp.ParseMessage(1, answer.Payload())
	for _, extension := range message.Body.(*icmp.TimeExceeded).Extensions {
		link := extension.(*icmp.InterfaceInfo).Interface
		fmt.Println(message.Type, "from", answer.Src, "on", link.Name, link.MTU)
	}
	// Output: time exceeded from 10.1.0.1 on left 1500
}

// A node that answers whether one of its interfaces is up (RFC 8335).
func ExampleParseProbe() {
	body := icmp.ExtendedEchoRequest{ID: 1, Seq: 1, Local: true, Extensions: []icmp.Extension{
		&icmp.InterfaceIdent{Class: 3, Type: 1, Name: "left"},
	}}
	request, _ := (&icmp.Message{Type: ipv4.ICMPTypeExtendedEchoRequest, Body: &body}).Marshal(nil)
	own := netip.MustParseAddr("10.1.0.1")
	packet := wire.Packet{Data: make([]byte, 20+len(request))}
	copy(packet.Data[20:], request)
	wire.PutIPv4(packet.Data, wire.HeaderIPv4{TTL: 64, Protocol: wire.ProtoICMPv4, Src: netip.MustParseAddr("10.1.0.2"), Dst: own})
	packet.Parse()

	if icmpgen.ReplyTo(&packet) != icmpgen.ExtendedEchoReply {
		return
	}
	answer := icmpgen.ProbeAnswer{}
	query, code := icmpgen.ParseProbe(&packet)
	switch {
	case code != icmpgen.ProbeOK:
		answer.Code = code
	case string(query.Name) == "left":
		answer.Active, answer.IPv4 = true, true
	default:
		answer.Code = icmpgen.ProbeNoInterface
	}
	reply, ok := icmpgen.Append(nil, icmpgen.Spec{Message: icmpgen.ExtendedEchoReply, Source: own, Probe: answer}, packet.Data)
	message, _ := icmp.ParseMessage(1, reply[20:])
	fmt.Println(ok, message.Type, message.Code, message.Body.(*icmp.ExtendedEchoReply).Active)
	// Output: true extended echo reply 0 true
}
