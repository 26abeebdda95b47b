package network

import (
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/tundev"
)

// NodeStats is what one node has counted since it was first in a plan.
type NodeStats struct {
	Name     string
	Counters forwarding.Counters
	Links    []LinkStats
}

// LinkStats is what one link has counted, in datagrams as they are on the wire.
type LinkStats struct {
	Name string
	// Device names the device and its namespace.
	Device string
	// Up says that the device is open.
	Up bool
	// Received came from the device; Sent was taken by it; Refused was not.
	Received, Sent, Refused uint64
	// Missed and Lost are what the kernel has dropped since the device is open: on
	// the way to the router, as it had not read what came before, or could not hand it
	// over; and of what the router wrote, be it part of Sent or of Refused. To the
	// kernel a super-packet is one.
	Missed, Lost uint64
}

// Stats returns the counters of all nodes at one moment between two batches, and
// those of the kernel soon after.
func (n *Network) Stats() (stats []NodeStats) {
	var devices []tundev.Device
	n.asks.do(func() {
		for _, nd := range n.nodes {
			s := NodeStats{Name: nd.name}
			for i := range nd.seats {
				s.Counters.Add(&nd.seats[i].router.Counters)
			}
			for _, p := range nd.ports {
				c := p.counts()
				s.Links = append(s.Links, LinkStats{
					Name: p.name, Device: p.spec.String(), Up: p.device != nil,
					Received: c.received, Sent: c.sent, Refused: c.refused, Missed: c.unread,
				})
				devices = append(devices, p.device)
			}
			stats = append(stats, s)
		}
	})
	for _, s := range stats {
		for i := range s.Links {
			s.Links[i].ask(devices[0])
			devices = devices[1:]
		}
	}
	return stats
}

// counts sums up the lanes to a port.
func (p *port) counts() (c counts) {
	for i := range p.node.seats {
		c.add(p.node.seats[i].lanes[p.link].counts)
	}
	return c
}

// ask asks a device what the kernel dropped. Some do not know, and one that has
// vanished meanwhile does not either.
func (l *LinkStats) ask(device tundev.Device) {
	kernel, knows := device.(tundev.Dropper)
	if !knows {
		return
	}
	if toUs, fromUs, err := kernel.Dropped(); err == nil {
		l.Missed, l.Lost = l.Missed+toUs, fromUs
	}
}
