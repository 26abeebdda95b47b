package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/tundev"
)

// lab is a router and the two ports that the prober has of it.
type lab struct {
	*Ports
	namespaces []*tundev.Namespace
	stop       func() error
}

// Close ends the router. What was made for it goes.
func (l *lab) Close() error {
	var errs []error
	if l.Ports != nil {
		errs = append(errs, l.Ports.Close())
	}
	if l.stop != nil {
		errs = append(errs, l.stop())
	}
	for _, n := range l.namespaces {
		errs = append(errs, n.Close())
	}
	return errors.Join(errs...)
}

// namespace makes one that is silent: without IPv6 the kernel sends nothing of
// its own through the ports.
func (l *lab) namespace(lines ...string) (*tundev.Namespace, error) {
	n, err := tundev.NewNamespace()
	if err != nil {
		return nil, err
	}
	l.namespaces = append(l.namespaces, n)
	return n, n.Do(func() error { return sysctls(lines) })
}

const silent = "ipv6.conf.default.disable_ipv6=1"

// linuxCannot says what of the needs Linux cannot do.
func linuxCannot(n Needs) string {
	for _, key := range []string{"too_big", "icmp", "lie", "extensions", "hop_by_hop", "hop_by_hop_limit", "report_sub_1280",
		"multicast", "martians", "timestamp", "echo", "record_options"} {
		if n[key] != "" {
			return key + "=" + n[key] + ": not in Linux without help"
		}
	}
	if n["a.urpf"] == "feasible" || n["source_route"] == "ignore" {
		return n.String() + ": not in Linux without help"
	}
	return ""
}

// startLinux makes a namespace that forwards, with a port A and a port B.
// With resolve, neighbours are found as Ethernet does it.
func startLinux(n Needs, resolve bool) (*lab, error) {
	return newLab(func(l *lab) error { return l.startLinux(n, resolve) })
}

// newLab returns a lab that has been started; one that fails is taken down.
func newLab(start func(l *lab) error) (*lab, error) {
	l := &lab{}
	if err := start(l); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *lab) startLinux(n Needs, resolve bool) error {
	router, err := l.namespace(linuxSysctls(n)...)
	if err != nil {
		return err
	}
	a, err := l.namespace(silent)
	if err != nil {
		return err
	}
	b, err := l.namespace(silent)
	if err != nil {
		return err
	}
	err = router.Do(func() error {
		if err := ip(linuxLinks(n, a.Path(), b.Path(), resolve)); err != nil {
			return err
		}
		if err := sysctls(linkSysctls(n)); err != nil {
			return err
		}
		return ip(linuxRoutes(n))
	})
	for _, side := range []*tundev.Namespace{a, b} {
		if err == nil {
			err = side.Do(func() error { return ip([]string{"link set dev port up"}) })
		}
	}
	if err != nil {
		return err
	}
	macA, macB := net.HardwareAddr{2, 0, 0, 0, 0, 'a'}, net.HardwareAddr{2, 0, 0, 0, 0, 'b'}
	if resolve {
		macA, macB = nil, nil
	}
	l.Ports, err = OpenPorts(a.Path()+":port", b.Path()+":port", macA, macB)
	return err
}

// linuxLinks are the commands that make the ports. Without ARP they are like the
// TUN devices of a router in user space: every neighbour is there.
func linuxLinks(n Needs, pathA, pathB string, resolve bool) (list []string) {
	for port, path := range map[string]string{"a": pathA, "b": pathB} {
		list = append(list, fmt.Sprintf("link add name %s address 02:00:00:00:00:%02x mtu %d type veth peer name port mtu %d netns %s",
			port, port[0], max(n.mtu(port), map[string]int{"a": 1500}[port]), jumbo, path))
		if !resolve {
			list = append(list, fmt.Sprintf("link set dev %s arp off", port))
		}
	}
	slices.Sort(list)
	return list
}

