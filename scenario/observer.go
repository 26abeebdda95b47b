package scenario

import (
	"encoding/binary"
	"time"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/wire"
)

// Observer sees what crosses the devices of the client and of the server, and adds it up. Its size is fixed; it
// allocates nothing, and has no lock: it belongs to who moves packets.
type Observer struct {
	flows  flows
	pieces pieces
	ways   [2]way

	begun       bool
	began, last time.Duration
}

// way is what is known of one direction, beside its flows.
type way struct {
	Way
	series series
}

// At is what is to tap the device of a side.
func (o *Observer) At(side Side) network.Tap { return &post{o, side} }

// post is where packets are seen.
type post struct {
	observer *Observer
	side     Side
}

// Packet notes a packet of the host at this side, or one that is handed to it (network.Tap).
func (t *post) Packet(p *wire.Packet, sent bool, now time.Duration) {
	if p.Dst.IsMulticast() || p.Src.IsLinkLocalUnicast() || p.Dst.IsLinkLocalUnicast() {
		return // the kernel talks to its link
	}
	o := t.observer
	if !o.begun {
		if sent {
			return // nothing of theirs yet
		}
		o.begun, o.began = true, now
	}
	now -= o.began
	o.last = now
	if p.ICMP() && !echo(p) {
		if sent {
			o.told(t.side, p)
		}
		return
	}
	if sent {
		o.arrives(t.side.Other(), p, now)
	} else {
		o.departs(t.side, p, now)
	}
}

// echo says whether an ICMP message is a ping or its answer.
func echo(p *wire.Packet) bool {
	return is(icmpgen.EchoRequest, p) || is(icmpgen.EchoReply, p)
}

func is(m icmpgen.Message, p *wire.Packet) bool {
	icmp := p.Payload()
	kind, code, ok := m.Numbers(p.Version)
	return ok && len(icmp) >= 8 && !p.Fragment() && icmp[0] == kind && icmp[1] == code
}

// told notes an error that the host at a side is handed.
func (o *Observer) told(side Side, p *wire.Packet) {
	if !is(icmpgen.TooBig, p) {
		return
	}
	w := &o.ways[side]
	w.TooBig++
	if icmp := p.Payload(); p.Version == wire.V4 {
		w.MTU = int(binary.BigEndian.Uint16(icmp[6:])) // RFC 1191 §4
	} else {
		w.MTU = int(binary.BigEndian.Uint32(icmp[4:])) // RFC 4443 §3.2
	}
}

// count adds datagrams to a traversal.
func (t *Traversal) count(p *wire.Packet) {
	t.Datagrams += uint64(p.WireCount())
	t.Octets += uint64(len(p.Data))
	if p.Fragment() {
		t.Fragments++
		return
	}
	t.Largest = max(t.Largest, p.WireLen())
}

// departs notes a packet at the device of who sends it.
func (o *Observer) departs(from Side, p *wire.Packet, now time.Duration) {
	w := &o.ways[from]
	w.Sent.count(p)
	if p.Fragment() {
		w.Fragmented = true
		if p.FragmentOffset > 0 {
			return
		}
	}
	f := o.flows.find(from, p, now)
	if f == nil {
		return
	}
	if f.key.protocol != wire.ProtoTCP {
		f.halves[from].datagramDeparts(p, w, now)
		return
	}
	if segment, ok := readTCP(p); ok {
		f.segmentDeparts(o, from, p, &segment, now)
	}
}

// arrives notes a packet at the device of who it is for.
func (o *Observer) arrives(from Side, p *wire.Packet, now time.Duration) {
	w := &o.ways[from]
	w.Delivered.count(p)
	if p.Fragment() {
		o.pieceArrives(from, p, now)
		return
	}
	f := o.flows.find(from, p, now)
	if f == nil {
		return
	}
	if f.key.protocol != wire.ProtoTCP {
		f.halves[from].datagramArrives(w, payloadLen(p), now)
		return
	}
	if segment, ok := readTCP(p); ok {
		f.segmentArrives(o, from, &segment, now)
	}
}

// gain adds payload to what got through.
func (w *way) gain(octets int, now time.Duration) {
	if octets <= 0 {
		return
	}
	w.Payload += uint64(octets)
	w.Until = now
	w.series.add(uint64(octets), now)
}

// stalled notes a stall that has ended.
func (w *way) stalled(s Stall) {
	if s.Length < StallAfter {
		return
	}
	if w.Stall.Length == 0 || s.At < w.Stall.At {
		w.Stall = s
	}
	if s.Length > w.Longest.Length {
		w.Longest = s
	}
}

// Observe says what was seen by now, the time of the network. Nobody moves packets meanwhile.
func (o *Observer) Observe(now time.Duration) Observation {
	v := Observation{Flows: o.flows.seen}
	if !o.begun {
		return v
	}
	v.Length = max(now-o.began, o.last)
	bin := max(o.ways[Client].series.width(), o.ways[Server].series.width())
	v.Bin = bin
	for side := range o.ways {
		w := o.ways[side] // a copy
		w.Way.Series = w.series.at(bin)
		for i := range o.flows.places {
			if f := &o.flows.places[i]; f.used {
				f.halves[side].settle(&w, f.key.protocol == wire.ProtoTCP, v.Length)
			}
		}
		if w.Shrank && w.TooBig == 0 && o.tcp() {
			w.Probed = true // it found the size that passes by itself
		}
		v.Ways[side] = w.Way
	}
	return v
}

// Waits says whether something is outstanding that may yet get through. Nobody moves packets meanwhile.
func (o *Observer) Waits(now time.Duration) bool {
	for i := range o.flows.places {
		f := &o.flows.places[i]
		for side := range f.halves {
			h := &f.halves[side]
			if f.used && h.waiting && !h.over && now-o.began-h.since < BlackholeAfter {
				return true
			}
		}
	}
	return false
}

// tcp says whether there was a flow of TCP.
func (o *Observer) tcp() bool {
	for i := range o.flows.places {
		if f := &o.flows.places[i]; f.used && f.key.protocol == wire.ProtoTCP {
			return true
		}
	}
	return false
}
