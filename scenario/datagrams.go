package scenario

import (
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

const (
	// stallTries is how many datagrams without an arrival make a stall: less may be a program that waits for its user.
	stallTries = 3
	// window is of how many datagrams the longest says how long the sender makes them now.
	window = 16
	// maxProbes is how often one length in a row may be a probe (RFC 8899 §5.1.2): more often, and it is the length that
	// the sender sends.
	maxProbes = 3
	// telling is how long datagrams must be for their length to be a matter of the path, and not of what there is to say.
	telling = 512
)

// datagrams is what is known of one half of a flow without acknowledgments.
type datagrams struct {
	tries int           // datagrams since the last arrival
	tried time.Duration // when the last of them was
	// usual is the longest that the sender has sent as such; length is that of the last, row how many there were of it.
	usual, length, row int
	// recent is the longest of the last whole window, and current that of the window that is being filled.
	recent, current, filled int
	sent, arrived           int
}

// datagramDeparts notes a datagram at its sender's device.
func (h *half) datagramDeparts(p *wire.Packet, w *way, now time.Duration) {
	count := p.WireCount()
	h.begin(now)
	h.tries += count
	h.tried = now
	h.sent += count
	w.Offered += uint64(payloadLen(p))
	if p.Fragment() {
		return
	}
	length := p.WireLen()
	if length != h.length {
		h.length, h.row = length, 0
	}
	h.row += count
	switch {
	case length <= h.usual:
	case h.row > maxProbes:
		h.usual = length
	case h.usual > 0:
		w.Probed = true
	}
	h.current = max(h.current, length)
	if h.filled += count; h.filled >= window {
		h.recent, h.current, h.filled = h.current, 0, 0
	}
}

// datagramArrives notes octets of payload that have come to the receiver.
func (h *half) datagramArrives(w *way, octets int, now time.Duration) {
	w.stalled(h.unheard(h.tried))
	h.waiting, h.tries = false, 0
	h.arrived++
	h.payload += uint64(octets)
	w.gain(octets, now)
}

// unheard is the stall of a sender that goes on sending until a time.
func (h *half) unheard(until time.Duration) Stall {
	if h.tries < stallTries {
		return Stall{}
	}
	return h.stall(until)
}

// settle adds to a way what is known of a half at the end.
func (h *half) settle(w *way, tcp bool, end time.Duration) {
	if h.over {
		return
	}
	open := h.stall(end)
	if !tcp {
		open = h.unheard(h.tried)
		if h.usual >= telling && h.recent >= telling {
			w.Segment, w.LastSegment = max(w.Segment, h.usual), min(h.recent, h.usual)
			w.Shrank = w.Shrank || h.recent < h.usual && (w.TooBig > 0 || h.arrived < h.sent)
		}
	}
	w.stalled(open)
	if open.Length > w.Open.Length {
		w.Open = open
	}
}
