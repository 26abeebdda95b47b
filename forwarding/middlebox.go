package forwarding

import (
	"math/rand/v2"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// Middlebox is a box on a link that nobody sees (RFC 3234): what it does to packets that cross it in one
// direction. It tells nobody anything. The zero value does nothing. What it drops it
// judges in the order of the fields, and what it changes it changes in their order.
type Middlebox struct {
	// DropAbove is the length of the longest datagram that passes, in octets: the MTU of the layer below. Zero: any.
	DropAbove int
	// DropSuper drops super-packets whole, as one does that takes each for one packet that is too long.
	DropSuper bool
	// DropExtensions drops IPv6 packets with any extension header (RFC 7872).
	DropExtensions bool
	// DropFragments drops fragments: AnyFragment, FirstFragment or LaterFragment (RFC 8900).
	DropFragments wire.FragmentMatch
	// Filters drop what each of them selects.
	Filters []Filter
	// Mangle is what becomes of fragments that pass.
	Mangle Mangle
	// DF is what becomes of DF in IPv4. IPv6 has none.
	DF DF
	// MSS is the most that a TCP SYN may announce, in octets, in either family. Zero: anything.
	MSS uint16
}

// Filter drops packets that it selects, all of them if neither Every nor Probability is set. It is comparable.
type Filter struct {
	Match wire.Match
	// Errors are the kinds of ICMP errors and redirects that are meant, and Echo means echo requests and
	// replies. None of them: whatever packet.
	Errors [ratelimit.NumKinds]bool
	Echo   bool
	// Every drops each nth.
	Every int
	// Probability is that of each, from 0 to 1. Seed is where its chances come from.
	Probability float64
	Seed        uint64

	// number is the filter's in its table.
	number int
}

// Mangle is how fragments are spoilt.
type Mangle uint8

// The ways.
const (
	// MangleNone leaves them.
	MangleNone Mangle = iota
	// MangleID gives each later fragment an identification of its own: the datagram is never whole.
	MangleID
	// ManglePayload inverts the last octet of the last one: the datagram's transport checksum is wrong.
	ManglePayload
)

// DF is what becomes of IPv4's DF.
type DF uint8

// The choices.
const (
	// DFKeep leaves it.
	DFKeep DF = iota
	// DFClear lets routers behind fragment what was not to be.
	DFClear
	// DFSet has routers behind refuse what might be fragmented.
	DFSet
)

// BoxCounters count what boxes did, on all links of a node, in datagrams as they are on the wire.
type BoxCounters struct {
	// Dropped was lost behind the node, which had forwarded or originated it, by the reasons of boxes from drop.LayerTwoMTU on.
	// What was lost before is in the node's own sum, by the same reasons.
	Dropped [drop.Filtered - drop.LayerTwoMTU + 1]uint64
	// DFCleared, DFSet, Clamped and Mangled are packets that were changed: DF, the MSS of a SYN, a fragment.
	DFCleared, DFSet, Clamped, Mangled uint64
}

// Behind is what was lost behind the node by a reason.
func (c *BoxCounters) Behind(reason drop.Reason) uint64 {
	if reason < drop.LayerTwoMTU || reason > drop.Filtered {
		return 0
	}
	return c.Dropped[reason-drop.LayerTwoMTU]
}

func (c *BoxCounters) add(o *BoxCounters) {
	for i, n := range o.Dropped {
		c.Dropped[i] += n
	}
	c.DFCleared += o.DFCleared
	c.DFSet += o.DFSet
	c.Clamped += o.Clamped
	c.Mangled += o.Mangled
}

// install returns the table's own copy of a box, whose filters have numbers.
func (t *Table) install(box *Middlebox) *Middlebox {
	if box == nil {
		return nil
	}
	own := *box
	own.Filters = append([]Filter(nil), box.Filters...)
	for i := range own.Filters {
		own.Filters[i].number = len(t.filters)
		t.filters = append(t.filters, &own.Filters[i])
	}
	return &own
}

// divides says whether a super-packet must be taken apart, since the box may treat its segments differently.
func (box *Middlebox) divides(p *wire.Packet) bool {
	if p.GSO.Size == 0 || box.DropSuper {
		return false
	}
	for i := range box.Filters {
		if box.Filters[i].divides(p) {
			return true
		}
	}
	return box.DropAbove != 0 && p.WireLen() > box.DropAbove // the last segment may be short enough
}

func (f *Filter) divides(p *wire.Packet) bool {
	any := f.Match
	any.Above, any.Below = 0, 0
	return (any != f.Match || f.Every > 1 || f.Probability > 0) && f.isOf(p) && any.Selects(p)
}

// isOf says whether p is of the ICMP messages that are meant, if any are.
func (f *Filter) isOf(p *wire.Packet) bool {
	if !f.Echo && f.Errors == [ratelimit.NumKinds]bool{} {
		return true
	}
	if kind, ok := icmpgen.KindOf(p); ok {
		return f.Errors[kind]
	}
	return f.Echo && icmpgen.IsEcho(p)
}

// die is how often a filter was asked, and its chances.
type die struct {
	count  int
	chance rand.PCG
}

// dice are those of the filters of a table, by their number. They are of one router: siblings have their own.
type dice struct {
	generation uint64 // of the table
	filters    []*Filter
	of         []die
}

// renew gives the filters of a table their dice: those that are as before keep theirs.
func (d *dice) renew(filters []*Filter, generation uint64) {
	old := *d
	*d = dice{generation, filters, make([]die, len(filters))}
	for i, f := range filters {
		if i < len(old.filters) && *old.filters[i] == *f {
			d.of[i] = old.of[i]
			continue
		}
		d.of[i].chance.Seed(f.Seed, 0)
	}
}

// drops says whether a filter drops p.
func (r *Router) drops(f *Filter, p *wire.Packet) bool {
	if !f.isOf(p) || !f.Match.Selects(p) {
		return false
	}
	if f.Every <= 1 && f.Probability == 0 {
		return true
	}
	if r.dice.filters == nil || r.dice.generation != r.generation {
		r.dice.renew(r.table.filters, r.generation)
	}
	d := &r.dice.of[f.number]
	if f.Every > 1 {
		d.count++
		return d.count%f.Every == 0
	}
	return float64(d.chance.Uint64()>>11)/(1<<53) < f.Probability
}

// cross has a box judge a packet and change it, and says why the packet ends, or Alive. A super-packet is not to be divided.
func (r *Router) cross(box *Middlebox, p *wire.Packet) drop.Reason {
	if box.DropSuper && p.GSO.Size != 0 || box.DropAbove != 0 && p.WireLen() > box.DropAbove {
		return drop.LayerTwoMTU
	}
	if box.DropExtensions && p.Extended() {
		return drop.ExtensionFiltered
	}
	if box.DropFragments != wire.AnyPacket && (&wire.Match{Fragments: box.DropFragments}).Selects(p) {
		return drop.FragmentFiltered
	}
	for i := range box.Filters {
		if r.drops(&box.Filters[i], p) {
			return drop.Filtered
		}
	}
	c, count := &r.Counters.Boxes, uint64(p.WireCount())
	if box.Mangle == MangleID && p.Disown() || box.Mangle == ManglePayload && p.Damage() {
		c.Mangled += count
	}
	switch {
	case box.DF == DFClear && p.SetDF(false):
		c.DFCleared += count
	case box.DF == DFSet && p.SetDF(true):
		c.DFSet += count
	}
	if box.MSS != 0 && p.ClampMSS(box.MSS) {
		c.Clamped += count
	}
	return drop.Alive
}

// admit takes a packet, of which the router has seen nothing yet, through the box on the link that it came from, and to its
// end. It says whether the packet itself was sent.
func (r *Router) admit(box *Middlebox, p *wire.Packet, a arrival) (sent bool) {
	if box.divides(p) {
		for s := p.Segments(); s.More(); {
			q := a.out.Buffer()
			s.Next(q)
			if !r.admit(box, q, a) {
				a.out.Free(q)
			}
		}
		return false
	}
	if reason := r.cross(box, p); reason != drop.Alive {
		r.Counters.Dropped[reason] += uint64(p.WireCount())
		return false
	}
	a.admitted = true
	return r.decide(p, a)
}

// emit takes a packet that fits its link through the box there, and sends what comes out. It says whether
// the packet itself was sent.
func (r *Router) emit(box *Middlebox, p *wire.Packet, link int, out Output) (sent bool) {
	if box.divides(p) {
		for s := p.Segments(); s.More(); {
			q := out.Buffer()
			s.Next(q)
			if !r.emit(box, q, link, out) {
				out.Free(q)
			}
		}
		return false
	}
	if reason := r.cross(box, p); reason != drop.Alive {
		r.Counters.Boxes.Dropped[reason-drop.LayerTwoMTU] += uint64(p.WireCount())
		return false
	}
	out.Send(link, p)
	return true
}
