// Package wire holds the bytes and fields of IPv4 and IPv6: parsing, TTL,
// checksums, fragments. It is the only place where the two differ in bytes;
// whoever reads a parsed Packet need not ask which family it is.
package wire

import "net/netip"

// Headroom is the room before a datagram in its buffer, in octets: enough for
// what a device puts before a packet (virtio_net_hdr has 10 octets).
const Headroom = 64

// MaxDatagram is the length of the longest IP datagram, in octets. An IPv6
// packet has up to 40 octets more than its 16-bit payload length says.
const MaxDatagram = 65535 + 40

// BufferSize is the size of a buffer that holds any datagram, in octets.
const BufferSize = Headroom + MaxDatagram

// IP versions.
const (
	V4 = 4
	V6 = 6
)

// Transport protocols and IPv6 extension headers, as IANA numbers them.
const (
	ProtoHopByHop    = 0
	ProtoICMPv4      = 1
	ProtoTCP         = 6
	ProtoUDP         = 17
	ProtoRouting     = 43
	ProtoFragment    = 44
	ProtoAuth        = 51
	ProtoICMPv6      = 58
	ProtoNone        = 59
	ProtoDestOptions = 60
)

// DefaultTTL is the TTL of what this node originates (IANA's ip-parameters).
const DefaultTTL = 64

// Packet is one IP datagram in a borrowed buffer: whoever attached the buffer
// owns it, and says until when it may be used. Parse fills the words from the bytes.
type Packet struct {
	// Data is the datagram: from its IP header to its last octet, no padding.
	Data []byte
	buf  []byte

	// Src and Dst are the addresses.
	Src, Dst netip.Addr
	// Version is V4 or V6.
	Version uint8
	// TTL is the Time to Live of IPv4, the Hop Limit of IPv6.
	TTL uint8
	// TOS is the Type of Service octet of IPv4, the Traffic Class of IPv6: DSCP and ECN.
	TOS uint8
	// Protocol is the transport protocol, past all extension headers.
	Protocol uint8
	// DF forbids fragmentation on the way. It is always true for IPv6.
	DF bool
	// More says that this is a fragment and not the last one.
	More bool
	// Incomplete says that the chain of extension headers runs beyond the packet.
	Incomplete bool
	// FragmentOffset is where a fragment's octets belong in its datagram, in octets.
	FragmentOffset int
	// FragmentID is the identification that fragments of one datagram share.
	FragmentID uint32
	// Transport is where the transport header begins in Data, or, in a later
	// fragment, where its octets begin.
	Transport int
	// ProtocolField is where the number that Protocol repeats stands in Data.
	ProtocolField int

	// GSO is set when the packet stands for several segments of one flow.
	GSO GSO

	// fragmentHeader is where an IPv6 fragment header stands, and fragmentField
	// where its number does; both are zero without one.
	fragmentHeader, fragmentField int
	// extended says that extension headers follow the IPv6 header.
	extended bool
}

// Attach lends buf to the packet, which keeps it until the next Attach.
// A device puts datagrams at Headroom, so buf should hold BufferSize octets.
func (p *Packet) Attach(buf []byte) {
	p.buf, p.Data, p.GSO = buf, nil, GSO{}
	p.forget()
}

// Buffer returns the attached buffer, still owned by who attached it.
func (p *Packet) Buffer() []byte { return p.buf }

// SetLen says that a datagram of n octets stands in the attached buffer at
// Headroom, and forgets all words: Parse reads them anew.
func (p *Packet) SetLen(n int) {
	p.Data, p.GSO = p.buf[Headroom:Headroom+n], GSO{}
	p.forget()
}

// WithHeadroom returns the datagram with the n octets of the buffer before it,
// for devices that write a header there. The packet keeps the buffer. n is at most Headroom.
func (p *Packet) WithHeadroom(n int) []byte {
	return p.buf[Headroom-n : Headroom+len(p.Data)]
}

// WireLen is the length of the longest datagram that the packet becomes on the
// wire, in octets. An MTU limits this, and not the length of a super-packet.
func (p *Packet) WireLen() int {
	if p.GSO.Size == 0 {
		return len(p.Data)
	}
	return min(len(p.Data), p.GSO.HeaderLen+p.GSO.Size)
}

// WireCount is the number of datagrams that the packet becomes on the wire.
func (p *Packet) WireCount() int {
	if p.GSO.Size == 0 {
		return 1
	}
	return max(1, (len(p.Data)-p.GSO.HeaderLen+p.GSO.Size-1)/p.GSO.Size)
}

// Fragment says that the packet is a fragment, first or later. An IPv6 fragment
// header on a whole packet (an atomic fragment, RFC 6946 §4) makes none.
func (p *Packet) Fragment() bool { return p.More || p.FragmentOffset != 0 }

// ICMP says that the payload is ICMP of the packet's own family.
func (p *Packet) ICMP() bool {
	return p.Version == V4 && p.Protocol == ProtoICMPv4 || p.Version == V6 && p.Protocol == ProtoICMPv6
}

// Payload returns what follows the IP headers: a part of Data, owned as Data
// is. It is empty where Data has been cut before it.
func (p *Packet) Payload() []byte { return p.Data[min(p.Transport, len(p.Data)):] }

// NoNextHeader says that the packet declares to hold nothing (RFC 8200 §4.7).
func (p *Packet) NoNextHeader() bool { return p.Version == V6 && p.Protocol == ProtoNone }

// HopByHop says that IPv6 hop-by-hop options follow the IP header directly.
func (p *Packet) HopByHop() bool { return p.extended && p.Data[ipv6NextHeader] == ProtoHopByHop }
