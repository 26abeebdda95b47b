package tundev

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/icmprouter/icmprouter/internal/needs"
	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// segment is a TCP segment of size octets of payload, from near to far.
func segment(t *testing.T, near, far netip.Addr, size int) []byte {
	b, _ := superPacket(t, true, near, far, 1000, size, nil)
	return b
}

// twoQueues opens a device, and says that there must be two queues.
func twoQueues(t *testing.T, kind Spec) (*kernelTUN, packetPeer) {
	t.Helper()
	ns := anonymous(t)
	_, d := open(t, like(kind, ns.Path()))
	k := d.(*kernelTUN)
	needs.Kernel(t, len(k.queues) == 2, "eBPF that steers packets into the queues of a TUN (Linux 4.16)")
	p := newPacketPeer(t, ns, "tun7")
	drain(t, d)
	return k, p
}

// TestSteering looks at which queue packets go into.
func TestSteering(t *testing.T) {
	d, p := twoQueues(t, Spec{})
	tcp4, tcp6 := segment(t, near4, far4, 100), segment(t, near6, far6, 100)
	changed := func(b []byte, at int, value byte) []byte {
		b = slices.Clone(b)
		b[at] = value
		return b
	}
	for _, c := range []struct {
		what  string
		b     []byte
		queue int
	}{
		{"TCP in IPv4", tcp4, 1},
		{"TCP in IPv6", tcp6, 1},
		{"UDP in IPv4", datagram(t, near4, far4, 100, 0), 0},
		{"UDP in IPv6", datagram(t, near6, far6, 100, 0), 0},
		{"ICMP", changed(tcp4, 9, 1), 0},
		{"ICMPv6", changed(tcp6, 6, 58), 0},
		{"TCP in IPv4 with another class", changed(tcp4, 1, 0xff), 1},
		{"TCP in IPv6 with another class", changed(tcp6, 0, 0x6f), 1},
		{"a fragment of TCP in IPv4", changed(tcp4, 7, 100), 1},
		{"IPv4 with a 6 where IPv6 has the protocol", changed(datagram(t, near4, far4, 100, 0), 6, 6), 0},
		{"IPv6 with a 6 where IPv4 has the protocol", changed(datagram(t, near6, far6, 100, 0), 9, 6), 0},
		{"IPv6 behind Hop-by-Hop", changed(tcp6, 6, 0), 0},
		{"no whole header", tcp4[:9], 0},
	} {
		p.send(t, c.b)
		got := make([]byte, wire.BufferSize)
		n, err := sysRead(d.queues[c.queue].fd, got)
		if err != nil || !bytes.Equal(got[virtioNetHdrLen:max(n, virtioNetHdrLen)], c.b) {
			t.Errorf("%s: queue %d: %v, %d octets", c.what, c.queue, err, n)
			drain(t, d)
		}
	}
}

// TestSteeringWithSignals has signals come while the kernel looks at the program, as those of Go's runtime do.
func TestSteeringWithSignals(t *testing.T) {
	needs.Root(t)
	done := make(chan bool)
	defer close(done)
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				unix.Kill(unix.Getpid(), unix.SIGURG)
			}
		}
	}()
	for range 2000 {
		program, err := loadSteering()
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(program)
	}
}

// TestPingDoesNotWait has TCP fill its queue before there is a ping.
func TestPingDoesNotWait(t *testing.T) {
	for _, kind := range tuns {
		if kind.spec.Backend != Kernel {
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			d, p := twoQueues(t, kind.spec)
			for _, f := range families {
				const backlog, first = 500, 16
				for i := range backlog {
					p.send(t, segment(t, f.near, f.far, 1+i))
				}
				ping := datagram(t, f.near, f.far, 90, 0)
				p.send(t, ping)
				got := readAll(t, d, backlog+1, 7)
				at := slices.IndexFunc(got, func(b []byte) bool { return bytes.Equal(b, ping) })
				if at < 0 || at >= first {
					t.Errorf("%s: the ping came as number %d", f.name, at)
				}
			}
		})
	}
}

// TestQueuesTakeTurns fills both queues: each keeps its order, and none waits for
// more than one batch of the other.
func TestQueuesTakeTurns(t *testing.T) {
	const backlog, size = 300, 20
	for _, kind := range tuns {
		if kind.spec.Backend != Kernel {
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			d, p := twoQueues(t, kind.spec)
			for _, f := range families {
				for i := range backlog {
					p.send(t, segment(t, f.near, f.far, 1+i))
					p.send(t, datagram(t, f.near, f.far, 100+i, i))
				}
				next := map[gopacket.LayerType]int{}
				for at, b := range readAll(t, d, 2*backlog, size) {
					kind := transport(b, f.near)
					start := map[gopacket.LayerType]int{layers.LayerTypeTCP: len(segment(t, f.near, f.far, 1)), layers.LayerTypeUDP: 100}[kind]
					if len(b) != start+next[kind] {
						t.Fatalf("%s: %d octets as number %d of %v, want %d", f.name, len(b), next[kind], kind, start+next[kind])
					}
					next[kind]++
					tcp, udp := next[layers.LayerTypeTCP], next[layers.LayerTypeUDP]
					if max(tcp-udp, udp-tcp) > size && max(tcp, udp) < backlog {
						t.Fatalf("%s: after %d packets %d of TCP and %d others", f.name, at+1, tcp, udp)
					}
				}
			}
		})
	}
}

