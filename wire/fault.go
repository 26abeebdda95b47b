package wire

// FaultKind is what is wrong with a packet's headers beyond its fixed IP header.
type FaultKind uint8

// The kinds of faults. Each says which error its sender is told, if any.
const (
	// FaultNone: nothing is wrong.
	FaultNone FaultKind = iota
	// FaultTruncated: a header runs beyond the packet. Nobody is told.
	FaultTruncated
	// FaultSilentOption: an unrecognized option that asks to discard the packet
	// silently, or silently because the destination is multicast (RFC 8200 §4.2).
	FaultSilentOption
	// FaultField: the value of a field keeps the node from going on: ICMPv4 12/0
	// (RFC 792), ICMPv6 4/0 (RFC 4443 §3.4).
	FaultField
	// FaultNextHeader: a next header that is not recognized where it stands: ICMPv6
	// 4/1 (RFC 4443 §3.4).
	FaultNextHeader
	// FaultOption: an unrecognized option that asks for an error: ICMPv6 4/2
	// (RFC 4443 §3.4). This error may be about a packet to a multicast destination
	// (RFC 4443 §2.4 (e.3)): where it must not be, the kind is FaultSilentOption.
	FaultOption
	// FaultFirstFragment: a first fragment without the whole header chain: ICMPv6
	// 4/3 (RFC 7112 §5).
	FaultFirstFragment
	// FaultTooManyOptions: more options in one header than this node looks at:
	// ICMPv6 4/9 (RFC 8883 §2.6).
	FaultTooManyOptions
)

// Fault says what is wrong with a packet's headers, and where. Its zero value
// says that nothing is.
type Fault struct {
	Kind FaultKind
	// Pointer is where the wrong octet stands in Data, as the Pointer of a
	// Parameter Problem of either family counts (RFC 792, RFC 4443 §3.4). An IPv4
	// pointer fits its one octet, since it points into the IPv4 header. It is set
	// for faults that nobody is told of, too.
	Pointer int
}
