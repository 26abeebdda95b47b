package forwarding_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// lead is one by a link of a story's node to its neighbor there.
func lead(link int) forwarding.Lead {
	return forwarding.Lead{
		Link: link,
		Via4: netip.MustParseAddr([]string{"10.1.0.3", "10.2.0.2", "10.4.0.2", "10.3.0.2", "10.5.0.2"}[link]),
		Via6: netip.MustParseAddr([]string{"fd00:1::3", "fd00:2::2", "fd00:4::2", "fd00:3::2", "fd00:5::2"}[link]),
	}
}

// twin is table and atlas as one list: the longest prefix that covers an address decides, and of
// equal ones that of the table.
type twin struct {
	routes []naiveRoute
	atlas  []naiveLead
}

type naiveLead struct {
	prefix netip.Prefix
	links  []int
}

func (w twin) lookup(dst netip.Addr) (v forwarding.Verdict, links []int) {
	v, bits := forwarding.Verdict{Reason: drop.NoRoute}, -1
	for _, route := range w.routes {
		if route.prefix.Contains(dst) && route.prefix.Bits() > bits {
			v, links, bits = route.want, nil, route.prefix.Bits()
			if v.Action == forwarding.Forward {
				links = []int{v.Link}
			}
		}
	}
	for _, lead := range w.atlas {
		if len(lead.links) > 0 && lead.prefix.Contains(dst) && lead.prefix.Bits() > bits {
			v, links, bits = forwarding.Verdict{Action: forwarding.Forward, Link: lead.links[0]}, lead.links, lead.prefix.Bits()
		}
	}
	return v, links
}

// someGroups are sets of links: none, one, and several.
var someGroups = [][]int{{}, {0}, {1}, {2}, {0, 1}, {0, 1, 2}}

func TestAtlasAgainstNaive(t *testing.T) {
	vias := map[int][]string{4: {"10.1.0.2", "10.2.0.2"}, 6: {"fd00:1::2", "fd00:2::2"}}
	leads := forwarding.Leads{}
	for _, links := range someGroups {
		var group []forwarding.Lead
		for _, link := range links {
			group = append(group, lead(link))
		}
		leads.Groups = append(leads.Groups, group)
	}
	for _, family := range []int{4, 6} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, uint64(family)))
			var naive twin
			var routes []forwarding.Route
			for _, prefix := range somePrefixes(r, family, 100, nil) {
				route := forwarding.Route{To: prefix, Kind: forwarding.Kind(r.IntN(2))}
				want := forwarding.Verdict{Reason: drop.Blackhole}
				if route.Kind == forwarding.Unicast {
					want = forwarding.Verdict{Action: forwarding.Forward, Link: r.IntN(2)}
					route.Via = netip.MustParseAddr(vias[family][want.Link])
				}
				routes, naive.routes = append(routes, route), append(naive.routes, naiveRoute{prefix, want})
			}
			prefixes := somePrefixes(r, family, 200, routes)
			leads.Of = nil
			var destinations []int
			for i, prefix := range prefixes {
				group := r.IntN(len(someGroups))
				leads.Of = append(leads.Of, uint16(group))
				destinations = append(destinations, len(prefixes)-1-i)
				naive.atlas = append(naive.atlas, naiveLead{prefix, someGroups[group]})
			}
			slices.Reverse(leads.Of)
			table, err := forwarding.NewTable(testLinks(family), routes, forwarding.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			table.SetAtlas(forwarding.NewAtlas(prefixes, destinations), leads)
			compareAtlas(t, r, family, table, naive)
		}
	}
}

