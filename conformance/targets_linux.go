package conformance

import (
	"errors"
	"net"
	"os/exec"

	"github.com/icmprouter/icmprouter/tundev"
)

// namespaces says why namespaces cannot be made.
func namespaces() error {
	n, err := tundev.NewNamespace()
	if err != nil {
		return err
	}
	return n.Close()
}

// Self is the router of this module: program is its binary, which is started for
// each setting, in namespaces that go with it.
func Self(program string) Target {
	return Target{Name: "icmprouter", cannot: selfCannot, ready: namespaces, start: func(n Needs) (Router, func() error, error) {
		l, err := startSelf(program, n)
		if err != nil {
			return nil, nil, err
		}
		return l, l.Close, nil
	}}
}

// Linux is the kernel as a router, in a namespace between two others.
func Linux() Target {
	return Target{Name: "Linux", linux: true, cannot: linuxCannot, ready: iproute, start: func(n Needs) (Router, func() error, error) {
		l, err := startLinux(n, false)
		if err != nil {
			return nil, nil, err
		}
		return l, l.Close, nil
	}}
}

func iproute() error {
	if _, err := exec.LookPath("ip"); err != nil {
		return errors.New("the program ip is missing: apt-get install iproute2")
	}
	return namespaces()
}

// At is a router that is there, behind two interfaces, each as NETNS:NAME, and set
// as have says. close lets go of the interfaces.
func At(a, b string, macA, macB net.HardwareAddr, have Needs) (t Target, close func() error, err error) {
	ports, err := OpenPorts(a, b, macA, macB)
	if err != nil {
		return Target{}, nil, err
	}
	if ports.PointToPoint() {
		have["p2p"] = "true"
	}
	cannot := func(n Needs) string {
		if missing := n.missing(have); missing != "" {
			return "the router is not set so: " + missing
		}
		return ""
	}
	start := func(Needs) (Router, func() error, error) { return ports, func() error { return nil }, nil }
	ready := func() error { return nil }
	return Target{Name: a + " " + b, cannot: cannot, ready: ready, start: start}, ports.Close, nil
}
