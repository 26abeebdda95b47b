package config

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// badLies are policies that cannot be.
var badLies = []edited{
	{"an MTU of another message", []string{`"icmp": {`, `"icmp": { "time_exceeded": { "mtu": 1300 }, "echo": { "overrides": [ { "mtu": "true" } ] },`}, []string{
		`f:19:43: nodes.r1.icmp.time_exceeded.mtu: only Packet Too Big tells an MTU; expected "packet_too_big", or no "mtu"`,
		`f:19:85: nodes.r1.icmp.echo.overrides[0].mtu: only Packet Too Big tells an MTU; expected "packet_too_big", or no "mtu"`,
	}},
	{"MTUs that cannot be", []string{`"icmp": {`, `"icmp": { "packet_too_big": { "mtu": 65536, "overrides": [ { "mtu": "+65536" }, { "mtu": "half" }, { "mtu": -1 }, { "mtu": true } ] },`}, []string{
		`f:19:44: nodes.r1.icmp.packet_too_big.mtu: 65536 is out of range; expected a whole number from 0 to 65535`,
		`f:19:75: nodes.r1.icmp.packet_too_big.overrides[0].mtu: "+65536" is no MTU; expected "true", "zero", a number from 0 to 65535, or one that is added, as "+20" or "-40"`,
		`f:19:96: nodes.r1.icmp.packet_too_big.overrides[1].mtu: "half" is no MTU; expected "true", "zero", a number from 0 to 65535, or one that is added, as "+20" or "-40"`,
		`f:19:115: nodes.r1.icmp.packet_too_big.overrides[2].mtu: -1 is out of range; expected a whole number from 0 to 65535`,
		`f:19:130: nodes.r1.icmp.packet_too_big.overrides[3].mtu: true does not belong here; expected a string, or a whole number from 0 to 65535`,
	}},
	{"quotes of an echo reply", []string{`"icmp": {`, `"icmp": { "echo": { "quote": 8, "quoted": { "ttl": 1 } },`}, []string{
		`f:19:36: nodes.r1.icmp.echo.quote: an echo reply quotes no packet, but returns the data of the request; expected no such key here`,
		`f:19:49: nodes.r1.icmp.echo.quoted: an echo reply quotes no packet, but returns the data of the request; expected no such key here`,
	}},
	{"quotes that cannot be", []string{`"icmp": {`, `"icmp": { "unreachable": { "quote": 7 }, "time_exceeded": { "quote": "all" },`}, []string{
		`f:19:43: nodes.r1.icmp.unreachable.quote: 7 is out of range; expected a whole number from 8 to 1192`,
		`f:19:76: nodes.r1.icmp.time_exceeded.quote: "all" is none of the words that may stand here; expected "rfc" or "full", or a whole number from 8 to 1192`,
	}},
	{"limits that cannot be", []string{`"icmp": {`, `"icmp": { "unreachable": { "limit": { "burst": 1 } }, "time_exceeded": { "limit": { "pps": -1, "burst": 0, "scope": "flows" } },`}, []string{
		`f:19:43: nodes.r1.icmp.unreachable.limit: the key "pps" is missing`,
		`f:19:98: nodes.r1.icmp.time_exceeded.limit.pps: -1 is out of range; expected a whole number from 0 to 1000000000`,
		`f:19:111: nodes.r1.icmp.time_exceeded.limit.burst: 0 is out of range; expected a whole number from 1 to 1000000000`,
		`f:19:123: nodes.r1.icmp.time_exceeded.limit.scope: "flows" is none of the words that may stand here; expected "all", "source", "destination" or "flow"; did you mean "flow"?`,
	}},
	{"chances and times that cannot be", []string{`"icmp": {`, `"icmp": { "unreachable": { "probability": "101%", "delay": "2", "first": 0, "duplicate": 101, "ttl": 0, "checksum": "bad" },`}, []string{
		`f:19:49: nodes.r1.icmp.unreachable.probability: "101%" is no probability; expected a probability from "0%" to "100%"`,
		`f:19:66: nodes.r1.icmp.unreachable.delay: "2" is no duration from 0s to 1h; expected a duration, as "20ms"`,
		`f:19:80: nodes.r1.icmp.unreachable.first: 0 is out of range; expected a whole number from 1 to 1000000000`,
		`f:19:96: nodes.r1.icmp.unreachable.duplicate: 101 is out of range; expected a whole number from 1 to 100`,
		`f:19:108: nodes.r1.icmp.unreachable.ttl: 0 is out of range; expected a whole number from 1 to 255`,
		`f:19:123: nodes.r1.icmp.unreachable.checksum: "bad" is none of the words that may stand here; expected "right" or "wrong"`,
	}},
	{"targets that cannot be", []string{`"icmp": {`, `"icmp": { "unreachable": { "target": "224.0.0.1" }, "time_exceeded": { "target": ["10.1.0.9", "10.1.0.8"] }, "redirect": { "target": [] }, "echo": { "target": "fe80::1" },`}, []string{
		`f:19:44: nodes.r1.icmp.unreachable.target[0]: 224.0.0.1 is a multicast address; expected an address that a message can go to`,
		`f:19:101: nodes.r1.icmp.time_exceeded.target[1]: 10.1.0.8 is of the family of 10.1.0.9; expected one address of each family`,
		`f:19:140: nodes.r1.icmp.redirect.target: nothing in it; expected at least 1`,
		`f:19:166: nodes.r1.icmp.echo.target[0]: fe80::1 is link-local, and means nothing on other links; expected an address that a message can go to`,
	}},
	{"a word among sources", []string{`"icmp": {`, `"icmp": { "unreachable": { "source": ["receiver", "10.1.0.1"] }, "time_exceeded": { "source": "reciever" }, "echo": { "source": "" },`}, []string{
		`f:19:45: nodes.r1.icmp.unreachable.source[0]: "receiver" beside others; expected the word alone, or addresses`,
		`f:19:101: nodes.r1.icmp.time_exceeded.source[0]: "reciever" is neither a word nor an address; expected "destination", "egress", "ingress" or "receiver", or an address, as "10.1.0.1" or "fd00::1"; did you mean "receiver"?`,
		`f:19:135: nodes.r1.icmp.echo.source[0]: the string is empty`,
	}},
	{"quoted what cannot be", []string{`"icmp": {`, `"icmp": { "unreachable": { "quoted": { "source": ["10.0.0.1", "10.0.0.2"], "source_port": 0, "protocol": 256, "dscp": 64, "ttl": -1, "checksum": "none", "outer": { "source": "10.0.0.1" } } },`}, []string{
		`f:19:69: nodes.r1.icmp.unreachable.quoted.source[1]: 10.0.0.2 is of the family of 10.0.0.1; expected one address of each family`,
		`f:19:97: nodes.r1.icmp.unreachable.quoted.source_port: 0 is out of range; expected a whole number from 1 to 65535`,
		`f:19:112: nodes.r1.icmp.unreachable.quoted.protocol: 256 is out of range; expected a whole number from 0 to 255`,
		`f:19:125: nodes.r1.icmp.unreachable.quoted.dscp: 64 is out of range; expected a whole number from 0 to 63`,
		`f:19:136: nodes.r1.icmp.unreachable.quoted.ttl: -1 is out of range; expected a whole number from 0 to 255`,
		`f:19:152: nodes.r1.icmp.unreachable.quoted.checksum: "none" is none of the words that may stand here; expected "right" or "wrong"`,
		`f:19:169: nodes.r1.icmp.unreachable.quoted.outer: the key "destination" is missing`,
	}},
	{"matches that cannot be", []string{`"icmp": {`, `"icmp": { "unreachable": { "overrides": [ { "match": { "in": "lfet", "code": "prot" } }, { "match": { "out": "up", "above": 100, "below": 100, "code": "ttl-exceeded" } }, { "mach": {} } ] },
        "packet_too_big": { "overrides": [ { "match": { "code": "too" } } ] }, "echo": { "overrides": [ { "match": { "code": "echo-reply" } } ] }, "redirect": { "overrides": [] },`}, []string{
		`f:19:68: nodes.r1.icmp.unreachable.overrides[0].match.in: "lfet" is no interface of the node; expected "left" or "right"; did you mean "left"?`,
		`f:19:84: nodes.r1.icmp.unreachable.overrides[0].match.code: "prot" is no message of this kind; expected "admin-prohibited", "beyond-scope", "headers-too-long", "host", "host-unreachable-tos", "net", "net-unreachable-tos", "port", "precedence-cutoff", "precedence-violation", "protocol", "reject-route", "route", "source-policy", "source-route-failed" or "tcp-reset"; did you mean "port"?`,
		`f:19:116: nodes.r1.icmp.unreachable.overrides[1].match.out: "up" is no interface of the node; expected "left" or "right"`,
		`f:19:145: nodes.r1.icmp.unreachable.overrides[1].match.below: no length is above 100 and below 100; expected at least 102`,
		`f:19:158: nodes.r1.icmp.unreachable.overrides[1].match.code: "ttl-exceeded" is no message of this kind; expected "admin-prohibited", "beyond-scope", "headers-too-long", "host", "host-unreachable-tos", "net", "net-unreachable-tos", "port", "precedence-cutoff", "precedence-violation", "protocol", "reject-route", "route", "source-policy", "source-route-failed" or "tcp-reset"`,
		`f:19:180: nodes.r1.icmp.unreachable.overrides[2].mach: no such key; expected "match", "action", "every", "probability", "first", "limit", "delay", "duplicate", "target", "mtu", "source", "quote", "quoted", "checksum" or "ttl"; did you mean "match"?`,
		`f:20:65: nodes.r1.icmp.packet_too_big.overrides[0].match.code: there is one message of this kind; expected no "code"`,
		`f:20:126: nodes.r1.icmp.echo.overrides[0].match.code: there is one message of this kind; expected no "code"`,
		`f:20:175: nodes.r1.icmp.redirect.overrides: nothing in it; expected at least 1`,
	}},
	{"keys that are not there", []string{`"icmp": {`, `"icmp": { "echo": { "rate": { "pps": 1 } }, "unreachable": { "overrides": [ { "rate": { "pps": 1 } }, { "overrides": [] } ] },`}, []string{
		`f:19:27: nodes.r1.icmp.echo.rate: no such key; expected "action", "every", "probability", "first", "limit", "delay", "duplicate", "target", "mtu", "source", "quote", "quoted", "checksum", "ttl" or "overrides"`,
		`f:19:85: nodes.r1.icmp.unreachable.overrides[0].rate: no such key; expected "match", "action", "every", "probability", "first", "limit", "delay", "duplicate", "target", "mtu", "source", "quote", "quoted", "checksum" or "ttl"`,
		`f:19:111: nodes.r1.icmp.unreachable.overrides[1].overrides: no such key; expected "match", "action", "every", "probability", "first", "limit", "delay", "duplicate", "target", "mtu", "source", "quote", "quoted", "checksum" or "ttl"`,
	}},
	{"what two threads would have to move", []string{"{\n", "{\n" + `  "workers": 2,`, `"icmp": {`, `"icmp": { "unreachable": { "overrides": [ { "delay": "1ms" } ] },`}, []string{
		`f:2:14: workers: what r1 delays is moved by one thread; expected 1`,
	}},
}