// linuxRoutes are the commands that give the ports T1's addresses and routes.
func linuxRoutes(n Needs) (list []string) {
	six := n["only"] != "4"
	for i, port := range []string{"a", "b"} {
		address := fmt.Sprintf("10.%d.0.1/24", i+1)
		if port == "a" && n["a.address"] != "" {
			address = n["a.address"]
		}
		if n[port+".unnumbered"] == "" {
			list = append(list, "addr add "+address+" broadcast + dev "+port)
		}
		if six {
			list = append(list, fmt.Sprintf("addr add fd00:%d::1/64 dev %s nodad", i+1, port), "addr add fe80::1/64 nodad dev "+port)
		}
		list = append(list, "link set dev "+port+" up")
		switch {
		case n[port+".unnumbered"] != "":
			list = append(list, fmt.Sprintf("route add 10.%d.0.0/24 dev %s", i+1, port))
		case port == "a" && n.mtu("a") < 1500:
			list = append(list, fmt.Sprintf("route change 10.1.0.0/24 dev a src 10.1.0.1 mtu %d", n.mtu("a")))
		}
	}
	if n["router_id"] != "" {
		list = append(list, "addr add "+n["router_id"]+"/32 dev lo")
	}
	list = append(list, "route add 10.3.0.0/24 via 10.2.0.2")
	if n["a.address"] == "" {
		list = append(list, "route add 10.4.0.0/24 via 10.1.0.9")
	}
	for i, kind := range []string{"unreachable", "prohibit", "blackhole"} {
		list = append(list, fmt.Sprintf("route add %s 10.%d.0.0/24", kind, 50+i))
		if six {
			list = append(list, fmt.Sprintf("route add %s fd00:%d::/64", kind, 50+i))
		}
	}
	if six {
		list = append(list, "route add fd00:3::/64 via fd00:2::2", "route add fd00:4::/64 via fe80::9 dev a")
	}
	return list
}

// linuxSysctls are set before there is a link.
func linuxSysctls(n Needs) []string {
	list := []string{
		"ipv4.ip_forward=1", "ipv6.conf.all.forwarding=1", "ipv6.conf.default.forwarding=1",
		"ipv6.conf.default.accept_dad=0", "ipv6.conf.default.addr_gen_mode=1", "ipv6.conf.default.router_solicitations=0",
		"ipv4.conf.all.rp_filter=0", "ipv4.conf.default.rp_filter=0",
	}
	if n["rate"] == "" {
		list = append(list, "ipv4.icmp_ratelimit=0", "ipv4.icmp_ratemask=0", "ipv6.icmp.ratelimit=0")
	}
	if n["probe"] != "" {
		list = append(list, "ipv4.icmp_echo_enable_probe=1")
	}
	if n["error_source"] == "ingress" {
		list = append(list, "ipv4.icmp_errors_use_inbound_ifaddr=1")
	}
	return list
}

// linkSysctls are set on the links.
func linkSysctls(n Needs) (list []string) {
	modes := map[string]string{"strict": "1", "loose": "2"}
	if mode := modes[n["a.urpf"]]; mode != "" {
		list = append(list, "ipv4.conf.a.rp_filter="+mode)
	}
	all := map[string]string{"process": "accept_source_route=1", "drop": "accept_source_route=0"}[n["source_route"]]
	switch {
	case n["directed_broadcast"] != "":
		all = "bc_forwarding=1"
	case n["redirects"] == "off":
		all = "send_redirects=0"
	}
	for _, where := range []string{"all", "a", "b"} {
		if all != "" {
			list = append(list, "ipv4.conf."+where+"."+all)
		}
	}
	return list
}

// ip runs commands of iproute2 in the namespace of the thread.
func ip(lines []string) error {
	c := exec.Command("ip", "-batch", "-")
	c.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		return fmt.Errorf("ip -batch (iproute2): %w: %s\n%s", err, strings.TrimSpace(out.String()), strings.Join(lines, "\n"))
	}
	return nil
}
