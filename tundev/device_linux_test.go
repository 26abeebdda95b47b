package tundev

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// eachBackend runs a test on every backend, with a device and its other side.
func eachBackend(t *testing.T, test func(t *testing.T, d Device, p peer)) {
	t.Run("memory", func(t *testing.T) {
		s, d := open(t, specFor(Memory, ""))
		test(t, d, memoryPeer{s.Memory().Device("tun7")})
	})
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		_, d := open(t, specIn(ns.Path()))
		p := newPacketPeer(t, ns, "tun7")
		drain(t, d)
		test(t, d, p)
	})
}

// families are the two ways to ask each question.
var families = []struct {
	name      string
	near, far netip.Addr
	// beyond is nobody's: the kernel is silent about what comes for it.
	beyond   netip.Addr
	shortest int
}{
	{"ipv4", near4, far4, netip.MustParseAddr("203.0.113.9"), 20},
	{"ipv6", near6, far6, netip.MustParseAddr("2001:db8:9::9"), 40},
}

func TestDatagramsBothWays(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		for _, f := range families {
			for i, size := range []int{f.shortest, 1280, 1500, 9000, 65535} {
				in := datagram(t, f.far, f.beyond, size, i)
				if n, err := d.Write([]*wire.Packet{outgoing(in)}); n != 1 || err != nil {
					t.Fatalf("%s, %d octets: Write: %d, %v", f.name, size, n, err)
				}
				if got := p.receive(t); !bytes.Equal(got, in) {
					t.Errorf("%s: the peer received %d octets, want the %d sent", f.name, len(got), size)
				}
				out := datagram(t, f.near, f.far, size, i)
				p.send(t, out)
				if got := readAll(t, d, 1, 4)[0]; !bytes.Equal(got, out) {
					t.Errorf("%s: read %d octets, want the %d sent", f.name, len(got), size)
				}
			}
		}
	})
}

func TestOrderAndBatches(t *testing.T) {
	const count = 300
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		for _, f := range families {
			var packets []*wire.Packet
			for i := range count {
				packets = append(packets, outgoing(datagram(t, f.far, f.beyond, 100+i, i)))
				p.send(t, datagram(t, f.near, f.far, 100+i, i))
			}
			for i, got := range readAll(t, d, count, 7) {
				if len(got) != 100+i {
					t.Fatalf("%s: read %d octets as number %d, want %d", f.name, len(got), i, 100+i)
				}
			}
			if n, err := d.Write(packets); n != count || err != nil {
				t.Fatalf("%s: Write: %d, %v, want all %d", f.name, n, err, count)
			}
			for i := range count {
				if got := p.receive(t); len(got) != 100+i {
					t.Fatalf("%s: received %d octets as number %d, want %d", f.name, len(got), i, 100+i)
				}
			}
		}
	})
}

func TestReadNeverBlocks(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		if pollable(d, 0) {
			t.Error("polls readable with nothing to read")
		}
		done := make(chan error, 1)
		go func() {
			n, err := fill(d, batch(8))
			if n != 0 {
				err = fmt.Errorf("read %d packets", n)
			}
			done <- err
		}()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatal("Read blocks")
		}
		p.send(t, datagram(t, near4, far4, 100, 0))
		if !pollable(d, patience) {
			t.Error("does not poll readable with a packet to read")
		}
		readAll(t, d, 1, 8)
		if pollable(d, 0) {
			t.Error("polls readable with all read")
		}
		if n, err := fill(d, wire.NewBatch(0, 0, nil)); n != 0 || err != nil {
			t.Errorf("Read into no batch: %d, %v", n, err)
		}
	})
}

func TestCloseFromElsewhere(t *testing.T) {
	eachBackend(t, func(t *testing.T, d Device, p peer) {
		ended := make(chan error, 1)
		out := outgoing(datagram(t, far4, near4, 100, 0))
		go func() {
			packets := batch(8)
			for {
				if _, err := fill(d, packets); err != nil {
					ended <- err
					return
				}
				if _, err := d.Write([]*wire.Packet{out}); err != nil && !errors.Is(err, errFull) {
					ended <- err
					return
				}
			}
		}()
		time.Sleep(20 * time.Millisecond)
		for range 2 {
			if err := d.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		select {
		case err := <-ended:
			if !errors.Is(err, ErrGone) {
				t.Errorf("after Close: %v, want ErrGone", err)
			}
		case <-time.After(patience):
			t.Error("reads and writes go on after Close")
		}
		if d.Name() != "tun7" || d.MTU() != 65535 {
			t.Errorf("name %q, MTU %d, want tun7 and 65535", d.Name(), d.MTU())
		}
	})
}
