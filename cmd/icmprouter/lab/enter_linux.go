package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
)

// insideVariable tells the process that Enter starts what it is: the descriptor of the
// wire to the outer one, and rootless where a user namespace gives it its rights.
const insideVariable = variables + "LAB_INSIDE"

// variables is what all environment variables of this program begin with.
const variables = "ICMPROUTER_"

// rootless is the word of insideVariable.
const rootless = "rootless"

// rights are what a user has in his own namespaces. The commands that a lab starts
// for him have none of them.
var rights = []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN, unix.CAP_NET_RAW, unix.CAP_NET_BIND_SERVICE}

// Inside says that Enter of another process started this one.
func Inside() bool { return os.Getenv(insideVariable) != "" }

// Enter runs this program again, with the same arguments, in private namespaces: of mounts, and of
// users and networks for who is not root, who stays who he is. In that process it says inside, and
// the caller goes on. In this one it returns when the other has ended, with its exit status; what it had
// started and left behind is killed. The error says that there can be no lab here, and why. It ends this
// process if a signal ended the other.
func Enter() (status int, inside bool, err error) {
	if Inside() {
		return 0, true, connect()
	}
	before := children()
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, false, err
	}
	wire := os.NewFile(uintptr(ends[0]), "the wire to the lab")
	defer wire.Close()
	c := again(ends[1])
	err = start(c, ends[1])
	unix.Close(ends[1])
	if err != nil {
		return 0, false, Lacking(fmt.Errorf("namespaces cannot be made: %w", bare(err)))
	}
	failed := make(chan bool, 1)
	go func() { failed <- follow(wire) }()
	c.Wait()
	killAll(before)
	wire.Close()
	status = passOn(c.ProcessState.Sys().(syscall.WaitStatus))
	if <-failed && len(Lacks()) > 0 {
		return status, false, Lacking(errors.New("this is missing here"))
	}
	return status, false, nil
}

// Fail tells why there was no lab, or no command in it, and ends this process, which Enter started. The outer one
// adds what is missing on this machine, if that is the reason.
func Fail(err error, w io.Writer) {
	fmt.Fprintln(w, "icmprouter:", err)
	Explain(err)
	os.Exit(ExitStatus(err))
}

// Explain has the outer process say at its end what is missing on this machine, if that is the reason of an error.
func Explain(err error) {
	if ExitStatus(err) == failure {
		tell(noLab)
	}
}

// again is this program once more, in namespaces of its own, at the end of a wire.
func again(wire int) *exec.Cmd {
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Args[0] = os.Args[0]
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	value := strconv.Itoa(wire)
	if !Entitled() {
		value += "," + rootless
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
		c.SysProcAttr.AmbientCaps = rights
	}
	c.Env = append(os.Environ(), insideVariable+"="+value)
	return c
}

// start starts the command with a descriptor that keeps its number: other descriptors of the
// caller's, such as those of the shell's <(…), are the command's as well.
func start(c *exec.Cmd, keep int) error {
	syscall.ForkLock.Lock() // so that no other child is given it
	_, err := unix.FcntlInt(uintptr(keep), unix.F_SETFD, 0)
	syscall.ForkLock.Unlock()
	if err != nil {
		return err
	}
	return c.Start()
}

// Entitled says whether namespaces can be made without a user namespace.
func Entitled() bool {
	n, err := tundev.NewNamespace()
	if err != nil {
		return false
	}
	n.Close()
	return true
}

// passOn ends this process by the signal that ended the other, or returns the
// other's exit status.
func passOn(s syscall.WaitStatus) int {
	if !s.Signaled() {
		return s.ExitStatus()
	}
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // the other has left a core already
	// Package signal leaves the Go runtime's handlers, which make something else of some.
	var byDefault [16]uint64
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s.Signal()), uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
	unix.Kill(os.Getpid(), s.Signal())
	time.Sleep(time.Second) // it may come to another thread
	return 128 + int(s.Signal())
}

// outer is the wire to the process that called Enter, in the one that it started.
var outer struct {
	once     sync.Once
	wire     *os.File
	rootless bool
	ended    atomic.Bool
	err      error
}

// connect finds the wire to the outer process, with whose end this one ends too, and keeps
// mounts from being seen outside.
func connect() error {
	outer.once.Do(func() {
		number, kind, _ := strings.Cut(os.Getenv(insideVariable), ",")
		fd, err := strconv.Atoi(number)
		if err != nil {
			outer.err = fmt.Errorf("%s is set by this program for itself: unset it", insideVariable)
			return
		}
		unix.CloseOnExec(fd)
		outer.wire, outer.rootless = os.NewFile(uintptr(fd), "the wire out of the lab"), kind == rootless
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
		go func() {
			outer.wire.Read(make([]byte, 1)) // nobody writes: this is the outer process's end
			outer.ended.Store(true)
			killAll(nil)
			os.Exit(failure)
		}()
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			outer.err = fmt.Errorf("mounts cannot be made private: %w", err)
		}
	})
	return outer.err
}
