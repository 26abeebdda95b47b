package wire

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Broadcast is the directed broadcast address of a prefix. IPv6 has none, nor
// have prefixes of 31 bits (RFC 3021 §2.1) and 32.
func Broadcast(prefix netip.Prefix) (broadcast netip.Addr, ok bool) {
	if !prefix.Addr().Is4() || prefix.Bits() > 30 {
		return netip.Addr{}, false
	}
	a := prefix.Addr().As4()
	for bit := prefix.Bits(); bit < 32; bit++ {
		a[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(a), true
}

// SubnetRouterAnycast is the address by which any router of an IPv6 prefix is
// reached (RFC 4291 §2.6.1). A prefix of 127 bits has none (RFC 6164 §5.1).
func SubnetRouterAnycast(prefix netip.Prefix) (anycast netip.Addr, ok bool) {
	if !prefix.Addr().Is6() || prefix.Bits() > 126 || prefix.Masked().Addr() == prefix.Addr() {
		return netip.Addr{}, false
	}
	return prefix.Masked().Addr(), true
}

// LinkScope says whether an address means something on its link alone, and
// another node on another (RFC 4007 §6). IPv4's link-local addresses are just
// addresses that nobody forwards (RFC 3927 §7).
func LinkScope(address netip.Addr) bool { return address.Is6() && address.IsLinkLocalUnicast() }

// Groups are the multicast groups that a router joins on a link where it has
// the address: all nodes, all routers, and the solicited-node group
// (RFC 4291 §2.7.1, §2.8). In IPv4 it joins none: nothing here listens to one.
func Groups(address netip.Addr) []netip.Addr {
	if !address.Is6() {
		return nil
	}
	solicited := netip.MustParseAddr("ff02::1:ff00:0").As16()
	a := address.As16()
	copy(solicited[13:], a[13:])
	return []netip.Addr{
		netip.MustParseAddr("ff02::1"),
		netip.MustParseAddr("ff02::2"),
		netip.MustParseAddr("ff05::2"),
		netip.AddrFrom16(solicited),
	}
}

// MayGoBack says whether a packet for a neighbor may go back to the link that it
// came from, its sender told of the shorter way (RFC 1812 §5.2.7.2). IPv6 forbids
// that on links between two (RFC 4443 §3.1).
func (p *Packet) MayGoBack() bool { return p.Version == V4 }

// MinMTU is the least MTU that every link has (RFC 791 §3.2, RFC 8200 §5), in octets.
func (p *Packet) MinMTU() int {
	if p.Version == V4 {
		return 68
	}
	return 1280
}

// AddressHashes spreads the addresses of a parsed packet over all numbers: those
// that differ in any bit differ in the high bits too, as a rule. It reads them where
// they stand in the packet, since a netip.Addr does not tell its bits cheaply.
func (p *Packet) AddressHashes() (src, dst uint64) {
	const odd = 0x9e3779b97f4a7c15
	b := p.Data
	if p.Version == V4 {
		return uint64(binary.LittleEndian.Uint32(b[12:])) * odd, uint64(binary.LittleEndian.Uint32(b[16:])) * odd
	}
	fold := func(b []byte) uint64 {
		return (binary.LittleEndian.Uint64(b) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[8:]), 32)) * odd
	}
	return fold(b[8:24]), fold(b[24:40])
}
