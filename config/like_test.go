package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// like is base without limits, with more keys of the node and of its icmp.
func like(t *testing.T, node, icmp string) network.Node {
	t.Helper()
	text := strings.Replace(base, `"icmp": { "rate": { "pps": 1000, "burst": 50 } }`, `"icmp": {`+icmp+`}, `+node, 1)
	return parse(t, text).Plan().Nodes[0]
}

// buckets is a limit by numbers; a PPS of -1 has none.
func buckets(total, burst, one, atOnce int) ratelimit.Limit {
	rate := func(pps, burst int, preset ratelimit.Rate) ratelimit.Rate {
		if pps < 0 {
			preset.Unlimited = true
			return preset
		}
		return ratelimit.Rate{PPS: pps, Burst: burst}
	}
	return ratelimit.Limit{Total: rate(total, burst, ratelimit.DefaultTotal), PerDestination: rate(one, atOnce, ratelimit.DefaultPerDestination)}
}

// unlimited says whether both sides of a limit let all through.
func unlimited(l ratelimit.Limit) bool { return l.Total.Unlimited && l.PerDestination.Unlimited }

// TestLikeLinux holds the habits against what the kernel's documents say.
func TestLikeLinux(t *testing.T) {
	n := like(t, `"like": "linux"`, "")
	for _, kind := range []ratelimit.Kind{ratelimit.TimeExceeded, ratelimit.Unreach, ratelimit.ParameterProblem} {
		if got, want := n.Limits[kind], buckets(1000, 50, 1, 6); got != want {
			t.Errorf("kind %d: got %+v, want %+v", kind, got, want)
		}
	}
	if !unlimited(n.Limits[ratelimit.TooBig]) {
		t.Errorf("too big: got %+v, want no limit", n.Limits[ratelimit.TooBig])
	}
	s := n.Settings
	if s.ErrorTTL != 64 || s.ReplyTTL != 64 || s.Quote != 0 || s.Quote6 != 0 || s.ErrorSource != forwarding.ErrorSourceEgress || !s.Redirects {
		t.Errorf("settings %+v", s)
	}
}

func TestLikeOthers(t *testing.T) {
	tests := []struct {
		like                  string
		ttl, reply            uint8
		quote                 int
		tooBig, time, unreach *ratelimit.Limit
	}{
		{"ios", 255, 255, 8, limit(2, 1, -1, 0), nil, limit(2, 1, -1, 0)},
		{"ios-xr", 255, 255, 48, nil, nil, nil},
		{"junos", 255, 64, 8, limit(1000, 5000, -1, 0), limit(500, 500, -1, 0), limit(1000, 5000, -1, 0)},
		{"junos-e", 128, 128, 8, nil, nil, nil},
		{"freebsd", 64, 64, 528, limit(-1, 0, -1, 0), limit(-1, 0, -1, 0), limit(200, 200, -1, 0)},
		{"openbsd", 255, 255, 8, limit(100, 100, -1, 0), limit(100, 100, -1, 0), limit(100, 100, -1, 0)},
		{"routeros", 64, 64, 0, limit(-1, 0, -1, 0), limit(1000, 50, 100, 6), limit(1000, 50, 100, 6)},
		{"sr-os", 64, 64, 8, nil, limit(10, 100, -1, 0), limit(10, 100, -1, 0)},
		{"windows", 128, 128, 0, nil, nil, nil},
	}
	for _, test := range tests {
		n := like(t, `"like": "`+test.like+`"`, "")
		if s := n.Settings; s.ErrorTTL != test.ttl || s.ReplyTTL != test.reply || s.Quote != test.quote || s.Quote6 != 0 {
			t.Errorf("%s: TTL %d and %d, quotes %d and %d", test.like, s.ErrorTTL, s.ReplyTTL, s.Quote, s.Quote6)
		}
		for kind, want := range map[ratelimit.Kind]*ratelimit.Limit{
			ratelimit.TooBig: test.tooBig, ratelimit.TimeExceeded: test.time, ratelimit.Unreach: test.unreach,
		} {
			if want == nil {
				want = limit(1000, 50, 100, 20)
			}
			if got := n.Limits[kind]; !alike(got, *want) {
				t.Errorf("%s, kind %d: got %+v, want %+v", test.like, kind, got, *want)
			}
		}
	}
}

func limit(total, burst, one, atOnce int) *ratelimit.Limit {
	l := buckets(total, burst, one, atOnce)
	return &l
}

// alike says whether two limits let the same through.
func alike(a, b ratelimit.Limit) bool {
	return same(a.Total, b.Total) && same(a.PerDestination, b.PerDestination)
}

