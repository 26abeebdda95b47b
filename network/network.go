package network

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/tundev"
)

// Network is nodes and the devices that they are attached to. While Run runs, its
// workers own all of it, and change nodes and ports only while all of them rest.
type Network struct {
	opener tundev.Opener
	log    *slog.Logger

	nodes    []*node
	ports    []*port
	workers  []*worker
	busyPoll time.Duration

	asks    asks
	changes sync.Mutex // held by who applies a plan or looks after devices
}

// node is a router, the port of each of its links, and a seat for each worker.
type node struct {
	name  string
	ports []*port
	seats []seat
	// shared guards what the routers of several seats have together.
	shared sync.Mutex
}

// port is a link of a node, and the device that it is attached to.
type port struct {
	node   *node
	link   int
	name   string
	spec   tundev.Spec
	device tundev.Device // nil: down
	ready  bool          // it may have packets
	lane   *lane         // that of the worker that reads the device
}

// New opens the devices of a plan and wires its nodes to them. The opener stays
// the caller's, to be closed after the network.
func New(plan Plan, opener tundev.Opener, log *slog.Logger) (*Network, error) {
	n := &Network{opener: opener, log: log}
	if err := n.asks.open(); err != nil {
		return nil, err
	}
	err := n.hire(plan.workers())
	if err == nil {
		err = n.Apply(plan)
	}
	if err != nil {
		n.dismiss()
		n.asks.close()
		return nil, err
	}
	return n, nil
}

// hire makes the workers.
func (n *Network) hire(count int) error {
	for i := range count {
		w := &worker{net: n, index: i}
		if err := w.equip(); err != nil {
			return err
		}
		n.workers = append(n.workers, w)
	}
	return nil
}

// dismiss ends the workers, which do not run any more.
func (n *Network) dismiss() {
	for _, w := range n.workers {
		w.strip()
	}
}

// Close closes the devices. Run has returned before.
func (n *Network) Close() error {
	var errs []error
	for _, p := range n.ports {
		if p.device != nil {
			errs = append(errs, p.device.Close())
		}
	}
	n.dismiss()
	n.asks.close()
	return errors.Join(errs...)
}

// Run moves packets until the context ends. Each worker keeps a thread for
// itself. A device that vanishes is one line in the log, and is looked for until it is back.
func (n *Network) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	n.asks.serve(len(n.workers))
	defer context.AfterFunc(ctx, n.asks.wake)()
	var others sync.WaitGroup
	defer others.Wait()
	defer stop() // and then wait
	others.Go(func() { n.watch(ctx) })
	errs := make([]error, len(n.workers))
	var working sync.WaitGroup
	for i, w := range n.workers {
		working.Go(func() {
			defer n.asks.leave()
			errs[i] = w.run(ctx)
			stop() // one that cannot go on takes the others with it
		})
	}
	working.Wait()
	return errors.Join(errs...)
}

// lose closes a device that has vanished, and says so once. All workers rest.
func (n *Network) lose(device tundev.Device, err error) {
	for _, p := range n.ports {
		if p.device != device {
			continue
		}
		n.log.Warn("link down", "node", p.node.name, "link", p.name, "device", p.spec.String(), "error", err)
		device.Close()
		n.attach(p, nil)
	}
}

// attach gives a port a device; nil: it has lost its own. All workers rest.
func (n *Network) attach(p *port, device tundev.Device) {
	p.device = device
	p.router().SetDown(p.link, device == nil)
	n.deal()
}

// deal shares the ports out among the workers. All of them rest.
func (n *Network) deal() {
	for _, w := range n.workers {
		w.ports = w.ports[:0]
	}
	for i, p := range n.ports {
		w := n.workers[i%len(n.workers)]
		w.ports = append(w.ports, p)
		p.lane = &p.node.seats[w.index].lanes[p.link]
		p.ready = p.device != nil
	}
	for _, w := range n.workers {
		w.begin()
	}
}

// sit gives every worker a seat at the node, with a sibling of the router.
func (nd *node) sit(workers []*worker, router *forwarding.Router) {
	nd.seats = make([]seat, len(workers))
	for i := range nd.seats {
		s := &nd.seats[i]
		s.worker, s.router, s.lanes = workers[i], router, make([]lane, len(nd.ports))
		if i > 0 {
			s.router = router.Sibling()
		}
		if len(workers) > 1 {
			s.shared = &nd.shared
		}
		for link, p := range nd.ports {
			s.lanes[link] = lane{seat: s, port: p}
		}
	}
}

// router is that of the first worker: what it is told, its siblings know.
func (p *port) router() *forwarding.Router { return p.node.seats[0].router }
