package wire

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
)

// Parse reads the words of the datagram in Data, cuts Data to the length that
// its header names, and says Alive, or why this is no datagram: of MissingOctets
// it has read the words all the same. It writes no
// byte of the buffer, which stays its owner's. Words of an earlier Parse are
// forgotten: the next node parses the packet anew. Of GSO it checks what the device
// said, and adds HeaderLen.
func (p *Packet) Parse() drop.Reason {
	p.forget()
	if len(p.Data) == 0 {
		return drop.Truncated
	}
	reason := drop.BadVersion
	switch p.Data[0] >> 4 {
	case V4:
		reason = p.parseIPv4()
	case V6:
		reason = p.parseIPv6()
	}
	if p.GSO.ChecksumStart|p.GSO.Size != 0 {
		return p.parseOffload(reason)
	}
	return reason
}

// forget empties the words, one by one: a packet is much to copy for each Parse.
func (p *Packet) forget() {
	p.Src, p.Dst = netip.Addr{}, netip.Addr{}
	p.Version, p.TTL, p.TOS, p.Protocol, p.DF, p.More, p.Incomplete = 0, 0, 0, 0, false, false, false
	p.FragmentOffset, p.FragmentID, p.Transport, p.ProtocolField = 0, 0, 0, 0
	p.fragmentHeader, p.fragmentField, p.extended = 0, 0, false
}

// DecrementTTL lowers the TTL by one, in the bytes too. The caller has seen
// that it is above one, and has put the packet's bytes to no other use.
func (p *Packet) DecrementTTL() {
	p.TTL--
	if p.Version == V4 {
		decrementIPv4(p.Data)
		return
	}
	p.Data[7]--
}
