package tundev

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// superPacket builds a super-packet of total octets of payload, size in each
// segment, as a kernel would hand it over: of TCP with the given flags, or of UDP.
func superPacket(t testing.TB, tcp bool, src, dst netip.Addr, size, total int, flags func(*layers.TCP)) ([]byte, wire.GSO) {
	t.Helper()
	ip4 := &layers.IPv4{Version: 4, TTL: 64, Id: 0xfffe, Protocol: layers.IPProtocolUDP, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	ip6 := &layers.IPv6{Version: 6, HopLimit: 64, FlowLabel: 7, NextHeader: layers.IPProtocolUDP, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	g := wire.GSO{Size: size, ChecksumStart: 20, ChecksumOffset: 6}
	var network, transport gopacket.SerializableLayer = ip4, &layers.UDP{SrcPort: 7, DstPort: 9, Length: uint16(8 + total)}
	if tcp {
		ip4.Protocol, ip6.NextHeader, g.ChecksumOffset = layers.IPProtocolTCP, layers.IPProtocolTCP, 16
		segment := &layers.TCP{SrcPort: 7, DstPort: 9, Seq: 0xfffffff0, Ack: 77, ACK: true, DataOffset: 8, Options: []layers.TCPOption{
			{OptionType: layers.TCPOptionKindNop}, {OptionType: layers.TCPOptionKindNop},
			{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: make([]byte, 8)},
		}}
		if flags != nil {
			flags(segment)
		}
		transport = segment
	}
	if src.Is6() {
		network, g.ChecksumStart = ip6, 40
	}
	data := make([]byte, total)
	for i := range data {
		data[i] = byte(i/size + i)
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, network, transport, gopacket.Payload(data)); err != nil {
		t.Fatal(err)
	}
	b := buf.Bytes()
	if src.Is4() {
		sealTest(b)
	}
	binary.BigEndian.PutUint16(b[g.ChecksumStart+g.ChecksumOffset:], addresses(b, g, len(b)))
	return b, g
}

// receiveWire returns the next datagrams that the device wrote, as they are on
// the wire, and whether they came as one.
func receiveWire(t *testing.T, p peer) (segments [][]byte, whole bool) {
	t.Helper()
	packets, ok := p.(packetPeer)
	if !ok {
		return [][]byte{p.receive(t)}, false
	}
	b := packets.receive(t)
	h, b := b[:10], b[10:]
	var g wire.GSO
	if h[0]&unix.VIRTIO_NET_HDR_F_NEEDS_CSUM != 0 {
		g.ChecksumStart = int(binary.NativeEndian.Uint16(h[6:]))
		g.ChecksumOffset = int(binary.NativeEndian.Uint16(h[8:]))
		g.Size = int(binary.NativeEndian.Uint16(h[4:]))
		if cwr := g.ChecksumOffset == 16 && b[g.ChecksumStart+13]&0x80 != 0; g.Size != 0 && cwr != (h[1]&0x80 != 0) {
			t.Errorf("CWR is %t, and the kind of super-packet %#02x", cwr, h[1])
		}
	}
	return split(t, b, g), g.Size != 0
}

// everySuper runs a test with both transports, both families, and flags of TCP.
func everySuper(t *testing.T, test func(what string, datagram []byte, g wire.GSO)) {
	t.Helper()
	for _, f := range families {
		for _, c := range []struct {
			what        string
			tcp         bool
			size, total int
			flags       func(*layers.TCP)
		}{
			{"UDP", false, 1400, 20*1400 + 1, nil},
			{"UDP in whole segments", false, 100, 6400, nil},
			{"TCP", true, 1448, 40*1448 + 7, nil},
			{"TCP, CWR and PSH", true, 1000, 64000, func(s *layers.TCP) { s.CWR, s.PSH = true, true }},
			{"TCP, FIN and ECE", true, 536, 1073, func(s *layers.TCP) { s.FIN, s.ECE = true, true }},
		} {
			datagram, g := superPacket(t, c.tcp, f.far, f.beyond, c.size, c.total, c.flags)
			test(f.name+", "+c.what, datagram, g)
		}
	}
}

// TestSuperPacketsWritten writes super-packets between two plain packets, and
// looks at the segments that the other side gets.
func TestSuperPacketsWritten(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		if packets, ok := p.(packetPeer); ok {
			unix.SetsockoptInt(packets.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)
		}
		everySuper(t, func(what string, b []byte, g wire.GSO) {
			plain := datagram(t, far4, families[0].beyond, 100, 1)
			if n, err := d.Write([]*wire.Packet{outgoing(plain), super(t, b, g), outgoing(plain)}); n != 3 || err != nil {
				t.Fatalf("%s: Write: %d, %v", what, n, err)
			}
			want := append(append([][]byte{plain}, split(t, b, g)...), plain)
			wantWire(t, what, p, want, strings.HasPrefix(t.Name(), "TestSuperPacketsWritten/kernel") && !strings.Contains(t.Name(), "no_off"))
		})
	})
}

