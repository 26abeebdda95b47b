package traffic

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// burst is the number of datagrams of one system call.
	burst = 64
	// receiveBuffer is the room of a receiving socket, in octets: a receiver that
	// shares its processor sleeps for milliseconds.
	receiveBuffer = 8 << 20
	// superPacket is the most octets of one write of GSO, and the kernel's limit is 64 segments.
	superPacket, maxSegments = 65000, 64
)

// mmsghdr is that of sendmmsg(2) and recvmmsg(2).
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

func mmsg(call uintptr, fd int, messages []mmsghdr, flags int) (int, error) {
	n, _, errno := syscall.Syscall6(call, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), uintptr(len(messages)), uintptr(flags), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// listenUDP receives for good, on one socket for each family: a socket for both
// would cost IPv4 more.
func (a *agent) listenUDP(port int, gro bool) error {
	for _, to := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		fd, err := socket(to, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		if to.Is6() {
			err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
		}
		if err == nil {
			err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer)
		}
		if err == nil && gro {
			err = unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1)
		}
		if err == nil {
			err = unix.Bind(fd, sockaddr(to, port))
		}
		if err != nil {
			return err
		}
		go a.receiveUDP(fd, gro)
	}
	return nil
}

// receiveUDP counts what comes.
func (a *agent) receiveUDP(fd int, gro bool) {
	runtime.LockOSThread()
	size := 2048
	if gro {
		size = 65536
	}
	const controlSize = 64
	memory, control := make([]byte, burst*size), make([]byte, burst*controlSize)
	messages, vectors := make([]mmsghdr, burst), make([]unix.Iovec, burst)
	for i := range messages {
		vectors[i].Base = &memory[i*size]
		vectors[i].SetLen(size)
		messages[i].header.Iov = &vectors[i]
		messages[i].header.SetIovlen(1)
	}
	for {
		for i := range messages {
			if gro {
				messages[i].header.Control = &control[i*controlSize]
				messages[i].header.SetControllen(controlSize)
			}
		}
		n, err := mmsg(unix.SYS_RECVMMSG, fd, messages, unix.MSG_WAITFORONE)
		if err != nil {
			continue // interrupted
		}
		count := n
		for i := range messages[:n] {
			if gro {
				count += segments(&messages[i], control[i*controlSize:]) - 1
			}
		}
		a.udpPackets.Add(uint64(count))
	}
}

// segments is how many datagrams a message is: the kernel tells the size of
// each where there is more than one.
func segments(m *mmsghdr, control []byte) int {
	length := int(m.header.Controllen)
	if length < unix.CmsgLen(4) {
		return 1
	}
	size := int(binary.NativeEndian.Uint32(control[unix.CmsgLen(0):]))
	return max(1, (int(m.length)+size-1)/max(1, size))
}

// socket opens a blocking socket of the family of to.
func socket(to netip.Addr, kind, protocol int) (int, error) {
	family := unix.AF_INET
	if to.Is6() {
		family = unix.AF_INET6
	}
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC, protocol)
}

func sockaddr(to netip.Addr, port int) unix.Sockaddr {
	if to.Is6() {
		return &unix.SockaddrInet6{Port: port, Addr: to.As16()}
	}
	return &unix.SockaddrInet4{Port: port, Addr: to.As4()}
}

// rawAddress is the address as the kernel reads it in a message.
func rawAddress(to netip.Addr, port int) []byte {
	if to.Is6() {
		raw := make([]byte, unix.SizeofSockaddrInet6)
		binary.NativeEndian.PutUint16(raw, unix.AF_INET6)
		binary.BigEndian.PutUint16(raw[2:], uint16(port))
		copy(raw[8:], to.AsSlice())
		return raw
	}
	raw := make([]byte, unix.SizeofSockaddrInet4)
	binary.NativeEndian.PutUint16(raw, unix.AF_INET)
	binary.BigEndian.PutUint16(raw[2:], uint16(port))
	copy(raw[4:], to.AsSlice())
	return raw
}

// startUDP sends on a thread of its own.
func (a *agent) startUDP(l Load) error {
	fd, err := socket(l.To[0], unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	if err := prepare(fd, l); err != nil {
		unix.Close(fd)
		return err
	}
	messages, each := l.messages()
	var stopped atomic.Bool
	a.stop = func() { stopped.Store(true) }
	a.running.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer unix.Close(fd)
		for i := 0; !stopped.Load(); {
			n, err := mmsg(unix.SYS_SENDMMSG, fd, messages[i:min(i+burst, len(messages))], 0)
			if err != nil && err != syscall.EINTR && !l.Errors {
				a.fail(fmt.Errorf("send to %s: %w", l.To[0], err))
				return
			}
			a.sent.Add(uint64(n * each))
			if i += n; i == len(messages) {
				i = 0
			}
		}
	})
	return nil
}

// prepare sets what a load wants of its socket. One that has a single
// destination is connected: its way is looked up once.
func prepare(fd int, l Load) error {
	level, ttl, discover := unix.IPPROTO_IP, unix.IP_TTL, unix.IP_MTU_DISCOVER
	if l.To[0].Is6() {
		level, ttl, discover = unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, unix.IPV6_MTU_DISCOVER
	}
	if l.TTL != 0 {
		if err := unix.SetsockoptInt(fd, level, ttl, l.TTL); err != nil {
			return err
		}
	}
	if l.DF {
		if err := unix.SetsockoptInt(fd, level, discover, unix.IP_PMTUDISC_PROBE); err != nil {
			return err
		}
	}
	if l.Kind == GSO {
		if err := unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT, l.Sizes[0]); err != nil {
			return err
		}
	}
	if len(l.To) == 1 && !l.Errors {
		return unix.Connect(fd, sockaddr(l.To[0], l.Port))
	}
	return nil
}

// messages are those that a load sends in turn, a whole number of times its
// pattern, and the number of datagrams that each of them is.
func (l Load) messages() (messages []mmsghdr, each int) {
	sizes, count, each := l.Sizes, burst/len(l.Sizes)*len(l.Sizes), 1
	if l.Kind == GSO {
		each = min(maxSegments, superPacket/l.Sizes[0])
		sizes, count = []int{each * l.Sizes[0]}, 4
	}
	if len(l.To) > 1 {
		count = len(l.To)
	}
	messages = make([]mmsghdr, count)
	payload := make([]byte, 65536)
	for i := range messages {
		vector := &unix.Iovec{Base: &payload[0]}
		vector.SetLen(sizes[i%len(sizes)])
		messages[i].header.Iov = vector
		messages[i].header.SetIovlen(1)
		if len(l.To) > 1 || l.Errors {
			raw := rawAddress(l.To[i%len(l.To)], l.Port)
			messages[i].header.Name = &raw[0]
			messages[i].header.Namelen = uint32(len(raw))
		}
	}
	return messages, each
}
