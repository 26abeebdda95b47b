package network

import (
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/tundev"
)

// Totals are what the network has seen since it was made. They never go back: no reset
// and no change of the plan takes from them.
type Totals struct {
	// Packets and Bytes came from devices: datagrams as they are on the wire, and their octets.
	Packets, Bytes uint64
	// Errors are the ICMP errors that all nodes have sent, redirects among them, and replies not.
	Errors uint64
}

// Totals returns them at one moment between two batches. It is cheap: the workers rest for the sum of
// some counters.
func (n *Network) Totals() (t Totals) {
	n.asks.do(func() {
		for _, w := range n.workers {
			t.Packets += w.came.Packets
			t.Bytes += w.came.Bytes
		}
		t.Errors = n.past + n.errors()
	})
	return t
}

// errors is the sum of all errors in the counters. All workers rest.
func (n *Network) errors() (sum uint64) {
	for _, nd := range n.nodes {
		for i := range nd.seats {
			for m, o := range nd.seats[i].router.Counters.Messages {
				if _, limited := icmpgen.Message(m).Kind(); limited && icmpgen.Message(m) != icmpgen.TCPReset {
					sum += o.Sent
				}
			}
		}
	}
	return sum
}

// Moment is one moment, by two clocks.
type Moment struct {
	// Wall is the time of day.
	Wall time.Time
	// Clock is the network's: of Run the time since the Unix epoch, carried on by the monotonic
	// clock; of Step what it was told last.
	Clock time.Duration
}

// moment is now. All workers rest.
func (n *Network) moment() Moment { return Moment{time.Now(), n.now()} }

// ignored is what the kernel had dropped around a device before the counters were reset.
type ignored struct {
	device       tundev.Device
	toUs, fromUs uint64
}

// ResetCounters makes all counters of nodes and links zero at one moment between two batches, and says when that was. What waits
// and what is on its way stays counted as Held and OnWay, and as Received and Sent, so that the sums hold. Totals stay.
func (n *Network) ResetCounters() (at Moment) {
	n.changes.Lock()
	defer n.changes.Unlock()
	before := make([]ignored, len(n.ports))
	for i, device := range n.devices() {
		if kernel, knows := device.(tundev.Dropper); knows {
			before[i].device = device
			before[i].toUs, before[i].fromUs, _ = kernel.Dropped() // one that has vanished has no counters
		}
	}
	n.asks.do(func() {
		n.past += n.errors()
		for i, p := range n.ports {
			p.ignored = before[i]
			p.reset()
		}
		for _, nd := range n.nodes {
			for i := range nd.seats {
				c := &nd.seats[i].router.Counters
				*c = forwarding.Counters{Received: c.Held, Held: c.Held}
			}
		}
		at = n.moment()
	})
	return at
}

// reset makes the counters of a port zero, but for what is on its way to the peer. All workers rest.
func (p *port) reset() {
	for i := range p.node.seats {
		p.node.seats[i].lanes[p.link].counts = counts{}
	}
	if p.out != nil {
		way := p.out.Counters.OnWay
		p.out.Counters = link.Counters{Sent: way, OnWay: way}
		p.node.seats[0].lanes[p.link].counts.sent = way
	}
}
