package tundev

import (
	"os"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"
)

// virtioNetHdrLen is what wireguard/tun wants before a datagram that it writes, in octets.
const virtioNetHdrLen = 10

// wireguardTUN goes through wireguard/tun, which takes super-packets apart and
// completes checksums. It writes a UDP checksum that comes out as 0 as 0, where
// RFC 768 and RFC 8200 §8.1 want 65535; that cannot be told from a sender that
// sums nothing, so it is left so.
type wireguardTUN struct {
	tun
	port wgtun.Device

	// bufs and sizes are what one read of port fills: the buffers of the batch,
	// and after them spare ones, as one super-packet may be more segments than
	// the batch has room for.
	bufs  [][]byte
	sizes []int
	spare [][]byte
	// rest are the segments in spare, of rested octets each, that the next Read hands out.
	rest   [][]byte
	rested []int

	one [1][]byte
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
	d.sizes = make([]int, port.BatchSize())
	d.init(spec, fd)
	return d, nil
}

// Read hands out what the last Read had no room for before it asks the kernel.
// The descriptor does not poll readable for that rest: read until nothing
// comes before polling. An error that is not ErrGone is a super-packet that
// could not be taken apart, or not wholly. See Device.
func (d *wireguardTUN) Read(batch []wire.Packet) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, d.gone(os.ErrClosed)
	}
	got := d.takeRest(batch)
	for got < len(batch) && d.readable() {
		n, err := d.readSegments(batch[got:])
		got += n
		if err != nil {
			return got, d.fault(err)
		}
	}
	return got, nil
}

// readSegments reads one packet or super-packet into the front of batch, and
// what does not fit there into rest.
func (d *wireguardTUN) readSegments(batch []wire.Packet) (int, error) {
	room := min(len(batch), len(d.bufs))
	for i := range room {
		d.bufs[i] = batch[i].Buffer()
	}
	copy(d.bufs[room:], d.spares(len(d.bufs)-room))
	n, err := d.port.Read(d.bufs, d.sizes, wire.Headroom)
	for i := range min(n, room) {
		batch[i].SetLen(d.sizes[i])
	}
	if n > room {
		d.rest, d.rested = d.bufs[room:n], d.sizes[room:n]
	}
	return min(n, room), err
}

// spares returns n buffers of our own, made when first needed.
func (d *wireguardTUN) spares(n int) [][]byte {
	for len(d.spare) < n {
		d.spare = append(d.spare, make([]byte, wire.BufferSize))
	}
	return d.spare[:n]
}

// takeRest copies segments of an earlier super-packet into batch.
func (d *wireguardTUN) takeRest(batch []wire.Packet) int {
	n := min(len(d.rest), len(batch))
	for i := range n {
		copy(batch[i].Buffer()[wire.Headroom:], d.rest[i][wire.Headroom:wire.Headroom+d.rested[i]])
		batch[i].SetLen(d.rested[i])
	}
	d.rest, d.rested = d.rest[n:], d.rested[n:]
	return n
}

// Write sends batch one by one. Given several, wireguard/tun would merge and
// reorder the packets of a flow, take their identifications and flow labels for
// equal, and not say which one was refused; a router changes none of this.
// See Device.
func (d *wireguardTUN) Write(batch []*wire.Packet) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, d.gone(os.ErrClosed)
	}
	defer func() { d.one[0] = nil }()
	for i, p := range batch {
		d.one[0] = p.WithHeadroom(virtioNetHdrLen)
		if _, err := d.port.Write(d.one[:], virtioNetHdrLen); err != nil {
			return i, d.fault(err)
		}
	}
	return len(batch), nil
}

// Close ends the TUN.
func (d *wireguardTUN) Close() error { return d.close(d.port.Close) }
