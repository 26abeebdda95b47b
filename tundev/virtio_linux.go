package tundev

import (
	"encoding/binary"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// virtioNetHdrLen is the length of the header that stands before each datagram
// on a TUN with IFF_VNET_HDR, in octets: struct virtio_net_hdr, in the machine's byte order.
const virtioNetHdrLen = 10

// Where the fields of the header stand: flags and gso_type are octets, the rest
// are words of 16 bits.
const (
	vnetFlags       = 0
	vnetKind        = 1
	vnetHeaderLen   = 2
	vnetSize        = 4
	vnetCsumStart   = 6
	vnetCsumOffset  = 8
	vnetKindECN     = unix.VIRTIO_NET_HDR_GSO_ECN
	vnetKindAccECN  = 0x10 // Linux 6.18
	vnetKindOptions = vnetKindECN | vnetKindAccECN
)

// Where transport protocols keep their checksums: it tells them apart.
const (
	tcpChecksum = 16
	udpChecksum = 6
)

// tcpFlags is where TCP keeps its flags, and tcpCWR is the one that the header repeats.
const (
	tcpFlags = 13
	tcpCWR   = 0x80
)

// readHeader says what the header of a datagram means. It is false for what a
// packet cannot say: a kind of super-packet that is unknown, or one whose
// checksum is complete, or a checksum beyond the datagram.
func readHeader(h, datagram []byte) (g wire.GSO, ok bool) {
	word := func(at int) int { return int(binary.NativeEndian.Uint16(h[at:])) }
	if h[vnetFlags]&unix.VIRTIO_NET_HDR_F_NEEDS_CSUM != 0 {
		g.ChecksumStart, g.ChecksumOffset = word(vnetCsumStart), word(vnetCsumOffset)
		if g.ChecksumStart == 0 || g.ChecksumStart+g.ChecksumOffset+2 > len(datagram) {
			return g, false
		}
	}
	kind := h[vnetKind] &^ vnetKindOptions
	if kind == unix.VIRTIO_NET_HDR_GSO_NONE {
		return g, true
	}
	g.Size = word(vnetSize)
	return g, g.Size > 0 && g.ChecksumStart > 0 && kind == kindOf(g, datagram)
}

// writeHeader puts the header before a datagram with the given virtues.
func writeHeader(h []byte, g *wire.GSO, datagram []byte) {
	clear(h[:virtioNetHdrLen])
	if g.ChecksumStart == 0 {
		return
	}
	h[vnetFlags] = unix.VIRTIO_NET_HDR_F_NEEDS_CSUM
	binary.NativeEndian.PutUint16(h[vnetHeaderLen:], uint16(g.HeaderLen))
	binary.NativeEndian.PutUint16(h[vnetCsumStart:], uint16(g.ChecksumStart))
	binary.NativeEndian.PutUint16(h[vnetCsumOffset:], uint16(g.ChecksumOffset))
	if g.Size == 0 {
		return
	}
	h[vnetKind] = kindOf(*g, datagram)
	if g.ChecksumOffset == tcpChecksum && datagram[g.ChecksumStart+tcpFlags]&tcpCWR != 0 {
		h[vnetKind] |= vnetKindECN
	}
	binary.NativeEndian.PutUint16(h[vnetSize:], uint16(g.Size))
}

// kindOf is the kind of super-packet that a datagram can be, by its version and
// by where its checksum stands.
func kindOf(g wire.GSO, datagram []byte) uint8 {
	switch {
	case g.ChecksumOffset == udpChecksum:
		return unix.VIRTIO_NET_HDR_GSO_UDP_L4
	case g.ChecksumOffset == tcpChecksum && datagram[0]>>4 == wire.V4:
		return unix.VIRTIO_NET_HDR_GSO_TCPV4
	case g.ChecksumOffset == tcpChecksum && datagram[0]>>4 == wire.V6:
		return unix.VIRTIO_NET_HDR_GSO_TCPV6
	}
	return unix.VIRTIO_NET_HDR_GSO_NONE
}
