package tundev

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/internal/needs"
	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what must come.
const patience = 5 * time.Second

// peer is the other side of a device: what its users see.
type peer interface {
	// send puts a datagram on the link, towards the device.
	send(t *testing.T, datagram []byte)
	// receive returns the next datagram that the device wrote.
	receive(t *testing.T) []byte
}

// memoryPeer is the other side of a device in memory.
type memoryPeer struct{ *MemoryDevice }

func (p memoryPeer) send(t *testing.T, datagram []byte) {
	t.Helper()
	if !p.Inject(datagram) {
		t.Fatal("Inject: queue is full")
	}
}

func (p memoryPeer) receive(t *testing.T) []byte {
	t.Helper()
	datagram, ok := p.Receive(patience)
	if !ok {
		t.Fatal("nothing received")
	}
	return datagram
}

// packetPeer is a packet socket on the kernel's side: it sees the very octets.
type packetPeer struct {
	fd, index int
}

func newPacketPeer(t testing.TB, ns *Namespace, name string) packetPeer {
	t.Helper()
	var p packetPeer
	err := ns.Do(func() error {
		link, err := net.InterfaceByName(name)
		if err != nil {
			return err
		}
		p.index = link.Index
		if p.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 16<<20)
		return unix.Bind(p.fd, p.address(unix.ETH_P_ALL))
	})
	if err != nil {
		t.Fatal(err)
	}
	timeout := unix.NsecToTimeval(patience.Nanoseconds())
	unix.SetsockoptTimeval(p.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout)
	t.Cleanup(func() { unix.Close(p.fd) })
	return p
}

func (p packetPeer) address(protocol uint16) *unix.SockaddrLinklayer {
	return &unix.SockaddrLinklayer{Ifindex: p.index, Protocol: protocol>>8 | protocol<<8}
}

func (p packetPeer) send(t *testing.T, datagram []byte) {
	t.Helper()
	protocol := uint16(unix.ETH_P_IP)
	if datagram[0]>>4 == 6 {
		protocol = unix.ETH_P_IPV6
	}
	if err := unix.Sendto(p.fd, datagram, 0, p.address(protocol)); err != nil {
		t.Fatalf("send %d octets: %v", len(datagram), err)
	}
}

