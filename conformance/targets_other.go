//go:build !linux

package conformance

import (
	"errors"
	"net"
)

// Elsewhere than on Linux there are no namespaces to start routers in, and no
// packet sockets to send with.

var errElsewhere = errors.New("probe runs on Linux alone")

func elsewhere(name string) Target {
	return Target{Name: name, cannot: func(Needs) string { return "" },
		ready: func() error { return errElsewhere },
		start: func(Needs) (Router, func() error, error) { return nil, nil, errElsewhere }}
}

// Self is the router of this module.
func Self(string) Target { return elsewhere("icmprouter") }

// Linux is the kernel as a router.
func Linux() Target { return elsewhere("Linux") }

// At is a router that is there, behind two interfaces.
func At(_, _ string, _, _ net.HardwareAddr, _ Needs) (Target, func() error, error) {
	return Target{}, nil, errElsewhere
}
