package icmpgen

import (
	"net/netip"
	"testing"

	xnet "golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/icmprouter/icmprouter/wire"
)

// probe is an extended echo request as x/net writes it.
func (f family) probe(t testing.TB, local bool, identifications ...xnet.Extension) *wire.Packet {
	t.Helper()
	m := xnet.Message{Type: ipv4.ICMPTypeExtendedEchoRequest, Body: &xnet.ExtendedEchoRequest{ID: 0xbeef, Seq: 7, Local: local, Extensions: identifications}}
	var pseudo []byte
	if !f.v4() {
		m.Type = ipv6.ICMPTypeExtendedEchoRequest
		src, dst := netip.MustParseAddr(f.src), netip.MustParseAddr(f.own)
		pseudo = xnet.IPv6PseudoHeader(src.AsSlice(), dst.AsSlice())
	}
	b, err := m.Marshal(pseudo)
	if err != nil {
		t.Fatal(err)
	}
	d := f.from(f.icmp, b)
	d.dst = f.own
	return parsed(t, d.bytes(t))
}

func TestParseProbe(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		name := &xnet.InterfaceIdent{Class: 3, Type: 1, Name: "left"}
		odd := &xnet.InterfaceIdent{Class: 3, Type: 1, Name: "right"}
		index := &xnet.InterfaceIdent{Class: 3, Type: 2, Index: 0x01020304}
		four := &xnet.InterfaceIdent{Class: 3, Type: 3, AFI: 1, Addr: []byte{10, 1, 0, 1}}
		six := &xnet.InterfaceIdent{Class: 3, Type: 3, AFI: 2, Addr: netip.MustParseAddr("fe80::9").AsSlice()}
		mac := &xnet.InterfaceIdent{Class: 3, Type: 3, AFI: 16389, Addr: []byte{2, 0, 0, 0, 0, 1}}
		for _, test := range []struct {
			what   string
			local  bool
			object xnet.Extension
			name   string
			index  uint32
			addr   string
			code   ProbeCode
		}{
			{"a name", true, name, "left", 0, "", ProbeOK},
			{"a padded name", true, odd, "right", 0, "", ProbeOK},
			{"an index", true, index, "", 0x01020304, "", ProbeOK},
			{"an IPv4 address", true, four, "", 0, "10.1.0.1", ProbeOK},
			{"an IPv6 address", true, six, "", 0, "fe80::9", ProbeOK},
			{"a neighbor's IPv4 address", false, four, "", 0, "10.1.0.1", ProbeOK},
			{"a neighbor's MAC address", false, mac, "", 0, "", ProbeOK},
			{"a neighbor's name", false, name, "left", 0, "", ProbeMalformed},
			{"a neighbor's index", false, index, "", 0x01020304, "", ProbeMalformed},
			{"no name", true, &xnet.InterfaceIdent{Class: 3, Type: 1}, "", 0, "", ProbeMalformed},
			{"an IPv4 address of 16 octets", true, &xnet.InterfaceIdent{Class: 3, Type: 3, AFI: 1, Addr: make([]byte, 16)}, "", 0, "", ProbeMalformed},
			{"an unknown kind", true, &xnet.RawExtension{Data: unhex("0008 03 04 00000001")}, "", 0, "", ProbeMalformed},
			{"an address that is longer than its object", true, &xnet.RawExtension{Data: unhex("0008 03 03 0001 04 00")}, "", 0, "", ProbeMalformed},
			{"an index of 2 octets", true, &xnet.RawExtension{Data: unhex("0006 03 02 0001 0000")}, "", 0, "", ProbeMalformed},
			{"an object beyond the message", true, &xnet.RawExtension{Data: unhex("0010 03 01 6c656674")}, "", 0, "", ProbeMalformed},
			{"an object without room for itself", true, &xnet.RawExtension{Data: unhex("0000 03 02 00000001")}, "", 0, "", ProbeMalformed},
			{"another object alone", true, &xnet.RawExtension{Data: unhex("0008 02 08 00000001")}, "", 0, "", ProbeMalformed},
		} {
			p := f.probe(t, test.local, name)
			p = f.raw(t, p, test.local, test.object)
			got, code := ParseProbe(p)
			var addr string
			if got.Addr.IsValid() {
				addr = got.Addr.String()
			}
			if code != test.code || got.Local != test.local {
				t.Errorf("%s: got code %d, local %v, want %d, %v", test.what, code, got.Local, test.code, test.local)
			}
			if code == ProbeOK && (string(got.Name) != test.name || got.Index != test.index || addr != test.addr) {
				t.Errorf("%s: got %q, %d, %q, want %q, %d, %q", test.what, got.Name, got.Index, addr, test.name, test.index, test.addr)
			}
			if ReplyTo(p) != ExtendedEchoReply {
				t.Errorf("%s: got reply %v", test.what, ReplyTo(p))
			}
		}
	})
}

