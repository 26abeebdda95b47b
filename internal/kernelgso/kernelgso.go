// Package kernelgso takes super-packets apart as Linux does (inet_gso_segment,
// ipv6_gso_segment, tcp_gso_segment, __udp_gso_segment, skb_checksum_help): slowly,
// and for tests alone. It shares no code with what it judges.
package kernelgso

import (
	"encoding/binary"
	"slices"
)

// Segments returns the datagrams that a packet with the fields of virtio_net_hdr
// becomes on the wire: its checksum, which covers what begins at start and stands
// offset octets behind, complete. size is zero for a packet that is one datagram; a
// start of zero says that the checksum is complete. The packet stays as it is.
func Segments(packet []byte, size, start, offset int) (all [][]byte) {
	if start == 0 {
		return [][]byte{slices.Clone(packet)}
	}
	header := len(packet)
	if size > 0 && offset == 6 {
		header = start + 8
	} else if size > 0 {
		header = start + int(packet[start+12]>>4)*4
	}
	payload := packet[header:]
	if size == 0 || len(payload) <= size {
		b := slices.Clone(packet)
		complete(b, start, offset)
		return [][]byte{b}
	}
	for from := 0; from < len(payload); from += size {
		to := min(from+size, len(payload))
		b := slices.Concat(packet[:header], payload[from:to])
		number(b, len(all))
		field := b[start+offset:]
		if offset == 6 {
			before := get(b[start+4:])
			put(b[start+4:], uint16(len(b)-start))
			put(field, add(add(get(field), ^before), uint16(len(b)-start)))
		} else {
			put(field, add(add(get(field), ^uint16(len(packet)-start)), uint16(len(b)-start)))
			binary.BigEndian.PutUint32(b[start+4:], binary.BigEndian.Uint32(b[start+4:])+uint32(from))
			if to < len(payload) {
				b[start+13] &= 0xff - 0x01 - 0x08 // FIN, PSH
			}
			if from > 0 {
				b[start+13] &= 0xff - 0x80 // CWR
			}
		}
		complete(b, start, offset)
		all = append(all, b)
	}
	return all
}

// number gives a segment its length, and in IPv4 its identification.
func number(b []byte, i int) {
	if b[0]>>4 == 6 {
		put(b[4:], uint16(len(b)-40))
		return
	}
	put(b[2:], uint16(len(b)))
	put(b[4:], get(b[4:])+uint16(i))
	put(b[10:], 0)
	put(b[10:], ^Sum(b[:int(b[0]&15)*4]))
}

// complete finishes a checksum. What comes out as zero is written as its other form.
func complete(b []byte, start, offset int) {
	sum := ^Sum(b[start:])
	if sum == 0 {
		sum = 0xffff
	}
	put(b[start+offset:], sum)
}

// Sum is the one's complement sum of 16-bit words, an odd octet padded with zero
// (RFC 1071).
func Sum(b []byte) (sum uint16) {
	for i := 0; i < len(b); i += 2 {
		word := uint16(b[i]) << 8
		if i+1 < len(b) {
			word |= uint16(b[i+1])
		}
		sum = add(sum, word)
	}
	return sum
}

// PseudoSum is the sum of the pseudo-header, which stands in the field of a checksum
// that is left to be completed.
func PseudoSum(src, dst []byte, protocol uint8, length int) uint16 {
	return add(add(Sum(src), Sum(dst)), add(uint16(protocol), add(uint16(length>>16), uint16(length))))
}

func add(a, b uint16) uint16 {
	sum := uint32(a) + uint32(b)
	return uint16(sum) + uint16(sum>>16)
}

func get(b []byte) uint16 { return binary.BigEndian.Uint16(b) }

func put(b []byte, v uint16) { binary.BigEndian.PutUint16(b, v) }
