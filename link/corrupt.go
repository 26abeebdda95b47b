package link

import (
	"slices"

	"github.com/icmprouter/icmprouter/wire"
)

// maxBits is how many bits of a packet may be changed.
const maxBits = 64

// corrupt changes bits of a packet, and says whether there was any to change. A checksum
// that is to be completed is: the next device would make it right.
func (f *fate) corrupt(p *wire.Packet) bool {
	p.Complete()
	p.Parse()
	from, to := 0, len(p.Data)
	switch f.where {
	case Header:
		to = headerLen(p)
	case Payload:
		from = min(p.Transport, to)
	case Unseen:
		from = min(p.Transport, to)
		from += min((transportLen(p)+1)&^1, to-from)
		to -= (to - from) & 1
	}
	draw := random(f.bits)
	if f.where == Unseen {
		return unseen(p.Data[from:to], (int(f.count)+1)/2, &draw)
	}
	return flip(p.Data[from:to], int(f.count), &draw)
}

// headerLen is the length of the IP header with its options, without IPv6 extension headers.
func headerLen(p *wire.Packet) int {
	if p.Version == wire.V4 {
		return p.Transport
	}
	return 40
}

// transportLen is the length of the header that stands at Transport.
func transportLen(p *wire.Packet) int {
	b := p.Payload()
	switch {
	case p.FragmentOffset != 0 || p.Incomplete:
	case p.Protocol == wire.ProtoTCP && len(b) > 12:
		return int(b[12]>>4) * 4
	case p.Protocol == wire.ProtoUDP || p.Protocol == wire.ProtoTCP || p.ICMP():
		return 8
	}
	return 0
}

// flip changes so many bits of b, each at most once.
func flip(b []byte, count int, draw *random) bool {
	var taken [maxBits]int
	count = min(count, len(b)*8)
	for n := 0; n < count; {
		bit := draw.below(len(b) * 8)
		if !slices.Contains(taken[:n], bit) {
			b[bit/8] ^= 0x80 >> (bit % 8)
			taken[n] = bit
			n++
		}
	}
	return count > 0
}

// attempts is how often a pair of bits is drawn, before all are looked at.
const attempts = 32

// unseen changes so many pairs of bits of the words in b, from 0 to 1 and from 1 to 0 at the same place of
// two words: their sum stays as it was. It is false if all words are alike.
func unseen(b []byte, pairs int, draw *random) bool {
	var taken [maxBits + 2]int
	n := 0
	for range pairs {
		one, other, ok := pair(b, taken[:n], draw)
		if !ok {
			break
		}
		b[one/8] ^= 0x80 >> (one % 8)
		b[other/8] ^= 0x80 >> (other % 8)
		taken[n], taken[n+1] = one, other
		n += 2
	}
	return n > 0
}

// pair finds two different bits at the same place of two words, neither taken.
func pair(b []byte, taken []int, draw *random) (one, other int, ok bool) {
	words := len(b) / 2
	if words < 2 {
		return 0, 0, false
	}
	for range attempts {
		place := draw.below(16)
		one, other = draw.below(words)*16+place, draw.below(words)*16+place
		if bitAt(b, one) != bitAt(b, other) && !slices.Contains(taken, one) && !slices.Contains(taken, other) {
			return one, other, true
		}
	}
	for place := range 16 {
		var at [2]int // the first bit of each value, and one more
		for word := range words {
			if bit := word*16 + place; !slices.Contains(taken, bit) {
				at[bitAt(b, bit)] = bit + 1
			}
		}
		if at[0] > 0 && at[1] > 0 {
			return at[0] - 1, at[1] - 1, true
		}
	}
	return 0, 0, false
}

func bitAt(b []byte, bit int) int { return int(b[bit/8] >> (7 - bit%8) & 1) }
