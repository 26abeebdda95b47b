package ratelimit

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
	"unsafe"
)

// destinations make the n-th address of each family.
var destinations = map[string]func(n int) netip.Addr{
	"IPv4": func(n int) netip.Addr {
		return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 10<<24|uint32(n))))
	},
	"IPv6": func(n int) netip.Addr {
		b := [16]byte{0: 0xfd}
		binary.BigEndian.PutUint32(b[12:], uint32(n))
		return netip.AddrFrom16(b)
	},
}

func eachFamily(t *testing.T, test func(t *testing.T, dst func(n int) netip.Addr)) {
	for name, dst := range destinations {
		t.Run(name, func(t *testing.T) { test(t, dst) })
	}
}

var unlimited = Rate{Unlimited: true}

// limits is the same limit for every kind.
func limits(total, one Rate) *Limits {
	l := new(Limits)
	for k := range l {
		l[k] = Limit{Total: total, PerDestination: one}
	}
	return l
}

// sides puts a rate on the total and on the destination, the other unlimited.
func sides(r Rate) map[string]*Limits {
	return map[string]*Limits{"total": limits(r, unlimited), "destination": limits(unlimited, r)}
}

// passed counts how many of n messages pass at one moment.
func passed(l *Limiter, limits *Limits, kind Kind, dst netip.Addr, now time.Duration, n int) (count int) {
	for range n {
		if l.Allow(limits, kind, dst, now) {
			count++
		}
	}
	return count
}

// naive is a token bucket as textbooks have it: it counts in nanoseconds of filling.
type naive struct {
	level, capacity, price time.Duration
	last                   time.Duration
}

func newNaive(r Rate) *naive {
	price := time.Second / time.Duration(r.PPS)
	return &naive{capacity: price * time.Duration(r.Burst), price: price, level: price * time.Duration(r.Burst)}
}

func (b *naive) allow(now time.Duration) bool {
	b.level = min(b.capacity, b.level+now-b.last)
	b.last = now
	if b.level < b.price {
		return false
	}
	b.level -= b.price
	return true
}

// TestTwin: at random times, the bucket lets through what the naive one does.
func TestTwin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		for range 200 {
			r := Rate{PPS: 1 + random.IntN(2000), Burst: 1 + random.IntN(60)}
			for side, limits := range sides(r) {
				var l Limiter
				twin, now := newNaive(r), time.Duration(0)
				for i := range 500 {
					if got, want := l.Allow(limits, TimeExceeded, dst(1), now), twin.allow(now); got != want {
						t.Fatalf("%+v on the %s, message %d at %v: got %v, want %v", r, side, i, now, got, want)
					}
					if random.IntN(3) == 0 {
						now += time.Duration(random.Int64N(int64(3 * time.Second / time.Duration(r.PPS))))
					}
				}
			}
		}
	})
}

// TestBurstThenRate: a full bucket gives its burst at once, then one token each
// interval, at the moment that it is there and not before.
func TestBurstThenRate(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		for side, limits := range sides(Rate{PPS: 100, Burst: 20}) {
			for _, start := range []time.Duration{0, time.Hour} {
				var l Limiter
				want := []struct {
					at    time.Duration
					count int
				}{{0, 20}, {10*time.Millisecond - 1, 0}, {10 * time.Millisecond, 1}, {10 * time.Millisecond, 0},
					{55 * time.Millisecond, 4}, {60 * time.Millisecond, 1}, {time.Second, 20}, {time.Hour, 20}}
				for _, w := range want {
					if got := passed(&l, limits, Unreach, dst(1), start+w.at, 100); got != w.count {
						t.Errorf("%s, start %v, at %v: got %d, want %d", side, start, w.at, got, w.count)
					}
				}
			}
		}
	})
}

// TestLongRun: over 100 s of asking all the time, the burst and the rate come out
// to one packet, for rates that divide no second too.
func TestLongRun(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		for _, pps := range []int{1, 3, 7, 300, 999} {
			for side, limits := range sides(Rate{PPS: pps, Burst: 5}) {
				var l Limiter
				count, step := 0, time.Second/time.Duration(4*pps)
				for now := time.Duration(0); now <= 100*time.Second; now += step {
					count += passed(&l, limits, TooBig, dst(1), now, 2)
				}
				if want := 5 + 100*pps; count < want-1 || count > want+1 {
					t.Errorf("%d PPS on the %s: got %d in 100 s, want %d", pps, side, count, want)
				}
			}
		}
	})
}

func TestZeroAndUnlimited(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		for _, test := range []struct {
			name       string
			total, one Rate
			want       int
		}{
			{"no rate at all", Rate{}, Rate{}, 0},
			{"a burst and no rate", Rate{Burst: 9}, unlimited, 0},
			{"a burst and no rate for one", unlimited, Rate{Burst: 9}, 0},
			{"a rate below zero", Rate{PPS: -1, Burst: 9}, unlimited, 0},
			{"unlimited", unlimited, unlimited, 1000},
			{"unlimited, whatever else is said", Rate{PPS: 1, Burst: 1, Unlimited: true}, Rate{Unlimited: true, PPS: -1}, 1000},
			{"a total below the rate for one", Rate{PPS: 1, Burst: 3}, Rate{PPS: 1, Burst: 9}, 3},
			{"a rate for one below the total", Rate{PPS: 1, Burst: 9}, Rate{PPS: 1, Burst: 3}, 3},
		} {
			var l Limiter
			if got := passed(&l, limits(test.total, test.one), TimeExceeded, dst(1), time.Hour, 1000); got != test.want {
				t.Errorf("%s: got %d of 1000, want %d", test.name, got, test.want)
			}
		}
	})
}

