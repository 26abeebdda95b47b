//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// addresses are those of the nodes of a chain, as probes from its first end see them, and last
// that of the host at the other one.
func (f family) addresses(nodes int) (list []string) {
	list = append(list, f.says("10.128.1.0", "fd00:8000:0:1::"))
	for i := 1; i < nodes; i++ {
		list = append(list, f.says(fmt.Sprintf("10.0.%d.1", i), fmt.Sprintf("fd00:0:0:%x::1", i)))
	}
	return append(list, f.says("10.128.2.1", "fd00:8000:0:2::1"))
}

// hub is a hop as mtr reports it.
type hub struct {
	Host            string
	Loss            float64 `json:"Loss%"`
	Best, Avg, Wrst float64
}

// mtr runs it once up to the server, however many hops have not answered yet when it sends the next probe.
func (n *network) mtr(t *testing.T, f family, args ...string) []hub {
	t.Helper()
	needs.Tool(t, "mtr", "mtr-tiny")
	out := n.run(t, append([]string{"mtr", "-n", "--json", "-G", "3", "-U", "255", n.server(f)}, args...)...)
	var found struct{ Report struct{ Hubs []hub } }
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return found.Report.Hubs
}

// TestChain looks at thirty nodes in a row, a millisecond apart, with the tools that people have:
// the seventh tells one sender a second, the ninth nobody, and the eleventh has labels.
func TestChain(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	eachFamily(t, func(t *testing.T, f family) {
		t.Parallel()
		const nodes, slow, silent, labelled = 30, 7, 9, 11
		n := newNetwork(t, "chain:30", "--delay", "1ms", "--set", `nodes.r7.icmp.time_exceeded={"rate":{"pps":1,"burst":1}}`,
			"--set", "nodes.r9.icmp.time_exceeded.action=drop", "--set", "nodes.r11.interfaces.r10.mpls=[16001,24005]")
		n.capture("client", n.Client)

		pattern := `hops max, \d+ byte packets\n`
		for i, a := range f.addresses(nodes) {
			switch i + 1 {
			case slow:
				pattern += fmt.Sprintf(`%2d  (%s|\*).* \*.*\n`, i+1, a)
			case silent:
				pattern += fmt.Sprintf(`%2d  \* \* \*\n`, i+1)
			case labelled:
				pattern += fmt.Sprintf(`%2d  %s <MPLS:L=16001,E=0,S=0,T=1/L=24005,E=0,S=1,T=1>(  [\d.]+ ms){3}\n`, i+1, a)
			default:
				pattern += fmt.Sprintf(`%2d  %s(  [\d.]+ ms){3}\n`, i+1, a)
			}
		}
		want(t, n.run(t, "traceroute", "-n", "-e", "-w", "4", "-m", "40", n.server(f)), pattern+`$`)

		n.wantDelays(t, f, n.mtr(t, f, "-c", "4", "-i", "0.2", "-m", "40"), slow, silent)

		// mtr asks mtr-packet, and shows labels on its screen alone.
		asked := n.run(t, "sh", "-c", `(echo 1 send-probe ip-`+f.name+` `+n.server(f)+` ttl 11 timeout 10; sleep 1) | mtr-packet`)
		want(t, asked, `^1 ttl-expired ip-`+f.name+` `+f.addresses(nodes)[labelled-1]+` round-trip-time \d+ mpls 16001,0,0,1,24005,0,1,1\n`)

		c := n.stop()
		c["r7"].wantLimited(t)
		n.captures["client"].finish(t)
		labels := dissect(t, n.captures["client"].path, "icmp.mpls.label", "icmp.mpls.label", "icmp.mpls.s", "icmp.mpls.ttl", "icmp.ext.checksum.status")
		for _, line := range labels {
			want(t, line, `^16001,24005\t(0,1|False,True)\t1,1\t1$`)
		}
		if len(labels) == 0 || c["r9"].Messages["ttl-exceeded"].Sent != 0 {
			t.Errorf("%d errors with labels, want some; r9 sent %+v, want none", len(labels), c["r9"].Messages)
		}
	})
}

// wantDelays wants mtr to see each hop two milliseconds behind the one before, never sooner.
func (n *network) wantDelays(t *testing.T, f family, hubs []hub, slow, silent int) {
	t.Helper()
	addresses := f.addresses(len(hubs) - 1)
	for i, h := range hubs {
		want, least, loss := addresses[i], float64(2*min(i, len(hubs)-2)), h.Loss == 0
		switch i + 1 {
		case slow:
			loss = h.Loss > 0
		case silent:
			want, least, loss = "???", 0, h.Loss == 100
		}
		if h.Host != want || h.Best < least || h.Avg > least+2000 || !loss {
			t.Errorf("hop %d: %+v, want %s after %v ms", i+1, h, want, least)
		}
	}
	if len(hubs) != 31 {
		t.Errorf("%d hops, want 31", len(hubs))
	}
}

func (c node) wantLimited(t *testing.T) {
	t.Helper()
	if m := c.Messages["ttl-exceeded"]; m.Sent == 0 || m.Limited == 0 {
		t.Errorf("%s sent %d and kept back %d, want some of each", c.Node, m.Sent, m.Limited)
	}
}

// TestLongestChain sees all hops that a TTL can tell apart: 254 nodes and a host. From so far
// errors and replies get back with the longest TTL alone.
func TestLongestChain(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	needs.Tool(t, "tracepath", "iputils-tracepath")
	n := newNetwork(t, "chain:254")
	set(t, n.Server, "net.ipv4.ip_default_ttl=255", "net.ipv6.conf.all.hop_limit=255", "net.ipv6.conf.tun0.hop_limit=255")
	eachFamily(t, func(t *testing.T, f family) {
		wantHops(t, f, n.run(t, "traceroute", "-n", "-w", "10", "-q", "1", "-m", "255", n.server(f)))
		path := n.tracepath(t, n.Client, "-m", "255", n.server(f))
		wantHops(t, f, path)
		want(t, path, ` reached\n +Resume: pmtu 1500 hops 255 `) // and "back 64": it takes a TTL of 1 for one that began with 64
		mtr := ""
		for i, h := range n.mtr(t, f, "-c", "1", "-i", "0.1", "-m", "255") {
			mtr += fmt.Sprintln(i+1, h.Host, " ms")
		}
		wantHops(t, f, mtr)
	})
	n.stop()
}

// oneHop is a line about a hop in what the tools print.
var oneHop = regexp.MustCompile(`(?m)^ *(\d+):? +(\S+) .*ms`)

// wantHops wants all addresses of the longest chain in order, each in its place. What a tool says
// more than once of a hop has to be the same.
func wantHops(t *testing.T, f family, out string) {
	t.Helper()
	var got, want []string
	for _, hop := range oneHop.FindAllStringSubmatch(out, -1) {
		got = append(got, hop[1]+" "+hop[2])
	}
	for i, address := range f.addresses(254) {
		want = append(want, fmt.Sprint(i+1, " ", address))
	}
	got = slices.Compact(got)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("of %d hops, want %d, the first wrong one is %q, want %q", len(got), len(want), got[i:min(len(got), i+1)], want[i:min(len(want), i+1)])
		}
	}
}
