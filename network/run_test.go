package network

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/tundev"
)

// hosts are h1 on left, h2 on right, and the router's address on left, in both families.
var hosts = [][3]string{{"10.1.0.2", "10.2.0.2", "10.1.0.1"}, {"fd00:1::2", "fd00:2::2", "fd00:1::1"}}

// payload is the last layer of a datagram, and its TTL.
func payload(b []byte) (octets []byte, ttl uint8) {
	first := layers.LayerTypeIPv4
	if b[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	packet := gopacket.NewPacket(b, first, gopacket.Default)
	if ip, ok := packet.NetworkLayer().(*layers.IPv4); ok {
		return ip.Payload, ip.TTL
	}
	ip := packet.NetworkLayer().(*layers.IPv6)
	return ip.Payload, ip.HopLimit
}

func TestForwardBetweenDevices(t *testing.T) {
	l := newLab(t, twoLinks())
	l.run()
	for _, host := range hosts {
		for id := range 300 { // more than a batch
			l.inject("left", udp(host[0], host[1], id, 100))
			l.inject("right", udp(host[1], host[0], id, 1000))
		}
		for id := range 300 {
			for device, sent := range map[string][]byte{"right": udp(host[0], host[1], id, 100), "left": udp(host[1], host[0], id, 1000)} {
				want, _ := payload(sent)
				if got, ttl := payload(l.receive(device)); ttl != 63 || !bytes.Equal(got, want) {
					t.Fatalf("%s: packet %d came with TTL %d, its payload the same: %v", device, id, ttl, bytes.Equal(got, want))
				}
			}
		}
	}
	if c := l.counters(); c.Forwarded != 1200 || c.Received != 1200 {
		t.Errorf("received %d, forwarded %d, wanted 1200", c.Received, c.Forwarded)
	}
	for _, link := range l.net.Stats()[0].Links {
		if link.Received != 600 || link.Sent != 600 || link.Refused != 0 || !link.Up {
			t.Errorf("%+v: wanted 600 packets each way", link)
		}
	}
}

// wantReply takes the fragments of an echo reply, naively.
func (l *lab) wantReply(device string, request []byte) {
	l.t.Helper()
	want, _ := payload(request)
	var got []byte
	for more := true; more; {
		b := l.receive(device)
		packet := gopacket.NewPacket(b, layers.LayerTypeIPv4, gopacket.Default)
		if b[0]>>4 == 6 {
			packet = gopacket.NewPacket(b, layers.LayerTypeIPv6, gopacket.Default)
		}
		offset := 0
		part, _ := payload(b)
		more = false
		if ip, ok := packet.NetworkLayer().(*layers.IPv4); ok {
			offset, more = int(ip.FragOffset)*8, ip.Flags&layers.IPv4MoreFragments != 0
		} else if f, ok := packet.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment); ok {
			offset, more, part = int(f.FragmentOffset)*8, f.MoreFragments, f.Payload
		}
		if offset != len(got) {
			l.t.Fatalf("a fragment at %d, wanted %d", offset, len(got))
		}
		got = append(got, part...)
	}
	if len(got) != len(want) || !bytes.Equal(got[4:], want[4:]) {
		l.t.Fatalf("a reply of %d octets that differ from the request's %d", len(got), len(want))
	}
}

// A reply of more fragments than the pool has packets is flushed in between.
func TestEchoInMoreFragmentsThanThePool(t *testing.T) {
	plan := twoLinks()
	plan.Nodes[0].Interfaces[0].MTU = 68
	plan.Nodes[0].Interfaces[0].Addresses = plan.Nodes[0].Interfaces[0].Addresses[:1]
	l := newLab(t, plan)
	for id := range 3 { // forwarded ones between them
		l.inject("left", udp("10.1.0.2", "10.2.0.2", id, 32))
		l.inject("left", echo("10.1.0.2", "10.1.0.1", id, 15000+id))
	}
	l.run()
	for id := range 3 {
		l.wantReply("left", echo("10.1.0.2", "10.1.0.1", id, 15000+id))
		want, _ := payload(udp("10.1.0.2", "10.2.0.2", id, 32))
		if got, _ := payload(l.receive("right")); !bytes.Equal(got, want) {
			t.Errorf("packet %d was changed on its way", id)
		}
	}
	l.inject("left", echo("10.1.0.2", "10.1.0.1", 9, 48000)) // 1001 fragments
	l.wantReply("left", echo("10.1.0.2", "10.1.0.1", 9, 48000))
}

