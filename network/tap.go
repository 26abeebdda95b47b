package network

import (
	"fmt"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Tap sees what passes a device, as its other side does.
type Tap interface {
	// Packet is shown a datagram, or a super-packet, that is parsed and borrowed until it returns: it must change
	// nothing of it. sent says that the device is about to take it from the router; else the router has it
	// from there, and has not looked at it yet. It is called by who moves packets, and must neither wait nor allocate.
	Packet(p *wire.Packet, sent bool, now time.Duration)
}

// Tap has all packets at the device of an interface shown to tap from now on, until it is called again with nil. It is
// for networks of one worker, since a tap has no lock.
func (n *Network) Tap(node, iface string, tap Tap) error {
	if len(n.workers) != 1 {
		return fmt.Errorf("a tap is for one worker, and there are %d", len(n.workers))
	}
	err := fmt.Errorf("%s.%s: no such interface with a device", node, iface)
	n.asks.do(func() {
		for _, p := range n.ports {
			if p.node.name == node && p.name == iface && p.spec.Name != "" {
				p.tap, err = tap, nil
			}
		}
	})
	return err
}

// Rest runs f with the time of the network while no packet is on its way, and returns when it has run: what a Tap has
// seen may be read there. f asks for nothing of the network.
func (n *Network) Rest(f func(now time.Duration)) { n.asks.do(func() { f(n.now()) }) }

// show shows a packet to who taps the port, and leaves its words as they are: a router
// is to find those of the device.
func (p *port) show(packet *wire.Packet, sent bool, now time.Duration) {
	p.shown = *packet
	if p.shown.Parse() == drop.Alive {
		p.tap.Packet(&p.shown, sent, now)
	}
}
