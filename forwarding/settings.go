package forwarding

import "net/netip"

// Settings are the choices that the RFCs leave to a node. The zero value of each
// is the default of the configuration, but for Redirects.
type Settings struct {
	// RouterID is the IPv4 address of a message or record where the link has
	// none (RFC 1812 §2.2.7). Not valid: an address of another link, or 192.0.0.8
	// where there is none at all (RFC 7600 §4.8).
	RouterID netip.Addr
	// SourceRoute is what happens to IPv4 packets with a source route.
	SourceRoute SourceRoute
	// Record is what happens to IPv4 packets with a record route or a timestamp.
	Record Record
	// Martians says which addresses are never forwarded.
	Martians Martians
	// HopByHop is what happens to IPv6 hop-by-hop options.
	HopByHop HopByHop
	// HopByHopLimit is the number of options, beyond padding, that a hop-by-hop
	// header may have (RFC 9673 §5, RFC 8883 §2.6). Zero: the default of 8.
	HopByHopLimit int
	// ErrorSource says whose address an error comes from.
	ErrorSource ErrorSource
	// Extensions says what errors tell beyond the quote (RFC 4884, RFC 5837).
	Extensions Extensions
	// Probe lets the node answer extended echo requests (RFC 8335).
	Probe bool
	// Redirects lets the node tell senders on a link of a better first hop.
	Redirects bool
	// NoTimestamp keeps the node from answering timestamp requests.
	NoTimestamp bool
	// ReportSub1280 lets Packet Too Big tell an IPv6 MTU below 1280 (RFC 8201 §4).
	ReportSub1280 bool
	// Loopbacks are addresses of the node that are on no link. The first of a family
	// is the source of messages where the link has none.
	Loopbacks []netip.Addr
	// Multipath says how packets choose among ways that are equally good.
	Multipath Multipath
	// KeepTTL forwards without decrementing TTL, as a tunnel does that hides its nodes. A TTL of
	// zero ends here all the same.
	KeepTTL bool
	// ErrorTTL and ReplyTTL are the TTL of errors, and of replies and resets, as
	// the node sends them. Zero: 64. Redirects keep their own.
	ErrorTTL, ReplyTTL uint8
	// Quote is how much of the invoking packet an ICMPv4 error repeats behind the IP header and its options, in
	// octets, 8 at least (RFC 792). Zero: as much as 576 octets hold (RFC 1812 §4.3.2.3).
	Quote int
	// Quote6 is the same of ICMPv6, behind extension headers. Zero: as much as 1280 octets hold (RFC 4443 §2.4 (c)).
	Quote6 int
	// Policy is what the node does about each kind of message that it owes. Its slices stay as they are. Zero: the truth.
	Policy Policies
	// Seed is what the chances of Policy come from.
	Seed uint64
	// Forgeries are those of an attacker on the node.
	Forgeries []Forgery
}

// Multipath says how packets choose among ways that are equally good. The zero
// value hashes addresses, protocol and ports, and errors by their quote.
type Multipath struct {
	Hash Hash
	// Seed makes nodes choose differently.
	Seed uint64
	// ErrorsByOuter hashes ICMP errors by their own header, as any other packet, so that they
	// may miss the host that the quote is of (RFC 7690).
	ErrorsByOuter bool
}

// Hash says what of a packet chooses its way. Both directions of a flow have the same hash,
// if they have the same label.
type Hash uint8

// The choices.
const (
	// HashFiveTuple is addresses, protocol and the ports of TCP and UDP. Of fragments it is the addresses.
	HashFiveTuple Hash = iota
	// HashAddresses is source and destination.
	HashAddresses
	// HashFlowLabel is addresses and the IPv6 flow label (RFC 6438); of IPv4 the addresses.
	HashFlowLabel
	// HashPerPacket takes turns, whatever the packet is. The seed says who begins.
	HashPerPacket
)

// SourceRoute is what happens to IPv4 packets with a loose or strict source route.
type SourceRoute uint8

const (
	// SourceRouteDrop discards them silently (RFC 7126 §4.3, §4.4).
	SourceRouteDrop SourceRoute = iota
	// SourceRouteIgnore forwards by the destination and leaves the option as it is.
	SourceRouteIgnore
	// SourceRouteProcess obeys it (RFC 1812 §5.3.13.4).
	SourceRouteProcess
)

// Record is what happens to IPv4 packets with a record route or a timestamp option.
type Record uint8

const (
	// RecordProcess writes the node into them (RFC 1812 §5.3.13.5, §5.3.13.6).
	RecordProcess Record = iota
	// RecordIgnore leaves them as they are.
	RecordIgnore
	// RecordDrop discards the packets silently (RFC 7126 §4.5, §4.7).
	RecordDrop
)

// Martians says which special prefixes are forwarded (RFC 1812 §5.3.7, RFC 6890).
type Martians uint8

const (
	// MartiansStrict forwards none of them.
	MartiansStrict Martians = iota
	// MartiansLoose lets 0/8 and 240/4 pass, as practice has it.
	MartiansLoose
	// MartiansOff lets 169.254/16 pass too. Loopback, multicast sources and
	// 255.255.255.255 never pass.
	MartiansOff
)

// HopByHop is what happens to IPv6 hop-by-hop options in transit (RFC 8200 §4.3).
type HopByHop uint8

const (
	// HopByHopProcess obeys the two high bits of unknown options.
	HopByHopProcess HopByHop = iota
	// HopByHopIgnore forwards without a look.
	HopByHopIgnore
	// HopByHopDrop discards silently.
	HopByHopDrop
)

// ErrorSource says whose address an error comes from.
type ErrorSource uint8

const (
	// ErrorSourceEgress: of the link that the error leaves by (RFC 1812 §4.3.2.4).
	ErrorSourceEgress ErrorSource = iota
	// ErrorSourceIngress: of the link that the invoking packet came from.
	ErrorSourceIngress
)

// Extensions says what errors tell beyond the quote.
type Extensions uint8

const (
	// ExtensionsOff: nothing.
	ExtensionsOff Extensions = iota
	// ExtensionsIncoming: the interface that the invoking packet came from.
	ExtensionsIncoming
	// ExtensionsAll: also the one that it would have left by, and the next hop.
	ExtensionsAll
)

// URPF is the reverse path filter of a link (RFC 3704 §2).
type URPF uint8

const (
	// URPFOff takes any source.
	URPFOff URPF = iota
	// URPFLoose wants a route to the source, by whatever link.
	URPFLoose
	// URPFFeasible wants a route to the source by this link, best or not.
	URPFFeasible
	// URPFStrict wants the best route to the source to go by this link.
	URPFStrict
)
