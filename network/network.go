package network

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// Network is nodes and the devices that they are attached to. One goroutine, in
// Run, owns all of it and moves every packet; the others ask it.
type Network struct {
	opener tundev.Opener
	log    *slog.Logger

	nodes []*node
	ports []*port
	pool  pool
	now   time.Duration // when the current batch was read

	asks    asks
	changes sync.Mutex // held by who applies a plan or looks after devices
}

// node is a router, and the port of each of its links.
type node struct {
	name   string
	router *forwarding.Router
	ports  []*port
	net    *Network
}

// port is a link of a node, and the device that it is attached to.
type port struct {
	node   *node
	link   int
	name   string
	spec   tundev.Spec
	device tundev.Device // nil: down
	ready  bool
	queue  queue

	received, sent, refused uint64
}

// New opens the devices of a plan and wires its nodes to them. The opener stays
// the caller's, to be closed after the network.
func New(plan Plan, opener tundev.Opener, log *slog.Logger) (*Network, error) {
	n := &Network{opener: opener, log: log}
	if err := n.asks.open(); err != nil {
		return nil, err
	}
	n.pool.fill()
	if err := n.Apply(plan); err != nil {
		n.asks.close()
		return nil, err
	}
	return n, nil
}

// Close closes the devices. Run has returned before.
func (n *Network) Close() error {
	var errs []error
	for _, p := range n.ports {
		if p.device != nil {
			errs = append(errs, p.device.Close())
		}
	}
	n.asks.close()
	return errors.Join(errs...)
}

// Buffer lends a packet to the node's router (forwarding.Output).
func (nd *node) Buffer() *wire.Packet { return nd.net.lend() }

// Send queues a packet of the node's router until the batch is over (forwarding.Output).
func (nd *node) Send(link int, p *wire.Packet) {
	nd.ports[link].queue.push(p, !nd.net.pool.sent(p))
}

// Lock and Unlock do nothing: the node has one worker (forwarding.Output).
func (nd *node) Lock()   {}
func (nd *node) Unlock() {}

// lend takes a packet from the pool, and sends all that is queued if none is left.
func (n *Network) lend() *wire.Packet {
	if n.pool.empty() {
		n.flush()
	}
	return n.pool.lend()
}

// flush writes what is queued, and takes back what it had lent for it.
func (n *Network) flush() {
	for _, p := range n.ports {
		if len(p.queue.packets) > 0 {
			n.write(p)
			n.pool.takeBack(&p.queue)
		}
	}
}

// write hands a port's queue to its device. A packet that the device refuses is
// dropped, and the rest goes on.
func (n *Network) write(p *port) {
	for i := 0; i < len(p.queue.packets); i++ {
		if p.device == nil {
			p.refuse(i)
			continue
		}
		taken, err := p.device.Write(p.queue.packets[i:])
		for _, packet := range p.queue.packets[i : i+taken] {
			p.sent += uint64(packet.WireCount())
		}
		i += taken
		if err == nil {
			return
		}
		if errors.Is(err, tundev.ErrGone) {
			n.lose(p, err)
		}
		if i < len(p.queue.packets) {
			p.refuse(i)
		}
	}
}

// refuse counts a queued packet that no device takes.
func (p *port) refuse(i int) {
	count := uint64(p.queue.packets[i].WireCount())
	p.refused += count
	if p.queue.forwarded[i] {
		p.node.router.Counters.Refused(count)
	}
}

// lose closes the device of a port that has vanished, and says so once.
func (n *Network) lose(p *port, err error) {
	if p.device == nil {
		return
	}
	n.log.Warn("link down", "node", p.node.name, "link", p.name, "device", p.spec.String(), "error", err)
	p.device.Close()
	p.device, p.ready = nil, false
	p.node.router.SetDown(p.link, true)
}

// attach gives a port a device.
func (n *Network) attach(p *port, device tundev.Device) {
	p.device = device
	p.node.router.SetDown(p.link, false)
}
