package scenario

import (
	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/network"
)

// What a Fate is about, if not a message.
const (
	packet = "packet"
	errors = "errors"
)

// Fates says of the counters of all nodes what senders would want to know.
func Fates(stats []network.NodeStats) (fates []Fate) {
	for i := range stats {
		s := &stats[i]
		add := func(link, what, how string, class Class, count uint64) {
			if count > 0 {
				fates = append(fates, Fate{s.Name, link, what, how, class, count})
			}
		}
		for r := range drop.NumReasons {
			add("", packet, r.String(), Dropped, s.Counters.Dropped[r]+s.Counters.Boxes.Behind(r))
		}
		for m := range icmpgen.NumMessages {
			if _, limited := m.Kind(); limited {
				messages(&s.Counters.Messages[m], func(how string, class Class, count uint64) { add("", m.String(), how, class, count) })
			}
		}
		b := &s.Counters.Boxes
		add("", errors, "forged", Sent, s.Counters.Forged)
		add("", packet, "df-cleared", Altered, b.DFCleared)
		add("", packet, "df-set", Altered, b.DFSet)
		add("", packet, "mss-clamped", Altered, b.Clamped)
		add("", packet, "fragment-mangled", Altered, b.Mangled)
		for _, l := range s.Links {
			for r := range drop.NumReasons {
				if l.Way != nil {
					add(l.Name, packet, r.String(), Dropped, l.Way.Dropped[r])
				}
			}
		}
	}
	return fates
}

// messages says what became of one kind of message that a node owed.
func messages(o *forwarding.Originated, add func(how string, class Class, count uint64)) {
	add("sent", Sent, o.Sent)
	add("withheld", Suppressed, o.Withheld)
	add("throttled", Suppressed, o.Throttled)
	add("limited", Suppressed, o.Limited)
	add("forbidden", Suppressed, o.Forbidden)
	add("unroutable", Suppressed, o.Unroutable)
	add("altered", Altered, o.Altered)
	add("delayed", Altered, o.Delayed)
	add("duplicated", Altered, o.Duplicated)
}

// MTUs are those of each node's narrowest interface.
func MTUs(plan *network.Plan) map[string]int {
	mtus := map[string]int{}
	for _, n := range plan.Nodes {
		for _, i := range n.Interfaces {
			if least, known := mtus[n.Name]; !known || i.MTU < least {
				mtus[n.Name] = i.MTU
			}
		}
	}
	return mtus
}

// total sums up the fates of messages of a kind in a class.
func (o *Observation) total(what string, class Class) (sum uint64) {
	for _, f := range o.Fates {
		if f.What == what && f.Class == class {
			sum += f.Count
		}
	}
	return sum
}
