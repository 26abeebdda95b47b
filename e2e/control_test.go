//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// controlled is a router with a control socket.
type controlled struct {
	*router
	socket string
}

func control(t *testing.T, p topology) *controlled {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "c.sock")
	return &controlled{launch(t, p, "--json", "--control", socket), socket}
}

// ctl runs a command of ctl, and wants its exit code.
func (r *controlled) ctl(code int, args ...string) string {
	r.t.Helper()
	out, got := command(r.t, append([]string{program, "ctl", args[0], "--control", r.socket}, args[1:]...)...)
	if got != code {
		r.t.Fatalf("ctl %v: exit code %d, want %d\n%s", args, got, code, out)
	}
	return out
}

const rightMTU = "nodes.r1.interfaces.right.mtu"

// TestControlMTU changes an MTU again and again under a ping that runs across, which loses nothing. It is
// not parallel: it wants to lose nothing.
func TestControlMTU(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := control(t, newTopology(t))
		const count = 1500
		pinging, out := background(t, r.Client, "PING", "ping", "-n", "-q", "-i", "0.002", "-c", fmt.Sprint(count), f.server)
		revision := 1
		whilePinging(t, pinging, func() {
			for _, mtu := range []int{1300, 1350} {
				revision++
				want(t, r.ctl(0, "set", fmt.Sprint(rightMTU, "=", mtu)),
					fmt.Sprintf(`(?m)^\+ nodes\.r1\.interfaces\.right\.mtu: %d\nrevision %d since 20`, mtu, revision))
			}
		})
		await(t, "ping", func() bool { return out.count("packet loss") > 0 })
		want(t, out.String(), fmt.Sprintf("%d packets transmitted, %d received, 0%% packet loss", count, count))
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", "1330")...), `mtu ?[=:] ?1350`)
		if c := r.stop(); c.Forwarded != 2*count || c.dropped() != c.Dropped["too-big"] {
			t.Errorf("forwarded %d, dropped %v", c.Forwarded, c.Dropped)
		}
	})
}

// TestControlUnderTCP shrinks the path under a bulk flow: it goes on, and nothing is dropped but what is too big.
func TestControlUnderTCP(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := control(t, newTopology(t))
		done := make(chan traffic)
		go func() { defer close(done); done <- iperf(t, r.router, f, "-t", "2") }()
		await(t, "traffic", func() bool { return strings.Contains(r.ctl(0, "show", "interfaces"), "r1") && r.received() > 1000 })
		before := r.received()
		for i := range 20 {
			r.ctl(0, "set", fmt.Sprint(rightMTU, "=", 1390-5*i))
		}
		if r.received() == before {
			t.Error("nothing moved meanwhile")
		}
		sum := <-done
		if sum.End.Received.Bytes == 0 {
			t.Error("nothing arrived")
		}
		c := r.stop()
		for reason, n := range c.Dropped {
			if reason != "too-big" && n > 0 {
				t.Errorf("%d were dropped as %s", n, reason)
			}
		}
	})
}

// received is how many packets came from the client.
func (r *controlled) received() (n int) {
	var nodes []counters
	if err := json.Unmarshal([]byte(r.ctl(0, "show", "counters", "--json")), &nodes); err != nil {
		r.t.Fatal(err)
	}
	return int(nodes[0].Received)
}

// TestControlPolicy has a router fall silent, and speak again: tracepath sees both.
func TestControlPolicy(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "tracepath", "iputils-tracepath")
	r := control(t, newTopology(t))
	r.ctl(0, "set", "nodes.r1.icmp.packet_too_big.action=drop")
	want(t, r.ctl(0, "show", "policy"), `nodes\.r1\.icmp\.packet_too_big\.action +"drop"`)
	for _, f := range families {
		out := r.tracepath(t, r.Client, "-m", "2", f.server)
		if strings.Contains(out, "pmtu 1400") || !strings.Contains(out, "no reply") {
			t.Errorf("silent, and tracepath found the MTU:\n%s", out)
		}
	}
	r.ctl(0, "unset", "nodes.r1.icmp.packet_too_big.action")
	for _, f := range families {
		want(t, r.tracepath(t, r.Client, f.server), `pmtu 1400`)
	}
	want(t, r.ctl(0, "show", "counters"), `(?m)sent +\d+ +too-big.*withheld by policy`)
	r.ctl(0, "reset", "counters")
	if n := r.received(); n != 0 {
		t.Errorf("%d received after the reset", n)
	}
	r.stop()
}

