package wire_test

import (
	"bytes"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// owned is a node by its addresses.
type owned []netip.Addr

func (o owned) Own(a netip.Addr) bool { return slices.Contains(o, a) }

var (
	ingress4 = netip.MustParseAddr("10.1.0.1")
	egress4  = netip.MustParseAddr("10.2.0.1")
	router4  = owned{ingress4, egress4}
)

// packet4 is a parsed packet with options, for dst or, if that is not valid, for dst4.
func packet4(t testing.TB, options string, dst netip.Addr) *wire.Packet {
	t.Helper()
	b := ip4{ttl: 64, protocol: 17, id: 0x1234, options: unhex(options), payload: count(24)}.bytes()
	if dst.IsValid() {
		copy(b[16:], dst.AsSlice())
	}
	return parsed(t, seal(b))
}

// at is a fault of a field.
func at(pointer int) wire.Fault { return wire.Fault{Kind: wire.FaultField, Pointer: pointer} }

// TestInspectOptions: ids in front of names are of the conformance cases.
func TestInspectOptions(t *testing.T) {
	// An option begins behind a space: 7 with at least its length, or 68.
	records := regexp.MustCompile(`(^| )(01)*(07|44)[0-9a-f]{2}`)
	type sum = wire.OptionSummary
	next := netip.MustParseAddr("10.2.0.2")
	for _, c := range []struct {
		name, options string
		dst           netip.Addr
		want          sum
	}{
		{"O4-01 record route, room", "070b04 00000000 00000000 00", dst4, sum{Stamp: true}},
		{"record route, room at the end", "070b08 01020304 00000000 00", dst4, sum{Stamp: true}},
		{"record route, full", "070708 01020304 00", dst4, sum{}},
		{"record route, far beyond full", "0707ff 01020304 00", dst4, sum{}},
		{"record route, no data", "070304 00", dst4, sum{}},
		{"record route, partial room", "070a08 01020304 000000 0000", dst4, sum{Fault: at(22)}},
		{"record route, one octet of room", "070808 01020304 00", dst4, sum{Fault: at(22)}},
		{"record route, pointer 3", "070703 00000000 00", dst4, sum{Fault: at(22)}},
		{"record route, pointer 0, behind no-operations", "010101 070700 00000000 0000", dst4, sum{Fault: at(25)}},
		{"record route without a pointer", "0702 0000", dst4, sum{Fault: at(21)}},
		{"record route twice", "070704 00000000 070704 00000000 0000", dst4, sum{Stamp: true, Fault: at(27)}},

		{"O4-04 timestamp, flag 0", "44080500 00000000", dst4, sum{Stamp: true}},
		{"timestamp, flag 1", "440c0501 00000000 00000000", dst4, sum{Stamp: true}},
		{"O4-06 timestamp, full, overflow 1", "440c0d11 01020304 05060708", dst4, sum{Stamp: true}},
		{"timestamp, full, overflow 15", "440809f0 01020304", dst4, sum{Fault: at(23)}},
		{"timestamp, full, overflow 14", "440809e0 01020304", dst4, sum{Stamp: true}},
		{"O4-18 timestamp, flag 3, own", "440c0503 0a010001 00000000", dst4, sum{Stamp: true}},
		{"timestamp, flag 3, another's", "440c0503 0a010009 00000000", dst4, sum{}},
		{"timestamp, flag 3, full", "440c0df3 0a010001 01020304", dst4, sum{}},
		{"O4-20 timestamp, length 7", "44070500 000000 00", dst4, sum{Fault: at(22)}},
		{"timestamp, flag 1, room for the address alone", "44080501 00000000", dst4, sum{Fault: at(22)}},
		{"timestamp, flag 3, room for the address alone", "44080503 0a010001", dst4, sum{Fault: at(22)}},
		{"timestamp, pointer 4", "44080400 00000000", dst4, sum{Fault: at(22)}},
		{"timestamp, length 3", "440305 00", dst4, sum{Fault: at(21)}},
		{"timestamp, flag 2", "44080502 00000000", dst4, sum{Fault: at(23)}},
		{"timestamp, flag 15, full", "4408090f 01020304", dst4, sum{Fault: at(23)}},
		{"timestamp twice", "44080500 00000000 44080500 00000000", dst4, sum{Stamp: true, Fault: at(28)}},

		{"O4-08 length 0", "9e000000", dst4, sum{Fault: at(20)}},
		{"length 1", "9e010000", dst4, sum{Fault: at(20)}},
		{"O4-08b type without length", "01010144", dst4, sum{Fault: at(23)}},
		{"length beyond the header", "01 9e04 00", dst4, sum{Fault: at(21)}},
		{"O4-09 unknown", "9e04abcd", dst4, sum{}},
		{"unknown twice", "9e02 9e02", dst4, sum{}},
		{"O4-09b ZSU", "0a040900", dst4, sum{}},
		{"not quite a source route: 3 and 9", "030700 00000000 090700 00000000 0000", dst4, sum{}},
		{"O4-11 router alert", "94040000", dst4, sum{RouterAlert: true}},
		{"router alert of any value and length", "94031294 02010101", dst4, sum{RouterAlert: true}},
		{"O4-15 no-operations, end", "01010000", dst4, sum{}},
		{"nothing is read after the end", "00 070200 44000000", dst4, sum{}},

		{"O4-10 loose, our turn", "830704 0a020002 00", ingress4, sum{SourceRoute: wire.LooseSourceRoute, Next: next}},
		{"strict, our turn", "890704 0a020002 00", egress4, sum{SourceRoute: wire.StrictSourceRoute, Next: next}},
		{"loose, past our own addresses", "830f04 0a020001 0a010001 0a020002 00", ingress4, sum{SourceRoute: wire.LooseSourceRoute, Next: next}},
		{"loose, our own addresses alone", "830b04 0a020001 0a010001 00", ingress4, sum{SourceRoute: wire.LooseSourceRoute, Exhausted: true}},
		{"O4-10c loose, not our turn", "830704 0a020009 00", dst4, sum{SourceRoute: wire.LooseSourceRoute}},
		{"O4-23 strict, not our turn", "890704 0a020009 00", dst4, sum{SourceRoute: wire.StrictSourceRoute}},
		{"O4-14 loose, exhausted", "830708 0a010007 00", ingress4, sum{SourceRoute: wire.LooseSourceRoute, Exhausted: true}},
		{"loose, pointer 3", "830703 0a010007 00", dst4, sum{SourceRoute: wire.LooseSourceRoute, Fault: at(22)}},
		{"loose, partial room", "830906 0a010007 0000 000000", dst4, sum{SourceRoute: wire.LooseSourceRoute}},
		{"loose, partial room at the pointer", "830908 0a010007 0000 000000", dst4, sum{SourceRoute: wire.LooseSourceRoute, Fault: at(22)}},
		{"strict without a pointer", "8902 0000", dst4, sum{SourceRoute: wire.StrictSourceRoute, Fault: at(21)}},
		{"loose and strict", "830708 0a010007 890708 0a010007 0000", dst4, sum{SourceRoute: wire.LooseSourceRoute, Exhausted: true, Fault: at(27)}},
		{"strict twice", "890708 0a010007 01 890708 0a010007 00", dst4, sum{SourceRoute: wire.StrictSourceRoute, Exhausted: true, Fault: at(28)}},
		{"all at once", "94040000 070704 00000000 830708 0a010007 44080500 00000000 0000", dst4,
			sum{SourceRoute: wire.LooseSourceRoute, Exhausted: true, RouterAlert: true, Stamp: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := packet4(t, c.options, c.dst)
			before := slices.Clone(p.Buffer())
			c.want.Records = records.MatchString(c.options) && !strings.HasPrefix(c.options, "00")
			if got := p.InspectOptions(router4); got != c.want {
				t.Errorf("%s\n got %+v\nwant %+v", c.options, got, c.want)
			}
			if !bytes.Equal(p.Buffer(), before) {
				t.Error("InspectOptions wrote to the buffer")
			}
		})
	}
}

// TestOptions: whose octets are the options, and that none are found elsewhere.
func TestOptions(t *testing.T) {
	with := ip4{ttl: 64, protocol: 6, options: unhex("94040000"), payload: count(9)}.bytes()
	for name, c := range map[string]struct {
		b, want []byte
	}{
		"IPv4 without": {families(count(9))["IPv4"], nil},
		"IPv6":         {families(count(9))["IPv6"], nil},
		"IPv4 with":    {with, unhex("94040000")},
	} {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, c.b)
			if got := p.Options(); !bytes.Equal(got, c.want) || p.HasOptions() != (c.want != nil) {
				t.Errorf("got %x, HasOptions %v, want %x", got, p.HasOptions(), c.want)
			}
			if got := p.InspectOptions(router4); c.want == nil && got != (wire.OptionSummary{}) {
				t.Errorf("got %+v, want nothing", got)
			}
		})
	}
	for _, n := range []int{0, 19, 20, 22} {
		p := parsed(t, with)
		p.Data = p.Data[:n]
		if got, want := p.Options(), with[min(n, 20):n]; !bytes.Equal(got, want) {
			t.Errorf("cut to %d octets: got %x, want %x", n, got, want)
		}
	}
}

// TestOptionsAllocate: no function of options allocates.
func TestOptionsAllocate(t *testing.T) {
	const options = "070704 00000000 830704 0a020009 440c0501 00000000 00000000 00 00"
	s := wire.Stamp{Egress: egress4, Millis: 1, Own: router4, Follow: true}
	in := packet4(t, options, ingress4)
	p := packet4(t, options, ingress4)
	var own wire.Owner = router4
	b := make([]byte, 100)
	noAllocs(t, func() {
		copy(p.Data, in.Data)
		p.Parse()
		if o := p.InspectOptions(own); !o.Stamp || !o.Next.IsValid() || o.Fault != (wire.Fault{}) {
			t.Errorf("got %+v", o)
		}
		p.StampOptions(s)
		var out [wire.MaxOptions]byte
		n, to := p.ReplyOptions(out[:], s)
		wire.PutIPv4(b, wire.HeaderIPv4{TTL: 64, Protocol: 1, Src: egress4, Dst: to, Options: out[:n]})
		n, to = p.ErrorOptions(out[:], own)
		wire.PutIPv4(b, wire.HeaderIPv4{TTL: 64, Protocol: 1, Src: egress4, Dst: to, Options: out[:n]})
	})
}