// suspectLies are hardly meant.
var suspectLies = []edited{
	{"what is dropped has keys that lie", []string{`"icmp": {`, `"icmp": { "unreachable": { "action": "drop", "delay": "1s", "quoted": { "ttl": 1 } },`}, []string{
		`f:19:61: nodes.r1.icmp.unreachable.delay: the node sends none of them`,
		`f:19:77: nodes.r1.icmp.unreachable.quoted: the node sends none of them`,
	}},
	{"an override that drops has more keys", []string{`"icmp": {`, `"icmp": { "packet_too_big": { "overrides": [ { "action": "drop", "mtu": "true" } ] },`}, []string{
		`f:19:79: nodes.r1.icmp.packet_too_big.overrides[0].mtu: the node sends none of them`,
	}},
}

// fineLies look like mistakes and are none.
var fineLies = []edited{
	{"the truth, in words", []string{`"icmp": {`, `"icmp": { "packet_too_big": { "mtu": "true", "source": "egress", "quote": "rfc", "checksum": "right", "probability": "100%", "delay": "0s", "quoted": {} },`}, nil},
	{"dropped but for some", []string{`"icmp": {`, `"icmp": { "unreachable": { "action": "drop", "delay": "1s", "overrides": [ { "match": { "protocol": "tcp" }, "action": "send" } ] },`}, nil},
	{"whole names of codes", []string{`"icmp": {`, `"icmp": { "unreachable": { "overrides": [ { "match": { "code": "port-unreachable", "in": "left", "out": "right" } }, { "match": { "code": "port" } } ] },`}, nil},
	{"numbers as text", []string{`"icmp": {`, `"icmp": { "packet_too_big": { "mtu": "1300", "target": "10.7.7.7", "quoted": { "source": "255.255.255.255" } },`}, nil},
	{"delays in another file of one thread", []string{"{\n", "{\n" + `  "workers": 1,`, `"icmp": {`, `"icmp": { "unreachable": { "delay": "1h" },`}, nil},
}