// A whole batch of replies, each in fragments: what is lent and not sent costs nothing.
func TestBatchOfRepliesInFragments(t *testing.T) {
	for _, host := range hosts {
		l := newLab(t, twoLinks())
		for id := range batchSize {
			l.inject("right", echo(host[1], host[2], id, 1420+id%8))
		}
		l.run()
		for id := range batchSize {
			l.wantReply("right", echo(host[1], host[2], id, 1420+id%8))
		}
		if c := l.counters(); c.Delivered != batchSize || c.Fragments != 2*batchSize {
			t.Errorf("delivered %d, fragments %d", c.Delivered, c.Fragments)
		}
	}
}

// A reply that nobody can have is lent and not sent too.
func TestPoolIsWholeAfterBatches(t *testing.T) {
	l := newLab(t, twoLinks())
	stop := l.run()
	for round := range 5 {
		for id := range 100 {
			l.inject("left", echo(hosts[0][0], hosts[0][2], id, 3000))
			l.inject("left", udp(hosts[1][0], "2001:db8::1", id, 30))
		}
		eventually(t, "all are delivered", func() bool { return l.counters().Delivered == uint64(100*(round+1)) })
		for range 300 {
			l.receive("left")
		}
		for { // the errors that the limiter let through
			if _, ok := l.opener.Device("left").Receive(0); !ok {
				break
			}
		}
	}
	stop()
	free := map[any]bool{}
	pool := &l.net.workers[0].pool
	for _, p := range pool.free {
		free[p] = true
	}
	if len(free) != poolSize || len(pool.free) != poolSize {
		t.Errorf("%d packets are free, %d different ones, wanted %d", len(pool.free), len(free), poolSize)
	}
}

var errRefused = errors.New("refused")

func TestRunEndsAndCloseClosesAll(t *testing.T) {
	l := newLab(t, twoLinks())
	for range 3 { // it can run again
		stop := l.run()
		l.inject("left", udp(hosts[0][0], hosts[0][1], 1, 32))
		l.receive("right")
		stop()
	}
	if err := l.net.Close(); err != nil {
		t.Error(err)
	}
	if n := l.opener.open(); n != 0 {
		t.Errorf("%d devices are open after Close", n)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	n, err := New(twoLinks(), &opener{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Run(ended); err != nil { // a context that has ended already
		t.Error(err)
	}
	n.Close()
}

// Stats can be asked while packets move, while Run begins and while it ends.
func TestStatsWhileRunning(t *testing.T) {
	l := newLab(t, twoLinks())
	done := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for last := uint64(0); ; {
				select {
				case <-done:
					return
				default:
				}
				c := l.counters()
				if c.Received < last {
					t.Errorf("received %d after %d", c.Received, last)
				}
				last = c.Received
			}
		})
	}
	for range 20 {
		stop := l.run()
		for id := range 50 {
			l.inject("left", udp(hosts[0][0], hosts[0][1], id, 32))
		}
		for range 50 {
			l.receive("right")
		}
		stop()
	}
	close(done)
	asking.Wait()
	if c := l.counters(); c.Forwarded != 1000 {
		t.Errorf("forwarded %d, wanted 1000", c.Forwarded)
	}
}

// Fragments expire by the network's clock, which wakes the worker in time.
func TestExpire(t *testing.T) {
	l := newLab(t, twoLinks())
	if timeout := l.net.workers[0].timeout(); timeout != forever {
		t.Errorf("a timeout of %v, and nothing waits", timeout)
	}
	first := ip(hosts[0][0], hosts[0][2], 7, layers.IPProtocolUDP, true, &layers.UDP{SrcPort: 1, DstPort: 2}, pattern(0, 72))
	stop := l.run()
	l.inject("left", first)
	eventually(t, "the fragment is held", func() bool { return l.counters().Held == 1 })
	stop()
	if timeout := l.net.workers[0].timeout(); timeout <= 0 || timeout > time.Minute {
		t.Errorf("a timeout of %v, wanted up to a minute", timeout)
	}
	w := l.net.workers[0]
	w.now = clock() + time.Minute
	w.expire()
	b := l.receive("left")
	if octets, _ := payload(b); octets[0] != 11 || octets[1] != 1 || !bytes.Equal(octets[8:], first) {
		t.Errorf("sent % x, wanted reassembly time exceeded with the fragment", b)
	}
	if c := l.counters(); c.Held != 0 || c.Dropped[drop.ReassemblyTimeout] != 1 {
		t.Errorf("held %d, timed out %d", c.Held, c.Dropped[drop.ReassemblyTimeout])
	}
}

var _ tundev.Opener = (*opener)(nil)
