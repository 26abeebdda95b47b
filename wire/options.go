package wire

import "net/netip"

// Options of IPv4 (RFC 791 §3.1, RFC 2113 §2.1).
const (
	optionEnd               = 0
	optionNop               = 1
	optionRecordRoute       = 7
	optionTimestamp         = 68
	optionLooseSourceRoute  = 131
	optionStrictSourceRoute = 137
	optionRouterAlert       = 148

	optionCopied = 0x80
)

// Octets of an option, counted from its first. The pointer of an option counts
// from one (RFC 791 §3.1).
const (
	optionLength  = 1
	optionPointer = 2
	timestampFlag = 3 // overflow count and flag

	routeData     = 3 // of a record route or a source route
	timestampData = 4
)

// MaxOptions is the room that an IPv4 header has for options, in octets.
const MaxOptions = 40

// Owner says which unicast addresses belong to a node, whatever the link.
type Owner interface {
	Own(netip.Addr) bool
}

// SourceRoute is the kind of source route that a packet has.
type SourceRoute uint8

// The kinds. A strict route names every node, a loose one leaves gaps (RFC 791 §3.1).
const (
	NoSourceRoute SourceRoute = iota
	LooseSourceRoute
	StrictSourceRoute
)

// OptionSummary is what a router has to know of a packet's options.
type OptionSummary struct {
	// Fault is FaultField, at the octet that is wrong (RFC 1812 §4.3.3.5): the
	// packet is to be discarded. What follows the fault has not been looked at.
	Fault Fault
	// SourceRoute is the kind of the source route, also of a faulty one.
	SourceRoute SourceRoute
	// Exhausted: the source route names no hop beyond this node.
	Exhausted bool
	// Next is where a source route leads after this node. It is valid if the
	// destination is the node's own and the route is not exhausted. It may be an
	// address of any kind: only a route lookup tells.
	Next netip.Addr
	// Stamp: a record route or a timestamp is to be written on the way out.
	Stamp bool
	// Records: there is a record route or a timestamp.
	Records bool
	// RouterAlert: some node wants to look closer. Transit needs not (RFC 6398 §5).
	RouterAlert bool
}

// HasOptions says that there is something behind the first 20 octets of the
// IPv4 header.
func (p *Packet) HasOptions() bool { return p.Version == V4 && p.Transport > ipv4MinHeader }

// Options returns the options of the IPv4 header, padding included: a part of
// Data, owned as Data is. It is empty for IPv6, and holds what is left of the
// options where Data has been cut.
func (p *Packet) Options() []byte {
	header := min(p.Transport, len(p.Data))
	if p.Version != V4 || header <= ipv4MinHeader {
		return nil
	}
	return p.Data[ipv4MinHeader:header]
}

// InspectOptions reads the options of a parsed packet once, and writes none.
// Unknown ones are ignored (RFC 1812 §4.2.2.6). own is the node.
func (p *Packet) InspectOptions(own Owner) OptionSummary {
	var (
		s    OptionSummary
		seen uint8
		b    = p.Options()
	)
	for next := 0; ; {
		at, end, ok := nextOption(b, next)
		if at == len(b) {
			return s
		}
		wrong := 0
		if ok {
			wrong = s.read(b[at:end], &seen, p.Dst, own)
		}
		if wrong != fine {
			s.Fault = Fault{FaultField, ipv4MinHeader + at + wrong}
			return s
		}
		next = end
	}
}

// fine is what stands for the octet at fault where none is.
const fine = -1

// Options that appear at most once (RFC 791 §3.1), of source routes one of
// either kind (RFC 1812 §5.2.4.1).
const (
	onceRecordRoute = 1 << iota
	onceTimestamp
	onceSourceRoute
)

// read takes one option into the summary, and says which of its octets is at
// fault: the first, if it has been seen.
func (s *OptionSummary) read(option []byte, seen *uint8, dst netip.Addr, own Owner) (wrong int) {
	var once uint8
	switch option[0] {
	case optionRecordRoute:
		once = onceRecordRoute
	case optionTimestamp:
		once = onceTimestamp
	case optionLooseSourceRoute, optionStrictSourceRoute:
		once = onceSourceRoute
	case optionRouterAlert:
		s.RouterAlert = true
		return fine
	default:
		return fine
	}
	if *seen&once != 0 {
		return 0
	}
	*seen |= once
	s.Records = s.Records || once != onceSourceRoute
	switch once {
	case onceRecordRoute:
		free, wrong := room(option, routeData, 4)
		s.Stamp = s.Stamp || free
		return wrong
	case onceTimestamp:
		todo, wrong := readTimestamp(option, own)
		s.Stamp = s.Stamp || todo != timestampNothing
		return wrong
	}
	return s.readSourceRoute(option, dst, own)
}

func (s *OptionSummary) readSourceRoute(option []byte, dst netip.Addr, own Owner) (wrong int) {
	s.SourceRoute = LooseSourceRoute
	if option[0] == optionStrictSourceRoute {
		s.SourceRoute = StrictSourceRoute
	}
	free, wrong := room(option, routeData, 4)
	if wrong != fine {
		return wrong
	}
	if free && own.Own(dst) {
		s.Next, _ = nextHop(option, own)
		free = s.Next.IsValid()
	}
	s.Exhausted = !free
	return fine
}

// nextOption finds the option that begins at from or, past no-operations,
// later: where it begins and ends in b. At the end of the list both are len(b).
// It is not ok if the option has no length, or one below 2 or beyond b: then
// its end is unknown, and so is all that follows.
func nextOption(b []byte, from int) (at, end int, ok bool) {
	for at = from; at < len(b); at++ {
		switch {
		case b[at] == optionNop:
			continue
		case b[at] == optionEnd:
			return len(b), len(b), true
		case at+1 == len(b) || b[at+1] < 2 || at+int(b[at+1]) > len(b):
			return at, at, false
		}
		return at, at + int(b[at+1]), true
	}
	return at, at, true
}

// room says whether an option has room for size octets at its pointer, given
// where its data begin, or else which octet is at fault. A pointer beyond the
// end says that the option is full; before the end, what is left must suffice;
// and it never points before the data (RFC 791 §3.1).
func room(option []byte, data, size int) (free bool, wrong int) {
	if len(option) < data {
		return false, optionLength
	}
	pointer := int(option[optionPointer])
	switch {
	case pointer <= data:
		return false, optionPointer
	case pointer > len(option):
		return false, fine
	case pointer-1+size > len(option):
		return false, optionPointer
	}
	return true, fine
}

// nextHop finds the next address in a source route that has room which is not
// the node's own, and where it stands in the option. A node does not send to
// itself: its other addresses are passed over. The address is not valid if
// nothing else is left.
func nextHop(option []byte, own Owner) (hop netip.Addr, at int) {
	for at = int(option[optionPointer]) - 1; at+4 <= len(option); at += 4 {
		if hop = addressAt(option, at); !own.Own(hop) {
			return hop, at
		}
	}
	return netip.Addr{}, at
}

// addressAt is the address whose first octet is b[at].
func addressAt(b []byte, at int) netip.Addr { return netip.AddrFrom4([4]byte(b[at : at+4])) }
