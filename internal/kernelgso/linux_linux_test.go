package kernelgso_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/internal/kernelgso"
	"github.com/icmprouter/icmprouter/internal/needs"
)

// linux is a TUN without offloads, in a namespace of its own, and a packet socket
// that sends super-packets into it: the kernel has to take them apart.
type linux struct {
	tun    *os.File
	socket int
	index  int
}

// newLinux keeps the thread, with which the namespace ends.
func newLinux(t *testing.T) *linux {
	runtime.LockOSThread()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(unix.Unshare(unix.CLONE_NEWNET))
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	must(err)
	l := &linux{tun: os.NewFile(uintptr(fd), "tun")}
	t.Cleanup(func() { l.tun.Close() })
	request, err := unix.NewIfreq("gso0")
	must(err)
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	must(unix.IoctlIfreq(fd, unix.TUNSETIFF, request))
	link, err := netlink.LinkByName("gso0")
	must(err)
	must(netlink.LinkSetMTU(link, 65535))
	must(netlink.LinkSetUp(link))
	l.index = link.Attrs().Index
	l.socket, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	must(err)
	t.Cleanup(func() { unix.Close(l.socket) })
	must(unix.SetsockoptInt(l.socket, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1))
	return l
}

// Fields of virtio_net_hdr (linux/virtio_net.h).
const (
	needsChecksum = 1
	gsoTCP4       = 1
	gsoTCP6       = 4
	gsoUDP        = 5
)

// send puts a super-packet on the link.
func (l *linux) send(t *testing.T, s kernelgso.Super, udp bool) {
	t.Helper()
	v6 := s.Packet[0]>>4 == 6
	protocol := uint16(unix.ETH_P_IP)
	header := make([]byte, 10)
	header[0] = needsChecksum
	if s.Size > 0 {
		header[1] = gsoTCP4
		switch {
		case udp:
			header[1] = gsoUDP
		case v6:
			header[1] = gsoTCP6
		}
	}
	if v6 {
		protocol = unix.ETH_P_IPV6
	}
	for i, field := range []int{s.Start, s.Size, s.Start, s.Offset} {
		binary.NativeEndian.PutUint16(header[2+2*i:], uint16(field))
	}
	to := &unix.SockaddrLinklayer{Ifindex: l.index, Protocol: protocol>>8 | protocol<<8}
	if err := unix.Sendto(l.socket, append(header, s.Packet...), 0, to); err != nil {
		t.Fatalf("%v: of %d octets, size %d, start %d", err, len(s.Packet), s.Size, s.Start)
	}
}

// receive returns the next datagram that came from src.
func (l *linux) receive(t *testing.T, src netip.Addr) []byte {
	t.Helper()
	b := make([]byte, 70000)
	for {
		polled := []unix.PollFd{{Fd: int32(l.tun.Fd()), Events: unix.POLLIN}}
		if n, err := unix.Poll(polled, 5000); n == 0 || err != nil && err != unix.EINTR {
			t.Fatalf("nothing came: %v", err)
		}
		n, err := l.tun.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b[:min(n, 40)], src.AsSlice()) { // and not the kernel's own
			return b[:n]
		}
	}
}

// What this package calls segments is what the running kernel makes of a super-packet.
func TestLinuxAgrees(t *testing.T) {
	needs.Root(t)
	l, r := newLinux(t), rand.New(rand.NewPCG(11, 12))
	for i := range 400 {
		src, dst := netip.MustParseAddr("10.1.0.2"), netip.MustParseAddr("10.2.0.2")
		if i%2 == 1 {
			src, dst = netip.MustParseAddr("fd00:1::2"), netip.MustParseAddr("fd00:2::2")
		}
		sample := kernelgso.Any(r, src, dst, []int{1, 100, 1448, 1449, 1 + r.IntN(9000)}[r.IntN(5)])
		sample.Size = max(sample.Size, len(sample.Payload)/60+1) // UDP_MAX_SEGMENTS
		if len(sample.Payload) <= sample.Size {
			sample.Size = 0 // Linux counts no TCP options here, and then cannot segment
		}
		s := sample.Super()
		l.send(t, s, sample.UDP)
		for k, want := range s.Segments() {
			got := l.receive(t, src)
			if field := s.Start + s.Offset; !sample.UDP && sample.Size > 0 && get(got, field) == 0 && get(want, field) == 0xffff {
				got[field], got[field+1] = 0xff, 0xff // of TCP, Linux writes zero as either
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("segment %d of %+v\nLinux % x\nwant  % x", k, s.Size, got[:min(100, len(got))], want[:min(100, len(want))])
			}
		}
	}
}

func get(b []byte, at int) uint16 {
	if at+2 > len(b) {
		return 0
	}
	return binary.BigEndian.Uint16(b[at:])
}
