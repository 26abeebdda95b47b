package conformance

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// On Ethernet the port stands for every host that the router looks for: it answers
// ARP and neighbour solicitations for all addresses but the router's own.

var broadcast = net.HardwareAddr{255, 255, 255, 255, 255, 255}

// routers are the addresses of the router in T1, by port.
var routers = map[string]netip.Addr{"A": netip.MustParseAddr("10.1.0.1"), "B": netip.MustParseAddr("10.2.0.1")}

// resolve asks for the router's Ethernet addresses that nobody gave.
func (p *Ports) resolve() error {
	for range 20 {
		missing := false
		for name, port := range p.ports {
			if port.ethernet && port.peer == nil {
				missing = true
				host := netip.MustParseAddr(hosts[name][0])
				port.send(unix.ETH_P_ARP, broadcast, arpPacket(1, port.own, host, make([]byte, 6), routers[name]))
			}
		}
		if !missing {
			return nil
		}
		p.Receive(50 * time.Millisecond) // time for the answers
		p.learn()
	}
	p.Close()
	return errors.New("nobody answers ARP for 10.1.0.1 and 10.2.0.1: give the router's Ethernet addresses")
}

// learn takes the addresses that came by ARP.
func (p *Ports) learn() {
	for _, port := range p.ports {
		select {
		case mac := <-port.learned:
			port.peer = mac
		default:
		}
	}
}

// arpPacket is an ARP packet (RFC 826): 1 asks, 2 answers.
func arpPacket(operation uint16, fromMAC net.HardwareAddr, from netip.Addr, toMAC net.HardwareAddr, to netip.Addr) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, byte(operation)}
	b = append(append(b, fromMAC...), from.AsSlice()...)
	return append(append(b, toMAC...), to.AsSlice()...)
}

// arp answers for all hosts of the link, and learns the router's address.
func (p *Port) arp(b []byte) {
	if len(b) < 28 || !bytes.Equal(b[:6], []byte{0, 1, 8, 0, 6, 4}) {
		return
	}
	from, _ := netip.AddrFromSlice(b[14:18])
	to, _ := netip.AddrFromSlice(b[24:28])
	mac := net.HardwareAddr(bytes.Clone(b[8:14]))
	switch binary.BigEndian.Uint16(b[6:]) {
	case 1:
		// a probe for its own address is not answered (RFC 5227 §2.1.1)
		if to != from && !from.IsUnspecified() {
			p.send(unix.ETH_P_ARP, mac, arpPacket(2, p.own, to, mac, from))
		}
	case 2:
		if from == routers[p.name] {
			select {
			case p.learned <- mac:
			default:
			}
		}
	}
}

// neighbour answers a neighbour solicitation, and says that raw is one, or an
// answer to one (RFC 4861 §4.3, §4.4).
func (p *Port) neighbour(raw []byte, from net.HardwareAddr) bool {
	d := read("", raw)
	if d.icmp == nil || !d.six || d.ttl != 255 || len(d.icmp.body) < 16 {
		return false
	}
	if d.icmp.kind == 136 {
		return true
	}
	if d.icmp.kind != 135 {
		return false
	}
	target, _ := netip.AddrFromSlice(d.icmp.body[:16])
	if d.src.IsUnspecified() {
		return true // somebody looks whether an address is free
	}
	b := &builder{src: target, dst: d.src}
	message := append([]byte{136, 0, 0, 0, 0x60, 0, 0, 0}, target.AsSlice()...)
	message = append(append(message, 2, 1), p.own...)
	binary.BigEndian.PutUint16(message[2:], checksum(message, pseudo(b.src, b.dst, protoICMPv6, len(message))))
	head := make([]byte, 40)
	head[0], head[5], head[6], head[7] = 0x60, byte(len(message)), protoICMPv6, 255
	copy(head[8:], target.AsSlice())
	copy(head[24:], d.src.AsSlice())
	p.send(unix.ETH_P_IPV6, bytes.Clone(from), append(head, message...))
	return true
}
