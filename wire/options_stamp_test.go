package wire_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/wire"
)

// noon is a time of day: 0x02932e00 milliseconds since midnight.
const noon = 12 * 60 * 60 * 1000

// optionsOf is what gopacket reads of a packet's options, up to their end.
func optionsOf(ip *layers.IPv4) (all []byte) {
	for _, o := range ip.Options {
		all = append(all, o.OptionType)
		if o.OptionType > 1 {
			all = append(append(all, o.OptionLength), o.OptionData...)
		}
	}
	return append(all, ip.Padding...)
}

// TestStampOptions: what leaves, with the destination if that changes. ids in
// front of names are of the conformance cases.
func TestStampOptions(t *testing.T) {
	for _, c := range []struct {
		name, in string
		dst      netip.Addr
		want, to string // empty: as it was
	}{
		{"O4-01 record route", "070b04 00000000 00000000 00", dst4, "070b08 0a020001 00000000 00", ""},
		{"record route, last room", "070b08 01020304 00000000 00", dst4, "070b0c 01020304 0a020001 00", ""},
		{"record route, full", "070708 01020304 00", dst4, "", ""},
		{"record route, at fault", "070707 01020304 00", dst4, "", ""},
		{"record route of 9 addresses", "072704" + zeros(36) + "00", dst4, "072708 0a020001" + zeros(32) + "00", ""},
		{"record route, behind another option", "9e03ab 01 070704 00000000 00", dst4, "9e03ab 01 070708 0a020001 00", ""},
		{"O4-04 timestamp, flag 0", "44080500 00000000", dst4, "44080900 02932e00", ""},
		{"timestamp, flag 1", "44140501" + zeros(16), dst4, "44140d01 0a020001 02932e00 0000000000000000", ""},
		{"O4-06 timestamp, overflow", "440c0d11 01020304 05060708", dst4, "440c0d21 01020304 05060708", ""},
		{"timestamp, overflow to 15", "440809e0 01020304", dst4, "440809f0 01020304", ""},
		{"timestamp, overflow of 15", "440809f0 01020304", dst4, "", ""},
		{"O4-18 timestamp, flag 3, ingress", "440c0503 0a010001 00000000", dst4, "440c0d03 0a010001 02932e00", ""},
		{"timestamp, flag 3, another's, then ours", "44140503 0a010009 00000000 0a010001 00000000", dst4, "", ""},
		{"timestamp, flag 3, ours twice", "44140503 0a010001 00000000 0a020001 00000000", dst4, "44140d03 0a010001 02932e00 0a020001 00000000", ""},
		{"timestamp, flag 3, full", "440c0d03 0a010001 01020304", dst4, "", ""},
		{"O4-09 unknown", "9e04abcd", dst4, "", ""},
		{"O4-11 router alert", "94040000", dst4, "", ""},
		{"O4-15 octets after the end", "0101 00 07", dst4, "", ""},
		{"both", "01 070704 00000000 44080500 00000000", dst4, "01 070708 0a020001 44080900 02932e00", ""},
		{"O4-10 loose, our turn", "830704 0a020002 00", ingress4, "830708 0a020001 00", "10.2.0.2"},
		{"strict, our turn, two hops left", "890b04 0a020002 0a030001 00", ingress4, "890b08 0a020001 0a030001 00", "10.2.0.2"},
		{"loose, past our own addresses", "830f04 0a020001 0a010001 0a020002 00", ingress4, "830f10 0a020001 0a010001 0a020001 00", "10.2.0.2"},
		{"loose, our own addresses alone", "830704 0a020001 00", ingress4, "", ""},
		{"O4-10c loose, not our turn", "830704 0a020009 00", dst4, "", ""},
		{"O4-14 loose, exhausted", "830708 0a010007 00", ingress4, "", ""},
		{"not copied: 3", "030704 0a020002 00", ingress4, "", ""},
		{"route and record", "070704 00000000 830704 0a020002 0000", ingress4, "070708 0a020001 830708 0a020001 0000", "10.2.0.2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := packet4(t, c.in, c.dst)
			want := slices.Clone(p.Buffer())
			if c.want != "" {
				copy(want[wire.Headroom+20:], unhex(c.want))
			}
			if c.to != "" {
				c.dst = netip.MustParseAddr(c.to)
				copy(want[wire.Headroom+16:], c.dst.AsSlice())
			}
			end := wire.Headroom + len(p.Data)
			seal(want[wire.Headroom:end])
			p.StampOptions(wire.Stamp{Egress: egress4, Millis: noon, Own: router4, Follow: true})
			if !bytes.Equal(p.Buffer(), want) || p.Dst != c.dst {
				t.Errorf("\n got %x to %v\nwant %x to %v", p.Data, p.Dst, want[wire.Headroom:end], c.dst)
			}
			ip := gp4(t, p.Data)
			if got, want := optionsOf(ip), p.Options(); !bytes.Equal(got, want) || !ip.DstIP.Equal(c.dst.AsSlice()) {
				t.Errorf("gopacket reads %x to %v, want %x to %v", got, ip.DstIP, want, c.dst)
			}
		})
	}
}

func zeros(n int) string { return string(bytes.Repeat([]byte("00"), n)) }

// TestStampWithoutFollow: whoever does not follow leaves the route, and records nevertheless.
func TestStampWithoutFollow(t *testing.T) {
	p := packet4(t, "830704 0a020002 070704 00000000 0000", ingress4)
	p.StampOptions(wire.Stamp{Egress: egress4, Own: router4})
	if got, want := p.Options(), unhex("830704 0a020002 070708 0a020001 0000"); !bytes.Equal(got, want) || p.Dst != ingress4 {
		t.Errorf("got %x to %v, want %x to %v", got, p.Dst, want, ingress4)
	}
	gp4(t, p.Data)
}

// TestStampWithoutOptions: of a packet without options no byte is written, even
// where its payload looks like one.
func TestStampWithoutOptions(t *testing.T) {
	for name, in := range families(unhex("070704 00000000 00")) {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, in)
			p.StampOptions(wire.Stamp{Egress: egress4, Own: router4, Follow: true})
			if !bytes.Equal(p.Data, in) {
				t.Errorf("\n got %x\nwant %x", p.Data, in)
			}
		})
	}
}
