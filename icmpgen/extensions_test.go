package icmpgen

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"testing"

	xnet "golang.org/x/net/icmp"

	"github.com/icmprouter/icmprouter/wire"
)

// objects are one of each kind, with all that each can hold.
func objects(f family) []Object {
	return []Object{
		{Class: ClassInterface, Role: RoleIncoming, Index: 7, Addr: netip.MustParseAddr(f.own), Name: "left", MTU: 1500},
		{Class: ClassInterface, Role: RoleSubIP, Index: 8},
		{Class: ClassInterface, Role: RoleOutgoing, Name: strings.Repeat("n", 70), MTU: 1300},
		{Class: ClassInterface, Role: RoleNextHop, Addr: netip.MustParseAddr(f.dst)},
		{Class: ClassLabelStack, Labels: []Label{{Label: 0xfffff, TC: 5, TTL: 63}, {Label: 16, TTL: 1}}},
	}
}

// multipartOf reads the quote and the extensions of an error with x/net/icmp,
// which looks at the version and at the checksum of the structure.
func multipartOf(t *testing.T, f family, b []byte) (quote []byte, extensions []xnet.Extension) {
	t.Helper()
	read(t, b)
	m, err := xnet.ParseMessage(f.icmp, b[f.header:])
	if err != nil {
		t.Fatalf("x/net on %x: %v", b, err)
	}
	switch body := m.Body.(type) {
	case *xnet.DstUnreach:
		return body.Data, body.Extensions
	case *xnet.TimeExceeded:
		return body.Data, body.Extensions
	case *xnet.ParamProb:
		return body.Data, body.Extensions
	}
	t.Fatalf("x/net on %x: got a %T", b, m.Body)
	return nil, nil
}

// TestMultipart: the original datagram has 128 octets, cut or padded with zeros,
// and its length stands in words of the family's size (RFC 4884 §3, §4).
func TestMultipart(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, length := range []int{f.header, f.header + 8, 126, 127, 128, 129, 132, 136, 1500} {
			in := f.from(253, count(length-f.header)).bytes(t)
			s := f.spec(TTLExceeded)
			s.Extensions = objects(f)[:1]
			q := build(t, s, parsed(t, in))
			quote, extensions := multipartOf(t, f, q.Data)
			want := append(bytes.Clone(in[:min(len(in), 128)]), make([]byte, max(0, 128-len(in)))...)
			if !bytes.Equal(quote, want) {
				t.Errorf("%d octets: got quote %x, want %x", length, quote, want)
			}
			if len(extensions) != 1 {
				t.Errorf("%d octets: got %d extensions, want 1", length, len(extensions))
			}
			words := map[bool][4]byte{true: {0, 32, 0, 0}, false: {16, 0, 0, 0}}[f.v4()]
			if got := read(t, q.Data).Info; got != words {
				t.Errorf("%d octets: got second word %v, want %v", length, got, words)
			}
		}
	})
}

// TestMultipartBytes: an incoming interface, as the figures of RFC 4884 §7, §8
// and RFC 5837 §4 have it, by hand.
func TestMultipartBytes(t *testing.T) {
	want := map[bool]string{
		true:  "2000 0000 001c 02 0f 00000007 00010000 0a010001 08 6c656674000000 000005dc",
		false: "2000 0000 0028 02 0f 00000007 00020000 fd000001000000000000000000000001 08 6c656674000000 000005dc",
	}
	eachFamily(t, func(t *testing.T, f family) {
		s := f.spec(TTLExceeded)
		s.Extensions = objects(f)[:1]
		got := build(t, s, parsed(t, f.from(17, udp(8)).bytes(t))).Data[f.header+8+128:]
		if !bytes.Equal(got[:2], unhex("2000")) || !bytes.Equal(got[4:], unhex(want[f.v4()])[4:]) {
			t.Errorf("\n got %x\nwant %s, whatever the checksum", got, want[f.v4()])
		}
	})
}

// TestObjects: all roles and the labels, as x/net reads them, in order.
func TestObjects(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		s := f.spec(NetUnreachable)
		s.Extensions = append(objects(f), objects(f)...) // no role twice (RFC 5837 §4.1)
		_, got := multipartOf(t, f, build(t, s, parsed(t, f.from(17, udp(8)).bytes(t))).Data)
		if len(got) != 5 {
			t.Fatalf("got %d extensions, want 5", len(got))
		}
		type told struct {
			kind, index, mtu int
			name, addr       string
		}
		for i, want := range []told{
			{0x0f, 7, 1500, "left", f.own},
			{0x48, 8, 0, "", ""},
			{0x83, 0, 1300, strings.Repeat("n", 63), ""},
			{0xc4, 0, 0, "", f.dst},
		} {
			info := got[i].(*xnet.InterfaceInfo)
			if info.Interface == nil {
				info.Interface = &net.Interface{}
			}
			have := told{info.Type, info.Interface.Index, info.Interface.MTU, info.Interface.Name, ""}
			if info.Addr != nil {
				have.addr = info.Addr.IP.String()
			}
			if info.Class != 2 || have != want {
				t.Errorf("object %d: got class %d %+v, want class 2 %+v", i, info.Class, have, want)
			}
		}
		stack := got[4].(*xnet.MPLSLabelStack)
		want := []xnet.MPLSLabel{{Label: 0xfffff, TC: 5, TTL: 63}, {Label: 16, S: true, TTL: 1}}
		if stack.Class != 1 || stack.Type != 1 || len(stack.Labels) != 2 || stack.Labels[0] != want[0] || stack.Labels[1] != want[1] {
			t.Errorf("got %+v, want class 1, type 1, %+v", stack, want)
		}
	})
}

