package network

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// probe asks routers what they do with the packets of a traceroute. It is their
// output (forwarding.Output), and moves nothing.
type probe struct {
	src, dst     netip.Addr
	packet, room wire.Packet
	now          time.Duration
	// seen are the sources of the ICMP messages that came of a packet.
	seen []netip.Addr
}

const (
	// firstPort is that of traceroute.
	firstPort = 33434
	// probeLen is how long a probe is behind its IP header, in octets.
	probeLen = 16
	// mostFlows is how many a node is asked about.
	mostFlows = 256
)

func newProbe(src, dst netip.Addr) *probe {
	p := &probe{src: src, dst: dst}
	p.packet.Attach(make([]byte, wire.BufferSize))
	p.room.Attach(make([]byte, wire.BufferSize))
	return p
}

// Buffer lends the same packet again and again.
func (p *probe) Buffer() *wire.Packet { return &p.room }

// Free does nothing: no more is lent than once.
func (p *probe) Free(*wire.Packet) {}

// Send notes whom a message comes from.
func (p *probe) Send(_ int, sent *wire.Packet) {
	if sent.Parse() == drop.Alive && sent.ICMP() && !slices.Contains(p.seen, sent.Src) {
		p.seen = append(p.seen, sent.Src)
	}
}

// Later is Send: nobody waits.
func (p *probe) Later(link int, sent *wire.Packet, _ time.Duration) { p.Send(link, sent) }

// Lock and Unlock do nothing: there is one worker.
func (p *probe) Lock()   {}
func (p *probe) Unlock() {}

// write makes packet the probe of a flow.
func (p *probe) write(flow int, ttl uint8) {
	header := 20 // RFC 791
	if p.dst.Is6() {
		header = 40 // RFC 8200
	}
	p.packet.SetLen(header + probeLen)
	b := p.packet.Data
	udp := b[header:]
	clear(udp)
	binary.BigEndian.PutUint16(udp, 0x8000|uint16(flow))
	binary.BigEndian.PutUint16(udp[2:], uint16(firstPort+flow))
	binary.BigEndian.PutUint16(udp[4:], probeLen)
	sum := wire.TransportChecksum(p.src, p.dst, wire.ProtoUDP, udp)
	if sum == 0 {
		sum = 0xffff // RFC 768
	}
	binary.BigEndian.PutUint16(udp[6:], sum)
	if p.dst.Is4() {
		wire.PutIPv4(b, wire.HeaderIPv4{TTL: ttl, Protocol: wire.ProtoUDP, ID: uint16(flow), Src: p.src, Dst: p.dst})
	} else {
		wire.PutIPv6(b, wire.HeaderIPv6{HopLimit: ttl, NextHeader: wire.ProtoUDP, Src: p.src, Dst: p.dst})
	}
}

// meet finds out what a node does with packets that come to it by a step, on its link in: which addresses
// it shows, and whether it drops them for another reason than their destination. Where a packet or the
// answer to it may go several ways, it is asked about as many flows as make it likely that all were seen.
func (p *probe) meet(st *stop, step *Step, in int) {
	there, verdict := st.table.Paths(p.dst)
	back, _ := st.table.Paths(p.src)
	flows := 1
	if most := max(len(there), len(back)); most > 1 {
		flows = min(32*most, mostFlows)
	}
	p.seen = nil
	lost := drop.Alive
	for flow := range flows {
		p.write(flow, wire.DefaultTTL)
		if p.packet.Parse() != drop.Alive {
			return
		}
		v := st.table.Route(&p.packet, in)
		if v.Action != forwarding.Drop || v.Reason == verdict.Reason {
			lost = drop.Alive
			break
		}
		lost = v.Reason
	}
	for flow := range flows {
		p.write(flow, 1)
		p.now += time.Hour // no limit is left of the flow before
		st.router.Receive(&p.packet, in, p.now, p)
	}
	step.Lost = lost
	slices.SortFunc(p.seen, netip.Addr.Compare)
	step.Seen = p.seen
	for _, address := range p.seen {
		if !slices.Contains(st.Seen, address) {
			st.Seen = append(st.Seen, address)
		}
	}
}
