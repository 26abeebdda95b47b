package tundev

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// namedDir is where iproute2 keeps the namespaces that have names.
const namedDir = "/run/netns"

// ownThread is the namespace of the calling thread. The one of the process,
// /proc/self/ns/net, is that of its first thread only, which may be elsewhere.
const ownThread = "/proc/thread-self/ns/net"

// Namespace is an open network namespace. It lives at least until Close, as an
// open descriptor keeps it alive.
type Namespace struct {
	file *os.File
	path string
	id   identity
}

// OpenNamespace opens the namespace that ref says: a name under /run/netns, an
// absolute path, or pid:N. It makes none. The error says what was tried and how to mend it.
func OpenNamespace(ref string) (*Namespace, error) {
	path, err := namespacePath(ref)
	if err != nil {
		return nil, err
	}
	n, err := openPath(path)
	if err != nil {
		return nil, explainNamespace(ref, err)
	}
	return n, nil
}

// NewNamespace makes a namespace without a name, with lo up. It leaves nothing
// behind: the kernel ends it when it is closed and nothing else uses it.
func NewNamespace() (*Namespace, error) {
	var n *Namespace
	err := onThread(func() error { return unix.Unshare(unix.CLONE_NEWNET) }, func() (err error) {
		if n, err = openPath(ownThread); err != nil {
			return err
		}
		return loopbackUp()
	})
	if err != nil {
		if n != nil {
			n.Close()
		}
		return nil, explainPermission("make a namespace", "CAP_SYS_ADMIN", err)
	}
	n.path = fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), n.file.Fd())
	return n, nil
}

// Path is an absolute path that Spec.Netns takes, valid until Close.
func (n *Namespace) Path() string { return n.path }

// Do runs fn inside the namespace, on a thread of its own, and returns its
// error. Sockets and devices made there stay there, and so do child processes
// started there; goroutines started there do not. fn must return, so it must
// not call Fatal of a test.
func (n *Namespace) Do(fn func() error) error {
	enter := func() error {
		err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET)
		return explainPermission("enter namespace "+n.path, "CAP_SYS_ADMIN", err)
	}
	return onThread(enter, fn)
}

// Close lets go of the namespace. A second call does nothing.
func (n *Namespace) Close() error {
	if err := n.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// onThread runs enter and then fn on a thread of their own, and takes the
// thread back to the namespace that it came from.
func onThread(enter, fn func() error) error {
	err := errors.New("ended its goroutine instead of returning")
	var wait sync.WaitGroup
	wait.Go(func() {
		runtime.LockOSThread()
		home, openErr := os.Open(ownThread)
		if openErr != nil {
			err = fmt.Errorf("this needs /proc: %w", openErr)
			runtime.UnlockOSThread()
			return
		}
		defer home.Close()
		if enterErr := enter(); enterErr != nil {
			err = enterErr
			runtime.UnlockOSThread()
			return
		}
		// A thread that cannot go home stays locked, and ends with its goroutine:
		// no other goroutine may ever run in the wrong namespace.
		defer func() {
			if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
				runtime.UnlockOSThread()
			}
		}()
		err = fn()
	})
	wait.Wait()
	return err
}

// namespacePath is where the namespace that ref says can be opened.
func namespacePath(ref string) (string, error) {
	if pid, ok := strings.CutPrefix(ref, "pid:"); ok {
		if pid == "" || strings.Trim(pid, "0123456789") != "" {
			return "", fmt.Errorf("namespace %q: pid: wants a number after it, such as pid:123", ref)
		}
		return "/proc/" + pid + "/ns/net", nil
	}
	if filepath.IsAbs(ref) {
		return ref, nil
	}
	if !named(ref) {
		return "", fmt.Errorf("namespace %q: want a name without slashes, an absolute path, or pid:N", ref)
	}
	return filepath.Join(namedDir, ref), nil
}

// named says that ref is a name under namedDir.
func named(ref string) bool {
	return ref != "" && ref != "." && ref != ".." && len(ref) <= 255 &&
		!strings.ContainsAny(ref, "/\x00") && !strings.HasPrefix(ref, "pid:")
}

// errNoNamespace says that a file is there, but is not a network namespace.
var errNoNamespace = errors.New("not a network namespace")

// openPath opens the namespace at path, which it makes sure to be one.
func openPath(path string) (*Namespace, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	kind, err := unix.IoctlRetInt(int(file.Fd()), unix.NS_GET_NSTYPE)
	if err != nil || kind != unix.CLONE_NEWNET {
		file.Close()
		return nil, errNoNamespace
	}
	n := &Namespace{file: file, path: path}
	if n.id, err = identify(file); err != nil {
		file.Close()
		return nil, err
	}
	return n, nil
}

// identity tells namespaces apart. The kernel gives the inode number of a dead
// namespace to the next one at once, so the time of its making belongs to it.
type identity struct {
	dev, ino uint64
	// made is in nanoseconds. It holds only as long as the namespace is mounted
	// or open: for a namespace that nothing but processes keeps, it changes.
	made int64
}

// identify says which namespace file is.
func identify(file *os.File) (identity, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return identity{}, err
	}
	return identity{uint64(st.Dev), st.Ino, st.Ctim.Nano()}, nil
}

// same says that both are one namespace, given that the first is alive.
func (id identity) same(other identity) bool {
	return id.dev == other.dev && id.ino == other.ino
}
