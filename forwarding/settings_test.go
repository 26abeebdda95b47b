package forwarding_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
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
	"echo off":             func(s *forwarding.Settings) { s.Policy[forwarding.Echo] = rules(forwarding.Policy{Drop: true}) },
	"timestamp off":        func(s *forwarding.Settings) { s.NoTimestamp = true },
	"sub-1280 on":          func(s *forwarding.Settings) { s.ReportSub1280 = true },
	"loopbacks on":         func(s *forwarding.Settings) { s.Loopbacks = addresses("r.loop") },
	"ttl keep":             func(s *forwarding.Settings) { s.KeepTTL = true },
	"error-ttl 7":          func(s *forwarding.Settings) { s.ErrorTTL = 7 },
	"reply-ttl 9":          func(s *forwarding.Settings) { s.ReplyTTL = 9 },
	"quote 8":              func(s *forwarding.Settings) { s.Quote, s.Quote6 = 8, 8 },
	"quote 1000":           func(s *forwarding.Settings) { s.Quote, s.Quote6 = 1000, 5000 },
	"policy drop":          policy(forwarding.Policy{Drop: true}),
	"policy third":         policy(forwarding.Policy{Every: 3}),
	"policy source":        policy(forwarding.Policy{From: forwarding.FromGiven, Source: named("r.policy")}),
	"policy all": policy(forwarding.Policy{
		Silence: 0.1, First: 1e9, Every: 1, Limit: ratelimit.Rate{PPS: 1000, Burst: 10}, Scope: forwarding.ScopeFlow, Duplicate: 2, Target: named("htiny"), From: forwarding.FromDestination,
		MTU: forwarding.Claim{Octets: 20}, Quote: forwarding.QuoteFull, Quoted: icmpgen.Quoted{DestinationPort: 9, BadChecksum: true, Outer: icmpgen.Outer{Source: named("far"), Destination: named("h2")}},
	}),
	"hash addresses":  func(s *forwarding.Settings) { s.Multipath.Hash = forwarding.HashAddresses },
	"hash flow-label": func(s *forwarding.Settings) { s.Multipath.Hash = forwarding.HashFlowLabel },
	"hash per-packet": func(s *forwarding.Settings) { s.Multipath.Hash = forwarding.HashPerPacket },
	"errors outer":    func(s *forwarding.Settings) { s.Multipath.ErrorsByOuter = true },
	"seed 2":          func(s *forwarding.Settings) { s.Multipath.Seed = 2 },
	"seed 3":          func(s *forwarding.Settings) { s.Multipath.Seed = 3 },
	"router-id on":    func(s *forwarding.Settings) { s.RouterID = netip.MustParseAddr("10.77.0.1") },
	"forger on": func(s *forwarding.Settings) {
		s.Forgeries = []forwarding.Forgery{{Message: icmpgen.TooBig, MTU: 1300, Rate: ratelimit.Rate{PPS: 1e6, Burst: 100}, Quoted: icmpgen.Quoted{WrongSequence: true, WrongPort: true}}}
	},
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
	"labels on": func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
		links[0].Labels = []icmpgen.Label{{Label: 16}, {Label: 0xfffff, TC: 5, TTL: 9}}
	},
	"box narrow":   boxes(forwarding.Middlebox{DropAbove: 1200}, forwarding.Middlebox{}),
	"box plain":    boxes(forwarding.Middlebox{DropExtensions: true}, forwarding.Middlebox{}),
	"box whole":    boxes(forwarding.Middlebox{DropFragments: wire.AnyFragment}, forwarding.Middlebox{}),
	"box filter":   boxes(forwarding.Middlebox{Filters: []forwarding.Filter{{Errors: everyError}}}, forwarding.Middlebox{}),
	"box all":      boxes(everything, everything),
	"tunnel inner": tunnel(forwarding.TunnelErrorInner),
	"tunnel outer": tunnel(forwarding.TunnelErrorOuter),
	"tunnel none":  tunnel(forwarding.TunnelErrorNone),
	"nowhere numbered": func(links []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
		*routes = nil
		for i, name := range []string{"h1", "h2"} {
			for _, a := range addresses(name) {
				*routes = append(*routes, forwarding.Route{To: netip.PrefixFrom(a, a.BitLen()), Link: links[i].Name})
			}
		}
		for i := range links {
			links[i].Addresses = nil
		}
	},
	"paths even":     paths(forwarding.Path{Link: "right"}, forwarding.Path{Link: "strict"}),
	"paths weighted": paths(forwarding.Path{Link: "right", Weight: 30}, forwarding.Path{Link: "strict", Weight: 10}),
	"paths three":    paths(forwarding.Path{Link: "right", Weight: 3}, forwarding.Path{Link: "strict", Weight: 2}, forwarding.Path{Link: "left"}),
	"paths alike":    paths(forwarding.Path{Link: "right", Weight: 20}, forwarding.Path{Link: "strict", Weight: 20}, forwarding.Path{Link: "left", Weight: 20}, forwarding.Path{Link: "tiny", Weight: 20}),
	"paths one-down": paths(forwarding.Path{Link: "down"}, forwarding.Path{Link: "strict"}, forwarding.Path{Link: "right"}),
	"neighbor-routes on": func(_ []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
		*routes = append(*routes, forwarding.Route{To: netip.MustParsePrefix("2001:db8:ff::/48"), Link: "left", Via: netip.MustParseAddr("fe80::9")},
			route("203.0.113.0/24", "10.1.0.9"))
	},
}

