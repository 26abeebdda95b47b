package icmpgen

import (
	"encoding/binary"
	"net/netip"
	"unicode/utf8"

	"github.com/icmprouter/icmprouter/wire"
)

// Class says what an extension object is about.
type Class uint8

// The classes that IANA numbers, as far as they are written here.
const (
	// ClassLabelStack is the MPLS label stack that the packet came with (RFC 4950 §3).
	ClassLabelStack Class = 1
	// ClassInterface is an interface, or the next hop (RFC 5837 §4).
	ClassInterface Class = 2

	classIdentification Class = 3 // RFC 8335 §2.1
	classExtended       Class = 4 // RFC 8883 §4.2
)

// Role says what the interface has to do with the packet (RFC 5837 §4.1).
type Role uint8

// The roles. An error has at most one object of each.
const (
	// RoleIncoming is the IP interface that the packet came from.
	RoleIncoming Role = iota
	// RoleSubIP is the part of the IP interface that it came from.
	RoleSubIP
	// RoleOutgoing is the interface that it would have left by.
	RoleOutgoing
	// RoleNextHop is the node that it would have been sent to.
	RoleNextHop
)

// Object is one extension object of an error. Zero fields of an interface are
// left out, as is an object that says nothing.
type Object struct {
	Class Class

	// Of ClassInterface.

	Role Role
	// Index is the ifIndex (RFC 2863).
	Index uint32
	// Addr is an address of the interface, or of the next hop.
	Addr netip.Addr
	// Name is in UTF-8. Its first 63 octets are told.
	Name string
	// MTU is in octets.
	MTU uint32

	// Labels is the stack of ClassLabelStack, from the top.
	Labels []Label
}

// Label is an MPLS label stack entry; which one is the bottom shows by its place.
type Label struct {
	// Label has 20 bits.
	Label uint32
	// TC is the traffic class, of 3 bits.
	TC  uint8
	TTL uint8
}

// Extension structure (RFC 4884 §3, §7, §8).
const (
	originalDatagram = 128
	extensionHeader  = 4
	extensionVersion = 2 << 4
	objectHeader     = 4
)

// multipart writes the original datagram and the extension structure, and
// returns the length of the message: zero if there is none or no object has
// room. The original datagram has always 128 octets, padded with zeros, so that readers
// that do not look at the length find the extensions (RFC 4884 §5.5).
func (s *Spec) multipart(icmp []byte, room int, p *wire.Packet) int {
	if len(s.Extensions) == 0 && s.Message != HeadersTooLong {
		return 0
	}
	original := icmp[icmpHeader : icmpHeader+originalDatagram]
	n := s.structure(icmp[icmpHeader+originalDatagram:][:max(0, room-originalDatagram)])
	if n == 0 {
		return 0
	}
	quote := copy(original, s.quote(p))
	clear(original[quote:])
	if s.Quoted != nil {
		s.Quoted.rewrite(original[:quote], p)
	}
	if p.Version == wire.V4 {
		icmp[5] = originalDatagram / 4 // RFC 4884 §4.1
	} else {
		icmp[4] = originalDatagram / 8 // RFC 4884 §4.4
	}
	return icmpHeader + originalDatagram + n
}

// structure writes the extension header and the objects that fit in b, and
// returns their length: zero if it is none.
func (s *Spec) structure(b []byte) int {
	n := extensionHeader
	if s.Message == HeadersTooLong && len(b) >= n+objectHeader+4 {
		putObject(b[n:], objectHeader+4, classExtended, 1)
		binary.BigEndian.PutUint32(b[n+objectHeader:], uint32(s.Pointer))
		n += objectHeader + 4
	}
	told := 0 // a bit for each role, and one for the label stack
	for i := range s.Extensions {
		o := &s.Extensions[i]
		bit := 1 << o.Role
		if o.Class == ClassLabelStack {
			bit = 1 << 8
		}
		if size := o.size(); size > 0 && told&bit == 0 && n+size <= len(b) {
			o.put(b[n : n+size])
			n, told = n+size, told|bit
		}
	}
	if n == extensionHeader {
		return 0
	}
	b[0], b[1], b[2], b[3] = extensionVersion, 0, 0, 0
	binary.BigEndian.PutUint16(b[2:], wire.Checksum(b[:n]))
	return n
}

