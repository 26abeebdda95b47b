package wire_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// cut returns the fragments of a packet, each in its own dirty buffer, none
// longer than mtu.
func cut(t testing.TB, p *wire.Packet, mtu int, id uint32) (fragments []*wire.Packet) {
	t.Helper()
	before := slices.Clone(p.Data)
	for f := p.Fragments(mtu, id); f.More(); {
		q := lend()
		f.Next(q)
		if len(q.Data) > mtu || len(q.Data) == 0 {
			t.Fatalf("fragment %d: got %d octets, want 1 to %d", len(fragments), len(q.Data), mtu)
		}
		fragments = append(fragments, q)
	}
	if !bytes.Equal(p.Data, before) {
		t.Error("Fragments changed the packet")
	}
	return fragments
}

// twin puts fragments together by writing each octet where gopacket says that
// it belongs, and never twice.
type twin struct {
	octets map[int]byte
	end    int // known when the last fragment came
}

func (w *twin) add(t testing.TB, offset int, more bool, payload []byte) {
	t.Helper()
	for i, octet := range payload {
		if _, twice := w.octets[offset+i]; twice {
			t.Fatalf("octet %d came twice", offset+i)
		}
		w.octets[offset+i] = octet
	}
	if more && len(payload)%8 != 0 {
		t.Fatalf("fragment at %d: got %d octets and MF, want a multiple of 8", offset, len(payload))
	}
	if !more {
		w.end = offset + len(payload)
	}
}

// whole returns the octets from start on, and whether the last fragment came.
func (w *twin) whole(t testing.TB, start int) (b []byte, ended bool) {
	t.Helper()
	for i := range len(w.octets) {
		octet, here := w.octets[start+i]
		if !here {
			t.Fatalf("octet %d is missing", start+i)
		}
		b = append(b, octet)
	}
	return b, w.end == start+len(b)
}

// options returns some random options, and those that each fragment carries.
func options(random *rand.Rand) (all, copied []byte) {
	for random.IntN(3) != 0 {
		kind := byte(random.Uint32()) | 2 // neither end nor no-operation
		option := append([]byte{kind, byte(2 + random.IntN(9))}, count(9)...)
		option = option[:option[1]]
		if random.IntN(4) == 0 {
			option = []byte{1}
		}
		if len(all)+len(option) > 40 {
			break
		}
		all = append(all, option...)
		if option[0]&0x80 != 0 {
			copied = append(copied, option...)
		}
	}
	pad := func(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
	return pad(all), pad(copied)
}

// TestFragmentsIPv4 cuts random datagrams and fragments, and cuts what comes
// out again. gopacket reads, the twin puts together.
func TestFragmentsIPv4(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		all, copied := options(random)
		in := ip4{
			tos: byte(random.Uint32()), ttl: 1 + byte(random.Uint32N(255)), protocol: byte(random.Uint32()),
			id: uint16(random.Uint32()), flags: uint16(random.IntN(2)) << 15,
			options: all, payload: count(1 + random.IntN(4000)),
		}
		if random.IntN(2) == 0 {
			in.flags |= 0x2000 // a fragment to be cut again
			in.payload = in.payload[:len(in.payload)&^7]
		}
		if random.IntN(2) == 0 {
			in.flags |= uint16(random.IntN(7000))
		}
		if len(in.payload) == 0 {
			continue
		}
		p := parsed(t, in.bytes())
		once := cut(t, p, 68+random.IntN(1500), 0)
		checkIPv4(t, in, all, copied, once)
		if len(once) > 3 {
			again := slices.Concat(once[:1], cut(t, once[1], 68+random.IntN(100), 0), once[2:])
			checkIPv4(t, in, all, copied, again)
		}
	}
}

func checkIPv4(t *testing.T, in ip4, all, copied []byte, fragments []*wire.Packet) {
	t.Helper()
	start, more := int(in.flags&0x1fff)*8, in.flags&0x2000 != 0
	w := twin{octets: map[int]byte{}}
	for i, fragment := range fragments {
		ip := gp4(t, fragment.Data)
		w.add(t, int(ip.FragOffset)*8, ip.Flags&layers.IPv4MoreFragments != 0, ip.Payload)
		want := copied
		if i == 0 {
			want = all
		}
		if got := fragment.Data[20 : ip.IHL*4]; !bytes.Equal(got, want) {
			t.Fatalf("options of fragment %d of %x: got %x, want %x", i, all, got, want)
		}
		if ip.TOS != in.tos || ip.TTL != in.ttl || uint8(ip.Protocol) != in.protocol || ip.Id != in.id ||
			ip.Flags&layers.IPv4EvilBit != layers.IPv4Flag(in.flags>>13)&layers.IPv4EvilBit {
			t.Fatalf("fragment %d: got %+v, want the fields of %+v", i, ip, in)
		}
		if fragment.FragmentOffset != int(ip.FragOffset)*8 || fragment.Transport != int(ip.IHL)*4 {
			t.Fatalf("fragment %d: its words are not parsed: %+v", i, wordsOf(fragment))
		}
	}
	payload, ended := w.whole(t, start)
	if !bytes.Equal(payload, in.payload) || ended == more {
		t.Fatalf("put together: got %d octets, ended %v, want %d octets, ended %v", len(payload), ended, len(in.payload), !more)
	}
}

