package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// badPolicies are habits, policies, ways and labels that cannot be.
var badPolicies = []edited{
	{"like nobody", []string{`"r1": {`, `"r1": { "like": "iosxr",`}, []string{
		`f:3:21: nodes.r1.like: "iosxr" is none of the words that may stand here; expected "freebsd", "huawei-vrp", "ios", "ios-xe", "ios-xr", "junos", "junos-e", "linux", "nx-os", "openbsd", "routeros", "sr-os", "vyos" or "windows"; did you mean "ios-xr"?`,
	}},
	{"like nobody near", []string{`"r1": {`, `"r1": { "like": "arista-eos",`}, []string{
		`f:3:21: nodes.r1.like: "arista-eos" is none of the words that may stand here; expected "freebsd", "huawei-vrp", "ios", "ios-xe", "ios-xr", "junos", "junos-e", "linux", "nx-os", "openbsd", "routeros", "sr-os", "vyos" or "windows"`,
	}},
	{"like two", []string{`"r1": {`, `"r1": { "like": ["linux", "ios"],`}, []string{
		`f:3:21: nodes.r1.like: an array does not belong here; expected "freebsd", "huawei-vrp", "ios", "ios-xe", "ios-xr", "junos", "junos-e", "linux", "nx-os", "openbsd", "routeros", "sr-os", "vyos" or "windows"`,
	}},
	{"ttl of forwarding as a number", []string{`"r1": {`, `"r1": { "ttl": 64,`}, []string{
		`f:3:20: nodes.r1.ttl: the number 64 does not belong here; expected "decrement" or "keep"`,
	}},
	{"ttl of forwarding misspelt", []string{`"r1": {`, `"r1": { "ttl": "kept",`}, []string{
		`f:3:20: nodes.r1.ttl: "kept" is none of the words that may stand here; expected "decrement" or "keep"`,
	}},
	{"multipath as a word", []string{`"r1": {`, `"r1": { "multipath": "addresses",`}, []string{
		`f:3:26: nodes.r1.multipath: the string "addresses" does not belong here; expected an object`,
	}},
	{"hash misspelt", []string{`"r1": {`, `"r1": { "multipath": { "hash": "5-tuple" },`}, []string{
		`f:3:36: nodes.r1.multipath.hash: "5-tuple" is none of the words that may stand here; expected "five-tuple", "addresses", "flow-label" or "per-packet"`,
	}},
	{"hash by packet", []string{`"r1": {`, `"r1": { "multipath": { "hash": "per_packet" },`}, []string{
		`f:3:36: nodes.r1.multipath.hash: "per_packet" is none of the words that may stand here; expected "five-tuple", "addresses", "flow-label" or "per-packet"; did you mean "per-packet"?`,
	}},
	{"seed below 0", []string{`"r1": {`, `"r1": { "multipath": { "seed": -1 },`}, []string{
		`f:3:36: nodes.r1.multipath.seed: -1 is out of range; expected a whole number from 0 to 9007199254740991`,
	}},
	{"seed that JSON cannot hold", []string{`"r1": {`, `"r1": { "multipath": { "seed": 9007199254740993000 },`}, []string{
		`f:3:36: nodes.r1.multipath.seed: 9007199254740993000 is out of range; expected a whole number from 0 to 9007199254740991`,
	}},
	{"icmp_errors of another kind", []string{`"r1": {`, `"r1": { "multipath": { "icmp_errors": "inner" },`}, []string{
		`f:3:43: nodes.r1.multipath.icmp_errors: "inner" is none of the words that may stand here; expected "quote" or "outer"`,
	}},
	{"TTL of 0", []string{`"icmp": {`, `"icmp": { "ttl": 0,`}, []string{
		`f:19:24: nodes.r1.icmp.ttl: 0 is out of range; expected a whole number from 1 to 255`,
	}},
	{"TTL of 256", []string{`"icmp": {`, `"icmp": { "ttl": 256,`}, []string{
		`f:19:24: nodes.r1.icmp.ttl: 256 is out of range; expected a whole number from 1 to 255`,
	}},
	{"TTL of replies as a word", []string{`"icmp": {`, `"icmp": { "reply_ttl": "64",`}, []string{
		`f:19:30: nodes.r1.icmp.reply_ttl: the string "64" does not belong here; expected a whole number from 1 to 255`,
	}},
	{"a short quote", []string{`"icmp": {`, `"icmp": { "quote": 7,`}, []string{
		`f:19:26: nodes.r1.icmp.quote: 7 is out of range; expected a whole number from 8 to 528`,
	}},
	{"a long quote", []string{`"icmp": {`, `"icmp": { "quote": 529,`}, []string{
		`f:19:26: nodes.r1.icmp.quote: 529 is out of range; expected a whole number from 8 to 528`,
	}},
	{"a long quote of IPv6", []string{`"icmp": {`, `"icmp": { "quote6": 1193,`}, []string{
		`f:19:27: nodes.r1.icmp.quote6: 1193 is out of range; expected a whole number from 8 to 1192`,
	}},
	{"action of another kind", []string{`"icmp": {`, `"icmp": { "redirect": { "action": "ignore" },`}, []string{
		`f:19:41: nodes.r1.icmp.redirect.action: "ignore" is none of the words that may stand here; expected "send" or "drop"`,
	}},
	{"every 0th", []string{`"icmp": {`, `"icmp": { "unreachable": { "every": 0 },`}, []string{
		`f:19:43: nodes.r1.icmp.unreachable.every: 0 is out of range; expected a whole number from 1 to 1000000000`,
	}},
	{"source that is none", []string{`"icmp": {`, `"icmp": { "unreachable": { "source": "r2" },`}, []string{
		`f:19:44: nodes.r1.icmp.unreachable.source[0]: "r2" is neither a word nor an address; expected "destination", "egress", "ingress" or "receiver", or an address, as "10.1.0.1" or "fd00::1"`,
	}},
	{"source as a number", []string{`"icmp": {`, `"icmp": { "unreachable": { "source": 10 },`}, []string{
		`f:19:44: nodes.r1.icmp.unreachable.source[0]: the number 10 does not belong here; expected a string`,
	}},
	{"source with a length", []string{`"icmp": {`, `"icmp": { "unreachable": { "source": ["10.1.0.1/24"] },`}, []string{
		`f:19:45: nodes.r1.icmp.unreachable.source[0]: "10.1.0.1/24" is no address: unexpected character (at "/24"); expected an address, as "10.1.0.1" or "fd00::1"`,
	}},
	{"no source", []string{`"icmp": {`, `"icmp": { "unreachable": { "source": [] },`}, []string{
		`f:19:44: nodes.r1.icmp.unreachable.source: nothing in it; expected at least 1`,
	}},
	{"two sources of a family", []string{`"icmp": {`, `"icmp": { "time_exceeded": { "source": ["10.1.0.1", "fd00:1::1", "10.2.0.1"] },`}, []string{
		`f:19:72: nodes.r1.icmp.time_exceeded.source[2]: 10.2.0.1 is of the family of 10.1.0.1; expected one address of each family`,
	}},
	{"sources that cannot be", []string{`"icmp": {`, `"icmp": { "packet_too_big": { "source": "224.0.0.1" }, "time_exceeded": { "source": "::" },
        "unreachable": { "source": "127.0.0.1" }, "parameter_problem": { "source": "fe80::1" },`}, []string{
		`f:19:47: nodes.r1.icmp.packet_too_big.source[0]: 224.0.0.1 is a multicast address; expected an address that a message can come from`,
		`f:19:91: nodes.r1.icmp.time_exceeded.source[0]: :: is the unspecified address; expected an address that a message can come from`,
		`f:20:36: nodes.r1.icmp.unreachable.source[0]: 127.0.0.1 is a loopback address; expected an address that a message can come from`,
		`f:20:84: nodes.r1.icmp.parameter_problem.source[0]: fe80::1 is link-local, and means nothing on other links; expected an address that a message can come from`,
	}},
	{"labels beyond 20 bits", []string{`"left": {`, `"left": { "mpls": [0, 1048576],`}, []string{
		`f:5:31: nodes.r1.interfaces.left.mpls[1]: 1048576 is out of range; expected a whole number from 0 to 1048575`,
	}},
	{"a label alone", []string{`"left": {`, `"left": { "mpls": 16,`}, []string{
		`f:5:27: nodes.r1.interfaces.left.mpls: the number 16 does not belong here; expected an array`,
	}},
	{"no labels", []string{`"left": {`, `"left": { "mpls": [],`}, []string{
		`f:5:27: nodes.r1.interfaces.left.mpls: nothing in it; expected at least 1`,
	}},
	{"too many labels", []string{`"left": {`, `"left": { "mpls": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],`}, []string{
		`f:5:27: nodes.r1.interfaces.left.mpls: 17 labels are too many; expected at most 16`,
	}},
	{"one path", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" } ]`}, []string{
		`f:18:51: nodes.r1.routes[0].paths: only 1 in it; expected at least 2`,
	}},
	{"no paths", []string{`"via": "10.2.0.2"`, `"paths": []`}, []string{
		`f:18:51: nodes.r1.routes[0].paths: nothing in it; expected at least 2`,
	}},
	{"paths and via", []string{`"via": "10.2.0.2"`, `"via": "10.2.0.2", "interface": "right", "paths": [ { "via": "10.2.0.2" }, { "via": "10.1.0.2" } ]`}, []string{
		`f:18:49: nodes.r1.routes[0].via: the route has its ways in "paths"; expected either "via" or "paths"`,
		`f:18:74: nodes.r1.routes[0].interface: the route has its ways in "paths"; expected either "interface" or "paths"`,
	}},
	{"paths of a blackhole", []string{`"via": "10.2.0.2"`, `"kind": "blackhole", "paths": [ { "via": "10.2.0.2" }, { "via": "10.1.0.2" } ]`}, []string{
		`f:18:72: nodes.r1.routes[0].paths: a route of the kind "blackhole" has no ways; expected no "paths", or the kind "unicast"`,
	}},
	{"paths to nobody", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.3.0.2" }, { "via": "10.1.0.1" }, { "via": "fd00:1::2" }, { "weight": 2 }, { "interface": "lfet" } ]`}, []string{
		`f:18:62: nodes.r1.routes[0].paths[0].via: no interface of the node reaches 10.3.0.2; expected an address on a connected prefix ("10.1.0.0/24", "10.2.0.0/24")`,
		`f:18:85: nodes.r1.routes[0].paths[1].via: 10.1.0.1 is the node's own: nodes.r1.interfaces.left.addresses[0] (6:25); expected the address of another router`,
		`f:18:108: nodes.r1.routes[0].paths[2].via: fd00:1::2 is not of the family of 10.9.0.0/16; expected an IPv4 address`,
		`f:18:123: nodes.r1.routes[0].paths[3]: a way without "via" and "interface"; expected a next hop in "via", or an "interface"`,
		`f:18:155: nodes.r1.routes[0].paths[4].interface: "lfet" is no interface of the node; expected "left" or "right"; did you mean "left"?`,
	}},
	{"one path twice", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2", "weight": 2 }, { "via": "10.1.0.2" }, { "via": "10.2.0.2" } ]`}, []string{
		`f:18:112: nodes.r1.routes[0].paths[2]: the way is already nodes.r1.routes[0].paths[0] (18:53); expected each way once; one with a larger share has a "weight"`,
	}},
	{"weights that cannot be", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2", "weight": 0 }, { "via": "10.1.0.2", "weight": 256 } ]`}, []string{
		`f:18:84: nodes.r1.routes[0].paths[0].weight: 0 is out of range; expected a whole number from 1 to 255`,
		`f:18:120: nodes.r1.routes[0].paths[1].weight: 256 is out of range; expected a whole number from 1 to 255`,
	}},
}

