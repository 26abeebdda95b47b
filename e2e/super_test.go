//go:build linux

package e2e

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// inside runs f on a thread of its own in a namespace: sockets that it opens stay there.
func inside(t *testing.T, netns string, f func() error) {
	t.Helper()
	ended := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked, so that the thread ends here
		ns, err := os.Open(namespacePath(netns))
		if err == nil {
			err = errors.Join(unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET), ns.Close())
		}
		if err == nil {
			err = f()
		}
		ended <- err
	}()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// gso is a sender of UDP super-packets.
type gso struct {
	size, segments int
	ttl            int // 0: the system's
	discover       int // as IP_MTU_DISCOVER
}

// send sends one super-packet from the client to an address. Each of its segments
// begins with its number, from first on.
func (g gso) send(t *testing.T, r *router, to netip.AddrPort, first int) {
	t.Helper()
	inside(t, r.Client, func() error {
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
		if err != nil {
			return err
		}
		defer c.Close()
		raw, err := c.SyscallConn()
		if err != nil {
			return err
		}
		var failed error
		err = raw.Control(func(fd uintptr) {
			set := func(level, option, value int) {
				failed = errors.Join(failed, unix.SetsockoptInt(int(fd), level, option, value))
			}
			set(unix.IPPROTO_UDP, unix.UDP_SEGMENT, g.size)
			level, ttl, discover := unix.IPPROTO_IP, unix.IP_TTL, unix.IP_MTU_DISCOVER
			if to.Addr().Is6() {
				level, ttl, discover = unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, unix.IPV6_MTU_DISCOVER
			}
			if g.ttl != 0 {
				set(level, ttl, g.ttl)
			}
			set(level, discover, g.discover)
		})
		_, sent := c.Write(g.payload(first))
		return errors.Join(err, failed, sent)
	})
}

// payload is that of a super-packet; its last segment is shorter.
func (g gso) payload(first int) (b []byte) {
	for i := range g.segments {
		segment := make([]byte, g.size)
		for k := range segment {
			segment[k] = byte(k * (first + i))
		}
		binary.BigEndian.PutUint32(segment, uint32(first+i))
		b = append(b, segment...)
	}
	return b[:len(b)-g.size/3]
}

// receive opens a socket on the server, and returns what reads the next datagram
// from it.
func receive(t *testing.T, r *router) (next func() []byte) {
	t.Helper()
	var c *net.UDPConn
	inside(t, r.Server, func() (err error) {
		if c, err = net.ListenUDP("udp", &net.UDPAddr{Port: 9000}); err == nil {
			raw, _ := c.SyscallConn()
			raw.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20)
			})
		}
		return err
	})
	t.Cleanup(func() { c.Close() })
	return func() []byte {
		t.Helper()
		b := make([]byte, 65536)
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := c.Read(b)
		if err != nil {
			t.Fatalf("nothing more came to the server: %v", err)
		}
		return b[:n]
	}
}

// wantSegments reads what a super-packet stands for, in order.
func (g gso) wantSegments(t *testing.T, next func() []byte, first int) {
	t.Helper()
	for want := range slices.Chunk(g.payload(first), g.size) {
		if got := next(); !slices.Equal(got, want) {
			t.Fatalf("from segment %d on: came %d octets % x…, want %d octets % x…", first, len(got), got[:min(8, len(got))], len(want), want[:8])
		}
	}
}

func (f family) port(address string) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(address), 9000)
}

// super is a filter for super-packets.
const super = "(ip.len > 1500 || ipv6.plen > 1460)"

// TestUDPSegments sees super-packets of UDP cross the node whole, and arrive as the
// datagrams that their sender meant.
func TestUDPSegments(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, offloads := range []bool{true, false} {
			t.Run(fmt.Sprint("offloads ", offloads), func(t *testing.T) {
				p := newTopology(t)
				p.File = fmt.Sprintf(`"offloads": %t`, offloads)
				r := start(t, p)
				next, g, packets := receive(t, r), gso{size: 1200, segments: 20}, 0
				for range 20 {
					g.send(t, r, f.port(f.server), packets)
					g.wantSegments(t, next, packets)
					packets += g.segments
				}
				c := r.stop()
				if c.Forwarded != uint64(packets) {
					t.Errorf("forwarded %d datagrams, want %d", c.Forwarded, packets)
				}
				crossed := dissect(t, r.captures["right"].path, "udp && "+super, "frame.number")
				if whole := len(crossed) == 20; whole != offloads {
					t.Errorf("%d super-packets crossed the node whole", len(crossed))
				}
			})
		}
	})
}

