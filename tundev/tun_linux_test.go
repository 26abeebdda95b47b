package tundev

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
	"github.com/vishvananda/netlink"
)

// TestNothingLeaks opens and closes each device and looks for what is left.
func TestNothingLeaks(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		s := NewSystem(nil)
		spec := specIn(ns.Path())
		// What the first Open starts may stay: Go's poller, threads.
		for range 2 {
			d, err := s.Open(spec)
			if err != nil {
				t.Fatal(err)
			}
			d.Close()
		}
		fds, goroutines := holdings()
		for range 5 {
			d, err := s.Open(spec)
			if err != nil {
				t.Fatal(err)
			}
			if !linkExists(t, ns, "tun7") {
				t.Fatal("no link after Open")
			}
			d.Close()
			if linkExists(t, ns, "tun7") {
				t.Fatal("the link is still there after Close")
			}
			spec.Addresses = append(spec.Addresses, netip.MustParsePrefix("ff02::1/64"))
			if _, err := s.Open(spec); err == nil {
				t.Fatal("opened with a multicast address")
			}
			if linkExists(t, ns, "tun7") {
				t.Fatal("the link is still there after a failed Open")
			}
			spec = specIn(ns.Path())
		}
		wantNoMore(t, fds, goroutines)
	})
}

// TestVanished deletes the link under the device.
func TestVanished(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		spec := specIn(ns.Path())
		s, d := open(t, spec)
		if err := s.Present(d, spec); err != nil {
			t.Fatalf("Present before: %v", err)
		}
		deleteLink(t, ns, "tun7")
		if !pollable(d, patience) {
			t.Error("does not poll when the link is gone")
		}
		if err := s.Present(d, spec); !errors.Is(err, ErrGone) {
			t.Errorf("Present: %v, want ErrGone", err)
		}
		if n, err := d.Write([]*wire.Packet{outgoing(datagram(t, far4, near4, 100, 0))}); n != 0 || !errors.Is(err, ErrGone) {
			t.Errorf("Write: %d, %v, want ErrGone", n, err)
		}
		if _, err := fill(d, batch(4)); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "tun7 in ") {
			t.Errorf("Read: %v, want ErrGone with the device's name", err)
		}
	})
}

// TestMovedAndRenamed takes the link from where the spec wants it.
func TestMovedAndRenamed(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns, other := anonymous(t), anonymous(t)
		spec := specIn(ns.Path())
		s, d := open(t, spec)
		rename := func(to string) func(*netlink.Handle, netlink.Link) error {
			return func(h *netlink.Handle, link netlink.Link) error { return h.LinkSetName(link, to) }
		}
		setLink(t, ns, "tun7", rename("tun8"))
		if err := s.Present(d, spec); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "renamed to tun8") {
			t.Errorf("renamed: %v, want ErrGone", err)
		}
		setLink(t, ns, "tun8", rename("tun7"))
		if err := s.Present(d, spec); err != nil {
			t.Errorf("named as before: %v", err)
		}
		setLink(t, ns, "tun7", func(h *netlink.Handle, link netlink.Link) error {
			return h.LinkSetNsFd(link, int(other.file.Fd()))
		})
		if err := s.Present(d, spec); !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "another namespace") {
			t.Errorf("moved: %v, want ErrGone", err)
		}
	})
}

// TestDown writes while the link is down: refused, and the device lives.
func TestDown(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		_, d := open(t, specIn(ns.Path()))
		packets := []*wire.Packet{outgoing(datagram(t, far4, near4, 100, 0))}
		setLink(t, ns, "tun7", (*netlink.Handle).LinkSetDown)
		if n, err := d.Write(packets); n != 0 || err != errDown {
			t.Errorf("Write while down: %d, %v, want %v", n, err, errDown)
		}
		setLink(t, ns, "tun7", (*netlink.Handle).LinkSetUp)
		if n, err := d.Write(packets); n != 1 || err != nil {
			t.Errorf("Write when up again: %d, %v", n, err)
		}
	})
}

// TestRefusedInTheMiddle puts what is no IP between two packets.
func TestRefusedInTheMiddle(t *testing.T) {
	eachTUN(t, func(t *testing.T, specIn func(netns string) Spec) {
		ns := anonymous(t)
		_, d := open(t, specIn(ns.Path()))
		good := datagram(t, far4, near4, 100, 0)
		packets := []*wire.Packet{outgoing(good), outgoing([]byte("\x00 is no version of IP")), outgoing(good)}
		n, err := d.Write(packets)
		if n != 1 || err == nil || errors.Is(err, ErrGone) {
			t.Errorf("Write: %d, %v, want the packet at 1 refused", n, err)
		}
		if n, err := d.Write(packets[2:]); n != 1 || err != nil {
			t.Errorf("Write of the next: %d, %v", n, err)
		}
	})
}

// tuns are the ways to open a device through the kernel.
var tuns = []struct {
	name string
	spec Spec
}{
	{"kernel", Spec{Backend: Kernel}},
	{"kernel, direct", Spec{Backend: Kernel, Engine: EngineDirect}},
	{"kernel, uring", Spec{Backend: Kernel, Engine: EngineRing}},
	{"kernel, uring, no offloads", Spec{Backend: Kernel, Engine: EngineRing, NoOffloads: true}},
	{"kernel, no offloads", Spec{Backend: Kernel, NoOffloads: true}},
	{"wireguard", Spec{Backend: WireGuard}},
	{"water", Spec{Backend: Water}},
}

// eachTUN runs a test on every one of them.
func eachTUN(t *testing.T, test func(t *testing.T, specIn func(netns string) Spec)) {
	for _, kind := range tuns {
		t.Run(kind.name, func(t *testing.T) {
			test(t, func(netns string) Spec { return like(kind.spec, netns) })
		})
	}
}

func linkExists(t *testing.T, ns *Namespace, name string) (exists bool) {
	t.Helper()
	err := ns.Do(func() error {
		_, err := net.InterfaceByName(name)
		exists = err == nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return exists
}

func deleteLink(t *testing.T, ns *Namespace, name string) {
	t.Helper()
	setLink(t, ns, name, (*netlink.Handle).LinkDel)
}

// setLink does something to a link through netlink.
func setLink(t *testing.T, ns *Namespace, name string, do func(*netlink.Handle, netlink.Link) error) {
	t.Helper()
	err := ns.Do(func() error {
		s, err := openSide(name)
		if err != nil {
			return err
		}
		defer s.Close()
		return do(s.Handle, s.link)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// eventually asks until wrong has nothing to say.
func eventually(t *testing.T, wrong func() string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		problem := wrong()
		if problem == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Error(problem)
			return
		}
	}
}
