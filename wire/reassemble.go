package wire

import (
	"encoding/binary"
	"net/netip"
)

// FragmentKey is what the fragments of one datagram have in common (RFC 791
// §3.2, RFC 8200 §4.5). IPv6 does not count the protocol among it.
type FragmentKey struct {
	Src, Dst netip.Addr
	ID       uint32
	Protocol uint8
}

// FragmentKey returns the key of a fragment.
func (p *Packet) FragmentKey() FragmentKey {
	k := FragmentKey{Src: p.Src, Dst: p.Dst, ID: p.FragmentID}
	if p.Version == V4 {
		k.Protocol = p.Protocol
	}
	return k
}

// FragmentPayload returns the octets of the datagram that a fragment carries: a
// part of Data, owned as Data is.
func (p *Packet) FragmentPayload() []byte {
	if p.Version == V4 {
		return p.Data[p.Transport:]
	}
	return p.Data[p.fragmentHeader+ipv6FragmentHeader:]
}

// WholeHeaderLen is the length of what WholeHeader writes.
func (p *Packet) WholeHeaderLen() int {
	if p.Version == V4 {
		return p.Transport
	}
	return p.fragmentHeader
}

// WholeHeader writes to dst, which stays the caller's, the headers that the
// datagram had before it was cut, given its first fragment and the length of
// all its fragments' payloads together, in octets.
func (p *Packet) WholeHeader(dst []byte, payload int) {
	n := copy(dst, p.Data[:p.WholeHeaderLen()])
	if p.Version == V4 {
		binary.BigEndian.PutUint16(dst[2:], uint16(n+payload))
		flags := binary.BigEndian.Uint16(dst[6:])
		binary.BigEndian.PutUint16(dst[6:], flags&^(ipv4FlagMF|ipv4OffsetMask))
		sealIPv4(dst[:n])
		return
	}
	binary.BigEndian.PutUint16(dst[4:], uint16(n-ipv6Header+payload))
	dst[p.fragmentField] = p.Data[p.fragmentHeader]
}

// MaxFragmentEnd is the furthest octet of its datagram's payload at which a
// fragment may end, for the length field to hold the whole.
func (p *Packet) MaxFragmentEnd() int {
	if p.Version == V4 {
		return 65535 - p.Transport
	}
	return 65535 - (p.fragmentHeader - ipv6Header)
}
