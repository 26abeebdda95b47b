package forwarding

import (
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// Forgery is an attacker on the node, who sends errors that nothing is the reason for: about packets that the node forwards, to
// their sources (RFC 5927). What no error may be about, none is.
type Forgery struct {
	// Message is an error, and MTU what a TooBig tells.
	Message icmpgen.Message
	MTU     int
	// Match selects the packets.
	Match wire.Match
	// Rate is how many there are, and First how many ever. Zero: no such bound.
	Rate  ratelimit.Rate
	First int
	// Source is where they come from, by the family of the packet. Not valid: from where the node's own come.
	Source wire.PerFamily
	// Quoted is how the quote differs from the packet, as that of one does who has not seen it.
	Quoted icmpgen.Quoted
}

// forger is what siblings remember of a forgery together.
type forger struct {
	is   Forgery
	sent int
}

// reforge has forgeries that are as before go on, and the others begin.
func (s *Shared) reforge(all []Forgery) {
	old := s.forgers
	s.forgers = make([]forger, len(all))
	for i := range all {
		if i < len(old) && old[i].is == all[i] {
			s.forgers[i] = old[i]
			continue
		}
		s.forgers[i].is = all[i]
		s.forging.Forget(uint32(i))
	}
}

// forge sends the forged errors about a packet that is about to be forwarded.
func (r *Router) forge(p *wire.Packet, a arrival) {
	if r.table.toMany(p.Dst) {
		return
	}
	var seen *wire.Packet // p, as an attacker may have seen it
	for i := range r.forgers {
		f := &r.forgers[i].is
		if !f.Match.Selects(p) || !icmpgen.Permitted(f.Message, p) {
			continue
		}
		link, source, ok := r.table.back(p, p.Src, a.in, r.table.settings.ErrorSource, nil)
		if own := f.Source.Like(p.Src); own.IsValid() {
			source = own
		}
		if !ok || !source.IsValid() {
			continue
		}
		if id, due := r.due(i, a); due {
			if seen == nil {
				seen = onWire(p, a.out)
			}
			r.Counters.Forged++
			q := a.out.Buffer()
			spec := icmpgen.Spec{Message: f.Message, MTU: f.MTU, Source: source, MaxLen: r.table.links[link].room, ID: uint16(id), Quoted: &f.Quoted}
			spec.Build(q, seen)
			r.originate(q, link, id, a.out)
		}
	}
}

// due says whether a forgery is to send another error now, and names it.
func (r *Router) due(i int, a arrival) (id uint32, ok bool) {
	a.out.Lock()
	defer a.out.Unlock()
	f := &r.forgers[i]
	if f.is.First > 0 && f.sent >= f.is.First || !r.forging.Allow(ratelimit.Key{Class: uint32(i)}, f.is.Rate, a.now) {
		return 0, false
	}
	f.sent++
	r.id++
	return r.id, true
}
