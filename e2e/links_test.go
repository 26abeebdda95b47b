//go:build linux

package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// far is the family with the server of a network that make made.
func (n *network) far(f family) family {
	f.server = n.server(f)
	return f
}

// number is what the group of a pattern matched, which is one.
func number(t *testing.T, text, pattern string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(group(t, text, pattern), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// replies are the sequence numbers of the echo replies that ping shows, in order.
func replies(out string) (list []string) {
	for _, found := range regexp.MustCompile(`bytes from .* icmp_seq=(\d+)`).FindAllStringSubmatch(out, -1) {
		list = append(list, found[1])
	}
	return list
}

// nine are nine pings. For the answer to the last, ping waits as long as two of the others took, or its interval: that is
// as long as a busy machine may keep it waiting.
var nine = []string{"ping", "-n", "-c", "9", "-i", "0.1"}

// TestDelay: a link of 70 ms is 140 ms there and back, and another direction has a delay of its own.
func TestDelay(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		for setting, least := range map[string]float64{
			"links.r1-r2.both.delay=70ms":    140,
			`links.r1-r2.to_r1.delay="40ms"`: 40,
		} {
			n := newNetwork(t, "chain:2", "--set", setting)
			out := n.run(t, "ping", "-n", "-c", "5", "-i", "0.2", "-W", "10", n.server(f))
			// The best of five: a machine may be slow, but a link is never fast.
			if best := number(t, out, `rtt min/avg/max/mdev = ([\d.]+)/`); best < least || best >= 10*least {
				t.Errorf("%s: %v ms there and back, want %v", setting, best, least)
			}
			n.stop()
		}
	})
}

// TestLoss: packets that are lost are those of which that was said, in order.
func TestLoss(t *testing.T) {
	t.Parallel()
	fates := filepath.Join(t.TempDir(), "fates")
	if err := os.WriteFile(fates, []byte("0 1 1 0 # and then\n0010\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	eachFamily(t, func(t *testing.T, f family) {
		for setting, kept := range map[string]string{
			"both.loss=100%":     "",
			"both.loss=0%":       "1 2 3 4 5 6 7 8 9",
			"to_r1.loss.every=3": "1 2 4 5 7 8",
			"to_r2.loss.fates=":  "1 4 5 6 8 9",
			"both.loss.every=2":  "1 5 9", // of nine requests five arrive, and of their replies the first, third and fifth
		} {
			if strings.HasSuffix(setting, "fates=") {
				setting += fates
			}
			n := newNetwork(t, "chain:2", "--set", "links.r1-r2."+setting)
			out := n.client(t, append(slices.Clone(nine), "-W", "1", n.server(f))...)
			if got := strings.Join(replies(out), " "); got != kept {
				t.Errorf("%s: replies to %s, want %s", setting, got, kept)
			}
			n.stop()
		}
	})
}

// TestLinkMTU has tracepath find the narrowest link where it is, and another one on the way back.
func TestLinkMTU(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "tracepath", "iputils-tracepath")
	eachFamily(t, func(t *testing.T, f family) {
		n := newNetwork(t, "chain:4", "--set", "links.r2-r3.to_r3.mtu=1400", "--set", "links.r3-r4.to_r3.mtu=1300")
		out := n.tracepath(t, n.Client, n.server(f))
		a := f.addresses(4)
		want(t, out, ` 2:  `+a[1]+` +[\d.]+ms \n 3:  `+a[1]+` +[\d.]+ms pmtu 1400\n`, ` 5:  `+a[4]+` .* reached\n`, `Resume: pmtu 1400 hops 5 back 5`)
		back := f.says("10.128.2.0", "fd00:8000:0:2::")
		out = n.tracepath(t, n.Server, f.says("10.128.1.1", "fd00:8000:0:1::1"))
		want(t, out, ` 2:  `+back+` +[\d.]+ms pmtu 1300\n`, `Resume: pmtu 1300 hops 5 back 5`)
		if got := n.paths(f).PathMTU; got != 1400 {
			t.Errorf("show says that the path MTU is %d, want 1400", got)
		}
		c := n.stop()
		c["r2"].wantSent(t, "too-big", 1)
		c["r4"].wantSent(t, "too-big", 1)
	})
}

// TestDuplicate has ping see each reply twice.
func TestDuplicate(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		n := newNetwork(t, "chain:2", "--set", "links.r1-r2.to_r2.duplicate.every=1")
		out := n.run(t, "ping", "-n", "-c", "5", "-i", "0.2", "-W", "5", n.server(f))
		want(t, out, `icmp_seq=2 .*\(DUP!\)`, `5 packets transmitted, 5 received, \+[45] duplicates, 0% packet loss`) // it may end with the fifth
		if w := n.way(n.stop(), "r1", "r2"); w.Duplicated != 5 || w.Arrived != 10 {
			t.Errorf("%+v, want 10 arrived, of which 5 are doubles", w)
		}
	})
}

