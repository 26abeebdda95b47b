package scenario

import (
	"encoding/binary"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// Flags of TCP (RFC 9293 §3.1).
const (
	flagFIN = 1
	flagSYN = 2
	flagRST = 4
	flagPSH = 8
	flagACK = 16
)

// segment is what a TCP packet says.
type segment struct {
	seq, ack uint32
	flags    uint8
	payload  int
}

// readTCP reads the header of a packet that has one.
func readTCP(p *wire.Packet) (s segment, ok bool) {
	b := p.Payload()
	if len(b) < 20 {
		return s, false
	}
	header := int(b[12]>>4) * 4
	if header > len(b) {
		return s, false
	}
	s = segment{binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), b[13], len(b) - header}
	if p.Fragment() {
		s.payload = 0 // the rest of it is elsewhere
	}
	return s, true
}

// span is how much sequence space it takes.
func (s *segment) span() uint32 {
	n := uint32(s.payload)
	if s.flags&flagSYN != 0 {
		n++
	}
	if s.flags&flagFIN != 0 {
		n++
	}
	return n
}

// before says that a is before b in sequence space (RFC 9293 §3.4).
func before(a, b uint32) bool { return int32(a-b) < 0 }

// tcp is what is known of one half of a connection.
type tcp struct {
	begun bool
	// next is behind all that was sent; acked is what the receiver has acknowledged at its own
	// device, heard what of that has come to the sender.
	next, acked, heard uint32
	end                uint32 // the sequence number of FIN, if ended
	ended              bool
	troubled           bool   // something was sent twice
	mss                int    // the length of full datagrams now
	candidate          int    // that of the last, which the next makes so if it has that length too
	behind             uint32 // where the next would begin
}

// segmentDeparts notes a segment at its sender's device.
func (f *flow) segmentDeparts(o *Observer, from Side, p *wire.Packet, s *segment, now time.Duration) {
	h, back := &f.halves[from], &f.halves[from.Other()]
	if s.flags&(flagSYN|flagACK) == flagSYN && (h.over || h.begun && s.seq+1 != h.next && h.next == h.heard) {
		*f = flow{key: f.key, used: true, seen: now}
	}
	if s.flags&flagACK != 0 && back.begun && !back.over {
		o.ways[from.Other()].gain(back.acknowledge(s.ack), now)
	}
	if s.flags&flagRST != 0 || s.flags&flagFIN != 0 {
		back.leave(&o.ways[from.Other()], now)
	}
	if s.flags&flagRST != 0 {
		h.leave(&o.ways[from], now)
		h.over, back.over = true, true
		return
	}
	h.send(&o.ways[from], p, s, now)
}

// send notes a segment that has left the sender.
func (h *half) send(w *way, p *wire.Packet, s *segment, now time.Duration) {
	if !h.begun {
		h.begun, h.next, h.acked, h.heard = true, s.seq, s.seq, s.seq
		if s.flags&flagSYN != 0 {
			h.acked++ // it is no payload
		}
	}
	span := s.span()
	if span == 0 || h.over {
		return
	}
	fresh := !before(s.seq, h.next)
	if !fresh {
		again := min(span, h.next-s.seq)
		w.Retransmissions += uint64(segments(p, int(again)))
		h.troubled = true
	}
	if s.flags&flagFIN != 0 {
		h.ended, h.end = true, s.seq+span-1
	}
	if end := s.seq + span; before(h.next, end) {
		w.Offered += uint64(min(end-h.next, uint32(s.payload)))
		h.next = end
	}
	if h.outstanding() {
		h.begin(now)
	}
	h.size(w, p, s, fresh)
}

// segments is how many of a packet's segments hold its first octets of payload.
func segments(p *wire.Packet, octets int) int {
	if p.GSO.Size == 0 {
		return 1
	}
	return (octets + p.GSO.Size - 1) / p.GSO.Size
}

// size learns from a segment how long the sender makes full ones. A lone segment is full if no PSH says
// that there was no more to send, and another of its length follows it: the window, or a cut through what had been longer, leaves short ones. One of fresh data that is
// longer than full ones are is a probe (RFC 4821 §7.3).
func (h *half) size(w *way, p *wire.Packet, s *segment, fresh bool) {
	length := p.WireLen()
	alone := p.GSO.Size == 0
	if s.payload == 0 || alone && (p.Fragment() || s.flags&(flagPSH|flagFIN|flagSYN) != 0 && (h.mss == 0 || length <= h.mss)) {
		return
	}
	if alone && fresh && h.mss > 0 && length > h.mss {
		w.Probed = true
	}
	follows := length == h.candidate && s.seq == h.behind
	h.candidate, h.behind = length, s.seq+uint32(s.payload)
	if alone && !follows {
		return
	}
	if length < h.mss && (h.troubled || w.TooBig > 0) {
		w.Shrank = true
	}
	h.mss = length
	w.Segment, w.LastSegment = max(w.Segment, length), length
}

// acknowledge notes what the receiver acknowledges at its own device, and returns how many octets of payload it has got by it.
func (h *half) acknowledge(ack uint32) (octets int) {
	if !before(h.acked, ack) || before(h.next, ack) {
		return 0
	}
	octets = int(ack - h.acked)
	if h.ended && before(h.end, ack) && !before(h.end, h.acked) {
		octets--
	}
	h.acked = ack
	h.payload += uint64(max(octets, 0))
	return octets
}

// leave notes that the half is ended by somebody: in a stall that is giving up.
func (h *half) leave(w *way, now time.Duration) {
	if h.over || !h.begun {
		return
	}
	if s := h.stall(now); s.Length > 0 {
		w.GaveUp = true
		w.stalled(s)
	}
}

// segmentArrives notes a segment at its receiver's device: what it acknowledges is news to who sent that.
func (f *flow) segmentArrives(o *Observer, from Side, s *segment, now time.Duration) {
	h := &f.halves[from.Other()]
	if s.flags&flagACK == 0 || !h.begun || h.over || !before(h.heard, s.ack) || before(h.next, s.ack) {
		return
	}
	o.ways[from.Other()].stalled(h.stall(now))
	h.heard = s.ack
	h.waiting = false
	if h.outstanding() {
		h.begin(now)
	}
}

// outstanding says whether the sender waits for something to be acknowledged: FIN alone keeps nobody waiting.
func (h *half) outstanding() bool {
	return before(h.heard, h.next) && !(h.ended && h.heard == h.end)
}