func TestDefaults(t *testing.T) {
	limits := DefaultLimits()
	for k := range NumKinds {
		if got, want := limits[k], (Limit{DefaultTotal, DefaultPerDestination}); got != want {
			t.Errorf("kind %d: got %+v, want %+v", k, got, want)
		}
	}
}

// TestKindsAreApart: a flood that uses up one kind leaves all others full.
func TestKindsAreApart(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		for _, flooded := range []Kind{TooBig, TimeExceeded, Unreach, ParameterProblem} {
			var l Limiter
			limits := limits(Rate{PPS: 10, Burst: 50}, Rate{PPS: 10, Burst: 20})
			for n := range 1000 {
				passed(&l, limits, flooded, dst(n), 0, 30)
			}
			for k := range NumKinds {
				want := 20
				if k == flooded {
					want = 0
				}
				if got := passed(&l, limits, k, dst(1), 0, 100); got != want {
					t.Errorf("kind %d after a flood of %d: got %d, want %d", k, flooded, got, want)
				}
			}
		}
	})
}

// TestFloodTakesOnlyItsOwn: what one destination asks for beyond its rate costs
// the total nothing.
func TestFloodTakesOnlyItsOwn(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		var l Limiter
		limits := limits(Rate{PPS: 1000, Burst: 50}, Rate{PPS: 100, Burst: 20})
		if got := passed(&l, limits, TimeExceeded, dst(1), 0, 1_000); got != 20 {
			t.Errorf("who floods: got %d, want 20", got)
		}
		if got := passed(&l, limits, TimeExceeded, dst(2), 0, 20); got != 20 {
			t.Errorf("another: got %d, want 20", got)
		}
		if got := passed(&l, limits, TimeExceeded, dst(3), 0, 20); got != 10 {
			t.Errorf("a third: got %d, want the 10 that the total has left", got)
		}
		// What the total refused has taken none of the third's own: 10 are left of its 20.
		if got := passed(&l, limits, TimeExceeded, dst(3), 50*time.Millisecond, 40); got != 15 {
			t.Errorf("a third, after 50 ms: got %d, want its 10 and 5 new ones", got)
		}
	})
}

// TestBounded: a million destinations change neither the limiter's size nor its
// allocations, and the total holds.
func TestBounded(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		l, limits := new(Limiter), limits(Rate{PPS: 1000, Burst: 50}, Rate{PPS: 100, Burst: 20})
		count, n := 0, 0
		allocs := testing.AllocsPerRun(10, func() {
			for range 100_000 {
				count += passed(l, limits, TooBig, dst(n), time.Duration(n)*time.Microsecond, 1)
				n++
			}
		})
		if allocs != 0 {
			t.Errorf("got %v allocations, want 0", allocs)
		}
		if want := 50 + n/1000; count < want-2 || count > want {
			t.Errorf("%d destinations: got %d messages, want %d, which the total allows", n, count, want)
		}
	})
	if got := unsafe.Sizeof(Limiter{}); got > 64<<10 {
		t.Errorf("a limiter has %d octets, want at most 64 KiB", got)
	}
}

// set is that of a destination of too big.
func set(dst netip.Addr) uint32 { return (&Key{Class: uint32(TooBig), Whose: dst}).hash() % sets }

// TestEviction: of a full set, the slot goes whose bucket is fullest; who has
// used up his tokens is remembered.
func TestEviction(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		limits := limits(unlimited, Rate{PPS: 1, Burst: 10})
		var same []netip.Addr // destinations of one set
		for n := 0; len(same) < ways+1; n++ {
			if set(dst(n)) == set(dst(0)) {
				same = append(same, dst(n))
			}
		}
		for fullest := range ways {
			var l Limiter
			for i := range ways {
				used := 10
				if i == fullest {
					used = 4
				}
				passed(&l, limits, TooBig, same[i], 0, used)
			}
			if got := passed(&l, limits, TooBig, same[ways], 0, 20); got != 10 {
				t.Errorf("a newcomer: got %d, want 10", got)
			}
			for i := range ways {
				if i == fullest {
					continue
				}
				if got := passed(&l, limits, TooBig, same[i], 0, 20); got != 0 {
					t.Errorf("slot %d, while slot %d was the fullest: got %d, want 0", i, fullest, got)
				}
			}
			if got := passed(&l, limits, TooBig, same[fullest], 0, 20); got != 10 {
				t.Errorf("who was forgotten: got %d, want a full bucket of 10", got)
			}
		}
	})
}

// TestHashSpreads: neighbours do not share a few sets.
func TestHashSpreads(t *testing.T) {
	eachFamily(t, func(t *testing.T, dst func(n int) netip.Addr) {
		for _, stride := range []int{1, 2, 256, 65536, 257} {
			used := map[uint32]bool{}
			for n := range 1024 {
				used[set(dst(n*stride%(1<<24)))] = true
			}
			if len(used) < sets/4 {
				t.Errorf("stride %d: got %d of %d sets", stride, len(used), sets)
			}
		}
	})
}