// TestLies wants each key in its place of the plan, and nothing else changed.
func TestLies(t *testing.T) {
	each := func(texts ...string) wire.PerFamily { return wire.EachFamily(addressesOf(texts)...) }
	tests := map[string]forwarding.Policy{
		`"probability": "75%"`: {Silence: 0.25},
		`"first": 3`:           {First: 3},
		`"limit": {"pps": 7}`:  {Limit: ratelimit.Rate{PPS: 7, Burst: 1}},
		`"limit": {"pps": 0, "burst": 9, "scope": "all"}`: {Limit: ratelimit.Rate{Burst: 9}},
		`"limit": {"pps": 1, "scope": "source"}`:          {Limit: ratelimit.Rate{PPS: 1, Burst: 1}, Scope: forwarding.ScopeSource},
		`"limit": {"pps": 1, "scope": "destination"}`:     {Limit: ratelimit.Rate{PPS: 1, Burst: 1}, Scope: forwarding.ScopeDestination},
		`"limit": {"pps": 1, "scope": "flow"}`:            {Limit: ratelimit.Rate{PPS: 1, Burst: 1}, Scope: forwarding.ScopeFlow},
		`"delay": "1.5s"`:                                 {Delay: 1500 * time.Millisecond},
		`"duplicate": 2`:                                  {Duplicate: 2},
		`"target": "10.9.9.9"`:                            {Target: each("10.9.9.9")},
		`"target": ["fd09::9", "10.9.9.9"]`:               {Target: each("10.9.9.9", "fd09::9")},
		`"mtu": "zero"`:                                   {MTU: forwarding.Claim{Fixed: true}},
		`"mtu": 0`:                                        {MTU: forwarding.Claim{Fixed: true}},
		`"mtu": 1.3e3`:                                    {MTU: forwarding.Claim{Fixed: true, Octets: 1300}},
		`"mtu": "+20"`:                                    {MTU: forwarding.Claim{Octets: 20}},
		`"mtu": "-40"`:                                    {MTU: forwarding.Claim{Octets: -40}},
		`"source": "egress"`:                              {From: forwarding.FromEgress},
		`"source": ["ingress"]`:                           {From: forwarding.FromIngress},
		`"source": "destination"`:                         {From: forwarding.FromDestination},
		`"source": "receiver"`:                            {From: forwarding.FromReceiver},
		`"source": "10.1.0.1"`:                            {From: forwarding.FromGiven, Source: each("10.1.0.1")},
		`"quote": 8`:                                      {Quote: 8},
		`"quote": "rfc"`:                                  {Quote: forwarding.QuoteRFC},
		`"quote": "full"`:                                 {Quote: forwarding.QuoteFull},
		`"checksum": "wrong"`:                             {BadChecksum: true},
		`"ttl": 1`:                                        {TTL: 1},
		`"quoted": {"source": "10.9.9.9", "destination": "fd09::9"}`: {Quoted: icmpgen.Quoted{Source: each("10.9.9.9"), Destination: each("fd09::9")}},
		`"quoted": {"source_port": 1, "destination_port": 2}`:        {Quoted: icmpgen.Quoted{SourcePort: 1, DestinationPort: 2}},
		`"quoted": {"protocol": 0}`:                                  {Quoted: icmpgen.Quoted{HasProtocol: true}},
		`"quoted": {"dscp": 46}`:                                     {Quoted: icmpgen.Quoted{DSCP: 46, HasDSCP: true}},
		`"quoted": {"ttl": 0}`:                                       {Quoted: icmpgen.Quoted{HasTTL: true}},
		`"quoted": {"checksum": "wrong"}`:                            {Quoted: icmpgen.Quoted{BadChecksum: true}},
		`"quoted": {"outer": {"source": "10.9.9.9", "destination": "10.9.9.8", "protocol": 47}}`: {
			Quoted: icmpgen.Quoted{Outer: icmpgen.Outer{Source: each("10.9.9.9"), Destination: each("10.9.9.8"), Protocol: 47}}},
	}
	for text, want := range tests {
		got, _ := planned(t, changed(t, `"icmp": {`, `"icmp": { "packet_too_big": {`+text+`},`))
		if rules := got.Policy[ratelimit.TooBig]; len(rules) != 1 || rules[0] != (forwarding.Rule{Policy: want}) || got.Seed != nodeSeed(1, "policy", "r1") {
			t.Errorf("%s gives\n%+v, want\n%+v", text, rules, want)
		}
	}
	for _, text := range []string{`"unreachable": {}`, `"unreachable": {"action": "send", "every": 1, "probability": "100%", "delay": "0s", "quoted": {}}`, `"source_quench": {"delay": "1s"}`, `"source_quench": {"action": "drop"}`} {
		if got, _ := planned(t, changed(t, `"icmp": {`, `"icmp": { `+text+`,`)); !reflect.DeepEqual(got.Policy, forwarding.Policies{}) || got.Seed != 0 {
			t.Errorf("%s gives %+v", text, got.Policy)
		}
	}
}