// suspectPolicies are hardly meant.
var suspectPolicies = []edited{
	{"source of another", []string{`"icmp": {`, `"icmp": { "unreachable": { "source": ["10.1.0.1", "fd00:1::9"] },`}, []string{
		`f:19:57: nodes.r1.icmp.unreachable.source[1]: fd00:1::9 is no address of the node`,
	}},
	{"source of redirects", []string{`"icmp": {`, `"icmp": { "redirect": { "source": "10.1.0.1" },`}, []string{
		`f:19:41: nodes.r1.icmp.redirect.source: redirects come from the interface that they leave by (RFC 4861 §4.5)`,
	}},
	{"what is dropped has more keys", []string{`"icmp": {`, `"icmp": { "redirect": { "action": "drop", "every": 2, "rate": { "pps": 1 } },`}, []string{
		`f:19:58: nodes.r1.icmp.redirect.every: the node sends none of them`,
		`f:19:69: nodes.r1.icmp.redirect.rate: the node sends none of them`,
	}},
	{"path to an address beside its interface", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" }, { "via": "10.7.0.2", "interface": "left" } ]`}, []string{
		`f:18:85: nodes.r1.routes[0].paths[1].via: 10.7.0.2 is on no prefix of left; the router takes it to be there`,
	}},
	{"TUN address that one of the paths reaches, and one that none does", []string{`"10.1.0.2/24", "fd00:1::2/64"`, `"10.9.0.2/16", "10.8.0.2/16"`,
		`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" }, { "interface": "left" } ]`}, []string{
		`f:9:49: nodes.r1.interfaces.left.tun.addresses[1]: 10.8.0.2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
}

// finePolicies look like mistakes and are none.
var finePolicies = []edited{
	{"two ways by one interface", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" }, { "via": "10.2.0.3" } ]`}, nil},
	{"the same way with and without the interface", []string{`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" }, { "via": "10.2.0.2", "interface": "right" } ]`}, nil},
	{"ways by interfaces", []string{`"via": "10.2.0.2"`, `"kind": "unicast", "paths": [ { "interface": "left" }, { "interface": "right", "weight": 255 } ]`}, nil},
	{"every label", []string{`"left": {`, `"left": { "mpls": [0, 3, 1048575],`}, nil},
	{"a policy that is the default", []string{`"icmp": {`, `"icmp": { "redirect": { "action": "send", "every": 1 },`}, nil},
	{"a source in a list of one", []string{`"icmp": {`, `"icmp": { "redirect": { "action": "send" }, "unreachable": { "source": ["fd00:2::1"] },`}, nil},
	{"the router_id as source", []string{`"r1": {`, `"r1": { "router_id": "10.0.0.1",`, `"icmp": {`, `"icmp": { "unreachable": { "source": "10.0.0.1" },`}, nil},
	{"like, and all that it says", []string{`"r1": {`, `"r1": { "like": "ios",`, `"icmp": {`, `"icmp": { "ttl": 255, "reply_ttl": 255, "quote": 8,`}, nil},
}

