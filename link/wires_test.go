package link_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

func TestDownAndCut(t *testing.T) {
	for name, b := range map[string]link.Behavior{
		"delay": {Delay: link.Delay{Mean: 10 * ms, Jitter: 5 * ms, Overtake: true}},
		"queue": {Rate: slow, Delay: link.Delay{Mean: 10 * ms}},
		"trace": {Trace: &link.Trace{Departures: []time.Duration{ms}, Period: ms}},
	} {
		for _, down := range []bool{false, true} {
			w := newWires()
			d := w.NewDirection(1, b)
			bystander := w.NewDirection(1, b)
			p := packet(t, spec{length: 1000})
			for range 30 {
				d.Send(p, 0, 0)
				bystander.Send(p, 0, 0)
			}
			collect(w, 12500*us)
			want, others := 30-d.Counters.Arrived, 30-bystander.Counters.Arrived
			if down {
				b.Down = true
				d.Set(b, 12500*us)
				d.Send(p, 0, 12500*us)
				want++
				b.Down = false
				d.Set(b, 12600*us)
			} else {
				d.Cut()
			}
			if cut := d.Counters.Dropped[drop.LinkCut]; cut != want || cut < 2 || d.Counters.OnWay != 0 {
				t.Errorf("%s: %d cut, want %d", name, cut, want)
			}
			conserved(t, d)
			// The link is free again at once, and the other one has lost nothing.
			d.Send(p, 0, 12600*us)
			mine := uint64(0)
			for p := w.Arrive(never); p != nil; p = w.Arrive(never) {
				if p.Direction == d {
					mine++
				}
				if p.Direction == d && name == "queue" && p.At != 23600*us {
					t.Errorf("%s: arrived at %v", name, p.At)
				}
				w.Free(p)
			}
			if mine != 1 || bystander.Counters.Arrived != 30 || others == 0 {
				t.Errorf("%s: %d arrived, %d of the other", name, mine, bystander.Counters.Arrived)
			}
		}
	}
}

// Next does not name what has happened already: Send ran the queue up to its own time.
func TestNext(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Rate: slow, Delay: link.Delay{Mean: 10 * ms}})
	p := packet(t, spec{length: 1000})
	d.Send(p, 0, 0)
	if at, ok := w.Next(); !ok || at != ms {
		t.Errorf("next at %v, %v", at, ok)
	}
	d.Send(p, 0, 1500*us)
	if at, ok := w.Next(); !ok || at != 2500*us {
		t.Errorf("next at %v, %v", at, ok)
	}
	wantTimes(t, collect(w, never), 11*ms, 12500*us)
}

// What comes after Cut does not wait for what was cut.
func TestAfterCut(t *testing.T) {
	w := newWires()
	d := w.NewDirection(1, link.Behavior{Delay: link.Delay{Mean: 50 * ms}})
	p := packet(t, spec{})
	d.Send(p, 0, 0)
	d.Set(link.Behavior{}, ms)
	if d.Instant() {
		t.Error("instant while a packet is on its way")
	}
	d.Cut()
	if !d.Instant() {
		t.Error("not instant")
	}
	d.Send(p, 0, ms)
	wantTimes(t, collect(w, never), ms)
}