// wantWire receives until as many datagrams came as are wanted, and compares.
func wantWire(t *testing.T, what string, p peer, want [][]byte, whole bool) {
	t.Helper()
	var got [][]byte
	anyWhole := false
	for len(got) < len(want) {
		segments, one := receiveWire(t, p)
		got, anyWhole = append(got, segments...), anyWhole || one
	}
	if anyWhole != whole {
		t.Errorf("%s: came as a super-packet: %t, want %t", what, anyWhole, whole)
	}
	for i := range got {
		if i >= len(want) || !bytes.Equal(got[i], want[i]) {
			t.Fatalf("%s: number %d of %d is\n% x\nwant %d, and it\n% x", what, i, len(got), head(got[i]), len(want), head(want[min(i, len(want)-1)]))
		}
	}
}

func head(b []byte) []byte { return b[:min(len(b), 80)] }

// TestPartialChecksumsWritten writes single packets whose checksum is to be completed.
func TestPartialChecksumsWritten(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		if packets, ok := p.(packetPeer); ok {
			unix.SetsockoptInt(packets.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)
		}
		for _, f := range families {
			for _, tcp := range []bool{true, false} {
				b, g := superPacket(t, tcp, f.far, f.beyond, 100, 100, nil)
				g.Size = 0
				if n, err := d.Write([]*wire.Packet{super(t, b, g)}); n != 1 || err != nil {
					t.Fatalf("Write: %d, %v", n, err)
				}
				wantWire(t, fmt.Sprintf("%s, TCP %t", f.name, tcp), p, split(t, b, g), false)
			}
		}
	})
}

// TestRefusedSuperPackets has the kernel refuse a super-packet: nothing is lost,
// and it is given no other.
func TestRefusedSuperPackets(t *testing.T) {
	longUDP, longGSO := superPacket(t, false, far4, families[0].beyond, 10, 2000, nil)
	for _, c := range []struct {
		why     string
		refuses func([]byte) bool
		b       []byte
		g       wire.GSO
	}{
		{"more UDP segments than the kernel takes", nil, longUDP, longGSO},
		{"a kernel that takes none", func(b []byte) bool { return b[1] != 0 }, nil, wire.GSO{}},
	} {
		t.Run(c.why, func(t *testing.T) {
			ns := anonymous(t)
			var log bytes.Buffer
			s := NewSystem(slog.New(slog.NewTextHandler(&log, nil)))
			d, err := s.Open(specFor(Kernel, ns.Path()))
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if c.refuses != nil {
				d.(*kernelTUN).write = func(fd int, b []byte) error {
					if c.refuses(b) {
						return unix.EINVAL
					}
					return sysWrite(fd, b)
				}
			}
			p := newPacketPeer(t, ns, "tun7")
			unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)
			if c.b != nil {
				if n, err := d.Write([]*wire.Packet{super(t, c.b, c.g)}); n != 1 || err != nil {
					t.Fatalf("Write: %d, %v", n, err)
				}
				wantWire(t, c.why, p, split(t, c.b, c.g), false)
			}
			everySuper(t, func(what string, b []byte, g wire.GSO) {
				if n, err := d.Write([]*wire.Packet{super(t, b, g), super(t, b, g)}); n != 2 || err != nil {
					t.Fatalf("%s: Write: %d, %v", what, n, err)
				}
				wantWire(t, what, p, append(split(t, b, g), split(t, b, g)...), false)
			})
			if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "tun7 in ") || !strings.Contains(log.String(), "invalid argument") {
				t.Errorf("the log says %q, want one line with device and reason", log.String())
			}
		})
	}
}

