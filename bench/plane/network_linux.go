package plane

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

// face is an interface without a device.
func face(name string, addresses ...string) network.Interface {
	i := network.Interface{Link: forwarding.Link{Name: name, MTU: 1500}}
	for _, a := range addresses {
		i.Addresses = append(i.Addresses, netip.MustParsePrefix(a))
	}
	return i
}

// outward is an interface with one.
func outward(name string, addresses ...string) network.Interface {
	i := face(name, addresses...)
	i.Device = tundev.Spec{Backend: tundev.Memory, Name: name, MTU: 1500}
	return i
}

// tie puts a numbered link between two nodes, with two addresses of each family.
func tie(p *network.Plan, a, b int, behavior link.Behavior) {
	n := len(p.Links)
	l := network.Link{Name: fmt.Sprint("l", n), To: [2]link.Behavior{behavior, behavior}, Metric: [2]int{1, 1}}
	for i, node := range []int{a, b} {
		nd := &p.Nodes[node]
		nd.Interfaces = append(nd.Interfaces, face(fmt.Sprint("l", n),
			fmt.Sprintf("10.%d.%d.%d/31", 128+n>>7, n<<1&0xff, i), fmt.Sprintf("fd01::%x:%x/127", n+1, i)))
		l.Ends[i] = network.End{Node: node, Interface: len(nd.Interfaces) - 1}
	}
	p.Links = append(p.Links, l)
}

// plan is nodes in a row, the first behind the device in, the last behind out.
func (c Case) plan() (p network.Plan) {
	nodes := max(1, c.Nodes)
	p.Routing, p.Seed = network.ShortestPath, 1
	if nodes == 1 {
		p.Routing = network.Static
	}
	for i := range nodes {
		p.Nodes = append(p.Nodes, network.Node{Name: fmt.Sprintf("r%d", i+1)})
	}
	first, last := &p.Nodes[0], &p.Nodes[nodes-1]
	first.Interfaces = append(first.Interfaces, outward("in", "10.1.0.1/24", "fd00:1::1/64"))
	last.Interfaces = append(last.Interfaces, outward("out", "10.2.0.1/24", "fd00:2::1/64"))
	last.Routes = c.Routes
	for i := range nodes - 1 {
		tie(&p, i, i+1, c.Link)
	}
	return p
}

// mesh is a ring of nodes, and links between any two of them, all numbered, with a
// loopback of each family at every node. It is the same each time.
func mesh(nodes, links int) (p network.Plan) {
	p.Routing, p.Seed = network.ShortestPath, 1
	for i := range nodes {
		nd := network.Node{Name: fmt.Sprintf("r%04d", i)}
		nd.Settings.Loopbacks = []netip.Addr{
			netip.AddrFrom4([4]byte{10, 64, byte(i >> 8), byte(i)}), netip.MustParseAddr(fmt.Sprintf("fd02::%x", i+1)),
		}
		p.Nodes = append(p.Nodes, nd)
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for i := range links {
		a, b := i%nodes, (i+1)%nodes
		if i >= nodes {
			a = chance.IntN(nodes)
			b = (a + 1 + chance.IntN(nodes-1)) % nodes
		}
		tie(&p, a, b, link.Behavior{Delay: link.Delay{Mean: time.Millisecond}})
	}
	return p
}

// Idle makes a network of so many nodes and links, and says how long that took
// and how many octets of the heap it keeps, without what it was made from.
func Idle(nodes, links int) (load time.Duration, memory uint64, err error) {
	before := heap()
	plan := mesh(nodes, links)
	begin := time.Now()
	net, err := network.New(plan, opener{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, 0, err
	}
	load = time.Since(begin)
	plan = network.Plan{}
	memory = max(heap(), before) - before
	return load, memory, net.Close()
}

// heap is the octets that are in use there.
func heap() uint64 {
	var m runtime.MemStats
	for range 2 { // what a finalizer lets go of is free at the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
