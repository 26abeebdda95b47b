package wire

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// FlowKey says what of a packet makes its flow.
type FlowKey uint8

// The keys.
const (
	// FlowTuple is addresses, protocol, and the ports of protocols that have such. Of fragments, the
	// first one too, it is the addresses: the others hold no more.
	FlowTuple FlowKey = iota
	// FlowAddresses is source and destination.
	FlowAddresses
	// FlowLabel is addresses and the flow label of IPv6 (RFC 6438); of IPv4 the addresses.
	FlowLabel
)

// Transport protocols that begin with two ports, beside TCP and UDP.
const (
	protoDCCP    = 33
	protoSCTP    = 132
	protoUDPLite = 136
)

// FlowHash spreads the flows of parsed packets over all numbers, otherwise for each seed. Both directions of
// a flow have one hash, if their labels are equal or not in the key. With inner, an ICMP
// error has that of the packet that it quotes.
func (p *Packet) FlowHash(key FlowKey, inner bool, seed uint64) uint64 {
	if inner && p.ICMP() && !p.Fragment() {
		var quote Packet
		if p.quoted(&quote) {
			return quote.flowHash(key, seed)
		}
	}
	return p.flowHash(key, seed)
}

// end is one end of a flow.
type end struct {
	high, low uint64
	port      uint16
}

func endOf(address netip.Addr) end {
	a := address.As16()
	return end{high: binary.BigEndian.Uint64(a[:8]), low: binary.BigEndian.Uint64(a[8:])}
}

func (e end) less(o end) bool {
	if e.high != o.high {
		return e.high < o.high
	}
	if e.low != o.low {
		return e.low < o.low
	}
	return e.port < o.port
}

func (p *Packet) flowHash(key FlowKey, seed uint64) uint64 {
	a, b, more := endOf(p.Src), endOf(p.Dst), uint64(0)
	switch {
	case key == FlowLabel && p.Version == V6:
		more = uint64(binary.BigEndian.Uint32(p.Data) & 0xfffff)
	case key == FlowTuple && !p.Fragment():
		more = uint64(p.Protocol)
		if ports := p.Payload(); p.ported() && len(ports) >= 4 {
			a.port, b.port = binary.BigEndian.Uint16(ports), binary.BigEndian.Uint16(ports[2:])
		}
	}
	if b.less(a) {
		a, b = b, a
	}
	h := mix(seed, a.high)
	h = mix(h, a.low)
	h = mix(h, b.high)
	h = mix(h, b.low)
	h = mix(h, more<<32|uint64(a.port)<<16|uint64(b.port))
	return mix(h, 0)
}

// mix folds x into h: of the product, the high half holds what the low half lost.
func mix(h, x uint64) uint64 {
	high, low := bits.Mul64(h^x^0xd1342543de82ef95, 0x9e3779b97f4a7c15)
	return high ^ low
}

// ported says whether the transport header, which is here, begins with two ports.
func (p *Packet) ported() bool {
	switch p.Protocol {
	case ProtoTCP, ProtoUDP, protoDCCP, protoSCTP, protoUDPLite:
		return !p.Incomplete
	}
	return false
}

// quoted reads into q what an ICMP error quotes, as far as its flow goes, and says whether there is such.
// Routers on the way have changed it, and cut it: no checksum and no length is looked at.
func (p *Packet) quoted(q *Packet) bool {
	icmp := p.Payload()
	if len(icmp) < 8 {
		return false
	}
	b := icmp[8:]
	q.Data = b
	if p.Version == V4 {
		return quotes4(icmp[0]) && q.readQuote4(b)
	}
	return quotes6(icmp[0]) && q.readQuote6(b)
}

// quotes4 says whether an ICMPv4 message quotes a packet (RFC 792).
func quotes4(kind uint8) bool {
	switch kind {
	case 3, 4, 5, 11, 12:
		return true
	}
	return false
}

// quotes6 says whether an ICMPv6 message is an error of RFC 4443 §3.
func quotes6(kind uint8) bool { return kind >= 1 && kind <= 4 }

func (p *Packet) readQuote4(b []byte) bool {
	if len(b) < ipv4MinHeader || b[0]>>4 != V4 || b[0]&15 < 5 {
		return false
	}
	flags := binary.BigEndian.Uint16(b[6:])
	p.Version, p.Protocol, p.Transport = V4, b[9], int(b[0]&15)*4
	p.More, p.FragmentOffset = flags&ipv4FlagMF != 0, int(flags&ipv4OffsetMask)*8
	p.Src, p.Dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	return true
}

func (p *Packet) readQuote6(b []byte) bool {
	if len(b) < ipv6Header || b[0]>>4 != V6 {
		return false
	}
	p.Version, p.Protocol, p.Transport = V6, b[6], ipv6Header
	p.Src, p.Dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	p.walk()
	return true
}
