package tundev

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
)

// here is the namespace of the calling thread.
func here(t *testing.T) identity {
	t.Helper()
	n, err := openPath(ownThread)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	return n.id
}

func TestDoComesHome(t *testing.T) {
	outer, inner := anonymous(t), anonymous(t)
	home := here(t)
	failure := errors.New("failure")
	err := outer.Do(func() error {
		if !here(t).same(outer.id) {
			t.Error("not in the outer namespace")
		}
		inner.Do(func() error {
			if !here(t).same(inner.id) {
				t.Error("not in the inner namespace")
			}
			return nil
		})
		if !here(t).same(outer.id) {
			t.Error("not back in the outer namespace")
		}
		return failure
	})
	if err != failure {
		t.Errorf("Do: %v, want what fn returned", err)
	}
	// Whatever threads served, none may be left elsewhere.
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			outer.Do(func() error { return nil })
			if !here(t).same(home) {
				t.Error("a thread did not come home")
			}
		})
	}
	wait.Wait()
	if err := outer.Do(func() error { runtime.Goexit(); return nil }); err == nil {
		t.Error("Do of a function that ends its goroutine returned nil")
	}
}

func TestNamespacePath(t *testing.T) {
	ns := anonymous(t)
	again, err := OpenNamespace(ns.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.id != ns.id {
		t.Errorf("Path leads to %v, want %v", again.id, ns.id)
	}
	ns.Do(func() error {
		lo, err := net.InterfaceByName("lo")
		if err != nil || lo.Flags&net.FlagUp == 0 {
			t.Errorf("lo is not up: %v, %v", lo, err)
		}
		return nil
	})
	for range 2 {
		if err := ns.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestNamespacesLeakNothing(t *testing.T) {
	anonymous(t).Do(func() error { return nil })
	fds, goroutines := holdings()
	for range 20 {
		ns, err := NewNamespace()
		if err != nil {
			t.Fatal(err)
		}
		ns.Do(func() error { return nil })
		ns.Close()
	}
	wantNoMore(t, fds, goroutines)
}

func TestNamespaceErrors(t *testing.T) {
	file := t.TempDir() + "/file"
	os.WriteFile(file, nil, 0o600)
	for ref, want := range map[string]string{
		"":               `namespace "": want a name without slashes, an absolute path, or pid:N`,
		"a/b":            `namespace "a/b": want a name without slashes, an absolute path, or pid:N`,
		"..":             `namespace "..": want a name without slashes, an absolute path, or pid:N`,
		"pid:":           `namespace "pid:": pid: wants a number after it, such as pid:123`,
		"pid:1x":         `namespace "pid:1x": pid: wants a number after it, such as pid:123`,
		"pid:4294967295": "namespace pid:4294967295: no process has this number any more: give the number of a running one: file does not exist",
		"no-such-netns":  "namespace no-such-netns does not exist: make it with 'ip netns add no-such-netns': file does not exist",
		"/no/such/netns": "namespace /no/such/netns does not exist: give the path of one that does, or a plain name, which is made: file does not exist",
		file:             "namespace " + file + ": " + file + " is not a network namespace: remove it, or take another name",
	} {
		_, err := OpenNamespace(ref)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", ref, err, want)
		}
	}
	if _, err := OpenNamespace("/no/such/netns"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not ErrNotExist", err)
	}
}
