package forwarding

import (
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// Output is where a router puts what it sends.
type Output interface {
	// Buffer lends a packet with an attached buffer of wire.BufferSize octets. It
	// is the router's until it is sent, given back by Free, or the packet that the router has at its end. There are at
	// least eight at once.
	Buffer() *wire.Packet
	// Free takes back a packet that Buffer lent and that is not sent. It need not be told
	// of any but those of which one packet may have many.
	Free(p *wire.Packet)
	// Send takes a packet for a link. Its bytes stay untouched by the router from
	// then on, and are the output's until the batch that they came with is over.
	Send(link int, p *wire.Packet)
	// Later takes a packet as Send does, and sends it after a delay above zero.
	Later(link int, p *wire.Packet, delay time.Duration)
	// Lock begins the use of what siblings share, and Unlock ends it: around
	// answers and fragments for the node, never where a packet is only forwarded.
	// Buffer, Free, Send and Later may be called between the two, Lock not. Where the node has
	// one worker, both do nothing.
	Lock()
	Unlock()
}

// Router is a node, or what one of its workers has of it: counters of its own,
// and what it shares with its siblings. It has one owner and no lock.
type Router struct {
	*Shared
	// Counters are the owner's to read between two packets.
	Counters Counters

	// recent is what the table said of the addresses of late packets.
	recent recent
	turns  turns
	dice   dice
	later  later
	// options, objects and labels are room for those of the message that is being built.
	options [wire.MaxOptions]byte
	objects [maxObjects]icmpgen.Object
	labels  []icmpgen.Label
}

// Shared is what the routers of one node have together. Table and Limits change
// only while none of them has a packet; the rest is used only between Lock and
// Unlock of their outputs.
type Shared struct {
	// Limits bounds the errors. Its zero value lets none through.
	Limits ratelimit.Limits
	// Places is how many destinations each router remembers the way to, and how many sources:
	// a power of two, 32 octets for each. Zero: 1024, and 16,384 with more than 4096 routes.
	Places int

	table      *Table
	generation uint64 // counts tables: siblings forget what an older one said
	limiter    ratelimit.Limiter
	fragments  reassembly
	id         uint32 // of what the node originates
	sayings    [NumPolicies][]saying
	buckets    ratelimit.Buckets // of policies
	forgers    []forger          // as the settings have them, nil without
	forging    ratelimit.Buckets // of each of them
}

// New returns a router with a table, whose owner it becomes.
func New(table *Table, limits ratelimit.Limits) *Router {
	r := &Router{Shared: &Shared{table: table, Limits: limits}}
	r.remember(nil, &table.settings)
	r.reforge(table.settings.Forgeries)
	return r
}

// Sibling returns another router of the same node, for another worker: its own
// are the counters, which begin at zero, and all else is shared.
func (r *Router) Sibling() *Router { return &Router{Shared: r.Shared} }

// SetTable swaps the table between two packets, for all siblings. Counters,
// limiter and waiting fragments stay, but for those that came from a link that is gone.
func (r *Router) SetTable(table *Table) {
	r.fragments.relink(r.table.links, table.links, &r.Counters)
	r.remember(&r.table.settings, &table.settings)
	r.reforge(table.settings.Forgeries)
	r.table = table
	r.generation++
}

// SetAtlas gives the table an atlas between two packets, for all siblings.
func (r *Router) SetAtlas(atlas *Atlas, leads Leads) {
	r.table.SetAtlas(atlas, leads)
}

// SetDown says, for all siblings, that a link lost its device, or has one again.
func (r *Router) SetDown(link int, down bool) {
	t := r.table
	if t.links[link].Down != down && t.atlas != nil {
		t.edition++ // where the table's own way is down, the atlas may know another
	}
	t.links[link].Down = down
}

// Receive takes a packet that came from link in, up to its end: what is to be
// sent goes to out before Receive returns. p's bytes are the router's meanwhile, and
// out's afterwards if p was sent. now is the time since any fixed moment, and
// does not run backwards. That of a sibling may be a round behind: the limiter lets
// no more through for it.
func (r *Router) Receive(p *wire.Packet, in int, now time.Duration, out Output) {
	r.decide(p, arrival{in: in, now: now, out: out})
}

// decide takes a packet to its end, and says whether it was itself sent.
func (r *Router) decide(p *wire.Packet, a arrival) (sent bool) {
	if !a.admitted {
		reason := p.Parse()
		r.Counters.Received += uint64(p.WireCount())
		if reason != drop.Alive {
			r.discard(reason, p, uint64(p.WireCount()), a)
			return false
		}
		if box := r.table.links[a.in].In; box != nil {
			return r.admit(box, p, a)
		}
	}
	count := uint64(p.WireCount())
	switch v := r.route(p, a.in); v.Action {
	case Forward:
		r.Counters.Forwarded += count
		if v.Link == a.in && r.table.settings.Redirects {
			r.redirect(p, a)
		}
		if len(r.forgers) > 0 {
			r.forge(p, a)
		}
		if !r.table.settings.KeepTTL {
			p.DecrementTTL()
		}
		if p.HasOptions() {
			p.StampOptions(r.table.stamp(v.Link, p.Dst, a.now))
		}
		return r.transmit(p, v.Link, 0, a.out)
	case Deliver:
		r.deliver(p, a)
	default:
		r.drop(v, p, count, a)
	}
	return false
}

// arrival is where and when a packet came, and where answers go.
type arrival struct {
	in  int
	now time.Duration
	out Output
	// locked says that out is, by who calls, and admitted that the packet has been counted, and has passed the box on its link.
	locked, admitted bool
}

// answers says what the sender of a packet is told that was dropped. No answer
// is silence.
var answers = [drop.NumReasons]icmpgen.Message{
	drop.MissingOctets:       icmpgen.HeaderProblem,
	drop.BeyondScope:         icmpgen.BeyondScope,
	drop.NoRoute:             icmpgen.NetUnreachable,
	drop.Unreachable:         icmpgen.RouteUnreachable,
	drop.Rejected:            icmpgen.RejectRoute,
	drop.Prohibited:          icmpgen.AdminProhibited,
	drop.LinkDown:            icmpgen.HostUnreachable,
	drop.Hairpin:             icmpgen.HostUnreachable,
	drop.TTLExpired:          icmpgen.TTLExceeded,
	drop.SourceRouteFailed:   icmpgen.SourceRouteFailed,
	drop.BadOption:           icmpgen.OptionProblem,
	drop.TooManyOptions:      icmpgen.TooManyOptions,
	drop.BadField:            icmpgen.HeaderProblem,
	drop.BadNextHeader:       icmpgen.NextHeaderProblem,
	drop.TooBig:              icmpgen.TooBig,
	drop.TunnelOuter:         icmpgen.TooBig,
	drop.FirstFragmentShort:  icmpgen.FirstFragmentIncomplete,
	drop.ReassemblyTimeout:   icmpgen.ReassemblyTimeExceeded,
	drop.ProtocolUnreachable: icmpgen.ProtocolUnreachable,
	drop.PortUnreachable:     icmpgen.PortUnreachable,
	drop.PortClosed:          icmpgen.TCPReset,
}

// drop ends a packet, which stands for count datagrams, and tells its sender
// what the table of answers says.
func (r *Router) drop(v Verdict, p *wire.Packet, count uint64, a arrival) {
	r.Counters.Dropped[v.Reason] += count
	if m := answers[v.Reason]; m != icmpgen.None {
		r.answer(m, p, a, v)
	}
}

// discard ends what is no datagram. Only of one that lacks octets is there
// somebody to tell, unless it would be dropped silently if it were whole.
func (r *Router) discard(reason drop.Reason, p *wire.Packet, count uint64, a arrival) {
	if reason == drop.MissingOctets {
		if v := r.table.Route(p, a.in); v.Action != Drop || answers[v.Reason] != icmpgen.None {
			r.drop(Verdict{Reason: reason, Link: v.Link, Pointer: wire.TotalLengthField}, p, count, a)
			return
		}
	}
	r.Counters.Dropped[reason] += count
}

// transmit sends a packet, in fragments where it is too long: a packet that must
// not be cut did not come this far. A super-packet whose segments are too long is
// taken apart first. id names the datagram where it holds no name itself, which
// is only so where the node originates it. It says whether the packet itself was sent.
func (r *Router) transmit(p *wire.Packet, link int, id uint32, out Output) (sent bool) {
	l := &r.table.links[link]
	if p.WireLen() <= l.room {
		if l.Out != nil {
			return r.emit(l.Out, p, link, out)
		}
		out.Send(link, p)
		return true
	}
	if p.GSO.ChecksumStart != 0 {
		for s := p.Segments(); s.More(); {
			q := out.Buffer()
			s.Next(q)
			r.originate(q, link, id, out)
		}
		return false
	}
	for f := p.Fragments(l.room, id); f.More(); {
		q := out.Buffer()
		f.Next(q)
		r.Counters.Fragments++
		if l.Out == nil {
			out.Send(link, q)
		} else if !r.emit(l.Out, q, link, out) {
			out.Free(q)
		}
	}
	return false
}

// originate is transmit for a packet that Buffer lent, and that is the output's afterwards in any case.
func (r *Router) originate(q *wire.Packet, link int, id uint32, out Output) {
	if !r.transmit(q, link, id, out) {
		out.Free(q)
	}
}
