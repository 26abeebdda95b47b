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

// badBoxes are boxes, tunnels and forgers that cannot be.
var badBoxes = []edited{
	{"mss too small", []string{`"left": {`, `"left": { "middlebox": { "out": { "mss": 47 } },`}, []string{
		`f:5:50: nodes.r1.interfaces.left.middlebox.out.mss: 47 is out of range; expected a whole number from 48 to 65495`,
	}},
	{"df misspelt", []string{`"left": {`, `"left": { "middlebox": { "in": { "df": "clean" } },`}, []string{
		`f:5:48: nodes.r1.interfaces.left.middlebox.in.df: "clean" is none of the words that may stand here; expected "keep", "clear" or "set"; did you mean "clear"?`,
	}},
	{"a direction misspelt", []string{`"left": {`, `"left": { "middlebox": { "outt": { "df": "clear" } },`}, []string{
		`f:5:34: nodes.r1.interfaces.left.middlebox.outt: no such key; expected "out" or "in"; did you mean "out"?`,
	}},
	{"drop_above below any link", []string{`"left": {`, `"left": { "middlebox": { "out": { "drop_above": 67 } },`}, []string{
		`f:5:57: nodes.r1.interfaces.left.middlebox.out.drop_above: 67 is out of range; expected a whole number from 68 to 65535`,
	}},
	{"fragments misspelt", []string{`"left": {`, `"left": { "middlebox": { "out": { "fragments": "any" } },`}, []string{
		`f:5:56: nodes.r1.interfaces.left.middlebox.out.fragments: "any" is none of the words that may stand here; expected "none", "all", "first" or "later"`,
	}},
	{"icmp misspelt", []string{`"left": {`, `"left": { "middlebox": { "in": { "drop": { "icmp": "packet_too_big" } } },`}, []string{
		`f:5:60: nodes.r1.interfaces.left.middlebox.in.drop[0].icmp: "packet_too_big" is none of the words that may stand here; expected "errors", "packet-too-big", "time-exceeded", "unreachable", "parameter-problem", "redirect", "source-quench" or "echo"; did you mean "packet-too-big"?`,
	}},
	{"filter of two minds", []string{`"left": {`, `"left": { "middlebox": { "in": { "drop": [ { "icmp": "errors", "protocol": "tcp" }, { "icmp": "echo", "port": 7 }, { "every": 2, "probability": "50%" }, { "icmp": "errors", "fragments": "later" }, { "probability": "2" }, { "protocol": "tpc" } ] } },`}, []string{
		`f:5:84: nodes.r1.interfaces.left.middlebox.in.drop[0].protocol: "tcp" is no ICMP; expected "icmp", or no "protocol", beside "icmp"`,
		`f:5:119: nodes.r1.interfaces.left.middlebox.in.drop[1].port: ICMP has no ports; expected no "port" beside "icmp"`,
		`f:5:153: nodes.r1.interfaces.left.middlebox.in.drop[2].probability: a second choice beside "every" (5:135); expected one of "every" or "probability"`,
		`f:5:195: nodes.r1.interfaces.left.middlebox.in.drop[3].fragments: later fragments do not say which message they are of; expected other "fragments"`,
		`f:5:223: nodes.r1.interfaces.left.middlebox.in.drop[4].probability: "2" is no probability; expected a probability from "0%" to "100%"`,
		`f:5:244: nodes.r1.interfaces.left.middlebox.in.drop[5].protocol: "tpc" is no protocol; expected "ah", "dccp", "esp", "gre", "ospf", "sctp", "tcp", "udp", "udplite" or "icmp", or a number from "0" to "255"; did you mean "tcp"?`,
	}},
	{"tunnel without overhead", []string{`"left": {`, `"left": { "tunnel": { "error": "outer" },`}, []string{
		`f:5:29: nodes.r1.interfaces.left.tunnel: the key "overhead" is missing`,
	}},
	{"tunnel as long as the link", []string{`"mtu": 1400,`, `"mtu": 1400, "tunnel": { "overhead": 1400 },`}, []string{
		`f:13:48: nodes.r1.interfaces.right.tunnel.overhead: of the MTU of 1400, 1400 leaves too little; expected at most 1332`,
	}},
	{"tunnel error misspelt", []string{`"mtu": 1400,`, `"mtu": 1400, "tunnel": { "overhead": 40, "error": "iner" },`}, []string{
		`f:13:61: nodes.r1.interfaces.right.tunnel.error: "iner" is none of the words that may stand here; expected "inner", "outer" or "none"; did you mean "inner"?`,
	}},
	{"tunnel ends of one family", []string{`"mtu": 1400,`, `"mtu": 1400, "tunnel": { "overhead": 40, "error": "outer", "source": ["10.0.0.1", "10.0.0.2"] },`}, []string{
		`f:13:93: nodes.r1.interfaces.right.tunnel.source[1]: 10.0.0.2 is of the family of 10.0.0.1; expected one address of each family`,
	}},
	{"forger without a message", []string{`"r1": {`, `"r1": { "forge": { "mtu": 68 },`}, []string{
		`f:3:22: nodes.r1.forge[0]: the key "message" is missing`,
	}},
	{"forger without an MTU", []string{`"r1": {`, `"r1": { "forge": [ { "message": "packet_too_big" } ],`}, []string{
		`f:3:24: nodes.r1.forge[0]: packet_too_big needs the key "mtu"`,
	}},
	{"forger with a needless MTU", []string{`"r1": {`, `"r1": { "forge": { "message": "port_unreachable", "mtu": 68 },`}, []string{
		`f:3:62: nodes.r1.forge[0].mtu: port_unreachable tells no MTU; expected the "message" "packet_too_big", or no "mtu"`,
	}},
	{"forger of a misspelt message", []string{`"r1": {`, `"r1": { "forge": { "message": "packet_to_big", "mtu": 68, "sequence": "false" },`}, []string{
		`f:3:35: nodes.r1.forge[0].message: "packet_to_big" is none of the words that may stand here; expected "packet_too_big", "net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable", "admin_prohibited", "time_exceeded" or "source_quench"; did you mean "packet_too_big"?`,
		`f:3:75: nodes.r1.forge[0].sequence: "false" is none of the words that may stand here; expected "true" or "wrong"`,
	}},
	{"forgers without end", []string{`"r1": {`, `"r1": { "forge": [` + strings.Repeat(`{ "message": "time_exceeded" },`, 8) + `{ "message": "time_exceeded" } ],`}, []string{
		`f:3:22: nodes.r1.forge: 9 forgers are too many; expected at most 8`,
	}},
}

