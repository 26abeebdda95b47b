package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// faults are the reasons for what wire finds wrong in headers.
var faults = [...]drop.Reason{
	wire.FaultTruncated:      drop.BadExtensionHeader,
	wire.FaultSilentOption:   drop.OptionRefused,
	wire.FaultField:          drop.BadField,
	wire.FaultNextHeader:     drop.BadNextHeader,
	wire.FaultOption:         drop.BadOption,
	wire.FaultFirstFragment:  drop.FirstFragmentShort,
	wire.FaultTooManyOptions: drop.TooManyOptions,
}

// faulty is the verdict about a fault; none: the reason is Alive.
func faulty(f wire.Fault) Verdict { return Verdict{Reason: faults[f.Kind], Pointer: f.Pointer} }

// Own says whether an address is the node's, on whatever link (wire.Owner).
func (t *Table) Own(address netip.Addr) bool {
	there := t.lookup(address)
	return there != nil && there.Action == Deliver
}

// refused says why no packet with such IPv4 options is wanted, or Alive.
func (t *Table) refused(o wire.OptionSummary) drop.Reason {
	switch {
	case o.SourceRoute != wire.NoSourceRoute && t.settings.SourceRoute == SourceRouteDrop:
		return drop.SourceRouted
	case o.Records && t.settings.Record == RecordDrop:
		return drop.OptionRefused
	}
	return drop.Alive
}

// transit looks at the options of a packet that is to be forwarded: those that
// every node on the way looks at.
func (t *Table) transit(p *wire.Packet) Verdict {
	if p.HasOptions() {
		o := p.InspectOptions(t)
		if o.SourceRoute == wire.StrictSourceRoute && t.settings.SourceRoute == SourceRouteProcess && !t.Own(p.Dst) {
			return dropped(drop.SourceRouteFailed) // not a hop of the route (RFC 791 §3.1)
		}
		return faulty(o.Fault)
	}
	switch t.settings.HopByHop {
	case HopByHopIgnore:
		return Verdict{}
	case HopByHopDrop:
		return dropped(drop.OptionRefused)
	}
	return faulty(p.InspectHopByHop(t.optionLimit()))
}

// arrive decides about a packet that is sent to this node: deliver it, or, if it has
// a source route that goes on, forward it.
func (t *Table) arrive(p *wire.Packet, in int, n *turns) Verdict {
	here := Verdict{Action: Deliver}
	if !p.HasOptions() {
		return here
	}
	o := p.InspectOptions(t)
	switch {
	case o.Fault.Kind != wire.FaultNone:
		return faulty(o.Fault)
	case t.settings.SourceRoute != SourceRouteProcess || !o.Next.IsValid():
		return here
	}
	there := t.lookup(o.Next)
	if there == nil || there.Action != Forward {
		return dropped(drop.SourceRouteFailed)
	}
	way := t.pick(there, p, n)
	if o.SourceRoute == wire.StrictSourceRoute && !way.onLink() {
		return dropped(drop.SourceRouteFailed)
	}
	return t.forward(p, in, way)
}

// inspect looks at what only the destination looks at: the whole chain of
// extension headers, and what a fragment says of itself.
func (t *Table) inspect(p *wire.Packet) Verdict {
	if v := faulty(p.InspectChain(t.optionLimit())); v.Reason != drop.Alive {
		return v
	}
	return faulty(p.InspectFragment())
}

// defaultOptionLimit is RFC 8504 §5.3's.
const defaultOptionLimit = 8

func (t *Table) optionLimit() int {
	if t.settings.HopByHopLimit > 0 {
		return t.settings.HopByHopLimit
	}
	return defaultOptionLimit
}
