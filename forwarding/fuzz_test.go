package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// seeds are packets of every story of an end, and some that live.
func seeds(f *testing.F) (all [][]byte) {
	lines := []string{"left: h1 > h2 udp 32", "left: h1 > h2 udp 1600", "left: h1 > r.left echo 1600", "left: h1 > r.left tcp s", "left: htiny > r.tiny echo 200"}
	for _, story := range ends {
		lines = append(lines, story...)
	}
	for _, line := range lines {
		for _, family := range []int{4, 6} {
			if b, err := build(family, line); err == nil {
				all = append(all, b.bytes)
			}
		}
	}
	return all
}

// FuzzReceive feeds a router two packets of any bytes, the first one twice, and
// lets time pass.
func FuzzReceive(f *testing.F) {
	all := seeds(f)
	for i, b := range all {
		f.Add(b, all[(i+1)%len(all)], uint8(i))
	}
	f.Fuzz(func(t *testing.T, a, b []byte, in uint8) {
		n := newNode(t, 4)
		for _, packet := range [][]byte{a, b, a, resealed(a), resealed(b), resealed(a)} {
			if len(packet) <= wire.MaxDatagram {
				n.fuzzed(packet, int(in)%len(linkNames))
			}
		}
		n.now += time.Minute
		n.router.Expire(n.now, recorder{n})
		n.balance("expiry")
		if n.router.Counters.Held != 0 {
			t.Errorf("held after all has expired: %d", n.router.Counters.Held)
		}
	})
}

// resealed is a packet whose IPv4 header checksum is right, for the fuzzer to
// come further than that.
func resealed(b []byte) []byte {
	header := 0
	if len(b) > 0 && b[0]>>4 == 4 {
		header = int(b[0]&15) * 4
	}
	if header < 20 || header > len(b) {
		return b
	}
	b = bytes.Clone(b)
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], gopacket.FoldChecksum(gopacket.ComputeChecksum(b[:header], 0)))
	return b
}

// recorder notes outputs unread.
type recorder struct{ n *node }

func (r recorder) Buffer() *wire.Packet { return r.n.Buffer() }

func (r recorder) Send(link int, p *wire.Packet) {
	r.n.outputs = append(r.n.outputs, output{linkNames[link], bytes.Clone(p.Data)})
}

// fuzzed sends a packet, and checks what must be true of any.
func (n *node) fuzzed(packet []byte, in int) {
	n.t.Helper()
	before := n.router.Counters
	n.outputs = nil
	if len(packet) > 0 {
		n.family = int(packet[0] >> 4)
	}
	n.router.Receive(filled(packet, wire.Headroom+len(packet)+64), in, n.now, recorder{n})
	n.balance("a packet")
	after := n.router.Counters
	if after.Received != before.Received+1 {
		n.t.Fatalf("received %d", after.Received-before.Received)
	}
	messages := uint64(0)
	for m := range icmpgen.NumMessages {
		messages += after.Messages[m].Sent - before.Messages[m].Sent
	}
	forwarded := after.Forwarded - before.Forwarded
	if messages+forwarded > 1 || messages+forwarded == 0 && len(n.outputs) > 0 {
		n.t.Fatalf("%d messages, %d forwarded, %d packets sent", messages, forwarded, len(n.outputs))
	}
	for i, o := range n.outputs {
		if s := n.read(o.bytes); i+1 < len(n.outputs) && (!s.more || len(s.payload)%8 != 0) {
			n.t.Fatalf("fragment %d of %d has %d octets, more %v", i, len(n.outputs), len(s.payload), s.more)
		}
		n.checkFuzzed(packet, o.bytes, messages > 0, &before, &after)
	}
}

func (n *node) checkFuzzed(packet, sent []byte, originated bool, before, after *forwarding.Counters) {
	n.t.Helper()
	family := int(sent[0] >> 4)
	examine := check
	if s, err := read(family, sent); originated && err == nil && !s.fragment {
		examine = checkOriginated
	}
	if err := examine(family, sent); err != nil {
		n.t.Fatalf("%v\nreceived % x\nsent % x", err, head(packet), head(sent))
	}
	if !originated {
		return
	}
	_, _, _, quote, isAnError := isError(family, sent)
	if !isAnError {
		return
	}
	// A reassembled datagram is quoted as a whole: its header is new, its source the same.
	reassembled := after.Held < before.Held
	if !bytes.HasPrefix(packet, quote) && !reassembled {
		n.t.Fatalf("the quote is no prefix of what came\nreceived % x\nquoted % x", head(packet), head(quote))
	}
	if mustNotBeAnswered(family, packet) {
		n.t.Fatalf("an error about an error\nreceived % x\nsent % x", head(packet), head(sent))
	}
}

// mustNotBeAnswered finds an ICMP error with gopacket.
func mustNotBeAnswered(family int, b []byte) bool {
	for _, layer := range decode(family, b).Layers() {
		switch icmp := layer.(type) {
		case *layers.ICMPv4:
			kind := icmp.TypeCode.Type()
			return family == 4 && (kind == 3 || kind == 4 || kind == 5 || kind == 11 || kind == 12)
		case *layers.ICMPv6:
			kind := icmp.TypeCode.Type()
			return family == 6 && (kind < 128 || kind == 137)
		}
	}
	return false
}
