package lab

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/icmprouter/icmprouter/bench/traffic"
	"github.com/icmprouter/icmprouter/tundev"
)

// between is the addresses of both ends of the link behind router i of a row.
func between(i int) (ends [2][]netip.Prefix) {
	for end := range ends {
		ends[end] = []netip.Prefix{
			netip.MustParsePrefix(fmt.Sprintf("10.%d.%d.%d/31", 128+i>>7, i<<1&0xff, end)),
			netip.MustParsePrefix(fmt.Sprintf("fd01:%x::%x/64", i+1, end+1)),
		}
	}
	return ends
}

// addresses are those of prefixes.
func addresses(prefixes []netip.Prefix) (list []netip.Addr) {
	for _, p := range prefixes {
		list = append(list, p.Addr())
	}
	return list
}

// startKernelRow makes as many namespaces in a row as the contender says, with veth pairs between
// them, and measures how long that takes.
func (l *Lab) startKernelRow(client, server *tundev.Namespace) error {
	begin := time.Now()
	row := make([]*tundev.Namespace, l.Row)
	for i := range row {
		var err error
		if row[i], err = l.namespace(); err != nil {
			return err
		}
		if err := row[i].Do(func() error { return sysctls(forwarding...) }); err != nil {
			return err
		}
	}
	last := l.Row - 1
	if err := row[0].Do(func() error { return veth(left, client.Path()) }); err != nil {
		return err
	}
	if err := row[last].Do(func() error { return veth(right, server.Path()) }); err != nil {
		return err
	}
	for i := range last {
		if err := join(row[i], row[i+1], between(i)); err != nil {
			return fmt.Errorf("link behind router %d: %w", i, err)
		}
	}
	for i := range row {
		if err := row[i].Do(func() error { return lead(i, last) }); err != nil {
			return fmt.Errorf("routes of router %d: %w", i, err)
		}
	}
	l.Ready = time.Since(begin)
	if err := client.Do(func() error { return host(left, []netip.Addr{RouterV4, RouterV6}) }); err != nil {
		return err
	}
	return server.Do(func() error {
		return host(right, []netip.Addr{netip.MustParseAddr("10.2.0.1"), netip.MustParseAddr("fd00:2::1")})
	})
}

// join puts a veth pair between two routers: next is its end in the first, back in the second.
func join(a, b *tundev.Namespace, ends [2][]netip.Prefix) error {
	there, err := os.Open(b.Path())
	if err != nil {
		return err
	}
	defer there.Close()
	err = a.Do(func() error {
		attributes := netlink.NewLinkAttrs()
		attributes.Name, attributes.MTU = "next", MTU
		pair := &netlink.Veth{LinkAttrs: attributes, PeerName: "back", PeerNamespace: netlink.NsFd(there.Fd())}
		if err := netlink.LinkAdd(pair); err != nil {
			return err
		}
		return dress("next", MTU, ends[0])
	})
	if err != nil {
		return err
	}
	return b.Do(func() error { return dress("back", MTU, ends[1]) })
}

// lead gives router i of a row its routes, in the namespace of the thread.
func lead(i, last int) error {
	if i < last {
		if err := route("next", anywhere, addresses(between(i)[1])); err != nil {
			return err
		}
	} else if err := route("", behind, []netip.Addr{ServerV4, ServerV6}); err != nil {
		return err
	}
	if i == 0 {
		return nil
	}
	return route("back", []netip.Prefix{left.prefixes()[0].Masked(), left.prefixes()[1]}, addresses(between(i - 1)[0]))
}

// startRouterRow runs icmprouter with as many nodes.
func (l *Lab) startRouterRow(tools Tools, client, server *tundev.Namespace) error {
	name := func(i int) string { return fmt.Sprintf("r%04d", i) }
	nodes, links := object{}, []object{}
	for i := range l.Row {
		faces := object{}
		if i > 0 {
			links = append(links, object{"between": []string{name(i-1) + ":next", name(i) + ":back"}})
			faces["back"] = object{"addresses": texts(between(i - 1)[1])}
		}
		if i < l.Row-1 {
			faces["next"] = object{"addresses": texts(between(i)[0])}
		}
		nodes[name(i)] = object{"interfaces": faces, "icmp": object{"rate": object{"unlimited": true}}}
	}
	first, last := nodes[name(0)].(object), nodes[name(l.Row-1)].(object)
	first["interfaces"].(object)[left.name] = left.face(client.Path(), texts(anywhere))
	last["interfaces"].(object)[right.name] = right.face(server.Path(), texts(anywhere))
	last["routes"] = []object{
		{"to": behind[0].String(), "via": ServerV4.String()}, {"to": behind[1].String(), "via": ServerV6.String()},
	}
	path, err := tools.write(fmt.Sprint(l.Name, " row ", l.Row), encode(object{"routing": "shortest-path", "nodes": nodes, "links": links}))
	if err != nil {
		return err
	}
	return l.runRouter(tools, path)
}

// meet pings until an answer comes: the routers of a row ask for each other's addresses, and ask again
// after a second where a link was not up yet.
func (l *Lab) meet(to netip.Addr) error {
	for deadline := time.Now().Add(readyTimeout); ; {
		_, lost, err := l.Client.Ping(traffic.Ping{To: to, For: time.Millisecond})
		switch {
		case err != nil || lost == 0:
			return err
		case time.Now().After(deadline):
			return fmt.Errorf("no ping to %s was answered in %v", to, readyTimeout)
		}
	}
}
