//go:build linux

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// way is what a node prints of a link to another that does something to packets.
type way struct {
	Arrived, Duplicated, Reordered, Corrupted, Marked uint64
	OnWay                                             uint64 `json:"on_way"`
	Dropped                                           map[string]uint64
}

// network is a running `icmprouter run` of a network that `icmprouter make` made, with a host at
// either end of it.
type network struct {
	*router
	t *testing.T
}

// newNetwork makes a network with the arguments of make, in namespaces of its own, and runs it.
func newNetwork(t *testing.T, args ...string) *network {
	t.Helper()
	p := newTopology(t)
	path := filepath.Join(t.TempDir(), "network.json")
	made(t, p, path, args...)
	n := &network{launchFile(t, p, path, "--json"), t}
	set(t, n.Server, "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0") // it is the nodes' answers that count
	return n
}

// made writes what make prints to a file: first aside, so that nobody reads a half.
func made(t *testing.T, p topology, path string, args ...string) {
	t.Helper()
	needs.Root(t)
	text := must(t, append([]string{program, "make", "--client", p.Client, "--server", p.Server}, args...)...)
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// remake has another network take the place of the one that runs.
func (n *network) remake(args ...string) {
	n.t.Helper()
	made(n.t, n.topology, n.config, args...)
	n.reload(changed)
}

// shown is what `show paths` says of the ways from one host to the other.
type shown struct {
	From, To struct{ Address string }
	Hops     []shownHop
	PathMTU  int `json:"path_mtu"`
}

type shownHop struct {
	Number, Distance int
	Node             string
	Addresses        []string
	Next             []struct{ Node, Device string }
}

// paths asks show for the ways from the client to the server.
func (n *network) paths(f family) (s shown) {
	n.t.Helper()
	text := must(n.t, program, "show", "paths", "--family", f.name, "--format", "json", n.Client, n.Server, n.config)
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		n.t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// server is the address of the host at the far end.
func (n *network) server(f family) string {
	return f.says("10.128.2.1", "fd00:8000:0:2::1")
}

// run runs a tool in the client's namespace, and wants it to succeed.
func (n *network) run(t *testing.T, args ...string) string {
	t.Helper()
	return must(t, in(n.Client, args...)...)
}

// node is the counters of one node at the end.
type node struct {
	counters
	Node  string
	Links []end
}

// end is a link as the node at one end of it counts.
type end struct {
	Link, Peer     string
	Received, Sent uint64
	Way            *way
}

// stop ends the network. On each node each packet has ended in one counter, and on each link
// what went in has come out, is lost, or is on its way.
func (n *network) stop() map[string]node {
	n.t.Helper()
	n.end(syscall.SIGTERM)
	var list []node
	if err := json.Unmarshal([]byte(n.stdout.String()), &list); err != nil {
		n.t.Fatalf("counters: %v\n%s", err, &n.stdout)
	}
	nodes, came := map[string]node{}, map[string]uint64{}
	for _, c := range list {
		nodes[c.Node] = c
		if sum := c.Forwarded + c.Delivered + c.Held + c.dropped(); sum != c.Received {
			n.t.Errorf("%s: received %d, and %d ended in a counter: %+v", c.Node, c.Received, sum, c)
		}
		for _, link := range c.Links {
			came[c.Node+":"+link.Link] = link.Received
		}
	}
	for _, c := range list {
		for _, link := range c.Links {
			if link.Peer == "" {
				continue
			}
			if link.Way == nil {
				link.Way = &way{Arrived: link.Sent}
			}
			if w := link.Way; w.Arrived != came[link.Peer] || link.Sent+w.Duplicated != w.Arrived+w.OnWay+sum(w.Dropped) {
				n.t.Errorf("%s to %s: sent %d, %+v; %d came", c.Node, link.Peer, link.Sent, *w, came[link.Peer])
			}
		}
	}
	return nodes
}

func sum(counts map[string]uint64) (all uint64) {
	for _, count := range counts {
		all += count
	}
	return all
}

// way finds the counters of the link from one node to another.
func (n *network) way(nodes map[string]node, from, to string) way {
	n.t.Helper()
	links := nodes[from].Links
	i := slices.IndexFunc(links, func(l end) bool { return strings.HasPrefix(l.Peer, to+":") })
	if i < 0 || links[i].Way == nil {
		n.t.Fatalf("%s has no link to %s that does something: %+v", from, to, links)
	}
	return *links[i].Way
}
