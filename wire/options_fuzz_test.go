package wire_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// FuzzOptions: nothing panics, no byte is written by a look, what is written is
// what a naive twin writes, and what leaves is read by gopacket with a
// valid checksum.
func FuzzOptions(f *testing.F) {
	for _, options := range []string{
		"", "01010144", "9e000000", "9e04abcd", "94040000 0007", "070b04 00000000 00000000 00", "070a08 01020304 000000 0000",
		"440c0501 00000000 00000000", "440809e0 01020304", "440809f0 01020304", "440c0503 0a010001 00000000", "44070500 000000 00",
		"830704 0a020002 00", "890b04 0a020001 0a020002 00", "830708 0a010007 070704 00000000 0000", "830f0c 01010101 02020202 0a020002 00",
	} {
		f.Add(unhex(options), true, true)
		f.Add(unhex(options), false, false)
	}
	f.Fuzz(func(t *testing.T, options []byte, ours, follow bool) {
		options = options[:min(len(options), wire.MaxOptions)&^3]
		in := ip4{ttl: 64, protocol: 17, options: options, payload: count(24)}.bytes()
		if ours {
			copy(in[16:], ingress4.AsSlice())
		}
		seal(in)
		s := wire.Stamp{Egress: egress4, Millis: noon, Own: router4, Follow: follow}
		p := parsed(t, in)
		o := p.InspectOptions(router4)
		back(t, p, s, o)
		if !bytes.Equal(p.Data, in) {
			t.Fatalf("a look at %x left %x", in, p.Data)
		}
		want, ok := naiveStamp(slices.Clone(in), s)
		if fault := o.Fault != (wire.Fault{}); fault == ok {
			t.Fatalf("options %x: got %+v, the twin finds them right: %v", options, o, ok)
		}
		p.StampOptions(s) // of options at fault it is only known that nothing panics
		if o.Fault == (wire.Fault{}) {
			stamped(t, p, o, in, want, follow)
			return
		}
		if o.Fault.Kind != wire.FaultField || o.Fault.Pointer < 20 || o.Fault.Pointer >= 20+len(options) {
			t.Errorf("options %x: got %+v, want a pointer into them", options, o)
		}
		if got := p.Parse(); got != drop.Alive {
			t.Errorf("options %x at fault: what leaves is %v, want %v", options, got, drop.Alive)
		}
	})
}

// stamped judges what becomes of a packet whose options are right.
func stamped(t *testing.T, p *wire.Packet, o wire.OptionSummary, in, want []byte, follow bool) {
	if !bytes.Equal(p.Data, want) {
		t.Errorf("options %x\n got %x\nwant %x", in[20:], p.Data, want)
	}
	ip := gp4(t, p.Data)
	if !ip.DstIP.Equal(p.Dst.AsSlice()) {
		t.Errorf("options %x: got destination %v, gopacket reads %v", in[20:], p.Dst, ip.DstIP)
	}
	moved := follow && o.Next.IsValid()
	if got, want := !bytes.Equal(in, p.Data), o.Stamp || moved; got != want {
		t.Errorf("options %x: summary %+v, and then %x", in[20:], o, p.Options())
	}
	if moved && p.Dst != o.Next {
		t.Errorf("options %x: got destination %v, want %v", in[20:], p.Dst, o.Next)
	}
}

// back judges the options of replies and errors.
func back(t *testing.T, p *wire.Packet, s wire.Stamp, o wire.OptionSummary) {
	out := bytes.Repeat([]byte{dirt}, wire.MaxOptions)
	n, to := p.ErrorOptions(out, router4)
	put(t, out[:n], to)
	n, to = p.ReplyOptions(out, s)
	if o.Fault != (wire.Fault{}) {
		return
	}
	put(t, out[:n], to)
	if !s.Follow && to != p.Src {
		t.Errorf("options %x: got a reply to %v, want it to %v", p.Options(), to, p.Src)
	}
}

// naiveStamp stamps a datagram the naive way, option by option as gopacket reads
// them, and says whether they are right (RFC 791 §3.1).
func naiveStamp(b []byte, s wire.Stamp) ([]byte, bool) {
	var ip layers.IPv4
	if ip.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
		return nil, false
	}
	seen := map[byte]bool{}
	for _, o := range ip.Options {
		kind := o.OptionType
		if kind == 137 {
			kind = 131
		}
		if kind != 7 && kind != 68 && kind != 131 {
			continue
		}
		fixed := map[byte]int{7: 1, 131: 1, 68: 2}[kind]
		if seen[kind] || len(o.OptionData) < fixed || int(o.OptionData[0]) < 3+fixed {
			return nil, false
		}
		seen[kind] = true
		var rest []byte // what the pointer leaves
		if skip := int(o.OptionData[0]) - 3; skip < len(o.OptionData) {
			rest = o.OptionData[skip:] // gopacket does not copy: this is a part of b
		}
		right := true
		switch kind {
		case 7:
			right = naivePut(o, rest, s.Egress.AsSlice())
		case 131:
			right = naiveRoute(b, o, rest, s)
		case 68:
			right = naiveTime(o, rest, s)
		}
		if !right {
			return nil, false
		}
	}
	return seal(b), true
}

// naivePut puts a record where there is room, and is content where there is none at all.
func naivePut(o layers.IPv4Option, rest, record []byte) bool {
	if len(rest) >= len(record) {
		copy(rest, record)
		o.OptionData[0] += byte(len(record))
	}
	return len(rest) == 0 || len(rest) >= len(record)
}

func naiveTime(o layers.IPv4Option, rest []byte, s wire.Stamp) bool {
	now := binary.BigEndian.AppendUint32(nil, s.Millis)
	overflow, flag := o.OptionData[1]>>4, o.OptionData[1]&15
	switch {
	case flag == 3 && len(rest) >= 8 && !bytes.Equal(rest[:4], ingress4.AsSlice()) && !bytes.Equal(rest[:4], egress4.AsSlice()):
		return true
	case flag == 3 && len(rest) >= 8:
		return naivePut(o, rest, append(slices.Clone(rest[:4]), now...))
	case flag == 3:
		return len(rest) == 0
	case flag > 1:
		return false
	case len(rest) == 0:
		o.OptionData[1] += 16
		return overflow < 15
	case flag == 1:
		return naivePut(o, rest, append(s.Egress.AsSlice(), now...))
	}
	return naivePut(o, rest, now)
}

func naiveRoute(b []byte, o layers.IPv4Option, rest []byte, s wire.Stamp) bool {
	if len(rest) > 0 && len(rest) < 4 {
		return false
	}
	ours := func(a []byte) bool { return bytes.Equal(a, ingress4.AsSlice()) || bytes.Equal(a, egress4.AsSlice()) }
	if !s.Follow || !ours(b[16:20]) {
		return true
	}
	passed := 0
	for len(rest) >= 4 && ours(rest[:4]) {
		rest = rest[4:]
		passed += 4
	}
	if len(rest) < 4 {
		return true // nobody else is left
	}
	copy(b[16:20], rest)
	copy(rest, s.Egress.AsSlice())
	o.OptionData[0] += byte(passed + 4)
	return true
}
