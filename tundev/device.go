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

// Device delivers and takes IP packets. One goroutine at a time reads; any
// number write meanwhile, and Close may be called from any.
type Device interface {
	// Read adds packets to the batch until there is nothing more to read or the
	// batch has no room. It never blocks: with nothing to read it adds nothing and
	// returns nil. The memory stays the batch's; the device uses none of it after
	// Read returned. Packets may come with an error, and are then good. An error
	// that does not wrap ErrGone is the loss of single packets; the next Read goes
	// on. Words are not parsed, but GSO is set, in all but HeaderLen.
	Read(*wire.Batch) error

	// Write sends the parsed datagrams of batch, in order, and says how many the
	// device took. A super-packet that the other side cannot take whole is sent as
	// its segments. On an error, the packet at that index was refused, and unless the
	// error wraps ErrGone the caller goes on with the next in another Write of the
	// rest: the device may have sent some of it already, and does not send it twice.
	// Buffers are borrowed until Write returns, headroom and spare capacity
	// included, and may have changed by then.
	Write(batch []*wire.Packet) (int, error)

	// Descriptors are the file descriptors of which one polls readable, or in error,
	// when Read would return a packet or an error. Poll them only after a Read added
	// nothing: a device may keep packets that the last batch had no room for. They
	// are the same until Close, and valid until then; the slice stays the device's.
	Descriptors() []int

	// Name is the device's name within its namespace.
	Name() string

	// MTU is what the other side believes, in octets.
	MTU() int

	// Close ends the device; a TUN vanishes with it, unless somebody is polling
	// one of its descriptors: then it vanishes when that poll returns. A second call does
	// nothing.
	Close() error
}

// Dropper is a Device of which somebody else counts what was lost around it.
type Dropper interface {
	// Dropped says how many packets the kernel has dropped since the device was
	// opened: on their way to us, as its queue was full, and of those that we wrote,
	// what Write was refused among them. It takes some hundred microseconds and
	// allocates: not for who moves packets. It may be called from any goroutine.
	Dropped() (toUs, fromUs uint64, err error)
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
	// NoOffloads has the kernel segment and sum before it hands packets over, and
	// takes none but ordinary packets. Of the backend Kernel.
	NoOffloads bool
	// Coalesce says which packets Write may join. Of the backend Kernel.
	Coalesce Coalesce
	// Engine moves the packets. Of the backend Kernel.
	Engine Engine
}

// Coalesce says which packets of one flow, written together, go to the kernel as
// one super-packet.
type Coalesce string

// The choices. The zero value is CoalesceOff.
const (
	CoalesceOff Coalesce = "off"
	CoalesceTCP Coalesce = "tcp"
	// CoalesceAll joins TCP and UDP.
	CoalesceAll Coalesce = "all"
)

// Engine is a way to move packets over the descriptor of a TUN.
type Engine string

// The engines. The zero value is EngineAuto.
const (
	// EngineAuto takes io_uring for bursts where the kernel has it.
	EngineAuto Engine = "auto"
	// EngineDirect reads and writes one packet a system call.
	EngineDirect Engine = "direct"
	// EngineRing takes io_uring for all but super-packets that are written, and
	// fails where there is none.
	EngineRing Engine = "uring"
)

// String names the device for people: its name, and its namespace if it has one.
func (s Spec) String() string {
	if s.Netns == "" {
		return s.Name
	}
	return fmt.Sprintf("%s in %s", s.Name, s.Netns)
}
