package forwarding

import (
	"bytes"
	"math/bits"
	"slices"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

const (
	// reassemblyTime is how long fragments wait (RFC 1122 §3.3.2, RFC 8200 §4.5).
	reassemblyTime = 60 * time.Second
	// maxDatagrams is how many incomplete datagrams wait at once; when one more
	// comes, the oldest goes (RFC 4963 §3, RFC 6864 §4.3).
	maxDatagrams = 16
	// maxPayload is the most that an IP length field can say, in octets.
	maxPayload = 65535
	// maxHeader is the room for the headers before the fragments, in octets.
	maxHeader = 1024
	// maxQuote is how much of a first fragment is kept, in octets: its headers,
	// and as much as an error can quote.
	maxQuote = 1280
)

// reassembly holds the fragments for this node, in memory that is taken when
// the first fragment comes and does not grow beyond maxDatagrams buffers.
type reassembly struct {
	datagrams [maxDatagrams]*datagram
}

// datagram is one that is being put together.
type datagram struct {
	key       wire.FragmentKey
	in        int           // the link that the first of them came from
	deadline  time.Duration // zero: free
	fragments uint64
	end       int // of the datagram's payload; zero: the last fragment is not here
	octets    int // of payload that are here
	here      [(maxPayload + 1) / 8 / 64]uint64
	// first is the first fragment as received, as far as an error may quote it.
	first  wire.Packet
	quote  [maxQuote]byte
	packet wire.Packet
	// buf holds Headroom and headers up to where the payload begins.
	buf [wire.Headroom + maxHeader + maxPayload]byte
}

// add takes a fragment, whose bytes are only borrowed. It returns the datagram
// if it is whole now: its packet is good until the next call. A reason other than
// Alive is why this fragment was dropped; others that go with it are counted.
func (f *reassembly) add(p *wire.Packet, a arrival, c *Counters) (*datagram, drop.Reason) {
	payload := p.FragmentPayload()
	start, end := p.FragmentOffset, p.FragmentOffset+len(payload)
	switch {
	case len(payload) == 0 || p.More && len(payload)%8 != 0:
		return nil, drop.FragmentMisaligned
	case end > p.MaxFragmentEnd():
		return nil, drop.FragmentBeyondEnd
	case p.WholeHeaderLen() > maxHeader:
		return nil, drop.BadExtensionHeader
	}
	d := f.find(p.FragmentKey(), a.in)
	if d == nil {
		d = f.take(p.FragmentKey(), a, c)
	}
	if d.end != 0 && (end > d.end || !p.More && end != d.end) || !p.More && end <= d.furthest() {
		c.Dropped[drop.FragmentBeyondEnd] += f.release(d, c)
		return nil, drop.FragmentBeyondEnd
	}
	into := d.buf[wire.Headroom+maxHeader+start:][:len(payload)]
	switch fresh := d.mark(start, end); {
	case fresh == 0 && bytes.Equal(into, payload):
		return nil, drop.FragmentDuplicate
	case fresh != (end+7)/8-start/8:
		c.Dropped[drop.FragmentOverlap] += f.release(d, c)
		return nil, drop.FragmentOverlap
	}
	copy(into, payload)
	d.keep(p, start, end)
	c.Held++
	if d.end == 0 || d.octets != d.end || d.first.Data == nil {
		return nil, drop.Alive
	}
	f.release(d, c)
	if d.end > d.first.MaxFragmentEnd() { // other fragments had shorter headers
		c.Dropped[drop.FragmentBeyondEnd] += d.fragments - 1
		return nil, drop.FragmentBeyondEnd
	}
	d.assemble()
	return d, drop.Alive
}

// keep notes what a fragment that belongs to the datagram says of it.
func (d *datagram) keep(p *wire.Packet, start, end int) {
	d.fragments++
	d.octets += end - start
	if !p.More {
		d.end = end
	}
	if start == 0 {
		d.first = *p
		d.first.Data = d.quote[:copy(d.quote[:], p.Data)]
	}
}

// assemble writes the headers before the payload.
func (d *datagram) assemble() {
	header := d.first.WholeHeaderLen()
	d.packet.Attach(d.buf[maxHeader-header:])
	d.first.WholeHeader(d.buf[wire.Headroom+maxHeader-header:], d.end)
	d.packet.SetLen(header + d.end)
	d.packet.Parse()
}

// mark notes that octets from start to end are here, in units of 8, and says
// how many of the units were not here before.
func (d *datagram) mark(start, end int) (fresh int) {
	for unit := start / 8; unit < (end+7)/8; unit++ {
		bit := uint64(1) << (unit % 64)
		if d.here[unit/64]&bit == 0 {
			d.here[unit/64] |= bit
			fresh++
		}
	}
	return fresh
}

// furthest is where the last unit of 8 octets begins that is here.
func (d *datagram) furthest() int {
	for i := len(d.here) - 1; i >= 0; i-- {
		if d.here[i] != 0 {
			return (i*64 + bits.Len64(d.here[i]) - 1) * 8
		}
	}
	return 0
}

// find returns the datagram of a key. Link-local addresses on another link are
// other nodes (RFC 4007 §6).
func (f *reassembly) find(key wire.FragmentKey, in int) *datagram {
	scoped := wire.LinkScope(key.Src) || wire.LinkScope(key.Dst)
	for _, d := range f.datagrams {
		if d != nil && d.deadline != 0 && d.key == key && (d.in == in || !scoped) {
			return d
		}
	}
	return nil
}

// take makes room for a datagram: a free place, or that of the oldest.
func (f *reassembly) take(key wire.FragmentKey, a arrival, c *Counters) *datagram {
	var oldest *datagram
	for i, d := range f.datagrams {
		if d == nil {
			d = new(datagram)
			f.datagrams[i] = d
		}
		if oldest == nil || d.deadline < oldest.deadline {
			oldest = d
		}
		if oldest.deadline == 0 {
			break
		}
	}
	if oldest.deadline != 0 {
		c.Dropped[drop.ReassemblyFull] += f.release(oldest, c)
	}
	oldest.reset(key, a.now+reassemblyTime)
	oldest.in = a.in
	return oldest
}

func (d *datagram) reset(key wire.FragmentKey, deadline time.Duration) {
	d.key, d.deadline = key, deadline
	d.fragments, d.end, d.octets = 0, 0, 0
	d.here = [len(d.here)]uint64{}
	d.first = wire.Packet{}
}

// relink follows the links by name to their places in a new table. What came from
// a link that is gone waits no longer.
func (f *reassembly) relink(from, to []Link, c *Counters) {
	for _, d := range f.datagrams {
		if d == nil || d.deadline == 0 {
			continue
		}
		name := from[d.in].Name
		d.in = slices.IndexFunc(to, func(l Link) bool { return l.Name == name })
		if d.in < 0 {
			c.Dropped[drop.ReassemblyTimeout] += f.release(d, c)
		}
	}
}

// release frees a datagram's place and says how many fragments waited in it.
// Its bytes stay as they are until the next call of add.
func (f *reassembly) release(d *datagram, c *Counters) uint64 {
	d.deadline = 0
	c.Held -= d.fragments
	return d.fragments
}

// expired returns a datagram whose time is over, or nil.
func (f *reassembly) expired(now time.Duration) *datagram {
	for _, d := range f.datagrams {
		if d != nil && d.deadline != 0 && d.deadline <= now {
			return d
		}
	}
	return nil
}

// next is the first moment at which a datagram expires, if any waits.
func (f *reassembly) next() (first time.Duration, waits bool) {
	for _, d := range f.datagrams {
		if d != nil && d.deadline != 0 && (!waits || d.deadline < first) {
			first, waits = d.deadline, true
		}
	}
	return first, waits
}
