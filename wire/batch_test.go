package wire_test

import (
	"bytes"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// datagrams are of either family, and of lengths that end in and between cache lines.
func datagrams() (all [][]byte) {
	for _, size := range []int{0, 1, 36, 37, 1400} {
		all = append(all, ip4{protocol: wire.ProtoUDP, payload: count(size)}.bytes(), ip6{next: wire.ProtoUDP, payload: count(size)}.bytes())
	}
	return all
}

// fill puts datagrams where there is room for them, and says how many.
func fill(b *wire.Batch, all [][]byte) (n int) {
	for p := b.Room(); p != nil && n < len(all); p = b.Room() {
		if again := b.Room(); again != p || len(p.Buffer()) < wire.BufferSize {
			return -1
		}
		b.Keep(copy(p.Buffer()[wire.Headroom:], all[n]))
		n++
	}
	return n
}

// wantBatch wants the datagrams in the batch, each in a buffer of its own, headroom
// included, and nothing left of earlier ones.
func wantBatch(t *testing.T, b *wire.Batch, want [][]byte) {
	t.Helper()
	if b.Len() != len(want) || len(b.Packets()) != len(want) {
		t.Fatalf("%d packets, wanted %d", b.Len(), len(want))
	}
	for i := range b.Packets() {
		p := &b.Packets()[i]
		if p.Version != 0 || p.Src.IsValid() || p.GSO != (wire.GSO{}) {
			t.Errorf("packet %d remembers version %d, source %v, %+v", i, p.Version, p.Src, p.GSO)
		}
		clear(p.Buffer()[:wire.Headroom])
		if cap(p.Buffer()) != len(p.Buffer()) {
			t.Errorf("packet %d may be made longer by %d octets: they are another's", i, cap(p.Buffer())-len(p.Buffer()))
		}
	}
	for i := range b.Packets() { // after all headrooms have been written
		p := &b.Packets()[i]
		if !bytes.Equal(p.Data, want[i]) {
			t.Fatalf("packet %d is\n% x, wanted\n% x", i, p.Data[:min(80, len(p.Data))], want[i][:min(80, len(want[i]))])
		}
		if reason := p.Parse(); reason != drop.Alive {
			t.Errorf("packet %d: %v", i, reason)
		}
		p.GSO = wire.GSO{Size: 1, ChecksumStart: 20}
	}
}

// A batch holds packets one behind the other, as often as it is used, and has room until one
// of its three limits is met.
func TestBatch(t *testing.T) {
	all := datagrams()
	for what, c := range map[string]struct{ count, budget, octets, want int }{
		"room for all":   {64, 0, 2 * wire.Stride, len(all)},
		"so many only":   {3, 0, 2 * wire.Stride, 3},
		"budget":         {64, 300, 2 * wire.Stride, 3},
		"memory for one": {64, 0, wire.BufferSize, 1},
		"none":           {64, 0, wire.BufferSize - 1, 0},
	} {
		b := wire.NewBatch(c.count, c.budget, make([]byte, c.octets))
		for range 3 {
			b.Reset()
			if n := fill(b, all); n != c.want {
				t.Errorf("%s: %d packets, wanted %d", what, n, c.want)
			}
			wantBatch(t, b, all[:c.want])
		}
	}
}

// Packets that are read together keep their places, though some do not come, and the
// next stand behind them.
func TestBatchSpread(t *testing.T) {
	all := datagrams()
	b := wire.NewBatch(6, 0, make([]byte, 8*wire.Stride))
	for range 2 {
		b.Reset()
		fill(b, all[:1])
		if n := b.Spread(64); n != 5 {
			t.Fatalf("places for %d, wanted 5: for one there is a packet", n)
		}
		if n := b.Spread(4); n != 4 {
			t.Fatalf("places for %d, wanted 4", n)
		}
		for i := range 4 {
			if n := len(b.SpreadRoom(i)); n != wire.BufferSize {
				t.Fatalf("place %d has %d octets", i, n)
			}
			copy(b.SpreadRoom(i)[wire.Headroom:], all[i])
		}
		for _, i := range []int{1, 3} {
			b.KeepSpread(i, len(all[i]))
		}
		if n := fill(b, all[4:5]); n != 1 {
			t.Fatalf("%d packets behind them, wanted 1", n)
		}
		wantBatch(t, b, [][]byte{all[0], all[1], all[3], all[4]})
	}
}