// TestFragmentsFew meets every length around what fits: all but the last
// fragment are as full as units of 8 octets allow, and the last one is last.
func TestFragmentsFew(t *testing.T) {
	for name, test := range map[string]struct {
		least, from int
		in          func(payload []byte) []byte
	}{
		"IPv4": {68, 1, func(b []byte) []byte { return ip4{protocol: 17, ttl: 9, payload: b}.bytes() }},
		"IPv6": {1280, 2400, func(b []byte) []byte { return ip6{next: 17, hop: 9, payload: b}.bytes() }},
	} {
		t.Run(name, func(t *testing.T) {
			for n := test.from; n < test.from+160; n++ {
				for mtu := test.least; mtu < test.least+9; mtu++ {
					fragments, left := cut(t, parsed(t, test.in(count(n))), mtu, 7), n
					for i, f := range fragments {
						header := len(f.Data) - len(f.FragmentPayload())
						want := (mtu - header) / 8 * 8
						if left <= mtu-header {
							want = left
						}
						left -= want
						if got := len(f.FragmentPayload()); got != want || f.More != (left > 0) {
							t.Fatalf("%d octets, MTU %d, fragment %d: got %d, more %v, want %d, %v", n, mtu, i, got, f.More, want, left > 0)
						}
					}
					if left != 0 {
						t.Fatalf("%d octets, MTU %d: %d octets did not come out", n, mtu, left)
					}
				}
			}
		})
	}
}

// TestFragmentsIPv6 cuts what a node originates, the longest too.
func TestFragmentsIPv6(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for i := range 500 {
		in := ip6{class: byte(random.Uint32()), next: 58, hop: 64, payload: count(1 + random.IntN(9000))}
		if i == 0 {
			in.payload = count(65535)
		}
		w := twin{octets: map[int]byte{}}
		for i, f := range cut(t, parsed(t, in.bytes()), 1280+random.IntN(500), 0xdeadbeef) {
			ip := gp6(t, f.Data)
			var fragment layers.IPv6Fragment
			if err := fragment.DecodeFromBytes(ip.Payload, &truncated{t}); err != nil {
				t.Fatalf("fragment %d: gopacket: %v", i, err)
			}
			w.add(t, int(fragment.FragmentOffset)*8, fragment.MoreFragments, fragment.Payload)
			if ip.TrafficClass != in.class || ip.FlowLabel != 0x12345 || ip.HopLimit != 64 || ip.NextHeader != 44 ||
				fragment.NextHeader != 58 || fragment.Identification != 0xdeadbeef || fragment.Reserved1 != 0 || fragment.Reserved2 != 0 {
				t.Fatalf("fragment %d: got %+v %+v", i, ip, fragment)
			}
		}
		if payload, ended := w.whole(t, 0); !bytes.Equal(payload, in.payload) || !ended {
			t.Fatalf("put together: got %d octets, ended %v, want %d octets, ended", len(payload), ended, len(in.payload))
		}
	}
}

// truncated fails when gopacket misses octets.
type truncated struct{ t *testing.T }

func (f *truncated) SetTruncated() { f.t.Helper(); f.t.Fatal("gopacket misses octets") }

// TestFragmentsMalformedOptions: what follows a malformed option is not copied,
// and nothing runs beyond the header. IPv6 has no such options.
func TestFragmentsMalformedOptions(t *testing.T) {
	for _, test := range []struct{ options, want string }{
		{"82 04 1234  83 00 1234", "82 04 1234"},    // length 0
		{"82 04 1234  83 01 1234", "82 04 1234"},    // length 1
		{"82 04 1234  83 05 1234", "82 04 1234"},    // beyond the header
		{"82 04 1234  01 01 01 83", "82 04 1234"},   // no length
		{"82 03 12 00  02 83 03 12", "82 03 12 00"}, // after the end
		{"01 82 03 12  44 04 1234", "82 03 12 00"},  // no-operation, not copied
		{"83 08 0000 0000 0000", "83 08 0000 0000 0000"},
		{"07 04 1234", ""},
	} {
		p := parsed(t, ip4{protocol: 17, options: unhex(test.options), payload: count(200)}.bytes())
		for i, f := range cut(t, p, 100, 0)[1:] {
			if got, want := f.Data[20:f.Transport], unhex(test.want); !bytes.Equal(got, want) {
				t.Errorf("options %s, fragment %d: got %x, want %x", test.options, i+1, got, want)
			}
		}
	}
}

// TestFragmentsBeyondEnd: a fragment that runs beyond octet 65535 is cut up to
// where an offset can still say so; none comes out at a wrong offset. IPv6 is
// cut by its originator alone, who has none.
func TestFragmentsBeyondEnd(t *testing.T) {
	for _, offset := range []int{65528, 65520, 65000, 64000} {
		p := parsed(t, ip4{protocol: 17, flags: uint16(offset / 8), payload: count(3000)}.bytes())
		next := offset
		for i, f := range cut(t, p, 576, 0) {
			ip := gp4(t, f.Data)
			if got := int(ip.FragOffset) * 8; got != next {
				t.Errorf("offset %d, fragment %d: got %d, want %d", offset, i, got, next)
			}
			next += len(ip.Payload)
		}
		if next <= 65528 {
			t.Errorf("offset %d: got octets up to %d, want at least 65528", offset, next)
		}
	}
}

func TestFragmentsAllocate(t *testing.T) {
	for name, in := range families(count(4000)) {
		t.Run(name, func(t *testing.T) {
			p, q := parsed(t, in), lend()
			noAllocs(t, func() {
				for f := p.Fragments(1280, 1); f.More(); {
					f.Next(q)
				}
			})
		})
	}
}
