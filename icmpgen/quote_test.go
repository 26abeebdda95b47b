package icmpgen

import (
	"bytes"
	"testing"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// TestQuoteSetting: no more is quoted than the settings say of what follows the IP headers, as gopacket reads it, and
// never less than 8 octets in IPv4 (RFC 792), nor more than has room.
func TestQuoteSetting(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, most := range []int{0, 1, 8, 9, 100, 548, 1000, 70000} {
			for _, length := range []int{0, 7, 8, 9, 200, 1500, 9000} {
				for _, way := range []int{f.smallest, 1500} {
					in := f.from(253, count(length)).bytes(t)
					s := f.spec(TTLExceeded)
					s.MaxLen, s.Quote, s.Quote6 = way, most, 3
					if !f.v4() {
						s.Quote, s.Quote6 = 3, most
					}
					n := min(len(in), f.longest-f.header-8, way-f.header-8)
					if most > 0 {
						n = min(n, f.header+most)
					}
					if f.v4() {
						n = max(n, min(len(in), f.header+8))
					}
					if got := read(t, build(t, s, parsed(t, in)).Data); !bytes.Equal(got.Data, in[:n]) {
						t.Errorf("%d of %d octets, way %d: got a quote of %d octets, want the first %d", most, len(in), way, len(got.Data), n)
					}
				}
			}
		}
	})
}

// TestQuoteSettingHeaders: options and extension headers are quoted beside it.
func TestQuoteSettingHeaders(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		d, n := f.from(wire.ProtoUDP, udp(30)), 28+8
		if f.v4() {
			d.options = []layers.IPv4Option{{OptionType: 7, OptionLength: 7, OptionData: []byte{4, 0, 0, 0, 0}}}
		} else {
			d.protocol, d.payload, n = 0, append(unhex("11 00 0104 00000000"), udp(30)...), 48+8
		}
		in, s := d.bytes(t), f.spec(PortUnreachable)
		s.Quote, s.Quote6 = 8, 8
		if got := read(t, build(t, s, parsed(t, in)).Data); !bytes.Equal(got.Data, in[:n]) {
			t.Errorf("\n got %x\nwant %x", got.Data, in[:n])
		}
	})
}

// TestQuoteSettingMultipart: what is not quoted is zero up to where extensions begin (RFC 4884 §4).
func TestQuoteSettingMultipart(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		in, s := f.from(253, count(300)).bytes(t), f.spec(TTLExceeded)
		s.Quote, s.Quote6, s.Extensions = 16, 16, objects(f)
		quote, extensions := multipartOf(t, f, build(t, s, parsed(t, in)).Data)
		want := append(bytes.Clone(in[:f.header+16]), make([]byte, 128-f.header-16)...)
		if !bytes.Equal(quote, want) || len(extensions) != 5 {
			t.Errorf("%d extensions, quote\n got %x\nwant %x", len(extensions), quote, want)
		}
	})
}