// TestReorder has each third datagram overtake those that are on the link: so the server gets
// them, and tshark sees it.
func TestReorder(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		const order = "030609010204050708"
		n := newNetwork(t, "chain:2", "--set", "links.r1-r2.to_r2.delay=1s", "--set", "links.r1-r2.to_r2.reorder.every=3")
		n.capture("server", n.Server)
		next := receive(t, n.router)
		inside(t, n.Client, func() error {
			c, err := net.Dial("udp", f.port(n.server(f)).String())
			for i := byte(1); i <= 9 && err == nil; i++ {
				_, err = c.Write([]byte{i})
			}
			return err
		})
		var got []byte
		for range 9 {
			got = append(got, next()...)
		}
		if w := n.way(n.stop(), "r1", "r2"); w.Reordered != 3 {
			t.Errorf("%+v, want 3 reordered", w)
		}
		n.captures["server"].finish(t)
		seen := strings.Join(dissect(t, n.captures["server"].path, "udp", "data.data"), "")
		if came := fmt.Sprintf("%x", got); came != order || seen != order {
			t.Errorf("came in the order %s, and tshark says %s; want %s", came, seen, order)
		}
	})
}

// TestCorrupt has tshark and the server's kernel judge packets with changed bits.
func TestCorrupt(t *testing.T) {
	t.Parallel()
	const some = "1 3 5 7 9" // of nine
	for _, c := range []struct {
		where, kept, statuses string
		wrong                 bool   // ping finds other data than it sent
		wait                  string // with replies missing, or else in spite of fantastic times: it takes some data for a time stamp
	}{
		{"payload", some, "1 0 1 0 1 0 1 0 1", false, "-W1"},
		{"unseen", "1 2 3 4 5 6 7 8 9", "1 1 1 1 1 1 1 1 1", true, "-w10"},
		{"header", some, "1 1 1 1 1", false, "-W1"},
	} {
		t.Run(c.where, func(t *testing.T) {
			eachFamily(t, func(t *testing.T, f family) {
				if c.where == "header" && f.name == "6" {
					return // its header has no checksum, and what becomes of the packet depends on the bit
				}
				n := newNetwork(t, "chain:2", "--set", "links.r1-r2.to_r2.corrupt="+`{"every":2,"where":"`+c.where+`"}`)
				n.capture("server", n.Server)
				out := n.client(t, append(slices.Clone(nine), c.wait, "-s", "1000", n.server(f))...)
				if got := strings.Join(replies(out), " "); got != c.kept {
					t.Errorf("replies to %s, want %s\n%s", got, c.kept, out)
				}
				if wrong := strings.Contains(out, "wrong data byte"); wrong != c.wrong {
					t.Errorf("ping finds wrong data: %t, want %t\n%s", wrong, c.wrong, out)
				}
				if w := n.way(n.stop(), "r1", "r2"); w.Corrupted != 4 {
					t.Errorf("%+v, want 4 corrupted", w)
				}
				n.captures["server"].finish(t)
				got := dissect(t, n.captures["server"].path, f.says("icmp.type == 8", "icmpv6.type == 128"),
					f.says("icmp.checksum.status", "icmpv6.checksum.status"))
				if strings.Join(got, " ") != c.statuses {
					t.Errorf("checksums: %v, want %s", got, c.statuses)
				}
			})
		})
	}
}

// seen is what a traceroute of one probe a hop shows: the addresses in order.
func (n *network) seen(t *testing.T, f family) (list []string) {
	t.Helper()
	needs.Tool(t, "traceroute", "traceroute")
	out := n.run(t, "traceroute", "-n", "-w", "10", "-q", "1", n.server(f))
	for _, hop := range regexp.MustCompile(`(?m)^ *\d+  (\S+)`).FindAllStringSubmatch(out, -1) {
		list = append(list, hop[1])
	}
	return list
}

// TestLinkDown takes a link of a ring away and gives it back, by reloads: packets go around, and
// show has said where.
func TestLinkDown(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		ring := []string{"ring:5"}
		n := newNetwork(t, ring...)
		wantWay := func(nodes string) {
			t.Helper()
			var shown, names []string
			for _, hop := range n.paths(f).Hops {
				names = append(names, hop.Node)
				shown = append(shown, hop.Addresses...)
			}
			shown = append(shown, n.server(f))
			if got := strings.Join(names, " "); got != nodes {
				t.Errorf("show says the way is %s, want %s", got, nodes)
			}
			if got := n.seen(t, f); !slices.Equal(got, shown) {
				t.Errorf("traceroute sees %v, show says %v", got, shown)
			}
		}
		wantWay("r1 r5 r4")
		for range 2 {
			n.remake("ring:5", "--set", "links.r4-r5.up=false")
			wantWay("r1 r2 r3 r4")
			n.remake(ring...)
			wantWay("r1 r5 r4")
		}
		n.remake("ring:5", "--set", "links.r4-r5.up=false", "--set", "links.r3-r4.up=false")
		want(t, n.client(t, ping(n.server(f))...), f.says(`Destination Net Unreachable`, `No route`))
		n.stop()
	})
}
