package scenario

import (
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// maxPieces is how many datagrams in fragments are remembered; the oldest goes.
const maxPieces = 32

// piece is a datagram of which fragments have arrived.
type piece struct {
	key     wire.FragmentKey
	flow    key
	known   bool // flow is that of the first fragment
	used    bool
	seen    time.Duration
	octets  int // that have come
	whole   int // that there are; zero: the last fragment has not come
	headers int // octets before the first fragment's
}

// pieces are those that are not whole yet.
type pieces [maxPieces]piece

func (ps *pieces) find(k wire.FragmentKey, now time.Duration) *piece {
	oldest := &ps[0]
	for i := range ps {
		d := &ps[i]
		if d.used && d.key == k {
			return d
		}
		if oldest.used && (!d.used || d.seen < oldest.seen) {
			oldest = d
		}
	}
	*oldest = piece{key: k, used: true, seen: now}
	return oldest
}

// pieceArrives notes a fragment at the receiver's device. Only a whole datagram is one for its program; that nobody
// sends a fragment twice is taken for granted.
func (o *Observer) pieceArrives(from Side, p *wire.Packet, now time.Duration) {
	d := o.pieces.find(p.FragmentKey(), now)
	octets := len(p.FragmentPayload())
	d.octets += octets
	if p.FragmentOffset == 0 {
		d.flow, d.known = keyOf(from, p)
		d.headers = p.WholeHeaderLen()
	}
	if !p.More {
		d.whole = p.FragmentOffset + octets
	}
	if d.whole == 0 || d.octets < d.whole || !d.known {
		return
	}
	d.used = false
	w := &o.ways[from]
	w.Delivered.Largest = max(w.Delivered.Largest, d.headers+d.whole)
	if d.flow.protocol == wire.ProtoTCP {
		return // the receiver acknowledges it
	}
	if f := o.flows.lookup(d.flow); f.used && f.key == d.flow {
		f.halves[from].datagramArrives(w, d.whole-8, now)
	}
}
