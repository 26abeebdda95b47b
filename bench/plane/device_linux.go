package plane

import (
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// readSize is the most packets of one read, and readOctets their most octets:
// what stays in the cache from the read to the write, as with a real device.
const (
	readSize   = 64
	readOctets = 128 << 10
)

// device gives the same packets for ever, and counts what it is given.
type device struct {
	spec tundev.Spec
	// packets are what Read gives in turn; none: nothing comes.
	packets []template
	next    int
	event   int
	// window is how many packets Read gives that the far device has not taken, if not zero.
	window, given uint64
	far           *device

	taken, octets atomic.Uint64
}

// template is a packet that Read copies.
type template struct {
	bytes []byte
	gso   wire.GSO
}

func (d *device) Read(batch *wire.Batch) error {
	if len(d.packets) == 0 {
		return nil
	}
	for count, octets := 0, 0; count < readSize && octets < readOctets; count++ {
		if d.window != 0 && d.given-d.far.taken.Load() >= d.window {
			return nil
		}
		p := batch.Room()
		if p == nil {
			return nil
		}
		t := &d.packets[d.next]
		if d.next++; d.next == len(d.packets) {
			d.next = 0
		}
		n := copy(p.Buffer()[wire.Headroom:], t.bytes)
		batch.Keep(n)
		p.GSO = t.gso
		octets += n
		d.given++
	}
	return nil
}

func (d *device) Write(batch []*wire.Packet) (int, error) {
	count, octets := 0, 0
	for _, p := range batch {
		count += p.WireCount()
		octets += len(p.Data)
	}
	d.taken.Add(uint64(count))
	d.octets.Add(uint64(octets))
	return len(batch), nil
}

func (d *device) Descriptors() []int { return []int{d.event} }
func (d *device) Name() string       { return d.spec.Name }
func (d *device) MTU() int           { return d.spec.MTU }
func (d *device) Close() error       { return nil }

// opener has the two devices of the bench.
type opener struct{ devices map[string]*device }

func (o opener) Open(spec tundev.Spec) (tundev.Device, error) {
	d := o.devices[spec.Name]
	d.spec = spec
	return d, nil
}

func (o opener) Reopen(spec tundev.Spec) (tundev.Device, error) { return o.Open(spec) }
func (o opener) Configure(tundev.Device, tundev.Spec) error     { return nil }
func (o opener) Present(tundev.Device, tundev.Spec) error       { return nil }
func (o opener) Close() error                                   { return nil }

// newDevice is ready for ever if it has packets.
func newDevice(packets []template) (*device, error) {
	ready := uint(0)
	if len(packets) > 0 {
		ready = 1
	}
	event, err := unix.Eventfd(ready, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	return &device{packets: packets, event: event}, err
}
