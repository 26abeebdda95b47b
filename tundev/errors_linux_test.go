package tundev

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
	"golang.org/x/sys/unix"
)

// childNobody tells the test binary to see the clone device with a mode of its own, to give up its rights, and
// to open a device in a namespace: MODE-NETNS. It prints the error.
const childNobody = "TUNDEV_TEST_NOBODY"

func runNobody(what string) {
	mode, netns, _ := strings.Cut(what, "-")
	err := cloneDeviceOf(mode)
	if err == nil {
		err = unix.Setresuid(65534, 65534, 65534)
	}
	if err == nil {
		_, err = NewSystem(nil).Open(specFor(Kernel, netns))
	}
	fmt.Println(err)
}

// cloneDeviceOf has this process alone see a clone device of that mode: machines have it open to all, or to root.
func cloneDeviceOf(mode string) error {
	bits, err := strconv.ParseUint(mode, 8, 32)
	if err != nil {
		return err
	}
	runtime.LockOSThread() // for good: mounts are a thread's own, until all have left the namespace
	dir := filepath.Dir(cloneDevice)
	return errors.Join(
		unix.Unshare(unix.CLONE_NEWNS),
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755"),
		unix.Mknod(cloneDevice, unix.S_IFCHR, int(unix.Mkdev(10, 200))),
		os.Chmod(cloneDevice, os.FileMode(bits)),
	)
}

func TestErrorsOfOpen(t *testing.T) {
	ns := anonymous(t)
	open(t, specFor(Water, ns.Path()))
	in := " in " + ns.Path() + ": "
	enter := "nsenter --net=" + ns.Path() + " "
	for _, c := range []struct {
		what   string
		change func(*Spec)
		want   string
	}{
		{"taken by a TUN", func(s *Spec) { s.Name = "tun7" },
			"open tun7" + in + "the name is in use (device or resource busy): take another one, or remove its holder with '" + enter + "ip link del tun7'"},
		{"taken by no TUN", func(s *Spec) { s.Name = "lo" },
			"open lo" + in + "the name is in use (device or resource busy): take another one, or remove its holder with '" + enter + "ip link del lo'"},
		{"no name", func(s *Spec) { s.Name = "" },
			"open " + in + `"" is no name of a link: want 1 to 15 bytes without blank, slash, colon or %`},
		{"a pattern", func(s *Spec) { s.Name = "tun%d" },
			"open tun%d" + in + `"tun%d" is no name of a link: want 1 to 15 bytes without blank, slash, colon or %`},
		{"long name", func(s *Spec) { s.Name = "abcdefghijklmnop" },
			"open abcdefghijklmnop" + in + `"abcdefghijklmnop" is no name of a link: want 1 to 15 bytes without blank, slash, colon or %`},
		{"large MTU", func(s *Spec) { s.MTU = 65536 },
			"open tun9" + in + "cannot set MTU 65536: invalid argument: a TUN takes 68 to 65535 octets"},
		{"no MTU", func(s *Spec) { s.MTU = 0 },
			"open tun9" + in + "cannot set MTU 0: invalid argument: a TUN takes 68 to 65535 octets"},
		{"IPv6 and small MTU", func(s *Spec) { s.MTU, s.Addresses = 1279, prefixes("2001:db8::1/64") },
			"open tun9" + in + "cannot add address 2001:db8::1/64: invalid argument: IPv6 needs an MTU of at least 1280 octets (RFC 8200 §5), and this is 1279"},
		{"multicast address", func(s *Spec) { s.Addresses = prefixes("ff02::1/64") },
			"open tun9" + in + "cannot add address ff02::1/64: cannot assign requested address: is it a unicast address, and not used on another link there?"},
		{"route taken", func(s *Spec) { s.Routes = prefixes("::/0") },
			"open tun9" + in + "cannot add route ::/0: another link there has it: remove it with '" + enter + "ip route del ::/0'"},
		{"IPv4 route taken", func(s *Spec) { s.Routes = prefixes("0.0.0.0/0") },
			"open tun9" + in + "cannot add route 0.0.0.0/0: another link there has it: remove it with '" + enter + "ip route del 0.0.0.0/0'"},
		{"no such backend", func(s *Spec) { s.Backend = "carrier-pigeon" },
			"open tun9" + in + `there is no backend "carrier-pigeon": take one of ["kernel" "wireguard" "water" "memory"]`},
	} {
		for _, backend := range []Backend{Kernel, WireGuard, Water} {
			spec := Spec{Backend: backend, Netns: ns.Path(), Name: "tun9", MTU: 1500}
			c.change(&spec)
			s := NewSystem(nil)
			_, err := s.Open(spec)
			if err == nil || err.Error() != c.want {
				t.Errorf("%s, %s:\n got %v\nwant %s", c.what, backend, err, c.want)
			}
			s.Close()
		}
	}
}

// The kernel may refuse to open the clone device, or, where all may open it, to make a TUN by it.
func TestErrorsWithoutRights(t *testing.T) {
	needs.Root(t)
	for what, want := range map[string]string{
		"0600-":                       "open tun7: cannot open /dev/net/tun: permission denied: run as root, or with CAP_NET_ADMIN",
		"0666-":                       "open tun7: cannot make a TUN: operation not permitted: run as root, or with CAP_NET_ADMIN",
		"0600-tundev-test-unmakeable": "open tun7 in tundev-test-unmakeable: cannot prepare /run/netns: operation not permitted: run as root, or with CAP_SYS_ADMIN",
		"0666-/proc/self/ns/net":      "open tun7 in /proc/self/ns/net: cannot enter namespace /proc/self/ns/net: operation not permitted: run as root, or with CAP_SYS_ADMIN",
		"0600-pid:1":                  "open tun7 in pid:1: cannot open namespace pid:1: open /proc/1/ns/net: permission denied: run as root, or with CAP_SYS_PTRACE",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), childNobody+"="+what)
			out, err := child.CombinedOutput()
			if err != nil || string(out) != want+"\n" {
				t.Errorf("got %s (%v)\nwant %s", out, err, want)
			}
		})
	}
}

func TestErrorsOfTheCloneDevice(t *testing.T) {
	for err, want := range map[unix.Errno]string{
		unix.ENOENT: "cannot open /dev/net/tun: no such file or directory: load the driver with 'modprobe tun', or give the container '--device /dev/net/tun'",
		unix.ENODEV: "cannot open /dev/net/tun: no such device: load the driver with 'modprobe tun', or give the container '--device /dev/net/tun'",
		unix.EPERM:  "cannot open /dev/net/tun: operation not permitted: give the container '--device /dev/net/tun'",
		unix.EACCES: "cannot open /dev/net/tun: permission denied: run as root, or with CAP_NET_ADMIN",
	} {
		if got := explainClone(err).Error(); got != want {
			t.Errorf("%v:\n got %s\nwant %s", err, got, want)
		}
	}
}