// TestSuperPacketsRead reads what the kernel's side sent in one piece.
func TestSuperPacketsRead(t *testing.T) {
	ns := anonymous(t)
	_, d := open(t, specFor(Kernel, ns.Path()))
	p := newPacketPeer(t, ns, "tun7")
	drain(t, d)
	unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)
	p.send4(t, tcpSuperPacket(1000, 60))
	packets := batch(4)
	if !pollable(d, patience) {
		t.Fatal("nothing came")
	}
	n, err := fill(d, packets)
	if n != 1 || err != nil {
		t.Fatalf("Read: %d packets, %v, want one", n, err)
	}
	want := wire.GSO{Size: 1000, ChecksumStart: 20, ChecksumOffset: 16}
	if got := packets.Packets()[0]; got.GSO != want || len(got.Data) != 40+60000 {
		t.Errorf("%d octets with %+v, want %+v", len(got.Data), got.GSO, want)
	}
}

// TestManyWriters writes to a device from several goroutines while another reads.
func TestManyWriters(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		var writers sync.WaitGroup
		for i := range 3 {
			b, g := superPacket(t, i == 0, far4, families[0].beyond, 100, 300, nil)
			writers.Go(func() {
				for range 30 {
					packets := []*wire.Packet{super(t, b, g), outgoing(b)}
					if n, err := d.Write(packets); err != nil && !errors.Is(err, errFull) {
						t.Errorf("Write: %d, %v", n, err)
						return
					}
				}
			})
		}
		for range 200 {
			drain(t, d)
		}
		writers.Wait()
		if d.Close() != nil {
			t.Error("Close fails")
		}
	})
}

// TestMemoryCarriesSuperPackets injects and receives them whole, and in segments.
func TestMemoryCarriesSuperPackets(t *testing.T) {
	m, err := NewMemory(Spec{Name: "m", MTU: 1500}, 8)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	everySuper(t, func(what string, b []byte, g wire.GSO) {
		m.InjectGSO(b, g)
		packets := batch(2)
		if n, err := fill(m, packets); n != 1 || err != nil {
			t.Fatalf("%s: Read: %d, %v", what, n, err)
		}
		if p := packets.Packets()[0]; !bytes.Equal(p.Data, b) || p.GSO != g {
			t.Errorf("%s: read %d octets with %+v, want %d with %+v", what, len(p.Data), p.GSO, len(b), g)
		}
		p := super(t, b, g)
		if n, err := m.Write([]*wire.Packet{p, p, outgoing(b[:40])}); n != 3 || err != nil {
			t.Fatalf("%s: Write: %d, %v", what, n, err)
		}
		for i, want := range split(t, b, g) {
			if got, ok := m.Receive(0); !ok || !bytes.Equal(got, want) {
				t.Fatalf("%s: segment %d is\n% x, want\n% x", what, i, head(got), head(want))
			}
		}
		if got, gso, ok := m.ReceiveGSO(0); !ok || !bytes.Equal(got, b) || gso != p.GSO {
			t.Errorf("%s: received %d octets with %+v, want it whole", what, len(got), gso)
		}
		if got, gso, ok := m.ReceiveGSO(0); !ok || len(got) != 40 || gso != (wire.GSO{}) {
			t.Errorf("%s: received %d octets with %+v, want a plain packet", what, len(got), gso)
		}
	})
}
