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

// lookAfter does one round. Ports are replaced only under changes, and a port's
// device only while the workers rest: they are asked once for all devices, and
// told only what has changed.
func (n *Network) lookAfter() {
	n.changes.Lock()
	defer n.changes.Unlock()
	devices := n.devices()
	for i, p := range n.ports {
		if p.spec.Name == "" {
			continue
		}
		device := devices[i]
		if device == nil {
			if again, err := n.opener.Reopen(p.spec); err == nil {
				n.asks.do(func() { n.attach(p, again); n.tell(p) })
				n.log.Info("link up", "node", p.node.name, "link", p.name, "device", p.spec.String())
			}
			continue
		}
		if err := n.opener.Present(device, p.spec); err != nil {
			n.asks.do(func() { n.lose(device, err) })
		}
	}
}

// devices returns the device of each port now; nil: the link is down. The caller
// holds changes.
func (n *Network) devices() []tundev.Device {
	devices := make([]tundev.Device, len(n.ports))
	n.asks.do(func() {
		for i, p := range n.ports {
			devices[i] = p.device
		}
	})
	return devices
}
