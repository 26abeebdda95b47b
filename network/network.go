package network

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// Network is nodes and the devices that they are attached to. While Run runs, its
// workers own all of it, and change nodes and ports only while all of them rest.
type Network struct {
	opener tundev.Opener
	log    *slog.Logger

	nodes    []*node
	ports    []*port
	cables   []*cable
	workers  []*worker
	busyPoll time.Duration
	plan     Plan // that was applied, as far as routes are computed of it

	reroute chan struct{} // holds an element when a device came or went
	past    uint64        // errors that were sent and are in no counter any more

	// LinkChanged, if it is set before Run, is told of each device that was lost or came back. All workers
	// rest meanwhile: it does nothing that takes time, and asks for nothing of the network.
	LinkChanged func(node, link string, up bool)

	asks    asks
	changes sync.Mutex // held by who applies a plan or looks after devices
	closed  bool       // guarded by changes
}

// node is a router, the port of each of its links, and a seat for each worker.
type node struct {
	name  string
	ports []*port
	seats []seat
	// shared guards what the routers of several seats have together.
	shared sync.Mutex
}

// port is a link of a node, and the device that it is attached to, or else the
// port of another node.
type port struct {
	node   *node
	link   int
	name   string
	spec   tundev.Spec   // without a name: none
	device tundev.Device // nil: down
	ready  bool          // it may have packets
	// ignored is what the kernel had dropped around the device before the counters were reset.
	ignored ignored
	lane    *lane       // that of the worker that reads the device
	tap     Tap         // nil: nobody looks
	shown   wire.Packet // what a tap is shown

	cable *cable          // nil: the port is none's end
	peer  *port           // at the other end of the cable
	out   *link.Direction // to the peer; nil: nothing ever happened to packets there

	gone bool  // the plan that it was of is over
	heir *port // which has its name since; nil: none
}

// down says that no packet can leave by the port.
func (p *port) down() bool {
	if p.cable != nil {
		return p.cable.plan.Down
	}
	return p.device == nil
}

// New opens the devices of a plan and wires its nodes to them. The opener stays
// the caller's, to be closed after the network.
func New(plan Plan, opener tundev.Opener, log *slog.Logger) (*Network, error) {
	n := &Network{opener: opener, log: log, reroute: make(chan struct{}, 1)}
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

// Close closes the devices. Run has returned before. A change that is being made comes to its end, and there is none later.
func (n *Network) Close() error {
	n.changes.Lock()
	defer n.changes.Unlock()
	n.closed = true
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
	others.Go(func() { n.rerouter(ctx) })
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
		n.tell(p)
	}
}

// tell tells who wants to know whether the port has a device. All workers rest.
func (n *Network) tell(p *port) {
	if n.LinkChanged != nil {
		n.LinkChanged(p.node.name, p.name, p.device != nil)
	}
}

// attach gives a port a device; nil: it has lost its own. All workers rest.
func (n *Network) attach(p *port, device tundev.Device) {
	p.device = device
	p.router().SetDown(p.link, device == nil)
	n.deal()
	select {
	case n.reroute <- struct{}{}:
	default: // it is to be done already
	}
}

// deal shares the ports out among the workers. All of them rest.
func (n *Network) deal() {
	for _, w := range n.workers {
		w.ports = w.ports[:0]
	}
	dealt := 0
	for _, p := range n.ports {
		if p.spec.Name == "" {
			p.tie(n.workers)
			continue
		}
		w := n.workers[dealt%len(n.workers)]
		dealt++
		w.ports = append(w.ports, p)
		p.lane = p.laneOf(w)
		p.ready = p.device != nil
	}
	for _, w := range n.workers {
		w.begin()
	}
}

// tie has the lanes of each worker lead to those of the peer.
func (p *port) tie(workers []*worker) {
	if p.peer == nil {
		return
	}
	for _, w := range workers {
		p.laneOf(w).peer = p.peer.laneOf(w)
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
