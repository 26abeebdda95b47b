package tundev

import (
	"sync"
	"sync/atomic"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

const (
	// shortBurst is the number of packets from which on a ring is faster than
	// single system calls, by a margin that outweighs a wrong guess.
	shortBurst = 16
	// smallPacket is the longest packet that comes in bursts, in octets: what is
	// longer costs its copy, and no system call saved is worth a buffer of 64 KiB.
	smallPacket = 2048
	// rwfNowait has a read fail at once where it would wait.
	rwfNowait = 8
)

// bursts is the second engine of a kernelTUN: io_uring, for many packets at once.
type bursts struct {
	// least is the number of packets that are a burst, and floor how many are
	// expected whatever happened.
	least, floor int
	// off ends the use of rings, for good.
	off atomic.Bool

	// out is guarded by writing.
	writing sync.Mutex
	out     *uring
	rest    remainder
}

// start says which engine is to be used for the queues, of which the first takes
// what is written. On an error some may have rings.
func (b *bursts) start(engine Engine, queues []queue) (err error) {
	b.least = shortBurst
	switch engine {
	case EngineDirect:
		b.off.Store(true)
	case EngineRing:
		b.least, b.floor = 1, 1
		for i := range queues {
			q := &queues[i]
			q.expected = 1
			if q.ring, err = newURing(q.fd); err != nil {
				return err
			}
		}
		b.out, err = newURing(queues[0].fd)
	}
	return err
}

// ring makes a ring if there is none yet.
func (b *bursts) ring(r **uring, fd int) bool {
	if *r == nil && !b.off.Load() {
		var err error
		if *r, err = newURing(fd); err != nil {
			b.off.Store(true)
		}
	}
	return *r != nil && !b.off.Load()
}

func (b *bursts) close() {
	if b.out != nil {
		b.out.close()
	}
}

// readBurst reads as many packets of the queue as are expected, if a ring is of use now. It
// says how many came if all were small, and whether more may be there.
func (d *kernelTUN) readBurst(q *queue, batch *wire.Batch) (small int, more bool, err error) {
	b := &d.bursts
	if q.expected < b.least || b.off.Load() {
		return 0, true, nil
	}
	asked := batch.Spread(min(q.expected, ringSize))
	if asked < b.least || !b.ring(&q.ring, q.fd) {
		return 0, true, nil
	}
	for i := range asked {
		q.ring.push(opRead, batch.SpreadRoom(i)[wire.Headroom-virtioNetHdrLen:], rwfNowait)
	}
	done, failed := q.ring.submit()
	if failed != nil {
		b.off.Store(true)
	}
	came, longest := 0, int32(0)
	for i, n := range q.ring.results[:done] {
		if n == -int32(unix.EOPNOTSUPP) {
			b.off.Store(true) // this kernel's TUN cannot be asked without waiting
		} else if n >= 0 {
			longest = max(longest, n)
			came++
		}
		if e := d.keepSpread(batch, i, int(n)); e != nil {
			err = e
		}
	}
	if longest > smallPacket {
		b.guess(q, 0)
		return 0, came == asked, err
	}
	return came, came == asked || b.off.Load(), err
}

// keepSpread adds the packet of spread buffer i to the batch, of which a read has
// said that it is n octets with the header, or an error.
func (d *kernelTUN) keepSpread(batch *wire.Batch, i, n int) error {
	switch errno := unix.Errno(-n); {
	case n < 0 && (errno == unix.EAGAIN || errno == unix.EOPNOTSUPP):
		return nil
	case n < 0:
		return d.fault(errno)
	case n < virtioNetHdrLen:
		return errUnknown
	}
	n -= virtioNetHdrLen
	room := batch.SpreadRoom(i)
	g, ok := readHeader(room[wire.Headroom-virtioNetHdrLen:], room[wire.Headroom:][:n])
	if !ok {
		return errUnknown
	}
	batch.KeepSpread(i, n).GSO = g
	return nil
}

// guess expects of a queue next time as many small packets as came in a row this time. To
// ask for one that is not there costs as much as one that is there saves.
func (b *bursts) guess(q *queue, small int) { q.expected = max(small, b.floor) }

// burst says how many packets, from the first on, go out as they are, one by one.
func (d *kernelTUN) burst(batch []*wire.Packet) int {
	n := 0
	for n < min(len(batch), ringSize) {
		p := batch[n]
		if p.GSO.Size != 0 || p.GSO.ChecksumStart != 0 && d.plain.Load() || n > 0 && d.joinable(batch[n:]) > 1 {
			break
		}
		n++
	}
	return n
}

// writeBurst writes packets that burst said go out as they are. Without a ring,
// or if another goroutine uses it, it writes none.
func (d *kernelTUN) writeBurst(batch []*wire.Packet) (int, error) {
	b := &d.bursts
	if len(batch) < b.least || b.off.Load() || !b.writing.TryLock() {
		return 0, nil
	}
	defer b.writing.Unlock()
	if b.rest.known.Load() || !b.ring(&b.out, d.fd) {
		return 0, nil // what another goroutine is to resume must not be forgotten
	}
	for _, p := range batch {
		octets := p.WithHeadroom(virtioNetHdrLen)
		writeHeader(octets, &p.GSO, p.Data)
		b.out.push(opWrite, octets, rwfNowait)
	}
	done, err := b.out.submit()
	if err != nil || done > 0 && b.out.results[0] == -int32(unix.EOPNOTSUPP) {
		b.off.Store(true)
	}
	if done > 0 && b.out.results[0] == -int32(unix.EOPNOTSUPP) {
		return 0, nil
	}
	results := b.out.results[:done]
	for i, p := range batch[:done] {
		if results[i] == -int32(unix.EAGAIN) && d.put(p) == nil {
			results[i] = 0 // memory was short for who may not wait
		}
	}
	return b.rest.settle(batch[:done], results)
}

// remainder is what a burst has already done with the packets behind one that it
// was refused: the next Write begins with them. Its user serialises settle and resume.
type remainder struct {
	known   atomic.Bool
	packets []*wire.Packet
	results []int32
}

// settle says how many packets were taken before the first that was refused, and
// keeps in mind what became of those behind it.
func (r *remainder) settle(batch []*wire.Packet, results []int32) (int, error) {
	for i, n := range results {
		if n < 0 {
			r.packets = append(r.packets[:0], batch[i+1:]...)
			r.results = append(r.results[:0], results[i+1:]...)
			r.known.Store(i+1 < len(batch))
			return i, unix.Errno(-n)
		}
	}
	r.known.Store(false)
	return len(batch), nil
}

// resume is settle for a Write that goes on behind a refused packet. Any other
// Write has nothing to resume.
func (b *bursts) resume(batch []*wire.Packet) (int, error) {
	r := &b.rest
	if !r.known.Load() || len(batch) == 0 {
		return 0, nil
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	if !r.known.Load() || len(batch) < len(r.packets) || r.packets[0] != batch[0] {
		return 0, nil
	}
	return r.settle(batch[:len(r.packets)], r.results)
}
