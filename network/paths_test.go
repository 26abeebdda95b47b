package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// diamond is n0 with left, n3 with right, and two ways between them: by n1 and by n2.
func diamond() Plan {
	p := Plan{Routing: ShortestPath, Seed: 1}
	for i := range 4 {
		p.Nodes = append(p.Nodes, Node{Name: fmt.Sprint("n", i), Limits: ratelimit.DefaultLimits()})
	}
	p.Nodes[0].Interfaces = []Interface{device("left", 1500, "10.1.0.1/24", "fd00:1::1/64")}
	p.Nodes[3].Interfaces = []Interface{device("right", 1500, "10.2.0.1/24", "fd00:2::1/64")}
	for i, l := range [][2]int{{0, 1}, {0, 2}, {1, 3}, {2, 3}} {
		var at [2]End
		for end, node := range l {
			nd := &p.Nodes[node]
			nd.Interfaces = append(nd.Interfaces, on(fmt.Sprint("n", l[1-end]), 1500, linkAddress(i, end)+"/31", linkAddress6(i, end)+"/127"))
			at[end] = End{node, len(nd.Interfaces) - 1}
		}
		p.Links = append(p.Links, Link{Name: fmt.Sprintf("n%d-n%d", l[0], l[1]), Ends: at, Metric: [2]int{1, 1}})
	}
	return p
}

