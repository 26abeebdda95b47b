package network

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// start is the zero of the network's clock: the Unix epoch, carried on by the
// monotonic clock.
var (
	start      = time.Now()
	startEpoch = time.Duration(start.UnixNano())
)

func clock() time.Duration { return startEpoch + time.Since(start) }

// Run moves packets until the context ends. It keeps its thread for itself. A
// device that vanishes is one line in the log, and is looked for until it is back.
func (n *Network) Run(ctx context.Context) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	n.asks.serve()
	defer context.AfterFunc(ctx, n.asks.wake)()
	watched := make(chan struct{})
	watching, stop := context.WithCancel(ctx)
	go func() { defer close(watched); n.watch(watching) }()
	defer func() { stop(); n.asks.rest(); <-watched }()

	batch := newBatch()
	var polled []unix.PollFd
	for ctx.Err() == nil {
		var err error
		if polled, err = n.wait(polled); err != nil {
			return err
		}
		n.now = clock()
		for _, p := range n.ports {
			if p.ready {
				n.pump(p, batch)
			}
		}
		n.expire()
	}
	return nil
}

func newBatch() *wire.Batch {
	return wire.NewBatch(batchSize, make([]byte, batchSize*wire.Stride))
}

// pump moves one batch from a port's device through its node. A device that
// gave packets is asked again before anybody waits for it.
func (n *Network) pump(p *port, batch *wire.Batch) {
	batch.Reset()
	err := p.device.Read(batch)
	p.ready = batch.Len() > 0
	for i := range batch.Packets() {
		packet := &batch.Packets()[i]
		p.node.router.Receive(packet, p.link, n.now, p.node)
		p.received += uint64(packet.WireCount())
		n.pool.settle()
	}
	n.flush()
	if errors.Is(err, tundev.ErrGone) {
		n.lose(p, err)
	}
}

// expire lets each router end the fragments whose time is over.
func (n *Network) expire() {
	for _, nd := range n.nodes {
		if next, waits := nd.router.NextExpiry(nd); waits && next <= n.now {
			nd.router.Expire(n.now, nd)
			n.pool.settle()
			n.flush()
		}
	}
}

// wait sleeps until a device has packets, somebody asks, or fragments expire,
// and marks the ports that have packets. It does not sleep while one of them may have more.
func (n *Network) wait(fds []unix.PollFd) ([]unix.PollFd, error) {
	fds = append(fds[:0], unix.PollFd{Fd: int32(n.asks.descriptor()), Events: unix.POLLIN})
	timeout := n.timeout()
	for _, p := range n.ports {
		fd := unix.PollFd{Fd: -1, Events: unix.POLLIN} // poll passes over a negative descriptor
		if p.device != nil {
			fd.Fd = int32(p.device.Descriptor())
		}
		fds = append(fds, fd)
		if p.ready {
			timeout = 0
		}
	}
	if _, err := unix.Poll(fds, timeout); err != nil && err != unix.EINTR {
		return fds, fmt.Errorf("waiting for devices: %w", err)
	}
	for i, p := range n.ports {
		if fds[i+1].Revents != 0 {
			p.ready = true
		}
	}
	if fds[0].Revents != 0 {
		n.asks.answer() // may replace the ports
	}
	return fds, nil
}

// timeout is how long nobody needs the clock, in milliseconds; -1: for ever.
func (n *Network) timeout() int {
	timeout := -1
	for _, nd := range n.nodes {
		if next, waits := nd.router.NextExpiry(nd); waits {
			left := int(max(0, next-clock())/time.Millisecond) + 1
			if timeout < 0 || left < timeout {
				timeout = left
			}
		}
	}
	return timeout
}
