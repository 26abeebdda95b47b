// Package forwarding is a router without its wires: a packet in, a verdict and
// packets out. It knows no clock, no socket and no IP version.
package forwarding

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// Link is one of a node's attachments to the world: an interface, in the words
// of the configuration.
type Link struct {
	// Name is unique within the node.
	Name string
	// MTU is the longest datagram that may leave here, in octets.
	MTU int
	// room is the same less what Tunnel takes.
	room int
	// Addresses are the node's own on this link, each with the prefix that is on
	// it, IPv6 link-local ones among them. None: the link is unnumbered.
	Addresses []netip.Prefix
	// URPF is the reverse path filter for what comes from the link.
	URPF URPF
	// DirectedBroadcast lets broadcasts to the link's prefixes be forwarded to it
	// (RFC 2644 §2).
	DirectedBroadcast bool
	// Down says that the link has no device now.
	Down bool
	// Labels is the MPLS label stack with which packets come from the link, as errors tell it
	// (RFC 4950 §3). There is no label on any packet here.
	Labels []icmpgen.Label
	// In and Out are the boxes that packets meet which come from the link, before the node sees them, and which leave by it,
	// when the node is done with them. Nil: none.
	In, Out *Middlebox
	// Tunnel is what packets go into that leave by the link. Nil: none.
	Tunnel *Tunnel

	// outer is how the quote of an error about Tunnel differs. Nil: there is none.
	outer *icmpgen.Quoted
}

// Kind is what a configured route does.
type Kind uint8

// The kinds of a configured route.
const (
	// Unicast forwards to a next hop.
	Unicast Kind = iota
	// Blackhole discards silently.
	Blackhole
	// Unreachable discards and says host unreachable.
	Unreachable
	// Prohibit discards and says administratively prohibited.
	Prohibit
	// Reject discards and says reject route, which IPv4 says as host unreachable.
	Reject
)

// Route is one configured route.
type Route struct {
	// To is the prefix.
	To netip.Prefix
	// Kind is what happens to packets there.
	Kind Kind
	// Via is the next hop of a unicast route: an address on a connected prefix,
	// or on the link that Link names.
	Via netip.Addr
	// Link is the name of the link that a unicast route goes by. Empty: the one
	// that reaches Via.
	Link string
	// Group are the ways of a unicast route that has several, instead of Via and Link.
	Group *Group
}

// Group is ways that are equally good: each packet takes one of them.
type Group struct{ Paths []Path }

// Path is one way of a group.
type Path struct {
	// Via and Link are as those of a Route.
	Via  netip.Addr
	Link string
	// Weight is its share of the packets. Zero: one.
	Weight int
}

// hop is what the FIB holds for a prefix: the verdict about a packet to it, as
// far as the destination alone decides.
type hop struct {
	Verdict
	// via is the next hop of a Forward; it is not valid where the destination
	// itself is on the link, or where beyond says that it is not. Of a Deliver it is the
	// address that replies come from.
	via    netip.Addr
	beyond bool
	// bits is the length of the prefix, if the table itself holds it.
	bits uint8
	// group are the ways of a Forward that has several; Link and via are theirs.
	group *group
	// scoped says that each link has its own addresses of this prefix: those of
	// the link that the packet came from are the node's.
	scoped bool
	// anycast is the address of a connected prefix that is also the node's. It is
	// no route of its own: two addresses that differ in the last bit alone would
	// make every lookup of their prefix walk down to it.
	anycast netip.Addr
	// toMany says that the destination is a broadcast address.
	toMany bool
}

// Table is the links and routes of one node. Own addresses, broadcasts and
// blackholes are routes, so that one lookup answers both "is it mine?" and
// "where to?". Only the Router that owns the table changes it, and only to
// mark a link down or up.
type Table struct {
	settings Settings
	links    []Link
	fib      bart.Table[*hop]
	// sources holds the prefixes that no packet from a link comes from, and
	// senders the single addresses.
	sources bart.Table[drop.Reason]
	senders map[netip.Addr]drop.Reason
	// local holds, by link, the node's addresses and groups of link-local scope.
	local [][]netip.Addr

	atlas *Atlas
	leads leads
	// groups is the number of all groups, and ownGroups that of the table's own.
	groups, ownGroups int
	// filters are those of all boxes, by their number.
	filters []*Filter
	// manners are by message, of the settings.
	manners [icmpgen.NumMessages]manner
	// edition counts what else changes the answers of lookup, an atlas, or a link beside it: routers forget what an older one said.
	edition uint64
}

// NewTable builds the table of a node from its links and configured routes. It
// fails where a route's next hop or link is none. routes stay the caller's.
func NewTable(links []Link, routes []Route, settings Settings) (*Table, error) {
	t := &Table{settings: settings, links: append([]Link(nil), links...), local: make([][]netip.Addr, len(links)), senders: make(map[netip.Addr]drop.Reason)}
	t.manners = t.settings.manners()
	t.martians(settings.Martians)
	for i := range links {
		l := &t.links[i]
		l.In, l.Out = t.install(l.In), t.install(l.Out)
		l.dig()
		for _, address := range links[i].Addresses {
			t.connect(i, address)
		}
	}
	if id := settings.RouterID; id.IsValid() {
		t.own(id, id)
	}
	for _, loopback := range settings.Loopbacks {
		t.own(loopback, loopback)
	}
	if err := t.enter(routes); err != nil {
		return nil, err
	}
	t.ownGroups = t.groups
	return t, nil
}