// told prints paths: number, node, what is seen there, where it leads, or why not.
func told(p *Plan, paths *Paths) string {
	var lines []string
	if paths.Entry.Lost != drop.Alive {
		lines = append(lines, "entry "+paths.Entry.Lost.String())
	}
	for _, h := range paths.Hops {
		line := fmt.Sprintf("%d %s %v", h.Number, p.Nodes[h.Node].Name, h.Seen)
		switch {
		case h.Verdict.Action == forwarding.Deliver:
			line += " deliver"
		case h.Verdict.Reason != drop.Alive:
			line += " " + h.Verdict.Reason.String()
		}
		for _, s := range h.Next {
			to := "device " + p.Nodes[h.Node].Interfaces[s.Link].Name
			if s.Hop >= 0 {
				to = p.Nodes[paths.Hops[s.Hop].Node].Name
			}
			line += " > " + to
			if s.Lost != drop.Alive {
				line += " " + s.Lost.String()
			}
			if s.Back {
				line += " back"
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// traced is who answers a traceroute from behind left, by TTL up to the highest, of so many flows.
func traced(t *testing.T, plan Plan, src, dst string, highest int) [][]netip.Addr {
	l := newLab(t, plan)
	seen := make([][]netip.Addr, highest+1)
	now := time.Duration(0)
	for ttl := 1; ttl <= highest; ttl++ {
		for flow := range 48 {
			now += time.Minute // lest the limiter has something to say
			l.inject("left", withTTL(udp(src, dst, 33434+flow, 8), uint8(ttl)))
			l.net.Step(now)
			for {
				b, ok := l.opener.Device("left").Receive(0)
				if !ok {
					break
				}
				if from := netip.MustParseAddr(source(b)); !slices.Contains(seen[ttl], from) {
					seen[ttl] = append(seen[ttl], from)
				}
			}
			for ok := true; ok; {
				_, ok = l.opener.Device("right").Receive(0)
			}
		}
		slices.SortFunc(seen[ttl], netip.Addr.Compare)
	}
	return seen
}

// static adds a route to a plan, and has it compute none.
func static(p *Plan, node int, to, via string) {
	p.Routing = Static
	p.Nodes[node].Routes = append(p.Nodes[node].Routes, forwarding.Route{To: prefix(to), Link: via})
}

// pathCases are networks, what of them is told, by family, and to which address, if not to the host behind right.
var pathCases = []struct {
	name string
	// nodes of a chain; 0: the diamond.
	nodes int
	edit  func(p *Plan)
	to    [2]string
	want  [2]string
}{
	{name: "a chain", nodes: 3, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [10.128.0.1] > n2\n3 n2 [10.128.1.1] > device right",
		"1 n0 [fd00:1::1] > n1\n2 n1 [fd01::1:1] > n2\n3 n2 [fd01::2:1] > device right"}},
	{name: "two ways", want: [2]string{
		"1 n0 [10.1.0.1] > n1 > n2\n2 n1 [10.128.0.1] > n3\n2 n2 [10.128.1.1] > n3\n3 n3 [10.128.2.1 10.128.3.1] > device right",
		"1 n0 [fd00:1::1] > n1 > n2\n2 n1 [fd01::1:1] > n3\n2 n2 [fd01::2:1] > n3\n3 n3 [fd01::3:1 fd01::4:1] > device right"}},
	{name: "one is down", edit: func(p *Plan) { p.Links[2].Down = true }, want: [2]string{
		"1 n0 [10.1.0.1] > n2\n2 n2 [10.128.1.1] > n3\n3 n3 [10.128.3.1] > device right",
		"1 n0 [fd00:1::1] > n2\n2 n2 [fd01::2:1] > n3\n3 n3 [fd01::4:1] > device right"}},
	{name: "all are down", nodes: 3, edit: func(p *Plan) { p.Links[0].Down = true }, want: [2]string{
		"1 n0 [10.1.0.1] no-route", "1 n0 [fd00:1::1] no-route"}},
	{name: "a route by what is down", nodes: 3, edit: func(p *Plan) {
		static(p, 0, "10.2.0.0/24", "next")
		static(p, 0, "fd00:2::/64", "next")
		p.Links[0].Down = true
	}, want: [2]string{"1 n0 [10.1.0.1] link-down", "1 n0 [fd00:1::1] link-down"}},
	{name: "n1 does not say", nodes: 3, edit: func(p *Plan) {
		p.Nodes[1].Settings.Policy[ratelimit.TimeExceeded] = []forwarding.Rule{{Policy: forwarding.Policy{Drop: true}}}
	}, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [] > n2\n3 n2 [10.128.1.1] > device right",
		"1 n0 [fd00:1::1] > n1\n2 n1 [] > n2\n3 n2 [fd01::2:1] > device right"}},
	{name: "n1 says so from elsewhere", nodes: 3, edit: func(p *Plan) {
		source := wire.EachFamily(netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("2001:db8::9"))
		p.Nodes[1].Settings.Policy[ratelimit.TimeExceeded] = []forwarding.Rule{{Policy: forwarding.Policy{From: forwarding.FromGiven, Source: source}}}
	}, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [192.0.2.9] > n2\n3 n2 [10.128.1.1] > device right",
		"1 n0 [fd00:1::1] > n1\n2 n1 [2001:db8::9] > n2\n3 n2 [fd01::2:1] > device right"}},
	{name: "n1 keeps TTL", nodes: 3, edit: func(p *Plan) { p.Nodes[1].Settings.KeepTTL = true }, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [] > n2\n2 n2 [10.128.1.1] > device right",
		"1 n0 [fd00:1::1] > n1\n2 n1 [] > n2\n2 n2 [fd01::2:1] > device right"}},
	{name: "to a node", nodes: 3, to: [2]string{"10.128.0.1", "fd01::1:1"}, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [10.128.0.1] deliver", "1 n0 [fd00:1::1] > n1\n2 n1 [fd01::1:1] deliver"}},
	{name: "prohibited", nodes: 3, edit: func(p *Plan) {
		for _, to := range []string{"10.2.0.2/32", "fd00:2::2/128"} {
			p.Nodes[1].Routes = append(p.Nodes[1].Routes, forwarding.Route{To: prefix(to), Kind: forwarding.Prohibit})
		}
	}, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [10.128.0.1] prohibited", "1 n0 [fd00:1::1] > n1\n2 n1 [fd01::1:1] prohibited"}},
	{name: "a loop", nodes: 2, edit: func(p *Plan) {
		for i, to := range []string{"192.0.2.0/24", "2001:db8::/32"} {
			static(p, 0, to, "next")
			static(p, 1, to, "back")
			static(p, 1, []string{"10.1.0.0/24", "fd00:1::/64"}[i], "back")
		}
		for i := range p.Nodes { // IPv6 does not send back by a link without naming the next hop, nor does this IPv4
			for k := range p.Nodes[i].Routes {
				r := &p.Nodes[i].Routes[k]
				r.Via = netip.MustParseAddr([2]string{linkAddress(0, 1-i), linkAddress6(0, 1-i)}[family(r.To.Addr())])
			}
		}
	}, to: [2]string{"192.0.2.1", "2001:db8::1"}, want: [2]string{
		"1 n0 [10.1.0.1] > n1\n2 n1 [10.128.0.1] > n0 back", "1 n0 [fd00:1::1] > n1\n2 n1 [fd01::1:1] > n0 back"}},
	{name: "a link back that names no next hop", nodes: 2, edit: func(p *Plan) {
		p.Nodes[1].Settings.Redirects = false
		for i, to := range []string{"192.0.2.0/24", "2001:db8::/32"} {
			static(p, 0, to, "next")
			static(p, 1, to, "back")
			static(p, 1, []string{"10.1.0.0/24", "fd00:1::/64"}[i], "back")
		}
	}, to: [2]string{"192.0.2.1", "2001:db8::1"}, want: [2]string{
		"1 n0 [10.1.0.1] > n1 hairpin\n2 n1 [10.128.0.1]", "1 n0 [fd00:1::1] > n1 hairpin\n2 n1 [fd01::1:1]"}},
	{name: "nobody knows the sender", nodes: 3, edit: func(p *Plan) {
		for i, to := range []string{"10.2.0.0/24", "fd00:2::/64"} {
			static(p, 0, to, "next")
			static(p, 1, to, "next")
			static(p, 1, []string{"10.1.0.0/24", "fd00:1::/64"}[i], "next")
		}
		p.Nodes[1].Interfaces[0].URPF = forwarding.URPFStrict
	}, want: [2]string{
		"1 n0 [10.1.0.1] > n1 reverse-path\n2 n1 []", "1 n0 [fd00:1::1] > n1 reverse-path\n2 n1 []"}},
}

// Paths says what packets then do: their answers are those of a network that runs.
func TestPathsAreThoseOfPackets(t *testing.T) {
	for _, c := range pathCases {
		t.Run(c.name, func(t *testing.T) {
			plan := diamond()
			if c.nodes > 0 {
				plan = chain(c.nodes)
			}
			if c.edit != nil {
				c.edit(&plan)
			}
			for f, hosts := range ends {
				dst := hosts[1]
				if c.to[f] != "" {
					dst = c.to[f]
				}
				paths, err := plan.Paths(Origin{Node: 0, Interface: 0, Source: netip.MustParseAddr(hosts[0])}, netip.MustParseAddr(dst))
				if err != nil {
					t.Fatal(err)
				}
				if got := told(&plan, paths); got != c.want[f] {
					t.Errorf("%s\nwant\n%s", got, c.want[f])
				}
				highest := 0
				for _, h := range paths.Hops {
					highest = max(highest, h.Number)
				}
				for ttl, seen := range traced(t, plan, hosts[0], dst, highest) {
					var said []netip.Addr
					for _, h := range paths.Hops {
						if h.Number == ttl {
							said = append(said, h.Seen...)
						}
					}
					slices.SortFunc(said, netip.Addr.Compare)
					if !slices.Equal(said, seen) {
						t.Errorf("to %s with TTL %d: a traceroute shows %v, and paths says %v", dst, ttl, seen, said)
					}
				}
			}
		})
	}
}

func family(a netip.Addr) int {
	if a.Is6() {
		return 1
	}
	return 0
}

// Packets of a node itself expire at the next one first, and what enters may be refused at once.
func TestPathsBegin(t *testing.T) {
	for f, hosts := range ends {
		plan := chain(3)
		plan.Nodes[0].Interfaces[0].URPF = forwarding.URPFStrict
		dst := netip.MustParseAddr(hosts[1])
		own := [2]string{"10.128.0.0", "fd01::1:0"}[f]
		paths, err := plan.Paths(Origin{Node: 0, Interface: -1, Source: netip.MustParseAddr(own)}, dst)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := told(&plan, paths), [2]string{
			"0 n0 [] > n1\n1 n1 [10.128.0.1] > n2\n2 n2 [10.128.1.1] > device right",
			"0 n0 [] > n1\n1 n1 [fd01::1:1] > n2\n2 n2 [fd01::2:1] > device right"}[f]; got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		false4 := [2]string{"10.99.0.1", "fd99::1"}[f]
		if paths, err = plan.Paths(Origin{Node: 0, Interface: 0, Source: netip.MustParseAddr(false4)}, dst); err != nil {
			t.Fatal(err)
		}
		if got, want := told(&plan, paths), "entry reverse-path\n1 n0 []"; got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

// Of several links that lead to a node, what it shows is known for each; what of the way is down, or
// loses all, is for the links to say.
func TestPathsSayWhatIsSeenByEachWay(t *testing.T) {
	plan := diamond()
	plan.Nodes[3].Settings.ErrorSource = forwarding.ErrorSourceIngress
	for f, hosts := range ends {
		paths, err := plan.Paths(Origin{Node: 0, Interface: 0, Source: netip.MustParseAddr(hosts[0])}, netip.MustParseAddr(hosts[1]))
		if err != nil {
			t.Fatal(err)
		}
		for i, hop := range paths.Hops[1:3] {
			step := hop.Next[0]
			want := [2]string{linkAddress(2+i, 1), linkAddress6(2+i, 1)}[f]
			if fmt.Sprint(step.Seen) != "["+want+"]" || step.Cable != 2+i || step.To != 1 || step.Weight != 1 {
				t.Errorf("%+v, wanted to see %s", step, want)
			}
		}
	}
}

// A route that cannot be is told as Apply would.
func TestPathsOfNoTable(t *testing.T) {
	plan := chain(2)
	plan.Nodes[1].Routes = []forwarding.Route{{To: prefix("192.0.2.0/24"), Link: "none"}}
	_, err := plan.Paths(Origin{Node: 0, Interface: 0, Source: netip.MustParseAddr(ends[0][0])}, netip.MustParseAddr(ends[0][1]))
	if err == nil || err.Error() != "node n1: route to 192.0.2.0/24: there is no link none" {
		t.Error(err)
	}
}
