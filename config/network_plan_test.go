package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

const ms = time.Millisecond

// TestNetworkPlan wants the links of wired between the right interfaces, and what
// happens to packets to each end.
func TestNetworkPlan(t *testing.T) {
	p := parse(t, wired).Plan()
	if p.Seed != 1 || p.Routing != network.ShortestPath {
		t.Errorf("seed %d, routing %d", p.Seed, p.Routing)
	}
	rate := link.Rate{BitsPerSecond: 50e6}
	want := []network.Link{{
		Name: "r1:up-r2:down", Ends: [2]network.End{{Node: 0, Interface: 1}, {Node: 1, Interface: 0}}, Metric: [2]int{1, 1},
		To: [2]link.Behavior{
			{Rate: rate, Delay: link.Delay{Mean: 20 * ms}},
			{Rate: rate, Delay: link.Delay{Mean: 20 * ms}, Loss: []link.Loss{{Probability: 0.01}}},
		},
	}, {
		Name: "r2:r3.example-r3.example:r2", Ends: [2]network.End{{Node: 1, Interface: 1}, {Node: 2, Interface: 0}}, Metric: [2]int{1, 1},
	}}
	if !reflect.DeepEqual(p.Links, want) {
		t.Errorf("got\n%+v\nwant\n%+v", p.Links, want)
	}
	names := ""
	for _, n := range p.Nodes {
		for _, i := range n.Interfaces {
			names += fmt.Sprintf("%s:%s %d %v\n", n.Name, i.Name, i.MTU, i.Addresses)
			if tun := n.Name == "r1" && i.Name == "left"; tun != (i.Device.Name != "") || !tun && !reflect.DeepEqual(i.Device, tundev.Spec{}) {
				t.Errorf("%s:%s has the device %+v", n.Name, i.Name, i.Device)
			}
		}
	}
	if want := `r1:left 1500 [10.1.0.1/24 fd00:1::1/64 fe80::557b:e631:6113:6f2c/64]
r1:up 1400 [10.0.0.0/31 fd00::/127 fe80::b7c4:261:7fd:55a7/64]
r2:down 1400 [10.0.0.1/31 fd00::1/127 fe80::70c8:b580:5011:85d8/64]
r2:r3.example 1500 []
r3.example:r2 1500 []
`; names != want {
		t.Errorf("got\n%swant\n%s", names, want)
	}
	if got, want := p.Nodes[2].Settings.Loopbacks, []netip.Addr{addr("10.255.0.3"), addr("fd00:ffff::3")}; !reflect.DeepEqual(got, want) {
		t.Errorf("loopbacks %v, want %v", got, want)
	}
}

// TestLinkKeys sets each key of a link, and wants what it says and no more.
func TestLinkKeys(t *testing.T) {
	const at = `"between": ["r1:up", "r2:down"], "mtu": 1400`
	type facts struct {
		name   string
		down   bool
		metric [2]int
		mtu    [2]int // of what r1 and r2 send
	}
	plain := facts{"r1:up-r2:down", false, [2]int{1, 1}, [2]int{1400, 1400}}
	change := func(f func(*facts)) facts { c := plain; f(&c); return c }
	for _, test := range []struct {
		edits []string
		want  facts
	}{
		{nil, plain},
		{[]string{at, at + `, "name": "core"`}, change(func(f *facts) { f.name = "core" })},
		{[]string{at, at + `, "up": false`}, change(func(f *facts) { f.down = true })},
		{[]string{at, at + `, "up": true`}, plain},
		{[]string{at, at + `, "metric": 7`}, change(func(f *facts) { f.metric = [2]int{7, 7} })},
		{[]string{at, at + `, "metric": 7`, `"to_r2": {`, `"to_r1": { "metric": 3 }, "to_r2": { "metric": 4, `}, change(func(f *facts) { f.metric = [2]int{3, 4} })},
		{[]string{`"both": {`, `"both": { "metric": 5,`, `"to_r2": {`, `"to_r2": { "metric": 4, `}, change(func(f *facts) { f.metric = [2]int{5, 4} })},
		{[]string{`, "mtu": 1400`, ``}, change(func(f *facts) { f.mtu = [2]int{1500, 1500} })},
		{[]string{`"to_r2": {`, `"to_r2": { "mtu": 1300, `}, change(func(f *facts) { f.mtu = [2]int{1300, 1400} })},
		{[]string{`"both": {`, `"both": { "mtu": 1350,`, `"to_r2": {`, `"to_r2": { "mtu": 1300, `}, change(func(f *facts) { f.mtu = [2]int{1300, 1350} })},
		{[]string{`"down": {`, `"down": { "mtu": 9000,`}, change(func(f *facts) { f.mtu = [2]int{1400, 9000} })},
		{[]string{`"down": {`, `"down": { "mtu": 9000,`, `"to_r2": {`, `"to_r2": { "mtu": 1300, `}, change(func(f *facts) { f.mtu = [2]int{1300, 9000} })},
	} {
		p := parse(t, edited{"", test.edits, nil}.of(t, wired)).Plan()
		l := p.Links[0]
		got := facts{l.Name, l.Down, l.Metric, [2]int{}}
		for k, e := range l.Ends {
			got.mtu[k] = p.Nodes[e.Node].Interfaces[e.Interface].MTU
		}
		if got != test.want {
			t.Errorf("%q gives %+v, want %+v", test.edits, got, test.want)
		}
	}
}

