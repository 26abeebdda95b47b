package forwarding

import (
	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
)

// Counters counts datagrams as they are on the wire: a super-packet counts as
// its segments. Every datagram received ends in exactly one of Forwarded,
// Delivered and Dropped, and waits in Held if it is a fragment for this node:
//
//	Received = Forwarded + Delivered + sum of Dropped + Held
//
// A fragment that one sibling holds may end with another, whose Held then falls
// below zero and wraps around: only their sum says how many wait.
type Counters struct {
	// Received is all that came from links.
	Received uint64
	// Forwarded went to a link, whole or in fragments.
	Forwarded uint64
	// Delivered was for this node, and wanted.
	Delivered uint64
	// Held is fragments that wait for the rest of their datagram now.
	Held uint64
	// Dropped is all others, by reason.
	Dropped [drop.NumReasons]uint64

	// Fragments is the number of fragments sent, of packets that were too long.
	Fragments uint64
	// Messages is what the node originated, or would have.
	Messages [icmpgen.NumMessages]Originated
	// Forged is the errors that a forger on the node sent, which are not among Messages.
	Forged uint64
	// Stranded is late messages whose link was gone when their time came.
	Stranded uint64
	// Boxes is what boxes on the node's links did, which it knows nothing of.
	Boxes BoxCounters
}

// Originated counts one kind of message that the node meant to send.
type Originated struct {
	// Sent went out.
	Sent uint64
	// Forbidden must not be sent about such a packet (RFC 1812 §4.3.2.7, RFC 4443 §2.4 (e)).
	Forbidden uint64
	// Unroutable had no way back, or no source address.
	Unroutable uint64
	// Withheld would have been sent, but the node's policy drops it, or it was not its turn.
	Withheld uint64
	// Throttled found no token in the policy's own limit.
	Throttled uint64
	// Limited found no token.
	Limited uint64

	// Altered were sent, with something that is not so, or to somebody else; Delayed were sent late. Duplicated are copies beyond Sent.
	Altered, Delayed, Duplicated uint64
}

// Add adds the counters of a sibling, which nobody is changing.
func (c *Counters) Add(o *Counters) {
	c.Received += o.Received
	c.Forwarded += o.Forwarded
	c.Delivered += o.Delivered
	c.Held += o.Held
	c.Fragments += o.Fragments
	for i, n := range o.Dropped {
		c.Dropped[i] += n
	}
	for i, m := range o.Messages {
		c.Messages[i].add(m)
	}
	c.Forged += o.Forged
	c.Stranded += o.Stranded
	c.Boxes.add(&o.Boxes)
}

func (o *Originated) add(m Originated) {
	o.Sent += m.Sent
	o.Forbidden += m.Forbidden
	o.Unroutable += m.Unroutable
	o.Withheld += m.Withheld
	o.Throttled += m.Throttled
	o.Limited += m.Limited
	o.Altered += m.Altered
	o.Delayed += m.Delayed
	o.Duplicated += m.Duplicated
}

// Refused moves a packet that a device would not take from Forwarded to
// Dropped. It is one that the router did not originate.
func (c *Counters) Refused(count uint64) {
	c.Forwarded -= count
	c.Dropped[drop.DeviceRefused] += count
}
