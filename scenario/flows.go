package scenario

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

const (
	// flowSets times flowWays is how many flows are remembered. In a set that is full, the one goes
	// that has been silent longest; what it moved stays in the sums.
	flowSets = 64
	flowWays = 4
)

// key is what packets of one flow have in common, of both sides.
type key struct {
	client, server         netip.Addr
	clientPort, serverPort uint16
	protocol               uint8
}

// flow is what is known of a flow: a half for each side that sends.
type flow struct {
	key    key
	used   bool
	seen   time.Duration
	halves [2]half
}

// half is what one side of a flow sends, and what becomes of it.
type half struct {
	wait
	tcp
	datagrams
	payload uint64 // that got through
	over    bool   // nothing of it matters any more: it was reset
}

// flows are those that are remembered.
type flows struct {
	places [flowSets * flowWays]flow
	seen   int
}

// find returns the flow of a packet that a side has sent, a new one if need be, or nil: it is of none. A later fragment is of none.
func (fs *flows) find(from Side, p *wire.Packet, now time.Duration) *flow {
	k, ok := keyOf(from, p)
	if !ok {
		return nil
	}
	f := fs.lookup(k)
	if f.key != k || !f.used {
		*f = flow{key: k, used: true}
		fs.seen++
	}
	f.seen = now
	return f
}

// lookup returns the place of a flow: its own, a free one, or the one that it takes from another.
func (fs *flows) lookup(k key) *flow {
	at := int(k.hash()%flowSets) * flowWays
	set := fs.places[at : at+flowWays]
	victim := &set[0]
	for i := range set {
		f := &set[i]
		if f.used && f.key == k {
			return f
		}
		if victim.used && (!f.used || f.seen < victim.seen) {
			victim = f
		}
	}
	return victim
}

// keyOf says of which flow a packet is.
func keyOf(from Side, p *wire.Packet) (k key, ok bool) {
	k = key{client: p.Src, server: p.Dst, protocol: p.Protocol}
	if p.Protocol == wire.ProtoTCP || p.Protocol == wire.ProtoUDP {
		ports := p.Payload()
		if p.FragmentOffset > 0 || len(ports) < 4 {
			return k, false
		}
		k.clientPort, k.serverPort = binary.BigEndian.Uint16(ports), binary.BigEndian.Uint16(ports[2:])
	}
	if from == Server {
		k.client, k.server = k.server, k.client
		k.clientPort, k.serverPort = k.serverPort, k.clientPort
	}
	return k, true
}

// hash is FNV-1a over the addresses and ports.
func (k *key) hash() uint32 {
	const prime = 16777619
	h := uint32(2166136261)
	a, b := k.client.As16(), k.server.As16()
	for i := range a {
		h = (h ^ uint32(a[i])) * prime
		h = (h ^ uint32(b[i])) * prime
	}
	for _, port := range [2]uint16{k.clientPort, k.serverPort} {
		h = (h ^ uint32(port&255)) * prime
		h = (h ^ uint32(port>>8)) * prime
	}
	return h ^ h>>16
}

// payloadLen is what a datagram carries for its program, in octets.
func payloadLen(p *wire.Packet) int {
	n, headers := len(p.Payload()), 1
	if p.GSO.Size > 0 {
		headers = p.WireCount()
		n += (headers - 1) * (p.GSO.HeaderLen - p.Transport)
	}
	return max(0, n-8*headers) // UDP's header and that of a ping are as long
}

// wait is the time in which something was outstanding and nothing got through.
type wait struct {
	waiting bool
	since   time.Duration
	after   uint64 // payload of the half that had got through
}

// begin begins to wait, if it does not yet.
func (h *half) begin(now time.Duration) {
	if !h.waiting {
		h.wait = wait{true, now, h.payload}
	}
}

// stall is the wait up to now.
func (w *wait) stall(now time.Duration) Stall {
	if !w.waiting || now-w.since < StallAfter {
		return Stall{}
	}
	return Stall{At: w.since, Length: now - w.since, After: w.after}
}
