package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

const tunPath = "/dev/net/tun"

// scout says what keeps real hosts from being made: nothing, or obstacles. They
// may have to be made in a user namespace, which enter enters.
func scout() (entering bool, lacks []obstacle) {
	if o := lackingTUN(); o != nil {
		lacks = append(lacks, *o)
	}
	if _, err := os.Stat("/proc/net/if_inet6"); err != nil {
		lacks = append(lacks, obstacle{"this kernel runs without IPv6", "boot it without ipv6.disable=1"})
	}
	n, err := tundev.NewNamespace()
	switch {
	case err == nil:
		n.Close()
	case inside():
		lacks = append(lacks, lackingNamespaces(err))
	default:
		entering = true
	}
	return entering, lacks
}

func lackingTUN() *obstacle {
	fd, err := unix.Open(tunPath, unix.O_RDWR|unix.O_CLOEXEC, 0)
	switch {
	case err == nil:
		unix.Close(fd)
		return nil
	case errors.Is(err, unix.EACCES):
		return &obstacle{tunPath + " is not open to you", "sudo chmod 0666 " + tunPath + ", or run this with sudo"}
	case errors.Is(err, unix.EPERM):
		return &obstacle{tunPath + " is forbidden to this container", "start the container with --device " + tunPath}
	}
	return &obstacle{fmt.Sprintf("%s cannot be opened: %v", tunPath, err),
		"sudo modprobe tun; in a container, start it with --device " + tunPath}
}

// forbidding is what may forbid namespaces to users: a file, what it holds then,
// and what makes it hold something better.
var forbidding = []struct{ file, holds, fix string }{
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=10000"},
	{"/proc/sys/user/max_net_namespaces", "0", "sudo sysctl -w user.max_net_namespaces=10000"},
}

// lackingNamespaces says why namespaces cannot be made.
func lackingNamespaces(err error) obstacle {
	for _, f := range forbidding {
		if value, _ := os.ReadFile(f.file); strings.TrimSpace(string(value)) == f.holds {
			return obstacle{"users may not make namespaces here", f.fix + ", or run this with sudo"}
		}
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return obstacle{fmt.Sprintf("namespaces cannot be made: %v", err), "run this with sudo; in a container, start it with --privileged"}
}