// TestPolicies wants each key in its place of the plan, and nothing else changed.
func TestPolicies(t *testing.T) {
	base := parse(t, base).Plan().Nodes[0].Settings
	policy := func(kind ratelimit.Kind, p forwarding.Policy) func(*forwarding.Settings) {
		return func(s *forwarding.Settings) {
			s.Seed, s.Policy[kind] = nodeSeed(1, "policy", "r1"), []forwarding.Rule{{Policy: p}}
		}
	}
	given := func(from ...string) forwarding.Policy {
		return forwarding.Policy{From: forwarding.FromGiven, Source: wire.EachFamily(addressesOf(from)...)}
	}
	tests := []struct {
		at, knob string
		want     func(*forwarding.Settings)
	}{
		{`"r1": {`, `"ttl": "keep"`, func(s *forwarding.Settings) { s.KeepTTL = true }},
		{`"r1": {`, `"ttl": "decrement"`, func(s *forwarding.Settings) {}},
		{`"r1": {`, `"multipath": {}`, func(s *forwarding.Settings) {}},
		{`"r1": {`, `"multipath": {"hash": "five-tuple", "icmp_errors": "quote"}`, func(s *forwarding.Settings) {}},
		{`"r1": {`, `"multipath": {"hash": "addresses"}`, func(s *forwarding.Settings) { s.Multipath.Hash = forwarding.HashAddresses }},
		{`"r1": {`, `"multipath": {"hash": "flow-label"}`, func(s *forwarding.Settings) { s.Multipath.Hash = forwarding.HashFlowLabel }},
		{`"r1": {`, `"multipath": {"hash": "per-packet"}`, func(s *forwarding.Settings) { s.Multipath.Hash = forwarding.HashPerPacket }},
		{`"r1": {`, `"multipath": {"seed": 0}`, func(s *forwarding.Settings) { s.Multipath.Seed = 0 }},
		{`"r1": {`, `"multipath": {"seed": 9007199254740991}`, func(s *forwarding.Settings) { s.Multipath.Seed = 1<<53 - 1 }},
		{`"r1": {`, `"multipath": {"icmp_errors": "outer"}`, func(s *forwarding.Settings) { s.Multipath.ErrorsByOuter = true }},
		{`"icmp": {`, `"ttl": 1`, func(s *forwarding.Settings) { s.ErrorTTL = 1 }},
		{`"icmp": {`, `"ttl": 255`, func(s *forwarding.Settings) { s.ErrorTTL = 255 }},
		{`"icmp": {`, `"reply_ttl": 255`, func(s *forwarding.Settings) { s.ReplyTTL = 255 }},
		{`"icmp": {`, `"quote": 8, "quote6": 1192`, func(s *forwarding.Settings) { s.Quote, s.Quote6 = 8, 1192 }},
		{`"icmp": {`, `"quote": 528, "quote6": 8`, func(s *forwarding.Settings) { s.Quote, s.Quote6 = 528, 8 }},
		{`"icmp": {`, `"packet_too_big": {"action": "drop"}`, policy(ratelimit.TooBig, forwarding.Policy{Drop: true})},
		{`"icmp": {`, `"time_exceeded": {"every": 3}`, policy(ratelimit.TimeExceeded, forwarding.Policy{Every: 3})},
		{`"icmp": {`, `"unreachable": {"source": "10.1.0.1"}`, policy(ratelimit.Unreach, given("10.1.0.1"))},
		{`"icmp": {`, `"unreachable": {"source": "fd00:1::1"}`, policy(ratelimit.Unreach, given("fd00:1::1"))},
		{`"icmp": {`, `"parameter_problem": {"source": ["fd00:1::1", "10.1.0.1"]}`,
			policy(ratelimit.ParameterProblem, given("10.1.0.1", "fd00:1::1"))},
		{`"icmp": {`, `"redirect": {"action": "drop"}`, policy(ratelimit.Redirect, forwarding.Policy{Drop: true})},
	}
	for _, test := range tests {
		want := base
		test.want(&want)
		if got, _ := planned(t, changed(t, test.at, test.at+test.knob+",")); !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives\n%+v, want\n%+v", test.knob, got, want)
		}
	}
}

