package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/internal/nearest"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

// Options says what is special about a lab.
type Options struct {
	// Log takes what goes wrong beside.
	Log *slog.Logger
	// Devices, unless nil, wraps what opens the devices.
	Devices func(tundev.Opener) tundev.Opener
	// Before, unless nil, is called when the network is made and does not run yet.
	Before func(*network.Network) error
}

// Lab is a network that runs, and the namespaces around it.
type Lab struct {
	places  map[string]*tundev.Namespace
	addrs   map[string][]netip.Addr
	network *network.Network
	server  *serverCommand
	closers []func() error
	closing sync.Once
}

// New makes the namespaces that the configuration names, which are client, server, and others as it likes,
// and runs its network between them. Names are known to all that the process of Enter starts: NAME.lab of each
// namespace and node, INTERFACE.NODE.lab. One lab at a time. On an error, nothing is left of it.
func New(file *config.File, o Options) (l *Lab, err error) {
	l = &Lab{places: map[string]*tundev.Namespace{}, addrs: map[string][]netip.Addr{}}
	defer func() {
		if err != nil {
			l.Close()
		}
	}()
	if err := connect(); err != nil {
		return l, err
	}
	plan := file.Plan()
	if err := l.settle(&plan); err != nil {
		return l, err
	}
	if err := l.mountHosts(hosts(file)); err != nil {
		return l, err
	}
	return l, l.begin(plan, o)
}

// settle makes the namespaces of the plan.
func (l *Lab) settle(plan *network.Plan) error {
	for n := range plan.Nodes {
		for i := range plan.Nodes[n].Interfaces {
			device := &plan.Nodes[n].Interfaces[i].Device
			if device.Name == "" || device.Backend == tundev.Memory {
				continue
			}
			name := device.Netns
			if name == "" || strings.ContainsAny(name, "/:") {
				return fmt.Errorf("nodes.%s.interfaces.%s.tun.netns: %q is not the lab's own; expected a name, as client and server",
					plan.Nodes[n].Name, plan.Nodes[n].Interfaces[i].Name, name)
			}
			if err := l.place(name); err != nil {
				return err
			}
			for _, a := range device.Addresses {
				l.addrs[name] = append(l.addrs[name], a.Addr())
			}
		}
	}
	for _, name := range []string{Client, Server} {
		if l.places[name] == nil {
			return fmt.Errorf("no TUN of the configuration has the netns %q: a lab needs both %s and %s", name, Client, Server)
		}
		slices.SortStableFunc(l.addrs[name], func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	}
	return nil
}

// place makes a namespace in which users may ping, and listen on any port.
func (l *Lab) place(name string) error {
	if l.places[name] != nil {
		return nil
	}
	n, err := tundev.NewNamespace()
	if err != nil {
		return err
	}
	l.places[name] = n
	l.atEnd(n.Close)
	// Where /proc/sys is read-only both remain for who has the right.
	group := "0 2147483647"
	if outer.rootless {
		group = fmt.Sprint(os.Getegid(), " ", os.Getegid()) // the only one there
	}
	l.Sysctl(name, "net.ipv4.ping_group_range", group)
	l.Sysctl(name, "net.ipv4.ip_unprivileged_port_start", "0")
	return nil
}

// begin runs the network.
func (l *Lab) begin(plan network.Plan, o Options) (err error) {
	system := tundev.NewSystem(o.Log)
	l.atEnd(system.Close)
	opener := tundev.Opener(placed{system, l})
	if o.Devices != nil {
		opener = o.Devices(opener)
	}
	if l.network, err = network.New(plan, opener, o.Log); err != nil {
		return err
	}
	l.atEnd(l.network.Close)
	if o.Before != nil {
		if err := o.Before(l.network); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.network.Run(ctx) }()
	l.atEnd(func() error { cancel(); return <-ended })
	l.atEnd(func() error { l.endServer(); killAll(nil); return nil })
	return nil
}

// Network is what lies between.
func (l *Lab) Network() *network.Network { return l.network }

// Addresses are those of the namespace of that name, IPv4 first.
func (l *Lab) Addresses(where string) []netip.Addr { return l.addrs[where] }

// Do runs fn on a thread in the namespace of that name: sockets made there stay there.
func (l *Lab) Do(where string, fn func() error) error {
	n := l.places[where]
	if n == nil {
		return fmt.Errorf("the lab has no namespace %q", where)
	}
	return n.Do(fn)
}

// Sysctl sets a setting of the namespace of that name, as net.ipv4.tcp_mtu_probing.
func (l *Lab) Sysctl(where, key, value string) error {
	path, err := settingPath(key)
	if err != nil {
		return err
	}
	return l.Do(where, func() error {
		path := filepath.Join("/proc/sys", path)
		err := os.WriteFile(path, []byte(value), 0)
		switch {
		case errors.Is(err, os.ErrNotExist):
			siblings, _ := os.ReadDir(filepath.Dir(path))
			var names []string
			for _, s := range siblings {
				names = append(names, s.Name())
			}
			return fmt.Errorf("%s: a network namespace has no such setting%s", key, nearest.Hint(filepath.Base(path), names))
		case err != nil:
			return fmt.Errorf("%s=%s: %w", key, value, bare(err))
		}
		return nil
	})
}

// settingPath is where a setting lies below /proc/sys. As for sysctl(8), either . or / parts
// a key, whichever comes first, and the other stands in names.
func settingPath(key string) (string, error) {
	path := key
	if first := strings.IndexAny(key, "./"); first >= 0 && key[first] == '.' {
		path = strings.NewReplacer(".", "/", "/", ".").Replace(key)
	}
	if !strings.HasPrefix(path, "net/") || strings.Contains(path, "..") {
		return "", fmt.Errorf("%s is no setting of a network namespace; expected one as net.ipv4.tcp_mtu_probing", key)
	}
	return path, nil
}

// atEnd has f done by Close, before all that was asked for earlier.
func (l *Lab) atEnd(f func() error) { l.closers = append(l.closers, f) }

// Close ends what was started in the lab, the network, the namespaces and their names. A
// second call does nothing.
func (l *Lab) Close() (err error) {
	l.closing.Do(func() {
		for _, f := range slices.Backward(l.closers) {
			err = errors.Join(err, f())
		}
	})
	return err
}
