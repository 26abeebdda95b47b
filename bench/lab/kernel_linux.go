package lab

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

// sysctls sets lines such as "ipv4.ip_forward=1" in the namespace of the thread.
func sysctls(lines ...string) error {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		path := "/proc/sys/net/" + strings.ReplaceAll(name, ".", "/")
		if err := os.WriteFile(path, []byte(value), 0); err != nil {
			return fmt.Errorf("net.%s: %w", line, err)
		}
	}
	return nil
}

// forwarding makes a namespace a router, without limits for its errors.
var forwarding = []string{
	"ipv4.ip_forward=1", "ipv6.conf.all.forwarding=1", "ipv6.conf.default.forwarding=1",
	"ipv4.icmp_ratelimit=0", "ipv6.icmp.ratelimit=0",
	"ipv4.icmp_msgs_per_sec=1000000000", "ipv4.icmp_msgs_burst=1000000000",
}

// startKernel makes a third namespace that forwards between veth pairs.
func (l *Lab) startKernel(tools Tools, client, server *tundev.Namespace) error {
	router, err := l.namespace()
	if err != nil {
		return err
	}
	err = router.Do(func() error {
		if err := sysctls(forwarding...); err != nil {
			return err
		}
		for _, wire := range []struct {
			link
			side *tundev.Namespace
		}{{left, client}, {right, server}, {narrow, server}} {
			if err := veth(wire.link, wire.side.Path()); err != nil {
				return fmt.Errorf("link %s: %w", wire.name, err)
			}
		}
		return route("", behind, []netip.Addr{ServerV4, ServerV6})
	})
	if err != nil {
		return err
	}
	if err := client.Do(func() error { return host(left, []netip.Addr{RouterV4, RouterV6}) }); err != nil {
		return err
	}
	err = server.Do(func() error {
		if err := dress(narrow.device, MTU, narrow.host("2")); err != nil {
			return err
		}
		return host(right, []netip.Addr{netip.MustParseAddr("10.2.0.1"), netip.MustParseAddr("fd00:2::1")})
	})
	if err != nil || !l.RPS {
		return err
	}
	mask := fmt.Sprintf("%x", 1<<min(runtime.NumCPU(), 31)-1)
	p, err := l.spawn(router, tools.Self, "child", "rps", mask, left.name, right.name)
	if err != nil {
		return err
	}
	return p.waitFor("ready")
}

// veth makes a pair: its end in the namespace of the thread is the router's.
func veth(l link, side string) error {
	there, err := os.Open(side)
	if err != nil {
		return err
	}
	defer there.Close()
	attributes := netlink.NewLinkAttrs()
	attributes.Name, attributes.MTU = l.name, MTU
	err = netlink.LinkAdd(&netlink.Veth{LinkAttrs: attributes, PeerName: l.device, PeerNamespace: netlink.NsFd(there.Fd())})
	if err != nil {
		return err
	}
	return dress(l.name, l.mtu, l.host("1"))
}

// dress gives a device its MTU and addresses, and brings it up.
func dress(device string, mtu int, addresses []netip.Prefix) error {
	dev, err := netlink.LinkByName(device)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetMTU(dev, mtu); err != nil {
		return err
	}
	for _, a := range addresses {
		flags := 0
		if a.Addr().Is6() {
			flags = unix.IFA_F_NODAD
		}
		if err := netlink.AddrAdd(dev, &netlink.Addr{IPNet: ipNet(a), Flags: flags}); err != nil {
			return err
		}
	}
	return netlink.LinkSetUp(dev)
}

// host dresses a host's device, which all packets leave by: to a gateway, or,
// without one, as they are.
func host(l link, gateways []netip.Addr) error {
	if err := dress(l.device, MTU, l.host("2")); err != nil {
		return err
	}
	return route(l.device, anywhere, gateways)
}

// route routes each prefix to the gateway of its family, or to the device.
func route(device string, prefixes []netip.Prefix, gateways []netip.Addr) error {
	for i, p := range prefixes {
		r := &netlink.Route{Dst: ipNet(p)}
		if gateways != nil {
			r.Gw = gateways[i].AsSlice()
		} else {
			dev, err := netlink.LinkByName(device)
			if err != nil {
				return err
			}
			r.LinkIndex = dev.Attrs().Index
		}
		if err := netlink.RouteAdd(r); err != nil {
			return fmt.Errorf("route to %s: %w", p, err)
		}
	}
	return nil
}

// answerFor makes all addresses of the prefixes those of this namespace.
func answerFor(prefixes []netip.Prefix) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, p := range prefixes {
		r := &netlink.Route{
			LinkIndex: lo.Attrs().Index, Dst: ipNet(p), Type: unix.RTN_LOCAL,
			Table: unix.RT_TABLE_LOCAL, Scope: unix.RT_SCOPE_HOST,
		}
		if err := netlink.RouteAdd(r); err != nil {
			return fmt.Errorf("local %s: %w", p, err)
		}
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
