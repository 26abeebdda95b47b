package forwarding_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/internal/kernelgso"
	"github.com/icmprouter/icmprouter/wire"
)

// superDestinations are where the packets of the property go.
var superDestinations = []string{"h2", "h2", "far", "htiny", "htiny", "h1b", "nowhere", "prohibited", "blackhole", "hdown", "loopback", "r.left", "r.left"}

// superNode is a node of any settings, and of some MTU on the links that lead away.
func superNode(t *testing.T, family int, bits uint32, mtu int) *node {
	n := newNode(t, family)
	n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
		*s = anySettings(bits)
		linkLocal(links, routes, s)
		onLinks["neighbor-routes on"](links, routes, s)
		if family == 6 {
			mtu = max(mtu, 1280)
		}
		links[1].MTU, links[2].MTU = max(mtu, 68), max(mtu, 68)
	})
	return n
}

// receive gives the node a packet, and returns what it sent: messages, and the
// datagrams that what it forwarded becomes on the wire.
func (n *node) receive(b []byte, gso wire.GSO) (messages, forwarded []output) {
	p := filled(b, wire.Headroom+len(b)+64)
	p.GSO = gso
	src := n.read(b).src
	n.outputs = nil
	n.router.Receive(p, 0, n.now, recorder{n})
	n.balance("a super-packet")
	for _, o := range n.outputs {
		if n.read(o.bytes).src != src {
			messages = append(messages, o)
			continue
		}
		for _, segment := range kernelgso.Segments(o.bytes, o.gso.Size, o.gso.ChecksumStart, o.gso.ChecksumOffset) {
			forwarded = append(forwarded, output{link: o.link, bytes: segment})
		}
	}
	return messages, forwarded
}

func sameOutputs(t *testing.T, what string, got, want []output) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d, wanted %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i].link != want[i].link || !bytes.Equal(got[i].bytes, want[i].bytes) || got[i].gso != want[i].gso {
			t.Fatalf("%s %d of %d: to %s, wanted to %s: %s\n% x\n% x", what, i, len(got), got[i].link, want[i].link,
				firstDifference(got[i].bytes, want[i].bytes), head(got[i].bytes), head(want[i].bytes))
		}
	}
}

// equivalent forwards a super-packet through one node and its segments through
// another: what leaves is the same. A message about the super-packet is the one about
// the first segment, unless it is for the node itself: then all are the same.
func equivalent(t *testing.T, family int, s kernelgso.Super, bits uint32, mtu int) {
	t.Helper()
	one, other := superNode(t, family, bits, mtu), superNode(t, family, bits, mtu)
	messages, forwarded := one.receive(s.Packet, wire.GSO{Size: s.Size, ChecksumStart: s.Start, ChecksumOffset: s.Offset})
	var wantMessages, wantForwarded []output
	for _, segment := range s.Segments() {
		m, f := other.receive(segment, wire.GSO{})
		wantMessages, wantForwarded = append(wantMessages, m...), append(wantForwarded, f...)
	}
	got, want := one.router.Counters, other.router.Counters
	if got.Received != want.Received {
		t.Fatalf("received %d, wanted %d", got.Received, want.Received)
	}
	if want.Dropped[drop.TooBig] > 0 { // the last segment may be short enough; the first is not
		want.Dropped[drop.TooBig] += want.Forwarded
		want.Forwarded, wantForwarded = 0, nil
	}
	if got.Forwarded != want.Forwarded || got.Delivered != want.Delivered || got.Dropped != want.Dropped || got.Fragments != want.Fragments {
		t.Fatalf("counted %s\nwanted  %s", gained(&forwarding.Counters{}, &got), gained(&forwarding.Counters{}, &want))
	}
	sameOutputs(t, "forwarded", forwarded, wantForwarded)
	here := want.Dropped[drop.PortUnreachable] + want.Dropped[drop.PortClosed]
	if here == 0 && len(wantMessages) > 1 {
		wantMessages = wantMessages[:slices.IndexFunc(wantMessages, func(o output) bool { return !one.read(o.bytes).more })+1]
		if meant(&got) != 1 {
			t.Fatalf("%d messages about one super-packet", meant(&got))
		}
	} else if here > 0 && got.Messages != want.Messages {
		t.Fatalf("messages %v, wanted %v", got.Messages, want.Messages)
	}
	sameOutputs(t, "messages", messages, wantMessages)
	for _, o := range messages {
		if err := checkOriginated(family, o.bytes); err != nil && !one.read(o.bytes).fragment {
			t.Fatal(err)
		}
	}
}

