package tundev

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// listen opens a UDP socket of the kernel's side.
func listen(t *testing.T, ns *Namespace, addr netip.Addr) (conn *net.UDPConn) {
	t.Helper()
	err := ns.Do(func() (err error) {
		conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 7)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// payload takes a UDP datagram apart and returns what it carries. Its checksums must be right.
func payload(t *testing.T, datagram []byte) []byte {
	t.Helper()
	var src, dst tcpip.Address
	var udp header.UDP
	if datagram[0]>>4 == 4 {
		ip := header.IPv4(datagram)
		if !ip.IsValid(len(datagram)) || !ip.IsChecksumValid() {
			t.Fatalf("not a good IPv4 packet: % x", datagram[:20])
		}
		src, dst, udp = ip.SourceAddress(), ip.DestinationAddress(), header.UDP(ip.Payload())
	} else {
		ip := header.IPv6(datagram)
		if !ip.IsValid(len(datagram)) {
			t.Fatalf("not a good IPv6 packet: % x", datagram[:40])
		}
		src, dst, udp = ip.SourceAddress(), ip.DestinationAddress(), header.UDP(ip.Payload())
	}
	if int(udp.Length()) != len(udp) || !udp.IsChecksumValid(src, dst, checksum.Checksum(udp.Payload(), 0)) {
		t.Fatalf("not a good UDP packet: % x of %d octets", udp[:8], len(udp))
	}
	return udp.Payload()
}

// TestSockets lets the kernel's own stack judge what crosses the device.
func TestSockets(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		_, d := open(t, specIn(ns.Path()))
		for _, f := range families {
			conn := listen(t, ns, f.near)
			drain(t, d)
			buf := make([]byte, wire.MaxDatagram)
			for i, size := range []int{100, 1500, 65535} {
				in := datagram(t, f.far, f.near, size, i)
				if n, err := d.Write([]*wire.Packet{outgoing(in)}); n != 1 || err != nil {
					t.Fatalf("%s, %d octets: Write: %d, %v", f.name, size, n, err)
				}
				n, from, err := conn.ReadFromUDPAddrPort(buf)
				if err != nil || !bytes.Equal(buf[:n], payload(t, in)) || from.Addr().Unmap() != f.far {
					t.Fatalf("%s, %d octets: the socket got %d octets from %v, %v", f.name, size, n, from, err)
				}
				for j := range buf[:n] {
					buf[j] = byte(i + j)
				}
				if _, err := conn.WriteToUDPAddrPort(buf[:n], from); err != nil {
					t.Fatal(err)
				}
				out := readAll(t, d, 1, 4)[0]
				if len(out) != size || !bytes.Equal(payload(t, out), buf[:n]) {
					t.Errorf("%s: read %d octets, want the %d of the reply", f.name, len(out), size)
				}
			}
			conn.Close()
		}
	})
}

// TestSuperPackets has the kernel send many segments as one packet. Every device
// must hand them out one by one, in order, however small the batch.
func TestSuperPackets(t *testing.T) {
	const segment, count = 500, 60
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		_, d := open(t, specIn(ns.Path()))
		for _, f := range families {
			conn := listen(t, ns, f.near)
			raw, _ := conn.SyscallConn()
			raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, segment) })
			for _, size := range []int{1, 7, count, 200} {
				drain(t, d)
				data := make([]byte, segment*count-1)
				for i := range data {
					data[i] = byte(i / segment)
				}
				if _, err := conn.WriteToUDPAddrPort(data, netip.AddrPortFrom(f.far, 7)); err != nil {
					t.Fatal(err)
				}
				var got []byte
				for _, p := range readAll(t, d, count, size) {
					got = append(got, payload(t, p)...)
				}
				if !bytes.Equal(got, data) {
					t.Errorf("%s, batches of %d: read %d octets, want the %d sent", f.name, size, len(got), len(data))
				}
			}
			conn.Close()
		}
	})
}

