package topology

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

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

// Document is a configuration that is being made.
type Document struct{ root *object }

// name is that of a node.
func name(node int) string { return "r" + strconv.Itoa(node+1) }

// Configure returns the configuration of a network.
func Configure(g Graph, a Attributes) *Document {
	nodes := newObject()
	_, length := g.farthest(g.Client)
	for i := range g.Nodes {
		nodes.set(name(i), node(length))
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
		tun := newObject("netns", end.netns, "name", device)
		n := nodes.of[name(end.node)].(*object)
		if n.of["interfaces"] == nil {
			n.set("interfaces", newObject())
		}
		n.of["interfaces"].(*object).set(end.word, newObject("tun", tun))
	}
	links := &list{items: []any{}}
	for _, l := range g.Links {
		links.items = append(links.items, a.link(name(l[0]), name(l[1])))
	}
	root := newObject("seed", json.Number(fmt.Sprint(a.Seed)), "routing", "shortest-path",
		"addressing", newObject("v4", "10.0.0.0/8", "v6", "fd00::/16"), "nodes", nodes)
	if len(g.Links) > 0 {
		root.set("links", links)
	}
	return &Document{root}
}

// node is one node of a network that is so many links long: where what it says would not live
// long enough by default, it lives as long as can be.
func node(length int) *object {
	if length < wire.DefaultTTL {
		return newObject()
	}
	return newObject("icmp", newObject("ttl", 255, "reply_ttl", 255))
}

// link is one link of the configuration.
func (a Attributes) link(from, to string) *object {
	l := newObject("name", from+"-"+to, "between", &list{items: []any{from, to}})
	if a.MTU != 0 {
		l.set("mtu", a.MTU)
	}
	if a.Metric != 0 {
		l.set("metric", a.Metric)
	}
	both := newObject()
	add := func(key, value string) {
		if value != "" {
			both.set(key, value)
		}
	}
	add("rate", a.Rate)
	if a.Jitter == "" {
		add("delay", a.Delay)
	} else {
		delay := newObject()
		if a.Delay != "" {
			delay.set("mean", a.Delay)
		}
		delay.set("jitter", a.Jitter)
		both.set("delay", delay)
	}
	add("loss", a.Loss)
	add("duplicate", a.Duplicate)
	add("reorder", a.Reorder)
	add("corrupt", a.Corrupt)
	if len(both.keys) > 0 {
		l.set("both", both)
	}
	return l
}

// Bytes is the configuration as a file: the same for the same network. Nodes and links have a line each.
func (d *Document) Bytes() []byte {
	var b bytes.Buffer
	write(&b, d.root, 0, "")
	b.WriteByte('\n')
	return b.Bytes()
}
