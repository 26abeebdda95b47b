package lab

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/config"
)

const hostsPath = "/etc/hosts"

// domain is that of all names in a lab.
const domain = ".lab"

// resolvers are the sockets of programs outside that would answer for names, and know none of
// the lab's. Who finds them closed reads /etc/hosts himself.
var resolvers = []string{"/run/nscd/socket", "/run/systemd/resolve/io.systemd.Resolve"}

// hosts are the names of the namespaces, nodes and interfaces, with one line for
// each of their addresses. A node's first name is its own, whichever of its addresses is asked for.
func hosts(file *config.File) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(file.Nodes)) {
		node := file.Nodes[name]
		for _, a := range node.Loopbacks {
			line(&b, a, name+domain)
		}
		for _, link := range slices.Sorted(maps.Keys(node.Interfaces)) {
			at := node.Interfaces[link]
			for _, p := range at.TUN.Addresses {
				line(&b, p.Addr(), at.TUN.Netns+domain)
			}
			for _, p := range at.Addresses {
				if !p.Addr().IsLinkLocalUnicast() {
					line(&b, p.Addr(), name+domain, link+"."+name+domain)
				}
			}
		}
	}
	return b.String()
}

func line(b *strings.Builder, a netip.Addr, names ...string) {
	fmt.Fprintf(b, "%s %s\n", a, strings.Join(names, " "))
}

// mountHosts puts a file over /etc/hosts that has more lines in front. Nobody outside
// sees it, and it has no name.
func (l *Lab) mountHosts(lines string) error {
	before, err := os.ReadFile(hostsPath)
	if err != nil {
		return fmt.Errorf("names of the lab stand in front of those in %s: %w", hostsPath, err)
	}
	dir := os.TempDir()
	if unix.Access(dir, unix.W_OK) != nil {
		dir = "/dev/shm"
	}
	file, err := os.CreateTemp(dir, "icmprouter-hosts-")
	if err != nil {
		return err
	}
	defer file.Close()
	// An unlinked file cannot be mounted, but one that is can be unlinked.
	defer os.Remove(file.Name())
	if _, err := file.WriteString(lines + string(before)); err != nil {
		return err
	}
	if err := errors.Join(file.Chmod(0o644), l.cover(hostsPath, file.Name())); err != nil {
		return fmt.Errorf("%s cannot be replaced: %w", hostsPath, err)
	}
	for _, socket := range resolvers {
		if unix.Access(socket, unix.F_OK) == nil {
			if err := l.cover(socket, "/dev/null"); err != nil {
				return fmt.Errorf("%s cannot be hidden: %w", socket, err)
			}
		}
	}
	return nil
}

// cover has a file seen in the place of another, as long as the lab is there.
func (l *Lab) cover(path, by string) error {
	if err := unix.Mount(by, path, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	l.atEnd(func() error { return unix.Unmount(path, unix.MNT_DETACH) })
	return nil
}
