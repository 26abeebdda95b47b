// Package forwarding is a router without its wires: a packet in, a verdict and
// packets out. It knows no clock, no socket and no IP version.
package forwarding

import (
	"fmt"
	"net/netip"

	"github.com/gaissmai/bart"

	"github.com/icmprouter/icmprouter/drop"
)

// Link is one of a node's attachments to the world: an interface, in the words
// of the configuration.
type Link struct {
	// Name is unique within the node.
	Name string
	// MTU is the longest datagram that may leave here, in octets.
	MTU int
	// Addresses are the node's own on this link, each with the prefix that is on it.
	Addresses []netip.Prefix
	// Down says that the link has no device now.
	Down bool
}

// Kind is what a configured route does.
type Kind uint8

// The kinds of a configured route.
const (
	// Unicast forwards to a next hop, or to a link.
	Unicast Kind = iota
	// Blackhole discards silently.
	Blackhole
	// Unreachable discards and says host unreachable.
	Unreachable
	// Prohibit discards and says administratively prohibited.
	Prohibit
)

// Route is one configured route.
type Route struct {
	// To is the prefix.
	To netip.Prefix
	// Kind is what happens to packets there.
	Kind Kind
	// Via is the next hop of a unicast route: an address on a connected prefix.
	Via netip.Addr
}

// hop is what the FIB holds for a prefix: the verdict about a packet to it, as
// far as the destination alone decides.
type hop struct {
	Verdict
	// via is the next hop; it is not valid where the destination is on the link.
	via netip.Addr
}

// Table is the links and routes of one node. It is immutable, but for the owner
// of its Router, who tells it between packets that a link went down or came up.
type Table struct {
	links   []Link
	fib     bart.Table[*hop]
	sources bart.Table[drop.Reason]
}