// TestSuperPacketExpires wants one error about a super-packet, which quotes the
// first of the datagrams that it stands for: its length, and its checksums.
func TestSuperPacketExpires(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		gso{size: 100, segments: 10, ttl: 1}.send(t, r, f.port(f.server), 0)
		r.ping(t, f.left) // what came before is done
		c := r.stop()
		c.wantDropped(t, "ttl-expired", 10)
		c.wantSent(t, "ttl-exceeded", 1)
		r.wantWritten(t, "left", f.says("icmp.type == 11", "icmpv6.type == 3"),
			[]string{f.says("ip.len", "ipv6.plen"), "udp.length", "udp.checksum.status", f.says("ip.checksum.status", "ipv6.hlim")},
			f.says("156,128 108 1 1,1", "156,108 108 1 64,1"))
	})
}

// TestSuperPacketTooBig wants one error where it must not be cut, and whole
// datagrams where it may.
func TestSuperPacketTooBig(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		next := receive(t, r)
		g := gso{size: 1400, segments: 10, discover: unix.IP_PMTUDISC_PROBE}
		g.send(t, r, f.port(f.server), 0)
		fragments := uint64(0)
		if f.name == "4" {
			g.discover = unix.IP_PMTUDISC_INTERFACE // without DF, whatever the error has taught the kernel
			g.send(t, r, f.port(f.server), 10)
			g.wantSegments(t, next, 10)
			fragments = 2 * 9 // the last fits
		} else {
			gso{size: 1200, segments: 2}.send(t, r, f.port(f.server), 10)
			gso{size: 1200, segments: 2}.wantSegments(t, next, 10)
		}
		c := r.stop()
		c.wantDropped(t, "too-big", 10)
		c.wantSent(t, "too-big", 1)
		if c.Fragments != fragments {
			t.Errorf("%d fragments, want %d", c.Fragments, fragments)
		}
		r.wantWritten(t, "left", f.says("icmp.type == 3", "icmpv6.type == 2"),
			[]string{f.says("icmp.mtu", "icmpv6.mtu"), "udp.length", f.says("ip.len", "ipv6.plen")},
			f.says("1400 1408 576,1428", "1400 1408 1240,1408"))
	})
}

// TestTCPSegments wants a flow of super-packets, and few errors and segments sent
// again: only what was under way when the path MTU became known.
func TestTCPSegments(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		found := iperf(t, r, f, "-n", "20M")
		if found.End.Received.Bytes == 0 || found.End.Sent.Retransmits > 300 { // of some 15,000
			t.Errorf("%d octets came, %d segments were sent again", found.End.Received.Bytes, found.End.Sent.Retransmits)
		}
		c := r.stop()
		if n := c.Messages["too-big"].Sent; n == 0 || n > 10 {
			t.Errorf("%d errors about packets too big, want one or few", n)
		}
		if n := len(dissect(t, r.captures["right"].path, "tcp && "+super, "frame.number")); n < 100 {
			t.Errorf("%d super-packets crossed the node", n)
		}
	})
}

// TestMissed stops the router for longer than the queue of its device is: what
// the kernel drops meanwhile is in the counters, and no packet is nowhere.
func TestMissed(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		const sent = 20000
		r := start(t, newTopology(t))
		r.process.Process.Signal(syscall.SIGSTOP)
		await(t, "the stop", func() bool {
			stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.process.Process.Pid))
			return strings.Contains(string(stat), ") T ")
		})
		inside(t, r.Client, func() error {
			c, err := net.Dial("udp", f.port(f.server).String())
			for i := 0; i < sent && err == nil; i++ {
				_, err = c.Write([]byte("one of many"))
			}
			return err
		})
		r.process.Process.Signal(syscall.SIGCONT)
		want(t, r.client(t, "ping", "-n", "-c", "5", "-i", "0.2", "-W", "5", f.left), `bytes from`) // what came before is done
		c := r.stop()
		left := c.Links[0]
		if left.Missed == 0 || left.Missed+c.Forwarded < sent || left.Missed+left.Received > sent+50 || left.Lost != 0 {
			t.Errorf("of %d packets %d were forwarded, %d of all received, and %d missed", sent, c.Forwarded, left.Received, left.Missed)
		}
	})
}
