package kernelgso

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
)

// Super is a packet with the fields of virtio_net_hdr.
type Super struct {
	Packet              []byte
	Size, Start, Offset int
}

// Segments returns the datagrams that it becomes on the wire.
func (s Super) Segments() [][]byte { return Segments(s.Packet, s.Size, s.Start, s.Offset) }

// Sample is what a super-packet is made of.
type Sample struct {
	Src, Dst netip.Addr
	UDP, DF  bool
	TTL, TOS uint8
	// Flags and TCPOptions, a multiple of 4 octets, are those of TCP.
	Flags      uint8
	TCPOptions []byte
	Seq        uint32
	ID         uint16
	// Options are those of IPv4, a multiple of 4 octets; Extensions the numbers of
	// IPv6 extension headers, 8 octets each.
	Options    []byte
	Extensions []uint8
	Payload    []byte
	Size       int
	// Zero makes the checksum of the first segment come out as zero.
	Zero bool
}

// Any returns a sample with as many octets of payload as said, all else at random.
func Any(r *rand.Rand, src, dst netip.Addr, payload int) Sample {
	pick := func(numbers ...int) int { return numbers[r.IntN(len(numbers))] }
	s := Sample{
		Src: src, Dst: dst, UDP: r.IntN(2) == 0, DF: r.IntN(2) == 0, TTL: uint8(pick(1, 2, 64, 64, 255)), TOS: uint8(r.Uint32()),
		Flags: uint8(pick(0x10, 0x18, 0x19, 0x90, 0xd9, 0x11, int(r.Uint32()&0xfb))), Seq: r.Uint32(),
		ID: uint16(pick(0, 0xfffe, int(r.Uint32()&0xffff))), Size: pick(1+r.IntN(1500), 1000, 1448, 1+payload/3), Zero: r.IntN(3) == 0,
		TCPOptions: make([]byte, 4*pick(0, 3, 10)), Payload: make([]byte, payload),
	}
	for i := range s.TCPOptions {
		s.TCPOptions[i] = 1
	}
	for i := range s.Payload {
		s.Payload[i] = byte(r.Uint32())
	}
	switch r.IntN(3) {
	case 0:
		s.Options, s.Extensions = []byte{1, 1, 1, 0}, []uint8{60}
	case 1:
		s.Options, s.Extensions = []byte{7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0}, []uint8{0, 43, 60}
	}
	return s
}

// Super makes the packet.
func (s Sample) Super() Super {
	transport, protocol, offset := s.tcp(), uint8(6), 16
	if s.UDP {
		transport, protocol, offset = s.udp(), 17, 6
	}
	header := s.ip(protocol, len(transport))
	src, dst := s.Src.AsSlice(), s.Dst.AsSlice()
	put(transport[offset:], PseudoSum(src, dst, protocol, len(transport)))
	super := Super{append(header, transport...), s.Size, len(header), offset}
	if s.Zero && len(s.Payload) > 1 && s.Size > 1 {
		word := super.Packet[len(super.Packet)-len(s.Payload):]
		put(word, 0)
		if sum := get(super.Segments()[0][super.Start+offset:]); sum != 0xffff {
			put(word, sum)
		}
	}
	return super
}

func (s Sample) udp() []byte {
	b := make([]byte, 8, 8+len(s.Payload))
	put(b, 40000)
	put(b[2:], 33434)
	put(b[4:], uint16(8+len(s.Payload)))
	return append(b, s.Payload...)
}

func (s Sample) tcp() []byte {
	b := make([]byte, 20)
	put(b, 40000)
	put(b[2:], 443)
	binary.BigEndian.PutUint32(b[4:], s.Seq)
	binary.BigEndian.PutUint32(b[8:], 5000)
	b[12], b[13] = byte(5+len(s.TCPOptions)/4)<<4, s.Flags
	put(b[14:], 100)
	return append(append(b, s.TCPOptions...), s.Payload...)
}

// ip is the IP header before a transport of that many octets.
func (s Sample) ip(protocol uint8, length int) []byte {
	if s.Src.Is4() {
		b := make([]byte, 20, 60)
		b = append(b, s.Options...)
		b[0], b[1], b[8], b[9] = byte(0x40|len(b)/4), s.TOS, s.TTL, protocol
		put(b[2:], uint16(len(b)+length))
		put(b[4:], s.ID)
		if s.DF {
			b[6] = 0x40
		}
		copy(b[12:], s.Src.AsSlice())
		copy(b[16:], s.Dst.AsSlice())
		put(b[10:], ^Sum(b))
		return b
	}
	b := make([]byte, 40)
	binary.BigEndian.PutUint32(b, 6<<28|uint32(s.TOS)<<20|0x12345)
	put(b[4:], uint16(len(s.Extensions)*8+length))
	b[6], b[7] = protocol, s.TTL
	copy(b[8:], s.Src.AsSlice())
	copy(b[24:], s.Dst.AsSlice())
	field := 6
	for _, number := range s.Extensions {
		b[field], field = number, len(b)
		b = append(b, protocol, 0, 1, 4, 0, 0, 0, 0)
	}
	for at, i := 40, 0; i < len(s.Extensions); at, i = at+8, i+1 {
		if s.Extensions[i] == 43 { // a routing header of type 1 with no segments left
			b[at+2], b[at+3] = 1, 0
		}
	}
	return b
}
