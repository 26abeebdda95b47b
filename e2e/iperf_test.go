//go:build linux

package e2e

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// traffic is what iperf3 reports.
type traffic struct {
	Intervals []struct {
		Streams []struct {
			PMTU int `json:"pmtu"`
		}
	}
	End struct {
		Sent struct {
			Bytes, Retransmits int64
		} `json:"sum_sent"`
		Received struct {
			Bytes   int64
			Seconds float64
		} `json:"sum_received"`
		Sum struct {
			Packets     int
			LostPackets int `json:"lost_packets"`
		}
	}
	Error string
}

// iperf runs iperf3 from the client to a server that it starts for this once.
func iperf(t *testing.T, r *router, f family, args ...string) traffic {
	t.Helper()
	needs.Tool(t, "iperf3", "iperf3")
	server, _ := background(t, r.Server, "listening", "iperf3", "-s", "-1", "--forceflush")
	out := r.client(t, append([]string{"iperf3", "--json", "-c", f.server}, args...)...)
	var found traffic
	if err := json.Unmarshal([]byte(out[max(0, firstBrace(out)):]), &found); err != nil || found.Error != "" {
		t.Fatalf("iperf3: %v\n%s", err, out)
	}
	server.Wait() // the next one listens to the same port
	return found
}

// firstBrace is where the JSON begins, after warnings.
func firstBrace(out string) int {
	for i := range out {
		if out[i] == '{' {
			return i
		}
	}
	return 0
}

// wantTCP moves bytes there and back, and wants few of them sent again: only the
// first window meets the smaller MTU unwarned.
func wantTCP(t *testing.T, r *router, f family, amount string) {
	t.Helper()
	for _, direction := range []struct {
		name string
		args []string
		pmtu int
	}{{"there", nil, 1400}, {"back", []string{"--reverse"}, 0}} {
		found := iperf(t, r, f, append([]string{"-n", amount}, direction.args...)...)
		if found.End.Sent.Bytes == 0 || found.End.Received.Bytes == 0 {
			t.Errorf("%s: nothing moved: %+v", direction.name, found)
		}
		if found.End.Sent.Retransmits > 200 {
			t.Errorf("%s: %d segments were sent again", direction.name, found.End.Sent.Retransmits)
		}
		streams := found.Intervals[len(found.Intervals)-1].Streams
		if direction.pmtu != 0 && streams[0].PMTU != direction.pmtu {
			t.Errorf("%s: path MTU %d, want %d", direction.name, streams[0].PMTU, direction.pmtu)
		}
	}
}

// TestTCP is not parallel: it moves much.
func TestTCP(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		wantTCP(t, r, f, "10M")
		c := r.stop()
		if c.Messages["too-big"].Sent == 0 || c.Dropped["device-refused"] != 0 || c.Fragments != 0 {
			t.Errorf("want packets too big, none refused, none cut: %+v", c)
		}
	})
}

// TestUDP sends datagrams that are longer than any MTU here. The kernel cuts them,
// and the node cuts those of IPv4 again. A sender of IPv6 must know the path MTU
// before: iperf3 gives up at the first Packet Too Big.
func TestUDP(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		if f.name == "6" {
			tracepathFinds(t, r, f)
		}
		sum := iperf(t, r, f, "-u", "-l", "4000", "-b", "10M", "-n", "500K").End.Sum
		if sum.Packets < 125 || sum.LostPackets == sum.Packets {
			t.Errorf("%d of %d datagrams lost", sum.LostPackets, sum.Packets) // some, by a slow receiver
		}
		whole, failed := r.reassembled(f)
		if whole < sum.Packets || failed != 0 {
			t.Errorf("the server's kernel put %d datagrams together and failed %d times, want %d and 0", whole, failed, sum.Packets)
		}
		c := r.stop()
		if cut := c.Fragments >= 500; cut != (f.name == "4") {
			t.Errorf("the node sent %d fragments", c.Fragments)
		}
	})
}

// reassembled asks the server's kernel how many datagrams it put together, and of
// how many it lacked a fragment.
func (r *router) reassembled(f family) (whole, failed int) {
	r.t.Helper()
	ip := f.says("Ip", "Ip6")
	out := must(r.t, in(r.Server, "nstat", "-asz", ip+"ReasmOKs", ip+"ReasmFails")...)
	whole, _ = strconv.Atoi(group(r.t, out, ip+`ReasmOKs +(\d+)`))
	failed, _ = strconv.Atoi(group(r.t, out, ip+`ReasmFails +(\d+)`))
	return whole, failed
}

// TestBackends sees each real device carry the same tools.
func TestBackends(t *testing.T) {
	for _, device := range []string{"kernel", "wireguard", "water"} {
		t.Run(device, func(t *testing.T) {
			eachFamily(t, func(t *testing.T, f family) {
				p := newTopology(t)
				p.Device = device
				r := start(t, p)
				r.ping(t, f.server)
				r.ping(t, f.left)
				tracepathFinds(t, r, f)
				wantTCP(t, r, f, "5M")
				r.stop()
			})
		})
	}
}

// TestWorkers sees several workers carry the same tools.
func TestWorkers(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		p := newTopology(t)
		p.File = `"workers": 2, "busy_poll": "1ms"`
		r := start(t, p)
		r.ping(t, f.server)
		r.ping(t, f.left)
		tracepathFinds(t, r, f)
		wantTCP(t, r, f, "5M")
		r.reload(changed)
		wantTCP(t, r, f, "5M")
		r.stop()
	})
}
