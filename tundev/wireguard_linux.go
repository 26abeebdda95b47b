package tundev

import (
	"os"
	"sync"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"
)

// wireguardTUN goes through wireguard/tun, which takes super-packets apart and
// completes checksums. It writes a UDP checksum that comes out as 0 as 0, where
// RFC 768 and RFC 8200 §8.1 want 65535; that cannot be told from a sender that
// sums nothing, so it is left so.
type wireguardTUN struct {
	tun
	port wgtun.Device

	// bufs and sizes are what one read of port fills: one super-packet may be
	// more segments than the batch has room for.
	bufs  [][]byte
	sizes []int
	// given and count say which of them the batches have had, and how many there are.
	given, count int

	segments segmenter
	// one is what one write of port is given; writing guards it.
	writing sync.Mutex
	one     [1][]byte
}

func openWireGuard(spec Spec) (*wireguardTUN, error) {
	fd, err := openTUN(spec, unix.IFF_VNET_HDR)
	if err != nil {
		return nil, err
	}
	// The unmonitored kind has no listener for link events, which would keep the
	// namespace alive and end only a while after Close.
	port, _, err := wgtun.CreateUnmonitoredTUNFromFD(fd)
	if err != nil {
		// fd is now a file's that nobody holds; the collector closes it.
		return nil, explainCreate(spec, err)
	}
	d := &wireguardTUN{port: port}
	d.bufs = make([][]byte, port.BatchSize())
	for i := range d.bufs {
		d.bufs[i] = make([]byte, wire.BufferSize)
	}
	d.sizes = make([]int, port.BatchSize())
	d.init(spec, fd)
	return d, nil
}

// Read hands out what the last Read had no room for before it asks the kernel.
// The descriptor does not poll readable for that rest: read until nothing
// comes before polling. An error that is not ErrGone is a super-packet that
// could not be taken apart, or not wholly. See Device.
func (d *wireguardTUN) Read(batch *wire.Batch) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return d.gone(os.ErrClosed)
	}
	for {
		for ; d.given < d.count; d.given++ {
			p := batch.Room()
			if p == nil {
				return nil
			}
			batch.Keep(copy(p.Buffer()[wire.Headroom:], d.bufs[d.given][:d.sizes[d.given]]))
		}
		if batch.Room() == nil || !d.readable() {
			return nil
		}
		n, err := d.port.Read(d.bufs, d.sizes, 0)
		d.given, d.count = 0, n
		if err != nil {
			return d.fault(err)
		}
	}
}

// Write sends batch one by one. Given several, wireguard/tun would merge and
// reorder the packets of a flow, take their identifications and flow labels for
// equal, and not say which one was refused; a router changes none of this.
// See Device.
func (d *wireguardTUN) Write(batch []*wire.Packet) (int, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return 0, d.gone(os.ErrClosed)
	}
	for i, p := range batch {
		if err := d.segments.send(p, d.put); err != nil {
			return i, d.fault(err)
		}
	}
	return len(batch), nil
}

// put writes one plain packet, before which wireguard/tun puts a virtio_net_hdr.
func (d *wireguardTUN) put(p *wire.Packet) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.one[0] = p.WithHeadroom(virtioNetHdrLen)
	_, err := d.port.Write(d.one[:], virtioNetHdrLen)
	d.one[0] = nil
	return err
}

// Close ends the TUN.
func (d *wireguardTUN) Close() error { return d.close(d.port.Close) }
