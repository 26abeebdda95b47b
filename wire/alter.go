package wire

import "encoding/binary"

// What boxes on the way change in packets, which routers do not: the checksums that cover
// what was changed are right afterwards (RFC 1624), unless the function says otherwise.

// amend is the checksum of data in which a word was old and is now new (RFC 1624 §3, eqn. 3).
func amend(checksum, old, new uint16) uint16 {
	sum := uint32(^checksum) + uint32(^old) + uint32(new)
	sum = sum&0xffff + sum>>16
	return ^uint16(sum&0xffff + sum>>16)
}

// amendIPv4 puts a word into an IPv4 header.
func amendIPv4(b []byte, at int, word uint16) {
	old := binary.BigEndian.Uint16(b[at:])
	binary.BigEndian.PutUint16(b[at:], word)
	binary.BigEndian.PutUint16(b[10:], amend(binary.BigEndian.Uint16(b[10:]), old, word))
}

// SetDF sets or clears DF of a parsed packet, in the bytes too, and says whether it was otherwise. IPv6
// has no such bit: its packets are as they were.
func (p *Packet) SetDF(df bool) (changed bool) {
	if p.Version != V4 || p.DF == df {
		return false
	}
	p.DF = df
	amendIPv4(p.Data, 6, binary.BigEndian.Uint16(p.Data[6:])^ipv4FlagDF)
	return true
}

// Extended says whether IPv6 extension headers follow the IP header, a fragment header among them.
func (p *Packet) Extended() bool { return p.extended }

// Disown gives a later fragment an identification of its own, in the bytes too, so that nobody finds the
// datagram that it is of, and says whether p was one.
func (p *Packet) Disown() (changed bool) {
	if p.FragmentOffset == 0 {
		return false
	}
	p.FragmentID ^= uint32(p.FragmentOffset / 8) // below 2^13, and not zero
	if p.Version == V4 {
		amendIPv4(p.Data, 4, uint16(p.FragmentID))
	} else {
		binary.BigEndian.PutUint32(p.Data[p.fragmentHeader+4:], p.FragmentID)
	}
	return true
}

// Damage inverts the last octet of a datagram's last fragment, so that the datagram's transport checksum is wrong, and
// says whether p was that. In several fragments one change might make up for another.
func (p *Packet) Damage() (changed bool) {
	if p.FragmentOffset == 0 || p.More || len(p.Payload()) == 0 {
		return false
	}
	p.Data[len(p.Data)-1] ^= 0xff
	return true
}

// TCP options (RFC 9293 §3.1).
const (
	tcpFlagSYN = 0x02

	tcpOptionEnd = 0
	tcpOptionNop = 1
	tcpOptionMSS = 2
	tcpMSSLen    = 4
)

// ClampMSS lowers the maximum segment size that a SYN announces to limit, and says whether it was more. A SYN
// without the option stays without. A malformed option ends the list.
func (p *Packet) ClampMSS(limit uint16) (changed bool) {
	b, ok := p.tcp()
	if !ok || b[tcpFlags]&tcpFlagSYN == 0 {
		return false
	}
	at, ok := findMSS(b[:tcpHeaderLen(b)])
	if !ok || binary.BigEndian.Uint16(b[at:]) <= limit {
		return false
	}
	old := binary.BigEndian.Uint16(b[at:])
	binary.BigEndian.PutUint16(b[at:], limit)
	if g := &p.GSO; g.ChecksumStart == p.Transport && g.ChecksumOffset == tcpChecksum {
		return true // who completes the checksum sums up what stands there now
	}
	if at%2 != 0 { // it lies across two words of the sum
		old, limit = old<<8|old>>8, limit<<8|limit>>8
	}
	binary.BigEndian.PutUint16(b[tcpChecksum:], amend(binary.BigEndian.Uint16(b[tcpChecksum:]), old, limit))
	return true
}

// tcp is the TCP header of p and what follows it, if all of the header is here.
func (p *Packet) tcp() ([]byte, bool) {
	b := p.Payload()
	if p.Protocol != ProtoTCP || p.Incomplete || p.FragmentOffset != 0 || len(b) < tcpMinHeader {
		return nil, false
	}
	n := tcpHeaderLen(b)
	return b, tcpMinHeader <= n && n <= len(b)
}

// findMSS says where in a TCP header the value of its MSS option stands.
func findMSS(header []byte) (at int, ok bool) {
	for i := tcpMinHeader; i < len(header) && header[i] != tcpOptionEnd; {
		if header[i] == tcpOptionNop {
			i++
			continue
		}
		if i+1 >= len(header) || header[i+1] < 2 || i+int(header[i+1]) > len(header) {
			break
		}
		if header[i] == tcpOptionMSS && header[i+1] == tcpMSSLen {
			return i + 2, true
		}
		i += int(header[i+1])
	}
	return 0, false
}
