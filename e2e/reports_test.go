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
		for _, to := range []string{f.left, f.server} { // of one interval is how long it waits for the last answer
			want(t, r.client(t, "ping", "-n", "-q", "-c", "20", "-i", "0.1", "-W", "5", to), ` 0% packet loss`)
		}
		r.leave()
	})
}

// TestAsymmetricMTU is examples/asymmetric-mtu: each end finds its own.
func TestAsymmetricMTU(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "tracepath", "iputils-tracepath")
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "asymmetric-mtu")
		want(t, r.tracepath(t, r.Client, f.server), `Resume: pmtu 1500 hops 3 `)
		want(t, r.tracepath(t, r.Server, f.client), `Resume: pmtu 1300 hops 3 `)
		r.leave()
	})
}

// TestLegsOfDifferentMTU is examples/legs-of-different-mtu: every other packet meets the narrow leg. Whatever
// the kernel learns, it is made to forget.
func TestLegsOfDifferentMTU(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "legs-of-different-mtu")
		var got string
		for range 6 {
			text := r.client(t, ping(f.server, "-M", "do", "-s", f.size(1500))...)
			switch {
			case strings.Contains(text, " 0% packet loss"):
				got += "w"
			case regexp.MustCompile(f.tooBig(f.left, 1400)).MatchString(text):
				got += "n"
			default:
				t.Errorf("neither an answer nor the error:\n%s", text)
			}
			must(t, in(r.Client, "ip", "-"+f.name, "route", "flush", "cache")...)
		}
		if got != "nwnwnw" && got != "wnwnwn" {
			t.Errorf("the legs that probes took are %s, want each in its turn", got)
		}
		r.leave()
	})
}

// TestReordering is examples/reordering: no datagram is lost, and some overtake.
func TestReordering(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := example(t, "reordering")
		text := r.client(t, "ping", "-n", "-c", "100", "-l", "100", "-W", "5", f.server) // all at once
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
			t.Errorf("none of 100 answers was overtaken:\n%s", text)
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
