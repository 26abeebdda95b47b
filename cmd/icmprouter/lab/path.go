package lab

import (
	"fmt"

	"github.com/icmprouter/icmprouter/config/document"
)

// Client and Server are the namespaces that each lab has.
const (
	Client = "client"
	Server = "server"
)

// Path is a network of routers in a row between the client and the server.
type Path struct {
	// Hops is the number of routers, at least 1.
	Hops int
	// MTU is that of the last link before the server, in octets, in both directions; zero: 1500.
	// The hosts believe in 1500, or in more if this is more.
	MTU int
	// Delay, Loss and Rate are those of that link, in each direction, in the configuration's words. Empty: none.
	Delay, Loss, Rate string
	// Seed is what all chances come from.
	Seed uint64
}

// ethernet is the MTU that hosts believe in, in octets.
const ethernet = 1500

// minMTUv6 is the least MTU of a link that carries IPv6 (RFC 8200 §5).
const minMTUv6 = 1280

// MostHops is the longest Path whose packets live, of a TTL of 64.
const MostHops = 60

// Config is the configuration of the path. With an MTU below 1280 it has no IPv6.
//
// The last link leads to a node that keeps TTL, and so is no hop for anybody: it stands
// for the server's end of the wire.
func (p Path) Config() *document.Document {
	nodes := document.NewObject()
	links := &document.List{}
	var last string
	for i := range p.Hops {
		name := fmt.Sprint("r", i+1)
		nodes.Set(name, document.NewObject())
		if i > 0 {
			links.Items = append(links.Items, p.link(last, name))
		}
		last = name
	}
	if p.narrow() {
		nodes.Set("wire", document.NewObject("ttl", "keep"))
		l := p.link(last, "wire")
		if p.MTU != 0 {
			l.Set("mtu", p.MTU)
		}
		both := document.NewObject()
		for _, b := range [][2]string{{"rate", p.Rate}, {"delay", p.Delay}, {"loss", p.Loss}} {
			if b[1] != "" {
				both.Set(b[0], b[1])
			}
		}
		if len(both.Keys()) > 0 {
			l.Set("both", both)
		}
		links.Items = append(links.Items, l)
		last = "wire"
	}
	p.host(nodes, "r1", Client, 1)
	p.host(nodes, last, Server, 2)
	root := document.NewObject("seed", p.Seed)
	if len(links.Items) > 0 {
		root.Set("routing", "shortest-path")
		root.Set("addressing", document.NewObject("v4", "10.0.0.0/16"))
		if p.v6() {
			root.Get("addressing").(*document.Object).Set("v6", "fd00::/32")
		}
	}
	root.Set("nodes", nodes)
	if len(links.Items) > 0 {
		root.Set("links", links)
	}
	return &document.Document{Root: root}
}

// narrow says that the last link does something.
func (p Path) narrow() bool { return p.MTU != 0 || p.Delay != "" || p.Loss != "" || p.Rate != "" }

func (p Path) v6() bool { return p.MTU == 0 || p.MTU >= minMTUv6 }

// link is one that does nothing.
func (p Path) link(from, to string) *document.Object {
	l := document.NewObject("name", from+"-"+to, "between", &document.List{Items: []any{from, to}})
	if p.MTU > ethernet {
		l.Set("mtu", p.MTU)
	}
	return l
}

// host puts a host behind a node, on a network of that number.
func (p Path) host(nodes *document.Object, node, netns string, number int) {
	mtu := max(ethernet, p.MTU)
	own, theirs := []any{fmt.Sprintf("10.%d.0.1/24", number)}, []any{fmt.Sprintf("10.%d.0.2/24", number)}
	routes := []any{"0.0.0.0/0"}
	if p.v6() {
		own, theirs = append(own, fmt.Sprintf("fd00:%d::1/64", number)), append(theirs, fmt.Sprintf("fd00:%d::2/64", number))
		routes = append(routes, "::/0")
	}
	n := nodes.Get(node).(*document.Object)
	if n.Get("interfaces") == nil {
		n.Set("interfaces", document.NewObject())
	}
	n.Get("interfaces").(*document.Object).Set(netns, document.NewObject(
		"addresses", &document.List{Items: own}, "mtu", mtu,
		"tun", document.NewObject("netns", netns, "name", "tun0", "mtu", mtu,
			"addresses", &document.List{Items: theirs}, "routes", &document.List{Items: routes})))
}
