package wire

import (
	"encoding/binary"
	"net/netip"
)

// Stamp is what a node writes into the options of a packet that it sends.
type Stamp struct {
	// Egress is the IPv4 address of the link that the packet leaves by, or the
	// router ID where that has none (RFC 1812 §4.2.2.2).
	Egress netip.Addr
	// Millis is the time in milliseconds since midnight UT. A clock that cannot
	// tell sets the high bit (RFC 791 §3.1).
	Millis uint32
	// Own is the node.
	Own Owner
	// Silent: the node leaves record routes and timestamps as they are.
	Silent bool
	// Follow: the node obeys source routes (RFC 1812 §5.3.13.4). Without it,
	// they are left as they are.
	Follow bool
}

// StampOptions records the node in the options of a packet that it forwards, in
// the bytes, and mends the header checksum. The caller has inspected the options
// and found no fault, and has put the packet's bytes to no other use: what is
// at fault nevertheless stays as it is.
//
// If the node follows source routes, and the summary named a next hop, that
// becomes the destination. Transport checksums stay right: they are summed with the
// last address of the route, not with those on the way.
func (p *Packet) StampOptions(s Stamp) {
	b := p.Options()
	changed := false
	for at, end, ok := nextOption(b, 0); ok && at < len(b); at, end, ok = nextOption(b, end) {
		if option := b[at:end]; s.record(option) || s.Follow && s.follow(p, option) {
			changed = true
		}
	}
	if changed {
		sealIPv4(p.Data[:p.Transport])
	}
}

// record writes the node into a record route or a timestamp, if there is room,
// and says whether it wrote.
func (s Stamp) record(option []byte) bool {
	if s.Silent {
		return false
	}
	switch option[0] {
	case optionRecordRoute:
		if free, _ := room(option, routeData, 4); free {
			s.putEgress(option)
			return true
		}
	case optionTimestamp:
		todo, _ := readTimestamp(option, s.Own)
		switch todo {
		case timestampCount:
			option[timestampFlag] += 0x10
		case timestampTime:
			s.putTime(option)
		case timestampAddressTime:
			s.putEgress(option)
			s.putTime(option)
		case timestampOwnTime:
			option[optionPointer] += 4
			s.putTime(option)
		}
		return todo != timestampNothing
	}
	return false
}

// putEgress writes the address at the pointer, and moves that.
func (s Stamp) putEgress(option []byte) {
	egress := s.Egress.As4()
	copy(option[option[optionPointer]-1:], egress[:])
	option[optionPointer] += 4
}

// putTime writes the time at the pointer, and moves that.
func (s Stamp) putTime(option []byte) {
	binary.BigEndian.PutUint32(option[option[optionPointer]-1:], s.Millis)
	option[optionPointer] += 4
}

// follow sends the packet to the next hop of a source route, if the packet has
// reached its present one, writes the egress address where that hop was named
// (RFC 791 §3.1), and says whether it did.
func (s Stamp) follow(p *Packet, option []byte) bool {
	if option[0] != optionLooseSourceRoute && option[0] != optionStrictSourceRoute {
		return false
	}
	if free, _ := room(option, routeData, 4); !free || !s.Own.Own(p.Dst) {
		return false
	}
	hop, at := nextHop(option, s.Own)
	if !hop.IsValid() {
		return false
	}
	copy(p.Data[16:20], option[at:])
	p.Dst = hop
	option[optionPointer] = byte(at + 1)
	s.putEgress(option)
	return true
}

// timestampTodo is what a node does to a timestamp option.
type timestampTodo uint8

const (
	timestampNothing timestampTodo = iota
	timestampCount                 // it is full: one more could not write
	timestampTime
	timestampAddressTime
	timestampOwnTime // behind the node's own address, which is there already
)

// Flags of the timestamp option (RFC 791 §3.1).
const (
	flagTime         = 0
	flagAddressTime  = 1
	flagPrespecified = 3

	timestampOverflowed = 0xf0 // an overflow count of 15
)

// readTimestamp says what is to be done to a timestamp option, or which octet
// is at fault. Where the senders are prespecified, any address of the node will
// do (RFC 1812 §5.3.13.6), and whoever is not named misses no room: a full
// option counts no overflow.
func readTimestamp(option []byte, own Owner) (todo timestampTodo, wrong int) {
	if len(option) < timestampData {
		return timestampNothing, optionLength
	}
	size, flag := 8, option[timestampFlag]&0x0f
	switch flag {
	case flagTime:
		size, todo = 4, timestampTime
	case flagAddressTime:
		todo = timestampAddressTime
	case flagPrespecified:
		todo = timestampOwnTime
	default:
		return timestampNothing, timestampFlag
	}
	free, wrong := room(option, timestampData, size)
	switch {
	case wrong != fine:
		return timestampNothing, wrong
	case !free && flag == flagPrespecified:
		return timestampNothing, fine
	case !free && option[timestampFlag] >= timestampOverflowed:
		return timestampNothing, timestampFlag
	case !free:
		return timestampCount, fine
	case flag == flagPrespecified && !own.Own(addressAt(option, int(option[optionPointer])-1)):
		return timestampNothing, fine
	}
	return todo, fine
}
