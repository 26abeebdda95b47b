package lab

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
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

// mountHosts puts a file over /etc/hosts that has more lines in front. Nobody outside sees it.
func (l *Lab) mountHosts(lines string) error {
	before, err := os.ReadFile(hostsPath)
	if err != nil {
		return fmt.Errorf("names of the lab stand in front of those in %s: %w", hostsPath, err)
	}
	if err := l.coverHosts(lines + string(before)); err != nil {
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

// coverHosts has a text seen in the place of /etc/hosts. The file is in a file system of its own, which is
// anywhere only until the file is where it belongs: so it is nowhere else, and yet no deleted one, over which a lab in
// this lab could mount nothing.
func (l *Lab) coverHosts(text string) error {
	const dir = "/dev" // any that is there, and that nobody wants just now
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=0755"); err != nil {
		return err
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	path := filepath.Join(dir, "hosts")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Chmod(0o644), file.Close()); err != nil { // whatever the umask
		return err
	}
	return l.cover(hostsPath, path)
}

// cover has a file seen in the place of another, as long as the lab is there.
func (l *Lab) cover(path, by string) error {
	if err := unix.Mount(by, path, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	l.atEnd(func() error { return unix.Unmount(path, unix.MNT_DETACH) })
	return nil
}
