package config

import (
	"maps"
	"slices"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
)

// defaultMTU is that of Ethernet, in octets.
const defaultMTU = 1500

// Plan returns the network that the file describes. It shares no memory with
// the file but what other files hold, and is the same for the same file.
func (f *File) Plan() network.Plan {
	p := network.Plan{Workers: f.Workers, BusyPoll: f.busyPoll(), Seed: f.seed(), Routing: routings[f.Routing]}
	for _, name := range inNaturalOrder(f.Nodes) {
		node := f.Nodes[name].plan(f.seed(), name)
		for i := range node.Interfaces {
			f.Nodes[name].Interfaces[node.Interfaces[i].Name].TUN.speed(f, &node.Interfaces[i].Device)
		}
		p.Nodes = append(p.Nodes, node)
	}
	p.Links = f.planLinks(p.Nodes)
	return p
}

func (n Node) plan(seed uint64, name string) network.Node {
	like := n.habits()
	p := network.Node{Name: name, Settings: n.over(like).settings(seed, name), Limits: n.ICMP.limits(like.ICMP)}
	for _, iface := range slices.Sorted(maps.Keys(n.Interfaces)) {
		p.Interfaces = append(p.Interfaces, n.Interfaces[iface].plan(seed, name, iface))
	}
	p.Routes = slices.Clip(n.listed)
	for _, r := range n.Routes {
		p.Routes = append(p.Routes, r.plan())
	}
	return p
}

func (r Route) plan() forwarding.Route {
	return forwarding.Route{To: r.To, Via: r.Via, Link: r.Interface, Kind: kinds[r.Kind], Group: r.group()}
}

// kinds translates the kinds of routes; a route without one is unicast.
var kinds = map[string]forwarding.Kind{
	"":            forwarding.Unicast,
	"unicast":     forwarding.Unicast,
	"blackhole":   forwarding.Blackhole,
	"unreachable": forwarding.Unreachable,
	"prohibit":    forwarding.Prohibit,
	"reject":      forwarding.Reject,
}

func (i Interface) plan(seed uint64, node, name string) network.Interface {
	mtu := i.mtu()
	return network.Interface{
		Link: forwarding.Link{
			Name:              name,
			MTU:               mtu,
			Addresses:         slices.Concat(i.Addresses, linkLocal(node, name, i.Addresses)),
			URPF:              filters[i.URPF],
			DirectedBroadcast: i.DirectedBroadcast,
			Labels:            i.labels(),
			In:                i.Middlebox.In.plan(seed, node+"/"+name+"/in"),
			Out:               i.Middlebox.Out.plan(seed, node+"/"+name+"/out"),
			Tunnel:            i.Tunnel.plan(),
		},
		Device: i.TUN.plan(mtu),
	}
}

func (t TUN) plan(mtu int) tundev.Spec {
	if t.Name == "" {
		return tundev.Spec{}
	}
	backend := tundev.Backend(t.Device)
	if backend == "" {
		backend = tundev.Kernel
	}
	if t.MTU != 0 {
		mtu = t.MTU
	}
	return tundev.Spec{
		Backend:   backend,
		Netns:     t.Netns,
		Name:      t.Name,
		MTU:       mtu,
		Addresses: slices.Clone(t.Addresses),
		Routes:    slices.Clone(t.Routes),
	}
}

// limits says how many errors of each kind the node sends. What the file does not
// say, like does.
func (c ICMP) limits(like ICMP) (l ratelimit.Limits) {
	habits := like.kinds()
	for kind, m := range c.kinds() {
		l[kind] = m.Rate.over(c.Rate).over(habits[kind].Rate.over(like.Rate)).limit()
	}
	return l
}

// total is the bucket of all destinations together.
func (r Rate) total() Bucket { return Bucket{r.PPS, r.Burst, r.Unlimited} }

// over is r, with what it leaves out taken from base.
func (r Rate) over(base Rate) Rate {
	total := r.total().over(base.total())
	return Rate{total.PPS, total.Burst, total.Unlimited, r.PerDestination.over(base.PerDestination)}
}

func (b Bucket) over(base Bucket) Bucket {
	if b.PPS != nil || b.Burst != nil || b.Unlimited {
		base.Unlimited = b.Unlimited
	}
	if b.PPS != nil {
		base.PPS = b.PPS
	}
	if b.Burst != nil {
		base.Burst = b.Burst
	}
	return base
}

func (r Rate) limit() ratelimit.Limit {
	total := r.total().rate(ratelimit.DefaultTotal)
	return ratelimit.Limit{Total: total, PerDestination: r.PerDestination.rate(share(total))}
}

// rate is the bucket, with what it leaves out taken from preset.
func (b Bucket) rate(preset ratelimit.Rate) ratelimit.Rate {
	if b.Unlimited {
		preset.Unlimited = true
		return preset
	}
	if b.PPS == nil && b.Burst == nil {
		return preset
	}
	preset.Unlimited = false
	if b.PPS != nil {
		preset.PPS = *b.PPS
	}
	if b.Burst != nil {
		preset.Burst = *b.Burst
	}
	return preset
}

// share is what one destination gets of a total when the file does not say: as
// large a part as in the defaults, but never less than the default, so that a
// lower total does not silence a lone traceroute twice, nor more than the total.
func share(total ratelimit.Rate) ratelimit.Rate {
	all, one := ratelimit.DefaultTotal, ratelimit.DefaultPerDestination
	if total.Unlimited {
		one.Unlimited = true
		return one
	}
	part := func(total, all, one int) int {
		return min(total, max(one, int(int64(total)*int64(one)/int64(all))))
	}
	return ratelimit.Rate{
		PPS:   part(total.PPS, all.PPS, one.PPS),
		Burst: part(total.Burst, all.Burst, one.Burst),
	}
}