// TestTooManySegments gives wireguard/tun a super-packet of more segments than it
// can hand over: an error, but not the end.
func TestTooManySegments(t *testing.T) {
	ns := anonymous(t)
	_, d := open(t, specFor(WireGuard, ns.Path()))
	p := newPacketPeer(t, ns, "tun7")
	drain(t, d)
	unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)
	const segment, count = 100, 300
	p.send4(t, tcpSuperPacket(segment, count))
	packets, total := batch(8), 0
	var failed error
	for failed == nil {
		n, err := fill(d, packets)
		total, failed = total+n, err
		if n == 0 && err == nil && !pollable(d, patience) {
			t.Fatalf("no error after %d segments", total)
		}
	}
	if !errors.Is(failed, wgtun.ErrTooManySegments) || errors.Is(failed, ErrGone) {
		t.Errorf("got %v, want %v", failed, wgtun.ErrTooManySegments)
	}
	for {
		n, err := fill(d, packets)
		if err != nil {
			t.Fatal(err)
		}
		if total += n; n == 0 {
			break
		}
	}
	if total < 100 || total >= count {
		t.Errorf("read %d segments, want those that had room", total)
	}
	unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 0)
	p.send(t, datagram(t, near4, far4, 100, 0))
	readAll(t, d, 1, 4)
}

// send4 puts an IPv4 packet with a virtio_net_hdr before it on the link.
func (p packetPeer) send4(t *testing.T, packet []byte) {
	t.Helper()
	if err := unix.Sendto(p.fd, packet, 0, p.address(unix.ETH_P_IP)); err != nil {
		t.Fatal(err)
	}
}

// tcpSuperPacket is count TCP segments in one, after a virtio_net_hdr that says so.
func tcpSuperPacket(segment, count int) []byte {
	b := make([]byte, 10+20+20+segment*count)
	le := binary.NativeEndian
	b[0], b[1] = unix.VIRTIO_NET_HDR_F_NEEDS_CSUM, unix.VIRTIO_NET_HDR_GSO_TCPV4
	le.PutUint16(b[2:], 40)
	le.PutUint16(b[4:], uint16(segment))
	le.PutUint16(b[6:], 20)
	le.PutUint16(b[8:], 16)
	ip := header.IPv4(b[10:])
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(b) - 10), TTL: 64, Protocol: uint8(header.TCPProtocolNumber),
		SrcAddr: tcpip.AddrFrom4(near4.As4()), DstAddr: tcpip.AddrFrom4(far4.As4()),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	header.TCP(b[30:]).Encode(&header.TCPFields{SrcPort: 7, DstPort: 7, DataOffset: 20, Flags: header.TCPFlagAck})
	return b
}

// TestNoAllocations counts what a write and an empty read allocate.
func TestNoAllocations(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		out := []*wire.Packet{outgoing(datagram(t, far4, families[0].beyond, 100, 0))}
		packets := batch(8)
		m, _ := p.(memoryPeer)
		got := testing.AllocsPerRun(100, func() {
			if m.MemoryDevice != nil {
				m.out.pop()
				m.Inject(out[0].Data)
			}
			if _, err := d.Write(out); err != nil {
				t.Fatal(err)
			}
			fill(d, packets)
		})
		if got != 0 {
			t.Errorf("%v allocations, want none", got)
		}
	})
}

// BenchmarkWrite writes packets that the kernel then drops.
func BenchmarkWrite(b *testing.B) {
	for _, kind := range tuns {
		for _, size := range []int{64, 1400} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, size), func(b *testing.B) {
				ns, err := NewNamespace()
				if err != nil {
					b.Skip(err)
				}
				defer ns.Close()
				s := NewSystem(nil)
				d, err := s.Open(like(kind.spec, ns.Path()))
				if err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				var out []*wire.Packet
				for i := range 64 {
					out = append(out, outgoing(datagram(b, far4, families[0].beyond, size, i)))
				}
				for b.Loop() {
					if _, err := d.Write(out); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(out)), "ns/packet")
			})
		}
	}
}
