package network

import (
	"context"
	"time"

	"github.com/icmprouter/icmprouter/tundev"
)

// watchInterval is how often devices are looked after.
const watchInterval = time.Second

// watch finds devices whose namespace vanished, which the device itself does
// not tell, and brings those back that can be opened again.
func (n *Network) watch(ctx context.Context) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			n.lookAfter()
		}
	}
}

// lookAfter does one round. Ports are replaced only under changes, and a
// port's device only by the worker, so each is asked for and told there.
func (n *Network) lookAfter() {
	n.changes.Lock()
	defer n.changes.Unlock()
	for _, p := range n.ports {
		device := n.deviceOf(p)
		if device == nil {
			if again, err := n.opener.Reopen(p.spec); err == nil {
				n.asks.do(func() { n.attach(p, again) })
				n.log.Info("link up", "node", p.node.name, "link", p.name, "device", p.spec.String())
			}
			continue
		}
		if err := n.opener.Present(device, p.spec); err != nil {
			n.asks.do(func() { n.lose(p, err) })
		}
	}
}

// deviceOf asks the worker for a port's device; nil: the link is down.
func (n *Network) deviceOf(p *port) (device tundev.Device) {
	n.asks.do(func() { device = p.device })
	return device
}
