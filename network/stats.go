package network

import "github.com/icmprouter/icmprouter/forwarding"

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
}

// Stats returns the counters of all nodes at one moment between two batches.
func (n *Network) Stats() (stats []NodeStats) {
	n.asks.do(func() {
		for _, nd := range n.nodes {
			s := NodeStats{Name: nd.name, Counters: nd.router.Counters}
			for _, p := range nd.ports {
				s.Links = append(s.Links, LinkStats{
					Name: p.name, Device: p.spec.String(), Up: p.device != nil,
					Received: p.received, Sent: p.sent, Refused: p.refused,
				})
			}
			stats = append(stats, s)
		}
	})
	return stats
}
