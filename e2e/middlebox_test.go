//go:build linux

package e2e

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// upload sends octets from the client to the server by TCP, and says how many have arrived when all have, or
// when nothing has come for a while.
func (r *router) upload(t *testing.T, f family, octets int, pause time.Duration) (arrived int) {
	t.Helper()
	var server net.Listener
	address := net.JoinHostPort(f.server, "5001")
	inside(t, r.Server, func() (err error) {
		server, err = net.Listen("tcp", address)
		return err
	})
	defer server.Close()
	inside(t, r.Client, func() error {
		c, err := net.DialTimeout("tcp", address, patience)
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			c.SetDeadline(time.Now().Add(toolTime))
			c.Write(make([]byte, octets))
		}()
		return nil
	})
	c, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buffer := make([]byte, 64<<10)
	for {
		c.SetReadDeadline(time.Now().Add(pause))
		n, err := c.Read(buffer)
		arrived += n
		if err != nil {
			if err != io.EOF && n > 0 {
				continue
			}
			return arrived
		}
	}
}

// refuse fails t if a pattern matches somewhere in text.
func refuse(t *testing.T, text, pattern string) {
	t.Helper()
	if regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("want no %q in:\n%s", pattern, text)
	}
}

// TestClampedMSS sees the MSS in both directions as boxes leave it: announced less than the kernels say.
func TestClampedMSS(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		p := newTopology(t)
		p.Right = `"middlebox": { "out": { "mss": 1000 }, "in": { "mss": 1100 } }`
		r := start(t, p)
		if got := r.upload(t, f, 100_000, patience); got != 100_000 {
			t.Errorf("%d octets arrived", got)
		}
		c := r.stop()
		r.wantWritten(t, "right", "tcp.flags.syn == 1", []string{"tcp.options.mss_val"}, "1000")
		r.wantWritten(t, "left", "tcp.flags.syn == 1", []string{"tcp.options.mss_val"}, "1100")
		if c.Boxes.Clamped != 2 || c.dropped() != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// TestClearedDF has a box let the node fragment what was not to be. IPv6 has no DF: its senders are told.
func TestClearedDF(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		p := newTopology(t)
		p.Left = `"middlebox": { "in": { "df": "clear" } }`
		r := start(t, p)
		out := r.client(t, ping(f.server, "-M", "do", "-s", strconv.Itoa(1500-f.header))...)
		c := r.stop()
		if f.name == "6" {
			want(t, out, `Packet too big: mtu=1400`)
			c.wantDropped(t, "too-big", 1)
			return
		}
		want(t, out, ` 0% packet loss`)
		if c.Boxes.DFCleared == 0 || c.Fragments < 2 {
			t.Errorf("%+v", c)
		}
		r.wantWritten(t, "right", "ip.flags.mf == 1 || ip.frag_offset > 0", []string{"ip.flags.df", "ip.flags.mf"}, "0 1", "0 0")
	})
}

// TestLayerTwoStalls has the layer below drop what is longer than it carries: TCP's handshake passes, its data does not, and
// nobody is told. With the kernel's probing (RFC 4821) it finds its way.
func TestLayerTwoStalls(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		for probing, least := range map[string]int{"0": 0, "1": 20_000} {
			p := newTopology(t)
			p.MTU, p.Right = 1500, `"middlebox": { "out": { "drop_above": 1400 } }`
			r := start(t, p)
			set(t, r.Client, "net.ipv4.tcp_mtu_probing="+probing, "net.ipv4.tcp_mtu_probe_floor=48", "net.ipv4.tcp_base_mss=1024")
			got := r.upload(t, f, 20_000, map[string]time.Duration{"0": 3 * time.Second, "1": patience}[probing])
			c := r.stop()
			if got < least || probing == "0" && got != 0 || c.Boxes.Behind["l2-mtu"] == 0 || len(c.Messages) != 0 {
				t.Errorf("probing %s: %d octets arrived; %+v", probing, got, c)
			}
			r.wantWritten(t, "left", f.says("icmp", "icmpv6.type < 128"), []string{"frame.number"})
		}
	})
}

