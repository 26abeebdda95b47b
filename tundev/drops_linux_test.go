package tundev

import (
	"errors"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// TestQueue looks at how the kernel queues what it sends into the device.
func TestQueue(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		open(t, specIn(ns.Path()))
		setLink(t, ns, "tun7", func(h *netlink.Handle, link netlink.Link) error {
			if got := link.Attrs().TxQLen; got != queueLength {
				t.Errorf("the queue is %d packets long, want %d", got, queueLength)
			}
			list, err := h.QdiscList(link)
			for _, q := range list {
				if q.Type() != "noqueue" {
					t.Errorf("queueing discipline %s, want none", q.Type())
				}
			}
			return err
		})
	})
}

// TestDropped sends more than the queue holds, and writes what is no packet.
func TestDropped(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		const tooMany, bad = 100, 3
		ns := anonymous(t)
		_, d := open(t, specIn(ns.Path()))
		p := newPacketPeer(t, ns, "tun7")
		drain(t, d)
		before, beforeFrom, err := d.(Dropper).Dropped()
		if err != nil || before != 0 {
			t.Fatalf("Dropped: %d, %v, want none", before, err)
		}
		b := datagram(t, near4, far4, 100, 0)
		for range queueLength + tooMany {
			if err := unix.Sendto(p.fd, b, 0, p.address(unix.ETH_P_IP)); err != nil && err != unix.ENOBUFS {
				t.Fatal(err)
			}
		}
		for range bad {
			d.Write([]*wire.Packet{outgoing([]byte("\x00 is no version of IP"))})
		}
		to, from, err := d.(Dropper).Dropped()
		// The kernel may have said something of its own meanwhile (MLD).
		if err != nil || to < tooMany || to > tooMany+10 || from-beforeFrom != bad {
			t.Errorf("dropped %d and %d, %v, want %d and %d", to, from-beforeFrom, err, tooMany, bad)
		}
		setLink(t, ns, "tun7", (*netlink.Handle).LinkDel)
		if _, _, err := d.(Dropper).Dropped(); err == nil {
			t.Error("counts of a link that is gone")
		}
	})
}

// TestDroppedElsewhere asks when the name belongs to another namespace by now.
func TestDroppedElsewhere(t *testing.T) {
	ns, other := anonymous(t), anonymous(t)
	_, d := open(t, specFor(Kernel, ns.Path()))
	d.(*kernelTUN).netns = other.Path()
	if _, _, err := d.(Dropper).Dropped(); !errors.Is(err, ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
}

// BenchmarkDropped asks for the kernel's counters.
func BenchmarkDropped(b *testing.B) {
	ns, err := NewNamespace()
	if err != nil {
		b.Skip(err)
	}
	defer ns.Close()
	d, err := NewSystem(nil).Open(specFor(Kernel, ns.Path()))
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	for b.Loop() {
		if _, _, err := d.(Dropper).Dropped(); err != nil {
			b.Fatal(err)
		}
	}
}
