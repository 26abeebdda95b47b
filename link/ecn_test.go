package link_test

import (
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/link"
)

// tos is what gopacket reads, if the sum of an IPv4 header is right.
func tos(t *testing.T, b []byte) uint8 {
	t.Helper()
	if b[0]>>4 == 6 {
		ip, ok := gopacket.NewPacket(b, layers.LayerTypeIPv6, gopacket.Default).Layer(layers.LayerTypeIPv6).(*layers.IPv6)
		if !ok {
			t.Fatal("no IPv6")
		}
		return ip.TrafficClass
	}
	ip, ok := gopacket.NewPacket(b, layers.LayerTypeIPv4, gopacket.Default).Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	if !ok {
		t.Fatal("no IPv4")
	}
	if !sumValid(b[:20]) {
		t.Fatalf("header checksum of % x", b[:20])
	}
	return ip.TOS
}

// sumValid says whether the one's complement sum of b is minus zero (RFC 1071).
func sumValid(b []byte) bool { return onesSum(b) == 0xffff }

func onesSum(b []byte) uint32 {
	sum := uint32(0)
	for i, octet := range b {
		sum += uint32(octet) << (8 * (1 - i%2))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return sum
}

var marking = map[string]link.Queue{
	"codel": {Discipline: link.DisciplineCoDel},
	"red":   {Discipline: link.DisciplineRED, RED: link.RED{Min: 2000, Max: 500_000, Probability: 1, Weight: 1}},
}

// Packets of ECN-capable flows are marked, whatever stands in the rest of the octet; others are dropped.
func TestMarks(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		for name, queue := range marking {
			for _, field := range []uint8{0, 0xfc, 1, 2, 0xb9, 0x02, 3, 0xff} {
				for _, ecn := range []bool{false, true} {
					queue.ECN = ecn
					w := newWires()
					d := w.NewDirection(1, link.Behavior{Rate: slow, Queue: queue})
					p := packet(t, spec{version: version, length: 1000, tos: field})
					for range 400 {
						d.Send(p, 0, 0)
					}
					marked := uint64(0)
					for _, a := range collect(w, never) {
						got := tos(t, a.data)
						if got&^3 != field&^3 || got != field && got&3 != 3 {
							t.Fatalf("%s: %#x became %#x", name, field, got)
						}
						if got != field {
							marked++
						}
					}
					early := d.Counters.Dropped[drop.QueueEarly]
					capable, fresh := ecn && field&3 != 0, ecn && field&3 != 0 && field&3 != 3
					if (early == 0) != capable || (marked > 0) != fresh || marked != d.Counters.Marked {
						t.Errorf("%s, ECN %v, field %#x: %d dropped, %d marked, %d counted", name, ecn, field, early, marked, d.Counters.Marked)
					}
					conserved(t, d)
				}
			}
		}
	})
}

// A full queue drops what could be marked, and so does RED above its upper threshold.
func TestNoMarkWhenFull(t *testing.T) {
	for name, c := range map[string]struct {
		queue  link.Queue
		reason drop.Reason
	}{
		"tail":  {link.Queue{Packets: 5, ECN: true}, drop.QueueFull},
		"codel": {link.Queue{Packets: 5, ECN: true, Discipline: link.DisciplineCoDel}, drop.QueueFull},
		"red":   {link.Queue{ECN: true, Discipline: link.DisciplineRED, RED: link.RED{Min: 4999, Max: 5000, Weight: 1}}, drop.QueueEarly},
	} {
		w := newWires()
		d := w.NewDirection(1, link.Behavior{Rate: slow, Queue: c.queue})
		p := packet(t, spec{length: 1000, tos: 2})
		for range 20 {
			d.Send(p, 0, 0)
		}
		if n := d.Counters.Dropped[c.reason]; n != 14 || d.Counters.Marked != 0 {
			t.Errorf("%s: %d dropped, %d marked", name, n, d.Counters.Marked)
		}
	}
}
