//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// sender serves the address and port of its arguments: it says of each connection that it was
// accepted, and sends 100,000 octets at once.
const sender = `
import socket, sys
s = socket.create_server((sys.argv[1], 8080), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, backlog=64)
print("listening", flush=True)
kept = []
while True:
    c, _ = s.accept()
    c.setblocking(False)
    kept.append(c)
    print("accepted", flush=True)
    c.send(bytes(100000))
`

// receiver connects 32 times, and says of each connection that it was done when 10,000 octets have come.
const receiver = `
import socket, sys, selectors
ready = selectors.DefaultSelector()
for i in range(32):
    c = socket.create_connection((sys.argv[1], 8080), timeout=20)
    c.setblocking(False)
    ready.register(c, selectors.EVENT_READ, [0])
print("connected", flush=True)
while True:
    for key, _ in ready.select():
        key.data[0] += len(key.fileobj.recv(65536))
        if key.data[0] >= 10000:
            ready.unregister(key.fileobj)
            print("done", flush=True)
`

// TestErrorToTheWrongServer is examples/error-to-the-wrong-server: the errors about all flows go to one of the two, and the
// flows of the other stall. Hashed by what they quote, each goes to its server.
func TestErrorToTheWrongServer(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	needs.Tool(t, "python3", "python3")
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "error-to-the-wrong-server")
		a, b := r.Server+"-a", r.Server+"-b"
		t.Cleanup(func() { forget(a, b) })
		vip := f.says("203.0.113.10", "2001:db8:cafe::10")
		served := map[string]*output{}
		for _, netns := range []string{a, b} {
			must(t, in(netns, "ip", "addr", "add", vip, "dev", "lo")...)
			_, served[netns] = background(t, netns, "listening", "python3", "-c", sender, vip)
		}
		learned := func(netns string) bool {
			return strings.Contains(must(t, in(netns, "ip", "route", "get", f.client)...), "mtu 1400")
		}

		_, received := background(t, r.Client, "connected", "python3", "-c", receiver, vip)
		await(t, "all to be accepted", func() bool { return served[a].count("accepted")+served[b].count("accepted") == 32 })
		if served[a].count("accepted") == 0 || served[b].count("accepted") == 0 {
			t.Fatal("all flows are at one server")
		}
		await(t, "a server to learn", func() bool { return learned(a) || learned(b) })
		lucky, other := a, b
		if learned(b) {
			lucky, other = b, a
		}
		await(t, "the flows of the server that learned", func() bool { return received.count("done") == served[lucky].count("accepted") })
		if learned(other) || received.count("done") == 32 {
			t.Errorf("both servers learned, and %d of 32 flows are done", received.count("done"))
		}

		config, err := os.ReadFile(r.config)
		if err != nil {
			t.Fatal(err)
		}
		mended := strings.Replace(string(config), `"outer"`, `"quote"`, 1)
		if err := os.WriteFile(r.config, []byte(mended), 0o644); err != nil {
			t.Fatal(err)
		}
		r.reload(changed)
		await(t, "all flows, errors being hashed by what they quote", func() bool { return received.count("done") == 32 })
		if !learned(a) || !learned(b) {
			t.Error("one server did not learn")
		}
		r.leave()
	})
}
