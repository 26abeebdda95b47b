package tundev

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// cloneDevice is the file from which the kernel makes TUNs.
const cloneDevice = "/dev/net/tun"

// errDown is what Write returns while the link is down: an ordinary refusal.
var errDown = fmt.Errorf("the link is down: %w", unix.EIO)

// tun is what all devices through the kernel have in common.
type tun struct {
	// label says for people which device this is.
	label string
	name  string
	// fd is the first of descriptors, of which each is a queue that is read. Any is
	// good for all else.
	fd          int
	descriptors []int
	mtu         atomic.Int32

	// netns names the namespace in which it was opened, and home is that namespace.
	netns string
	home  identity
	// given is what the kernel's side has now; System guards it.
	given Spec

	// mu is held for reading by whoever uses fd, which is never for long: a number
	// that is closed under a call may be another file's by then.
	mu     sync.RWMutex
	closed bool
}

func (t *tun) init(spec Spec, fds ...int) {
	t.label, t.name, t.netns, t.fd, t.descriptors = spec.String(), spec.Name, spec.Netns, fds[0], fds
}

// common lets System find what it has to look after in a Device.
func (t *tun) common() *tun { return t }

// Name is the device's name within its namespace.
func (t *tun) Name() string { return t.name }

// MTU is what the kernel believes, in octets.
func (t *tun) MTU() int { return int(t.mtu.Load()) }

// Descriptors poll readable, or in error, when Read would return something.
func (t *tun) Descriptors() []int { return t.descriptors }

// close ends the device once, through the function of whoever owns fd.
func (t *tun) close(end func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	return end()
}

// gone wraps ErrGone with the device and why.
func (t *tun) gone(why error) error {
	return fmt.Errorf("%s: %w: %w", t.label, ErrGone, why)
}

// fault turns an error of a read or write into what Device promises. Go's poller
// has an error of its own for a TUN that vanished, so the kernel is asked.
func (t *tun) fault(err error) error {
	switch {
	case errors.Is(err, unix.EIO):
		return errDown
	case !t.attached():
		return t.gone(err)
	}
	return err
}

// attached says that the TUN has a link, in whatever namespace.
func (t *tun) attached() bool {
	_, err := t.linkName()
	return err == nil
}

// linkName asks the kernel for the present name of the TUN's link.
func (t *tun) linkName() (string, error) {
	req, err := unix.NewIfreq("")
	if err != nil {
		return "", err
	}
	err = unix.IoctlIfreq(t.fd, unix.TUNGETIFF, req)
	return req.Name(), err
}

// readable says that a read of the descriptor would not block.
func (t *tun) readable() bool {
	poll := [1]unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(poll[:], 0)
		if err != unix.EINTR {
			return n > 0
		}
	}
}

// openTUN makes a TUN in this thread's namespace. It vanishes when the returned
// descriptor, which is the caller's, is closed. flags is IFF_VNET_HDR or zero.
func openTUN(spec Spec, flags uint16) (int, error) {
	// IFF_TUN_EXCL: never take over a link that another program made.
	return attachTUN(spec, unix.IFF_TUN_EXCL|flags)
}

// attachTUN makes a TUN, or without IFF_TUN_EXCL a queue of the one that is there.
func attachTUN(spec Spec, flags uint16) (int, error) {
	fd, err := unix.Open(cloneDevice, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, explainClone(err)
	}
	req, err := unix.NewIfreq(spec.Name)
	if err == nil {
		req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | flags)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	}
	if err != nil {
		unix.Close(fd)
		return -1, explainCreate(spec, err)
	}
	return fd, nil
}

// present asks the kernel whether the TUN is still attached to a link, of the
// same name, in the namespace in which it was opened.
func (t *tun) present() error {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return t.gone(os.ErrClosed)
	}
	name, err := t.linkName()
	if err != nil {
		return t.gone(err)
	}
	if name != t.name {
		return t.gone(fmt.Errorf("it was renamed to %s", name))
	}
	now, err := t.namespace()
	if err == nil && !t.home.same(now) {
		return t.gone(errors.New("it was moved to another namespace"))
	}
	return nil
}

// namespace says in which namespace the link is now. It needs CAP_NET_ADMIN.
func (t *tun) namespace() (identity, error) {
	fd, err := unix.IoctlRetInt(t.fd, unix.TUNGETDEVNETNS)
	if err != nil {
		return identity{}, err
	}
	file := os.NewFile(uintptr(fd), "netns")
	defer file.Close()
	return identify(file)
}
