package tundev

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// markerDir holds one file for each named namespace that this program made. It
// says which namespace it is, and its maker keeps it locked: when a marker can
// be locked, its maker is dead, however it died.
const markerDir = "/run/icmprouter/netns"

// owned is a named namespace that is ours to remove.
type owned struct {
	name   string
	id     identity
	marker *os.File
}

// ensureNamed sees that the named namespace exists. It returns nil when
// somebody else made it, and otherwise what has to be removed later: a new one,
// or one that a killed run of this program left.
func ensureNamed(name string) (o *owned, adopted bool, err error) {
	path := filepath.Join(namedDir, name)
	n, err := openPath(path)
	switch {
	case err == nil:
		n.Close()
		o, err = adopt(name, n.id)
		return o, o != nil, err
	case errors.Is(err, fs.ErrNotExist):
		o, err = makeNamed(name)
		return o, false, err
	case errors.Is(err, errNoNamespace) && halfMade(name):
		if err := os.Remove(path); err != nil {
			return nil, false, err
		}
		o, err = makeNamed(name)
		return o, false, err
	}
	return nil, false, explainNamespace(name, err)
}

// adopt takes over the namespace id if a dead run of this program made it.
func adopt(name string, id identity) (*owned, error) {
	marker, err := lockMarker(name, os.O_RDWR)
	if marker == nil {
		return nil, err
	}
	if read(marker) == id {
		return &owned{name, id, marker}, nil
	}
	// The marked one is no more, and somebody else made this one.
	dropMarker(marker)
	return nil, nil
}

// halfMade says that a run of this program died between making the file and
// mounting the namespace on it, or that the machine went down in between.
func halfMade(name string) bool {
	marker, _ := lockMarker(name, os.O_RDWR)
	if marker == nil {
		return false
	}
	marker.Close()
	st, err := os.Lstat(filepath.Join(namedDir, name))
	return err == nil && st.Mode().IsRegular() && st.Size() == 0
}

// makeNamed makes the namespace as `ip netns add` does. The marker comes first,
// so that a run that dies on the way leaves nothing unmarked.
func makeNamed(name string) (_ *owned, err error) {
	if err := shareNamedDir(); err != nil {
		return nil, explainPermission("prepare "+namedDir, "CAP_SYS_ADMIN", err)
	}
	n, err := NewNamespace()
	if err != nil {
		return nil, err
	}
	defer n.Close()
	marker, err := mark(name, n.id)
	if err != nil {
		return nil, err
	}
	if err := mountAt(filepath.Join(namedDir, name), n); err != nil {
		dropMarker(marker)
		return nil, explainPermission("make namespace "+name, "CAP_SYS_ADMIN", err)
	}
	return &owned{name, n.id, marker}, nil
}

// mountAt gives the namespace a name: a file on which it is mounted.
func mountAt(path string, n *Namespace) error {
	file, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE|os.O_EXCL, 0)
	if err != nil {
		return err
	}
	file.Close()
	if err := unix.Mount(n.path, path, "none", unix.MS_BIND, ""); err != nil {
		os.Remove(path)
		return err
	}
	return nil
}

// there says that the name is still this namespace's.
func (o *owned) there() bool {
	n, err := openPath(filepath.Join(namedDir, o.name))
	if err != nil {
		return false
	}
	defer n.Close()
	return n.id == o.id
}

// remove takes the name away, unless it is another namespace's by now.
func (o *owned) remove() error {
	defer dropMarker(o.marker)
	if !o.there() {
		return nil
	}
	path := filepath.Join(namedDir, o.name)
	if err := unix.Unmount(path, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil {
		return fmt.Errorf("remove namespace %s: %w: try 'ip netns del %s'", o.name, err, o.name)
	}
	return os.Remove(path)
}

// shareNamedDir makes namedDir a shared mount, as iproute2 does, so that a name
// made or removed in one mount namespace is made or removed in all.
func shareNamedDir() error {
	if err := os.MkdirAll(namedDir, 0o755); err != nil {
		return err
	}
	dir, err := os.Open(namedDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	// iproute2 takes this lock too: without it, two would mount twice.
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		return err
	}
	err = unix.Mount("", namedDir, "none", unix.MS_SHARED|unix.MS_REC, "")
	if err != unix.EINVAL {
		return err
	}
	// EINVAL: it is no mount yet.
	if err := unix.Mount(namedDir, namedDir, "none", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.Mount("", namedDir, "none", unix.MS_SHARED|unix.MS_REC, "")
}

// mark writes the marker of a namespace and keeps it locked.
func mark(name string, id identity) (*os.File, error) {
	if err := os.MkdirAll(markerDir, 0o755); err != nil {
		return nil, explainPermission("mark namespace "+name, "root", err)
	}
	marker, err := lockMarker(name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if marker == nil {
		return nil, fmt.Errorf("namespace %s belongs to another icmprouter that runs: end that one (its number is in %s/%s), or take another name", name, markerDir, name)
	}
	if err = marker.Truncate(0); err == nil {
		_, err = fmt.Fprintf(marker, "%d:%d:%d pid %d\n", id.dev, id.ino, id.made, os.Getpid())
	}
	if err != nil {
		dropMarker(marker)
		return nil, err
	}
	return marker, nil
}

// lockMarker opens and locks the marker of a name. It returns nil when there is
// none, or when its maker lives.
func lockMarker(name string, flags int) (*os.File, error) {
	for {
		marker, err := os.OpenFile(filepath.Join(markerDir, name), flags, 0o644)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, explainPermission("read the marker of namespace "+name, "root", err)
		}
		if unix.Flock(int(marker.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
			marker.Close()
			return nil, nil
		}
		// Its maker may have removed it between our open and our lock.
		ours, err1 := marker.Stat()
		there, err2 := os.Stat(marker.Name())
		if err1 == nil && err2 == nil && os.SameFile(ours, there) {
			return marker, nil
		}
		marker.Close()
	}
}

// read says which namespace a marker marks; the zero identity if it is garbled.
func read(marker *os.File) (id identity) {
	text, _ := io.ReadAll(marker)
	if _, err := fmt.Sscanf(string(text), "%d:%d:%d", &id.dev, &id.ino, &id.made); err != nil {
		return identity{}
	}
	return id
}

// dropMarker removes a marker and then unlocks it.
func dropMarker(marker *os.File) {
	os.Remove(marker.Name())
	marker.Close()
}
