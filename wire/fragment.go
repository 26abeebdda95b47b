package wire

import "encoding/binary"

// Fragments cuts one packet into fragments, in order, as few as can be
// (RFC 1812 §4.2.2.7). An IPv4 fragment is cut again with its offset and MF
// kept (RFC 791 §3.2); an IPv6 packet only by the node that originates it
// (RFC 8200 §4.5).
type Fragments struct {
	p    *Packet
	mtu  int
	id   uint32
	next int // first octet of Payload that has not been sent
}

// Fragments begins to cut the packet, whose bytes it borrows until More is
// false. mtu is at least 68 for IPv4, 1280 for IPv6 (RFC 791 §3.2, RFC 8200
// §5). id names the datagram in IPv6, where the packet itself holds none.
func (p *Packet) Fragments(mtu int, id uint32) Fragments {
	return Fragments{p: p, mtu: mtu, id: id}
}

// maxFragmentOffset is the furthest octet at which a fragment can say that it
// begins (RFC 791 §3.1).
const maxFragmentOffset = ipv4OffsetMask * 8

// More says that another fragment is to come. Of a fragment that runs beyond
// the longest datagram, what would begin too far out is left away.
func (f *Fragments) More() bool {
	return f.next < len(f.p.Payload()) && f.p.FragmentOffset+f.next <= maxFragmentOffset
}

// Next writes the next fragment to dst, in its attached buffer.
func (f *Fragments) Next(dst *Packet) {
	if f.p.Version == V4 {
		f.nextIPv4(dst)
	} else {
		f.nextIPv6(dst)
	}
	dst.Parse()
}

func (f *Fragments) nextIPv4(dst *Packet) {
	src := f.p.Data
	out := dst.buf[Headroom:]
	header := copy(out, src[:f.p.Transport])
	if f.next > 0 {
		header = ipv4MinHeader + copiedOptions(out[ipv4MinHeader:header], src[ipv4MinHeader:f.p.Transport])
		out[0] = V4<<4 | byte(header/4)
	}
	n, last := f.take(out[header:], header)
	at := f.p.FragmentOffset + f.next
	flags := binary.BigEndian.Uint16(src[6:])&^ipv4OffsetMask | uint16(at/8)
	if !last {
		flags |= ipv4FlagMF
	}
	binary.BigEndian.PutUint16(out[2:], uint16(header+n))
	binary.BigEndian.PutUint16(out[6:], flags)
	sealIPv4(out[:header])
	f.next += n
	dst.SetLen(header + n)
}

func (f *Fragments) nextIPv6(dst *Packet) {
	const header = ipv6Header + ipv6FragmentHeader
	out := dst.buf[Headroom:]
	copy(out, f.p.Data[:ipv6Header])
	n, last := f.take(out[header:], header)
	binary.BigEndian.PutUint16(out[4:], uint16(ipv6FragmentHeader+n))
	out[6] = ProtoFragment
	fragment := out[ipv6Header:header]
	fragment[0], fragment[1] = f.p.Protocol, 0
	offset := uint16(f.next)
	if !last {
		offset |= ipv6FlagMore
	}
	binary.BigEndian.PutUint16(fragment[2:], offset)
	binary.BigEndian.PutUint32(fragment[4:], f.id)
	f.next += n
	dst.SetLen(header + n)
}

// take copies to out as many octets as fit behind a header of that length, and
// says how many, and whether they are the last.
func (f *Fragments) take(out []byte, header int) (n int, last bool) {
	rest := f.p.Payload()[f.next:]
	if len(rest) <= f.mtu-header {
		return copy(out, rest), true
	}
	return copy(out, rest[:(f.mtu-header)&^7]), false
}
