//go:build linux

package e2e

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestLinkRate moves TCP over a link of 8 Mbit/s and then back: goodput is most of it, and never more. Its queue
// keeps the link busy while the machine lets the sender wait.
func TestLinkRate(t *testing.T) {
	t.Parallel()
	const rate = 8e6
	eachFamily(t, func(t *testing.T, f family) {
		t.Parallel()
		n := newNetwork(t, "chain:3", "--set", `links.r2-r3.both.rate="8mbit"`, "--set", "links.r2-r3.both.queue.time=1s")
		for _, args := range [][]string{nil, {"--reverse"}} {
			received := iperf(t, n.router, n.far(f), append([]string{"-n", "2M", "-C", "reno"}, args...)...).End.Received
			if goodput := 8 * float64(received.Bytes) / received.Seconds; goodput > rate || goodput < 0.8*rate {
				t.Errorf("%v: goodput %.3g bit/s over a link of %.3g", args, goodput, rate)
			}
		}
		n.stop()
	})
}

// TestMarks sees CoDel mark packets of a flow that wants to be told so (RFC 3168), and its
// receiver say so to its sender; none is dropped early.
func TestMarks(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		t.Parallel()
		n := newNetwork(t, "chain:2", "--rate", "8mbit", "--set", `links.r1-r2.both.queue={"discipline":"codel","ecn":true}`)
		set(t, n.Client, "net.ipv4.tcp_ecn=1")
		set(t, n.Server, "net.ipv4.tcp_ecn=1")
		n.capture("client", n.Client)
		n.capture("server", n.Server)
		iperf(t, n.router, n.far(f), "-n", "2M")
		w := n.way(n.stop(), "r1", "r2")
		for _, c := range n.captures {
			c.finish(t)
		}
		marked := dissect(t, n.captures["server"].path, "tcp && "+f.says("ip.dsfield.ecn", "ipv6.tclass.ecn")+" == 3", "frame.number")
		told := dissect(t, n.captures["client"].path, "tcp.flags.syn == 0 && tcp.flags.ece == 1", "frame.number")
		if w.Marked == 0 || len(marked) == 0 || len(told) == 0 || w.Dropped["queue-early"] != 0 {
			t.Errorf("%+v: tshark sees %d packets with CE and %d with ECE, want some of each and none dropped early", w, len(marked), len(told))
		}
	})
}

// TestSuperPacketsOverLinks moves super-packets over a network that loses, reorders, doubles and
// corrupts segments, and has narrow links: what arrives is what was sent.
func TestSuperPacketsOverLinks(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	eachFamily(t, func(t *testing.T, f family) {
		t.Parallel()
		n := newNetwork(t, "chain:4", "--rate", "40mbit", "--delay", "1ms", "--set", "links.r2-r3.mtu=1400",
			"--set", "links.r1-r2.both.loss=0.5%", "--set", "links.r2-r3.both.reorder=2%", "--set", "links.r3-r4.both.duplicate=1%",
			"--set", `links.r3-r4.both.corrupt={"probability":"1%","where":"payload"}`)
		n.capture("client", n.Client)
		data := make([]byte, 2<<20)
		rand.Read(data)
		sent, received := sha256.Sum256(data), n.transfer(t, f, data)
		if sent != received {
			t.Errorf("sent %x, and %x arrived", sent, received)
		}
		c := n.stop()
		n.captures["client"].finish(t)
		out := must(t, "tshark", "-n", "-r", n.captures["client"].path, "-Y", "tcp.len > 1500", "-T", "fields", "-e", "frame.number")
		if super := len(out); super == 0 {
			t.Error("the client's kernel sent no super-packet")
		}
		if w := n.way(c, "r3", "r4"); w.Corrupted == 0 || w.Duplicated == 0 || n.way(c, "r1", "r2").Dropped["link-loss"] == 0 {
			t.Errorf("the links did nothing: %+v", w)
		}
	})
}

// transfer sends data from the client to the server by TCP, and returns the sum of what arrives.
func (n *network) transfer(t *testing.T, f family, data []byte) (sum [sha256.Size]byte) {
	t.Helper()
	var server net.Listener
	inside(t, n.Server, func() (err error) {
		server, err = net.Listen("tcp", f.port(n.server(f)).String())
		return err
	})
	defer server.Close()
	failed := make(chan error, 1)
	go func() {
		c, err := server.Accept()
		if err == nil {
			defer c.Close()
			c.SetDeadline(time.Now().Add(toolTime))
			hash := sha256.New()
			_, err = io.Copy(hash, c)
			hash.Sum(sum[:0])
		}
		failed <- err
	}()
	inside(t, n.Client, func() error {
		c, err := net.DialTimeout("tcp", f.port(n.server(f)).String(), patience)
		if err != nil {
			return err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(toolTime))
		_, err = c.Write(data)
		return err
	})
	if err := <-failed; err != nil {
		t.Fatal(fmt.Errorf("the server: %w", err))
	}
	return sum
}
