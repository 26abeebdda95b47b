package wire_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// words is what Parse reads, apart from the addresses.
type words struct {
	Len                        int
	Version, TTL, TOS          uint8
	Protocol                   uint8
	DF, More, Incomplete       bool
	FragmentOffset             int
	FragmentID                 uint32
	Transport, ProtocolField   int
	Fragment, ICMP, NoNextHead bool
}

func wordsOf(p *wire.Packet) words {
	return words{
		len(p.Data), p.Version, p.TTL, p.TOS, p.Protocol, p.DF, p.More, p.Incomplete, p.FragmentOffset,
		p.FragmentID, p.Transport, p.ProtocolField, p.Fragment(), p.ICMP(), p.NoNextHeader(),
	}
}

// ipv4With returns a valid datagram of 28 octets after change has spoilt it.
func ipv4With(change func(b []byte)) []byte {
	b := ip4{ttl: 64, protocol: wire.ProtoUDP, payload: count(8)}.bytes()
	change(b)
	return b
}

func ipv6With(change func(b []byte)) []byte {
	b := ip6{hop: 64, next: wire.ProtoUDP, payload: count(8)}.bytes()
	change(b)
	return b
}

func TestParseRefuses(t *testing.T) {
	whole4, whole6 := ipv4With(func([]byte) {}), ipv6With(func([]byte) {})
	tests := []struct {
		name string
		in   []byte
		want drop.Reason
	}{
		{"nothing", nil, drop.Truncated},
		{"IPv4, one octet", whole4[:1], drop.Truncated},
		{"IPv4, 19 octets", whole4[:19], drop.Truncated},
		{"IPv6, one octet", whole6[:1], drop.Truncated},
		{"IPv6, 39 octets", whole6[:39], drop.Truncated},
		{"version 0", ipv4With(func(b []byte) { b[0] = 0x05; seal(b) }), drop.BadVersion},
		{"version 5", ipv4With(func(b []byte) { b[0] = 0x55; seal(b) }), drop.BadVersion},
		{"version 7", ipv6With(func(b []byte) { b[0] = 0x70 }), drop.BadVersion},
		{"version 15", ipv6With(func(b []byte) { b[0] = 0xff }), drop.BadVersion},
		// IPv6 has no header length and no header checksum.
		{"IPv4, IHL 0", ipv4With(func(b []byte) { b[0] = 0x40 }), drop.BadHeaderLength},
		{"IPv4, IHL 4", ipv4With(func(b []byte) { b[0] = 0x44; seal(b) }), drop.BadHeaderLength},
		{"IPv4, IHL 8 of 28 octets", ipv4With(func(b []byte) { b[0] = 0x48 }), drop.BadHeaderLength},
		{"IPv4, checksum one off", ipv4With(func(b []byte) { b[11]++ }), drop.BadHeaderChecksum},
		{"IPv4, checksum zero", ipv4With(func(b []byte) { b[10], b[11] = 0, 0 }), drop.BadHeaderChecksum},
		{"IPv4, an option changed", badOption(), drop.BadHeaderChecksum},
		{"IPv4, total length one more", ipv4With(func(b []byte) { b[3]++; seal(b) }), drop.MissingOctets},
		{"IPv4, total length 19", ipv4With(func(b []byte) { b[3] = 19; seal(b) }), drop.BadTotalLength},
		{"IPv4, total length 0", ipv4With(func(b []byte) { b[3] = 0; seal(b) }), drop.BadTotalLength},
		{"IPv4, total length 65535", ipv4With(func(b []byte) { b[2], b[3] = 255, 255; seal(b) }), drop.MissingOctets},
		{"IPv6, payload length one more", ipv6With(func(b []byte) { b[5]++ }), drop.BadTotalLength},
		{"IPv6, payload length 65535", ipv6With(func(b []byte) { b[4], b[5] = 255, 255 }), drop.BadTotalLength},
	}
	seen := map[drop.Reason]bool{}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := load(test.in)
			if got := p.Parse(); got != test.want {
				t.Errorf("Parse(%x): got %v, want %v", test.in, got, test.want)
			}
			if !bytes.Equal(p.Buffer()[wire.Headroom:][:len(test.in)], test.in) {
				t.Error("Parse changed the bytes")
			}
		})
		seen[test.want] = true
	}
	for r := drop.Truncated; r <= drop.BadHeaderChecksum; r++ {
		if !seen[r] {
			t.Errorf("no test makes Parse say %v", r)
		}
	}
}

