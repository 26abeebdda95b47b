package wire_test

import (
	"bytes"
	"net/netip"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/wire"
)

// TestBroadcast needs no second family: IPv6 has no broadcast, and says so.
func TestBroadcast(t *testing.T) {
	for prefix, want := range map[string]string{
		"10.1.0.1/24":      "10.1.0.255",
		"10.1.0.0/24":      "10.1.0.255",
		"10.1.2.3/8":       "10.255.255.255",
		"172.16.5.1/20":    "172.16.15.255",
		"192.0.2.1/25":     "192.0.2.127",
		"192.0.2.129/25":   "192.0.2.255",
		"192.0.2.5/30":     "192.0.2.7",
		"192.0.2.4/31":     "", // RFC 3021
		"192.0.2.4/32":     "",
		"0.0.0.0/0":        "255.255.255.255",
		"fd00:1::1/64":     "",
		"fd00:1::1/30":     "",
		"::ffff:1.2.3.4/8": "",
	} {
		got, ok := wire.Broadcast(netip.MustParsePrefix(prefix))
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("Broadcast(%s): got %v, %v, want %q", prefix, got, ok, want)
		}
	}
	if got, ok := wire.Broadcast(netip.Prefix{}); ok {
		t.Errorf("Broadcast of no prefix: got %v, want none", got)
	}
}

func TestWireLen(t *testing.T) {
	tests := []struct {
		name       string
		len        int
		gso        wire.GSO
		want, many int
	}{
		{"ordinary", 1500, wire.GSO{}, 1500, 1},
		{"ordinary, checksum to do", 1500, wire.GSO{ChecksumStart: 20, ChecksumOffset: 16}, 1500, 1},
		{"three whole segments", 40 + 3*1460, wire.GSO{Size: 1460, HeaderLen: 40}, 1500, 3},
		{"a rest of one octet", 40 + 3*1460 + 1, wire.GSO{Size: 1460, HeaderLen: 40}, 1500, 4},
		{"one octet less", 40 + 3*1460 - 1, wire.GSO{Size: 1460, HeaderLen: 40}, 1500, 3},
		{"one segment, shorter than the size", 40 + 100, wire.GSO{Size: 1460, HeaderLen: 40}, 140, 1},
		{"one segment, as long as the size", 40 + 1460, wire.GSO{Size: 1460, HeaderLen: 40}, 1500, 1},
		{"two segments, the second of one octet", 40 + 1461, wire.GSO{Size: 1460, HeaderLen: 40}, 1500, 2},
		{"no payload", 40, wire.GSO{Size: 1460, HeaderLen: 40}, 40, 1},
		{"the longest", 65535, wire.GSO{Size: 1448, HeaderLen: 52}, 1500, 46},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := lend()
			p.SetLen(test.len)
			p.GSO = test.gso
			if got := p.WireLen(); got != test.want {
				t.Errorf("WireLen: got %d, want %d", got, test.want)
			}
			if got := p.WireCount(); got != test.many {
				t.Errorf("WireCount: got %d, want %d", got, test.many)
			}
		})
	}
}

func TestBuffer(t *testing.T) {
	p := lend()
	p.SetLen(28)
	if got := p.WithHeadroom(10); len(got) != 38 || &got[10] != &p.Data[0] {
		t.Errorf("WithHeadroom(10): got %d octets, want 38 that end with the datagram", len(got))
	}
	if got, want := cap(p.Buffer())-wire.Headroom, 65535+40; got != want {
		t.Errorf("room for a datagram: got %d, want %d", got, want)
	}
}

// TestPut reads the headers with gopacket and gVisor.
func TestPut(t *testing.T) {
	payload := count(33)
	t.Run("IPv4", func(t *testing.T) {
		b := append(bytes.Repeat([]byte{dirt}, 20), payload...)
		wire.PutIPv4(b, wire.HeaderIPv4{TOS: 0xfe, TTL: 63, Protocol: 89, ID: 0xbeef, Src: src4, Dst: dst4})
		ip := gp4(t, b)
		if ip.TOS != 0xfe || ip.TTL != 63 || ip.Protocol != 89 || ip.Id != 0xbeef || ip.Flags != 0 || ip.FragOffset != 0 ||
			ip.IHL != 5 || !ip.SrcIP.Equal(src4.AsSlice()) || !ip.DstIP.Equal(dst4.AsSlice()) || !bytes.Equal(ip.Payload, payload) {
			t.Errorf("gopacket got %+v", ip)
		}
		if h := header.IPv4(b); !h.IsValid(len(b)) || !h.IsChecksumValid() {
			t.Errorf("gVisor finds %x wrong", b)
		}
	})
	t.Run("IPv6", func(t *testing.T) {
		b := append(bytes.Repeat([]byte{dirt}, 40), payload...)
		wire.PutIPv6(b, wire.HeaderIPv6{TrafficClass: 0xfe, HopLimit: 63, NextHeader: 89, Src: src6, Dst: dst6})
		ip := gp6(t, b)
		if ip.TrafficClass != 0xfe || ip.FlowLabel != 0 || ip.HopLimit != 63 || ip.NextHeader != 89 ||
			!ip.SrcIP.Equal(src6.AsSlice()) || !ip.DstIP.Equal(dst6.AsSlice()) || !bytes.Equal(ip.Payload, payload) {
			t.Errorf("gopacket got %+v", ip)
		}
		if !header.IPv6(b).IsValid(len(b)) {
			t.Errorf("gVisor finds %x wrong", b)
		}
	})
}

// TestPayloadOfCut: a first fragment that is kept for its quote may be cut before its payload.
func TestPayloadOfCut(t *testing.T) {
	for name, in := range families(count(10)) {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, in)
			if got := p.Payload(); !bytes.Equal(got, count(10)) {
				t.Errorf("got %x, want %x", got, count(10))
			}
			p.Data = p.Data[:10]
			if got := p.Payload(); len(got) != 0 {
				t.Errorf("of a cut packet: got %x, want nothing", got)
			}
		})
	}
}
