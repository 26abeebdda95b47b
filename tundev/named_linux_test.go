package tundev

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
	"golang.org/x/sys/unix"
)

// uniqueName is a name for a namespace that no other test has. What stands
// there at the end of the test is removed.
func uniqueName(t *testing.T) string {
	t.Helper()
	needs.Root(t)
	name := fmt.Sprintf("tundev-test-%d-%s", os.Getpid(), strings.ReplaceAll(t.Name(), "/", "-"))
	t.Cleanup(func() {
		deleteName(name)
		os.Remove(filepath.Join(markerDir, name))
	})
	return name
}

// deleteName does what `ip netns del` does.
func deleteName(name string) {
	unix.Unmount(filepath.Join(namedDir, name), unix.MNT_DETACH)
	os.Remove(filepath.Join(namedDir, name))
}

// addName does what `ip netns add` does, as a stranger to this package.
func addName(t *testing.T, name string) {
	t.Helper()
	ns, err := NewNamespace()
	if err != nil {
		t.Fatal(err)
	}
	defer ns.Close()
	if err := shareNamedDir(); err != nil {
		t.Fatal(err)
	}
	if err := mountAt(filepath.Join(namedDir, name), ns); err != nil {
		t.Fatal(err)
	}
}

// exists says that something stands at the name of the namespace.
func exists(name string) bool {
	_, err := os.Lstat(filepath.Join(namedDir, name))
	return err == nil
}

// marked says that a marker is left.
func marked(name string) bool {
	_, err := os.Lstat(filepath.Join(markerDir, name))
	return err == nil
}

func wantGone(t *testing.T, name string) {
	t.Helper()
	if exists(name) || marked(name) {
		t.Errorf("namespace left: %t, marker left: %t", exists(name), marked(name))
	}
}

func TestNamedIsMadeAndRemoved(t *testing.T) {
	name := uniqueName(t)
	s := NewSystem(nil)
	d, err := s.Open(specFor(Kernel, name))
	if err != nil {
		t.Fatal(err)
	}
	second := specFor(Kernel, name)
	second.Name, second.Addresses, second.Routes = "tun8", nil, nil
	d2, err := s.Open(second)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("iproute2 can use it", func(t *testing.T) {
		needs.Tool(t, "ip", "iproute2")
		out, err := exec.Command("ip", "netns", "exec", name, "ip", "-br", "link").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "tun7") || !strings.Contains(string(out), "tun8") {
			t.Errorf("ip netns exec: %v:\n%s", err, out)
		}
	})
	ns, err := OpenNamespace(name)
	if err != nil {
		t.Fatal(err)
	}
	ns.Do(func() error {
		if lo, err := net.InterfaceByName("lo"); err != nil || lo.Flags&net.FlagUp == 0 {
			t.Errorf("lo is not up: %v, %v", lo, err)
		}
		return nil
	})
	ns.Close()
	d.Close()
	d2.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wantGone(t, name)
}

func TestFailedOpenRemovesNamespace(t *testing.T) {
	name := uniqueName(t)
	s := NewSystem(nil)
	spec := specFor(Kernel, name)
	spec.MTU = 70000
	if _, err := s.Open(spec); err == nil {
		t.Fatal("opened with MTU 70000")
	}
	wantGone(t, name)
	_, d := open(t, specFor(Kernel, name))
	d.Close()
}

func TestStrangersNamespaceStays(t *testing.T) {
	name := uniqueName(t)
	addName(t, name)
	s, d := open(t, specFor(Kernel, name))
	d.Close()
	s.Close()
	if !exists(name) {
		t.Error("the namespace that somebody else made is gone")
	}
	if marked(name) {
		t.Error("the namespace that somebody else made was marked")
	}
}

// TestReplacedNamespaceStays lets a stranger put another namespace in the place
// of ours, if possible one to which the kernel gave the inode number of ours.
func TestReplacedNamespaceStays(t *testing.T) {
	name := uniqueName(t)
	s, d := open(t, specFor(Kernel, name))
	ours := s.made[name].id
	d.Close()
	deleteName(name)
	// The kernel gives away the lowest free number, and frees that of ours a while after its end.
	other := anonymous(t)
	for i := 0; i < 200 && !other.id.same(ours); i++ {
		time.Sleep(time.Millisecond)
		other = anonymous(t)
	}
	t.Logf("the same inode number: %t", other.id.same(ours))
	if err := mountAt(filepath.Join(namedDir, name), other); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if !exists(name) {
		t.Error("the namespace that somebody else made is gone")
	}
	if marked(name) {
		t.Error("the marker is left")
	}
}

// TestDeletedNamespaceIsMadeAgain lets somebody delete ours while we run.
func TestDeletedNamespaceIsMadeAgain(t *testing.T) {
	name := uniqueName(t)
	s, d := open(t, specFor(Kernel, name))
	deleteName(name)
	d.Close()
	d, err := s.Open(specFor(Kernel, name))
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	s.Close()
	wantGone(t, name)
}

func TestAdoptsWhatAKilledRunLeft(t *testing.T) {
	name := uniqueName(t)
	_, kill := startChild(t, name)
	kill()
	if !exists(name) || !marked(name) {
		t.Fatal("the killed child left no marked namespace: nothing to test")
	}
	s, d := open(t, specFor(Kernel, name))
	d.Close()
	s.Close()
	wantGone(t, name)
}

func TestDoesNotAdoptFromTheLiving(t *testing.T) {
	name := uniqueName(t)
	_, kill := startChild(t, name)
	spec := specFor(Kernel, name)
	spec.Name, spec.Addresses, spec.Routes = "tun8", nil, nil
	s, d := open(t, spec)
	d.Close()
	s.Close()
	if !exists(name) || !marked(name) {
		t.Error("took the namespace of a run that is alive")
	}
	kill()
}

// TestDoesNotAdoptAStrangers replaces what a killed run left.
func TestDoesNotAdoptAStrangers(t *testing.T) {
	name := uniqueName(t)
	_, kill := startChild(t, name)
	kill()
	deleteName(name)
	addName(t, name)
	s, d := open(t, specFor(Kernel, name))
	d.Close()
	s.Close()
	if !exists(name) {
		t.Error("removed a namespace that somebody else made")
	}
	if marked(name) {
		t.Error("the stale marker is left")
	}
}

// TestHalfMade is a run that died before it mounted the namespace on its file.
func TestHalfMade(t *testing.T) {
	name := uniqueName(t)
	if err := shareNamedDir(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(namedDir, name)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewSystem(nil)
	if _, err := s.Open(specFor(Kernel, name)); err == nil || !strings.Contains(err.Error(), "not a network namespace") {
		t.Errorf("a stranger's file: %v, want an error", err)
	}
	marker, err := mark(name, identity{})
	if err != nil {
		t.Fatal(err)
	}
	marker.Close()
	d, err := s.Open(specFor(Kernel, name))
	if err != nil {
		t.Fatalf("our own half-made file: %v", err)
	}
	d.Close()
	s.Close()
	wantGone(t, name)
}