func badOption() []byte {
	b := ip4{ttl: 64, protocol: wire.ProtoUDP, options: []byte{1, 1, 1, 0}, payload: count(8)}.bytes()
	b[21] = 0
	return b
}

func TestParseIPv4(t *testing.T) {
	base := words{Len: 28, Version: 4, TTL: 64, Protocol: 17, Transport: 20, ProtocolField: 9}
	with := func(change func(w *words)) words { w := base; change(&w); return w }
	udp := ip4{ttl: 64, protocol: 17, payload: count(8)}
	change := func(f func(h *ip4)) []byte { h := udp; f(&h); return h.bytes() }
	tests := []struct {
		name string
		in   []byte
		want words
	}{
		{"plain", udp.bytes(), base},
		{"no payload", change(func(h *ip4) { h.payload = nil }), with(func(w *words) { w.Len = 20 })},
		{"padding of a link", append(udp.bytes(), 0, 0, 0), base},
		{"options", change(func(h *ip4) { h.options = []byte{7, 7, 4, 0, 0, 0, 0, 0} }),
			with(func(w *words) { w.Len, w.Transport = 36, 28 })},
		{"40 octets of options", change(func(h *ip4) { h.options = slices.Repeat([]byte{1}, 40) }),
			with(func(w *words) { w.Len, w.Transport = 68, 60 })},
		{"all fields", change(func(h *ip4) { h.tos, h.ttl, h.protocol, h.id = 0xff, 255, 1, 0xfedc }),
			with(func(w *words) { w.TOS, w.TTL, w.Protocol, w.FragmentID, w.ICMP = 0xff, 255, 1, 0xfedc, true })},
		{"TTL 0", change(func(h *ip4) { h.ttl = 0 }), with(func(w *words) { w.TTL = 0 })},
		{"DF", change(func(h *ip4) { h.flags = 0x4000 }), with(func(w *words) { w.DF = true })},
		{"the reserved flag", change(func(h *ip4) { h.flags = 0x8000 }), base},
		{"first fragment", change(func(h *ip4) { h.flags = 0x2000 }),
			with(func(w *words) { w.More, w.Fragment = true, true })},
		{"middle fragment", change(func(h *ip4) { h.flags = 0x2001 }),
			with(func(w *words) { w.More, w.Fragment, w.FragmentOffset = true, true, 8 })},
		{"last fragment", change(func(h *ip4) { h.flags = 0x1fff }),
			with(func(w *words) { w.Fragment, w.FragmentOffset = true, 65528 })},
		{"ICMPv6 in IPv4 is not ICMP", change(func(h *ip4) { h.protocol = 58 }), with(func(w *words) { w.Protocol = 58 })},
		{"59 in IPv4 is a protocol", change(func(h *ip4) { h.protocol = 59 }), with(func(w *words) { w.Protocol = 59 })},
		{"AH in IPv4 is not walked", change(func(h *ip4) { h.protocol = 51 }), with(func(w *words) { w.Protocol = 51 })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantWords(t, test.in, test.want) })
	}
}

// wantWords parses a packet and checks its words and addresses, twice, since
// the next node parses it again, and that no byte was written.
func wantWords(t *testing.T, in []byte, want words) {
	t.Helper()
	src, dst := ends(int(want.Version))
	p := load(in)
	before := slices.Clone(p.Buffer())
	for _, time := range []string{"first", "second"} {
		if got := p.Parse(); got != drop.Alive {
			t.Fatalf("%s Parse(%x): got %v, want %v", time, in, got, drop.Alive)
		}
		if got := wordsOf(p); got != want {
			t.Errorf("%s Parse(%x)\n got %+v\nwant %+v", time, in, got, want)
		}
		if p.Src != src || p.Dst != dst {
			t.Errorf("%s Parse: got %v > %v, want %v > %v", time, p.Src, p.Dst, src, dst)
		}
	}
	if !bytes.Equal(p.Buffer(), before) {
		t.Error("Parse wrote to the buffer")
	}
}