// insert puts a prefix into the FIB.
func (t *Table) insert(prefix netip.Prefix, there *hop) {
	there.bits = uint8(prefix.Bits())
	t.fib.Insert(prefix, there)
}

// enter puts configured routes into the FIB. Those that are equally long and go the same
// way share a hop: there are many routes, and few ways.
func (t *Table) enter(routes []Route) error {
	hops, known := make([]*hop, len(routes)), map[Route]*hop{}
	for i, route := range routes { // all before any is in the FIB: a next hop is on a link
		way := route
		way.To = netip.PrefixFrom(netip.PrefixFrom(route.To.Addr(), 0).Masked().Addr(), route.To.Bits()) // family and length are all that counts
		if known[way] == nil {
			there, err := t.resolve(route)
			if err != nil {
				return err
			}
			known[way] = there
		}
		hops[i] = known[way]
	}
	for i, route := range routes {
		t.insert(route.To.Masked(), hops[i])
	}
	return nil
}

// routes is the number of prefixes of table and atlas.
func (t *Table) routes() int {
	if t.atlas == nil {
		return t.fib.Size()
	}
	return t.fib.Size() + t.atlas.fib.Size()
}

// connect adds an own address, its prefix, and what else the prefix brings: a
// broadcast address, or groups and an anycast address.
func (t *Table) connect(link int, address netip.Prefix) {
	t.local[link] = append(t.local[link], wire.Groups(address.Addr())...)
	if wire.LinkScope(address.Addr()) {
		t.local[link] = append(t.local[link], address.Addr())
		return
	}
	if !address.IsSingleIP() {
		there := &hop{Verdict: Verdict{Action: Forward, Link: link}}
		if anycast, ok := wire.SubnetRouterAnycast(address); ok {
			there.anycast = anycast
			t.senders[anycast] = drop.OwnSource
		}
		t.insert(address.Masked(), there)
	}
	t.own(address.Addr(), address.Addr())
	if broadcast, ok := wire.Broadcast(address); ok {
		there := &hop{Verdict: dropped(drop.DirectedBroadcast), toMany: true}
		if t.links[link].DirectedBroadcast {
			there.Verdict = Verdict{Action: Forward, Link: link}
		}
		t.insert(single(broadcast), there)
		t.senders[broadcast] = drop.MartianSource
	}
}

// own makes an address the node's; replies to packets to it come from source.
func (t *Table) own(address, source netip.Addr) {
	t.insert(single(address), &hop{Verdict: Verdict{Action: Deliver}, via: source})
	t.senders[address] = drop.OwnSource
}

func single(address netip.Addr) netip.Prefix { return netip.PrefixFrom(address, address.BitLen()) }

// resolve turns a configured route into what the FIB holds. The FIB holds the
// connected prefixes so far, and the next hop is of the same family.
func (t *Table) resolve(route Route) (*hop, error) {
	switch route.Kind {
	case Blackhole:
		return &hop{Verdict: dropped(drop.Blackhole)}, nil
	case Unreachable:
		return &hop{Verdict: dropped(drop.Unreachable)}, nil
	case Reject:
		return &hop{Verdict: dropped(drop.Rejected)}, nil
	case Prohibit:
		return &hop{Verdict: dropped(drop.Prohibited)}, nil
	}
	if route.Group != nil {
		return t.ways(route)
	}
	if route.Via.IsValid() && route.Via.BitLen() != route.To.Addr().BitLen() {
		return nil, fmt.Errorf("route to %s: the next hop %s is of the other family", route.To, route.Via)
	}
	if route.Link != "" {
		for i := range t.links {
			if t.links[i].Name == route.Link {
				return &hop{Verdict: Verdict{Action: Forward, Link: i}, via: route.Via}, nil
			}
		}
		return nil, fmt.Errorf("route to %s: there is no link %s", route.To, route.Link)
	}
	there, found := t.fib.Lookup(route.Via)
	if found && there.Action == Forward && !there.toMany {
		return &hop{Verdict: there.Verdict, via: route.Via}, nil
	}
	return nil, fmt.Errorf("route to %s: no link reaches the next hop %s", route.To, route.Via)
}

// mine says whether a packet to dst that came from link in is for this node, and
// the address that a reply comes from; it is not valid where dst is a group.
func (t *Table) mine(there *hop, dst netip.Addr, in int) (source netip.Addr, ok bool) {
	switch {
	case there == nil:
		return netip.Addr{}, false
	case there.scoped && slices.Contains(t.local[in], dst):
		if dst.IsMulticast() {
			dst = netip.Addr{}
		}
		return dst, true
	case there.Action == Forward && dst == there.anycast:
		return t.addressOn(there.Link, dst), true
	}
	return there.via, there.Action == Deliver
}
