//go:build linux

package e2e

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// notices is systemd's end of sd_notify: what a router told it.
type notices struct {
	path string
	mu   sync.Mutex
	list []string
}

// listen opens the socket. Its directory has a short name, as a socket's path must.
func listen(t *testing.T) *notices {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		t.Fatal(err)
	}
	n := &notices{path: filepath.Join(dir, "notify")}
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: n.path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close(); os.RemoveAll(dir) })
	go n.read(socket)
	return n
}

// read collects messages until the socket is closed.
func (n *notices) read(socket *net.UnixConn) {
	b := make([]byte, 4096)
	for {
		length, err := socket.Read(b)
		if err != nil {
			return
		}
		n.mu.Lock()
		n.list = append(n.list, string(b[:length]))
		n.mu.Unlock()
	}
}

func (n *notices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.list)
}

func (n *notices) has(message string) bool { return slices.Contains(n.all(), message) }