// TestEndsByName wants an interface that has no name of its own named after the other node.
func TestEndsByName(t *testing.T) {
	for between, want := range map[string][2]end{
		`["r2", "r3.example"]`:        {{"r2", "r3.example"}, {"r3.example", "r2"}},
		`["r2:x", "r3.example"]`:      {{"r2", "x"}, {"r3.example", "r2"}},
		`["r3.example", "r2:.x-_"]`:   {{"r3.example", "r2"}, {"r2", ".x-_"}},
		`["r3.example:r2", "r1:new"]`: {{"r3.example", "r2"}, {"r1", "new"}},
	} {
		p := parse(t, strings.Replace(wired, `["r2", "r3.example"]`, between, 1)).Plan()
		for k, e := range p.Links[1].Ends {
			if got := (end{p.Nodes[e.Node].Name, p.Nodes[e.Node].Interfaces[e.Interface].Name}); got != want[k] {
				t.Errorf("%s: end %d is %s, want %s", between, k, got, want[k])
			}
		}
	}
}

func losing(l ...link.Loss) link.Behavior { return link.Behavior{Loss: l} }

func losingThose(m wire.Match) link.Behavior { return losing(link.Loss{Every: 1, Match: m}) }

const chances = `"probability": "25%", "correlation": "50%", "match": { "above": 100 }`

var chance = link.Chance{Probability: 0.25, Correlation: 0.5, Match: wire.Match{Above: 100}}

