package network

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

const (
	// batchSize is the number of packets read from a device at once, and
	// batchBudget how many octets end a batch: a ping waits behind so many on
	// each link.
	batchSize   = 64
	batchBudget = 32 << 10
	// batchOctets is the room: where packets are read together, nobody knows
	// before how long they are.
	batchOctets = (batchSize + 1) * wire.Stride
	// fewPorts is up to how many it costs less to read each than to ask the kernel
	// which of them have packets.
	fewPorts = 8
	// pollRounds is after how many rounds a worker with more ports asks all the same.
	pollRounds = 4
	// expiryInterval is how late fragments may expire while packets move.
	expiryInterval = 100 * time.Millisecond
	// wakeUp is how long it may take to wake up. Nobody sleeps closer than that to the
	// arrival of a packet on a link.
	wakeUp = 80 * time.Microsecond
	// linkMemory is what packets on their way on links may take at most, in octets.
	linkMemory = 512 << 20
)

// start is the zero of the network's clock: the Unix epoch, carried on by the
// monotonic clock.
var (
	start      = time.Now()
	startEpoch = time.Duration(start.UnixNano())
)

func clock() time.Duration { return startEpoch + time.Since(start) }

// worker is one thread that moves packets, from the ports that it was dealt to
// any. Nobody else touches what it has, unless all workers rest.
type worker struct {
	net    *Network
	index  int
	memory []byte   // of batch and pool
	pieces [][]byte // of wires
	batch  *wire.Batch
	pool   pool

	ports  []*port
	ready  []*port       // those of them that may have packets
	polled []unix.PollFd // the pipe of asks, and then the descriptors of each port
	owners []*port       // whose each of polled is: the pipe is nobody's
	queued []*lane       // those that packets wait in
	came   Totals        // what devices gave, ever; without Errors
	now    time.Duration // when the round began, or its last batch was read
	timed  bool          // by the clock, and not by who calls Step

	wires     *link.Wires
	crossings []crossing     // packets between two nodes, and those that were
	parcels   []*link.Parcel // that packets of this round are in
	at        time.Duration  // when the packet came that a router has
	hops      int            // and how many links it had crossed
	entered   *wire.Packet   // which it is; nil: none, or one of its own
	refused   *wire.Packet   // the first of what came of it that a queue had no room for; nil: none
	due       time.Duration  // when to look for fragments that expire
	held      bool           // fragments may have come since that was last asked
	haste     haste
}

// equip gets the worker its buffers.
func (w *worker) equip() (err error) {
	if w.memory, err = mapped(batchOctets + poolSize*wire.Stride); err != nil {
		return fmt.Errorf("memory for packets: %w", err)
	}
	w.batch = wire.NewBatch(batchSize, batchBudget, w.memory[:batchOctets:batchOctets])
	w.pool.fill(w.memory[batchOctets:])
	w.wires = link.NewWires(linkMemory, w.grow)
	return nil
}

// grow gets the wires another piece of memory.
func (w *worker) grow(octets int) ([]byte, error) {
	memory, err := mapped(octets)
	if err == nil {
		w.pieces = append(w.pieces, memory)
	}
	return memory, err
}

// strip gives the buffers back. A second call does nothing.
func (w *worker) strip() {
	if w.memory != nil {
		unix.Munmap(w.memory)
		w.memory = nil
	}
	for _, memory := range w.pieces {
		unix.Munmap(memory)
	}
	w.pieces = nil
}

// begin looks at the ports that the worker was dealt.
func (w *worker) begin() {
	w.held = true
	w.ready = w.ready[:0]
	w.polled, w.owners = w.polled[:0], w.owners[:0]
	w.addPolled(w.net.asks.descriptor(), nil)
	for _, p := range w.ports {
		if p.device != nil {
			w.ready = append(w.ready, p)
			for _, fd := range p.device.Descriptors() {
				w.addPolled(fd, p)
			}
		}
	}
}

