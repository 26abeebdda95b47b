package tundev

import (
	"os"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// kernelTUN reads and writes the TUN itself. Its descriptor is not in Go's
// network poller: a poller that waits for it costs every sender 140 ns a packet.
//
// It asks for no offloads yet, so the kernel segments and sums before us.
type kernelTUN struct{ tun }

func openKernel(spec Spec) (*kernelTUN, error) {
	fd, err := openTUN(spec, 0)
	if err != nil {
		return nil, err
	}
	d := new(kernelTUN)
	d.init(spec, fd)
	return d, nil
}

// Read reads until the kernel has no more. See Device.
func (d *kernelTUN) Read(batch *wire.Batch) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return d.gone(os.ErrClosed)
	}
	for p := batch.Room(); p != nil; p = batch.Room() {
		n, err := unix.Read(d.fd, p.Buffer()[wire.Headroom:])
		for err == unix.EINTR {
			n, err = unix.Read(d.fd, p.Buffer()[wire.Headroom:])
		}
		if err == unix.EAGAIN {
			return nil
		}
		if err != nil {
			return d.fault(err)
		}
		batch.Keep(n)
	}
	return nil
}

// Write sends batch. See Device.
func (d *kernelTUN) Write(batch []*wire.Packet) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, d.gone(os.ErrClosed)
	}
	for i, p := range batch {
		_, err := unix.Write(d.fd, p.Data)
		for err == unix.EINTR {
			_, err = unix.Write(d.fd, p.Data)
		}
		if err != nil {
			return i, d.fault(err)
		}
	}
	return len(batch), nil
}

// Close ends the TUN: the kernel removes it with its last descriptor. A poll
// that another goroutine is in holds it until that poll returns.
func (d *kernelTUN) Close() error {
	return d.close(func() error { return unix.Close(d.fd) })
}
