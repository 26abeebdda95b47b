// Package plane measures a node without the kernel: what the router itself costs.
// Its devices are in memory: one gives packets for ever, the other counts them.
package plane

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/wire"
)

// Case is what to measure.
type Case struct {
	// To are the destinations of the packets, in turn.
	To []netip.Addr
	// Length is that of a packet, in octets.
	Length int
	// Segment is the payload of each segment of a super-packet; zero: it is none.
	Segment int
	// Routes are the node's, beyond its links.
	Routes []forwarding.Route
	// Nodes is how many are in a row, with shortest paths; zero: one. Link is what
	// happens to packets between them.
	Nodes int
	Link  link.Behavior
	// Window is how many packets are on their way at most; zero: as many as are read.
	Window uint64
}

// Figures are what came of it.
type Figures struct {
	// Packets and Bits are for each second of one processor.
	Packets, Bits float64
	// Crossings are those of links between nodes, for each second of one processor.
	Crossings float64
	// Allocations is the number for each packet.
	Allocations float64
}

// NextHopV4 and NextHopV6 are on the second link: where routes lead.
var (
	NextHopV4 = netip.MustParseAddr("10.2.0.2")
	NextHopV6 = netip.MustParseAddr("fd00:2::2")
)

// counts is what was there at one moment.
type counts struct {
	taken, octets, allocated uint64
	cpu                      time.Duration
}

// Measure lets a network run for warm and then for sample. Nothing else should
// run in this process meanwhile: its whole time on processors counts.
func Measure(c Case, warm, sample time.Duration) (f Figures, err error) {
	in, err := newDevice(c.templates())
	if err != nil {
		return f, err
	}
	defer unix.Close(in.event)
	out, err := newDevice(nil)
	if err != nil {
		return f, err
	}
	defer unix.Close(out.event)
	in.window, in.far = c.Window, out
	net, err := network.New(c.plan(), opener{map[string]*device{"in": in, "out": out}}, slog.New(slog.DiscardHandler))
	if err != nil {
		return f, err
	}
	defer net.Close()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- net.Run(ctx) }()
	time.Sleep(warm)
	before := count(out)
	time.Sleep(sample)
	after := count(out)
	stop()
	if err := <-ended; err != nil {
		return f, err
	}
	seconds := (after.cpu - before.cpu).Seconds()
	packets := float64(after.taken - before.taken)
	return Figures{
		Packets: packets / seconds, Bits: 8 * float64(after.octets-before.octets) / seconds,
		Crossings:   packets * float64(max(1, c.Nodes)-1) / seconds,
		Allocations: float64(after.allocated-before.allocated) / max(1, packets),
	}, nil
}

func count(d *device) (c counts) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var usage unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &usage)
	c.taken, c.octets, c.allocated = d.taken.Load(), d.octets.Load(), memory.Mallocs
	c.cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return c
}

func (c Case) templates() (list []template) {
	for _, to := range c.To {
		list = append(list, c.template(to))
	}
	return list
}

// template is a packet with a TCP header if it is to be taken apart, and else a UDP
// header. Nobody looks at the transport's checksum.
func (c Case) template(to netip.Addr) template {
	b := make([]byte, c.Length)
	protocol, header := byte(wire.ProtoUDP), 20
	if c.Segment != 0 {
		protocol = wire.ProtoTCP
	}
	if to.Is4() {
		b[0], b[8], b[9] = 0x45, 255, protocol
		binary.BigEndian.PutUint16(b[2:], uint16(c.Length))
		binary.BigEndian.PutUint16(b[6:], 0x4000) // DF
		copy(b[12:], []byte{10, 1, 0, 2})
		copy(b[16:], to.AsSlice())
		binary.BigEndian.PutUint16(b[10:], wire.Checksum(b[:20]))
	} else {
		header = 40
		b[0], b[6], b[7] = 0x60, protocol, 255
		binary.BigEndian.PutUint16(b[4:], uint16(c.Length-40))
		copy(b[8:], netip.MustParseAddr("fd00:1::2").AsSlice())
		copy(b[24:], to.AsSlice())
	}
	if c.Segment == 0 {
		return template{bytes: b}
	}
	b[header+12] = 5 << 4 // the length of TCP's header
	return template{b, wire.GSO{Size: c.Segment, ChecksumStart: header, ChecksumOffset: 16}}
}