// TestParseForgets puts a plain packet where one with every word set was.
func TestParseForgets(t *testing.T) {
	first := ip6{next: 44, payload: unhex("3c 00 0001 00000001  11 01 0104 00000000")}.bytes()
	later := ip6{next: 44, payload: unhex("11 00 0009 00000001")}.bytes()
	for name, want := range map[string]words{
		"IPv4": {Len: 48, Version: 4, TTL: 64, Protocol: 17, Transport: 20, ProtocolField: 9},
		"IPv6": {Len: 68, Version: 6, TTL: 64, Protocol: 17, DF: true, Transport: 40, ProtocolField: 6},
	} {
		t.Run(name, func(t *testing.T) {
			in := families(count(28))[name]
			for _, before := range [][]byte{first, later} {
				p := parsed(t, before)
				p.Data = append(p.Data[:0], in...)
				p.Parse()
				if got := wordsOf(p); got != want {
					t.Errorf("after %x\n got %+v\nwant %+v", before, got, want)
				}
			}
		})
	}
}

// TestParseForgetsAll parses in a used packet and in a fresh one: no word is left
// of the use, those that nobody else sees among them, nor by what is no datagram.
func TestParseForgetsAll(t *testing.T) {
	inputs := [][]byte{
		ip6{next: 44, payload: unhex("3c 00 0009 00000001  11 01 0104 00000000")}.bytes(),
		ip6{next: 0, payload: unhex("3c ff")}.bytes(),
		ip6{next: 17, payload: count(8)}.bytes(),
		ip4{ttl: 64, protocol: wire.ProtoUDP, payload: count(8)}.bytes(),
		{0x90, 0, 0},
		{},
	}
	for _, before := range inputs {
		for _, in := range inputs {
			p := load(before)
			p.Parse()
			copy(p.Buffer()[wire.Headroom:], in)
			p.Data = p.Buffer()[wire.Headroom:][:len(in)]
			p.Parse()
			fresh := new(wire.Packet)
			fresh.Attach(p.Buffer())
			fresh.SetLen(len(in))
			fresh.Parse()
			if !reflect.DeepEqual(p, fresh) {
				t.Errorf("%x after %x: got %+v", in, before, wordsOf(p))
			}
		}
	}
}

func TestParseAllocates(t *testing.T) {
	for name, in := range families(count(64)) {
		t.Run(name, func(t *testing.T) {
			p := load(in)
			noAllocs(t, func() { p.Parse() })
		})
	}
}

// families returns a UDP packet in each family.
func families(payload []byte) map[string][]byte {
	return map[string][]byte{
		"IPv4": ip4{ttl: 64, protocol: wire.ProtoUDP, payload: payload}.bytes(),
		"IPv6": ip6{hop: 64, next: wire.ProtoUDP, payload: payload}.bytes(),
	}
}

// TestAttachForgets: a packet that gets a datagram, or a buffer, is as a new one.
func TestAttachForgets(t *testing.T) {
	for name, in := range families(count(64)) {
		for what, again := range map[string]func(p *wire.Packet, buf []byte){
			"Attach": func(p *wire.Packet, buf []byte) { p.Attach(buf) },
			"SetLen": func(p *wire.Packet, _ []byte) { p.SetLen(28) },
		} {
			used, fresh := load(in), new(wire.Packet)
			used.GSO = wire.GSO{Size: 1, HeaderLen: 2, ChecksumStart: 3, ChecksumOffset: 4}
			used.Parse()
			fresh.Attach(used.Buffer())
			again(used, used.Buffer())
			again(fresh, used.Buffer())
			if !reflect.DeepEqual(used, fresh) {
				t.Errorf("%s, %s: got %+v, want %+v", name, what, used, fresh)
			}
		}
	}
}
