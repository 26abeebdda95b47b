//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestExample runs config.example.json as it stands, and what the README says.
// It is not parallel: the names of its namespaces are the file's.
func TestExample(t *testing.T) {
	needs.Root(t)
	serialise(t)
	for _, name := range []string{"client", "server"} {
		if exists(name) {
			t.Fatalf("namespace %s exists: config.example.json makes it, so end what uses it, or 'ip netns del %s'", name, name)
		}
	}
	t.Cleanup(func() { forget("client", "server") })
	r := launchFile(t, topology{Client: "client", Server: "server", Device: "kernel"}, "../config.example.json")
	r.capture("left", "client")
	r.capture("right", "server")
	for _, f := range families {
		r.ping(t, f.server)
		r.ping(t, f.left)
		want(t, r.client(t, "traceroute", "-n", "-w", "5", f.server), hops(f.left, f.server))
		tracepathFinds(t, r, f)
		wantTCP(t, r, f, "5M")
	}
	want(t, r.client(t, ping("192.0.2.1")...), `From 10\.1\.0\.1 icmp_seq=1 Packet filtered`)
	must(t, in("server", "ip", "addr", "add", "10.9.0.1/32", "dev", "lo")...)
	r.ping(t, "10.9.0.1")
	r.stop()
	if exists("client") || exists("server") {
		t.Error("its namespaces are left")
	}
}

// serialise waits for other runs of this test on the same machine.
func serialise(t *testing.T) {
	t.Helper()
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "icmprouter-example.lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Close() })
	await(t, "another run of this test", func() bool {
		return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
	})
}