// directions are keys of a direction, and the behavior that they ask for.
var directions = map[string]link.Behavior{
	``:                 {},
	`"rate": "50mbit"`: {Rate: link.Rate{BitsPerSecond: 50e6}},
	`"rate": "7bit"`:   {Rate: link.Rate{BitsPerSecond: 7}},
	`"rate": "64kbit"`: {Rate: link.Rate{BitsPerSecond: 64000}},
	`"rate": { "rate": "1.5gbit", "burst": 3000, "overhead": -14 }`: {Rate: link.Rate{BitsPerSecond: 15e8, Burst: 3000, Overhead: -14}},
	`"rate": "0.1tbit"`: {Rate: link.Rate{BitsPerSecond: 1e11}},
	`"queue": {}`:       {},
	`"queue": { "packets": 10, "bytes": 15000, "time": "50ms" }`:        {Queue: link.Queue{Packets: 10, Octets: 15000, Time: 50 * ms}},
	`"queue": { "discipline": "tail" }`:                                 {},
	`"queue": { "discipline": "red", "ecn": true, "min": 1, "max": 2 }`: {Queue: link.Queue{Discipline: link.DisciplineRED, ECN: true, RED: link.RED{Min: 1, Max: 2}}},
	`"queue": { "discipline": "red", "min": 1, "max": 2, "probability": "20%", "weight": "0.5%" }`: {Queue: link.Queue{
		Discipline: link.DisciplineRED, RED: link.RED{Min: 1, Max: 2, Probability: 0.2, Weight: 0.005}}},
	`"queue": { "discipline": "codel", "target": "1ms", "interval": "20ms" }`: {Queue: link.Queue{
		Discipline: link.DisciplineCoDel, CoDel: link.CoDel{Target: ms, Interval: 20 * ms}}},
	`"delay": "1.5ms"`: {Delay: link.Delay{Mean: 1500 * time.Microsecond}},
	`"delay": { "mean": "20ms", "jitter": "2ms", "correlation": "25%", "overtake": true }`: {Delay: link.Delay{
		Mean: 20 * ms, Jitter: 2 * ms, Correlation: 0.25, Overtake: true}},
	`"delay": { "jitter": "2ms", "distribution": "uniform" }`: {Delay: link.Delay{Jitter: 2 * ms}},
	`"delay": { "jitter": "2ms", "distribution": "normal" }`:  {Delay: link.Delay{Jitter: 2 * ms, Distribution: link.Normal}},
	`"delay": { "jitter": "2ms", "distribution": "pareto" }`:  {Delay: link.Delay{Jitter: 2 * ms, Distribution: link.Pareto}},
	`"loss": []`:                    {},
	`"loss": "0.5%"`:                losing(link.Loss{Probability: 0.005}),
	`"loss": ["0%", "100%"]`:        losing(link.Loss{}, link.Loss{Probability: 1}),
	`"loss": { "every": 3 }`:        losing(link.Loss{Every: 3}),
	`"loss": [{ ` + chances + ` }]`: losing(link.Loss{Probability: 0.25, Correlation: 0.5, Match: wire.Match{Above: 100}}),
	`"loss": { "gilbert": { "to_bad": "1%", "to_good": "30%" } }`: losing(link.Loss{Gilbert: &link.Gilbert{ToBad: 0.01, ToGood: 0.3, LossBad: 1}}),
	`"loss": { "gilbert": { "to_bad": "1%", "to_good": "30%", "loss_bad": "0%", "loss_good": "2%" } }`: losing(link.Loss{
		Gilbert: &link.Gilbert{ToBad: 0.01, ToGood: 0.3, LossGood: 0.02}}),
	`"duplicate": "25%"`:                                                 {Duplicate: link.Chance{Probability: 0.25}},
	`"duplicate": { ` + chances + ` }`:                                   {Duplicate: chance},
	`"duplicate": { "every": 2 }`:                                        {Duplicate: link.Chance{Every: 2}},
	`"delay": "1ms", "reorder": "25%"`:                                   {Delay: link.Delay{Mean: ms}, Reorder: link.Reorder{Chance: link.Chance{Probability: 0.25}}},
	`"delay": "1ms", "reorder": { "by": "1ms", ` + chances + ` }`:        {Delay: link.Delay{Mean: ms}, Reorder: link.Reorder{Chance: chance, By: ms}},
	`"corrupt": "25%"`:                                                   {Corrupt: link.Corrupt{Chance: link.Chance{Probability: 0.25}}},
	`"corrupt": { "bits": 3, ` + chances + ` }`:                          {Corrupt: link.Corrupt{Chance: chance, Bits: 3}},
	`"corrupt": { "every": 1, "where": "anywhere" }`:                     {Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}}},
	`"corrupt": { "every": 1, "where": "header" }`:                       {Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}, Where: link.Header}},
	`"corrupt": { "every": 1, "where": "payload" }`:                      {Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}, Where: link.Payload}},
	`"corrupt": { "every": 1, "where": "unseen" }`:                       {Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}, Where: link.Unseen}},
	`"loss": { "every": 1, "match": { "below": 100 } }`:                  losingThose(wire.Match{Below: 100}),
	`"loss": { "every": 1, "match": { "above": 98, "below": 100 } }`:     losingThose(wire.Match{Above: 98, Below: 100}),
	`"loss": { "every": 1, "match": { "from": "10.0.0.0/8" } }`:          losingThose(wire.Match{Source: netip.MustParsePrefix("10.0.0.0/8")}),
	`"loss": { "every": 1, "match": { "to": "fd00::/16" } }`:             losingThose(wire.Match{Destination: netip.MustParsePrefix("fd00::/16")}),
	`"loss": { "every": 1, "match": { "protocol": "icmp" } }`:            losingThose(wire.Match{ICMP: true}),
	`"loss": { "every": 1, "match": { "protocol": "udp", "port": 53 } }`: losingThose(wire.Match{Protocol: 17, HasProtocol: true, Port: 53}),
	`"loss": { "every": 1, "match": { "protocol": "tcp" } }`:             losingThose(wire.Match{Protocol: 6, HasProtocol: true}),
	`"loss": { "every": 1, "match": { "protocol": "0" } }`:               losingThose(wire.Match{HasProtocol: true}),
	`"loss": { "every": 1, "match": { "protocol": "58" } }`:              losingThose(wire.Match{Protocol: 58, HasProtocol: true}),
	`"loss": { "every": 1, "match": { "protocol": "sctp" } }`:            losingThose(wire.Match{Protocol: 132, HasProtocol: true}),
	`"loss": { "every": 1, "match": { "fragments": "any" } }`:            losingThose(wire.Match{Fragments: wire.AnyFragment}),
	`"loss": { "every": 1, "match": { "fragments": "first" } }`:          losingThose(wire.Match{Fragments: wire.FirstFragment}),
	`"loss": { "every": 1, "match": { "fragments": "later" } }`:          losingThose(wire.Match{Fragments: wire.LaterFragment}),
	`"loss": { "every": 1, "match": { "fragments": "none" } }`:           losingThose(wire.Match{Fragments: wire.NoFragment}),
}

