package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Where the API is served, beside the path of a socket and tcp:ADDRESS:PORT.
const (
	// Auto is a socket that ctl finds: PID.sock in Directory.
	Auto = "auto"
	// Off is nowhere.
	Off = "off"
)

// tcp is what an address begins with that is no path.
const tcp = "tcp:"

// IsTCP says whether an address is a TCP port, and wants a token.
func IsTCP(where string) bool { return strings.HasPrefix(where, tcp) }

// CheckTCP says what is wrong with the address of a TCP port.
func CheckTCP(where string) error {
	at, err := netip.ParseAddrPort(strings.TrimPrefix(where, tcp))
	if err != nil || !at.Addr().IsLoopback() {
		return fmt.Errorf("--control %s: expected tcp:ADDRESS:PORT of a loopback address, as tcp:127.0.0.1:8179", where)
	}
	return nil
}

// Directory is where sockets are that nobody gave a path: /run/icmprouter of root, icmprouter in $XDG_RUNTIME_DIR, or
// icmprouter-UID in /tmp.
func Directory() string {
	uid := os.Geteuid()
	if dir := os.Getenv("XDG_RUNTIME_DIR"); uid != 0 && dir != "" {
		return filepath.Join(dir, "icmprouter")
	}
	if uid == 0 {
		return "/run/icmprouter"
	}
	return fmt.Sprintf("/tmp/icmprouter-%d", uid)
}

// Listen opens what where says: not Off. The address is what ctl takes. Sockets are for their owner alone; those in Directory
// that nobody listens on any more are removed.
func Listen(where string) (l net.Listener, address string, err error) {
	if host, ok := strings.CutPrefix(where, tcp); ok {
		if err := CheckTCP(where); err != nil {
			return nil, "", err
		}
		l, err = net.Listen("tcp", host)
		if err != nil {
			return nil, "", err
		}
		return l, tcp + l.Addr().String(), nil
	}
	if where == Auto {
		return listenIn(Directory())
	}
	if err := os.MkdirAll(filepath.Dir(where), 0o700); err != nil {
		return nil, "", err
	}
	return listenAt(where)
}

// listenIn listens in a directory, and clears it of what nobody listens on.
func listenIn(dir string) (net.Listener, string, error) {
	if err := private(dir); err != nil {
		return nil, "", err
	}
	for _, path := range sockets(dir) {
		removeStale(path)
	}
	return listenAt(filepath.Join(dir, fmt.Sprintf("%d.sock", os.Getpid())))
}

// longestPath is that of a socket, in octets, with a ~ and the zero behind it (unix(7)).
const longestPath = len(unix.RawSockaddrUnix{}.Path) - len("~\x00")

func listenAt(path string) (net.Listener, string, error) {
	if len(path) > longestPath {
		return nil, "", fmt.Errorf("%s: the path of a socket has %d octets at most, and this has %d", path, longestPath, len(path))
	}
	if !removeStale(path) {
		return nil, "", fmt.Errorf("%s: somebody is there already", path)
	}
	l, err := listenUnix(path)
	return l, path, err
}

// private makes a directory for its owner alone, or wants it to be such.
func private(dir string) error {
	if err := os.Mkdir(dir, 0o700); err == nil || !errors.Is(err, fs.ErrExist) {
		return err
	}
	mode, err := ours(dir)
	if err == nil && mode&0o077 != 0 {
		return os.Chmod(dir, 0o700)
	}
	return err
}

// ours is the mode of a directory that this user has made: in /tmp anybody may have been first.
func ours(dir string) (mode uint32, err error) {
	var stat unix.Stat_t
	if err := unix.Lstat(dir, &stat); err != nil {
		return 0, &fs.PathError{Op: "lstat", Path: dir, Err: err}
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR || int(stat.Uid) != os.Geteuid() {
		return 0, fmt.Errorf("%s is no directory of ours: somebody else made it", dir)
	}
	return stat.Mode, nil
}

// sockets are the paths of all sockets in a directory.
func sockets(dir string) []string {
	paths, _ := filepath.Glob(filepath.Join(dir, "*.sock")) // the pattern is right
	return paths
}

// removeStale makes room at a path, and says whether there is some: nobody listens there.
func removeStale(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	if info.Mode()&fs.ModeSocket == 0 || alive(path) {
		return false
	}
	return os.Remove(path) == nil
}

// alive says that somebody listens on a socket, or that nobody knows.
func alive(path string) bool {
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
	}
	return !errors.Is(err, unix.ECONNREFUSED) && !errors.Is(err, unix.ENOENT)
}

// socket is a listener that removes its path at its end.
type socket struct {
	net.Listener
	path string
}

func (s socket) Close() error {
	os.Remove(s.path)
	return s.Listener.Close()
}

// listenUnix opens a socket that is its owner's before anybody can connect, and that is at its path when it
// listens and not before: who finds it deaf takes it for stale.
func listenUnix(path string) (net.Listener, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	early := path + "~"
	os.Remove(early)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: early}); err != nil {
		return nil, &fs.PathError{Op: "bind", Path: path, Err: err}
	}
	if err := errors.Join(os.Chmod(early, 0o600), unix.Listen(fd, 128), os.Rename(early, path)); err != nil {
		os.Remove(early)
		return nil, err
	}
	l, err := net.FileListener(file)
	if err != nil {
		os.Remove(path)
		return nil, err
	}
	return socket{l, path}, nil
}

// Find returns the socket of the one router that runs, or says which there are.
func Find() (path string, err error) { return find(Directory()) }

func find(dir string) (path string, err error) {
	if _, err := ours(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err // who answers there is no router of ours
	}
	live := slices.DeleteFunc(sockets(dir), func(path string) bool { return !alive(path) })
	switch len(live) {
	case 0:
		return "", fmt.Errorf("no router that runs has a socket in %s: start one, or say --control PATH", dir)
	case 1:
		return live[0], nil
	}
	return "", fmt.Errorf("%d routers run; say which one:\n  --control %s", len(live), strings.Join(live, "\n  --control "))
}

// shortToken is too short to be a secret, in octets.
const shortToken = 16

// Token reads the secret of who may use a TCP port: the file is its owner's alone.
func Token(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s: others may read it: chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if len(token) < shortToken {
		return "", fmt.Errorf("%s: the token has %d characters; expected %d at least, as of: openssl rand -hex 16", path, len(token), shortToken)
	}
	return token, nil
}
