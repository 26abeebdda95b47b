package wire_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// reassemble is the naive twin: the header that WholeHeader writes, and the
// fragments' payloads where their words say, in any order.
func reassemble(fragments []*wire.Packet) []byte {
	var first *wire.Packet
	end := 0
	for _, f := range fragments {
		if f.FragmentOffset == 0 {
			first = f
		}
		end = max(end, f.FragmentOffset+len(f.FragmentPayload()))
	}
	n := first.WholeHeaderLen()
	whole := slices.Repeat([]byte{dirt}, n+end)
	first.WholeHeader(whole[:n], end)
	for _, f := range fragments {
		copy(whole[n+f.FragmentOffset:], f.FragmentPayload())
	}
	return whole
}

// TestWholeHeader: what was cut and is put together again is what it was, octet
// for octet.
func TestWholeHeader(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 500 {
		all, _ := options(random)
		payload := count(1400 + random.IntN(3000))
		for name, in := range map[string][]byte{
			"IPv4":               ip4{tos: 4, ttl: 64, protocol: 17, id: 0xbeef, options: all, payload: payload}.bytes(),
			"IPv4, reserved bit": ip4{ttl: 64, protocol: 17, flags: 0x8000, payload: payload}.bytes(),
			"IPv6":               ip6{class: 4, hop: 64, next: 58, payload: payload}.bytes(),
		} {
			fragments := cut(t, parsed(t, in), 1280, 1)
			random.Shuffle(len(fragments), func(i, j int) { fragments[i], fragments[j] = fragments[j], fragments[i] })
			if got := reassemble(fragments); !bytes.Equal(got, in) {
				t.Fatalf("%s, %d fragments\n got %x\nwant %x", name, len(fragments), got[:64], in[:64])
			}
		}
	}
}

// TestWholeHeaderBehindExtensions: the headers before the fragment header stay,
// and the last of them names what followed it. IPv4 has options, see TestWholeHeader.
func TestWholeHeaderBehindExtensions(t *testing.T) {
	const hop, hopToUDP = "2c 00 0104 00000000", "11 00 0104 00000000"
	for _, test := range []struct {
		name        string
		next        byte
		in          string
		wantNext    byte
		want        string
		wantPayload int
	}{
		{"fragment alone", 44, "11 a5 0001 00000001", 17, "", 16},
		{"hop-by-hop", 0, hop + "11 00 0001 00000001", 0, hopToUDP, 16},
		{"destination options are fragmentable", 44, "3c 00 0001 00000001" + hopToUDP, 60, "", 24},
		{"an atomic fragment before", 44, "2c 00 0000 00000009" + "11 00 0001 00000001", 44, "11 00 0000 00000009", 16},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := parsed(t, ip6{hop: 64, next: test.next, payload: append(unhex(test.in), count(16)...)}.bytes())
			if got := len(p.FragmentPayload()); got != test.wantPayload {
				t.Errorf("fragment payload: got %d octets, want %d", got, test.wantPayload)
			}
			got := slices.Repeat([]byte{dirt}, p.WholeHeaderLen())
			p.WholeHeader(got, 1000)
			want := ip6{hop: 64, next: test.wantNext, payload: append(unhex(test.want), make([]byte, 1000)...)}.bytes()
			if !bytes.Equal(got, want[:len(want)-1000]) {
				t.Errorf("\n got %x\nwant %x", got, want[:len(want)-1000])
			}
		})
	}
}

func TestMaxFragmentEnd(t *testing.T) {
	for name, test := range map[string]struct {
		in   []byte
		want int
	}{
		"IPv4":             {ip4{flags: 0x2000, payload: count(8)}.bytes(), 65515},
		"IPv4, options":    {ip4{flags: 0x2000, options: make([]byte, 40), payload: count(8)}.bytes(), 65475},
		"IPv6":             {ip6{next: 44, payload: unhex("11 00 0001 00000001")}.bytes(), 65535},
		"IPv6, hop-by-hop": {ip6{payload: unhex("2c 00 0104 00000000 11 00 0001 00000001")}.bytes(), 65527},
	} {
		p := parsed(t, test.in)
		if got := p.MaxFragmentEnd(); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
			continue
		}
		header := make([]byte, p.WholeHeaderLen())
		p.WholeHeader(header, test.want)
		whole := load(append(header, make([]byte, test.want)...))
		if reason := whole.Parse(); reason != 0 || len(whole.Data) != len(header)+test.want {
			t.Errorf("%s: the longest whole: got %v, %d octets, want alive, %d", name, reason, len(whole.Data), len(header)+test.want)
		}
	}
}

// TestFragmentKey: IPv4 tells datagrams apart by protocol too, IPv6 does not.
func TestFragmentKey(t *testing.T) {
	v4 := func(protocol byte, id uint16) wire.FragmentKey {
		return parsed(t, ip4{protocol: protocol, id: id, flags: 0x2000}.bytes()).FragmentKey()
	}
	v6 := func(next byte, id byte) wire.FragmentKey {
		return parsed(t, ip6{next: 44, payload: []byte{next, 0, 0, 9, 1, 2, 3, id}}.bytes()).FragmentKey()
	}
	for _, test := range []struct {
		name string
		a, b wire.FragmentKey
		same bool
	}{
		{"IPv4", v4(17, 1), v4(17, 1), true},
		{"IPv4, other protocol", v4(17, 1), v4(6, 1), false},
		{"IPv4, other identification", v4(17, 1), v4(17, 2), false},
		{"IPv6", v6(17, 1), v6(17, 1), true},
		{"IPv6, other next header", v6(17, 1), v6(6, 1), true},
		{"IPv6, other identification", v6(17, 1), v6(17, 2), false},
		{"other family", v4(17, 1), v6(17, 1), false},
	} {
		if got := test.a == test.b; got != test.same {
			t.Errorf("%s: %+v and %+v: got same %v, want %v", test.name, test.a, test.b, got, test.same)
		}
	}
	if got, want := v6(17, 4), (wire.FragmentKey{Src: src6, Dst: dst6, ID: 0x01020304}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
