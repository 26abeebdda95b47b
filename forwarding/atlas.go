package forwarding

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"github.com/icmprouter/icmprouter/drop"
)

// Atlas is prefixes that all nodes of a network know, each with the number of its
// destination: it is one, and shared, where a FIB for each node would be thousands.
// It does not change.
type Atlas struct {
	fib     bart.Table[int32] // indexes of entries
	entries []entry
}

// entry is one prefix of an atlas.
type entry struct {
	destination int32
	wider       int32 // the longest prefix around it; none: -1
	bits        uint8
}

// NewAtlas returns an atlas of prefixes. destinations holds the number of each, from 0 on. Of two equal prefixes the last counts.
// Both slices stay the caller's.
func NewAtlas(prefixes []netip.Prefix, destinations []int) *Atlas {
	a := &Atlas{entries: make([]entry, len(prefixes))}
	for i, prefix := range prefixes {
		a.entries[i] = entry{destination: int32(destinations[i]), wider: -1, bits: uint8(prefix.Bits())}
		a.fib.Insert(prefix.Masked(), int32(i))
	}
	for i, prefix := range prefixes {
		if prefix.Bits() == 0 {
			continue
		}
		if wider, found := a.fib.LookupPrefix(netip.PrefixFrom(prefix.Addr(), prefix.Bits()-1).Masked()); found {
			a.entries[i].wider = wider
		}
	}
	return a
}

// Leads says where one node sends packets to the destinations of an atlas.
type Leads struct {
	// Groups are sets of equally good ways. Group 0 is empty: the atlas does not help.
	Groups [][]Lead
	// Of is the index of a group, for each destination.
	Of []uint16
}

// Lead is one of several equally good ways.
type Lead struct {
	// Link is the index of the link.
	Link int
	// Via4 and Via6 are the addresses of the next node there, if it has one of the family.
	Via4, Via6 netip.Addr
}

// leads are Leads as the table looks them up.
type leads struct {
	of []uint16
	// hops are those of the groups, for the shorter addresses and for the longer ones.
	hops [2][]*hop
}

// family is the index of hops for an address.
func family(a netip.Addr) int { return a.BitLen() / 128 }

// SetAtlas gives the table the prefixes of a network, and its own ways to them; nil: none.
// The longest prefix of table and atlas decides; of two that are equally long, the table's. A prefix
// whose group is empty is as if it were not there. Both stay the caller's, and do not change. To be called as SetTable is.
func (t *Table) SetAtlas(atlas *Atlas, l Leads) {
	t.atlas, t.leads, t.groups = atlas, leads{of: l.Of}, t.ownGroups
	t.edition++
	if atlas == nil {
		return
	}
	known := map[Lead]*[2]hop{}
	for i := range t.leads.hops {
		t.leads.hops[i] = make([]*hop, len(l.Groups))
	}
	for number, group := range l.Groups {
		for i := range t.leads.hops {
			ways := make([]*hop, 0, len(group))
			for _, lead := range group {
				if known[lead] == nil {
					known[lead] = &[2]hop{towards(lead.Link, lead.Via4), towards(lead.Link, lead.Via6)}
				}
				ways = append(ways, &known[lead][i])
			}
			t.leads.hops[i][number] = t.oneOf(ways, nil)
		}
	}
}

// towards is the hop by a link to a node there. The destination itself is not on the link,
// even if nobody knows an address of the node.
func towards(link int, via netip.Addr) hop {
	return hop{Verdict: Verdict{Action: Forward, Link: link}, via: via, beyond: !via.IsValid()}
}

// lookup is what table and atlas hold for an address; nil: nothing.
func (t *Table) lookup(dst netip.Addr) *hop {
	there, _ := t.fib.Lookup(dst)
	if t.atlas == nil {
		return there
	}
	return t.further(there, dst)
}

// further is what the atlas holds for an address, if that is of a longer prefix than what the table holds.
func (t *Table) further(there *hop, dst netip.Addr) *hop {
	for e := t.atlas.longest(dst); e != nil; e = t.atlas.wider(e) {
		if there != nil && there.bits >= e.bits && !t.dead(there) {
			break
		}
		if lead := t.lead(e, dst); lead != nil {
			return lead
		}
	}
	return there
}

// dead says that all links that the table holds are down: others may know another way.
func (t *Table) dead(there *hop) bool {
	if there.group == nil {
		return there.Action == Forward && t.links[there.Link].Down
	}
	return !slices.ContainsFunc(there.group.ways, func(way *hop) bool { return !t.links[way.Link].Down })
}

// lead is where the table sends packets to an address of an entry; nil: the atlas does not help.
func (t *Table) lead(e *entry, dst netip.Addr) *hop {
	return t.leads.hops[family(dst)][t.leads.of[e.destination]]
}

// longest is the entry of the longest prefix around an address; nil: none.
func (a *Atlas) longest(dst netip.Addr) *entry {
	if i, found := a.fib.Lookup(dst); found {
		return &a.entries[i]
	}
	return nil
}

// wider is the entry of the next shorter prefix; nil: none.
func (a *Atlas) wider(e *entry) *entry {
	if e.wider < 0 {
		return nil
	}
	return &a.entries[e.wider]
}

// Way is a link that a packet may leave by, and its next hop.
type Way struct {
	Link int
	// Via is the packet's destination where that is on the link, and not valid where nobody knows
	// an address of the next node.
	Via    netip.Addr
	Weight int
}

// Paths are the ways that a packet to dst may take now, and the verdict about it as far as dst alone decides, which has the
// first way's link. More than one: the node chooses by Settings.Multipath.
func (t *Table) Paths(dst netip.Addr) (ways []Way, v Verdict) {
	there := t.lookup(dst)
	if there == nil {
		return nil, dropped(drop.NoRoute)
	}
	if there.Action == Deliver || dst == there.anycast {
		return nil, Verdict{Action: Deliver}
	}
	if there.Action != Forward {
		return nil, there.Verdict
	}
	all, weights, common := []*hop{there}, []uint32{1}, uint32(1)
	if g := there.group; g != nil {
		all, weights, common = g.ways, g.weights, g.common
	}
	for i, way := range all {
		if t.links[way.Link].Down {
			continue
		}
		w := Way{Link: way.Link, Via: way.via, Weight: int(weights[i] * common)}
		if way.onLink() {
			w.Via = dst
		}
		ways = append(ways, w)
	}
	if len(ways) == 0 {
		return nil, dropped(drop.LinkDown)
	}
	return ways, Verdict{Action: Forward, Link: ways[0].Link}
}
