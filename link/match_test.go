package link_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

func TestMatch(t *testing.T) {
	prefix := netip.MustParsePrefix
	of := map[uint8]netip.Prefix{4: prefix("10.0.0.1/32"), 6: prefix("fd00::1/128")}
	to := map[uint8]netip.Prefix{4: prefix("10.0.0.2/31"), 6: prefix("fd00::2/127")}
	families(t, func(t *testing.T, version uint8) {
		other := 10 - version
		udp := spec{version: version, length: 600, ports: [2]uint16{1111, 2222}}
		icmp := spec{version: version, length: 600, icmp: true}
		for name, c := range map[string]struct {
			match     wire.Match
			udp, icmp bool
		}{
			"all":           {wire.Match{}, true, true},
			"above":         {wire.Match{Above: 599}, true, true},
			"not above":     {wire.Match{Above: 600}, false, false},
			"below":         {wire.Match{Below: 601}, true, true},
			"not below":     {wire.Match{Below: 600}, false, false},
			"source":        {wire.Match{Source: of[version]}, true, true},
			"not source":    {wire.Match{Source: to[version]}, false, false},
			"other family":  {wire.Match{Source: of[other]}, false, false},
			"to":            {wire.Match{Destination: to[version]}, true, true},
			"not to":        {wire.Match{Destination: of[version]}, false, false},
			"udp":           {wire.Match{Protocol: wire.ProtoUDP, HasProtocol: true}, true, false},
			"hop-by-hop":    {wire.Match{Protocol: 0, HasProtocol: true}, false, false},
			"icmp":          {wire.Match{ICMP: true}, false, true},
			"source port":   {wire.Match{Port: 1111}, true, false},
			"destination":   {wire.Match{Port: 2222}, true, false},
			"no port":       {wire.Match{Port: 3333}, false, false},
			"no fragment":   {wire.Match{Fragments: wire.NoFragment}, true, true},
			"fragment":      {wire.Match{Fragments: wire.AnyFragment}, false, false},
			"two that hold": {wire.Match{Above: 500, Port: 1111}, true, false},
			"one does not":  {wire.Match{Above: 700, Port: 1111}, false, false},
		} {
			w := newWires()
			d := w.NewDirection(1, link.Behavior{Loss: []link.Loss{{Match: c.match, Every: 1}}})
			for _, p := range []struct {
				spec spec
				want bool
			}{{udp, c.udp}, {icmp, c.icmp}} {
				if got := fates(t, w, d, packet(t, p.spec), 1)[0]; got != p.want {
					t.Errorf("%s, %+v: %v", name, p.spec, got)
				}
			}
		}
	})
}

// Fragments of both families, cut by wire: first, middle, last.
func TestMatchFragments(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		whole := packet(t, spec{version: version, length: 3000, ports: [2]uint16{1111, 2222}})
		var pieces []*wire.Packet
		for cut := whole.Fragments(1280, 7); cut.More(); {
			piece := &wire.Packet{}
			piece.Attach(make([]byte, wire.BufferSize))
			cut.Next(piece)
			pieces = append(pieces, parsed(t, piece.Data))
		}
		payload := binary.BigEndian.Uint16(pieces[1].Payload()) // is no port
		for _, c := range []struct {
			match wire.Match
			want  []bool
		}{
			{wire.Match{Port: payload}, []bool{false, false, false}},
			{wire.Match{Fragments: wire.AnyFragment}, []bool{true, true, true}},
			{wire.Match{Fragments: wire.FirstFragment}, []bool{true, false, false}},
			{wire.Match{Fragments: wire.LaterFragment}, []bool{false, true, true}},
			{wire.Match{Fragments: wire.NoFragment}, []bool{false, false, false}},
			{wire.Match{Port: 2222}, []bool{true, false, false}},
			{wire.Match{Protocol: wire.ProtoUDP, HasProtocol: true}, []bool{true, true, true}},
		} {
			w := newWires()
			d := w.NewDirection(1, link.Behavior{Loss: []link.Loss{{Match: c.match, Every: 1}}})
			var got []bool
			for _, p := range pieces {
				got = append(got, fates(t, w, d, p, 1)...)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v", c.match, got)
			}
		}
	})
}