// addPolled has look poll a descriptor, for a port.
func (w *worker) addPolled(fd int, p *port) {
	w.polled = append(w.polled, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	w.owners = append(w.owners, p)
}

// run moves packets until the context ends. While there are some it makes no
// other system call than to read and to write them.
func (w *worker) run(ctx context.Context) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer punctual()()
	w.timed = true
	defer w.relax()
	idle, since := false, time.Duration(0)
	for round := 0; ctx.Err() == nil && err == nil; round++ {
		if w.net.asks.pending.Load() {
			w.net.asks.meet()
			continue
		}
		w.now = clock()
		moved := w.round()
		if !moved && !idle {
			since = w.now
		}
		idle = !moved
		sleep, timeout := idle && w.now-since >= w.net.busyPoll, time.Duration(0)
		if sleep {
			timeout = w.timeout()
		}
		w.hurry(timeout)
		switch {
		case sleep:
			err = w.sleep(timeout)
			w.due = 0 // what it slept for may be fragments
		case idle || len(w.ports) <= fewPorts || round%pollRounds == 0:
			err = w.look(0)
		}
	}
	return err
}

// round moves what arrives on links, and one batch from each port that is ready, and says whether there
// was anything. A port that gave nothing is not ready any more.
func (w *worker) round() (moved bool) {
	moved = w.advance()
	ready := w.ready[:0]
	for _, p := range w.ready {
		if p.ready = w.pump(p); p.ready {
			ready = append(ready, p)
		}
	}
	w.ready = ready
	if w.now >= w.due {
		w.due = w.now + expiryInterval
		w.expire()
	}
	return moved || len(ready) > 0
}

// pump moves one batch from a port's device through its node, and says whether
// there may be more.
func (w *worker) pump(p *port) (more bool) {
	w.batch.Reset()
	err := p.device.Read(w.batch)
	packets, l := w.batch.Packets(), p.lane
	if w.timed && len(packets) > 0 { // they may have come since the round began, and no link is to be shorter for it
		w.now = clock()
	}
	for i := range packets {
		packet := &packets[i]
		if p.tap != nil {
			p.show(packet, false, w.now)
		}
		octets := uint64(len(packet.Data)) // now: the router may turn it into its answer
		w.receive(l, packet, 0, w.now)
		count := uint64(packet.WireCount())
		w.came.Packets += count
		w.came.Bytes += octets + (count-1)*uint64(packet.GSO.HeaderLen)
	}
	w.finish()
	if errors.Is(err, tundev.ErrGone) {
		w.lose(p.device, err)
		return false
	}
	if err != nil {
		l.counts.unread++
	}
	return len(packets) > 0 || err != nil
}

// lose has a device closed that has vanished, as soon as all workers rest.
func (w *worker) lose(device tundev.Device, err error) {
	w.net.asks.later(func() { w.net.lose(device, err) })
}

// look finds the ports that have packets: if none has, it waits until timeout,
// forever being for ever, or until somebody asks. Of few ports it
// takes all without a question if it is not to wait.
func (w *worker) look(timeout time.Duration) error {
	few := timeout == 0 && len(w.ports) <= fewPorts
	if !few {
		if err := poll(w.polled, timeout); err != nil && err != unix.EINTR {
			return fmt.Errorf("waiting for devices: %w", err)
		}
		for i, p := range w.owners {
			if p != nil && w.polled[i].Revents != 0 {
				p.ready = true
			}
		}
	}
	w.ready = w.ready[:0]
	for _, p := range w.ports {
		if p.device != nil && (few || p.ready) {
			p.ready = true
			w.ready = append(w.ready, p)
		}
	}
	return nil
}

// expire lets each router end the fragments whose time is over.
func (w *worker) expire() {
	if !w.held {
		return
	}
	w.at = w.now
	for _, nd := range w.net.nodes {
		w.hops = 0
		s := &nd.seats[w.index]
		if next, waits := s.router.NextExpiry(s); waits && next <= w.now {
			s.router.Expire(w.now, s)
			w.pool.settle()
			w.cascade()
			w.finish()
		}
	}
}

// forever is the timeout of who needs no clock.
const forever = time.Duration(-1)

// timeout is how long nobody needs the clock, or forever. Who waits for a packet on a link
// is awake before it comes.
func (w *worker) timeout() time.Duration {
	next, ok := w.nextEvent()
	if !ok {
		return forever
	}
	return max(0, next-clock()-w.early())
}

// nextExpiry is when the first fragments expire.
func (w *worker) nextExpiry() (next time.Duration, waits bool) {
	for _, nd := range w.net.nodes {
		s := &nd.seats[w.index]
		if at, ok := s.router.NextExpiry(s); ok && (!waits || at < next) {
			next, waits = at, true
		}
	}
	return next, waits
}