// somePrefixes are different, but for some that are of the routes.
func somePrefixes(r *rand.Rand, family, most int, routes []forwarding.Route) (prefixes []netip.Prefix) {
	for range 1 + r.IntN(most) {
		addr := randomAddress(r, family)
		prefix := netip.PrefixFrom(addr, 8+r.IntN(addr.BitLen()-7)).Masked()
		switch {
		case len(routes) > 0 && r.IntN(8) == 0:
			prefix = routes[r.IntN(len(routes))].To
		case r.IntN(20) == 0:
			prefix = netip.PrefixFrom(addr, 0).Masked()
		}
		if !slices.Contains(prefixes, prefix) {
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes
}

func compareAtlas(t *testing.T, r *rand.Rand, family int, table *forwarding.Table, naive twin) {
	t.Helper()
	source, _ := address(family, "htiny")
	for range 500 {
		dst := randomAddress(r, family)
		if n := r.IntN(len(naive.routes) + len(naive.atlas)); n < len(naive.routes) {
			dst = near(r, naive.routes[n].prefix)
		} else if n -= len(naive.routes); r.IntN(4) > 0 {
			dst = near(r, naive.atlas[n].prefix)
		}
		if first := dst.AsSlice()[0]; first < 11 || first >= 0xe0 || !dst.IsGlobalUnicast() {
			continue // martians and the links' own
		}
		want, links := naive.lookup(dst)
		ways, v := table.Paths(dst)
		var got []int
		for _, way := range ways {
			got = append(got, way.Link)
		}
		if v != want || !slices.Equal(got, links) {
			t.Fatalf("to %s: ways by %v, %+v, wanted %v, %+v", dst, got, v, links, want)
		}
		v = table.Route(&wire.Packet{Src: source, Dst: dst, TTL: 64, DF: true}, 2)
		if len(links) > 1 && slices.Contains(links, v.Link) {
			v.Link = want.Link // which one is the business of other tests
		}
		if v != want {
			t.Fatalf("to %s: got %+v, wanted %+v", dst, v, want)
		}
	}
}

// netted gives the node an atlas in place of its routes: nowhere, far and prohibited by one
// of the groups each, or by the last.
func (n *node) netted(groups ...[]forwarding.Lead) *forwarding.Table {
	table, err := forwarding.NewTable(testLinks(n.family), nil, forwarding.Settings{})
	if err != nil {
		panic(err)
	}
	var prefixes []netip.Prefix
	var destinations []int
	leads := forwarding.Leads{Groups: append([][]forwarding.Lead{nil}, groups...)}
	for i, name := range []string{"nowhere", "far", "prohibited"} {
		for _, family := range []int{4, 6} {
			a, err := address(family, name)
			if err != nil {
				panic(err)
			}
			prefixes, destinations = append(prefixes, netip.PrefixFrom(a, a.BitLen()-8).Masked()), append(destinations, i)
		}
		leads.Of = append(leads.Of, uint16(min(i+1, len(groups))))
	}
	table.SetAtlas(forwarding.NewAtlas(prefixes, destinations), leads)
	n.router.SetTable(table)
	return table
}

// Packets, and what a router says of them, go by the atlas; a new one is obeyed at once.
func TestAtlas(t *testing.T) {
	both(t, func(n *node) {
		table := n.netted([]forwarding.Lead{lead(1)}, []forwarding.Lead{lead(0)})
		n.send("left: h1 > nowhere udp 32")
		n.want("right: h1 > nowhere forwarded")
		n.send("right: nowhere > far udp 32")
		n.want("left: nowhere > far forwarded")
		n.send("right: nowhere > far ttl 1 udp 32") // and back
		n.want("right: r.right > nowhere ttl-exceeded quote all")
		n.send("left: h1 > nowhere df udp 1400")
		n.want("left: r.left > h1 too-big mtu 1400 quote " + map[int]string{4: "548", 6: "1232"}[n.family])
		n.router.SetDown(linkIndex(t, "right"), true)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: r.left > h1 host-unreachable quote all")
		table.SetAtlas(nil, forwarding.Leads{})
		n.send("left: h1 > nowhere udp 32")
		n.want("left: r.left > h1 net-unreachable quote all")
	})
}

// A next hop that has no address of the family is no destination on the link: packets may go
// back to it, and nobody is told of a better one.
func TestAtlasWithoutAddress(t *testing.T) {
	both(t, func(n *node) {
		table := n.netted([]forwarding.Lead{{Link: 0}}, []forwarding.Lead{{Link: 0, Via4: lead(0).Via4}}, []forwarding.Lead{{Link: 0, Via6: lead(0).Via6}})
		n.send("left: h1 > nowhere udp 32")
		n.want("left: h1 > nowhere forwarded")
		for name, family := range map[string]int{"nowhere": 0, "far": 4, "prohibited": 6} {
			dst, _ := address(n.family, name)
			ways, _ := table.Paths(dst)
			if len(ways) != 1 || ways[0].Via.IsValid() != (family == n.family) {
				t.Errorf("to %s: %+v", name, ways)
			}
		}
	})
}

// The table does not know the sender of what comes by strict, and the atlas has a way to it by there, but not the best one.
func TestAtlasReversePath(t *testing.T) {
	both(t, func(n *node) {
		for filter, want := range map[forwarding.URPF]string{forwarding.URPFLoose: "forwarded 1", forwarding.URPFFeasible: "forwarded 1", forwarding.URPFStrict: "reverse-path 1"} {
			links := testLinks(n.family)
			links[4].URPF = filter
			table, err := forwarding.NewTable(links, nil, forwarding.Settings{})
			if err != nil {
				n.t.Fatal(err)
			}
			dst, _ := address(n.family, "nowhere")
			near, wide := netip.PrefixFrom(dst, dst.BitLen()), netip.PrefixFrom(dst, 8).Masked()
			table.SetAtlas(forwarding.NewAtlas([]netip.Prefix{wide, near}, []int{0, 1}),
				forwarding.Leads{Groups: [][]forwarding.Lead{nil, {lead(1), lead(4)}, {lead(1)}}, Of: []uint16{1, 2}})
			n.router.SetTable(table)
			n.send("strict: nowhere > h1 udp 32")
			n.outputs = nil
			n.counted(want)
			n.send("strict: far > h1 udp 32")
			n.counted("reverse-path 1")
			table.SetAtlas(nil, forwarding.Leads{})
			n.send("strict: nowhere > h1 udp 32")
			n.counted("reverse-path 1")
		}
	})
}

// What one router remembers of ways is forgotten with an atlas.
func TestAtlasIsNotRemembered(t *testing.T) {
	both(t, func(n *node) {
		table := n.netted([]forwarding.Lead{lead(1)})
		dst, _ := address(n.family, "nowhere")
		atlas := forwarding.NewAtlas([]netip.Prefix{netip.PrefixFrom(dst, dst.BitLen())}, []int{0})
		out := &lastLink{sink: newSink()}
		for i := range 20 {
			link := i % 3
			table.SetAtlas(atlas, forwarding.Leads{Groups: [][]forwarding.Lead{nil, {lead(link)}}, Of: []uint16{1}})
			for range 2 {
				endOf(t, n.router, out, n.family, fmt.Sprintf("left: h1 > %s udp 18", dst))
				if out.link != link {
					t.Fatalf("atlas %d: by link %d, wanted %d", i, out.link, link)
				}
			}
		}
	})
}

// A link that goes down or up changes what table and atlas hold, also for who has been there: by a route of one
// way, and by one of several when all are down.
func TestAtlasWhereLinksAreDown(t *testing.T) {
	both(t, func(n *node) {
		dst, _ := address(n.family, "nowhere")
		host := netip.PrefixFrom(dst, dst.BitLen())
		path := func(link int) forwarding.Path {
			l := lead(link)
			if n.family == 4 {
				return forwarding.Path{Via: l.Via4}
			}
			return forwarding.Path{Via: l.Via6}
		}
		for _, route := range []forwarding.Route{
			{To: host, Via: path(1).Via},
			{To: host, Group: &forwarding.Group{Paths: []forwarding.Path{path(1), path(1)}}},
		} {
			table, err := forwarding.NewTable(testLinks(n.family), []forwarding.Route{route}, forwarding.Settings{})
			if err != nil {
				n.t.Fatal(err)
			}
			table.SetAtlas(forwarding.NewAtlas([]netip.Prefix{host}, []int{0}), forwarding.Leads{Groups: [][]forwarding.Lead{nil, {lead(2)}}, Of: []uint16{1}})
			n.router.SetTable(table)
			out := &lastLink{sink: newSink()}
			for i := range 4 {
				down, want := i%2 == 1, 1+i%2
				n.router.SetDown(1, down)
				endOf(n.t, n.router, out, n.family, fmt.Sprintf("left: h1 > %s udp 18", dst))
				if out.link != want {
					n.t.Errorf("down %t, group %t: by link %d, wanted %d", down, route.Group != nil, out.link, want)
				}
			}
		}
	})
}
