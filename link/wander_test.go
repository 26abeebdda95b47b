package link_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

// behavior makes one of any kind of numbers.
func behavior(r *rand.Rand) (b link.Behavior) {
	some := func(n int) bool { return r.IntN(n) == 0 }
	span := func(d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }
	chance := func() link.Chance {
		return link.Chance{Probability: r.Float64() / 2, Correlation: r.Float64(), Every: r.IntN(5), Match: wire.Match{Above: r.IntN(200)}}
	}
	b.Down = some(10)
	if some(2) {
		b.Rate = link.Rate{BitsPerSecond: r.Int64N(100_000_000), Burst: r.IntN(3000), Overhead: r.IntN(100) - 50}
	}
	if some(4) {
		b.Trace = &link.Trace{Period: span(ms), Octets: r.IntN(3000)}
		for at, i := time.Duration(0), r.IntN(5); i > 0; i-- {
			b.Trace.Departures = append(b.Trace.Departures, at)
			at += span(ms)
		}
		for at, i := time.Duration(0), r.IntN(5); i > 0; i-- {
			b.Trace.Rates = append(b.Trace.Rates, link.Step{At: at, BitsPerSecond: r.Int64N(10_000_000)})
			at += span(ms)
		}
	}
	b.Queue = link.Queue{Packets: r.IntN(50), Octets: r.IntN(50_000), Time: span(20 * ms), Discipline: link.Discipline(r.IntN(3)), ECN: some(2),
		RED: link.RED{Min: r.IntN(5000), Max: r.IntN(20_000), Weight: r.Float64()}, CoDel: link.CoDel{Target: span(ms), Interval: span(10 * ms)}}
	b.Delay = link.Delay{Mean: span(5 * ms), Jitter: span(5 * ms), Distribution: link.Distribution(r.IntN(4)), Correlation: r.Float64(), Overtake: some(2)}
	for range r.IntN(3) {
		l := link.Loss{Match: wire.Match{Below: r.IntN(2000), Fragments: wire.FragmentMatch(r.IntN(5))}}
		switch r.IntN(4) {
		case 0:
			l.Probability, l.Correlation = r.Float64(), r.Float64()
		case 1:
			l.Gilbert = &link.Gilbert{ToBad: r.Float64(), ToGood: r.Float64(), LossBad: r.Float64(), LossGood: r.Float64()}
		case 2:
			l.Every = r.IntN(5)
		default:
			l.Fates = []bool{true, false, some(2)}
		}
		b.Loss = append(b.Loss, l)
	}
	b.Duplicate, b.Reorder.Chance, b.Corrupt.Chance = chance(), chance(), chance()
	b.Reorder.By, b.Corrupt.Bits, b.Corrupt.Where = span(5*ms), r.IntN(70), link.Where(r.IntN(4))
	return b
}

// wander sends packets over some directions whose behaviors change, and checks the sums and
// the order of arrivals after every step.
func wander(t testing.TB, r *rand.Rand, packets []*wire.Packet, steps int) {
	w := link.NewWires(1<<20, grow)
	var directions []*link.Direction
	for i := range 4 {
		directions = append(directions, w.NewDirection(uint64(i), behavior(r)))
	}
	now, last := time.Duration(0), time.Duration(0)
	for range steps {
		d := directions[r.IntN(len(directions))]
		switch r.IntN(12) {
		case 0:
			d.Set(behavior(r), now)
		case 1:
			d.Cut()
		case 2, 3, 4:
			now += time.Duration(r.Int64N(int64(3 * ms)))
			for p := w.Arrive(now); p != nil; p = w.Arrive(now) {
				if p.At > now || p.At < last {
					t.Fatalf("arrival of %v at %v, after %v", p.At, now, last)
				}
				last = p.At
				if p.Hops < 3 && p.Packet.Parse() == drop.Alive {
					directions[r.IntN(len(directions))].Send(&p.Packet, p.Hops+1, p.At)
				}
				w.Free(p)
			}
			last = now
			if at, ok := w.Next(); ok && at <= now {
				t.Fatalf("next at %v, when all until %v is done", at, now)
			}
		default:
			d.Send(packets[r.IntN(len(packets))], 0, now)
		}
		for _, d := range directions {
			conserved(t, d)
		}
	}
	for _, d := range directions {
		d.Cut()
		conserved(t, d)
		if d.Counters.OnWay != 0 {
			t.Fatalf("%d on the way after Cut", d.Counters.OnWay)
		}
	}
	if _, ok := w.Next(); ok || w.Arrive(never) != nil {
		t.Fatal("something is left after Cut")
	}
}

func TestWander(t *testing.T) {
	var packets []*wire.Packet
	for _, version := range []uint8{4, 6} {
		packets = append(packets, super(t, version, 20_000, 1400))
		for _, length := range []int{60, 600, 1500, 9000} {
			packets = append(packets, packet(t, spec{version: version, length: length, tos: uint8(length)}),
				packet(t, spec{version: version, length: length, icmp: true}))
		}
	}
	for seed := range uint64(40) {
		wander(t, rand.New(rand.NewPCG(seed, 0)), packets, 2000)
	}
}

func FuzzWander(f *testing.F) {
	f.Add(uint64(1), datagram(f, spec{length: 100}), 0)
	f.Add(uint64(2), datagram(f, spec{version: 6, length: 1000}), 0)
	f.Add(uint64(3), super(f, 4, 10_000, 1400).Data, 1400)
	f.Fuzz(func(t *testing.T, seed uint64, data []byte, size int) {
		if len(data) > wire.MaxDatagram {
			return
		}
		p := &wire.Packet{}
		p.Attach(make([]byte, wire.BufferSize))
		p.SetLen(copy(p.Buffer()[wire.Headroom:], data))
		if p.Parse() != drop.Alive {
			return
		}
		if size > 0 {
			p.GSO = wire.GSO{Size: size, ChecksumStart: p.Transport, ChecksumOffset: 16}
			if p.Parse() != drop.Alive {
				return
			}
		}
		wander(t, rand.New(rand.NewPCG(seed, 1)), []*wire.Packet{p}, 100)
	})
}
