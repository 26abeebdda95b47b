//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// example runs a file of examples/NAME, with namespaces of names that nobody has.
func example(t *testing.T, name string) *router {
	t.Helper()
	p := newTopology(t)
	path := filepath.Join(t.TempDir(), "config.json")
	p.copyExample(t, name+"/config.json", path)
	return launchFile(t, p, path)
}

// copyExample copies a configuration of examples, with the namespaces of p.
func (p topology) copyExample(t *testing.T, file, path string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../examples", file))
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer(`"netns": "client"`, fmt.Sprintf(`"netns": %q`, p.Client),
		`"netns": "server`, `"netns": "`+p.Server).Replace(string(text))
	if err := os.WriteFile(path+".new", []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// leave ends the router; its namespaces go with it.
func (r *router) leave() {
	r.t.Helper()
	r.end(syscall.SIGTERM)
	if exists(r.Client) || exists(r.Server) {
		r.t.Error("its namespaces are left")
	}
}

// size is the argument of ping's -s for a datagram of so many octets.
func (f family) size(octets int) string { return strconv.Itoa(octets - f.header) }

// received is the number of answers in ping's summary.
func received(t *testing.T, text string) int {
	t.Helper()
	n, _ := strconv.Atoi(group(t, text, `(\d+) received`))
	return n
}

// tooBig is what ping says of the error with an MTU, from an address.
func (f family) tooBig(from string, mtu int) string {
	return `From ` + from + ` icmp_seq=\d+ ` + f.says(`Frag needed and DF set \(mtu = `, `Packet too big: mtu=`) + strconv.Itoa(mtu)
}

// TestSizeDependentLoss is examples/size-dependent-loss: with the seed of the file, some of a thousand long datagrams
// are lost, and none of those of 1440 octets.
func TestSizeDependentLoss(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "size-dependent-loss")
		flood := func(octets int) int {
			return received(t, r.client(t, "ping", "-n", "-q", "-c", "1000", "-i", "0.005", "-W", "5", "-s", f.size(octets), f.server))
		}
		if n := flood(1440); n != 1000 {
			t.Errorf("%d of 1000 datagrams of 1440 octets came back, want all", n)
		}
		if n := flood(1441); n == 1000 || n < 950 {
			t.Errorf("%d of 1000 datagrams of 1441 octets came back, want some 990", n)
		}
		r.leave()
	})
}

// TestShrinkingPath is examples/shrinking-path: the MTU is less after a reload.
func TestShrinkingPath(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "shrinking-path")
		probe := func() string { return r.client(t, ping(f.server, "-M", "do", "-s", f.size(1500))...) }
		want(t, probe(), ` 0% packet loss`)
		r.copyExample(t, "shrinking-path/narrow.json", r.config)
		r.reload(changed)
		want(t, probe(), f.tooBig(f.left, 1400), `100% packet loss`)
		want(t, r.client(t, "ip", "route", "get", f.server), `expires \d+sec mtu 1400 `)
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", f.size(1400))...), ` 0% packet loss`)
		r.leave()
	})
}

// TestPlainDelay is examples/plain-delay: 70 ms are 70 ms, and nothing gets lost, however many come at once.
func TestPlainDelay(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "plain-delay")
		text := r.client(t, "ping", "-n", "-q", "-c", "500", "-i", "0.002", "-W", "10", "-s", "1000", f.server)
		want(t, text, ` 0% packet loss`)
		least, _ := strconv.ParseFloat(group(t, text, `rtt min/avg/max/mdev = ([\d.]+)/`), 64)
		if least < 70 {
			t.Errorf("the least round-trip time is %v ms, want 70 and more", least)
		}
		r.leave()
	})
}

// TestRateLimitedHop is examples/rate-limited-hop: the hop hardly answers what expires there, and
// all that is sent to it.
func TestRateLimitedHop(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "rate-limited-hop")
		text := r.client(t, "ping", "-n", "-c", "50", "-i", "0.01", "-t", "1", "-W", "2", f.server)
		if n := strings.Count(text, "From "+f.left); n == 0 || n > 25 {
			t.Errorf("the hop answered %d of 50, want a few\n%s", n, text)
		}
		want(t, r.client(t, "ping", "-n", "-q", "-c", "50", "-i", "0.01", "-W", "5", f.left), ` 0% packet loss`)
		want(t, r.client(t, "ping", "-n", "-q", "-c", "50", "-i", "0.01", "-W", "5", f.server), ` 0% packet loss`)
		r.leave()
	})
}

// TestAsymmetricMTU is examples/asymmetric-mtu: each end finds its own.
func TestAsymmetricMTU(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "tracepath", "iputils-tracepath")
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "asymmetric-mtu")
		want(t, r.client(t, "tracepath", "-n", f.server), `Resume: pmtu 1500 hops 3 `)
		want(t, must(t, in(r.Server, "tracepath", "-n", f.client)...), `Resume: pmtu 1300 hops 3 `)
		r.leave()
	})
}

// TestLegsOfDifferentMTU is examples/legs-of-different-mtu: every other packet meets the narrow leg. The
// MTU of the client's route is locked, so that its kernel goes on sending after the first error.
func TestLegsOfDifferentMTU(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "legs-of-different-mtu")
		must(t, in(r.Client, "ip", "-"+f.name, "route", "change", "default", "dev", "tun0", "mtu", "lock", "1500")...)
		text := r.client(t, "ping", "-n", "-c", "20", "-i", "0.05", "-W", "2", "-M", "do", "-s", f.size(1500), f.server)
		told := len(regexp.MustCompile(f.tooBig(f.left, 1400)).FindAllString(text, -1))
		if n := received(t, text); n == 0 || told == 0 || n+told != 20 {
			t.Errorf("of 20 probes %d came back and %d were too big, want both, and all\n%s", n, told, text)
		}
		r.leave()
	})
}

