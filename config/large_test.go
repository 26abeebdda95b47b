package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// large is a network of many nodes, each linked to those before it, and of two TUNs.
func large(t testing.TB, nodes, links int) string {
	t.Helper()
	type object = map[string]any
	tun := func(netns string) object {
		return object{"interfaces": object{"host": object{"tun": object{"netns": netns, "name": "tun0"}}}}
	}
	all, list := object{}, []object{}
	for i := range nodes {
		all[fmt.Sprintf("r%d", i+1)] = object{}
	}
	all["r1"], all[fmt.Sprintf("r%d", nodes)] = tun("client"), tun("server")
	for i := range links {
		to := i%(nodes-1) + 1
		from := (i / (nodes - 1) * 7) % to
		list = append(list, object{
			"between": []string{fmt.Sprintf("r%d:l%d", from+1, i), fmt.Sprintf("r%d:l%d", to+1, i)},
			"both":    object{"delay": fmt.Sprintf("%dms", i%3+1), "rate": "50mbit", "loss": object{"every": 1000}},
		})
	}
	text, err := json.Marshal(object{
		"routing": "shortest-path", "addressing": object{"v4": "10.0.0.0/8", "v6": "fd00::/16"}, "nodes": all, "links": list,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLarge plans a thousand nodes: every end has an address of each family that nobody else has.
func TestLarge(t *testing.T) {
	p := parse(t, large(t, 1000, 2000)).Plan()
	seen, interfaces := map[string]string{}, 0
	for _, n := range p.Nodes {
		interfaces += len(n.Interfaces)
		for _, a := range n.Settings.Loopbacks {
			seen[a.String()] = n.Name
		}
		for _, i := range n.Interfaces {
			for _, a := range append(i.Addresses, i.Device.Addresses...) {
				if at := seen[a.Addr().String()]; at != "" {
					t.Fatalf("%s:%s has %s, and so has %s", n.Name, i.Name, a, at)
				}
				seen[a.Addr().String()] = n.Name + ":" + i.Name
			}
		}
	}
	// Both families and a link-local address at each, the other side of two TUNs, and the loopbacks.
	if want := 4002*3 + 2*2 + 1000*2; len(p.Nodes) != 1000 || len(p.Links) != 2000 || interfaces != 4002 || len(seen) != want {
		t.Errorf("%d nodes, %d links, %d interfaces, %d addresses, want %d", len(p.Nodes), len(p.Links), interfaces, len(seen), want)
	}
	for _, l := range p.Links {
		a, b := l.Ends[0], l.Ends[1]
		one, other := p.Nodes[a.Node].Interfaces[a.Interface], p.Nodes[b.Node].Interfaces[b.Interface]
		for v := range 2 {
			if one.Addresses[v].Masked() != other.Addresses[v].Masked() || one.Addresses[v].Addr().Next() != other.Addresses[v].Addr() {
				t.Errorf("%s: %v and %v", l.Name, one.Addresses, other.Addresses)
			}
		}
	}
}

// TestLargeSummary wants a large network in short.
func TestLargeSummary(t *testing.T) {
	text := strings.Replace(large(t, 100, 150), `"r7":{}`, `"r7":{"icmp":{"redirects":false}}`, 1)
	got := parse(t, text).Summary()
	want := `all nodes
  with  routing shortest-path

network
  nodes           100           with 302 interfaces and 0 routes
                  1             with icmp.redirects false
  links           150           in all
                  50            loss every 1000, rate 50mbit, delay 1ms
                  50            loss every 1000, rate 50mbit, delay 2ms
                  50            loss every 1000, rate 50mbit, delay 3ms
  tun0 in client  at r1:host    10.128.1.1/31, fd00:8000:0:1::1/127, router 10.128.1.0/31, fd00:8000:0:1::/127
  tun0 in server  at r100:host  10.128.2.1/31, fd00:8000:0:2::1/127, router 10.128.2.0/31, fd00:8000:0:2::/127
  10.0.0.0/8      numbers       links from 10.0.0.0, TUNs from 10.128.0.0, loopbacks from 10.255.0.1
  fd00::/16       numbers       links from fd00::, TUNs from fd00:8000::, loopbacks from fd00:ffff::1
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestNetworkSummary wants a line for each link, and both ends by name.
func TestNetworkSummary(t *testing.T) {
	text := strings.NewReplacer(`{ "between": ["r2", "r3.example"] }`, `{ "between": ["r2", "r3.example"], "up": false, "metric": 5, "to_r2": { "metric": 6 } }`,
		`"loss": "1%"`, `"loss": [ "1%", { "every": 3, "match": { "protocol": "icmp", "from": "10.0.0.0/8", "above": 1000 } },
			{ "gilbert": { "to_bad": "1%", "to_good": "30%" } }, { "fates": "x" } ],
			"queue": { "packets": 50, "discipline": "codel", "ecn": true }, "duplicate": "2%", "reorder": { "every": 4, "by": "1ms" },
			"delay": { "jitter": "2ms", "distribution": "normal" }, "corrupt": { "probability": "3%", "where": "unseen" },
			"rate": { "rate": "1mbit", "burst": 3000 }`).Replace(wired)
	got := parse(t, text).Summary()
	want := `all nodes
  with  routing shortest-path

node r1
  left    router          10.1.0.1/24, fd00:1::1/64  MTU 1500, link-local fe80::557b:e631:6113:6f2c
          tun0 in client  10.1.0.2/24                MTU 1500
  up      to r2:down      10.0.0.0/31, fd00::/127    MTU 1400, link-local fe80::b7c4:261:7fd:55a7
  errors  each kind       1000/s, burst 50 in all    100/s, burst 20 to one destination

node r2
  down        to r1:up          10.0.0.1/31, fd00::1/127  MTU 1400, link-local fe80::70c8:b580:5011:85d8
  r3.example  to r3.example:r2  no address                MTU 1500
  errors      each kind         1000/s, burst 50 in all   100/s, burst 20 to one destination

node r3.example
  itself  loopback          10.255.0.3, fd00:ffff::3
  r2      to r2:r3.example  no address               MTU 1500
  errors  each kind         1000/s, burst 50 in all  100/s, burst 20 to one destination

links
  r1:up-r2:down                to r1: rate 50mbit, delay 20ms; to r2: loss 1%, loss every 3 (above 1000, protocol icmp, from 10.0.0.0/8), loss gilbert to_bad 1% to_good 30%, loss fates x, queue packets 50 discipline codel ecn true, rate 1mbit burst 3000, corrupt 3% where unseen, duplicate 2%, delay 0s jitter 2ms distribution normal, reorder every 4 by 1ms
  r2:r3.example-r3.example:r2  down; metric 5; to r2: metric 6; to r3.example: at once
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// BenchmarkLarge loads a network of a thousand nodes and two thousand links: text, checks and plan.
func BenchmarkLarge(b *testing.B) {
	for _, shape := range []struct {
		name string
		text string
	}{{"mesh", large(b, 1000, 2000)}, {"star", star(2000)}} {
		text := []byte(shape.text)
		b.Run(shape.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := Parse("f", text)
				if err != nil {
					b.Fatal(err)
				}
				if p := f.Plan(); len(p.Links) != 2000 {
					b.Fatal(len(p.Links))
				}
			}
		})
	}
}

// star has one node in the middle, with written addresses and a route to each of the others.
func star(leaves int) string {
	var nodes, interfaces, routes, links []string
	for i := range leaves {
		a, c := i/250, i%250
		interfaces = append(interfaces, fmt.Sprintf(`"l%d": { "addresses": ["10.%d.%d.1/24", "fd00:%x::1/64"] }`, i, a, c, i))
		nodes = append(nodes, fmt.Sprintf(`"r%d": { "interfaces": { "up": { "addresses": ["10.%d.%d.2/24", "fd00:%x::2/64"] } } }`, i, a, c, i))
		routes = append(routes, fmt.Sprintf(`{ "to": "172.%d.%d.0/24", "via": "10.%d.%d.2" }`, a, c, a, c))
		links = append(links, fmt.Sprintf(`{ "between": ["hub:l%d", "r%d:up"] }`, i, i))
	}
	join := func(list []string) string { return strings.Join(list, ",\n") }
	return fmt.Sprintf(`{ "nodes": { "hub": { "interfaces": { %s }, "routes": [ %s ] }, %s }, "links": [ %s ] }`, join(interfaces), join(routes), join(nodes), join(links))
}
