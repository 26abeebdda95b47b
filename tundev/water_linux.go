package tundev

import (
	"os"
	"syscall"

	"github.com/icmprouter/icmprouter/wire"
	"github.com/songgao/water"
	"golang.org/x/sys/unix"
)

// waterTUN goes through water: one packet a read, one a write.
type waterTUN struct {
	tun
	port *water.Interface

	segments segmenter
}

func openWater(spec Spec) (*waterTUN, error) {
	// water loses its descriptor when the kernel refuses the TUN. So the kernel
	// is asked first with a descriptor of our own.
	fd, err := openTUN(spec, 0)
	if err != nil {
		return nil, err
	}
	unix.Close(fd)
	d := new(waterTUN)
	// water leaves its descriptor open for child processes, which would keep the
	// TUN: so no child may start before the descriptor is marked.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	d.port, err = water.New(water.Config{
		DeviceType:             water.TUN,
		PlatformSpecificParams: water.PlatformSpecificParams{Name: spec.Name},
	})
	if err != nil {
		return nil, explainCreate(spec, err)
	}
	raw, err := d.port.ReadWriteCloser.(syscall.Conn).SyscallConn()
	if err == nil {
		// Not File.Fd: that makes the descriptor blocking.
		err = raw.Control(func(n uintptr) { fd = int(n) })
	}
	if err != nil {
		d.port.Close()
		return nil, err
	}
	unix.CloseOnExec(fd)
	d.init(spec, fd)
	return d, nil
}

// Read asks before each packet whether there is one, as water would wait for
// it. See Device.
func (d *waterTUN) Read(batch *wire.Batch) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return d.gone(os.ErrClosed)
	}
	for p := batch.Room(); p != nil && d.readable(); p = batch.Room() {
		n, err := d.port.Read(p.Buffer()[wire.Headroom:])
		if err != nil {
			return d.fault(err)
		}
		batch.Keep(n)
	}
	return nil
}

// Write sends batch. See Device.
func (d *waterTUN) Write(batch []*wire.Packet) (int, error) {
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

// put writes one plain packet.
func (d *waterTUN) put(p *wire.Packet) error {
	_, err := d.port.Write(p.Data)
	return err
}

// Close ends the TUN.
func (d *waterTUN) Close() error { return d.close(d.port.Close) }