// TestOverrides: the first that matches holds, and has of the kind's own what it leaves out.
func TestOverrides(t *testing.T) {
	for text, want := range map[string][]forwarding.Rule{
		`"overrides": [ {"match": {"in": "left", "out": "right", "code": "port", "above": 9, "from": "10.0.0.0/8", "to": "10.0.0.0/8", "protocol": "udp", "port": 53, "fragments": "first"}, "action": "drop"} ]`: {
			{When: forwarding.Invoking{In: "left", Out: "right", Message: icmpgen.PortUnreachable, Match: wire.Match{Above: 9, Source: prefixes("10.0.0.0/8")[0],
				Destination: prefixes("10.0.0.0/8")[0], Protocol: 17, HasProtocol: true, Port: 53, Fragments: wire.FirstFragment}}, Policy: forwarding.Policy{Drop: true}}},
		`"action": "drop", "overrides": [ {"match": {"to": "::/0"}, "action": "send"} ]`: {
			{When: forwarding.Invoking{Match: wire.Match{Destination: prefixes("::/0")[0]}}}, {Policy: forwarding.Policy{Drop: true}}},
		`"every": 3, "first": 4, "probability": "50%", "delay": "1s", "duplicate": 5, "quote": 8, "quoted": {"ttl": 1}, "checksum": "wrong", "ttl": 6, "target": "10.0.0.9", "source": "receiver", "limit": {"pps": 1},
		 "overrides": [ {"match": {"code": "net"}}, {"every": 1, "probability": "100%", "delay": "0s", "quote": "rfc", "quoted": {}, "checksum": "right", "source": "egress"} ]`: {
			{When: forwarding.Invoking{Message: icmpgen.NetUnreachable}, Policy: everything}, {Policy: forwarding.Policy{First: 4, Duplicate: 5, Quote: forwarding.QuoteRFC, TTL: 6,
				Target: everything.Target, From: forwarding.FromEgress, Limit: everything.Limit}}, {Policy: everything}},
	} {
		got, _ := planned(t, changed(t, `"icmp": {`, `"icmp": { "unreachable": {`+text+`},`))
		if !reflect.DeepEqual(got.Policy[ratelimit.Unreach], want) {
			t.Errorf("%s gives\n%+v, want\n%+v", text, got.Policy[ratelimit.Unreach], want)
		}
	}
	drop, send := forwarding.Rule{Policy: forwarding.Policy{Drop: true}}, forwarding.Rule{}
	tcp := forwarding.Invoking{Match: wire.Match{Protocol: 6, HasProtocol: true}}
	for text, want := range map[string][]forwarding.Rule{
		`"action": "send"`: {send}, `"action": "send", "ttl": 9`: {{Policy: forwarding.Policy{TTL: 9}}},
		`"overrides": [ {"match": {"protocol": "tcp"}, "action": "send"} ]`: {{When: tcp}, drop},
	} {
		got, _ := planned(t, changed(t, `"icmp": {`, `"icmp": { "source_quench": {`+text+`},`))
		if !reflect.DeepEqual(got.Policy[ratelimit.SourceQuench], want) {
			t.Errorf("source_quench %s gives\n%+v, want\n%+v", text, got.Policy[ratelimit.SourceQuench], want)
		}
	}
	got, _ := planned(t, changed(t, `"icmp": {`, `"icmp": { "echo": { "delay": "1s", "overrides": [ { "match": {"above": 100}, "action": "drop" } ] },`))
	late := forwarding.Policy{Delay: time.Second}
	if want := []forwarding.Rule{{When: forwarding.Invoking{Match: wire.Match{Above: 100}}, Policy: forwarding.Policy{Drop: true, Delay: time.Second}}, {Policy: late}}; !reflect.DeepEqual(got.Policy[forwarding.Echo], want) {
		t.Errorf("echo gives %+v", got.Policy[forwarding.Echo])
	}
}

