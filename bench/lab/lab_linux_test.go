package lab

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/bench/traffic"
	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestMain lets the test's own program be the children that a lab starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		if err := Child(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// kernelLab is a lab with Linux as its router.
func kernelLab(t *testing.T) *Lab {
	t.Helper()
	needs.Root(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l, err := Start(Contender{Name: "kernel", Way: Kernel, RPS: true}, Tools{Self: self, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// count waits until an agent's count is no less than it should be. One too many is
// found by the next count.
func count(t *testing.T, a *traffic.Agent, what string, want uint64, of func(traffic.Counters) uint64) {
	t.Helper()
	var got uint64
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		c, err := a.Counters()
		if err != nil {
			t.Fatal(err)
		}
		if got = of(c); got >= want {
			break
		}
	}
	if got != want {
		t.Errorf("%s: counted %d, want %d", what, got, want)
	}
}

// send sends datagrams from the client with Go's own sockets.
func send(t *testing.T, l *Lab, to netip.AddrPort, n, length, segment int) {
	t.Helper()
	err := l.namespaces[0].Do(func() error {
		conn, err := net.ListenUDP("udp", nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		if segment != 0 {
			raw, err := conn.SyscallConn()
			if err != nil {
				return err
			}
			raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, segment) })
			if err != nil {
				return err
			}
		}
		for range n {
			if _, err := conn.WriteToUDPAddrPort(make([]byte, length), to); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func udp(c traffic.Counters) uint64 { return c.UDPPackets }

// An agent counts what others send: each datagram once, super-packets by their
// segments, and each octet of TCP but the first.
func TestAgentCounts(t *testing.T) {
	l := kernelLab(t)
	for _, to := range []netip.Addr{ServerV4, ServerV6} {
		// Neighbours are found first: few packets wait for them.
		if _, _, err := l.Client.Ping(traffic.Ping{To: to, For: time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	send(t, l, netip.AddrPortFrom(ServerV4, traffic.UDPPort), 500, 18, 0)
	count(t, l.Server, "UDP over IPv4", 500, udp)
	send(t, l, netip.AddrPortFrom(ServerV6, traffic.UDPPort), 300, 18, 0)
	count(t, l.Server, "UDP over IPv6", 800, udp)
	for _, a := range Many(100, false) {
		send(t, l, netip.AddrPortFrom(a, traffic.UDPPort), 1, 18, 0)
	}
	for _, a := range Many(100, true) {
		send(t, l, netip.AddrPortFrom(a, traffic.UDPPort), 1, 18, 0)
	}
	count(t, l.Server, "many addresses", 1000, udp)
	send(t, l, netip.AddrPortFrom(ServerV4, traffic.GROPort), 10, 44*1400+7, 1400)
	count(t, l.Server, "super-packets", 1450, udp)
	send(t, l, netip.AddrPortFrom(RouterV4, traffic.ClosedPort), 100, 18, 0)
	send(t, l, netip.AddrPortFrom(RouterV6, traffic.ClosedPort), 100, 18, 0)
	count(t, l.Client, "errors", 200, func(c traffic.Counters) uint64 { return c.Errors })
	err := l.namespaces[0].Do(func() error {
		conn, err := net.Dial("tcp", netip.AddrPortFrom(ServerV4, 5001).String())
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = conn.Write(append([]byte{'s'}, make([]byte, 1<<20)...))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	count(t, l.Server, "TCP", 1<<20, func(c traffic.Counters) uint64 { return c.TCPBytes })
}

// Pings are answered in both families, and one that is not takes its time.
func TestPing(t *testing.T) {
	l := kernelLab(t)
	for _, to := range []netip.Addr{ServerV4, ServerV6} {
		rtts, lost, err := l.Client.Ping(traffic.Ping{To: to, Every: time.Millisecond, For: 20 * time.Millisecond})
		if err != nil || lost != 0 || len(rtts) == 0 {
			t.Errorf("ping %s: %d answers, %d lost, %v", to, len(rtts), lost, err)
		}
	}
	rtts, lost, err := l.Client.Ping(traffic.Ping{To: netip.MustParseAddr("10.1.0.77"), For: time.Millisecond})
	if err != nil || lost != 1 || rtts[0] != 250_000 {
		t.Errorf("ping of nobody: %v, %d lost, %v", rtts, lost, err)
	}
}

func TestUnknownLoad(t *testing.T) {
	l := kernelLab(t)
	if err := l.Client.Start(traffic.Load{Kind: "no such load"}); err == nil {
		t.Error("it is sent")
	}
}

// Packets go through every router of a row, of either kind, in both families, and back:
// the last of them has one TTL left, and with one less none comes.
func TestRow(t *testing.T) {
	needs.Root(t)
	dir := t.TempDir()
	router := filepath.Join(dir, "icmprouter")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", router, "github.com/icmprouter/icmprouter/cmd/icmprouter").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []Way{Kernel, Router} {
		const row = 5
		l, err := Start(Contender{Name: "row", Way: way, Row: row}, Tools{Self: self, Router: router, Dir: dir})
		if err != nil {
			t.Fatal(way, err)
		}
		defer l.Close()
		if l.Ready <= 0 {
			t.Errorf("%s: set up in %v", way, l.Ready)
		}
		for _, to := range []netip.Addr{ServerV4, ServerV6} {
			rtts, lost, err := l.Client.Ping(traffic.Ping{To: to, Every: 10 * time.Millisecond, For: 100 * time.Millisecond})
			if err != nil || lost != 0 || len(rtts) == 0 {
				t.Errorf("%s: %d pings to %s, %d lost, %v", way, len(rtts), to, lost, err)
			}
			for _, ttl := range []int{row, row + 1} {
				before, _ := l.Server.Counters()
				load := traffic.Load{Kind: traffic.UDP, To: []netip.Addr{to}, Port: traffic.UDPPort, Sizes: []int{18}, TTL: ttl, Errors: true}
				if err := l.Client.Start(load); err != nil {
					t.Fatal(err)
				}
				time.Sleep(50 * time.Millisecond)
				if err := l.Client.Stop(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(traffic.Settle)
				after, err := l.Server.Counters()
				if came := after.UDPPackets - before.UDPPackets; err != nil || (came > 0) != (ttl > row) {
					t.Errorf("%s: %d packets with TTL %d came to %s behind %d routers, %v", way, came, ttl, to, row, err)
				}
			}
		}
	}
}