// TestName: at most 63 octets, whole characters, zeros up to a multiple of 4 (RFC 5837 §4.3).
func TestName(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for name, want := range map[string]string{
			"a": "a", "abc": "abc", "abcd": "abcd", "abcdefg": "abcdefg",
			strings.Repeat("x", 63):          strings.Repeat("x", 63),
			strings.Repeat("x", 64):          strings.Repeat("x", 63),
			strings.Repeat("x", 62) + "é":    strings.Repeat("x", 62),
			strings.Repeat("x", 61) + "é":    strings.Repeat("x", 61) + "é",
			strings.Repeat("x", 60) + "😀":    strings.Repeat("x", 60),
			strings.Repeat("\x80", 70):       strings.Repeat("\x80", 59), // no UTF-8 at all
			"eth0.100 link to the other end": "eth0.100 link to the other end",
		} {
			s := f.spec(TTLExceeded)
			s.Extensions = []Object{{Class: ClassInterface, Name: name}}
			b := build(t, s, parsed(t, f.from(17, udp(8)).bytes(t))).Data
			_, got := multipartOf(t, f, b)
			if have := got[0].(*xnet.InterfaceInfo).Interface.Name; have != want {
				t.Errorf("%q: got %q, want %q", name, have, want)
			}
			if object := b[f.header+8+128+4:]; int(object[4]) != len(object)-4 || object[4]%4 != 0 {
				t.Errorf("%q: got length %d of %d octets", name, object[4], len(object)-4)
			}
		}
	})
}

// TestWithoutExtensions: other types, objects that say nothing, and ways back
// without room leave the plain error, octet for octet.
func TestWithoutExtensions(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		p := parsed(t, f.from(253, count(1000)).bytes(t))
		check := func(s Spec) {
			t.Helper()
			plain := s
			plain.Extensions = nil
			if got, want := build(t, s, p).Data, build(t, plain, p).Data; !bytes.Equal(got, want) {
				t.Errorf("%v, %+v\n got %x\nwant %x", s.Message, s.Extensions, got, want)
			}
		}
		for m := NetUnreachable; m <= Redirect; m++ {
			s := f.spec(m)
			s.Gateway = netip.MustParseAddr(f.dst)
			s.Extensions = objects(f)
			n := m.number(f)
			may := f.v4() && (n.Type == 3 || n.Type == 11 || n.Type == 12) || !f.v4() && (n.Type == 1 || n.Type == 3)
			if n != absent && !may {
				check(s)
			}
			if n != absent && may {
				if _, got := multipartOf(t, f, build(t, s, p).Data); len(got) < 5 {
					t.Errorf("%v: got %d extensions, want 5 or more", m, len(got))
				}
			}
		}
		for _, o := range []Object{{}, {Class: ClassInterface}, {Class: ClassLabelStack}, {Class: 9, Index: 1}, {Class: ClassInterface, Role: 4, Index: 1}} {
			s := f.spec(TTLExceeded)
			s.Extensions = []Object{o}
			check(s)
		}
		s := f.spec(TTLExceeded)
		s.Extensions = []Object{{Class: ClassLabelStack, Labels: make([]Label, 300)}}
		check(s)
		if s.MaxLen, s.Extensions = f.header+8+128+4, objects(f); f.v4() {
			check(s)
		}
	})
}

// TestLongest: what does not fit is left out, whole, and what fits stays.
func TestLongest(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		p := parsed(t, f.from(253, count(1000)).bytes(t))
		fits := (f.longest - f.header - 8 - 128 - 4 - 4 - 8) / 4
		for labels, want := range map[int]int{fits: 2, fits + 1: 1} {
			s := f.spec(TTLExceeded)
			s.Extensions = []Object{{Class: ClassLabelStack, Labels: make([]Label, labels)}, {Class: ClassInterface, Index: 3}}
			b := build(t, s, p).Data
			if _, got := multipartOf(t, f, b); len(got) != want || len(b) > f.longest {
				t.Errorf("%d labels: got %d extensions in %d octets, want %d", labels, len(got), len(b), want)
			}
		}
	})
}

// TestTooBigMultipart: in IPv4 the length stands beside the MTU (RFC 4884 §4.1),
// in a pointer's word behind the pointer.
func TestTooBigMultipart(t *testing.T) {
	f := families[0]
	p := parsed(t, f.from(253, count(100)).bytes(t))
	for m, want := range map[Message][4]byte{TooBig: {0, 32, 0x05, 0x14}, HeaderProblem: {2, 32, 0, 0}} {
		s := f.spec(m)
		s.MTU, s.Pointer, s.Extensions = 1300, 2, objects(f)[1:2]
		if got := read(t, build(t, s, p).Data).Info; got != want {
			t.Errorf("%v: got second word %v, want %v", m, got, want)
		}
	}
}

// TestHeadersTooLong: the pointer is an object of class 4, type 1 (RFC 8883 §4.2).
func TestHeadersTooLong(t *testing.T) {
	f := families[1]
	s := f.spec(HeadersTooLong)
	s.Pointer, s.Extensions = 0x1234, objects(f)[1:2]
	_, got := multipartOf(t, f, build(t, s, parsed(t, f.from(wire.ProtoUDP, udp(8)).bytes(t))).Data)
	if len(got) != 2 || !bytes.Equal(got[0].(*xnet.RawExtension).Data, unhex("0008 04 01 00001234")) {
		t.Errorf("got %+v, want the pointer 0x1234 first, and then an interface", got)
	}
}