var everything = forwarding.Policy{Every: 3, First: 4, Silence: 0.5, Delay: time.Second, Duplicate: 5, Quote: 8, Quoted: icmpgen.Quoted{TTL: 1, HasTTL: true}, BadChecksum: true, TTL: 6,
	Target: wire.EachFamily(addr("10.0.0.9")), From: forwarding.FromReceiver, Limit: ratelimit.Rate{PPS: 1, Burst: 1}}

// TestPolicyDocs: each example of docs/policy.md is a policy without mistakes that says something, and every key of one is among them.
func TestPolicyDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```json\n")[1:]
	for _, block := range blocks {
		example, _, _ := strings.Cut(block, "```")
		if got, _ := planned(t, changed(t, `"icmp": {`, `"icmp": { `+example+`,`)); !got.Policy.Rules() {
			t.Errorf("nothing comes of\n%s", example)
		}
	}
	for _, object := range []any{Policy{}, Throttle{}, Quoted{}, Outer{}, Invoking{}, Override{}} {
		for _, key := range grammar[reflect.TypeOf(object)] {
			if all := strings.Join(blocks, ""); !strings.Contains(all, "\""+key.name+"\"") && !strings.Contains(all, "`"+key.name+"`") {
				t.Errorf("no example of %s", key.name)
			}
		}
	}
}
