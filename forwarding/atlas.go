package forwarding

import "net/netip"

// Atlas is prefixes that all nodes of a network know, each with the number of its
// destination: it is one, and shared, where a FIB for each node would be thousands.
// It does not change.
type Atlas struct{ _ int }

// NewAtlas returns an atlas of prefixes. destinations holds the number of each, from 0 on.
func NewAtlas(prefixes []netip.Prefix, destinations []int) *Atlas { panic("not yet") }

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

// SetAtlas gives the table the prefixes of a network, and its own ways to them; nil: none.
// The longest prefix of table and atlas decides; of two that are equally long, the table's. Both
// stay the caller's, and do not change. To be called as SetTable is.
func (t *Table) SetAtlas(atlas *Atlas, leads Leads) { panic("not yet") }

// Paths are the ways that a packet to dst may take, and the verdict about it as far as dst alone decides. More than
// one: the node chooses by Settings.Multipath. Via is valid where a next hop is known.
func (t *Table) Paths(dst netip.Addr) (ways []Way, v Verdict) { panic("not yet") }

// Way is a link that a packet may leave by, and its next hop.
type Way struct {
	Link   int
	Via    netip.Addr
	Weight int
}
