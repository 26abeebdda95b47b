package scenario

import (
	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/network"
)

// packet is Fate.What of packets.
const packet = "packet"

// Fates says of the counters of all nodes what senders would want to know.
func Fates(stats []network.NodeStats) (fates []Fate) {
	for _, s := range stats {
		for r, count := range s.Counters.Dropped {
			if count > 0 {
				fates = append(fates, Fate{s.Name, "", packet, drop.Reason(r).String(), Dropped, count})
			}
		}
		for m, o := range s.Counters.Messages {
			if _, limited := icmpgen.Message(m).Kind(); limited {
				fates = append(fates, messages(s.Name, icmpgen.Message(m), &o)...)
			}
		}
		for _, l := range s.Links {
			if l.Way == nil {
				continue
			}
			for r, count := range l.Way.Dropped {
				if count > 0 {
					fates = append(fates, Fate{s.Name, l.Name, packet, drop.Reason(r).String(), Dropped, count})
				}
			}
		}
	}
	return fates
}

// messages says what became of one kind of message that a node owed.
func messages(node string, m icmpgen.Message, o *forwarding.Originated) (fates []Fate) {
	for _, f := range []Fate{
		{How: "sent", Class: Sent, Count: o.Sent},
		{How: "withheld", Class: Suppressed, Count: o.Withheld},
		{How: "limited", Class: Suppressed, Count: o.Limited},
		{How: "forbidden", Class: Suppressed, Count: o.Forbidden},
		{How: "unroutable", Class: Suppressed, Count: o.Unroutable},
	} {
		if f.Count > 0 {
			f.Node, f.What = node, m.String()
			fates = append(fates, f)
		}
	}
	return fates
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
