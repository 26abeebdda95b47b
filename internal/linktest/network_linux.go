package linktest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

// hosts are the sender and the receiver of each flow, by family. The networks of
// different flows do not touch.
var hosts = [2][2]netip.Addr{
	{netip.MustParseAddr("10.1.0.2"), netip.MustParseAddr("10.2.0.2")},
	{netip.MustParseAddr("fd00:1::2"), netip.MustParseAddr("fd00:2::2")},
}

// busyPoll is that of the configuration's default.
const busyPoll = 10 * time.Microsecond

// lead is how long the network runs before the first packet, and patience how long
// the last is waited for after its time.
const (
	lead     = 50 * time.Millisecond
	patience = 5 * time.Second
)

// path is nodes in a row, and the flow that crosses them by links that all behave alike.
type path struct {
	flow     *flow
	links    int
	behavior link.Behavior
}

// plan is the paths beside each other.
func plan(paths []path) (p network.Plan) {
	p.Seed, p.BusyPoll = 1, busyPoll
	for k, path := range paths {
		first := len(p.Nodes)
		for i := range path.links + 1 {
			nd := network.Node{Name: fmt.Sprintf("n%d-%02d", k, i)}
			if i > 0 {
				nd.Interfaces = append(nd.Interfaces, face("back"))
				p.Links = append(p.Links, network.Link{
					Name: fmt.Sprintf("l%d-%02d", k, i), Ends: [2]network.End{{Node: first + i - 1, Interface: 1}, {Node: first + i}},
					To: [2]link.Behavior{1: path.behavior}, Metric: [2]int{1, 1},
				})
			} else {
				nd.Interfaces = append(nd.Interfaces, face("back", hosts[0][0], hosts[1][0]))
				nd.Interfaces[0].Device = tundev.Spec{Backend: tundev.Memory, Name: fmt.Sprint("in", k), MTU: 1500}
			}
			if i < path.links {
				nd.Interfaces = append(nd.Interfaces, face("next"))
				for family := range hosts {
					to := hosts[family][1]
					nd.Routes = append(nd.Routes, forwarding.Route{To: netip.PrefixFrom(to, to.BitLen()), Link: "next"})
				}
			} else {
				nd.Interfaces = append(nd.Interfaces, face("next", hosts[0][1], hosts[1][1]))
				nd.Interfaces[1].Device = tundev.Spec{Backend: tundev.Memory, Name: fmt.Sprint("out", k), MTU: 1500}
			}
			p.Nodes = append(p.Nodes, nd)
		}
	}
	return p
}

// face is an interface, on whose link the hosts are; without any it has no address.
func face(name string, hosts ...netip.Addr) network.Interface {
	i := network.Interface{Link: forwarding.Link{Name: name, MTU: 1500}}
	for _, h := range hosts {
		i.Addresses = append(i.Addresses, netip.PrefixFrom(h.Prev(), h.BitLen()-8))
	}
	return i
}

// opener has the devices of the flows.
type opener map[string]tundev.Device

func (o opener) Open(spec tundev.Spec) (tundev.Device, error)   { return o[spec.Name], nil }
func (o opener) Reopen(spec tundev.Spec) (tundev.Device, error) { return o[spec.Name], nil }
func (o opener) Configure(tundev.Device, tundev.Spec) error     { return nil }
func (o opener) Present(tundev.Device, tundev.Spec) error       { return nil }
func (o opener) Close() error                                   { return nil }

// run moves the packets of all paths from their sources to their sinks. It ends when all
// packets of the first have come, or some time after they should have. meanwhile, unless nil, runs
// beside it until it returns.
func run(paths []path, d *Disturbance, meanwhile func()) error {
	devices := opener{}
	var longest time.Duration
	for k, p := range paths {
		never, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
		if err != nil {
			return err
		}
		in := tundev.Spec{Name: fmt.Sprint("in", k), MTU: 1500}
		out := tundev.Spec{Name: fmt.Sprint("out", k), MTU: 1500}
		devices[in.Name], devices[out.Name] = source{p.flow, in}, sink{p.flow, out, never}
		longest = max(longest, p.flow.due[len(p.flow.due)-1]+time.Duration(p.links)*p.behavior.Delay.Mean)
	}
	net, err := network.New(plan(paths), devices, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), longest+patience)
	defer stop()
	for _, p := range paths {
		if err := p.flow.start(); err != nil {
			return errors.Join(err, net.Close())
		}
	}
	before := disturb()
	ended := make(chan error, 1)
	go func() { ended <- net.Run(ctx) }()
	if meanwhile != nil {
		meanwhile()
	}
	select {
	case <-paths[0].flow.ended:
		stop()
		err = <-ended
	case err = <-ended:
	}
	*d = disturb().since(before)
	return errors.Join(err, net.Close())
}