func putObject(b []byte, size int, class Class, kind uint8) {
	binary.BigEndian.PutUint16(b, uint16(size))
	b[2], b[3] = uint8(class), kind
}

// size is the length of the object, or zero if it says nothing.
func (o *Object) size() int {
	n := objectHeader
	switch {
	case o.Class == ClassLabelStack:
		n += 4 * len(o.Labels)
	case o.Class == ClassInterface && o.Role <= RoleNextHop:
		if o.Index != 0 {
			n += 4
		}
		if o.Addr.IsValid() {
			n += 4 + o.Addr.Unmap().BitLen()/8
		}
		if o.Name != "" {
			n += nameSize(cut(o.Name))
		}
		if o.MTU != 0 {
			n += 4
		}
	}
	if n == objectHeader {
		return 0
	}
	return n
}

// put writes the object to b, which has its size.
func (o *Object) put(b []byte) {
	if o.Class == ClassLabelStack {
		o.putLabels(b)
		return
	}
	o.putInterface(b)
}

// putLabels writes a stack of RFC 3032 §2.1 entries.
func (o *Object) putLabels(b []byte) {
	const incomingStack = 1
	putObject(b, len(b), o.Class, incomingStack)
	for i, l := range o.Labels {
		entry := l.Label<<12 | uint32(l.TC&7)<<9 | uint32(l.TTL)
		if i == len(o.Labels)-1 {
			entry |= 1 << 8
		}
		binary.BigEndian.PutUint32(b[objectHeader+4*i:], entry)
	}
}

// What an interface object holds, in this order (RFC 5837 §4.1).
const (
	hasIndex   = 0x08
	hasAddress = 0x04
	hasName    = 0x02
	hasMTU     = 0x01
)

func (o *Object) putInterface(b []byte) {
	kind, rest := uint8(o.Role)<<6, b[objectHeader:]
	if o.Index != 0 {
		kind |= hasIndex
		binary.BigEndian.PutUint32(rest, o.Index)
		rest = rest[4:]
	}
	if o.Addr.IsValid() {
		kind |= hasAddress
		rest = rest[putAddr(rest, o.Addr.Unmap()):]
	}
	if o.Name != "" {
		kind |= hasName
		name := cut(o.Name)
		n := nameSize(name)
		rest[0] = uint8(n)
		clear(rest[1+copy(rest[1:n], name) : n])
		rest = rest[n:]
	}
	if o.MTU != 0 {
		kind |= hasMTU
		binary.BigEndian.PutUint32(rest, o.MTU)
	}
	putObject(b, len(b), o.Class, kind)
}

// Address families, as IANA numbers them.
const (
	family4 = 1
	family6 = 2
)

// putAddr writes an address sub-object (RFC 5837 §4.2), and returns its length.
func putAddr(b []byte, a netip.Addr) int {
	if a.Is4() {
		octets := a.As4()
		b[0], b[1], b[2], b[3] = 0, family4, 0, 0
		return 4 + copy(b[4:], octets[:])
	}
	octets := a.As16()
	b[0], b[1], b[2], b[3] = 0, family6, 0, 0
	return 4 + copy(b[4:], octets[:])
}

// cut is as much of a name as 63 octets hold, in whole characters (RFC 5837 §4.3).
func cut(name string) string {
	const longest = 63
	if len(name) <= longest {
		return name
	}
	n := longest
	for n > longest-utf8.UTFMax && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// nameSize is the length of a name sub-object: an octet for the length, the
// name, and padding to a multiple of 4 (RFC 5837 §4.3).
func nameSize(name string) int { return (1 + len(name) + 3) &^ 3 }
