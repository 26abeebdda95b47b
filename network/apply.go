package network

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/tundev"
)

// change is what must be done for a plan, prepared so that it can be undone
// until it is done.
type change struct {
	net    *Network
	plan   Plan
	nodes  []*node
	tables []*forwarding.Table
	ports  []*port
	cables []*cable
	// reused maps a port of the new plan to the one whose device it takes over.
	reused map[*port]*port
	opened []tundev.Device
	undo   []func()
	// after is what can be done only when the devices that go are gone.
	after []func() error
}

// Apply makes the network what the plan says: checked and opened whole first,
// then swapped between two batches. Nodes of the same name keep their counters,
// devices of the same name and namespace go on without losing a packet. On an
// error nothing has changed.
func (n *Network) Apply(plan Plan) error {
	_, err := n.Change(plan)
	return err
}

// Change is Apply, and says when the swap was.
func (n *Network) Change(plan Plan) (Moment, error) {
	n.changes.Lock()
	defer n.changes.Unlock()
	if n.closed {
		return Moment{}, errors.New("the network is closed")
	}
	if plan.workers() != len(n.workers) {
		return Moment{}, fmt.Errorf("workers: there are %d, and not %d: restart to change that", len(n.workers), plan.workers())
	}
	if err := plan.movable(); err != nil {
		return Moment{}, err
	}
	c := &change{net: n, plan: plan, reused: map[*port]*port{}}
	if err := c.prepare(); err != nil {
		c.rollBack()
		return Moment{}, err
	}
	var gone []tundev.Device
	var at Moment
	n.asks.do(func() { gone, at = c.swap(), n.moment() })
	for _, device := range gone {
		if err := device.Close(); err != nil { // the plan is applied all the same
			n.log.Warn("device that went cannot be closed", "device", device.Name(), "error", err)
		}
	}
	for _, do := range c.after {
		if err := do(); err != nil {
			n.log.Warn("device that came lacks routes", "error", err)
		}
	}
	return at, nil
}

// prepare builds the tables and opens or adapts the devices.
func (c *change) prepare() error {
	for _, planned := range c.plan.Nodes {
		links := make([]forwarding.Link, len(planned.Interfaces))
		for i := range planned.Interfaces {
			links[i] = planned.Interfaces[i].Link
		}
		table, err := forwarding.NewTable(links, planned.Routes, planned.Settings)
		if err != nil {
			return fmt.Errorf("node %s: %w", planned.Name, err)
		}
		nd := &node{name: planned.Name}
		c.nodes, c.tables = append(c.nodes, nd), append(c.tables, table)
		for i, planned := range planned.Interfaces {
			p := &port{node: nd, link: i, name: planned.Name, spec: planned.Device}
			nd.ports, c.ports = append(nd.ports, p), append(c.ports, p)
		}
		router := forwarding.New(table, planned.Limits)
		router.Places = places(len(c.plan.Nodes))
		nd.sit(c.net.workers, router)
	}
	for _, planned := range c.plan.Links {
		c.cables = append(c.cables, lay(planned, c.nodes))
	}
	for _, p := range c.ports {
		if p.spec.Name == "" {
			continue
		}
		if err := c.equip(p); err != nil {
			return fmt.Errorf("%s.%s: %w", p.node.name, p.name, err)
		}
	}
	c.guide()
	return nil
}

// places is how many addresses each of so many nodes remembers; zero: as many as a node
// alone does, which would fill the processor's cache.
func places(nodes int) int {
	const few, many = 32, 64
	if nodes <= few {
		return 0
	}
	return many
}

// guide gives the tables the routes that Routing computes. A device that is lost from now on
// has them computed again.
func (c *change) guide() {
	if c.plan.Routing == Static {
		return
	}
	down := map[*port]bool{}
	c.net.asks.do(func() {
		for _, p := range c.ports {
			old := c.reused[p]
			down[p] = p.down() && (old == nil || old.device == nil)
		}
	})
	atlas, leads := c.plan.Routes(func(node, link int) bool { return !down[c.nodes[node].ports[link]] })
	for i, table := range c.tables {
		table.SetAtlas(atlas, leads[i])
	}
}

// equip finds the device of a port: one that is open and stays, or a new one.
func (c *change) equip(p *port) error {
	old := c.net.portOf(p.spec)
	if old == nil {
		return c.open(p)
	}
	c.reused[p] = old
	before, anew := old.spec, opening(old.spec) != opening(p.spec)
	if !anew && same(before, p.spec) {
		return nil
	}
	var device tundev.Device
	c.net.asks.do(func() { device = old.device })
	switch {
	case device == nil:
		return nil // it is opened anew, as the new spec says, when it can be
	case anew:
		return fmt.Errorf("device %s is open with %s: give it another name, or restart, to have it with %s", p.spec, opening(before), opening(p.spec))
	}
	c.undo = append(c.undo, func() { c.net.opener.Configure(device, before) })
	return c.net.opener.Configure(device, p.spec)
}