// TestTunnels sees what the kernel makes of what a tunnel says: it believes the honest one, and knows nothing of a packet
// with an outer header.
func TestTunnels(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		for says, learns := range map[string]bool{"inner": true, "outer": false, "none": false} {
			p := newTopology(t)
			p.MTU, p.Right = 1500, fmt.Sprintf(`"tunnel": { "overhead": 100, "error": %q }`, says)
			r := start(t, p)
			path := r.tracepath(t, r.Client, "-m", "2", f.server)
			route := r.client(t, "ip", "route", "get", f.server)
			if learns {
				want(t, path, `pmtu 1400`)
				want(t, route, `mtu 1400`)
			} else {
				refuse(t, path, `pmtu 1400`)
				refuse(t, route, `mtu`)
			}
			c := r.stop()
			reason := map[string]string{"inner": "too-big", "outer": "tunnel-outer", "none": "tunnel-silent"}[says]
			if c.Dropped[reason] == 0 || c.Messages["too-big"].Sent != map[string]uint64{"inner": c.Dropped[reason], "outer": c.Dropped[reason]}[says] {
				t.Errorf("%s: %+v", says, c)
			}
		}
	})
}

// TestForgers has an attacker tell a small MTU. The kernel looks at the sequence number of TCP (RFC 5927 §4.1), and of UDP
// it has but the ports to look at.
func TestForgers(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		for _, c := range []struct {
			name, keys string
			tcp        bool
			believed   bool
		}{
			{"TCP, blind", `"match": { "protocol": "tcp" }, "sequence": "wrong"`, true, false},
			{"TCP, on the path", `"match": { "protocol": "tcp" }`, true, true},
			{"TCP, of another socket", `"match": { "protocol": "tcp" }, "port": "wrong"`, true, false},
			{"UDP, who knows the ports", `"match": { "port": 5001 }, "sequence": "wrong"`, false, true},
			{"UDP, blind", `"match": { "protocol": "udp" }, "port": "wrong"`, false, false},
		} {
			p := newTopology(t)
			p.Node = `"forge": { "message": "packet_too_big", "mtu": 1300, "pps": 100, "burst": 20, ` + c.keys + ` }`
			r := start(t, p)
			if c.tcp {
				if got := r.upload(t, f, 500_000, patience); got != 500_000 {
					t.Errorf("%s: %d octets arrived", c.name, got)
				}
			} else {
				r.datagrams(t, f, 20)
			}
			route := r.client(t, "ip", "route", "get", f.server)
			counted := r.stop()
			if c.believed {
				want(t, route, ` mtu 1300`)
			} else {
				refuse(t, route, ` mtu 1300`)
			}
			if counted.Forged == 0 {
				t.Errorf("%s: %+v", c.name, counted)
			}
		}
	})
}

// datagrams sends some from one socket of the client to a port of the server, over half a second.
func (r *router) datagrams(t *testing.T, f family, count int) {
	t.Helper()
	inside(t, r.Client, func() error {
		c, err := net.Dial("udp", net.JoinHostPort(f.server, "5001"))
		if err != nil {
			return err
		}
		defer c.Close()
		for range count {
			c.Write(make([]byte, 500)) // a refusal is the server's to say
			time.Sleep(25 * time.Millisecond)
		}
		return nil
	})
}

// TestFilteredAtTheEdge has a firewall at the client eat what would tell it: a big ping vanishes without a word.
func TestFilteredAtTheEdge(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		p := newTopology(t)
		p.Left = `"middlebox": { "out": { "drop": { "icmp": "packet-too-big" } } }`
		r := start(t, p)
		out := r.client(t, "ping", "-n", "-c", "1", "-W", "1", "-M", "do", "-s", "1440", f.server)
		want(t, out, ` 100% packet loss`)
		refuse(t, out, `mtu`)
		want(t, r.client(t, "ping", "-n", "-c", "1", "-t", "1", "-W", "1", f.server), `Time to live exceeded|Time exceeded: Hop limit`)
		c := r.stop()
		if c.Messages["too-big"].Sent != 1 || c.Boxes.Behind["filtered"] != 1 {
			t.Errorf("%+v", c)
		}
	})
}
