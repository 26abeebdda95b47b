package conformance

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// datagram is what came out of a port, read by gopacket.
type datagram struct {
	port     string
	raw      []byte
	six      bool
	src, dst netip.Addr
	ttl, tos byte
	id       uint32
	proto    byte
	offset   int
	more     bool
	options  []byte
	header   int    // how long the IP header is, with the fragment header of IPv6
	data     []byte // behind the header
	// icmp is the message of a datagram that is one.
	icmp *message
	// wrong says what is wrong with it: a checksum, a length.
	wrong string
	// pieces are the fragments that this datagram was put together from.
	pieces []*datagram
}

type message struct {
	kind, code byte
	rest       []byte
	body       []byte
}

// read takes a datagram apart. It keeps raw.
func read(port string, raw []byte) *datagram {
	d := &datagram{port: port, raw: raw}
	if len(raw) == 0 {
		d.wrong = "empty"
		return d
	}
	d.six = raw[0]>>4 == 6
	if d.six {
		d.readIPv6()
	} else {
		d.readIPv4()
	}
	if d.wrong == "" && !d.fragmented() {
		d.readBody()
	}
	return d
}

func (d *datagram) fragmented() bool { return d.offset != 0 || d.more }

func (d *datagram) readIPv4() {
	var ip layers.IPv4
	if err := ip.DecodeFromBytes(d.raw, gopacket.NilDecodeFeedback); err != nil {
		d.wrong = "no IPv4: " + err.Error()
		return
	}
	d.src, _ = netip.AddrFromSlice(ip.SrcIP)
	d.dst, _ = netip.AddrFromSlice(ip.DstIP)
	d.ttl, d.tos, d.id, d.proto = ip.TTL, ip.TOS, uint32(ip.Id), byte(ip.Protocol)
	d.offset, d.more = int(ip.FragOffset)*8, ip.Flags&layers.IPv4MoreFragments != 0
	d.header, d.data = len(ip.Contents), ip.Payload
	d.options = ip.Contents[20:]
	switch {
	case checksum(ip.Contents, 0) != 0:
		d.wrong = "wrong header checksum"
	case int(ip.Length) != len(d.raw):
		d.wrong = fmt.Sprintf("total length %d in %d octets", ip.Length, len(d.raw))
	}
}

func (d *datagram) readIPv6() {
	if len(d.raw) < 40 {
		d.wrong = "no IPv6: too short"
		return
	}
	var ip layers.IPv6
	// gopacket goes on into hop-by-hop options, which may be wrong on purpose:
	// only the fixed header is asked of it.
	head := append(append([]byte{}, d.raw[:40]...), make([]byte, 8)...)
	head[4], head[5], head[6] = 0, 8, protoNone
	if err := ip.DecodeFromBytes(head, gopacket.NilDecodeFeedback); err != nil {
		d.wrong = "no IPv6: " + err.Error()
		return
	}
	d.src, _ = netip.AddrFromSlice(ip.SrcIP)
	d.dst, _ = netip.AddrFromSlice(ip.DstIP)
	d.ttl, d.tos, d.proto = ip.HopLimit, ip.TrafficClass, d.raw[6]
	d.header, d.data = 40, d.raw[40:]
	if n := int(binary.BigEndian.Uint16(d.raw[4:])); n != len(d.data) {
		d.wrong = fmt.Sprintf("payload length %d in %d octets", n, len(d.data))
	}
	if d.proto == protoFragment && len(d.data) >= 8 {
		word := binary.BigEndian.Uint16(d.data[2:])
		if d.data[1] != 0 || word&6 != 0 {
			d.wrong = "reserved bits in the fragment header"
		}
		d.proto, d.offset, d.more = d.data[0], int(word&^7), word&1 != 0
		d.id = binary.BigEndian.Uint32(d.data[4:])
		d.header, d.data = 48, d.data[8:]
	}
}

