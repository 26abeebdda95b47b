package lab

import (
	"errors"
	"time"

	"github.com/icmprouter/icmprouter/bench/forwarders"
	"github.com/icmprouter/icmprouter/bench/traffic"
	"github.com/icmprouter/icmprouter/tundev"
)

// Lab is a contender at work.
type Lab struct {
	Contender
	// Client and Server are the agents on its two sides.
	Client, Server *traffic.Agent
	// Forwarder is the contender's process; nil where it is the kernel.
	Forwarder *Process
	// Ready is how long the router took from its start until it was ready, or a row of
	// the kernel's until the last of them was set up.
	Ready time.Duration

	processes  []*Process
	namespaces []*tundev.Namespace
}

// Tools are the programs and the place that labs need.
type Tools struct {
	// Self is this program, which is also agents and forwarders; Router is icmprouter.
	Self, Router string
	// Dir is for configurations.
	Dir string
}

// Start sets up a contender. On an error nothing is left behind.
func Start(c Contender, tools Tools) (*Lab, error) {
	l := &Lab{Contender: c}
	if err := l.start(tools); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Lab) start(tools Tools) error {
	client, err := l.namespace()
	if err != nil {
		return err
	}
	server, err := l.namespace()
	if err != nil {
		return err
	}
	switch {
	case l.Way == Kernel && l.Row > 1:
		err = l.startKernelRow(client, server)
	case l.Way == Router && l.Row > 1:
		err = l.startRouterRow(tools, client, server)
	case l.Way == Kernel:
		err = l.startKernel(tools, client, server)
	case l.Way == Router:
		err = l.startRouter(tools, client, server)
	default:
		err = l.startForwarder(tools, client, server)
	}
	if err != nil {
		return err
	}
	if err := server.Do(func() error { return answerFor(append(behind, World...)) }); err != nil {
		return err
	}
	if l.Client, err = l.agent(tools, client); err != nil {
		return err
	}
	if l.Server, err = l.agent(tools, server); err != nil || l.Row < 2 {
		return err
	}
	return errors.Join(l.meet(ServerV4), l.meet(ServerV6))
}

// Close ends all of it, and says what failed.
func (l *Lab) Close() error {
	var errs []error
	for _, p := range l.processes {
		errs = append(errs, p.End())
	}
	for _, n := range l.namespaces {
		errs = append(errs, n.Close())
	}
	return errors.Join(errs...)
}

// Explain says what the contender said last, if an error came of its end.
func (l *Lab) Explain(err error) error {
	if l.Forwarder != nil && l.Forwarder.dead() {
		return l.Forwarder.explain(errEnded)
	}
	return err
}

// CPU is the time that the contender's process has had so far; none if it is the kernel.
func (l *Lab) CPU() time.Duration {
	if l.Forwarder == nil {
		return 0
	}
	return l.Forwarder.CPU()
}

// namespace makes one for a host: any group may ping, and addresses are good at once.
func (l *Lab) namespace() (*tundev.Namespace, error) {
	n, err := tundev.NewNamespace()
	if err != nil {
		return nil, err
	}
	l.namespaces = append(l.namespaces, n)
	return n, n.Do(func() error {
		return sysctls("ipv4.ping_group_range=0 0", "ipv4.conf.all.rp_filter=0", "ipv4.conf.default.rp_filter=0",
			"ipv6.conf.default.accept_dad=0", "ipv6.conf.default.router_solicitations=0",
			"ipv4.ip_default_ttl=255", "ipv6.conf.default.hop_limit=255") // to the end of the longest row
	})
}

// agent starts one in a namespace and waits until it listens.
func (l *Lab) agent(tools Tools, n *tundev.Namespace) (*traffic.Agent, error) {
	p, err := l.spawn(n, tools.Self, "child", "agent")
	if err != nil {
		return nil, err
	}
	a, err := traffic.Connect(p.in, p.out)
	if err != nil {
		return nil, p.explain(err)
	}
	return a, nil
}

// startForwarder has a child open two TUNs, and gives them what a host has.
func (l *Lab) startForwarder(tools Tools, client, server *tundev.Namespace) error {
	arguments := []forwarders.Device{
		{Netns: client.Path(), Name: left.device, MTU: MTU, Addresses: left.host("1"), Prefixes: left.prefixes()},
		{Netns: server.Path(), Name: right.device, MTU: MTU, Addresses: right.host("1"), Prefixes: anywhere},
	}
	p, err := l.spawn(nil, tools.Self, "child", "forwarder", string(l.Way), encode(arguments))
	if err != nil {
		return err
	}
	l.Forwarder = p
	if err := p.waitFor("ready"); err != nil {
		return err
	}
	if err := client.Do(func() error { return host(left, nil) }); err != nil {
		return err
	}
	if err := server.Do(func() error { return host(right, nil) }); err != nil {
		return err
	}
	_, err = p.in.Write([]byte("go\n"))
	return err
}
