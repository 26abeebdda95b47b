package forwarding

import (
	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// Action is what becomes of a packet.
type Action uint8

// The actions. The zero value is Drop: a Verdict fails closed.
const (
	Drop Action = iota
	Deliver
	Forward
)

// Verdict is the decision about one packet.
type Verdict struct {
	Action Action
	// Reason says why, if the action is Drop.
	Reason drop.Reason
	// Link is the index of the link to leave by, if the action is Forward.
	Link int
}

func dropped(reason drop.Reason) Verdict { return Verdict{Reason: reason} }

// Route decides about a parsed packet that came from link in. It looks and does
// not touch: an error must quote the packet as it was received. The order is
// that of RFC 1812 §5.2.1.2: route, validity, TTL, MTU.
func (t *Table) Route(p *wire.Packet, in int) Verdict {
	hop, routed := t.fib.Lookup(p.Dst)
	if reason, martian := t.sources.Lookup(p.Src); martian {
		return dropped(reason)
	}
	if !routed {
		return dropped(drop.NoRoute)
	}
	if hop.Action != Forward {
		return hop.Verdict
	}
	link := &t.links[hop.Link]
	switch {
	case p.Src.IsLinkLocalUnicast() && hop.Link != in:
		return dropped(drop.BeyondScope)
	case hop.Link == in && !hop.via.IsValid():
		return dropped(drop.Hairpin)
	case link.Down:
		return dropped(drop.LinkDown)
	case p.TTL <= 1:
		return dropped(drop.TTLExpired)
	case p.DF && p.WireLen() > link.MTU:
		return dropped(drop.TooBig)
	}
	return hop.Verdict
}
