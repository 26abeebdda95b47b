package forwarders

import (
	"fmt"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// runGVisor forwards with the stack of gVisor, and its own endpoint for descriptors.
func runGVisor(devices []Device, opened func()) error {
	descriptors := make([]int, len(devices))
	err := openAll(devices, func(i int, d Device) (err error) {
		descriptors[i], err = tun.Open(d.Name)
		return err
	})
	if err != nil {
		return err
	}
	opened()
	s := stack.New(stack.Options{NetworkProtocols: []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol}})
	for _, protocol := range []tcpip.NetworkProtocolNumber{header.IPv4ProtocolNumber, header.IPv6ProtocolNumber} {
		if err := s.SetForwardingDefaultAndAllNICs(protocol, true); err != nil {
			return fmt.Errorf("forwarding: %v", err)
		}
	}
	endpoints := make([]stack.LinkEndpoint, len(devices))
	for i, d := range devices {
		// An endpoint ends at once if its device is not up.
		if endpoints[i], err = fdbased.New(&fdbased.Options{FDs: []int{descriptors[i]}, MTU: uint32(d.MTU)}); err != nil {
			return err
		}
		if err := attach(s, tcpip.NICID(i+1), endpoints[i], d); err != nil {
			return err
		}
	}
	return each(devices, func(i int) error {
		endpoints[i].Wait()
		return fmt.Errorf("reading from %s has ended", devices[i].Name)
	})
}

// attach gives the stack a NIC with the addresses and routes of a device.
func attach(s *stack.Stack, nic tcpip.NICID, endpoint stack.LinkEndpoint, d Device) error {
	if err := s.CreateNIC(nic, endpoint); err != nil {
		return fmt.Errorf("NIC: %v", err)
	}
	for _, a := range d.Addresses { // without one a NIC has no routes
		protocol := header.IPv4ProtocolNumber
		if a.Addr().Is6() {
			protocol = header.IPv6ProtocolNumber
		}
		own := tcpip.ProtocolAddress{Protocol: protocol, AddressWithPrefix: address(a)}
		if err := s.AddProtocolAddress(nic, own, stack.AddressProperties{}); err != nil {
			return fmt.Errorf("address %s: %v", a, err)
		}
	}
	for _, prefix := range d.Prefixes {
		s.AddRoute(tcpip.Route{Destination: address(prefix).Subnet(), NIC: nic})
	}
	return nil
}

func address(p netip.Prefix) tcpip.AddressWithPrefix {
	return tcpip.AddressWithPrefix{Address: tcpip.AddrFromSlice(p.Addr().AsSlice()), PrefixLen: p.Bits()}
}
