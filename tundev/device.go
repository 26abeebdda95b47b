// Package tundev opens devices that hand over raw IP packets: a TUN through the
// kernel's own interface, through wireguard/tun or through water, and one in
// memory. It also makes the namespace that a TUN lives in and gives the
// kernel's side of it addresses and routes.
package tundev

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// Device delivers and takes IP packets. It is used by one goroutine at a time;
// Close alone may be called from any.
type Device interface {
	// Read fills packets from the front of batch, each in its attached buffer of
	// at least wire.BufferSize octets, and says how many. It never blocks: with
	// nothing to read it returns 0 and nil. The buffers stay the caller's; the
	// device uses none of them after Read returned. Packets may come with an
	// error, and are then good. An error that does not wrap ErrGone is the loss of
	// single packets; the next Read goes on. Words are not parsed.
	Read(batch []wire.Packet) (int, error)

	// Write sends the datagrams of batch, in order, and says how many the device
	// took. On an error, the packet at that index was refused, and unless the
	// error wraps ErrGone the caller may go on with the next. Buffers are borrowed until Write returns, headroom
	// and spare capacity included, and may have changed by then.
	Write(batch []*wire.Packet) (int, error)

	// Descriptor is the file descriptor that polls readable, or in error, when
	// Read would return a packet or an error. Poll it only after a Read returned
	// 0: a device may keep packets that the last batch had no room for. It is
	// valid until Close.
	Descriptor() int

	// Name is the device's name within its namespace.
	Name() string

	// MTU is what the other side believes, in octets.
	MTU() int

	// Close ends the device; a TUN vanishes with it, unless somebody is polling
	// its descriptor: then it vanishes when that poll returns. A second call does
	// nothing.
	Close() error
}

// ErrGone is what Read and Write return, wrapped, when the device or its
// namespace has vanished: nothing will come of it any more.
var ErrGone = errors.New("device is gone")

// Backend names one way of opening a device.
type Backend string

// The backends. The zero value is Kernel.
const (
	// Kernel opens /dev/net/tun itself. Linux only; the default.
	Kernel Backend = "kernel"
	// WireGuard goes through golang.zx2c4.com/wireguard/tun.
	WireGuard Backend = "wireguard"
	// Water goes through github.com/songgao/water.
	Water Backend = "water"
	// Memory is a pair of queues in this process, for tests.
	Memory Backend = "memory"
)

// Backends lists all backends, the default first.
var Backends = []Backend{Kernel, WireGuard, Water, Memory}

// Spec says which device to open, where, and what its kernel side looks like.
type Spec struct {
	// Backend opens it.
	Backend Backend
	// Netns is the namespace: a name under /run/netns, an absolute path, or
	// pid:N. Empty: the namespace of this process.
	Netns string
	// Name is the name of the device, 1 to 15 bytes.
	Name string
	// MTU is the MTU of the kernel's side, in octets.
	MTU int
	// Addresses are the addresses of the kernel's side with their prefixes.
	Addresses []netip.Prefix
	// Routes are the prefixes that the kernel sends into the device.
	Routes []netip.Prefix
}

// String names the device for people: its name, and its namespace if it has one.
func (s Spec) String() string {
	if s.Netns == "" {
		return s.Name
	}
	return fmt.Sprintf("%s in %s", s.Name, s.Netns)
}