// everything is a box with all that may be done to packets, and drops little.
var everything = forwarding.Middlebox{DropAbove: 65000, DropFragments: wire.LaterFragment, DF: forwarding.DFClear, MSS: 536, Mangle: forwarding.MangleID,
	Filters: []forwarding.Filter{{Errors: everyError, Every: 3}, {Match: wire.Match{Above: 1300}, Probability: 0.5, Seed: 1}}}

// everyError is all kinds.
var everyError = func() (all [ratelimit.NumKinds]bool) {
	for kind := range all {
		all[kind] = true
	}
	return all
}()

// boxes are on both of the links left and right: in, and out.
func boxes(in, out forwarding.Middlebox) func([]forwarding.Link, *[]forwarding.Route, *forwarding.Settings) {
	return func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
		for i := range 2 {
			links[i].In, links[i].Out = &in, &out
		}
	}
}

// tunnel takes 100 octets on the link right.
func tunnel(says forwarding.TunnelError) func([]forwarding.Link, *[]forwarding.Route, *forwarding.Settings) {
	return func(links []forwarding.Link, _ *[]forwarding.Route, _ *forwarding.Settings) {
		links[1].Tunnel = &forwarding.Tunnel{Overhead: 100, Error: says,
			Source: wire.EachFamily(addresses("r.right")...), Destination: wire.EachFamily(addresses("h2")...)}
	}
}

// addresses are those of a name in both families.
func addresses(name string) []netip.Addr {
	return []netip.Addr{netip.MustParseAddr(names[name][0]), netip.MustParseAddr(names[name][1])}
}

// named are those addresses, as a policy has them.
func named(name string) wire.PerFamily { return wire.EachFamily(addresses(name)...) }

// rules is a policy without overrides.
func rules(p forwarding.Policy) []forwarding.Rule { return []forwarding.Rule{{Policy: p}} }

// policy is one for all kinds of errors.
func policy(p forwarding.Policy) func(*forwarding.Settings) {
	return func(s *forwarding.Settings) {
		for kind := range ratelimit.SourceQuench {
			s.Policy[kind] = rules(p)
		}
	}
}

// paths has all that has no other route go by a group, to the neighbors on its links.
func paths(group ...forwarding.Path) func([]forwarding.Link, *[]forwarding.Route, *forwarding.Settings) {
	return func(_ []forwarding.Link, routes *[]forwarding.Route, _ *forwarding.Settings) {
		for family, to := range []string{"0.0.0.0/0", "::/0"} {
			var all []forwarding.Path
			for _, path := range group {
				path.Via = addresses(map[string]string{"right": "h2", "strict": "hstrict", "left": "h1", "tiny": "htiny", "down": "hdown"}[path.Link])[family]
				all = append(all, path)
			}
			*routes = append(*routes, forwarding.Route{To: netip.MustParsePrefix(to), Group: &forwarding.Group{Paths: all}})
		}
	}
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
