package tundev

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"
)

// explainPermission adds to a refusal of the kernel what the program lacks.
func explainPermission(tried, lacks string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("cannot %s: %w: run as root, or with %s", tried, err, lacks)
	}
	return fmt.Errorf("cannot %s: %w", tried, err)
}

// explainNamespace says why the namespace that ref says could not be opened.
func explainNamespace(ref string, err error) error {
	path, _ := namespacePath(ref)
	switch {
	case errors.Is(err, errNoNamespace):
		return fmt.Errorf("namespace %s: %s is %w: remove it, or take another name", ref, path, err)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH):
		return explainPermission("open namespace "+ref, "CAP_SYS_PTRACE", err)
	case strings.HasPrefix(ref, "pid:"):
		return fmt.Errorf("namespace %s: no process has this number any more: give the number of a running one: %w", ref, fs.ErrNotExist)
	case named(ref):
		return fmt.Errorf("namespace %s does not exist: make it with 'ip netns add %s': %w", ref, ref, fs.ErrNotExist)
	}
	return fmt.Errorf("namespace %s does not exist: give the path of one that does, or a plain name, which is made: %w", ref, fs.ErrNotExist)
}

// explainClone says why /dev/net/tun could not be opened.
func explainClone(err error) error {
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("cannot open %s: %w: load the driver with 'modprobe tun', or give the container '--device %s'", cloneDevice, err, cloneDevice)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("cannot open %s: %w: give the container '--device %s'", cloneDevice, err, cloneDevice)
	}
	return explainPermission("open "+cloneDevice, "CAP_NET_ADMIN", err)
}

// explainCreate says why the kernel made no TUN of this name.
func explainCreate(spec Spec, err error) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("the name is in use (%w): take another one, or remove its holder with '%s'", err, inside(spec.Netns)+"ip link del "+spec.Name)
	case errors.Is(err, unix.EINVAL):
		return fmt.Errorf("the kernel refuses the name %q: %w", spec.Name, err)
	}
	return explainPermission("make a TUN", "CAP_NET_ADMIN", err)
}

// inside is what a person types before a command to run it in that namespace.
func inside(netns string) string {
	switch {
	case netns == "":
		return ""
	case named(netns):
		return "ip netns exec " + netns + " "
	}
	path, _ := namespacePath(netns)
	return "nsenter --net=" + path + " "
}

// explainAddress says why the kernel refused an address of its side.
func explainAddress(prefix fmt.Stringer, v6 bool, mtu int, err error) error {
	hint := "is it a unicast address, and not used on another link there?"
	switch {
	case v6 && mtu < minMTUv6:
		hint = fmt.Sprintf("IPv6 needs an MTU of at least %d octets (RFC 8200 §5), and this is %d", minMTUv6, mtu)
	case v6 && (errors.Is(err, unix.EACCES) || errors.Is(err, unix.EOPNOTSUPP)):
		hint = "IPv6 is switched off there: 'sysctl -w net.ipv6.conf.all.disable_ipv6=0'"
	}
	return fmt.Errorf("cannot add address %s: %w: %s", prefix, err, hint)
}
