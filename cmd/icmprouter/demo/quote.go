package demo

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// quote is the fields of the packet that an error is about: UDP, as far as it was quoted.
type quote struct {
	src, dst         netip.Addr
	ttl, length      int
	network          string // the fields of the IP header that only one family has
	srcPort, dstPort int
	udpLength        int
	data             []byte
}

var errQuote = errors.New("the quote has no IP and UDP header")

// parseQuote reads a quote. It may end anywhere behind the UDP header.
func (f *family) parseQuote(data []byte) (q quote, err error) {
	packet := gopacket.NewPacket(data, f.network, gopacket.Default)
	switch ip := packet.NetworkLayer().(type) {
	case *layers.IPv4:
		q.src, _ = netip.AddrFromSlice(ip.SrcIP)
		q.dst, _ = netip.AddrFromSlice(ip.DstIP)
		q.ttl, q.length = int(ip.TTL), int(ip.Length)
		q.network = fmt.Sprintf("TOS %d, ID %d, flags %v, protocol %v", ip.TOS, ip.Id, ip.Flags, ip.Protocol)
	case *layers.IPv6:
		q.src, _ = netip.AddrFromSlice(ip.SrcIP)
		q.dst, _ = netip.AddrFromSlice(ip.DstIP)
		q.ttl, q.length = int(ip.HopLimit), int(ip.Length)+f.header
		q.network = fmt.Sprintf("traffic class %d, flow label %d, next header %v", ip.TrafficClass, ip.FlowLabel, ip.NextHeader)
	}
	udp, ok := packet.Layer(layers.LayerTypeUDP).(*layers.UDP)
	if !ok {
		return q, errQuote
	}
	q.srcPort, q.dstPort, q.udpLength = int(udp.SrcPort), int(udp.DstPort), int(udp.Length)
	q.data = udp.Payload
	q.src, q.dst = q.src.Unmap(), q.dst.Unmap()
	return q, nil
}