// suspectBoxes are hardly meant.
var suspectBoxes = []edited{
	{"df without IPv4", []string{`"10.1.0.1/24", "fd00:1::1/64"`, `"fd00:1::1/64"`, `"10.1.0.2/24", "fd00:1::2/64"`, `"fd00:1::2/64"`, `"left": {`, `"left": { "middlebox": { "out": { "df": "clear" } },`}, []string{
		`f:5:49: nodes.r1.interfaces.left.middlebox.out.df: IPv6 has no DF, and the interface has no IPv4 address`,
	}},
	{"extension headers without IPv6", []string{`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24"`, `"10.1.0.2/24", "fd00:1::2/64"`, `"10.1.0.2/24"`, `"left": {`, `"left": { "middlebox": { "in": { "extension_headers": "drop" } },`}, []string{
		`f:5:63: nodes.r1.interfaces.left.middlebox.in.extension_headers: IPv4 has none, and the interface has no IPv6 address`,
	}},
	{"drop_above nothing", []string{`"mtu": 1400,`, `"mtu": 1400, "middlebox": { "out": { "drop_above": 1400 } },`}, []string{
		`f:13:62: nodes.r1.interfaces.right.middlebox.out.drop_above: nothing that leaves here is longer than 1400`,
	}},
	{"mangled fragments that vanish", []string{`"mtu": 1400,`, `"mtu": 1400, "middlebox": { "out": { "fragments": { "drop": "all", "mangle": "payload" } } },`}, []string{
		`f:13:88: nodes.r1.interfaces.right.middlebox.out.fragments.mangle: all fragments vanish`,
	}},
	{"tunnel that leaves too little for IPv6", []string{`"mtu": 1400,`, `"mtu": 1400, "tunnel": { "overhead": 121, "source": "10.0.0.1" },`}, []string{
		`f:13:48: nodes.r1.interfaces.right.tunnel.overhead: it leaves 1279, too small for IPv6; the router tells 1280`,
		`f:13:63: nodes.r1.interfaces.right.tunnel.source: only the "error" "outer" quotes it`,
	}},
	{"sequence numbers of UDP", []string{`"r1": {`, `"r1": { "forge": { "message": "source_quench", "match": { "protocol": "udp", "to": "::/0" }, "sequence": "wrong" },`}, []string{
		`f:3:35: nodes.r1.forge[0].message: IPv6 has no source quench`,
		`f:3:110: nodes.r1.forge[0].sequence: udp has no sequence numbers`,
	}},
}