// TestControlMistakes: what cannot be is refused whole, says where and what is near, and changes nothing.
func TestControlMistakes(t *testing.T) {
	t.Parallel()
	r := control(t, newTopology(t))
	before := r.ctl(0, "show", "config")
	want(t, r.ctl(2, "set", "nodes.r1.ttl=keep", "nodes.r1.interfaces.right.mut=1300"), `right\.mut: no such key.*did you mean "mtu"`)
	want(t, r.ctl(2, "set", "nodes.r1.ttl=keep", rightMTU+"=12"), `right\.mtu: 12 is out of range`)
	want(t, r.ctl(2, "unset", "nodes.r1.intrefaces"), `did you mean "interfaces"`)
	want(t, r.ctl(1, "set", "--revision", "7", rightMTU+"=1300"), `revision 7 is not the one that runs: that is 1`)
	want(t, r.ctl(1, "set", "workers=2"), `restart`)
	want(t, r.ctl(2, "play", writeMistaken(t)), `timeline`)
	half := filepath.Join(t.TempDir(), "half.json")
	if err := os.WriteFile(half, []byte("[\n  {\"at\":}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, r.ctl(2, "play", half), `timeline: line 2, column 9: .*'}'`)
	mistaken := writeMistaken(t)
	want(t, r.ctl(2, "apply", mistaken), mistaken+`:6:11: \S+mtuu: no such key.*did you mean "mtu"`)
	want(t, r.ctl(0, "set", "--dry-run", rightMTU+"=1300"), `(?m)^\+ nodes\.r1\.interfaces\.right\.mtu: 1300\nrevision 1 would be changed`)
	if after := r.ctl(0, "show", "config"); after != before {
		t.Errorf("the configuration has changed:\n%s", after)
	}
	want(t, r.ctl(0, "set", "--revision", "1", rightMTU+"=1300"), `revision 2 since`)
	r.reload(changed)
	third := regexp.MustCompile(`msg="configuration changed".*revision=3`)
	await(t, "its line in the log", func() bool { return third.MatchString(r.stderr.String()) }) // that of revision 2 may come late
	r.stop()
}

// TestControlAbuse has clients that say half of something, that say nonsense a thousand times a second, and that are
// killed, under a ping that runs across: it loses nothing, and who asks properly is answered. It is not parallel.
func TestControlAbuse(t *testing.T) {
	r := control(t, newTopology(t))
	const count = 4500
	pinging, out := background(t, r.Client, "PING", "ping", "-n", "-q", "-i", "0.002", "-c", fmt.Sprint(count), "10.2.0.2")
	go pinging.Process.Wait()
	halves := []string{"", "G", "GET /v1/nodes HTTP/1.1\r\nHost: x\r\n", "PATCH /v1/config HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"set\":{\"" + rightMTU + "\":1300"}
	half := func(clients int) {
		for i := range clients {
			var c net.Conn
			await(t, "a connection", func() (ok bool) { // while 128 wait to be taken, the kernel says no
				var err error
				c, err = net.Dial("unix", r.socket)
				return err == nil
			})
			t.Cleanup(func() { c.Close() })
			io.WriteString(c, halves[i%len(halves)])
		}
	}
	half(40)
	for range 5 {
		watcher := exec.Command(program, "ctl", "watch", "--control", r.socket)
		stdout, _ := watcher.StdoutPipe()
		if err := watcher.Start(); err != nil {
			t.Fatal(err)
		}
		io.ReadAtLeast(stdout, make([]byte, 1), 1)
		watcher.Process.Kill()
		watcher.Wait()
	}
	nonsense := []string{"\x00\xff\r\n\r\n", "GET /v1/nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "PUT /v1/config HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{]",
		"PATCH /v1/config HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{\"set\":1}", "POST /v1/play HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n[",
		"GET / HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 5000) + "\r\n"}
	begin, sent := time.Now(), 0
	for tick := time.NewTicker(20 * time.Millisecond); sent < 2000; <-tick.C {
		var all sync.WaitGroup
		for range 20 {
			sent++
			text := nonsense[sent%len(nonsense)]
			all.Go(func() {
				c, err := net.Dial("unix", r.socket)
				if err != nil {
					return
				}
				defer c.Close()
				c.SetDeadline(time.Now().Add(patience))
				io.WriteString(c, text)
				c.Read(make([]byte, 512))
			})
		}
		all.Wait()
	}
	t.Logf("%d malformed requests in %v", sent, time.Since(begin))
	half(600) // more than may be connected: the oldest are cut off
	want(t, r.ctl(0, "set", rightMTU+"=1350"), `revision 2 since`)
	await(t, "ping", func() bool { return out.count("packet loss") > 0 })
	want(t, out.String(), fmt.Sprintf("%d packets transmitted, %d received, 0%% packet loss", count, count))
	r.stop()
	if _, err := os.Lstat(r.socket); err == nil {
		t.Error("the socket is left")
	}
}

// TestControlByTCP wants a token, and takes no other.
func TestControlByTCP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	token, wrong := filepath.Join(dir, "token"), filepath.Join(dir, "wrong")
	for path, text := range map[string]string{token: "0123456789abcdef", wrong: "0123456789abcdeF"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := newTopology(t)
	path := filepath.Join(dir, "config.json")
	p.write(t, path)
	out, code := command(t, program, "run", "--control", "tcp:127.0.0.1:0", path)
	if code != 2 || !strings.Contains(out, "--control-token-file") {
		t.Errorf("without a token: %d\n%s", code, out)
	}
	r := launch(t, p, "--json", "--control", "tcp:127.0.0.1:0", "--control-token-file", token)
	_, address, _ := strings.Cut(r.stderr.String(), "msg=control address=")
	address, _, _ = strings.Cut(address, "\n")
	for file, want := range map[string]int{token: 0, wrong: 1} {
		if out, code := command(t, program, "ctl", "show", "nodes", "--control", address, "--control-token-file", file); code != want {
			t.Errorf("%s: exit code %d\n%s", file, code, out)
		}
	}
	r.stop()
}
