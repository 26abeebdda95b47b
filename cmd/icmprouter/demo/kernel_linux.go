package demo

import (
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

// kernelHost is the client as the kernel is one: sockets in two namespaces
// without names, of which nothing is left when the process ends, however it ends.
type kernelHost struct {
	namespace, server *tundev.Namespace
	sockets           map[*family]sockets
	buffer            [65536]byte
}

// sockets are what probes of one family go through.
type sockets struct {
	icmp   *icmp.PacketConn
	udp    *net.UDPConn
	setTTL func(int) error
}

// openKernel makes the namespaces, and the world that connects them.
func openKernel(o Options) (_ *world, err error) {
	w := &world{}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	h := &kernelHost{sockets: map[*family]sockets{}}
	for _, n := range []**tundev.Namespace{&h.namespace, &h.server} {
		if *n, err = tundev.NewNamespace(); err != nil {
			return nil, err
		}
		w.atEnd(func() { (*n).Close() })
	}
	system := tundev.NewSystem(o.Log)
	w.atEnd(func() { system.Close() })
	place := strings.NewReplacer(`"client"`, `"`+h.namespace.Path()+`"`, `"server"`, `"`+h.server.Path()+`"`)
	w.named = strings.NewReplacer(h.namespace.Path(), "client", h.server.Path(), "server")
	if err := w.start(o, place, system); err != nil {
		return nil, err
	}
	for _, f := range families {
		s, err := h.open(f)
		if err != nil {
			return nil, err
		}
		w.atEnd(func() { s.icmp.Close(); s.udp.Close() })
		h.sockets[f] = s
	}
	w.client = h
	return w, nil
}

// open opens the sockets of a family in the client's namespace.
func (h *kernelHost) open(f *family) (s sockets, err error) {
	network := map[string]string{"IPv4": "ip4:icmp", "IPv6": "ip6:ipv6-icmp"}[f.name]
	err = h.namespace.Do(func() error {
		if s.icmp, err = icmp.ListenPacket(network, f.client.String()); err != nil {
			return err
		}
		s.udp, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(f.client, 0)))
		return err
	})
	if err != nil {
		return s, err
	}
	s.setTTL = ipv4.NewPacketConn(s.udp).SetTTL
	if f.client.Is6() {
		s.setTTL = ipv6.NewPacketConn(s.udp).SetHopLimit
	}
	return s, control(s.udp, func(fd int) error {
		if f.client.Is6() {
			return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DO)
		}
		return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
	})
}

func (h *kernelHost) echo(f *family, dst netip.Addr, sequence int, data []byte) error {
	request, err := f.echoRequest(nil, sequence, data) // the kernel adds the checksum of ICMPv6
	if err != nil {
		return err
	}
	_, err = h.sockets[f].icmp.WriteTo(request, &net.IPAddr{IP: dst.AsSlice()})
	return err
}

func (h *kernelHost) udp(f *family, dst netip.AddrPort, ttl int, data []byte) error {
	s := h.sockets[f]
	if err := s.setTTL(ttl); err != nil {
		return err
	}
	_, err := s.udp.WriteToUDPAddrPort(data, dst)
	return err
}

// next reads the raw socket. The kernel has seen to the checksum of ICMPv6, but
// hands ICMPv4 to raw sockets as it came.
func (h *kernelHost) next(f *family, until time.Time) (message, bool) {
	s := h.sockets[f]
	s.icmp.SetReadDeadline(until)
	for {
		n, from, err := s.icmp.ReadFrom(h.buffer[:])
		if err != nil {
			return message{}, false
		}
		raw := append([]byte(nil), h.buffer[:n]...)
		if f.client.Is4() && !intact(gopacket.NewPacket(raw, layers.LayerTypeICMPv4, gopacket.Default)) {
			continue
		}
		addr, _ := netip.AddrFromSlice(from.(*net.IPAddr).IP)
		if m, err := f.parse(addr.Unmap(), raw); err == nil {
			return m, true
		}
	}
}

// pathMTU asks the kernel through a new socket.
func (h *kernelHost) pathMTU(f *family, dst netip.Addr) (mtu int, err error) {
	var c *net.UDPConn
	err = h.namespace.Do(func() error {
		c, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(dst, floodPort)))
		return err
	})
	if err != nil {
		return 0, err
	}
	defer c.Close()
	err = control(c, func(fd int) error {
		level, option := unix.IPPROTO_IP, unix.IP_MTU
		if dst.Is6() {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_MTU
		}
		mtu, err = unix.GetsockoptInt(fd, level, option)
		return err
	})
	return mtu, err
}

// control does something to the descriptor of a socket.
func control(c syscall.Conn, do func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var doErr error
	if err := raw.Control(func(fd uintptr) { doErr = do(int(fd)) }); err != nil {
		return err
	}
	return doErr
}
