package icmpgen

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/icmprouter/icmprouter/wire"
)

// Probe is what an extended echo request asks for (RFC 8335 §2): by which of the
// three the interface is identified shows by which is set.
type Probe struct {
	// Name is a part of the packet, and owned as it is.
	Name []byte
	// Index is the ifIndex.
	Index uint32
	// Addr is an address of the interface, or, if the request is not Local, of a
	// neighbor. It is not valid if the address is of another kind.
	Addr netip.Addr
	// Local says that the interface is one of the node's own, and not a neighbor's.
	Local bool
}

// ProbeCode is the code of an extended echo reply (RFC 8335 §3).
type ProbeCode uint8

// The codes.
const (
	ProbeOK ProbeCode = iota
	ProbeMalformed
	ProbeNoInterface
	ProbeNoTableEntry
	ProbeMultiple
)

// ProbeState is what the neighbor table says of an address (RFC 8335 §3). It is
// zero if the request is Local.
type ProbeState uint8

// The states.
const (
	StateNone ProbeState = iota
	StateIncomplete
	StateReachable
	StateStale
	StateDelay
	StateProbe
	StateFailed
)

// ProbeAnswer is what an extended echo reply tells. With a code other than
// ProbeOK nothing else is told (RFC 8335 §4).
type ProbeAnswer struct {
	Code  ProbeCode
	State ProbeState
	// Active says that the interface is up, and IPv4 and IPv6 what runs on it.
	Active, IPv4, IPv6 bool
}

// Fields of an extended echo (RFC 8335 §2, §3).
const (
	probeFlags = 7
	probeLocal = 0x01

	probeActive = 0x04
	probeIPv4   = 0x02
	probeIPv6   = 0x01

	byName    = 1
	byIndex   = 2
	byAddress = 3
)

// ParseProbe reads the extended echo request p, for which ReplyTo is
// ExtendedEchoReply. The code is ProbeOK or ProbeMalformed: without exactly one
// interface identification, or if the node of a neighbor's address is asked for a
// name or an index (RFC 8335 §4). The node finds the other codes.
func ParseProbe(p *wire.Packet) (q Probe, code ProbeCode) {
	icmp := p.Payload()
	if len(icmp) < icmpHeader+extensionHeader {
		return q, ProbeMalformed
	}
	q.Local = icmp[probeFlags]&probeLocal != 0
	b, objects := icmp[icmpHeader:], 0
	if b[0]&0xf0 != extensionVersion || (b[2] != 0 || b[3] != 0) && wire.Checksum(b) != 0 {
		return q, ProbeMalformed
	}
	for b = b[extensionHeader:]; len(b) > 0; {
		if len(b) < objectHeader {
			return q, ProbeMalformed
		}
		size := int(binary.BigEndian.Uint16(b))
		if size < objectHeader || size > len(b) {
			return q, ProbeMalformed
		}
		if Class(b[2]) == classIdentification {
			objects++
			if !q.identify(b[3], b[objectHeader:size]) {
				return q, ProbeMalformed
			}
		}
		b = b[size:]
	}
	if objects != 1 {
		return q, ProbeMalformed
	}
	return q, ProbeOK
}

// identify reads an interface identification (RFC 8335 §2.1), and says whether it is well formed.
func (q *Probe) identify(kind uint8, b []byte) bool {
	switch kind {
	case byName:
		q.Name = bytes.TrimRight(b, "\x00")
		return q.Local && len(q.Name) > 0
	case byIndex:
		if len(b) != 4 {
			return false
		}
		q.Index = binary.BigEndian.Uint32(b)
		return q.Local
	case byAddress:
		if len(b) < 4 || len(b) < 4+int(b[2]) {
			return false
		}
		family, octets := binary.BigEndian.Uint16(b), b[4:4+b[2]]
		switch {
		case family == family4 && len(octets) == 4, family == family6 && len(octets) == 16:
			q.Addr, _ = netip.AddrFromSlice(octets)
			return true
		}
		return family != family4 && family != family6
	}
	return false
}

// extendedEchoReply returns the request's identifier and sequence number, and no more of it (RFC 8335 §3).
func (s *Spec) extendedEchoReply(icmp []byte, p *wire.Packet) int {
	copy(icmp, p.Payload()[:icmpHeader])
	icmp[0], icmp[1], icmp[probeFlags] = ExtendedEchoReply.of(p).Type, uint8(s.Probe.Code), 0
	if s.Probe.Code != ProbeOK {
		return icmpHeader
	}
	flags := uint8(s.Probe.State) << 5
	if s.Probe.Active {
		flags |= probeActive
	}
	if s.Probe.IPv4 {
		flags |= probeIPv4
	}
	if s.Probe.IPv6 {
		flags |= probeIPv6
	}
	icmp[probeFlags] = flags
	return icmpHeader
}