// open opens a new device. Routes that a device which is about to go still has
// come after it went.
func (c *change) open(p *port) error {
	first := p.spec
	first.Routes = slices.DeleteFunc(slices.Clone(first.Routes), func(route netip.Prefix) bool {
		return slices.ContainsFunc(c.net.ports, func(old *port) bool {
			return old.spec.Netns == first.Netns && slices.Contains(old.spec.Routes, route) && !c.wants(old.spec)
		})
	})
	device, err := c.net.opener.Open(first)
	if err != nil {
		return err
	}
	p.device = device
	c.opened = append(c.opened, device)
	if len(first.Routes) < len(p.spec.Routes) {
		c.after = append(c.after, func() error { return c.net.opener.Configure(device, p.spec) })
	}
	return nil
}

// wants says whether the new plan has the device that the spec names.
func (c *change) wants(spec tundev.Spec) bool {
	return slices.ContainsFunc(c.ports, func(p *port) bool { return p.spec.Name != "" && sameDevice(p.spec, spec) })
}

// rollBack undoes what prepare did.
func (c *change) rollBack() {
	for _, device := range c.opened {
		device.Close()
	}
	for _, undo := range c.undo {
		undo()
	}
}

// swap puts the prepared in the place of what was, between two batches, and
// returns the devices that nobody uses now.
func (c *change) swap() (gone []tundev.Device) {
	n := c.net
	before := map[string]*node{}
	for _, nd := range n.nodes {
		before[nd.name] = nd
	}
	sent := n.errors()
	for i, nd := range c.nodes {
		if old := before[nd.name]; old != nil {
			nd.inherit(old, c.tables[i])
		}
	}
	for _, old := range n.ports {
		old.gone = true
	}
	kept := map[*port]bool{}
	for _, p := range c.ports {
		if old := c.reused[p]; old != nil {
			kept[old] = true
			p.device, p.ignored, p.tap = old.device, old.ignored, old.tap
			p.node.seats[0].lanes[p.link].counts = old.counts()
		}
		p.router().SetDown(p.link, p.down())
	}
	for _, old := range n.ports {
		if !kept[old] && old.device != nil {
			gone = append(gone, old.device)
		}
	}
	c.connect()
	n.nodes, n.ports, n.cables, n.busyPoll = c.nodes, c.ports, c.cables, c.plan.BusyPoll
	n.plan = c.plan.skeleton()
	n.past += sent - n.errors() // of nodes that are gone
	n.deal()
	return gone
}

// inherit gives a node the routers of the one that it was before, and its ports what waits for those of their names.
func (nd *node) inherit(old *node, table *forwarding.Table) {
	was, is := old.seats[0].router.Shared, nd.seats[0].router.Shared
	was.Limits, was.Places = is.Limits, is.Places
	for k := range nd.seats {
		nd.seats[k].router = old.seats[k].router
	}
	nd.seats[0].router.SetTable(table)
	named := map[string]*port{}
	for _, p := range nd.ports {
		named[p.name] = p
	}
	for _, p := range old.ports {
		p.heir = named[p.name]
	}
}

// connect gives the cables the directions of those that they were before, and cuts
// those that are gone.
func (c *change) connect() {
	n := c.net
	before := map[string]*cable{}
	for _, old := range n.cables {
		before[old.name] = old
	}
	for _, new := range c.cables {
		old := before[new.name]
		if old != nil && !new.same(old) {
			old = nil
		}
		new.connect(old, n.workers[0], c.plan.Seed, n.now())
	}
	for _, old := range n.cables {
		old.cut()
	}
}

// portOf finds the port whose device is the one that the spec names.
func (n *Network) portOf(spec tundev.Spec) *port {
	for _, p := range n.ports {
		if p.spec.Name != "" && sameDevice(p.spec, spec) {
			return p
		}
	}
	return nil
}

func sameDevice(a, b tundev.Spec) bool { return a.Name == b.Name && a.Netns == b.Netns }

func same(a, b tundev.Spec) bool {
	return fmt.Sprint(a.MTU, a.Addresses, a.Routes) == fmt.Sprint(b.MTU, b.Addresses, b.Routes)
}

// opening is what a device keeps from its opening to its end, in the words of the
// configuration.
func opening(s tundev.Spec) string {
	return fmt.Sprintf("device %s, offloads %t, coalesce %s, engine %s", cmp.Or(s.Backend, tundev.Kernel),
		!s.NoOffloads, cmp.Or(s.Coalesce, tundev.CoalesceOff), cmp.Or(s.Engine, tundev.EngineAuto))
}