// TestSeeds: nodes choose differently, and each the same for the same file.
func TestSeeds(t *testing.T) {
	if one, other := nodeSeed(1, "multipath", "r1"), nodeSeed(1, "multipath", "r2"); one == other || nodeSeed(1, "multipath", "r1") != one || nodeSeed(2, "multipath", "r1") == one {
		t.Errorf("seeds %x, %x, %x", one, other, nodeSeed(2, "multipath", "r1"))
	}
	text := changed(t, `"r1": {`, `"r2": { "multipath": { "seed": 5 }, "interfaces": { "a": { "addresses": [], "tun": { "name": "a" } } } }, "r1": {`)
	nodes := parse(t, text).Plan().Nodes
	if got := nodes[0].Settings.Multipath.Seed; got != nodeSeed(1, "multipath", "r1") {
		t.Errorf("the seed of r1 is %x", got)
	}
	if got := nodes[1].Settings.Multipath.Seed; got != 5 {
		t.Errorf("the seed of r2 is %x, want 5", got)
	}
}

// TestPathsAndLabels wants them in the plan.
func TestPathsAndLabels(t *testing.T) {
	text := changed(t, `"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" }, { "via": "10.1.0.2", "interface": "left", "weight": 3 }, { "interface": "right" } ]`)
	node := parse(t, strings.Replace(text, `"left": {`, `"left": { "mpls": [24001, 3],`, 1)).Plan().Nodes[0]
	want := forwarding.Route{To: prefixes("10.9.0.0/16")[0], Group: &forwarding.Group{Paths: []forwarding.Path{
		{Via: addr("10.2.0.2")}, {Via: addr("10.1.0.2"), Link: "left", Weight: 3}, {Link: "right"},
	}}}
	if got := node.Routes[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v %+v, want %+v %+v", got, got.Group, want, want.Group)
	}
	if got := node.Routes[1].Group; got != nil {
		t.Errorf("a route without paths has %+v", got)
	}
	if got, want := node.Interfaces[0].Labels, []icmpgen.Label{{Label: 24001}, {Label: 3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("labels %+v, want %+v", got, want)
	}
	if got := node.Interfaces[1].Labels; got != nil {
		t.Errorf("labels of the other: %+v", got)
	}
}