// Memory has a limit, is not asked for beyond it, and goes from one length of packets to any other.
func TestMemory(t *testing.T) {
	asked := 0
	w := link.NewWires(3<<20, func(octets int) ([]byte, error) {
		if asked += octets; asked > 8<<20 {
			return nil, errors.New("more than the limit")
		}
		return make([]byte, octets), nil
	})
	d := w.NewDirection(1, link.Behavior{Delay: link.Delay{Mean: ms}})
	lengths := map[int]int{} // how many of each fit
	for round, length := range []int{60, 1500, 9000, 65_535, 256, 60, 65_535} {
		p := packet(t, spec{length: length})
		for i := 0; i < 20_000 && d.Counters.Dropped[drop.LinkFull] == uint64(round); i++ {
			d.Send(p, 0, 0)
		}
		lengths[length] = int(d.Counters.OnWay)
		conserved(t, d)
		all := collect(w, ms)
		for _, a := range all {
			if !bytes.Equal(a.data, p.Data) {
				t.Fatal("a packet was overwritten by another")
			}
		}
	}
	if asked > 3<<20 || asked < 2<<20 {
		t.Errorf("%d octets asked for", asked)
	}
	for length, least := range map[int]int{60: 7500, 256: 7500, 1500: 1200, 9000: 230, 65_535: 40} {
		if lengths[length] < least {
			t.Errorf("%d packets of %d octets", lengths[length], length)
		}
	}
	// Small ones take what is left of large ones, when there is no other memory.
	large := packet(t, spec{length: 65_535})
	for i := 0; i < 100 && d.Counters.Dropped[drop.LinkFull] == 7; i++ {
		d.Send(large, 0, 0)
	}
	first := w.Arrive(ms)
	if first == nil {
		t.Fatal("no room for a large packet")
	}
	w.Free(first)
	if d.Send(packet(t, spec{length: 60}), 0, 0); d.Counters.Dropped[drop.LinkFull] != 8 {
		t.Error("no room for a small packet")
	}
}

func TestNoMemory(t *testing.T) {
	fail := true
	w := link.NewWires(1<<20, func(octets int) ([]byte, error) {
		if fail {
			return nil, errors.New("no memory")
		}
		return make([]byte, octets), nil
	})
	d := w.NewDirection(1, link.Behavior{Rate: slow, Duplicate: link.Chance{Every: 1}})
	p := packet(t, spec{length: 100})
	if d.Send(p, 0, 0); d.Counters.Dropped[drop.LinkFull] != 1 || w.Copy(p) != nil {
		t.Errorf("%+v", d.Counters)
	}
	fail = false
	if d.Send(p, 0, 0); len(collect(w, never)) != 2 {
		t.Errorf("%+v", d.Counters)
	}
	conserved(t, d)
}

// Two parcels never share memory, and each has its headroom.
func TestCopy(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		w := newWires()
		var parcels []*link.Parcel
		originals := []*wire.Packet{super(t, version, 60_000, 1400)}
		for _, length := range []int{100, 256, 257, 2048, 2049, 10240, 10241, 65_535} {
			originals = append(originals, packet(t, spec{version: version, length: length, number: uint32(length)}))
		}
		for _, p := range slices.Repeat(originals, 5) {
			parcels = append(parcels, w.Copy(p))
		}
		for i, c := range parcels {
			p := originals[i%len(originals)]
			q := &c.Packet
			if !bytes.Equal(q.Data, p.Data) || q.GSO != p.GSO || q.Src != p.Src || q.Transport != p.Transport || q.Protocol != p.Protocol || c.Direction != nil {
				t.Fatalf("copy %d: %+v", i, q)
			}
			clear(q.WithHeadroom(wire.Headroom))
			clear(q.Buffer())
		}
		for _, c := range parcels {
			w.Free(c)
		}
		if _, ok := w.Next(); ok {
			t.Error("a copy is an event")
		}
	})
}

// What waits comes at its time and in the order in which it was begun, between what arrives; it is nobody's when a direction is cut.
func TestWait(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{Delay: link.Delay{Mean: 20 * ms}})
		p := packet(t, spec{version: version, length: 100})
		if !w.Wait(p, 3, 30*ms, "late") || !w.Wait(p, 4, 20*ms, "first") {
			t.Fatal("no room")
		}
		d.Send(p, 1, 0)
		if at, waits := w.Next(); !waits || at != 20*ms {
			t.Fatalf("next at %v, %v", at, waits)
		}
		var got []string
		for now := time.Duration(0); now <= 30*ms; now += 10 * ms {
			for c := w.Arrive(now); c != nil; c = w.Arrive(now) {
				tag, _ := c.Tag.(string)
				got = append(got, fmt.Sprint(tag, c.Hops, c.At, c.Direction == nil, bytes.Equal(c.Packet.Data, p.Data)))
				w.Free(c)
			}
			d.Cut()
		}
		if want := []string{"first4 20ms true true", "late3 30ms true true"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := testing.AllocsPerRun(100, func() {
			w.Wait(p, 0, 40*ms, d)
			w.Free(w.Arrive(40 * ms))
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