// readBody checks what stands behind the IP header.
func (d *datagram) readBody() {
	sum := uint32(0)
	switch {
	case d.proto == protoICMP && !d.six:
	case d.proto == protoICMPv6 && d.six, d.proto == protoUDP && len(d.data) >= 8, d.proto == protoTCP:
		sum = pseudo(d.src, d.dst, d.proto, len(d.data))
	default:
		return
	}
	unsummed := d.proto == protoUDP && d.data[6] == 0 && d.data[7] == 0 && !d.six
	if !unsummed && checksum(d.data, sum) != 0 {
		d.wrong = "wrong checksum"
	}
	if d.proto != protoICMP && d.proto != protoICMPv6 {
		return
	}
	if len(d.data) < 8 {
		d.wrong = "truncated ICMP"
		return
	}
	var m message
	if d.six {
		var icmp layers.ICMPv6
		icmp.DecodeFromBytes(d.data, gopacket.NilDecodeFeedback)
		m.kind, m.code = icmp.TypeCode.Type(), icmp.TypeCode.Code()
	} else {
		var icmp layers.ICMPv4
		icmp.DecodeFromBytes(d.data, gopacket.NilDecodeFeedback)
		m.kind, m.code = icmp.TypeCode.Type(), icmp.TypeCode.Code()
	}
	m.rest, m.body = d.data[4:8], d.data[8:]
	d.icmp = &m
}

// String is the datagram in the words of the cases.
func (d *datagram) String() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: ", d.port)
	if d.header == 0 {
		fmt.Fprintf(&b, "%s: %x", d.wrong, d.raw[:min(len(d.raw), 48)])
		return b.String()
	}
	fmt.Fprintf(&b, "%s > %s ttl %d tos %#02x len %d", d.src, d.dst, d.ttl, d.tos, len(d.raw))
	if !d.six || d.header == 48 {
		fmt.Fprintf(&b, " id %#04x", d.id)
	}
	if d.fragmented() {
		fmt.Fprintf(&b, " offset %d more %v", d.offset, d.more)
	}
	if len(d.options) > 0 {
		fmt.Fprintf(&b, " opts %x", d.options)
	}
	switch {
	case d.icmp != nil:
		fmt.Fprintf(&b, " icmp %d/%d rest %x body %d", d.icmp.kind, d.icmp.code, d.icmp.rest, len(d.icmp.body))
	default:
		fmt.Fprintf(&b, " proto %d data %d", d.proto, len(d.data))
	}
	if d.pieces != nil {
		fmt.Fprintf(&b, " in %d fragments", len(d.pieces))
	}
	if d.wrong != "" {
		fmt.Fprintf(&b, " (%s)", d.wrong)
	}
	return b.String()
}

// join puts fragments of the same datagram together, where they follow each other
// without a gap, and leaves all else.
func join(got []*datagram) (all []*datagram) {
	type key struct {
		port     string
		src, dst netip.Addr
		id       uint32
		proto    byte
	}
	groups := map[key]*datagram{}
	for _, d := range got {
		if !d.fragmented() || d.wrong != "" {
			all = append(all, d)
			continue
		}
		k := key{d.port, d.src, d.dst, d.id, d.proto}
		w := groups[k]
		if w == nil || w.offset+len(w.data) != d.offset {
			first := *d
			first.pieces = []*datagram{d}
			first.data = append([]byte{}, d.data...)
			groups[k] = &first
			all = append(all, &first)
			continue
		}
		w.data, w.more = append(w.data, d.data...), d.more
		w.pieces = append(w.pieces, d)
	}
	for _, w := range all {
		if w.pieces != nil && !w.fragmented() {
			w.readBody()
		}
	}
	return all
}

// noise says that a datagram is what a link's hosts and routers say to each other
// without being asked: neighbour discovery, group membership.
func (d *datagram) noise() bool {
	if !d.six {
		return d.proto == 2
	}
	if d.proto == protoHopByHop && d.dst.IsMulticast() && d.src.IsLinkLocalUnicast() || d.src.IsUnspecified() {
		return true
	}
	if d.icmp == nil {
		return false
	}
	k := d.icmp.kind
	return d.ttl == 255 && k >= 133 && k <= 136 || d.ttl == 1 && (k >= 130 && k <= 132 || k == 143)
}
