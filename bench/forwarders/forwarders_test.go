package forwarders

import (
	"net"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

var devices = []Device{
	{Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00:1::/64")}},
	{Prefixes: []netip.Prefix{netip.MustParsePrefix("10.2.0.0/16"), netip.MustParsePrefix("fd00:2::/64")}},
}

// packet is a datagram as gopacket writes it.
func packet(t *testing.T, to string, ttl uint8) []byte {
	t.Helper()
	ip := net.ParseIP(to)
	var header gopacket.SerializableLayer = &layers.IPv6{Version: 6, HopLimit: ttl, NextHeader: layers.IPProtocolUDP, SrcIP: net.ParseIP("fd00:1::2"), DstIP: ip}
	if ip.To4() != nil {
		header = &layers.IPv4{Version: 4, IHL: 5, TTL: ttl, Protocol: layers.IPProtocolUDP, SrcIP: net.ParseIP("10.1.0.2").To4(), DstIP: ip.To4()}
	}
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, header, gopacket.Payload("some octets"))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sum is the Internet checksum, by RFC 1071.
func sum(b []byte) uint16 {
	var s uint32
	for i := 0; i < len(b); i += 2 {
		s += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// A plain forwarder is a fair one: it picks the device, decrements and mends.
func TestRoute(t *testing.T) {
	for _, c := range []struct {
		to   string
		want int
	}{{"10.1.0.9", 0}, {"10.2.7.9", 1}, {"10.3.0.1", -1}, {"fd00:1::9", 0}, {"fd00:2::9", 1}, {"fd00:3::1", -1}} {
		for ttl := 2; ttl < 256; ttl++ {
			b := packet(t, c.to, uint8(ttl))
			if got := route(devices, b); got != c.want {
				t.Fatalf("%s: device %d, want %d", c.to, got, c.want)
			}
			if b[0]>>4 == 4 {
				ip := gopacket.NewPacket(b, layers.LayerTypeIPv4, gopacket.Default).NetworkLayer().(*layers.IPv4)
				if int(ip.TTL) != ttl-1 || sum(b[:20]) != 0 {
					t.Fatalf("%s: TTL %d became %d, checksum off by %#x", c.to, ttl, ip.TTL, sum(b[:20]))
				}
				continue
			}
			ip := gopacket.NewPacket(b, layers.LayerTypeIPv6, gopacket.Default).NetworkLayer().(*layers.IPv6)
			if int(ip.HopLimit) != ttl-1 {
				t.Fatalf("%s: hop limit %d became %d", c.to, ttl, ip.HopLimit)
			}
		}
		if got := route(devices, packet(t, c.to, 1)); got != -1 {
			t.Errorf("%s: TTL 1 went to device %d", c.to, got)
		}
	}
	for _, b := range [][]byte{nil, make([]byte, 19), {0x45}, {0x60, 0, 0}} {
		if got := route(devices, b); got != -1 {
			t.Errorf("%x went to device %d", b, got)
		}
	}
}
