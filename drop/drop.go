// Package drop names every way in which a packet can end other than being
// forwarded or delivered. A Reason is the only error of the packet path: it is
// the label of the counter, the word in the log and the comment in a capture.
package drop

// Reason says why a packet was discarded. The zero value is Alive.
type Reason uint8

// The reasons, in the order in which a packet meets them.
const (
	// Alive: the packet has not been dropped.
	Alive Reason = iota

	// Parsing. The bytes are no datagram that anybody could be told about.

	// Truncated: shorter than the header that it begins with.
	Truncated
	// BadVersion: neither 4 nor 6 stands in the version field.
	BadVersion
	// BadHeaderLength: IHL below 5, or a header longer than the datagram.
	BadHeaderLength
	// BadTotalLength: the length field names fewer octets than the header has, or, in IPv6, more than arrived.
	BadTotalLength
	// MissingOctets: the total length of IPv4 names more octets than arrived (RFC 1812 §5.2.2).
	MissingOctets
	// BadHeaderChecksum: the IPv4 header checksum is wrong (RFC 1812 §4.2.2.5).
	BadHeaderChecksum
	// BadOffload: what the packet leaves to the next device cannot be done: a checksum beyond its end, or a super-packet that is none of TCP or UDP.
	BadOffload

	// Boxes on a link, of which no router knows (RFC 3234). What one has dropped behind the node is counted apart.

	// LayerTwoMTU: longer than what the layer below carries, which nobody tells.
	LayerTwoMTU
	// ExtensionFiltered: a box that drops IPv6 extension headers met one (RFC 7872).
	ExtensionFiltered
	// FragmentFiltered: a box that drops fragments met one (RFC 8900).
	FragmentFiltered
	// Filtered: a filter of a box on the way.
	Filtered

	// Validity of addresses.

	// MartianSource: no host can have this source address (RFC 1812 §5.3.7).
	MartianSource
	// OwnSource: the source is an address of this node, yet the packet came from a link.
	OwnSource
	// ReversePath: the way back to the source does not lead by the link that it came from (RFC 3704 §2).
	ReversePath
	// MartianDestination: an address that no router may forward to (RFC 1812 §5.3.7).
	MartianDestination
	// Broadcast: 255.255.255.255 is never forwarded (RFC 1812 §5.3.5.1).
	Broadcast
	// DirectedBroadcast: the broadcast address of a connected prefix (RFC 2644 §2).
	DirectedBroadcast
	// Multicast: no multicast routing here, and no group of this node.
	Multicast
	// LinkLocal: a link-local destination is never forwarded (RFC 4291 §2.5.6).
	LinkLocal
	// BeyondScope: a link-local source would leave its link (RFC 4291 §2.5.6).
	BeyondScope

	// Routing.

	// NoRoute: no prefix of the FIB covers the destination.
	NoRoute
	// Unreachable: a route of kind unreachable.
	Unreachable
	// Rejected: a route of kind reject.
	Rejected
	// Prohibited: a route of kind prohibit.
	Prohibited
	// Blackhole: a route of kind blackhole.
	Blackhole
	// LinkDown: the link that the route names has no device now.
	LinkDown
	// Hairpin: the packet would go back to the point-to-point link that it came
	// from, to an address that nobody has there (RFC 4443 §3.1).
	Hairpin

	// Forwarding.

	// TTLExpired: TTL is zero, or would be after the decrement.
	TTLExpired
	// SourceRouted: an IPv4 source route, which this node does not obey (RFC 7126 §4.3, §4.4).
	SourceRouted
	// SourceRouteFailed: the next address of a strict source route is not on a link of this node (RFC 1122 §3.2.1.8 (c)).
	SourceRouteFailed
	// OptionRefused: an unrecognized IPv6 option that asks to discard silently (RFC 8200 §4.2), or options that the node is set to drop.
	OptionRefused
	// BadOption: an unrecognized IPv6 option that asks for an error (RFC 8200 §4.2).
	BadOption
	// TooManyOptions: more IPv6 options in one header than this node looks at (RFC 8883 §2.6).
	TooManyOptions
	// BadField: a field of the headers or options has a value that keeps the node from going on (RFC 1812 §4.3.3.5, RFC 4443 §3.4).
	BadField
	// BadNextHeader: an IPv6 extension header where it must not stand (RFC 8200 §4).
	BadNextHeader
	// TooBig: longer than the MTU of the link, and must not be fragmented here.
	TooBig
	// TunnelOuter: too long behind the tunnel's header, of which the error is about: nobody inside understands it (RFC 2003 §4, RFC 4459 §3.1).
	TunnelOuter
	// TunnelSilent: too long behind the tunnel's header, and the tunnel tells nobody.
	TunnelSilent
	// DeviceRefused: the device took the packet for sending and reported an error.
	DeviceRefused

	// Reassembly of packets to this node.

	// FirstFragmentShort: the first fragment does not hold all headers (RFC 7112 §5).
	FirstFragmentShort
	// FragmentMisaligned: not the last fragment, and not a multiple of 8 octets long.
	FragmentMisaligned
	// FragmentBeyondEnd: ends beyond octet 65535, or beyond the end that another fragment set.
	FragmentBeyondEnd
	// FragmentDuplicate: these octets are already here, and are the same.
	FragmentDuplicate
	// FragmentOverlap: a fragment overlaps another one: the whole datagram goes (RFC 5722 §4).
	FragmentOverlap
	// ReassemblyFull: it was the oldest incomplete datagram when room was needed for another.
	ReassemblyFull
	// ReassemblyTimeout: the missing fragments did not come in time (RFC 1122 §3.3.2, RFC 8200 §4.5).
	ReassemblyTimeout

	// Delivery to this node.

	// BadExtensionHeader: the chain of IPv6 extension headers runs beyond the packet.
	BadExtensionHeader
	// NoNextHeader: an IPv6 packet that says that nothing follows (RFC 8200 §4.7).
	NoNextHeader
	// TransportTruncated: shorter than the header of its transport protocol.
	TransportTruncated
	// BadTransportChecksum: the ICMP, UDP or TCP checksum is wrong.
	BadTransportChecksum
	// ICMPIgnored: an ICMP message that a router takes note of at most: errors, replies, unknown types.
	ICMPIgnored
	// ProtocolUnreachable: this node has no such transport protocol.
	ProtocolUnreachable
	// PortUnreachable: nothing listens on this UDP port.
	PortUnreachable
	// PortClosed: nothing listens on this TCP port.
	PortClosed

	// Links between nodes. The node has forwarded the packet; the link has lost it.

	// LinkLoss: a loss that the link was told to have.
	LinkLoss
	// LinkCut: the link is down, or went down while the packet was on its way.
	LinkCut
	// QueueFull: no room in the queue of the link.
	QueueFull
	// QueueEarly: dropped before the queue was full, by RED or CoDel (RFC 8289).
	QueueEarly
	// LinkFull: no memory for another packet on its way.
	LinkFull
	// Endless: crossed more links than any TTL allows, through nodes that do not decrement it.
	Endless

	// NumReasons is the size of a table that is indexed by Reason.
	NumReasons
)

