package icmpgen

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// TestKindOf has numbers of the RFCs, with codes that nobody has assigned among them.
func TestKindOf(t *testing.T) {
	const none = ratelimit.NumKinds
	for _, c := range []struct {
		version, kind, code uint8
		want                ratelimit.Kind
		echo                bool
	}{
		{4, 3, 4, ratelimit.TooBig, false},
		{4, 3, 0, ratelimit.Unreach, false},
		{4, 3, 13, ratelimit.Unreach, false},
		{4, 3, 200, ratelimit.Unreach, false},
		{4, 11, 0, ratelimit.TimeExceeded, false},
		{4, 11, 1, ratelimit.TimeExceeded, false},
		{4, 12, 2, ratelimit.ParameterProblem, false},
		{4, 5, 0, ratelimit.Redirect, false},
		{4, 4, 0, ratelimit.SourceQuench, false},
		{4, 255, 255, none, false},
		{6, 255, 255, none, false},
		{4, 8, 0, none, true},
		{4, 0, 0, none, true},
		{4, 13, 0, none, false},
		{4, 2, 0, none, false},
		{6, 1, 0, ratelimit.Unreach, false},
		{6, 1, 7, ratelimit.Unreach, false},
		{6, 2, 0, ratelimit.TooBig, false},
		{6, 2, 9, ratelimit.TooBig, false},
		{6, 3, 1, ratelimit.TimeExceeded, false},
		{6, 4, 1, ratelimit.ParameterProblem, false},
		{6, 4, 0, ratelimit.ParameterProblem, false},
		{6, 137, 0, ratelimit.Redirect, false},
		{6, 128, 0, none, true},
		{6, 129, 0, none, true},
		{6, 135, 0, none, false},
	} {
		t.Run(fmt.Sprintf("%d/%d/%d", c.version, c.kind, c.code), func(t *testing.T) {
			p := ofType(t, c.version, c.kind, c.code)
			kind, ok := KindOf(p)
			if ok != (c.want != none) || ok && kind != c.want {
				t.Errorf("got %d, %v, want %d", kind, ok, c.want)
			}
			if got := IsEcho(p); got != c.echo {
				t.Errorf("echo %v, want %v", got, c.echo)
			}
			p.Protocol = wire.ProtoUDP
			if _, ok := KindOf(p); ok || IsEcho(p) {
				t.Error("UDP is ICMP")
			}
		})
	}
}

// ofType is an ICMP message without a body.
func ofType(t *testing.T, version, kind, code uint8) *wire.Packet {
	b := make([]byte, 48)
	from4, from6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	if version == wire.V4 {
		b = b[:28]
		wire.PutIPv4(b, wire.HeaderIPv4{TTL: 64, Protocol: wire.ProtoICMPv4, Src: from4, Dst: from4})
	} else {
		wire.PutIPv6(b, wire.HeaderIPv6{HopLimit: 64, NextHeader: wire.ProtoICMPv6, Src: from6, Dst: from6})
	}
	b[len(b)-8], b[len(b)-7] = kind, code
	p := &wire.Packet{Data: b}
	if reason := p.Parse(); reason != drop.Alive {
		t.Fatal(reason)
	}
	return p
}
