package tundev

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// addressesOf lists the addresses of a link that were given to it, as the
// standard library reads them.
func addressesOf(t *testing.T, ns *Namespace, name string) (list []string, mtu int) {
	t.Helper()
	err := ns.Do(func() error {
		link, err := net.InterfaceByName(name)
		if err != nil {
			return err
		}
		mtu = link.MTU
		addrs, err := link.Addrs()
		for _, a := range addrs {
			if !strings.HasPrefix(a.String(), "fe80:") {
				list = append(list, a.String())
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list, mtu
}

// reaches says that the kernel has a route to the address.
func reaches(t *testing.T, ns *Namespace, addr string) bool {
	t.Helper()
	err := ns.Do(func() error {
		conn, err := net.Dial("udp", net.JoinHostPort(addr, "9"))
		if err == nil {
			conn.Close()
		}
		return err
	})
	if err != nil && !errors.Is(err, unix.ENETUNREACH) {
		t.Fatal(err)
	}
	return err == nil
}

func prefixes(list ...string) (p []netip.Prefix) {
	for _, s := range list {
		p = append(p, netip.MustParsePrefix(s))
	}
	return p
}

func TestConfigure(t *testing.T) {
	ns := anonymous(t)
	spec := specFor(Kernel, ns.Path())
	spec.Addresses, spec.Routes = nil, nil
	s, d := open(t, spec)
	for _, step := range []struct {
		what              string
		mtu               int
		addresses, routes []netip.Prefix
		reach, lost       []string
	}{
		{"first", 1500, prefixes("192.0.2.1/24", "2001:db8:1::1/64"), prefixes("198.51.100.0/24", "2001:db8:2::/64"),
			[]string{"192.0.2.9", "198.51.100.9", "2001:db8:1::9", "2001:db8:2::9"}, []string{"203.0.113.9", "2001:db8:9::9"}},
		{"a secondary address outlives its primary", 1400, prefixes("192.0.2.2/24", "2001:db8:1::2/64"), prefixes("0.0.0.0/0", "::/0"),
			[]string{"192.0.2.9", "198.51.100.9", "203.0.113.9", "2001:db8:9::9"}, nil},
		{"routes that are there: ours, and the kernel's own", 1400, prefixes("192.0.2.2/24", "2001:db8:1::2/64"),
			prefixes("0.0.0.0/0", "::/0", "192.0.2.0/24", "2001:db8:1::/64"), []string{"192.0.2.9", "203.0.113.9", "2001:db8:9::9"}, nil},
		{"below the MTU of IPv6", 1000, prefixes("192.0.2.2/24"), prefixes("203.0.113.7/24"),
			[]string{"203.0.113.9"}, []string{"198.51.100.9", "2001:db8:1::9"}},
		{"above it again", 1280, prefixes("2001:db8:1::2/64"), prefixes("2001:db8:9::/48"),
			[]string{"2001:db8:1::9", "2001:db8:9::9"}, []string{"192.0.2.9", "203.0.113.9"}},
		{"nothing", 9000, nil, nil, nil, []string{"192.0.2.9", "2001:db8:1::9", "2001:db8:9::9"}},
	} {
		spec.MTU, spec.Addresses, spec.Routes = step.mtu, step.addresses, step.routes
		if err := s.Configure(d, spec); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		var want []string
		for _, p := range step.addresses {
			want = append(want, p.String())
		}
		slices.Sort(want)
		got, mtu := addressesOf(t, ns, "tun7")
		if !slices.Equal(got, want) || mtu != step.mtu || d.MTU() != step.mtu {
			t.Errorf("%s: addresses %v, MTU %d and %d, want %v and %d", step.what, got, mtu, d.MTU(), want, step.mtu)
		}
		for _, addr := range step.reach {
			if !reaches(t, ns, addr) {
				t.Errorf("%s: no route to %s", step.what, addr)
			}
		}
		for _, addr := range step.lost {
			if reaches(t, ns, addr) {
				t.Errorf("%s: still a route to %s", step.what, addr)
			}
		}
	}
}

func TestConfigureFailsWhole(t *testing.T) {
	ns := anonymous(t)
	spec := specFor(Kernel, ns.Path())
	spec.MTU = 1500
	s, d := open(t, spec)
	before, _ := addressesOf(t, ns, "tun7")
	wrong := spec
	wrong.MTU, wrong.Routes = 1400, nil
	wrong.Addresses = prefixes("198.51.100.1/24", "ff02::1/64")
	if err := s.Configure(d, wrong); err == nil || !strings.Contains(err.Error(), "cannot add address ff02::1/64") {
		t.Errorf("Configure: %v", err)
	}
	after, mtu := addressesOf(t, ns, "tun7")
	if !slices.Equal(before, after) || mtu != 1500 || d.MTU() != 1500 || !reaches(t, ns, "203.0.113.9") {
		t.Errorf("left with %v, MTU %d, want %v and 1500 and the default route", after, mtu, before)
	}
	wrong = spec
	wrong.Name = "other"
	if err := s.Configure(d, wrong); err == nil {
		t.Error("configured another name")
	}
}

// TestUsableAtOnce writes to an address of the kernel's side right after Open.
// Now and then the kernel is late with the first, so it is asked many times.
func TestUsableAtOnce(t *testing.T) {
	ns := anonymous(t)
	s := NewSystem(nil)
	for _, f := range families {
		conn := listen(t, ns, netip.IPv6Unspecified())
		for i := range 20 {
			d, err := s.Open(specFor(Kernel, ns.Path()))
			if err != nil {
				t.Fatal(err)
			}
			conn.SetDeadline(time.Now().Add(patience))
			d.Write([]*wire.Packet{outgoing(datagram(t, f.far, f.near, 100, i))})
			if _, _, err := conn.ReadFromUDPAddrPort(make([]byte, 100)); err != nil {
				t.Fatalf("%s: Open number %d: %v", f.name, i, err)
			}
			d.Close()
		}
		conn.Close()
	}
}

// TestQuiet looks for what the kernel says unasked: it must ask no router for
// advertisements.
func TestQuiet(t *testing.T) {
	ns := anonymous(t)
	_, d := open(t, specFor(Kernel, ns.Path()))
	packets := batch(4)
	for end := time.Now().Add(1500 * time.Millisecond); pollable(d, time.Until(end)); {
		_, err := fill(d, packets)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets.Packets() {
			if p.Data[0]>>4 == 6 && p.Data[6] == 58 && p.Data[40] == 133 {
				t.Errorf("a router solicitation: %x", p.Data)
			}
			t.Logf("% x", p.Data)
		}
	}
}
