package network

import (
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
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
	// Device names the device and its namespace; empty: there is none, and Peer names the
	// interface at the other end of the link, as NODE:INTERFACE.
	Device, Peer string
	// Up says that the device is open.
	Up bool
	// Received came from the device; Sent was taken by it; Refused was not.
	Received, Sent, Refused uint64
	// Missed and Lost are what the kernel has dropped since the device is open: on
	// the way to the router, as it had not read what came before, or could not hand it
	// over; and of what the router wrote, be it part of Sent or of Refused. To the
	// kernel a super-packet is one.
	Missed, Lost uint64
	// Endless are those that crossed more links than any TTL allows, and Full those for
	// which there was no memory, on their way to the peer.
	Endless, Full uint64
	// Way is what the link did to packets to the peer; nil: nothing ever.
	Way *link.Counters
}

// Stats returns the counters of all nodes at one moment between two batches, and
// those of the kernel soon after.
func (n *Network) Stats() (stats []NodeStats) {
	var devices []tundev.Device
	var before []ignored
	n.asks.do(func() {
		for _, nd := range n.nodes {
			s := NodeStats{Name: nd.name}
			for i := range nd.seats {
				s.Counters.Add(&nd.seats[i].router.Counters)
			}
			for _, p := range nd.ports {
				c := p.counts()
				s.Links = append(s.Links, p.stats(c))
				devices, before = append(devices, p.device), append(before, p.ignored)
			}
			stats = append(stats, s)
		}
	})
	for _, s := range stats {
		for i := range s.Links {
			s.Links[i].ask(devices[0], before[0])
			devices, before = devices[1:], before[1:]
		}
	}
	return stats
}

// stats is what is known of a port without asking its device.
func (p *port) stats(c counts) LinkStats {
	s := LinkStats{
		Name: p.name, Up: !p.down(),
		Received: c.received, Sent: c.sent, Refused: c.refused, Missed: c.unread, Endless: c.endless, Full: c.full,
	}
	if p.peer == nil {
		s.Device = p.spec.String()
		return s
	}
	s.Peer = p.peer.node.name + ":" + p.peer.name
	if p.out != nil {
		way := p.out.Counters
		crossed := c.sent - way.Sent // while the link did nothing
		way.Sent, way.Arrived = way.Sent+crossed, way.Arrived+crossed
		s.Way = &way
	}
	return s
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
func (l *LinkStats) ask(device tundev.Device, before ignored) {
	kernel, knows := device.(tundev.Dropper)
	if !knows {
		return
	}
	if before.device != device {
		before = ignored{}
	}
	if toUs, fromUs, err := kernel.Dropped(); err == nil {
		l.Missed, l.Lost = l.Missed+toUs-before.toUs, fromUs-before.fromUs
	}
}
