package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

// seeds are packets of every story of an end, and some that live.
func seeds() (all [][]byte) {
	lines := []string{"left: h1 > h2 udp 32", "left: h1 > h2 udp 1600", "left: h1 > r.left echo 1600", "left: h1 > r.left tcp s", "left: htiny > r.tiny echo 200"}
	for _, story := range ends {
		lines = append(lines, story...)
	}
	for _, o := range unrecognized {
		lines = append(lines, "left: h1 > h2 hop "+o.options+" udp 32", "left: h1 > r.left dest "+o.options+" udp 32")
	}
	for options := range malformed {
		lines = append(lines, "left: h1 > h2 options "+options+" udp 32")
	}
	for _, what := range []string{
		"r.left options 8307040a02000200 udp 1400", "r.left options 8907080a02000700 echo 32", "h2 ttl 1 options 830b080a020007000000000 udp 32",
		"r.left options 070704000000004408050000000000 echo 32", "h2 options 440c05010000000000000000 udp 1400",
		"r.left timestamp 20", "r.left probe name left", "r.left probe index 4", "r.left probe address r.right", "r.left probe neighbor h1",
		"nowhere udp 1400", "h1b udp 32", "localgroup hop 9e00 udp 32", "r.left routing 0 1 udp 32", "r.left id 9 behind dest 9e00 echo 400 fragment 0 80",
	} {
		lines = append(lines, "left: h1 > "+what)
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

// anySettings gives each setting a few bits.
func anySettings(bits uint32) (s forwarding.Settings) {
	take := func(choices uint32) uint32 {
		choice := bits % choices
		bits /= choices
		return choice
	}
	s.SourceRoute = forwarding.SourceRoute(take(3))
	s.Extensions = forwarding.Extensions(take(3))
	s.Redirects = take(2) == 1
	s.HopByHop = forwarding.HopByHop(take(3))
	s.Martians = forwarding.Martians(take(3))
	s.ErrorSource = forwarding.ErrorSource(take(2))
	s.Probe, s.NoTimestamp, s.ReportSub1280 = take(2) == 1, take(2) == 1, take(2) == 1
	s.HopByHopLimit = int(take(3))
	if take(2) == 1 {
		s.RouterID = netip.MustParseAddr("10.77.0.1")
	}
	s.Multipath = forwarding.Multipath{Hash: forwarding.Hash(take(4)), ErrorsByOuter: take(2) == 1}
	s.KeepTTL, s.ErrorTTL = take(2) == 1, uint8(take(2))
	s.Quote = int(take(3)) * 8
	s.Quote6 = s.Quote
	policy([]forwarding.Policy{{}, {Drop: true}, {Every: 2}}[take(3)])(&s)
	if take(2) == 1 {
		s.Loopbacks = addresses("r.loop")
	}
	return s
}

// anyNode is a node with any settings, link-local addresses, labels, several ways, a link without
// addresses, and routes back to the link that a packet came from.
func anyNode(t *testing.T, bits uint32) *node {
	n := newNode(t, 4)
	n.configure(func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings) {
		*s = anySettings(bits)
		linkLocal(links, routes, s)
		onLinks["neighbor-routes on"](links, routes, s)
		if bits%3 == 0 {
			onLinks["labels on"](links, routes, s)
			onLinks["paths three"](links, routes, s)
		}
		links[3].Addresses, links[3].Down = nil, bits%5 == 0
		links[4].URPF, links[1].DirectedBroadcast = forwarding.URPF(bits%4), bits%7 == 0
		*routes = append(*routes, forwarding.Route{To: netip.MustParsePrefix("10.3.0.0/24"), Link: "down"}, forwarding.Route{To: netip.MustParsePrefix("fd00:3::/64"), Link: "down"})
	})
	return n
}

// FuzzReceive feeds a router of any settings two packets of any bytes, the first
// one twice, and lets time pass.
func FuzzReceive(f *testing.F) {
	all := seeds()
	for i, b := range all {
		f.Add(b, all[(i+1)%len(all)], uint8(i%len(linkNames)), uint32(0))
		f.Add(b, all[(i+1)%len(all)], uint8(0), uint32(2+3+9+1)) // source routes, extensions, redirects
		f.Add(b, all[(i+1)%len(all)], uint8(0), uint32(i)*2654435761)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, in uint8, bits uint32) {
		n := anyNode(t, bits)
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

// Packets of stories, some octets of their headers at random, through nodes of any settings.
func TestAnySettings(t *testing.T) {
	all, r := seeds(), rand.New(rand.NewPCG(1, 2))
	for range 100 {
		n := anyNode(t, r.Uint32())
		for range 60 {
			packet := bytes.Clone(all[r.IntN(len(all))])
			for range r.IntN(4) {
				if len(packet) > 0 {
					packet[r.IntN(min(len(packet), 72))] = []byte{0, 1, 4, 8, 10, 0x83, 0x89, 0xfe, byte(r.Uint32())}[r.IntN(9)]
				}
			}
			n.fuzzed(resealed(packet), r.IntN(len(linkNames)))
		}
	}
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

func (r recorder) Free(p *wire.Packet) { r.n.Free(p) }

func (r recorder) Lock()   { r.n.Lock() }
func (r recorder) Unlock() { r.n.Unlock() }

func (r recorder) Send(link int, p *wire.Packet) {
	r.n.outputs = append(r.n.outputs, output{linkNames[link], bytes.Clone(p.Data), p.GSO})
	r.n.Free(p)
}

func (r recorder) Later(link int, p *wire.Packet, _ time.Duration) { r.Send(link, p) }

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
	redirects := after.Messages[icmpgen.Redirect].Sent - before.Messages[icmpgen.Redirect].Sent
	if messages > 1 || meant(&after)-meant(&before) > 1 || messages+forwarded > 1 && redirects == 0 || messages+forwarded == 0 && len(n.outputs) > 0 {
		n.t.Fatalf("%d messages, %d forwarded, %d packets sent", messages, forwarded, len(n.outputs))
	}
	outputs := n.outputs
	if messages > 0 {
		size := 1 + slices.IndexFunc(outputs, func(o output) bool { return !n.read(o.bytes).more })
		n.checkDatagram(packet, outputs[:size], true, &before, &after)
		outputs = outputs[size:]
	}
	if forwarded == 0 && len(outputs) > 0 {
		n.t.Fatalf("%d packets sent that nobody counted", len(outputs))
	}
	n.checkDatagram(packet, outputs, false, &before, &after)
}

// checkDatagram checks what was sent of one datagram: all of it, or fragments.
func (n *node) checkDatagram(packet []byte, sent []output, originated bool, before, after *forwarding.Counters) {
	n.t.Helper()
	for i, o := range sent {
		if s := n.read(o.bytes); i+1 < len(sent) && (!s.more || len(s.payload)%8 != 0) {
			n.t.Fatalf("fragment %d of %d has %d octets, more %v", i, len(sent), len(s.payload), s.more)
		}
		n.checkFuzzed(packet, o.bytes, originated, before, after)
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
	quote, isAnError := quoted(family, sent)
	if !isAnError {
		return
	}
	// A reassembled datagram is quoted as a whole: its header is new, its source the same.
	reassembled := after.Held < before.Held
	datagram := packet[:min(len(packet), n.read(packet).lengthField)]
	padded := append(bytes.Clone(datagram), make([]byte, 128)...) // RFC 4884 §4
	if len(quote) == 128 {
		quote = bytes.TrimRight(quote, "\x00")
	}
	if !bytes.HasPrefix(padded, quote) && !reassembled {
		n.t.Fatalf("the quote is no prefix of what came\nreceived % x\nquoted % x", head(packet), head(quote))
	}
	if mustNotBeAnswered(family, packet) {
		n.t.Fatalf("an error about an error\nreceived % x\nsent % x", head(packet), head(sent))
	}
}

// quoted returns the quote of an error or redirect.
func quoted(family int, sent []byte) (quote []byte, ok bool) {
	kind, _, word, quote, ok := isError(family, sent)
	length := int(word>>16&255) * 4
	if family == 6 {
		length = int(word>>24) * 8
	}
	switch {
	case family == 6 && kind == 137 && len(quote) > 40:
		return quote[40:], true
	case ok && (family == 4 && kind != 5 || kind == 1 || kind == 3) && length != 0: // RFC 4884 §4
		return quote[:min(length, len(quote))], true
	}
	return quote, ok
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