// raw is p with its objects replaced: x/net writes no malformed ones.
func (f family) raw(t testing.TB, p *wire.Packet, local bool, objects ...xnet.Extension) *wire.Packet {
	t.Helper()
	body := append([]byte{p.Payload()[0], 0, 0, 0, 0xbe, 0xef, 7, 0}, 0x20, 0, 0, 0)
	if local {
		body[7] = 1
	}
	for _, o := range objects {
		b, err := o.Marshal(f.icmp)
		if err != nil {
			t.Fatal(err)
		}
		body = append(body, b...)
	}
	d := f.from(f.icmp, body)
	d.dst = f.own
	return parsed(t, d.bytes(t))
}

// TestParseProbeStructure: one identification, of a valid structure (RFC 8335
// §4, RFC 4884 §7). Without a checksum it counts as valid.
func TestParseProbeStructure(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		index := &xnet.InterfaceIdent{Class: 3, Type: 2, Index: 2}
		other := &xnet.RawExtension{Data: unhex("0008 02 08 00000001")}
		base := f.probe(t, true, index)
		for _, test := range []struct {
			what string
			p    *wire.Packet
			want ProbeCode
		}{
			{"as x/net writes it", base, ProbeOK},
			{"no checksum", f.raw(t, base, true, index), ProbeOK},
			{"another object too", f.raw(t, base, true, other, index), ProbeOK},
			{"two identifications", f.raw(t, base, true, index, index), ProbeMalformed},
			{"none", f.raw(t, base, true), ProbeMalformed},
			{"no structure", parsed(t, f.from(f.icmp, base.Payload()[:8]).bytes(t)), ProbeMalformed},
			{"half a header", parsed(t, f.from(f.icmp, base.Payload()[:10]).bytes(t)), ProbeMalformed},
		} {
			if _, got := ParseProbe(test.p); got != test.want {
				t.Errorf("%s: got code %d, want %d", test.what, got, test.want)
			}
		}
		for at, value := range map[int]byte{8: 0x10, 10: 0x55, 19: 0xff} { // version, checksum, index
			p := f.probe(t, true, index)
			p.Payload()[at] = value
			if _, got := ParseProbe(p); got != ProbeMalformed {
				t.Errorf("octet %d is %#02x: got code %d, want %d", at, value, got, ProbeMalformed)
			}
		}
		tail := f.raw(t, base, true, index, &xnet.RawExtension{Data: unhex("00")})
		if _, got := ParseProbe(tail); got != ProbeMalformed {
			t.Errorf("an octet behind the object: got code %d, want %d", got, ProbeMalformed)
		}
		old := f.raw(t, base, true, index)
		old.Payload()[8] = 0x10
		if _, got := ParseProbe(old); got != ProbeMalformed {
			t.Errorf("version 1 without a checksum: got code %d, want %d", got, ProbeMalformed)
		}
	})
}

// TestProbeReply: as x/net reads it, in 8 octets (RFC 8335 §3). The first is what
// Linux 6.18 said of an interface, rest 0xbeef0707, but without the request's data.
func TestProbeReply(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		p := f.probe(t, true, &xnet.InterfaceIdent{Class: 3, Type: 2, Index: 2})
		for _, test := range []struct {
			answer ProbeAnswer
			code   int
			want   xnet.ExtendedEchoReply
		}{
			{ProbeAnswer{Active: true, IPv4: true, IPv6: true}, 0, xnet.ExtendedEchoReply{Active: true, IPv4: true, IPv6: true}},
			{ProbeAnswer{}, 0, xnet.ExtendedEchoReply{}},
			{ProbeAnswer{Active: true, IPv4: true}, 0, xnet.ExtendedEchoReply{Active: true, IPv4: true}},
			{ProbeAnswer{Active: true, IPv6: true}, 0, xnet.ExtendedEchoReply{Active: true, IPv6: true}},
			{ProbeAnswer{State: StateReachable}, 0, xnet.ExtendedEchoReply{State: 2}},
			{ProbeAnswer{State: StateFailed}, 0, xnet.ExtendedEchoReply{State: 6}},
			{ProbeAnswer{Code: ProbeMalformed, Active: true, IPv4: true, IPv6: true, State: StateStale}, 1, xnet.ExtendedEchoReply{}},
			{ProbeAnswer{Code: ProbeNoInterface}, 2, xnet.ExtendedEchoReply{}},
			{ProbeAnswer{Code: ProbeNoTableEntry}, 3, xnet.ExtendedEchoReply{}},
			{ProbeAnswer{Code: ProbeMultiple}, 4, xnet.ExtendedEchoReply{}},
		} {
			s := f.spec(ExtendedEchoReply)
			s.Probe = test.answer
			if !s.Permitted(p) {
				t.Fatal("Permitted: got false, want true")
			}
			q := build(t, s, p)
			read(t, q.Data)
			m, err := xnet.ParseMessage(f.icmp, q.Payload())
			if err != nil {
				t.Fatal(err)
			}
			test.want.ID, test.want.Seq = 0xbeef, 7
			if got := *m.Body.(*xnet.ExtendedEchoReply); got != test.want || m.Code != test.code || len(q.Payload()) != 8 {
				t.Errorf("%+v: got code %d, %+v in %d octets, want code %d, %+v in 8", test.answer, m.Code, got, len(q.Payload()), test.code, test.want)
			}
		}
	})
}
