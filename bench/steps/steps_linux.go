// Package steps measures the steps of a packet's way over two TUN devices one by
// one, on a single thread and with nobody else about: sent into a TUN, read from it,
// written to another, received there. It is where the model of costs comes from.
package steps

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"time"
	"unsafe"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

// Costs are the mean times of the steps, for each packet or super-packet.
type Costs struct{ Send, Read, Write, Receive time.Duration }

const (
	// maxBurst is how many packets do a step before they do the next: fewer than
	// the queue of a TUN holds. Of super-packets there are superBurst, which the cache holds.
	maxBurst, superBurst = 64, 8
	// receiveBuffer holds a burst of super-packets, in octets.
	receiveBuffer = 64 << 20
	port          = 5002
	timeout       = time.Second
)

// offloads has a TUN hand over super-packets of UDP: TUN_F_CSUM, TSO4, TSO6, USO4, USO6.
const offloads = 0x01 | 0x02 | 0x04 | 0x20 | 0x40

// way is two TUNs, and a socket behind each.
type way struct {
	namespaces       []*tundev.Namespace
	in, out          int // TUNs
	sender, receiver int // sockets
}

// Measure sends bursts for so long. A segment of zero sends datagrams of payload
// octets; otherwise they are super-packets of such segments.
func Measure(payload, segment int, period time.Duration) (c Costs, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	w, err := newWay(segment)
	defer w.close()
	if err != nil {
		return c, err
	}
	count, burst := 0, maxBurst
	if segment != 0 {
		burst = superBurst
	}
	for begin := time.Now(); time.Since(begin) < period; count += burst {
		if err := w.burst(burst, payload, &c); err != nil {
			return c, err
		}
		if count == 0 {
			c = Costs{} // the first is cold
		}
	}
	if count -= burst; count <= 0 {
		return c, errors.New("there was no time for a second burst")
	}
	for _, step := range []*time.Duration{&c.Send, &c.Read, &c.Write, &c.Receive} {
		*step /= time.Duration(count)
	}
	return c, nil
}

// burst moves one burst, step by step.
func (w *way) burst(burst, payload int, c *Costs) error {
	const stride = 1<<16 + 192 // no power of two: lest all meet in the same lines of the cache
	memory, lengths := shared[:], [maxBurst]int{}
	at := func(i int) []byte { return memory[i*stride:][:stride-64] }
	steps := []struct {
		spent *time.Duration
		do    func(i int) (int, error)
	}{
		{&c.Send, func(i int) (int, error) { return unix.Write(w.sender, memory[:payload]) }},
		{&c.Read, func(i int) (int, error) { return unix.Read(w.in, at(i)) }},
		{&c.Write, func(i int) (int, error) { return unix.Write(w.out, at(i)[:lengths[i]]) }},
		{&c.Receive, func(i int) (int, error) { return unix.Read(w.receiver, memory[:1<<16]) }},
	}
	for s, step := range steps {
		begin := spent()
		for i := range burst {
			n, err := step.do(i)
			if err != nil {
				return fmt.Errorf("%s: %w", []string{"send", "read", "write", "receive"}[s], err)
			}
			if s == 1 {
				lengths[i] = n
			}
		}
		*step.spent += spent() - begin
	}
	return nil
}

// spent is the time that this thread has had a processor.
func spent() time.Duration {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}

// shared is where the packets of a burst are: one at a time is measured.
var shared [maxBurst * (1<<16 + 192)]byte

func newWay(segment int) (*way, error) {
	w := &way{in: -1, out: -1, sender: -1, receiver: -1}
	for _, side := range []struct {
		tun, socket *int
		address     string
		open        func() (int, error)
	}{
		{&w.in, &w.sender, "10.1.0.2/24", func() (int, error) { return newSender(segment) }},
		{&w.out, &w.receiver, "10.2.0.2/24", func() (int, error) { return newReceiver(segment) }},
	} {
		n, err := tundev.NewNamespace()
		if err != nil {
			return w, err
		}
		w.namespaces = append(w.namespaces, n)
		err = n.Do(func() (err error) {
			// Without IPv6 the kernel sends nothing of its own.
			if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0); err != nil {
				return err
			}
			if *side.tun, err = openTUN(netip.MustParsePrefix(side.address)); err != nil {
				return fmt.Errorf("TUN: %w", err)
			}
			*side.socket, err = side.open()
			return err
		})
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

func (w *way) close() {
	for _, fd := range []int{w.sender, w.receiver, w.in, w.out} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	for _, n := range w.namespaces {
		n.Close()
	}
}

// openTUN makes a TUN in the namespace of the thread, up and with a default route.
// It never blocks: what is not there is an error.
func openTUN(address netip.Prefix) (int, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	request, err := unix.NewIfreq("t0")
	if err != nil {
		return fd, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | unix.IFF_VNET_HDR)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TUNSETIFF, uintptr(unsafe.Pointer(request))); errno != 0 {
		return fd, errno
	}
	if err := unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, offloads); err != nil {
		return fd, err
	}
	dev, err := netlink.LinkByName("t0")
	if err != nil {
		return fd, err
	}
	raw := &net.IPNet{IP: address.Addr().AsSlice(), Mask: net.CIDRMask(address.Bits(), 32)}
	if err := netlink.AddrAdd(dev, &netlink.Addr{IPNet: raw}); err != nil {
		return fd, err
	}
	if err := netlink.LinkSetUp(dev); err != nil {
		return fd, err
	}
	everywhere := &net.IPNet{IP: net.IPv4zero, Mask: net.CIDRMask(0, 32)}
	return fd, netlink.RouteAdd(&netlink.Route{LinkIndex: dev.Attrs().Index, Dst: everywhere})
}

// newSender opens a socket whose datagrams leave by the TUN, of the thread's
// namespace as the other.
func newSender(segment int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if segment != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT, segment); err != nil {
			return fd, err
		}
	}
	return fd, unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{10, 2, 0, 2}})
}

// newReceiver opens the socket that they arrive at. It does not wait for ever.
func newReceiver(segment int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if segment != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1); err != nil {
			return fd, err
		}
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer); err != nil {
		return fd, err
	}
	wait := unix.NsecToTimeval(timeout.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
		return fd, err
	}
	return fd, unix.Bind(fd, &unix.SockaddrInet4{Port: port})
}
