package control

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// shortDir is a directory whose sockets have short paths.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "control-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// abandoned is a socket that its owner was killed over.
func abandoned(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
}

// Sockets are their owner's alone, are found, and are gone with their owner; those of the dead go with the next.
func TestSockets(t *testing.T) {
	syscall.Umask(syscall.Umask(0)) // the test holds for any
	dir := filepath.Join(shortDir(t), "icmprouter")
	if _, err := find(dir); err == nil || !strings.Contains(err.Error(), "--control PATH") {
		t.Errorf("none: %v", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(dir, "1.sock")
	abandoned(t, dead)
	l, path, err := listenIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if _, err := os.Lstat(dead); err == nil {
		t.Error("the dead one's socket is there")
	}
	if found, err := find(dir); found != path {
		t.Errorf("found %q, %v, want %q", found, err, path)
	}
	if _, _, err := listenAt(path); err == nil || !strings.Contains(err.Error(), "somebody is there already") {
		t.Errorf("twice: %v", err)
	}
	other, second, err := listenAt(filepath.Join(dir, "2.sock"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := find(dir); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), second) {
		t.Errorf("two: %v", err)
	}
	l.Close()
	other.Close()
	if rest, _ := os.ReadDir(dir); len(rest) != 0 {
		t.Errorf("left: %v", rest)
	}
}

// What is no socket stays, and a directory that somebody else has made is not used.
func TestNoSocket(t *testing.T) {
	dir := shortDir(t)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Listen(file); err == nil {
		t.Error("a file was replaced")
	}
	if text, _ := os.ReadFile(file); string(text) != "kept" {
		t.Errorf("the file is %q", text)
	}
	if _, _, err := listenIn(file); err == nil {
		t.Error("a file was taken for a directory")
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("/", link); err != nil {
		t.Fatal(err)
	}
	if _, _, err := listenIn(link); err == nil {
		t.Error("a link was followed")
	}
	long := filepath.Join(dir, strings.Repeat("a", 120))
	if _, _, err := Listen(long); err == nil || !strings.Contains(err.Error(), "106 octets at most") {
		t.Errorf("a long path: %v", err)
	}
	for _, where := range []string{"tcp:0.0.0.0:0", "tcp:8.8.8.8:1", "tcp:localhost:1", "tcp:"} {
		if _, _, err := Listen(where); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", where, err)
		}
	}
}

// A directory that somebody else has made may be read by him, and who listens there may be anybody.
func TestForeignDirectory(t *testing.T) {
	needs.Root(t)
	dir := shortDir(t)
	if err := os.Chown(dir, 1, 1); err != nil {
		t.Fatal(err)
	}
	if _, _, err := listenIn(dir); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("it says %v", err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "1.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if path, err := find(dir); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("it finds %q, %v", path, err)
	}
}

func TestToken(t *testing.T) {
	path := filepath.Join(shortDir(t), "token")
	for _, row := range []struct {
		text string
		mode os.FileMode
		says string
	}{{"", 0, "no such file"}, {"secret\n", 0o600, "expected 16 at least"}, {token, 0o640, "chmod 600"}, {token + "\n", 0o600, ""}} {
		if row.mode != 0 {
			if err := os.WriteFile(path, []byte(row.text), row.mode); err != nil {
				t.Fatal(err)
			}
			os.Chmod(path, row.mode)
		}
		got, err := Token(path)
		if row.says == "" && (err != nil || got != token) || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%q, %v: want %q", got, err, row.says)
		}
		os.Remove(path)
	}
}
