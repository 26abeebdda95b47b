package scenario

import (
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

const (
	// stallTries is how many datagrams without an arrival make a stall: less may be a program that waits for its user.
	stallTries = 3
	// window is of how many datagrams the longest says how long the sender makes them.
	window = 16
)

// datagrams is what is known of one half of a flow without acknowledgments.
type datagrams struct {
	tries   int           // datagrams since the last arrival
	tried   time.Duration // when the last of them was
	largest int           // of all
	twice   bool          // there were two of that length: it is no probe
	// recent is the longest of the last whole window, and current that of the window that is being filled.
	recent, current, filled int
	sent, arrived           int
}

// datagramDeparts notes a datagram at its sender's device.
func (h *half) datagramDeparts(p *wire.Packet, w *way, now time.Duration) {
	h.begin(now)
	h.tries += p.WireCount()
	h.tried = now
	h.sent += p.WireCount()
	w.Offered += uint64(payloadLen(p))
	length := p.WireLen()
	if p.Fragment() {
		return
	}
	switch {
	case length > h.largest:
		w.Probed = w.Probed || h.twice
		h.largest, h.twice = length, p.WireCount() > 1
	case length == h.largest:
		h.twice = true
	}
	h.current = max(h.current, length)
	if h.filled += p.WireCount(); h.filled >= window {
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
		if h.recent > 0 && h.recent < h.largest && (w.TooBig > 0 || h.arrived < h.sent) {
			w.Shrank = true
		}
	}
	w.stalled(open)
	if open.Length > w.Open.Length {
		w.Open = open
	}
}
