package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

// Check is what was found out about one thing that this machine may have.
type Check struct {
	// Name is what it is about.
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Needed says that there is no lab without it.
	Needed bool `json:"needed"`
	// Found says what is there, and Fix what to do about it, unless it is OK.
	Found string `json:"found"`
	Fix   string `json:"fix,omitempty"`
}

const tunPath = "/dev/net/tun"

// Examine looks at all that a lab needs, or is better with.
func Examine() []Check {
	return []Check{checkTUN(), checkNamespaces(), checkIPv6(), checkHosts(), checkSettings(), checkRights(), checkURing()}
}

// Lacks are the checks of things without which there is no lab.
func Lacks() (lacks []Check) {
	for _, c := range Examine() {
		if c.Needed && !c.OK {
			lacks = append(lacks, c)
		}
	}
	return lacks
}

// Lacking is an error with what is missing and how to mend it, one line for each.
func Lacking(err error) error {
	text := err.Error()
	for _, c := range Lacks() {
		text += fmt.Sprintf("\n  %s: %s\n    fix: %s", c.Name, c.Found, c.Fix)
	}
	return errors.New(text)
}

func checkTUN() Check {
	c := Check{Name: "TUN", Needed: true, OK: true, Found: tunPath + " is open to you"}
	fd, err := unix.Open(tunPath, unix.O_RDWR|unix.O_CLOEXEC, 0)
	switch {
	case err == nil:
		unix.Close(fd)
		return c
	case errors.Is(err, unix.EACCES):
		c.Found, c.Fix = tunPath+" is not open to you", "sudo chmod 0666 "+tunPath+", or run this with sudo"
	case errors.Is(err, unix.EPERM):
		c.Found, c.Fix = tunPath+" is forbidden to this container", "start the container with --device "+tunPath
	default:
		c.Found = fmt.Sprintf("%s cannot be opened: %v", tunPath, err)
		c.Fix = "sudo modprobe tun; in a container, start it with --device " + tunPath
	}
	c.OK = false
	return c
}

// forbidding is what may forbid namespaces to users: a file, what it holds then,
// and what makes it hold something better.
var forbidding = []struct{ file, holds, fix string }{
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=10000"},
	{"/proc/sys/user/max_net_namespaces", "0", "sudo sysctl -w user.max_net_namespaces=10000"},
	{"/proc/sys/user/max_mnt_namespaces", "0", "sudo sysctl -w user.max_mnt_namespaces=10000"},
}

// checkNamespaces makes the namespaces of a lab, in another process.
func checkNamespaces() Check {
	c := Check{Name: "namespaces", Needed: true, OK: true, Found: "you may make them, as you are"}
	if !Entitled() {
		c.Found = "you may make them, in a user namespace"
	}
	err := try()
	if err == nil {
		return c
	}
	c.OK = false
	c.Found, c.Fix = fmt.Sprintf("namespaces cannot be made: %v", bare(err)), "run this with sudo; in a container, start it with --cap-add SYS_ADMIN --cap-add NET_ADMIN, or --privileged"
	for _, f := range forbidding {
		if value, _ := os.ReadFile(f.file); strings.TrimSpace(string(value)) == f.holds {
			name := strings.ReplaceAll(strings.TrimPrefix(f.file, "/proc/sys/"), "/", ".")
			c.Found, c.Fix = fmt.Sprintf("users may not make namespaces here: %s is %s (%v)", name, f.holds, bare(err)), f.fix+", or run this with sudo"
		}
	}
	return c
}

// trialVariable tells the process that try starts what it is.
const trialVariable = variables + "LAB_TRIAL"

// init makes the namespaces of a lab and ends this process, if try has started it for that.
func init() {
	if os.Getenv(trialVariable) == "" {
		return
	}
	err := connect()
	if err == nil {
		var n *tundev.Namespace
		if n, err = tundev.NewNamespace(); err == nil {
			n.Close()
			os.Exit(0)
		}
	}
	fmt.Fprint(os.Stderr, err)
	os.Exit(failure)
}

// try says why namespaces cannot be made.
func try() error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(ends[0])
	defer unix.Close(ends[1])
	said := &strings.Builder{}
	c := again(ends[1])
	c.Stdin, c.Stdout, c.Stderr = nil, nil, said
	c.Env = append(c.Env, trialVariable+"=1")
	err = start(c, ends[1])
	if err == nil {
		err = c.Wait()
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && said.Len() > 0 {
		return errors.New(said.String())
	}
	return err
}

func checkIPv6() Check {
	if _, err := os.Stat("/proc/net/if_inet6"); err != nil {
		return Check{"IPv6", false, true, "this kernel runs without IPv6", "boot it without ipv6.disable=1"}
	}
	return Check{Name: "IPv6", Needed: true, OK: true, Found: "the kernel has it"}
}

func checkHosts() Check {
	if _, err := os.ReadFile(hostsPath); err != nil {
		return Check{"names", false, true, fmt.Sprintf("%s cannot be read: %v", hostsPath, bare(err)), "sudo touch " + hostsPath}
	}
	return Check{Name: "names", Needed: true, OK: true, Found: hostsPath + " is there, and can be private to a lab"}
}

// checkSettings looks whether --sysctl can set anything.
func checkSettings() Check {
	var fs unix.Statfs_t
	if err := unix.Statfs("/proc/sys", &fs); err == nil && fs.Flags&unix.ST_RDONLY != 0 {
		return Check{"settings", false, false, "/proc/sys is read-only: --sysctl sets nothing, and users cannot ping or listen below port 1024",
			"in a container, start it with --privileged or --security-opt systempaths=unconfined"}
	}
	return Check{Name: "settings", OK: true, Found: "/proc/sys can be written in a lab"}
}

// checkRights looks for what 'run' wants, to make namespaces that have names.
func checkRights() Check {
	if Entitled() {
		return Check{Name: "capabilities", OK: true, Found: "CAP_SYS_ADMIN and CAP_NET_ADMIN are yours: 'run' can make named namespaces"}
	}
	return Check{"capabilities", false, false, "CAP_SYS_ADMIN is not yours: 'run' cannot make or enter named namespaces; 'exec' and 'demo' need it not", "sudo icmprouter run …"}
}

func checkURing() Check {
	c := Check{Name: "io_uring", OK: true, Found: "bursts of packets are one system call"}
	var params [120]byte
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
	if errno == 0 {
		unix.Close(int(fd))
		return c
	}
	c.OK, c.Found = false, fmt.Sprintf("bursts of packets take a system call for each (%v)", errno)
	c.Fix = "in a container, start it with a seccomp profile that allows io_uring; else Linux 5.6 or later"
	if value, _ := os.ReadFile("/proc/sys/kernel/io_uring_disabled"); len(value) > 0 && value[0] != '0' {
		c.Fix = "sudo sysctl -w kernel.io_uring_disabled=0"
	}
	return c
}
