package topology

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/wire"
)

// Attributes are what all links, and the devices at both ends of the network, have in common. What is zero is left out.
type Attributes struct {
	Seed uint64
	// MTU, in octets, and Metric of each link.
	MTU, Metric int
	// What happens to packets on each link, as the configuration says it: durations,
	// rates, probabilities.
	Delay, Jitter, Rate, Loss, Duplicate, Reorder, Corrupt string
	// Client and Server are the namespaces of the TUN devices. Empty: there is none.
	Client, Server string
}

// name is that of a node.
func name(node int) string { return "r" + strconv.Itoa(node+1) }

// Configure returns the configuration of a network.
func Configure(g Graph, a Attributes) *document.Document {
	nodes := document.NewObject()
	_, length := g.farthest(g.Client)
	for i := range g.Nodes {
		nodes.Set(name(i), node(length))
	}
	device := "tun0"
	for _, end := range []struct {
		word, netns string
		node        int
	}{{"client", a.Client, g.Client}, {"server", a.Server, g.Server}} {
		if end.netns == "" {
			continue
		}
		if end.word == "server" && a.Server == a.Client {
			device = "tun1"
		}
		tun := document.NewObject("netns", end.netns, "name", device)
		n := nodes.Get(name(end.node)).(*document.Object)
		if n.Get("interfaces") == nil {
			n.Set("interfaces", document.NewObject())
		}
		n.Get("interfaces").(*document.Object).Set(end.word, document.NewObject("tun", tun))
	}
	links := &document.List{Items: []any{}}
	for _, l := range g.Links {
		links.Items = append(links.Items, a.link(name(l[0]), name(l[1])))
	}
	root := document.NewObject("seed", json.Number(fmt.Sprint(a.Seed)), "routing", "shortest-path",
		"addressing", document.NewObject("v4", "10.0.0.0/8", "v6", "fd00::/16"), "nodes", nodes)
	if len(g.Links) > 0 {
		root.Set("links", links)
	}
	return &document.Document{Root: root}
}

// node is one node of a network that is so many links long: where what it says would not live
// long enough by default, it lives as long as can be.
func node(length int) *document.Object {
	if length < wire.DefaultTTL {
		return document.NewObject()
	}
	return document.NewObject("icmp", document.NewObject("ttl", 255, "reply_ttl", 255))
}

// link is one link of the configuration.
func (a Attributes) link(from, to string) *document.Object {
	l := document.NewObject("name", from+"-"+to, "between", &document.List{Items: []any{from, to}})
	if a.MTU != 0 {
		l.Set("mtu", a.MTU)
	}
	if a.Metric != 0 {
		l.Set("metric", a.Metric)
	}
	both := document.NewObject()
	add := func(key, value string) {
		if value != "" {
			both.Set(key, value)
		}
	}
	add("rate", a.Rate)
	if a.Jitter == "" {
		add("delay", a.Delay)
	} else {
		delay := document.NewObject()
		if a.Delay != "" {
			delay.Set("mean", a.Delay)
		}
		delay.Set("jitter", a.Jitter)
		both.Set("delay", delay)
	}
	add("loss", a.Loss)
	add("duplicate", a.Duplicate)
	add("reorder", a.Reorder)
	add("corrupt", a.Corrupt)
	if len(both.Keys()) > 0 {
		l.Set("both", both)
	}
	return l
}