// TestReordering is examples/reordering: no datagram is lost, and some overtake.
func TestReordering(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "reordering")
		text := r.client(t, "ping", "-n", "-c", "500", "-i", "0.002", "-W", "5", f.server)
		want(t, text, ` 0% packet loss`)
		late, highest := 0, 0
		for _, found := range regexp.MustCompile(`icmp_seq=(\d+) ttl`).FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(found[1])
			if n < highest {
				late++
			}
			highest = max(highest, n)
		}
		if late == 0 {
			t.Errorf("none of 500 answers was overtaken:\n%s", text)
		}
		r.leave()
	})
}

// TestLaterFragments is examples/later-fragments: what is whole arrives, and of the rest the first fragments alone.
func TestLaterFragments(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "later-fragments")
		r.capture("right", r.Server)
		want(t, r.client(t, ping(f.server, "-s", "1400")...), ` 0% packet loss`)
		want(t, r.client(t, ping(f.server, "-s", "4000")...), ` 100% packet loss`)
		r.leave()
		r.captures["right"].finish(t)
		offset := f.says("ip.frag_offset", "ipv6.fraghdr.offset")
		fragments := f.says("ip.flags.mf == 1 || ip.frag_offset > 0", "ipv6.fraghdr")
		if got := dissect(t, r.captures["right"].path, fragments, offset); !slices.Equal(got, []string{"0"}) {
			t.Errorf("fragments at the server have the offsets %q, want one of 0", got)
		}
	})
}

// TestPrivateSource is examples/private-source: the error does not pass the filter of r1. Without the filter it does.
func TestPrivateSource(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "private-source")
		probe := func() string {
			return r.client(t, "ping", "-n", "-c", "3", "-i", "0.2", "-W", "2", "-M", "do", "-s", f.size(1500), f.server)
		}
		text := probe()
		want(t, text, `100% packet loss`)
		if strings.Contains(text, "From ") {
			t.Errorf("the sender was told:\n%s", text)
		}
		config, err := os.ReadFile(r.config)
		if err != nil {
			t.Fatal(err)
		}
		open := strings.Replace(string(config), `"urpf": "strict"`, `"urpf": "off"`, 1)
		if err := os.WriteFile(r.config, []byte(open), 0o644); err != nil {
			t.Fatal(err)
		}
		r.reload(changed)
		want(t, probe(), f.tooBig(f.says(`192\.168\.255\.1`, "fdff::1"), 1400))
		r.leave()
	})
}

// toServer sends a UDP datagram of so many octets, as far as its payload, and with DF; with destination options if it is told so.
const toServer = `
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, 23, 2)  # IPV6_MTU_DISCOVER: IPV6_PMTUDISC_DO
if sys.argv[3] == "options":
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
s.sendto(bytes(int(sys.argv[2])), (sys.argv[1], 9))
`

// TestShortQuote is examples/short-quote: the error comes, and quotes 48 octets. That is enough for the kernel to know a UDP datagram, but not
// if destination options stand before its header. In IPv4 the header and 8 octets always reach the ports (RFC 792): the case is of IPv6 alone.
func TestShortQuote(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	needs.Tool(t, "python3", "python3")
	r := example(t, "short-quote")
	r.capture("left", r.Client)
	learned := func() bool { return strings.Contains(r.client(t, "ip", "route", "get", "fd00:2::2"), "mtu 1400") }
	for _, c := range []struct {
		header string
		size   string
	}{{"options", "1444"}, {"none", "1452"}} {
		must(t, in(r.Client, "python3", "-c", toServer, "fd00:2::2", c.size, c.header)...)
		if c.header == "none" {
			await(t, "the kernel to learn", learned)
			continue
		}
		want(t, r.client(t, ping("fd00:1::1")...), ` 0% packet loss`) // what comes before its answer has been received
		if learned() {
			t.Error("the kernel learned from a quote without the ports")
		}
	}
	r.leave()
	r.captures["left"].finish(t)
	got := dissect(t, r.captures["left"].path, "icmpv6.type == 2", "ipv6.plen", "ipv6.nxt")
	// of the error, 8 octets and the quote; of the quote, the datagram with its first header
	if want := []string{"56,1460\t58,60", "56,1460\t58,17"}; !slices.Equal(got, want) {
		t.Errorf("the lengths and protocols of the errors and what they quote are %q, want %q", got, want)
	}
}

// TestMPLSLabels is examples/mpls-labels: traceroute prints the labels.
func TestMPLSLabels(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "mpls-labels")
		p1, p2 := f.says(`198\.51\.100\.1`, "2001:db8:100::1"), f.says(`198\.51\.100\.2`, "2001:db8:100::2")
		text := r.client(t, "traceroute", "-n", "-e", "-q", "1", "-w", "5", f.server)
		want(t, text, ` 1  `+f.left+`  [\d.]+ ms\n`, ` 2  `+p1+` <MPLS:L=24012,E=0,S=0,T=1/L=300118,E=0,S=1,T=1>  [\d.]+ ms\n`,
			` 3  `+p2+` <MPLS:L=300118,E=0,S=1,T=1>  [\d.]+ ms\n`, ` 5  `+f.server+`  [\d.]+ ms\n$`)
		r.leave()
	})
}