// fineBoxes look like mistakes and are none.
var fineBoxes = []edited{
	{"boxes that do nothing", []string{`"left": {`, `"left": { "middlebox": { "in": {}, "out": { "df": "keep", "super_packets": "pass", "extension_headers": "pass", "fragments": "none" } },`}, nil},
	{"a filter of everything", []string{`"left": {`, `"left": { "middlebox": { "in": { "drop": {} } },`}, nil},
	{"ICMP, said twice", []string{`"left": {`, `"left": { "middlebox": { "in": { "drop": { "icmp": "errors", "protocol": "icmp", "every": 1 } } },`}, nil},
	{"a tunnel to its limit", []string{`"mtu": 1400,`, `"mtu": 1400, "tunnel": { "overhead": 1332, "error": "none" },`}, nil},
	{"a tunnel with all there is", []string{`"mtu": 1400,`, `"mtu": 1400, "tunnel": { "overhead": 80, "error": "outer", "source": ["10.0.0.1", "fd00::1"], "destination": "10.0.0.2", "protocol": 17 },`}, nil},
	{"an MTU of nothing, forged", []string{`"r1": {`, `"r1": { "forge": { "message": "packet_too_big", "mtu": 0 },`}, nil},
}

// TestBoxesPlan wants each key in its place of the plan.
func TestBoxesPlan(t *testing.T) {
	text := changed(t, `"left": {`, `"left": { "middlebox": {
		"out": { "drop_above": 1200, "super_packets": "drop", "df": "clear", "mss": 1360, "extension_headers": "drop", "fragments": { "drop": "later", "mangle": "identification" } },
		"in": { "df": "set", "fragments": "first", "drop": [ { "icmp": "errors" }, { "icmp": "packet-too-big", "to": "::/0", "every": 2 }, { "icmp": "echo" }, { "above": 1000, "protocol": "udp", "probability": "25%" } ] } },
		"tunnel": { "overhead": 80, "error": "outer", "source": "10.0.0.1", "protocol": 17 },`)
	text = strings.Replace(text, `"r1": {`, `"r1": { "forge": [
		{ "message": "packet_too_big", "mtu": 68, "match": { "protocol": "tcp" }, "pps": 7, "burst": 3, "first": 9, "source": ["10.0.0.9", "fd00::9"], "sequence": "wrong", "port": "wrong" }, { "message": "time_exceeded" } ],`, 1)
	node := parse(t, text).Plan().Nodes[0]
	left, right := node.Interfaces[0], node.Interfaces[1]
	if want := (&forwarding.Middlebox{DropAbove: 1200, DropSuper: true, DropExtensions: true, DropFragments: wire.LaterFragment, Mangle: forwarding.MangleID, DF: forwarding.DFClear, MSS: 1360}); !reflect.DeepEqual(left.Out, want) {
		t.Errorf("out %+v, want %+v", left.Out, want)
	}
	errors := forwarding.Filter{}
	for _, kind := range []ratelimit.Kind{ratelimit.TooBig, ratelimit.TimeExceeded, ratelimit.Unreach, ratelimit.ParameterProblem, ratelimit.SourceQuench} {
		errors.Errors[kind] = true
	}
	tooBig := forwarding.Filter{Every: 2, Match: wire.Match{Destination: prefixes("::/0")[0]}}
	tooBig.Errors[ratelimit.TooBig] = true
	some := forwarding.Filter{Match: wire.Match{Above: 1000, HasProtocol: true, Protocol: 17}, Probability: 0.25, Seed: filterSeed(1, "r1/left/in", 3)}
	if want := (&forwarding.Middlebox{DropFragments: wire.FirstFragment, DF: forwarding.DFSet, Filters: []forwarding.Filter{errors, tooBig, {Echo: true}, some}}); !reflect.DeepEqual(left.In, want) {
		t.Errorf("in %+v, want %+v", left.In, want)
	}
	if want := (&forwarding.Tunnel{Overhead: 80, Error: forwarding.TunnelErrorOuter, Protocol: 17, Source: wire.EachFamily(addr("10.0.0.1"), addr("2001:db8::1")), Destination: wire.EachFamily(addr("192.0.2.2"), addr("2001:db8::2"))}); !reflect.DeepEqual(left.Tunnel, want) {
		t.Errorf("tunnel %+v, want %+v", left.Tunnel, want)
	}
	if right.In != nil || right.Out != nil || right.Tunnel != nil {
		t.Errorf("the other has %+v", right)
	}
	want := []forwarding.Forgery{
		{Message: icmpgen.TooBig, MTU: 68, Match: wire.Match{HasProtocol: true, Protocol: 6}, Rate: ratelimit.Rate{PPS: 7, Burst: 3}, First: 9, Source: wire.EachFamily(addr("10.0.0.9"), addr("fd00::9")), Quoted: icmpgen.Quoted{WrongSequence: true, WrongPort: true}},
		{Message: icmpgen.TTLExceeded, Rate: ratelimit.Rate{PPS: 100, Burst: 1}},
	}
	if got := node.Settings.Forgeries; !reflect.DeepEqual(got, want) {
		t.Errorf("forgeries %+v, want %+v", got, want)
	}
	if filterSeed(1, "r1/left/in", 3) == filterSeed(1, "r1/left/in", 2) || filterSeed(1, "r1/left/in", 3) == filterSeed(2, "r1/left/in", 3) {
		t.Error("seeds are alike")
	}
}

// TestSummaryOfBoxes wants a line for each box.
func TestSummaryOfBoxes(t *testing.T) {
	text := changed(t, `"mtu": 1400,`, `"mtu": 1400, "middlebox": { "out": { "mss": 1360, "drop_above": 1300, "fragments": "all" }, "in": { "drop": [ { "icmp": "errors", "to": "::/0" }, { "every": 3 } ] } }, "tunnel": { "overhead": 80, "error": "none" },`)
	got := parse(t, strings.Replace(text, `"r1": {`, `"r1": { "forge": { "message": "packet_too_big", "mtu": 68, "match": { "protocol": "tcp" }, "sequence": "wrong" },`, 1)).Summary()
	for _, want := range []string{
		"box out  drop_above 1300, fragments drop all, mss 1360\n",
		"box in   drop icmp errors (to ::/0), drop every 3\n",
		"tunnel   overhead 80, error none\n",
		"forger  message packet_too_big mtu 68 sequence wrong (protocol tcp)\n",
	} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
}
