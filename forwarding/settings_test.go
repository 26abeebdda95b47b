package forwarding_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/icmprouter/icmprouter/forwarding"
)

// choices are the words by which stories choose settings.
var choices = map[string]func(s *forwarding.Settings){
	"source-route ignore":  func(s *forwarding.Settings) { s.SourceRoute = forwarding.SourceRouteIgnore },
	"source-route process": func(s *forwarding.Settings) { s.SourceRoute = forwarding.SourceRouteProcess },
	"record ignore":        func(s *forwarding.Settings) { s.Record = forwarding.RecordIgnore },
	"record drop":          func(s *forwarding.Settings) { s.Record = forwarding.RecordDrop },
	"martians loose":       func(s *forwarding.Settings) { s.Martians = forwarding.MartiansLoose },
	"martians off":         func(s *forwarding.Settings) { s.Martians = forwarding.MartiansOff },
	"hop-by-hop ignore":    func(s *forwarding.Settings) { s.HopByHop = forwarding.HopByHopIgnore },
	"hop-by-hop drop":      func(s *forwarding.Settings) { s.HopByHop = forwarding.HopByHopDrop },
	"limit 2":              func(s *forwarding.Settings) { s.HopByHopLimit = 2 },
	"error-source ingress": func(s *forwarding.Settings) { s.ErrorSource = forwarding.ErrorSourceIngress },
	"extensions incoming":  func(s *forwarding.Settings) { s.Extensions = forwarding.ExtensionsIncoming },
	"extensions all":       func(s *forwarding.Settings) { s.Extensions = forwarding.ExtensionsAll },
	"probe on":             func(s *forwarding.Settings) { s.Probe = true },
	"redirects on":         func(s *forwarding.Settings) { s.Redirects = true },
	"echo off":             func(s *forwarding.Settings) { s.NoEcho = true },
	"timestamp off":        func(s *forwarding.Settings) { s.NoTimestamp = true },
	"sub-1280 on":          func(s *forwarding.Settings) { s.ReportSub1280 = true },
	"router-id on":         func(s *forwarding.Settings) { s.RouterID = netip.MustParseAddr("10.77.0.1") },
}

// onLinks are such words that are about links and routes: a link-local address on
// left and right; no address on right; and, for redirects, routes by left to the
// link-local address of a router there.
var onLinks = map[string]func(links []forwarding.Link, routes *[]forwarding.Route, s *forwarding.Settings){
	"link-local on": linkLocal,
	"unnumbered right": func(links []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
		links[1].Addresses = nil
		*routes = []forwarding.Route{{To: netip.MustParsePrefix("10.2.0.0/24"), Link: "right"}, {To: netip.MustParsePrefix("fd00:2::/64"), Link: "right"}}
	},
	"neighbor-routes on": func(_ []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
		*routes = append(*routes, forwarding.Route{To: netip.MustParsePrefix("2001:db8:ff::/48"), Link: "left", Via: netip.MustParseAddr("fe80::9")},
			route("203.0.113.0/24", "10.1.0.9"))
	},
}

// set gives the node settings by pairs of words, and a new table.
func (n *node) set(text string) {
	n.t.Helper()
	table, err := chosen(n.family, text)
	if err != nil {
		n.t.Fatal(err)
	}
	n.router.SetTable(table)
}

func chosen(family int, text string) (*forwarding.Table, error) {
	links, routes, settings := testLinks(family), testRoutes(), forwarding.Settings{}
	words := strings.Fields(text)
	for i := 0; i+1 < len(words); i += 2 {
		pair := words[i] + " " + words[i+1]
		if choose, known := choices[pair]; known {
			choose(&settings)
			continue
		}
		change, known := onLinks[pair]
		if !known {
			return nil, fmt.Errorf("no setting %q", pair)
		}
		change(links, &routes, &settings)
	}
	return forwarding.NewTable(links, routes, settings)
}