// transport is what gopacket takes the payload of a packet for.
func transport(b []byte, from netip.Addr) gopacket.LayerType {
	first := layers.LayerTypeIPv4
	if from.Is6() {
		first = layers.LayerTypeIPv6
	}
	if layer := gopacket.NewPacket(b, first, gopacket.Default).TransportLayer(); layer != nil {
		return layer.LayerType()
	}
	return gopacket.LayerTypeZero
}

// TestEachQueueIsPolled has a packet wait in one queue alone.
func TestEachQueueIsPolled(t *testing.T) {
	d, p := twoQueues(t, Spec{})
	for _, f := range families {
		for _, b := range [][]byte{segment(t, f.near, f.far, 100), datagram(t, f.near, f.far, 100, 0)} {
			if pollable(d, 0) {
				t.Error("polls readable with nothing to read")
			}
			p.send(t, b)
			if !pollable(d, 0) {
				t.Error("does not poll readable with a packet to read")
			}
			if got := readAll(t, d, 1, 4); !bytes.Equal(got[0], b) {
				t.Errorf("read %d octets, want the %d sent", len(got[0]), len(b))
			}
		}
	}
}

// TestOneQueueWillDo has the system refuse each step to a second queue.
func TestOneQueueWillDo(t *testing.T) {
	refuse := func(when func(flags uint16) bool) func(Spec, uint16) (int, error) {
		return func(spec Spec, flags uint16) (int, error) {
			if when(flags) {
				return -1, unix.EINVAL
			}
			return attachTUN(spec, flags)
		}
	}
	for _, c := range []struct {
		what   string
		load   func() (int, error)
		attach func(Spec, uint16) (int, error)
	}{
		{"no program", func() (int, error) { return -1, unix.EPERM }, attachTUN},
		{"no program of ours", func() (int, error) { return unix.Open("/dev/null", unix.O_CLOEXEC, 0) }, attachTUN},
		{"no queues", loadSteering, refuse(func(flags uint16) bool { return flags&unix.IFF_MULTI_QUEUE != 0 })},
		{"no second queue", loadSteering, refuse(func(flags uint16) bool { return flags&unix.IFF_TUN_EXCL == 0 })},
	} {
		t.Run(c.what, func(t *testing.T) {
			ns := anonymous(t)
			fds, goroutines := holdings()
			d := oneQueue(t, ns, c.load, c.attach)
			if now, _ := holdings(); now != fds+1 {
				t.Errorf("%d descriptors, before %d", now, fds)
			}
			p := newPacketPeer(t, ns, "tun7")
			drain(t, d)
			for i, f := range families {
				for _, sent := range [][]byte{segment(t, f.near, f.far, 100), datagram(t, f.near, f.far, 100, i)} {
					p.send(t, sent)
					if got := readAll(t, d, 1, 4)[0]; !bytes.Equal(got, sent) {
						t.Errorf("read %d octets, want the %d sent", len(got), len(sent))
					}
				}
				out := datagram(t, f.far, f.beyond, 100, i)
				if n, err := d.Write([]*wire.Packet{outgoing(out)}); n != 1 || err != nil || !bytes.Equal(p.receive(t), out) {
					t.Errorf("Write: %d, %v", n, err)
				}
			}
			d.Close()
			wantNoMore(t, fds+1, goroutines) // the peer stays
			if linkExists(t, ns, "tun7") {
				t.Error("the link is still there after Close")
			}
		})
	}
}

// oneQueue opens and configures a device as System does.
func oneQueue(t *testing.T, ns *Namespace, load func() (int, error), attach func(Spec, uint16) (int, error)) *kernelTUN {
	t.Helper()
	spec := specFor(Kernel, ns.Path())
	var d *kernelTUN
	err := within(spec.Netns, func(identity) error {
		fds, err := openQueues(spec, load, attach)
		if err != nil {
			return err
		}
		if len(fds) != 1 {
			return fmt.Errorf("%d queues, want one", len(fds))
		}
		if d, err = newKernel(spec, slog.New(slog.DiscardHandler), fds); err != nil {
			return err
		}
		return configure(Spec{}, spec)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