// TestDirections wants each key of a direction in its part of the behavior, and nothing else changed.
func TestDirections(t *testing.T) {
	for text, want := range directions {
		bare := strings.Replace(wired, `"rate": "50mbit", "delay": "20ms"`, "", 1)
		l := parse(t, strings.Replace(bare, `"loss": "1%"`, text, 1)).Plan().Links[0]
		if !reflect.DeepEqual(l.To[1], want) || !reflect.DeepEqual(l.To[0], link.Behavior{}) {
			t.Errorf("%s gives\n%+v\nand the other way %+v\nwant\n%+v", text, l.To[1], l.To[0], want)
		}
	}
}

// TestOver wants a key of to_NODE in the place of the whole key of both.
func TestOver(t *testing.T) {
	for text, want := range map[string]string{
		``:                "rate 50mbit, delay 20ms jitter 5ms",
		`"delay": "1ms"`:  "rate 50mbit, delay 1ms",
		`"delay": {}`:     "rate 50mbit, delay 0s",
		`"rate": "1mbit"`: "rate 1mbit, delay 20ms jitter 5ms",
		`"loss": "1%"`:    "loss 1%, rate 50mbit, delay 20ms jitter 5ms",
		`"trace": { "file": "x", "format": "rates" }`: "trace x, delay 20ms jitter 5ms",
	} {
		both := strings.Replace(wired, `"delay": "20ms"`, `"delay": { "mean": "20ms", "jitter": "5ms" }`, 1)
		l := parse(t, strings.Replace(both, `"loss": "1%"`, text, 1)).Links[0]
		if got := l.to[1].words(); got != want {
			t.Errorf("%s gives %q, want %q", text, got, want)
		}
	}
}

// TestNoLoss wants an empty list in the place of the losses of both.
func TestNoLoss(t *testing.T) {
	both := strings.Replace(wired, `"delay": "20ms"`, `"loss": "5%"`, 1)
	for text, want := range map[string]int{``: 1, `"loss": []`: 0, `"loss": ["1%", "2%"]`: 2} {
		to := parse(t, strings.Replace(both, `"loss": "1%"`, text, 1)).Plan().Links[0].To
		if len(to[1].Loss) != want || len(to[0].Loss) != 1 {
			t.Errorf("%s gives %v, and the other way %v", text, to[1].Loss, to[0].Loss)
		}
	}
}

// TestSeed wants the seed of the file, 0 among them.
func TestSeed(t *testing.T) {
	for text, want := range map[string]uint64{``: 1, `"seed": 1,`: 1, `"seed": 0,`: 0, `"seed": 9007199254740991,`: 1<<53 - 1} {
		if got := parse(t, strings.Replace(wired, `"routing"`, text+`"routing"`, 1)).Plan().Seed; got != want {
			t.Errorf("%s gives %d, want %d", text, got, want)
		}
	}
}
