package forwarding_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// The benchmarks of this file move batches as a worker does: packets lie one
// behind the other, and what is sent is queued until the batch is over.

// queued is an Output with such a queue.
type queued struct {
	*sink
	packets []*wire.Packet
}

func (q *queued) Send(_ int, p *wire.Packet) { q.packets = append(q.packets, p) }

// start is the first octets of a packet, all that forwarding changes.
type start [40]byte

// headersTo are the headers of a packet to each of the destinations.
func headersTo(b *testing.B, family int, text string, dsts []netip.Addr) (headers []start) {
	for _, dst := range dsts {
		built, err := build(family, fmt.Sprintf(text, dst))
		if err != nil {
			b.Fatal(err)
		}
		headers = append(headers, start(built.bytes))
	}
	return headers
}

// pump forwards batches of count packets of a length that come from left, with the
// headers in turn. setup is called for each packet once.
func pump(b *testing.B, table *forwarding.Table, count, length int, headers []start, setup func(p *wire.Packet)) {
	batch := wire.NewBatch(count, 0, make([]byte, count*(length+2*wire.Headroom)+wire.BufferSize))
	for range count {
		p := batch.Room()
		batch.Keep(length)
		setup(p)
	}
	router, out, turn := forwarding.New(table, unlimited), &queued{sink: newSink()}, 0
	b.SetBytes(int64(count * length))
	b.ReportAllocs()
	for b.Loop() {
		out.packets = out.packets[:0]
		for i := range batch.Packets() {
			p := &batch.Packets()[i]
			copy(p.Data, headers[turn][:])
			if turn++; turn == len(headers) {
				turn = 0
			}
			router.Receive(p, 0, time.Hour, out)
		}
	}
	if len(out.packets) != count || router.Counters.Forwarded != router.Counters.Received {
		b.Fatalf("%d of %d packets were sent", len(out.packets), count)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/packet")
}

// BenchmarkPlane is one flow: small packets, long ones, and super-packets that
// pass whole.
func BenchmarkPlane(b *testing.B) {
	for _, family := range []int{4, 6} {
		table, err := forwarding.NewTable(testLinks(family), testRoutes(), forwarding.Settings{})
		if err != nil {
			b.Fatal(err)
		}
		dst, _ := address(family, "h2")
		for _, size := range []struct {
			name    string
			payload int
			gso     int
		}{{"Small", 18, 0}, {"Long", 1300, 0}, {"Super", 1300 * 49, 1300}} {
			b.Run(fmt.Sprintf("%s/IPv%d", size.name, family), func(b *testing.B) {
				headers := headersTo(b, family, fmt.Sprintf("left: h1 > %%s df udp %d", size.payload), []netip.Addr{dst})
				ip := 20 * (family/2 - 1)
				pump(b, table, 64, ip+8+size.payload, headers, func(p *wire.Packet) {
					if size.gso > 0 {
						p.GSO = wire.GSO{Size: size.gso, HeaderLen: ip + 8, ChecksumStart: ip, ChecksumOffset: 6}
					}
				})
			})
		}
	}
}

// BenchmarkFIB is small packets by tables of many sizes: to few destinations, to
// many, and to so many that no cache holds what the table has of them.
func BenchmarkFIB(b *testing.B) {
	for _, family := range []int{4, 6} {
		all := prefixesOfWorld(family, 1_000_000)
		r := rand.New(rand.NewPCG(1, 2))
		dsts := make([]netip.Addr, 1<<18)
		for i := range dsts {
			dsts[i] = all[r.IntN(len(all))].Addr().Next()
		}
		headers := headersTo(b, family, "left: h1 > %s udp 18", dsts)
		for _, size := range []int{1, 1000, 100_000, 1_000_000} {
			table, err := forwarding.NewTable(testLinks(family), routesOfWorld(family, all[:size]), forwarding.Settings{})
			if err != nil {
				b.Fatal(err)
			}
			for _, count := range []int{16, 1000, len(headers)} {
				b.Run(fmt.Sprintf("%d/To%d/IPv%d", size, count, family), func(b *testing.B) {
					pump(b, table, 128, 20*(family/2-1)+8+18, headers[:count], func(*wire.Packet) {})
				})
			}
		}
	}
}

// prefixesOfWorld are as long, and as near to each other, as those that the
// routers of the Internet have: half of IPv4's are of 24 bits and most of IPv6's
// of 48, many of them in one block of 32.
func prefixesOfWorld(family, count int) (all []netip.Prefix) {
	r := rand.New(rand.NewPCG(uint64(family), 1))
	bits := []int{24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 17, 16}
	if family == 6 {
		bits = []int{48, 48, 48, 48, 44, 40, 36, 32, 32, 29, 46, 47}
	}
	known := make(map[netip.Prefix]bool, count)
	for len(all) < count {
		var a [16]byte
		if family == 4 {
			binary.BigEndian.PutUint32(a[:], r.Uint32())
			a[0] = byte(11 + r.IntN(110))
		} else {
			block := uint32(30000 * r.Float64() * r.Float64())
			binary.BigEndian.PutUint32(a[:], 0x2a000000|block<<4)
			binary.BigEndian.PutUint32(a[4:], r.Uint32())
		}
		addr, _ := netip.AddrFromSlice(a[:4+12*(family/6)])
		if p := netip.PrefixFrom(addr, bits[r.IntN(len(bits))]).Masked(); !known[p] {
			known[p] = true
			all = append(all, p)
		}
	}
	return all
}

// routesOfWorld leads to the prefixes and to all else by one of 8 next hops.
func routesOfWorld(family int, prefixes []netip.Prefix) (routes []forwarding.Route) {
	via, _ := address(family, "h2")
	vias := []netip.Addr{via}
	for len(vias) < 8 {
		vias = append(vias, vias[len(vias)-1].Next())
	}
	addr := netip.PrefixFrom(prefixes[0].Addr(), 0).Masked()
	routes = append(routes, forwarding.Route{To: addr, Via: via})
	for i, p := range prefixes[1:] {
		routes = append(routes, forwarding.Route{To: p, Via: vias[i%len(vias)]})
	}
	return routes
}
