package linktest

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/link"
)

// Every test measures something: all packets come once, of both families. How well they
// kept their times is for a machine that has nothing else to do.
func TestRun(t *testing.T) {
	told := 0
	r, err := Run(30*time.Millisecond, func(Row) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range r.Rows {
		if row.Packets == 0 || row.Arrived != row.Packets || row.Twice != 0 {
			t.Errorf("%s: %d of %d packets came, %d twice", row.Name, row.Arrived, row.Packets, row.Twice)
		}
		if seen[row.Name] || (row.Rate == nil) == (row.Error == nil) || row.Bar <= 0 || row.Met != (row.Why == "") {
			t.Errorf("%+v", row)
		}
		seen[row.Name] = true
	}
	if told != len(r.Rows) || len(r.Rows) != len(Tests()) || r.Met == slices.ContainsFunc(r.Rows, func(r Row) bool { return !r.Met }) {
		t.Errorf("%d rows, told of %d, met %t", len(r.Rows), told, r.Met)
	}
	var out bytes.Buffer
	if err := r.WriteText(&out); err != nil || strings.Count(out.String(), "\n") < len(r.Rows)+5 {
		t.Errorf("%v: %s", err, out.String())
	}
}

// No packet comes before its time, counted from when it was read, nor from when it was due.
func TestDelayIsSeen(t *testing.T) {
	for _, links := range []int{1, 4} {
		f, err := newFlow(pingLength, pings(20*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		defer f.close()
		var d Disturbance
		const each = 5 * time.Millisecond
		if err := run([]path{{f, links, link.Behavior{Delay: link.Delay{Mean: each}}}}, &d, nil); err != nil {
			t.Fatal(err)
		}
		for i, taken := range f.taken {
			if took := taken - f.given[i]; took < time.Duration(links)*each {
				t.Errorf("packet %d took %v over %d links of %v", i, took, links, each)
			}
			if taken < f.due[i]+time.Duration(links)*each {
				t.Errorf("packet %d took %v from when it was due, over %d links of %v", i, taken-f.due[i], links, each)
			}
		}
	}
}

// What is lost, or comes twice, is said and fails the row.
func TestLostAndTwice(t *testing.T) {
	for what, b := range map[string]link.Behavior{
		"lost":  {Loss: []link.Loss{{Every: 3}}},
		"twice": {Duplicate: link.Chance{Every: 3}},
	} {
		due := pings(20 * time.Millisecond)
		if what == "twice" {
			due = append(due, due[len(due)-1]+50*time.Millisecond) // lest it ends before the last copy
		}
		f, err := newFlow(pingLength, due)
		if err != nil {
			t.Fatal(err)
		}
		defer f.close()
		var r Row
		if err := run([]path{{f, 1, b}}, &r.Disturbance, nil); err != nil {
			t.Fatal(err)
		}
		r.judgeDelay(f, 0)
		if r.Met || r.Arrived == r.Packets && r.Twice == 0 || !strings.Contains(r.Why, "packets came") {
			t.Errorf("%s: %+v", what, r)
		}
	}
}

// The figures are those of samples that are known.
func TestFigures(t *testing.T) {
	f := &flow{length: 1000, came: 101}
	for i := range 101 {
		at := time.Duration(i) * time.Millisecond
		f.due = append(f.due, at)
		f.given = append(f.given, at+time.Microsecond)
		f.taken = append(f.taken, at+time.Millisecond+time.Duration(i)*time.Microsecond)
	}
	d := f.deviation(time.Millisecond)
	if d.P50 != 49 || d.P99 != 98 || d.Max != 99 || d.Earliest != -1 || d.Woken != 99 {
		t.Errorf("%+v", d)
	}
	// 100 packets of 8000 bits in 100.1 ms
	if r := f.rate(8e6); math.Abs(r.Measured-8e5/0.1001) > 1 || math.Abs(r.Error+0.0999) > 0.001 {
		t.Errorf("%+v", r)
	}
	r := Row{Packets: 1, Arrived: 1, Disturbance: Disturbance{Stolen: 0.5}}
	if r.judge(false, "late"); r.Met || !strings.Contains(r.Why, "late; the hypervisor took 50 %") {
		t.Errorf("%+v", r)
	}
}

// The packets are what others take for packets.
func TestTemplates(t *testing.T) {
	for i, b := range templates(pingLength) {
		packet := gopacket.NewPacket(b, []gopacket.LayerType{layers.LayerTypeIPv4, layers.LayerTypeIPv6}[i], gopacket.Default)
		udp, ok := packet.TransportLayer().(*layers.UDP)
		if !ok || len(b) != pingLength || packet.ErrorLayer() != nil ||
			packet.NetworkLayer().NetworkFlow().Dst().String() != hosts[i][1].String() || int(udp.Length) != len(udp.Payload)+8 {
			t.Errorf("%v", packet)
		}
	}
}