func (p packetPeer) receive(t *testing.T) []byte {
	t.Helper()
	buf := make([]byte, wire.MaxDatagram)
	for {
		n, from, err := unix.Recvfrom(p.fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		if from.(*unix.SockaddrLinklayer).Pkttype != unix.PACKET_OUTGOING {
			return buf[:n]
		}
	}
}

// Addresses of the tests: the kernel's side and one behind the device.
var (
	near4, far4 = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.2")
	near6, far6 = netip.MustParseAddr("2001:db8:1::1"), netip.MustParseAddr("2001:db8:2::2")
)

// datagram builds a UDP datagram of size octets in all, from src to dst, with a
// number that tells it from others. Below a UDP header's room it is a bare IP header.
func datagram(t testing.TB, src, dst netip.Addr, size, number int) []byte {
	t.Helper()
	ip4 := &layers.IPv4{Version: 4, TTL: 64, Id: uint16(number), Protocol: layers.IPProtocolUDP, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	ip6 := &layers.IPv6{Version: 6, HopLimit: 64, FlowLabel: uint32(number), NextHeader: layers.IPProtocolUDP, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	udp := &layers.UDP{SrcPort: 7, DstPort: 7}
	stack, header := []gopacket.SerializableLayer{ip4}, 20
	udp.SetNetworkLayerForChecksum(ip4)
	if src.Is6() {
		stack, header = []gopacket.SerializableLayer{ip6}, 40
		udp.SetNetworkLayerForChecksum(ip6)
	}
	if size >= header+8 {
		stack = append(stack, udp, gopacket.Payload(make([]byte, size-header-8)))
	} else {
		ip4.Protocol, ip6.NextHeader = layers.IPProtocolNoNextHeader, layers.IPProtocolNoNextHeader
	}
	buf := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, options, stack...); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// batch returns a batch of n packets in memory that is poisoned, so that what
// Read forgets shows.
func batch(n int) *wire.Batch {
	memory := make([]byte, n*wire.Stride)
	for i := range memory {
		memory[i] = 0xa5
	}
	return wire.NewBatch(n, 0, memory)
}

// fill reads into the emptied batch, and says how many packets came.
func fill(d Device, b *wire.Batch) (int, error) {
	b.Reset()
	err := d.Read(b)
	return b.Len(), err
}

// super returns a parsed packet that holds a copy of datagram, with g.
func super(t testing.TB, datagram []byte, g wire.GSO) *wire.Packet {
	t.Helper()
	p := outgoing(datagram)
	g.HeaderLen = headerLen(datagram, g)
	p.GSO = g
	if reason := p.Parse(); reason != drop.Alive {
		t.Fatalf("a packet of the test's own: %v", reason)
	}
	return p
}

// outgoing returns a packet that holds a copy of datagram.
func outgoing(datagram []byte) *wire.Packet {
	p := new(wire.Packet)
	p.Attach(make([]byte, wire.BufferSize))
	p.SetLen(copy(p.Buffer()[wire.Headroom:], datagram))
	return p
}

// readAll reads want datagrams, as they are on the wire, through batches of the
// given size, waiting for the descriptor only after a Read returned nothing.
func readAll(t *testing.T, d Device, want, size int) [][]byte {
	t.Helper()
	var got [][]byte
	packets := batch(size)
	for len(got) < want {
		n, err := fill(d, packets)
		if err != nil {
			t.Fatalf("Read after %d packets: %v", len(got), err)
		}
		for _, p := range packets.Packets() {
			got = append(got, split(t, p.Data, p.GSO)...)
		}
		if n == 0 && !pollable(d, patience) {
			t.Fatalf("read %d packets, want %d", len(got), want)
		}
	}
	return got
}

// pollable says that a descriptor of d polls readable within the time.
func pollable(d Device, within time.Duration) bool {
	deadline := time.Now().Add(within)
	var poll []unix.PollFd
	for _, fd := range d.Descriptors() {
		poll = append(poll, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
	for {
		n, err := unix.Poll(poll, max(0, int(time.Until(deadline).Milliseconds()))) // less than zero would be for ever
		if err != unix.EINTR {
			return n > 0
		}
	}
}

// drain throws away what the kernel had to say on its own.
func drain(t *testing.T, d Device) {
	t.Helper()
	packets := batch(4)
	for {
		n, err := fill(d, packets)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// anonymous returns a namespace that ends with the test.
func anonymous(t *testing.T) *Namespace {
	t.Helper()
	needs.Root(t)
	ns, err := NewNamespace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ns.Close() })
	return ns
}

// specFor is a device for tests, in a namespace.
func specFor(backend Backend, netns string) Spec { return like(Spec{Backend: backend}, netns) }

// like is a device of some kind for tests, in a namespace.
func like(kind Spec, netns string) Spec {
	kind.Netns, kind.Name, kind.MTU = netns, "tun7", 65535
	kind.Addresses = []netip.Prefix{netip.PrefixFrom(near4, 24), netip.PrefixFrom(near6, 64)}
	kind.Routes = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	return kind
}

// open opens the device, and closes it and the System with the test.
func open(t *testing.T, spec Spec) (*System, Device) {
	t.Helper()
	s := NewSystem(nil)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("System.Close: %v", err)
		}
	})
	d, err := s.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return s, d
}

// holdings counts the descriptors and goroutines of this process.
func holdings() (fds, goroutines int) {
	open, _ := os.ReadDir("/proc/self/fd")
	return len(open), runtime.NumGoroutine()
}

// wantNoMore waits until this process holds no more than it did before.
func wantNoMore(t *testing.T, fds, goroutines int) {
	t.Helper()
	eventually(t, func() string {
		fdsNow, goroutinesNow := holdings()
		if fdsNow <= fds && goroutinesNow <= goroutines {
			return ""
		}
		return fmt.Sprintf("%d descriptors and %d goroutines, before %d and %d", fdsNow, goroutinesNow, fds, goroutines)
	})
}
