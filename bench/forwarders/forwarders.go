// Package forwarders holds what others would build of the packages for TUN
// devices that there are: for each the plainest program that forwards. They
// decrement TTL, mend the checksum and look a route up in a short list; they
// enforce no MTU and send no errors.
package forwarders

import (
	"encoding/binary"
	"net/netip"
)

// Device is one TUN of a forwarder.
type Device struct {
	// Netns is the path of its namespace.
	Netns string
	Name  string
	// MTU is in octets.
	MTU int
	// Addresses are the forwarder's own, where it wants some.
	Addresses []netip.Prefix
	// Prefixes are routed to it.
	Prefixes []netip.Prefix
}

// Kinds are the forwarders' names.
const (
	WireGuard = "wireguard/tun"
	Water     = "water"
	GVisor    = "gVisor netstack"
)

// route is a packet's way through a plain forwarder: which device, or -1 for
// none. The packet's TTL is decremented in place.
func route(devices []Device, packet []byte) int {
	var to netip.Addr
	switch {
	case len(packet) >= 20 && packet[0]>>4 == 4:
		if packet[8] <= 1 {
			return -1
		}
		packet[8]--
		// RFC 1624: the word of TTL and protocol is 0x0100 less.
		sum := uint32(binary.BigEndian.Uint16(packet[10:])) + 0x100
		binary.BigEndian.PutUint16(packet[10:], uint16(sum+sum>>16))
		to = netip.AddrFrom4([4]byte(packet[16:]))
	case len(packet) >= 40 && packet[0]>>4 == 6:
		if packet[7] <= 1 {
			return -1
		}
		packet[7]--
		to = netip.AddrFrom16([16]byte(packet[24:]))
	default:
		return -1
	}
	for i := range devices {
		for _, prefix := range devices[i].Prefixes {
			if prefix.Contains(to) {
				return i
			}
		}
	}
	return -1
}
