package forwarding_test

import (
	"net/netip"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

func route(to, via string) forwarding.Route {
	return forwarding.Route{To: netip.MustParsePrefix(to), Via: netip.MustParseAddr(via)}
}

func TestNextHopMustBeOnALink(t *testing.T) {
	for _, bad := range []forwarding.Route{
		route("10.9.0.0/16", "10.7.0.1"),           // nowhere
		route("10.9.0.0/16", "10.1.0.1"),           // the node itself
		route("10.9.0.0/16", "10.1.0.255"),         // everybody
		route("10.9.0.0/16", "fd00:1::2"),          // of the other family
		route("fd00:9::/64", "10.1.0.2"),           // the same
		route("fd00:9::/64", "2001:db8::1"),        // nowhere
		{To: netip.MustParsePrefix("10.9.0.0/16")}, // none
	} {
		if _, err := forwarding.NewTable(testLinks(4), []forwarding.Route{bad}, forwarding.Settings{}); err == nil {
			t.Errorf("to %s via %s: wanted an error", bad.To, bad.Via)
		}
	}
}

// A next hop is on the link whose prefix is longest, whatever the order of links and routes.
func TestNextHopByLongestPrefix(t *testing.T) {
	links := []forwarding.Link{
		{Name: "wide", MTU: 1500, Addresses: prefixes("10.0.0.1/8", "fd00::1/16")},
		{Name: "narrow", MTU: 1500, Addresses: prefixes("10.2.0.1/24", "fd00:2::1/64")},
	}
	table, err := forwarding.NewTable(links, []forwarding.Route{
		route("10.2.0.128/25", "10.0.0.9"), route("192.0.2.0/24", "10.2.0.200"),
		route("fd00:2::8000:0:0:0/65", "fd00::9"), route("2001:db8::/32", "fd00:2::8000:0:0:1"),
	}, forwarding.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for dst, link := range map[string]int{"192.0.2.1": 1, "10.2.0.200": 0, "2001:db8::1": 1, "fd00:2::8000:0:0:1": 0} {
		p := &wire.Packet{Src: netip.MustParseAddr("203.0.113.1"), Dst: netip.MustParseAddr(dst), TTL: 9}
		if got, want := table.Route(p, 0), (forwarding.Verdict{Action: forwarding.Forward, Link: link}); got != want {
			t.Errorf("to %s: %+v, wanted %+v", dst, got, want)
		}
	}
}

// Prefixes of 31 and 127 bits have two hosts and no broadcast (RFC 3021 §2.1, RFC 6164 §5).
func TestPointToPointPrefixes(t *testing.T) {
	links := []forwarding.Link{
		{Name: "a", MTU: 1500, Addresses: prefixes("10.1.0.0/31", "fd00:1::/127")},
		{Name: "b", MTU: 1500, Addresses: prefixes("10.2.0.1/32", "fd00:2::1/128")},
	}
	table, err := forwarding.NewTable(links, nil, forwarding.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	deliver := forwarding.Verdict{Action: forwarding.Deliver}
	for dst, want := range map[string]forwarding.Verdict{
		"10.1.0.0": deliver, "10.1.0.1": {Action: forwarding.Forward}, "10.2.0.1": deliver, "10.2.0.0": {Reason: drop.NoRoute},
		"fd00:1::": deliver, "fd00:1::1": {Action: forwarding.Forward}, "fd00:2::1": deliver, "fd00:2::": {Reason: drop.NoRoute},
	} {
		p := &wire.Packet{Src: netip.MustParseAddr("203.0.113.1"), Dst: netip.MustParseAddr(dst), TTL: 9}
		if got := table.Route(p, 1); got != want {
			t.Errorf("to %s: %+v, wanted %+v", dst, got, want)
		}
	}
}

// A longer configured prefix wins over a martian one, and over a connected one.
func TestConfiguredRouteWins(t *testing.T) {
	links := testLinks(4)
	table, err := forwarding.NewTable(links, []forwarding.Route{
		route("240.1.0.0/16", "10.2.0.2"), {To: netip.MustParsePrefix("10.1.0.64/26"), Kind: forwarding.Prohibit},
		route("0.0.0.0/0", "10.2.0.2"), {To: netip.MustParsePrefix("::/0"), Kind: forwarding.Blackhole},
	}, forwarding.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for dst, want := range map[string]forwarding.Verdict{
		"240.1.2.3": {Action: forwarding.Forward, Link: 1}, "240.2.2.3": {Reason: drop.MartianDestination},
		"10.1.0.65": {Reason: drop.Prohibited}, "10.1.0.1": {Action: forwarding.Deliver},
		"8.8.8.8": {Action: forwarding.Forward, Link: 1}, "255.255.255.255": {Reason: drop.Broadcast},
		"2001:db8::1": {Reason: drop.Blackhole}, "fe80::1": {Reason: drop.LinkLocal},
	} {
		p := &wire.Packet{Src: netip.MustParseAddr("203.0.113.1"), Dst: netip.MustParseAddr(dst), TTL: 9}
		if got := table.Route(p, 0); got != want {
			t.Errorf("to %s: %+v, wanted %+v", dst, got, want)
		}
	}
}
