package icmpgen

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// dirt fills every buffer of a test, so that a forgotten field shows.
const dirt = 0xa5

func lend() *wire.Packet {
	p := new(wire.Packet)
	p.Attach(slices.Repeat([]byte{dirt}, wire.BufferSize))
	return p
}

// parsed returns a packet that holds a copy of b, which must parse.
func parsed(t testing.TB, b []byte) *wire.Packet {
	t.Helper()
	p := lend()
	p.SetLen(copy(p.Buffer()[wire.Headroom:], b))
	if got := p.Parse(); got != drop.Alive {
		t.Fatalf("Parse(%x): got %v, want %v", b, got, drop.Alive)
	}
	return p
}

// family is what differs between the two in a test.
type family struct {
	name           string
	src, dst, own  string
	icmp, header   int
	longest        int // error
	smallest       int // MTU
	echoRequest    byte
	echoReply      byte
	multicast      string
	anError, query byte
}

var families = []family{
	{"IPv4", "10.1.0.2", "10.2.0.2", "10.1.0.1", 1, 20, 576, 68, 8, 0, "224.0.0.5", 3, 13},
	{"IPv6", "fd00:1::2", "fd00:2::2", "fd00:1::1", 58, 40, 1280, 1280, 128, 129, "ff05::2", 1, 135},
}

// eachFamily runs a test for both.
func eachFamily(t *testing.T, test func(t *testing.T, f family)) {
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) { test(t, f) })
	}
}

func (f family) v4() bool { return f.header == 20 }

// datagram is what gopacket writes for a test.
type datagram struct {
	src, dst string
	protocol int
	tos, ttl uint8
	options  []layers.IPv4Option
	fragment uint16 // IPv4 flags and offset
	payload  []byte
}

// from returns a datagram of the family with its usual addresses.
func (f family) from(protocol int, payload []byte) datagram {
	return datagram{src: f.src, dst: f.dst, protocol: protocol, ttl: 64, payload: payload}
}

func (d datagram) bytes(t testing.TB) []byte {
	t.Helper()
	src, dst := netip.MustParseAddr(d.src), netip.MustParseAddr(d.dst)
	var header gopacket.SerializableLayer
	if src.Is4() {
		header = &layers.IPv4{
			Version: 4, TOS: d.tos, TTL: d.ttl, Protocol: layers.IPProtocol(d.protocol), Options: d.options,
			Flags: layers.IPv4Flag(d.fragment >> 13), FragOffset: d.fragment & 0x1fff, Id: 0x1234,
			SrcIP: src.AsSlice(), DstIP: dst.AsSlice(),
		}
	} else {
		header = &rawIPv6{d, src, dst}
	}
	buf := gopacket.NewSerializeBuffer()
	fix := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, fix, header, gopacket.Payload(d.payload)); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// rawIPv6 is layers.IPv6 without its care for hop-by-hop headers, which the tests write themselves.
type rawIPv6 struct {
	d        datagram
	src, dst netip.Addr
}

func (h *rawIPv6) LayerType() gopacket.LayerType { return layers.LayerTypeIPv6 }

func (h *rawIPv6) SerializeTo(b gopacket.SerializeBuffer, _ gopacket.SerializeOptions) error {
	n := len(b.Bytes())
	out, err := b.PrependBytes(40)
	if err != nil {
		return err
	}
	copy(out, []byte{0x60 | h.d.tos>>4, h.d.tos << 4, 0, 0, byte(n >> 8), byte(n), byte(h.d.protocol), h.d.ttl})
	copy(out[8:], h.src.AsSlice())
	copy(out[24:], h.dst.AsSlice())
	return nil
}

// udp is a UDP datagram of n octets with no checksum, for packets that are in transit.
func udp(n int) []byte {
	b := append([]byte{0x80, 0xe8, 0x82, 0x9a, byte(n >> 8), byte(n), 0, 0}, count(n)...)
	return b[:n]
}

// icmp is an ICMP message of 16 octets with no valid checksum.
func icmp(kind byte) []byte { return append([]byte{kind, 0}, count(14)...) }

// count returns n octets that differ from their neighbours: 0, 1, 2 …
func count(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	return b
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(string(slices.DeleteFunc([]byte(s), func(c byte) bool { return c == ' ' })))
	if err != nil {
		panic(err)
	}
	return b
}

// message is what gopacket reads of an answer.
type message struct {
	Src, Dst   netip.Addr
	TTL, TOS   uint8
	ID         uint16
	Flags      layers.IPv4Flag
	Protocol   int
	Type, Code uint8
	Info       [4]byte
	Data       []byte // the quote, or the data of an echo
}

// read takes a message apart with gopacket, which must find every checksum and length right.
func read(t testing.TB, b []byte) (m message) {
	t.Helper()
	first := layers.LayerTypeIPv4
	if b[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	packet := gopacket.NewPacket(b, first, gopacket.DecodeOptions{NoCopy: true})
	for _, layer := range packet.Layers() {
		if l, ok := layer.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			if err := l.SetNetworkLayerForChecksum(packet.NetworkLayer()); err != nil {
				t.Fatal(err)
			}
		}
	}
	err, wrong := packet.VerifyChecksums()
	if err != nil || len(wrong) != 0 {
		t.Fatalf("gopacket on %x: got %v, wrong checksums %v, want none", b, err, wrong)
	}
	switch ip := packet.NetworkLayer().(type) {
	case *layers.IPv4:
		m = message{Src: addr(ip.SrcIP), Dst: addr(ip.DstIP), TTL: ip.TTL, TOS: ip.TOS, ID: ip.Id, Flags: ip.Flags, Protocol: int(ip.Protocol)}
		if int(ip.Length) != len(b) || ip.IHL != 5 {
			t.Fatalf("gopacket on %x: got length %d, IHL %d, want %d, 5", b, ip.Length, ip.IHL, len(b))
		}
	case *layers.IPv6:
		m = message{Src: addr(ip.SrcIP), Dst: addr(ip.DstIP), TTL: ip.HopLimit, TOS: ip.TrafficClass, Protocol: int(ip.NextHeader)}
		if int(ip.Length) != len(b)-40 || ip.FlowLabel != 0 {
			t.Fatalf("gopacket on %x: got length %d, flow label %d, want %d, 0", b, ip.Length, ip.FlowLabel, len(b)-40)
		}
	default:
		t.Fatalf("gopacket cannot read %x: %v", b, packet.ErrorLayer())
	}
	body := packet.NetworkLayer().LayerPayload()
	if m.Protocol == wire.ProtoTCP {
		return m
	}
	switch {
	case packet.Layer(layers.LayerTypeICMPv4) != nil:
		kind := packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4).TypeCode
		m.Type, m.Code = kind.Type(), kind.Code()
	case packet.Layer(layers.LayerTypeICMPv6) != nil:
		kind := packet.Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6).TypeCode
		m.Type, m.Code = kind.Type(), kind.Code()
	default:
		t.Fatalf("gopacket finds no ICMP in %x", b)
	}
	m.Info, m.Data = [4]byte(body[4:8]), body[8:]
	return m
}

func addr(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a.Unmap()
}