// anySuper is a super-packet from h1 to somewhere.
func anySuper(r *rand.Rand, family, payload int) kernelgso.Sample {
	src, _ := address(family, "h1")
	dst, _ := address(family, superDestinations[r.IntN(len(superDestinations))])
	s := kernelgso.Any(r, src, dst, payload)
	if family == 4 && r.IntN(8) == 0 { // a source route by way of the node, to h2
		s.Dst, _ = address(family, "r.left")
		s.Options = []byte{0x83, 7, 4, 10, 2, 0, 2, 0}
	}
	return s
}

// Forwarding a super-packet is forwarding its segments.
func TestSuperPacketIsItsSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, family := range []int{4, 6} {
		t.Run("IPv"+itoa(family), func(t *testing.T) {
			for range 1000 {
				sample := anySuper(r, family, []int{0, 1, 100, 1448, 1449, 4000, 1 + r.IntN(9000)}[r.IntN(7)])
				mtu := []int{68, 576, 1280, 1400, 1500, 68 + r.IntN(1500)}[r.IntN(6)]
				if sample.Size < 8 && sample.Size > 0 && len(sample.Payload) > 2000 {
					sample.Size = 8 // many segments tell no more than some
				}
				equivalent(t, family, sample.Super(), r.Uint32(), mtu)
			}
		})
	}
}

// FuzzSuper is the same of what a fuzzer finds.
func FuzzSuper(f *testing.F) {
	for seed := range uint64(30) {
		f.Add(seed, uint16(3000), uint16(1000), uint8(0x18), uint16(0xffff), uint16(1400), uint32(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, payload, size uint16, flags uint8, id, mtu uint16, bits uint32) {
		family := 4 + 2*int(seed%2)
		sample := anySuper(rand.New(rand.NewPCG(seed, 1)), family, int(payload)%20000)
		sample.Size, sample.Flags, sample.ID = int(size), flags&^4, id
		if sample.Size > 0 && len(sample.Payload)/sample.Size > 100 {
			return
		}
		equivalent(t, family, sample.Super(), bits, int(mtu))
	})
}

// FuzzOffload feeds a router any bytes, of which a device says anything.
func FuzzOffload(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 40 {
		sample := anySuper(r, 4+i%2*2, 60)
		sample.Size = 25 // short, for the fuzzer has to make it shorter
		s := sample.Super()
		f.Add(s.Packet, uint16(s.Size), uint16(s.Start), uint16(s.Offset), uint32(i)*2654435761)
		f.Add(s.Packet, uint16(0), uint16(s.Start), uint16(s.Offset), uint32(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, size, start, offset uint16, bits uint32) {
		if len(b) == 0 || len(b) > wire.MaxDatagram || size > 0 && len(b)/int(size) > 200 {
			return
		}
		n, b := anyNode(t, bits), resealed(b)
		n.family = int(b[0] >> 4)
		p := filled(b, wire.Headroom+len(b)+64)
		p.GSO = wire.GSO{Size: int(size), ChecksumStart: int(start), ChecksumOffset: int(offset)}
		n.router.Receive(p, 0, n.now, recorder{n})
		n.balance("any offload")
		if n.router.Counters.Received != uint64(p.WireCount()) {
			t.Fatalf("received %d, the packet counts %d", n.router.Counters.Received, p.WireCount())
		}
		for _, o := range n.outputs {
			if err := check(n.family, o.bytes); err != nil || o.gso != (wire.GSO{}) && o.gso != p.GSO {
				t.Fatalf("%v, %+v\nreceived % x\nsent % x", err, o.gso, head(b), head(o.bytes))
			}
		}
	})
}
