package tundev

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// errUnknown is what Read returns for a super-packet of a kind that was not asked for.
var errUnknown = errors.New("a packet was lost: the kernel gave it as a super-packet of an unknown kind")

// kernelTUN reads and writes the TUN itself. Its descriptors are not in Go's
// network poller: a poller that waits for them costs every sender 140 ns a packet.
type kernelTUN struct {
	tun
	log *slog.Logger

	// queues are all that is read, and turn is the one that the next Read begins with.
	queues []queue
	turn   int

	// plain says that the kernel takes no super-packets: for good, as it refused one
	// once, or as nobody wants any.
	plain    atomic.Bool
	segments segmenter
	coalesce Coalesce
	bursts   bursts

	// read, write and writev are the system calls; tests have others.
	read   func(fd int, b []byte) (int, error)
	write  func(fd int, b []byte) error
	writev func(fd int, parts []unix.Iovec) error
}

func openKernel(spec Spec, log *slog.Logger) (*kernelTUN, error) {
	fds, err := openQueues(spec, loadSteering, attachTUN)
	if err != nil {
		return nil, err
	}
	return newKernel(spec, log, fds)
}

// newKernel takes over the descriptors of a TUN's queues.
func newKernel(spec Spec, log *slog.Logger, fds []int) (*kernelTUN, error) {
	d := &kernelTUN{log: log, coalesce: cmp.Or(spec.Coalesce, CoalesceOff), read: sysRead, write: sysWrite, writev: sysWritev}
	d.init(spec, fds...)
	for _, fd := range fds {
		d.queues = append(d.queues, queue{fd: fd})
	}
	d.plain.Store(spec.NoOffloads)
	if !spec.NoOffloads {
		negotiate(func(offloads int) error { return unix.IoctlSetInt(d.fd, unix.TUNSETOFFLOAD, offloads) })
	}
	if err := d.bursts.start(spec.Engine, d.queues); err != nil {
		d.Close()
		return nil, fmt.Errorf("engine %s: %w: take %q", spec.Engine, err, EngineAuto)
	}
	return d, nil
}

// Read reads each queue until the kernel has no more. It begins with the first,
// unless that has just filled a batch: so none waits for more than one batch of
// the other, and a ping is in the next one. See Device.
func (d *kernelTUN) Read(batch *wire.Batch) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return d.gone(os.ErrClosed)
	}
	first := d.turn
	d.turn = 0
	for i := range d.queues {
		at := (first + i) % len(d.queues)
		small, err := d.readAll(&d.queues[at], batch)
		d.bursts.guess(&d.queues[at], small)
		if err != nil || batch.Room() == nil {
			d.turn = (at + 1) % len(d.queues)
			return err
		}
	}
	return nil
}

// readAll reads a queue, and says how many small packets in a row it has read last.
func (d *kernelTUN) readAll(q *queue, batch *wire.Batch) (small int, err error) {
	for {
		n, more, err := d.readBurst(q, batch)
		small += n
		if err != nil || !more {
			return small, err
		}
		// Behind a full burst there may be nothing: it is cheaper to ask for one.
		p := batch.Room()
		if p == nil {
			return small, nil
		}
		n, err = d.readOne(q, p)
		if err == unix.EAGAIN {
			return small, nil
		}
		if err != nil {
			return small, d.fault(err) // EINVAL: the kernel has dropped what it could not describe
		}
		if small++; n > smallPacket {
			small = 0
			d.bursts.guess(q, small)
		}
		if err := keep(batch, p, n); err != nil {
			return small, err
		}
	}
}

// readOne reads one packet of the queue with its header.
func (d *kernelTUN) readOne(q *queue, p *wire.Packet) (n int, err error) {
	b := p.Buffer()[wire.Headroom-virtioNetHdrLen:]
	n, err = d.read(q.fd, b)
	for err == unix.EINTR {
		n, err = d.read(q.fd, b)
	}
	return n, err
}

// keep adds what stands in the room p to the batch: n octets with the header.
func keep(batch *wire.Batch, p *wire.Packet, n int) error {
	if n < virtioNetHdrLen {
		return errUnknown
	}
	n -= virtioNetHdrLen
	b := p.Buffer()
	g, ok := readHeader(b[wire.Headroom-virtioNetHdrLen:], b[wire.Headroom:][:n])
	if !ok {
		return errUnknown
	}
	batch.Keep(n)
	p.GSO = g
	return nil
}

// Write sends batch. See Device.
func (d *kernelTUN) Write(batch []*wire.Packet) (int, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return 0, d.gone(os.ErrClosed)
	}
	done, err := d.bursts.resume(batch)
	if err != nil {
		return done, d.fault(err)
	}
	for done < len(batch) {
		n, err := d.sendSome(batch[done:])
		done += n
		if err != nil {
			return done, d.fault(err)
		}
	}
	return len(batch), nil
}

// sendSome sends the first packet of batch, and with it those that may be joined
// to it, or else those that cannot be joined, and says how many these were.
func (d *kernelTUN) sendSome(batch []*wire.Packet) (int, error) {
	if n := d.joinable(batch); n > 1 {
		err := d.join(batch[:n])
		if err == nil {
			return n, nil
		}
		if err != unix.EINVAL {
			return 0, err
		}
		d.giveUp(err)
	}
	alone := d.burst(batch)
	if n, err := d.writeBurst(batch[:alone]); n > 0 || err != nil {
		return n, err
	}
	alone = max(alone, 1)
	for i, p := range batch[:alone] {
		if err := d.send(p); err != nil {
			return i, err
		}
	}
	return alone, nil
}

// send sends a packet as whole as the kernel takes it.
func (d *kernelTUN) send(p *wire.Packet) error {
	if p.GSO.ChecksumStart == 0 {
		return d.put(p)
	}
	if !d.plain.Load() {
		err := d.put(p)
		if err != unix.EINVAL || p.GSO.Size == 0 {
			return err
		}
		d.giveUp(err)
	}
	return d.segments.send(p, d.put)
}

// giveUp ends the writing of super-packets: some kernels (6.6.44) refuse good
// ones, and to ask again each time would cost more than it gives.
func (d *kernelTUN) giveUp(why error) {
	if !d.plain.Swap(true) {
		d.log.Warn("offload off: the kernel refused a super-packet; all go in segments now", "device", d.label, "error", why)
	}
}

// put writes one packet, with its header before it.
func (d *kernelTUN) put(p *wire.Packet) error {
	b := p.WithHeadroom(virtioNetHdrLen)
	writeHeader(b, &p.GSO, p.Data)
	err := d.write(d.fd, b)
	for err == unix.EINTR {
		err = d.write(d.fd, b)
	}
	return err
}

// Close ends the TUN: the kernel removes it with its last descriptor. A poll
// that another goroutine is in holds it until that poll returns.
func (d *kernelTUN) Close() error {
	return d.close(func() error {
		d.bursts.close()
		var errs []error
		for _, q := range d.queues {
			if q.ring != nil {
				q.ring.close()
			}
			errs = append(errs, unix.Close(q.fd))
		}
		return errors.Join(errs...)
	})
}
