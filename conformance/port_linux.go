package conformance

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

// Port is one interface in a namespace, behind which a port of the router is. The
// interface must be up. Its namespace must not answer for it: give it no address.
type Port struct {
	name     string // A or B
	fd, link int
	// ethernet says that packets have Ethernet addresses: peer is the router's,
	// nil until it is known, and own that of the interface.
	ethernet  bool
	peer, own net.HardwareAddr
	// learned is the router's address when ARP has told it.
	learned chan net.HardwareAddr
}

// Ports is a router behind two interfaces.
type Ports struct {
	ports map[string]*Port
	// wake ends the readers.
	wake     [2]int
	received chan arrival
	done     chan struct{}
}

type arrival struct {
	port string
	raw  []byte
}

// OpenPorts opens two interfaces, each as NETNS:NAME. The namespace is a name, a
// path or pid:N. A MAC is the router's address there, and may be nil.
func OpenPorts(a, b string, macA, macB net.HardwareAddr) (*Ports, error) {
	p := &Ports{ports: map[string]*Port{}, received: make(chan arrival, 8192), done: make(chan struct{})}
	if err := unix.Pipe2(p.wake[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	for _, side := range []struct {
		name, ref string
		mac       net.HardwareAddr
	}{{"A", a, macA}, {"B", b, macB}} {
		port, err := openPort(side.name, side.ref)
		if err != nil {
			p.close()
			return nil, fmt.Errorf("port %s: %w", side.name, err)
		}
		port.peer = side.mac
		p.ports[side.name] = port
	}
	go p.listen()
	return p, p.resolve()
}

func openPort(name, ref string) (*Port, error) {
	colon := strings.LastIndex(ref, ":")
	if colon < 1 {
		return nil, fmt.Errorf("%q: want NETNS:INTERFACE", ref)
	}
	n, err := tundev.OpenNamespace(ref[:colon])
	if err != nil {
		return nil, err
	}
	defer n.Close()
	port := &Port{name: name, fd: -1, learned: make(chan net.HardwareAddr, 1)}
	err = n.Do(func() error { return port.open(ref[colon+1:]) })
	if err != nil {
		if port.fd >= 0 {
			unix.Close(port.fd)
		}
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	return port, nil
}

// allProtocols is ETH_P_ALL in the order of the network.
const allProtocols = unix.ETH_P_ALL>>8 | unix.ETH_P_ALL&0xff<<8

// open opens a socket on the interface. It runs in the interface's namespace.
func (p *Port) open(name string) (err error) {
	link, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	if link.Flags&net.FlagUp == 0 {
		return errors.New("the interface is down")
	}
	p.link, p.own, p.ethernet = link.Index, link.HardwareAddr, len(link.HardwareAddr) == 6
	p.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("a packet socket needs CAP_NET_RAW: %w", err)
	}
	unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20)
	return unix.Bind(p.fd, &unix.SockaddrLinklayer{Protocol: allProtocols, Ifindex: p.link})
}

// PointToPoint says that no port is of an Ethernet.
func (p *Ports) PointToPoint() bool { return !p.ports["A"].ethernet && !p.ports["B"].ethernet }

// Send implements Router.
func (p *Ports) Send(port string, datagram []byte) error {
	kind := uint16(unix.ETH_P_IP)
	if datagram[0]>>4 == 6 {
		kind = unix.ETH_P_IPV6
	}
	return p.ports[port].send(kind, p.ports[port].peer, datagram)
}

func (p *Port) send(kind uint16, to net.HardwareAddr, data []byte) error {
	address := &unix.SockaddrLinklayer{Protocol: kind>>8 | kind<<8, Ifindex: p.link}
	if p.ethernet {
		address.Halen = 6
		copy(address.Addr[:], to)
	}
	for range 1000 {
		err := unix.Sendto(p.fd, data, 0, address)
		if err != unix.ENOBUFS && err != unix.EAGAIN {
			return err
		}
		time.Sleep(time.Millisecond) // the interface's queue is full
	}
	return unix.ENOBUFS
}

// Receive implements Router.
func (p *Ports) Receive(wait time.Duration) (port string, datagram []byte, ok bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case a := <-p.received:
		return a.port, a.raw, true
	case <-timer.C:
		return "", nil, false
	}
}

// Close lets go of the interfaces. Nothing is left behind.
func (p *Ports) Close() error {
	unix.Close(p.wake[1])
	<-p.done
	p.wake[1] = -1
	p.close()
	return nil
}

func (p *Ports) close() {
	for _, port := range p.ports {
		unix.Close(port.fd)
	}
	unix.Close(p.wake[0])
	if p.wake[1] >= 0 {
		unix.Close(p.wake[1])
	}
}

// listen reads both ports until Close.
func (p *Ports) listen() {
	defer close(p.done)
	list := []*Port{p.ports["A"], p.ports["B"]}
	buffer := make([]byte, 1<<16)
	for {
		polled := []unix.PollFd{{Fd: int32(p.wake[0])}}
		for _, port := range list {
			polled = append(polled, unix.PollFd{Fd: int32(port.fd), Events: unix.POLLIN})
		}
		if _, err := unix.Poll(polled, -1); err != nil && err != unix.EINTR {
			return
		}
		if polled[0].Revents != 0 {
			return
		}
		for _, port := range list {
			for port.read(buffer, p.received) {
			}
		}
	}
}

// read takes one packet from the socket, and says that there was one.
func (p *Port) read(buffer []byte, received chan<- arrival) bool {
	n, from, err := unix.Recvfrom(p.fd, buffer, unix.MSG_TRUNC)
	if err != nil {
		return false
	}
	address, ok := from.(*unix.SockaddrLinklayer)
	if !ok || address.Pkttype == unix.PACKET_OUTGOING || n > len(buffer) {
		return true
	}
	var kind [2]byte
	binary.NativeEndian.PutUint16(kind[:], address.Protocol)
	raw := append([]byte{}, buffer[:n]...)
	switch binary.BigEndian.Uint16(kind[:]) {
	case unix.ETH_P_ARP:
		p.arp(raw)
	case unix.ETH_P_IP, unix.ETH_P_IPV6:
		if p.ethernet && p.neighbour(raw, address.Addr[:6]) {
			return true
		}
		if p.ethernet {
			raw = unpadded(raw)
		}
		received <- arrival{p.name, raw}
	}
	return true
}

// unpadded leaves out what Ethernet fills short frames with.
func unpadded(raw []byte) []byte {
	if len(raw) > 46 || len(raw) < 20 || raw[0]>>4 != 4 {
		return raw
	}
	return raw[:min(len(raw), max(20, int(binary.BigEndian.Uint16(raw[2:]))))]
}