// TestLikeYields: a key of the file wins over the habit, each alone, and the
// others stay.
func TestLikeYields(t *testing.T) {
	ios := like(t, `"like": "ios"`, "")
	tests := []struct {
		name, icmp string
		want       func(*network.Node)
	}{
		{"ttl", `"ttl": 1`, func(n *network.Node) { n.Settings.ErrorTTL = 1 }},
		{"ttl as by default", `"ttl": 64`, func(n *network.Node) { n.Settings.ErrorTTL = 64 }},
		{"reply_ttl", `"reply_ttl": 64`, func(n *network.Node) { n.Settings.ReplyTTL = 64 }},
		{"quote", `"quote": 528`, func(n *network.Node) { n.Settings.Quote = 528 }},
		{"quote6", `"quote6": 8`, func(n *network.Node) { n.Settings.Quote6 = 8 }},
		{"error_source", `"error_source": "ingress"`, func(n *network.Node) { n.Settings.ErrorSource = forwarding.ErrorSourceIngress }},
		{"redirects", `"redirects": false`, func(n *network.Node) { n.Settings.Redirects = false }},
		{"rate of a kind", `"unreachable": {"rate": {"pps": 7}}`, func(n *network.Node) { n.Limits[ratelimit.Unreach].Total.PPS = 7 }},
		{"burst of a kind", `"unreachable": {"rate": {"burst": 7}}`, func(n *network.Node) { n.Limits[ratelimit.Unreach].Total.Burst = 7 }},
		{"no limit of a kind", `"unreachable": {"rate": {"unlimited": true}}`, func(n *network.Node) { n.Limits[ratelimit.Unreach].Total.Unlimited = true }},
		{"a destination's", `"unreachable": {"rate": {"per_destination": {"pps": 1, "burst": 1}}}`,
			func(n *network.Node) { n.Limits[ratelimit.Unreach].PerDestination = ratelimit.Rate{PPS: 1, Burst: 1} }},
		{"rate of all", `"rate": {"pps": 70, "burst": 7}`, func(n *network.Node) {
			for kind := range n.Limits {
				n.Limits[kind] = buckets(70, 7, 70, 7)
			}
			for _, kind := range []ratelimit.Kind{ratelimit.Unreach, ratelimit.TooBig} {
				n.Limits[kind] = buckets(70, 7, -1, 0)
			}
		}},
		{"rate of all and of a kind", `"rate": {"pps": 70, "burst": 7}, "unreachable": {"rate": {"burst": 3}}`, func(n *network.Node) {
			for kind := range n.Limits {
				n.Limits[kind] = buckets(70, 7, 70, 7)
			}
			n.Limits[ratelimit.TooBig] = buckets(70, 7, -1, 0)
			n.Limits[ratelimit.Unreach] = buckets(70, 3, -1, 0)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, want := like(t, `"like": "ios"`, test.icmp), ios
			test.want(&want)
			for kind := range want.Limits {
				if !alike(got.Limits[kind], want.Limits[kind]) {
					t.Errorf("kind %d: got %+v, want %+v", kind, got.Limits[kind], want.Limits[kind])
				}
			}
			if !reflect.DeepEqual(got.Settings, want.Settings) {
				t.Errorf("got %+v, want %+v", got.Settings, want.Settings)
			}
		})
	}
}

// TestLikeSummary wants the knobs of the node, those of the vendor that are in force,
// and the ways of a route.
func TestLikeSummary(t *testing.T) {
	text := strings.NewReplacer(`"r1": {`, `"r1": { "like": "junos", "ttl": "keep", "multipath": { "hash": "addresses", "seed": 0 },`,
		`"left": {`, `"left": { "mpls": [24001, 3],`,
		`"via": "10.2.0.2"`, `"paths": [ { "via": "10.2.0.2" }, { "via": "10.1.0.2", "interface": "left", "weight": 3 }, { "interface": "right" } ]`,
		`"icmp": { "rate": { "pps": 1000, "burst": 50 } }`, `"icmp": { "quote": 128, "quote6": 64, "redirect": { "action": "drop" },
           "unreachable": { "every": 2, "source": ["10.1.0.1", "fd00:1::1"], "rate": { "pps": 7 } } }`).Replace(base)
	got := "\n" + parse(t, text).Summary()
	want := `
node r1
  with    ttl keep, multipath.hash addresses, multipath.seed 0, icmp.quote 128, icmp.quote6 64, icmp.unreachable.every 2, icmp.unreachable.source 10.1.0.1 fd00:1::1, icmp.redirect.action drop
  like    junos: icmp.ttl 255
  left    router             10.1.0.1/24, fd00:1::1/64  MTU 1500, link-local fe80::557b:e631:6113:6f2c, mpls 24001 3
          tun0 in client     10.1.0.2/24, fd00:1::2/64  MTU 1500, routes 0.0.0.0/0, ::/0
  right   router             10.2.0.1/24, fd00:2::1/64  MTU 1400, link-local fe80::ea6:f461:a0a4:5345
          tun0 in server     10.2.0.2/24, fd00:2::2/64  MTU 1500, routes 0.0.0.0/0, ::/0
  routes  10.9.0.0/16        via 10.2.0.2, or via 10.1.0.2 on left (weight 3), or on right
          192.0.2.0/24       prohibit
  errors  packet_too_big     1000/s, burst 5000 in all  unlimited to one destination
          time_exceeded      500/s, burst 500 in all    unlimited to one destination
          unreachable        7/s, burst 5000 in all     unlimited to one destination
          parameter_problem  1000/s, burst 5000 in all  unlimited to one destination
          redirect           1000/s, burst 5000 in all  unlimited to one destination
`
	if got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
}

// TestLikeOver wants each choice taken from like where the node has none, and none
// where it has one, whatever vendors there are.
func TestLikeOver(t *testing.T) {
	no, yes := false, true
	habits := Node{SourceRoute: "process", RecordOptions: "ignore", HopByHop: "drop", HopByHopLimit: 3,
		ICMP: ICMP{TTL: 1, ReplyTTL: 2, Quote: 9, Quote6: 10, ErrorSource: "ingress", Extensions: "all", Redirects: &no, Timestamp: &no}}
	if got := (Node{}).over(habits); !reflect.DeepEqual(got, habits) {
		t.Errorf("got %+v, want %+v", got, habits)
	}
	own := Node{SourceRoute: "drop", RecordOptions: "process", HopByHop: "ignore", HopByHopLimit: 8,
		ICMP: ICMP{TTL: 64, ReplyTTL: 65, Quote: 8, Quote6: 11, ErrorSource: "egress", Extensions: "off", Redirects: &yes, Timestamp: &yes}}
	if got := own.over(habits); !reflect.DeepEqual(got, own) {
		t.Errorf("got %+v, want %+v", got, own)
	}
}
