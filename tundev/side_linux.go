package tundev

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	// minMTUv6 is the smallest MTU of a link that carries IPv6, in octets (RFC 8200 §5).
	minMTUv6 = 1280
	// queueLength is how many packets the kernel keeps for us before it drops.
	// Its default of 500 is a millisecond of a fast sender; this is as long as
	// another thread may keep the processor from us (4 ms at 500,000 packets a second).
	queueLength = 2048
	// settle is how long the kernel may take to make an IPv6 address usable: it needs a lock for that which it also
	// holds while it takes namespaces down.
	settle = 10 * time.Second
)

// side is the kernel's side of a TUN. It is used inside the TUN's namespace.
type side struct {
	*netlink.Handle
	link netlink.Link
}

// openSide finds the kernel's side of the TUN of that name. The caller closes it.
func openSide(name string) (side, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return side{}, err
	}
	link, err := h.LinkByName(name)
	if err != nil {
		h.Close()
		return side{}, err
	}
	return side{h, link}, nil
}

// loopbackUp makes a new namespace usable: its lo is down.
func loopbackUp() error {
	s, err := openSide("lo")
	if err != nil {
		return err
	}
	defer s.Close()
	return s.LinkSetUp(s.link)
}

// configure gives the link of spec its MTU, addresses and routes, and takes away
// what only was has. was is zero for a new link. On an error some may be missing.
func configure(was, spec Spec) error {
	s, err := openSide(spec.Name)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.LinkSetMTU(s.link, spec.MTU); err != nil {
		return fmt.Errorf("cannot set MTU %d: %w: a TUN takes 68 to 65535 octets", spec.MTU, err)
	}
	if was.Name == "" {
		if err := s.up(spec.Name); err != nil {
			return err
		}
	}
	if err := s.setAddresses(was, spec); err != nil {
		return err
	}
	return s.setRoutes(was, spec)
}

// up sets what a new link keeps for good, and lets it carry packets.
func (s side) up(name string) error {
	if err := s.LinkSetTxQLen(s.link, queueLength); err != nil {
		return fmt.Errorf("cannot set the queue length %d: %w", queueLength, err)
	}
	// A TUN never stops its queue, so a queueing discipline never holds a packet:
	// without one each is some 100 ns cheaper. A kernel that has no such wish keeps what it has.
	s.QdiscReplace(&netlink.GenericQdisc{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: s.link.Attrs().Index, Parent: netlink.HANDLE_ROOT},
		QdiscType:  "noqueue",
	})
	// Nobody answers router solicitations here. Where /proc is read-only they
	// are sent, and do no harm.
	os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/router_solicitations", []byte("0"), 0)
	if err := s.LinkSetUp(s.link); err != nil {
		return fmt.Errorf("cannot set the link up: %w", err)
	}
	return nil
}

// setAddresses removes before it adds: an address may be secondary to one that
// goes, and then goes with it. What cannot be removed has been, by somebody else.
func (s side) setAddresses(was, spec Spec) error {
	for _, prefix := range was.Addresses {
		if !slices.Contains(spec.Addresses, prefix) {
			s.AddrDel(s.link, address(prefix))
		}
	}
	for _, prefix := range spec.Addresses {
		if err := s.AddrReplace(s.link, address(prefix)); err != nil {
			return explainAddress(prefix, prefix.Addr().Is6(), spec.MTU, err)
		}
	}
	return s.awaitUsable(spec.Addresses)
}

// awaitUsable waits until the kernel takes packets for its new IPv6 addresses:
// it makes their local routes a while after it has confirmed the addresses.
func (s side) awaitUsable(prefixes []netip.Prefix) error {
	deadline := time.Now().Add(settle)
	for _, prefix := range prefixes {
		for prefix.Addr().Is6() && !s.local(prefix.Addr()) {
			if time.Now().After(deadline) {
				return fmt.Errorf("address %s is still not usable after %v", prefix, settle)
			}
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// local says that the kernel takes packets for addr for its own.
func (s side) local(addr netip.Addr) bool {
	routes, err := s.RouteGet(addr.AsSlice())
	return err == nil && len(routes) > 0 && routes[0].Type == unix.RTN_LOCAL
}

// setRoutes adds all routes anew: a removed address may have taken some along.
// It replaces none: a route of another link is somebody else's.
func (s side) setRoutes(was, spec Spec) error {
	for _, prefix := range was.Routes {
		if !slices.Contains(spec.Routes, prefix) {
			s.RouteDel(s.route(prefix))
		}
	}
	for _, prefix := range spec.Routes {
		err := s.RouteAdd(s.route(prefix))
		if err == unix.EEXIST && s.routed(prefix) {
			continue
		}
		if err == unix.EEXIST {
			return fmt.Errorf("cannot add route %s: another link there has it: remove it with '%s'", prefix,
				inside(spec.Netns)+"ip route del "+prefix.Masked().String())
		}
		if err != nil {
			return fmt.Errorf("cannot add route %s: %w", prefix, err)
		}
	}
	return nil
}

// routed says that the link has the route already: as one of ours, or as the
// kernel's own, from an address.
func (s side) routed(prefix netip.Prefix) bool {
	family := netlink.FAMILY_V4
	if prefix.Addr().Is6() {
		family = netlink.FAMILY_V6
	}
	list, _ := s.RouteList(s.link, family)
	want := ipNet(prefix.Masked()).String()
	return slices.ContainsFunc(list, func(r netlink.Route) bool {
		if r.Dst == nil {
			return prefix.Bits() == 0
		}
		return r.Dst.String() == want
	})
}

// address is a prefix in netlink's words. Duplicate detection would only delay
// an address that no other node on the link can have.
func address(prefix netip.Prefix) *netlink.Addr {
	a := &netlink.Addr{IPNet: ipNet(prefix)}
	if prefix.Addr().Is6() {
		a.Flags = unix.IFA_F_NODAD
	}
	return a
}

// route is the route into the link in netlink's words.
func (s side) route(prefix netip.Prefix) *netlink.Route {
	r := &netlink.Route{
		LinkIndex: s.link.Attrs().Index,
		Dst:       ipNet(prefix.Masked()),
		Protocol:  unix.RTPROT_STATIC,
	}
	if prefix.Addr().Is4() {
		r.Scope = netlink.SCOPE_LINK
	}
	return r
}

func ipNet(prefix netip.Prefix) *net.IPNet {
	addr := prefix.Addr()
	return &net.IPNet{IP: addr.AsSlice(), Mask: net.CIDRMask(prefix.Bits(), addr.BitLen())}
}
