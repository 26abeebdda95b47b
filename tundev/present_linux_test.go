package tundev

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

func TestPresentSeesTheNamespace(t *testing.T) {
	name := uniqueName(t)
	addName(t, name)
	spec := specFor(Kernel, name)
	s, d := open(t, spec)
	if err := s.Present(d, spec); err != nil {
		t.Fatalf("at first: %v", err)
	}
	deleteName(name)
	if err := s.Present(d, spec); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("deleted: %v, want ErrGone", err)
	}
	addName(t, name)
	if err := s.Present(d, spec); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "another one now") {
		t.Errorf("made again: %v, want ErrGone", err)
	}
}

func TestPresentSeesTheProcess(t *testing.T) {
	name := uniqueName(t)
	needs.Tool(t, "nsenter", "util-linux")
	addName(t, name)
	sleep := exec.Command("nsenter", "--net="+filepath.Join(namedDir, name), "sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sleep.Process.Kill(); sleep.Wait() })
	ref := fmt.Sprintf("pid:%d", sleep.Process.Pid)
	want, err := OpenNamespace(name)
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	eventually(t, func() string {
		if ns, err := OpenNamespace(ref); err == nil {
			defer ns.Close()
			if ns.id.same(want.id) {
				return ""
			}
		}
		return "nsenter is not in the namespace"
	})
	spec := specFor(Kernel, ref)
	s, d := open(t, spec)
	if err := s.Present(d, spec); err != nil {
		t.Errorf("at first: %v", err)
	}
	if !linkExists(t, want, "tun7") {
		t.Error("the device is not in the process's namespace")
	}
	sleep.Process.Kill()
	sleep.Wait()
	if err := s.Present(d, spec); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "no process") {
		t.Errorf("process gone: %v, want ErrGone", err)
	}
}

// TestReopenMakesNoNamespace deletes the namespace that Open made.
func TestReopenMakesNoNamespace(t *testing.T) {
	name := uniqueName(t)
	spec := specFor(Kernel, name)
	s, d := open(t, spec)
	deleteName(name)
	d.Close()
	if _, err := s.Reopen(spec); err == nil || exists(name) {
		t.Errorf("Reopen without its namespace: %v, made it: %t", err, exists(name))
	}
	addName(t, name)
	again, err := s.Reopen(spec)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	s.Close()
	if !exists(name) || marked(name) {
		t.Errorf("the stranger's namespace stays: %t, marker left: %t", exists(name), marked(name))
	}
}
