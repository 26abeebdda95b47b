package wire_test

import (
	"bytes"
	"slices"
	"testing"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// FuzzParse: nothing panics, no byte is written, and of what is alive, gVisor's
// header says the same. gopacket cannot judge: it refuses an empty IPv6 packet.
func FuzzParse(f *testing.F) {
	for _, in := range families(count(20)) {
		f.Add(in, true)
		f.Add(in[:len(in)-1], true)
	}
	f.Add(ip4{ttl: 1, protocol: 1, options: unhex("07 07 04 00 00 00 00 00"), flags: 0x2000, payload: count(64)}.bytes(), true)
	f.Add(ip4{ttl: 1, protocol: 6, flags: 0x1fff, payload: count(64)}.bytes(), true)
	f.Add(ip6{next: 0, payload: unhex("2b 00 0104 00000000  2c 00 0000 00000000  3c 00 0001 deadbeef  11 00 0104 00000000")}.bytes(), true)
	f.Add(ip6{next: 44, payload: unhex("2c 00 0001 deadbeef  3a 00 0009 00000001  80 00")}.bytes(), true)
	f.Add(ip6{next: 51, payload: unhex("3a 04 0000 00000001")}.bytes(), true)
	f.Add(ip6{next: 59}.bytes(), true)
	f.Fuzz(func(t *testing.T, in []byte, sealed bool) {
		if len(in) > wire.MaxDatagram {
			return
		}
		if sealed && len(in) > 60 && in[0]>>4 == 4 {
			in = seal(slices.Clone(in)) // or the checksum would stop nearly all
		}
		p := load(in)
		reason := p.Parse()
		if !bytes.Equal(p.Buffer()[wire.Headroom:][:len(in)], in) {
			t.Fatal("Parse wrote to the buffer")
		}
		if reason != drop.Alive {
			return
		}
		p.TransportValid()
		p.FragmentKey()
		if got, want := bytes.HasSuffix(p.Data, p.Payload()), true; got != want {
			t.Errorf("payload %x is no end of %x", p.Payload(), p.Data)
		}
		if p.Version == wire.V4 {
			agree4(t, p)
		} else {
			agree6(t, p)
		}
		cutAgain(t, p)
	})
}

func agree4(t *testing.T, p *wire.Packet) {
	h := header.IPv4(p.Data)
	if !h.IsValid(len(p.Data)) || !h.IsChecksumValid() {
		t.Fatalf("gVisor refuses %x", p.Data)
	}
	tos, _ := h.TOS()
	want := words{
		Len: int(h.TotalLength()), Version: 4, TTL: h.TTL(), TOS: tos, Protocol: h.Protocol(),
		DF: h.Flags()&header.IPv4FlagDontFragment != 0, More: h.More(), FragmentOffset: int(h.FragmentOffset()),
		FragmentID: uint32(h.ID()), Transport: int(h.HeaderLength()), ProtocolField: 9,
		Fragment: h.More() || h.FragmentOffset() != 0, ICMP: h.Protocol() == 1,
	}
	if got := wordsOf(p); got != want {
		t.Errorf("%x\n   got %+v\ngVisor %+v", p.Data, got, want)
	}
	if !bytes.Equal(p.Src.AsSlice(), h.SourceAddressSlice()) || !bytes.Equal(p.Dst.AsSlice(), h.DestinationAddressSlice()) {
		t.Errorf("%x: got %v > %v", p.Data, p.Src, p.Dst)
	}
}

func agree6(t *testing.T, p *wire.Packet) {
	h := header.IPv6(p.Data)
	if !h.IsValid(len(p.Data)) {
		t.Fatalf("gVisor refuses %x", p.Data)
	}
	class, _ := h.TOS()
	if p.TOS != class || p.TTL != h.HopLimit() || len(p.Data) != 40+int(h.PayloadLength()) || !p.DF ||
		!bytes.Equal(p.Src.AsSlice(), h.SourceAddressSlice()) || !bytes.Equal(p.Dst.AsSlice(), h.DestinationAddressSlice()) {
		t.Errorf("%x: got %+v", p.Data, wordsOf(p))
	}
	if got, want := p.Data[p.ProtocolField], p.Protocol; got != want {
		t.Errorf("%x: at ProtocolField stands %d, want %d", p.Data, got, want)
	}
	chain(t, p, h)
}

// chain walks the extension headers with gVisor, which knows no AH, and takes
// one of RFC 4727's experimental numbers for an extension header.
func chain(t *testing.T, p *wire.Packet, h header.IPv6) {
	var fragment header.IPv6FragmentExtHdr
	it := header.MakeIPv6PayloadIterator(header.IPv6ExtensionHeaderIdentifier(h.NextHeader()), buffer.MakeWithData(h.Payload()))
	defer it.Release()
	for {
		next := it.NextHeaderIdentifier()
		if next == wire.ProtoAuth || next == header.IPv6ExperimentExtHdrIdentifier {
			return
		}
		h, done, err := it.Next()
		if f, ok := h.(header.IPv6FragmentExtHdr); ok && fragment.IsAtomic() {
			fragment = f // later ones are within it
		}
		raw, end := h.(header.IPv6RawPayloadHeader)
		if end {
			next, done = raw.Identifier, true
			if got, want := len(p.Payload()), int(raw.Buf.Size()); got != want {
				t.Fatalf("%x: got a payload of %d octets, gVisor %d", p.Data, got, want)
			}
		}
		if !done {
			continue
		}
		if p.Protocol != uint8(next) || p.Incomplete != (err != nil) {
			t.Fatalf("%x: got protocol %d, incomplete %v, gVisor %d, %v", p.Data, p.Protocol, p.Incomplete, next, err)
		}
		break
	}
	if got, want := p.FragmentOffset, int(fragment.FragmentOffset())*8; got != want || p.More != fragment.More() ||
		p.FragmentID != fragment.ID() {
		t.Errorf("%x: got %+v, gVisor offset %d, more %v, ID %#x", p.Data, wordsOf(p), want, fragment.More(), fragment.ID())
	}
}

// cutAgain cuts a packet at the smallest MTU; all octets come out. An IPv6
// packet is cut only by its originator, without extension headers.
func cutAgain(t *testing.T, p *wire.Packet) {
	mtu := 68
	if p.Version == wire.V6 {
		mtu = 1280
		if p.Transport != 40 {
			return
		}
	}
	if p.FragmentOffset+len(p.Payload()) > 65535 {
		return
	}
	var got []byte
	for _, f := range cut(t, p, mtu, 1) {
		if f.FragmentOffset != p.FragmentOffset+len(got) {
			t.Fatalf("%x: got a fragment at %d, want it at %d", p.Data, f.FragmentOffset, p.FragmentOffset+len(got))
		}
		got = slices.Concat(got, f.FragmentPayload())
	}
	if !bytes.Equal(got, p.Payload()) {
		t.Fatalf("%x: got %x of payload %x", p.Data, got, p.Payload())
	}
}