var names = [NumReasons]string{
	Alive:                "alive",
	Truncated:            "truncated",
	BadVersion:           "bad-version",
	BadHeaderLength:      "bad-header-length",
	BadTotalLength:       "bad-total-length",
	MissingOctets:        "missing-octets",
	BadHeaderChecksum:    "bad-header-checksum",
	BadOffload:           "bad-offload",
	LayerTwoMTU:          "l2-mtu",
	ExtensionFiltered:    "extension-filtered",
	FragmentFiltered:     "fragment-filtered",
	Filtered:             "filtered",
	MartianSource:        "martian-source",
	OwnSource:            "own-source",
	ReversePath:          "reverse-path",
	MartianDestination:   "martian-destination",
	Broadcast:            "broadcast",
	DirectedBroadcast:    "directed-broadcast",
	Multicast:            "multicast",
	LinkLocal:            "link-local",
	BeyondScope:          "beyond-scope",
	NoRoute:              "no-route",
	Unreachable:          "unreachable",
	Rejected:             "rejected",
	Prohibited:           "prohibited",
	Blackhole:            "blackhole",
	LinkDown:             "link-down",
	Hairpin:              "hairpin",
	TTLExpired:           "ttl-expired",
	SourceRouted:         "source-routed",
	SourceRouteFailed:    "source-route-failed",
	OptionRefused:        "option-refused",
	BadOption:            "bad-option",
	TooManyOptions:       "too-many-options",
	BadField:             "bad-field",
	BadNextHeader:        "bad-next-header",
	TooBig:               "too-big",
	TunnelOuter:          "tunnel-outer",
	TunnelSilent:         "tunnel-silent",
	DeviceRefused:        "device-refused",
	FirstFragmentShort:   "first-fragment-short",
	FragmentMisaligned:   "fragment-misaligned",
	FragmentBeyondEnd:    "fragment-beyond-end",
	FragmentDuplicate:    "fragment-duplicate",
	FragmentOverlap:      "fragment-overlap",
	ReassemblyFull:       "reassembly-full",
	ReassemblyTimeout:    "reassembly-timeout",
	BadExtensionHeader:   "bad-extension-header",
	NoNextHeader:         "no-next-header",
	TransportTruncated:   "transport-truncated",
	BadTransportChecksum: "bad-transport-checksum",
	ICMPIgnored:          "icmp-ignored",
	ProtocolUnreachable:  "protocol-unreachable",
	PortUnreachable:      "port-unreachable",
	PortClosed:           "port-closed",
	LinkLoss:             "link-loss",
	LinkCut:              "link-cut",
	QueueFull:            "queue-full",
	QueueEarly:           "queue-early",
	LinkFull:             "link-full",
	Endless:              "endless",
}

// OnLink says that a link dropped the packet, and no node: the node that had it counts it as forwarded.
func (r Reason) OnLink() bool { return r >= LinkLoss && r <= Endless }

// String is the reason's label: lower case words with hyphens, stable across versions.
func (r Reason) String() string {
	if r < NumReasons {
		return names[r]
	}
	return "unknown"
}
