package record_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/record"
	"github.com/icmprouter/icmprouter/config"
)

// hops writes a path in one line a hop, for comparison.
func hops(p *record.Path) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v > %v\n", p.Client, p.Target)
	for i, h := range p.Hops {
		fmt.Fprintf(&b, "%d sent %d:", i+1, h.Sent)
		for _, a := range h.Answers {
			fmt.Fprintf(&b, " %v %d in %v", a.Addr, a.Received, a.RTT)
			if len(a.Labels) > 0 {
				fmt.Fprintf(&b, " labels %v", a.Labels)
			}
			if a.Refusal != "" {
				fmt.Fprintf(&b, " !%s", a.Refusal)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestRead(t *testing.T) {
	tests := []struct{ name, input, want string }{
		{"names, labels, stars", `traceroute to www.example.net (203.0.113.80), 30 hops max, 60 byte packets
 1  gw (192.168.1.1)  0.5 ms  0.4 ms  0.6 ms
 2  * * *
 3  a.example (10.0.0.1) [AS64500/AS64501] <MPLS:L=24012,E=0,S=0,T=1/L=7,E=0,S=1,T=1> '252' 20 ms  22 ms * b.example (10.0.0.2)  21 ms !X
`, `invalid IP > 203.0.113.80
1 sent 3: 192.168.1.1 3 in 500µs
2 sent 3:
3 sent 4: 10.0.0.1 2 in 21ms labels [24012 7] 10.0.0.2 1 in 21ms !X
`},
		{"continued line, source", `traceroute6 to n (2001:db8::9) from 2001:db8::1, 64 hops max, 28 byte packets
 1  2001:db8:1::1  1 ms
    2001:db8:2::1  3 ms  2 ms
 2  2001:db8::9  5 ms !<3>  5 ms !4  *
`, `2001:db8::1 > 2001:db8::9
1 sent 3: 2001:db8:1::1 1 in 1ms 2001:db8:2::1 2 in 2.5ms
2 sent 3: 2001:db8::9 2 in 5ms !4
`},
		{"hops after the first few, silence at the end", `traceroute to 10.9.9.9 (10.9.9.9), 30 hops max, 60 byte packets
 3  10.0.0.3  3 ms  3 ms  3 ms
 4  * * *
 5  * * *
`, `invalid IP > 10.9.9.9
1 sent 0:
2 sent 0:
3 sent 3: 10.0.0.3 3 in 3ms
`},
		{"report", `Start: 2026-10-02T20:36:05+0000
HOST: laptop                      Loss%   Snt   Last   Avg  Best  Wrst StDev
  1.|-- gw (192.0.2.1)            20.0%    10    0.7   0.7   0.5   0.9   0.1
  2. AS???    198.51.100.3         0.0%    10    2.6   2.6   1.1   3.6   0.7
       [MPLS: Lbl 21 TC 0 S u TTL 1]
       [MPLS: Lbl 80 Exp 0 S 1 TTL 1]
        198.51.100.7
  3.|-- ???                       100.0    10    0.0   0.0   0.0   0.0   0.0
  4.|-- 203.0.113.36               0.0%    10    4.4   4.6   4.4   5.2   0.7
`, `invalid IP > 203.0.113.36
1 sent 10: 192.0.2.1 8 in 700µs
2 sent 10: 198.51.100.3 10 in 2.6ms labels [21 80] 198.51.100.7 0 in 0s
3 sent 10:
4 sent 10: 203.0.113.36 10 in 4.6ms
`},
		{"mtr whose numbers are strings", `{"report": {"mtr": {"src": "n", "dst": "10.0.0.9"}, "hubs": [
 {"count": "1", "host": "???", "Loss%": "100.00", "Snt": "4", "Avg": "0.00", "StDev": "0.00"},
 {"count": "2", "host": "a (10.0.0.9)", "Loss%": "25.00", "Snt": "4", "Avg": "7.50", "StDev": "0.50"}]}}`, `invalid IP > 10.0.0.9
1 sent 4:
2 sent 4: 10.0.0.9 3 in 7.5ms
`},
		{"scamper with labels and attempts", `{"type":"cycle-start", "list_name":"default"}
{"type":"trace", "src":"192.0.2.5", "dst":"203.0.113.9", "attempts":2, "hops":[
{"addr":"10.0.0.1", "probe_ttl":1, "rtt":0.5, "icmp_type":11, "icmp_code":0},
{"addr":"10.0.0.3", "probe_ttl":3, "rtt":1.5, "icmp_type":11, "icmp_code":0, "icmpext":[{"ie_cn":1,"ie_ct":1,"mpls_labels":[{"mpls_ttl":1,"mpls_s":1,"mpls_exp":0,"mpls_label":1048575}]}]},
{"addr":"10.0.0.4", "probe_ttl":4, "rtt":2, "icmp_type":3, "icmp_code":13}]}
`, `192.0.2.5 > 203.0.113.9
1 sent 1: 10.0.0.1 1 in 500µs
2 sent 2:
3 sent 1: 10.0.0.3 1 in 1.5ms labels [1048575]
4 sent 1: 10.0.0.4 1 in 2ms !X
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			input := test.input
			if strings.Contains(test.name, "scamper") { // one object a line
				head, rest, _ := strings.Cut(input, "\n")
				input = head + "\n" + strings.ReplaceAll(rest, "\n", "") + "\n"
			}
			p, err := record.Read([]byte(input), 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := hops(p); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

// TestBranches reads what scamper printed of a network with two branches.
func TestBranches(t *testing.T) {
	input, err := os.ReadFile("testdata/scamper-tracelb.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := record.Read(input, 4)
	if err != nil {
		t.Fatal(err)
	}
	want := `198.51.100.2 > 203.0.113.9
1 sent 1: 198.51.100.1 1 in 0s
2 sent 11: 10.0.1.2 4 in 105.5µs 10.0.2.2 7 in 98µs
3 sent 6: 10.0.3.2 6 in 107.5µs
4 sent 1: 203.0.113.9 1 in 127µs
`
	if got := hops(p); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestMistakes(t *testing.T) {
	const header = "traceroute to 10.9.9.9 (10.9.9.9), 30 hops max, 60 byte packets\n"
	const report = "HOST: laptop                      Loss%   Snt   Last   Avg  Best  Wrst StDev\n"
	tests := []struct{ input, want string }{
		{"", "line 1: there is nothing"},
		{"Tracing route to x\n", `line 1, column 1: "Tracing route to x" begins no output that is known`},
		{"\x12\x05\x00\x01", "this is scamper's binary format; expected text: sc_warts2json"},
		{header, "no hop answered"},
		{header + " 1  * * *\n", "no hop answered"},
		{header + " 1  10.0.0.1  1 ms\n 1  10.0.0.2  1 ms\n", "line 3, column 2: hop 1 stands after hop 1; expected 2 to 255"},
		{header + " 1  10.0.0.1  1 ms\n 256  10.0.0.2  1 ms\n", "line 3, column 2: hop 256 stands after"},
		{header + " 1  gateway  1 ms\n", `line 2, column 5: "gateway" is no address, nor a name with one`},
		{header + " 1  10.0.0.1  one ms\n", `line 2, column 15: "one" is no address, time in ms, * or annotation`},
		{header + " 1  10.0.0.1  1 ms  !\n 2 10.0.0.2 -1 ms\n", `line 3, column 13: "-1" is no address`},
		{header + "    10.0.0.1  1 ms\n", `line 2, column 5: "10.0.0.1" is no number of a hop`},
		{header + " 1  2001:db8::1  1 ms\n", "hop 1: 2001:db8::1 is not of IPv4"},
		{"HOST: laptop   Loss%  Drop\n", "line 1, column 1: the columns are others"},
		{report + "  1.|-- gw   0.0%    10    0.7   0.7   0.5   0.9   0.1\n", `line 2, column 3: hop 1: "gw" is a name; expected an address: mtr gives them with --no-dns`},
		{report + "  a.|-- 10.0.0.1\n", `line 2, column 3: "a.|-- 10.0.0.1" is no hop`},
		{report + "  1.|-- 10.0.0.1 0.0%    10    0.7   0.7   0.5   0.9   0.1\n  what\n", `line 3, column 3: "what" is no hop, no address and no label`},
		{report + "  2.|-- 10.0.0.1 0.0%    10    0.7   0.7   0.5   0.9   0.1\n  2.|-- 10.0.0.2 0.0%    10    0.7   0.7   0.5   0.9   0.1\n", "line 3, column 3: hop 2 stands after hop 2"},
		{"{\n \"report\": {]}\n", "line 2, column 13: invalid character"},
		{"{\"report\": {\n \"hubs\": 5}}\n", "line 2, column 10: report.hubs: a number is there; expected an array"},
		{"{}", "report.hubs: it is missing or empty"},
		{`{"report": {"hubs": [{"count": 0, "host": "10.0.0.1"}]}}`, "report.hubs[0].count: 0; expected 1 to 255"},
		{`{"report": {"hubs": [{"count": 1, "host": "gw", "Snt": 1}]}}`, `report.hubs[0].host: "gw" is a name`},
		{`{"report": {"hubs": [{"count": 1, "host": "10.0.0.1", "Snt": "many"}]}}`, "report.hubs[0]: Loss%, Snt, Avg or StDev is no number"},
		{`{"report": {"hubs": [{"count": 1, "host": "10.0.0.1", "Loss%": 101}]}}`, "report.hubs[0]: Loss%"},
		{`{"type": "ping"}`, `no line has the "type" trace or tracelb`},
		{"{\"type\": \"trace\", \"dst\": \"10.0.0.1\"}\n{\"type\": \"trace\", \"dst\": \"x\"}", `line 2: dst: "x" is no address`},
		{`{"type": "trace", "dst": "10.0.0.1", "hops": [{"addr": "y"}]}`, `line 1: hops[0].addr: "y" is no address`},
		{`{"type": "trace", "dst": "10.0.0.1", "hops": [{"addr": "10.0.0.1", "probe_ttl": 300}]}`, "line 1: hops[0]: probe_ttl is 300"},
		{`{"type": "tracelb", "dst": "10.0.0.1", "nodes": [{"addr": "10.0.0.2", "links": [[{"addr": "z"}]]}]}`, `line 1: nodes[0].links[0][0].addr: "z" is no address`},
	}
	for _, test := range tests {
		_, err := record.Read([]byte(test.input), 0)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %s…", test.input, err, test.want)
		}
	}
}

func TestFamily(t *testing.T) {
	const both = `{"type": "trace", "dst": "10.0.0.9", "hops": [{"addr": "10.0.0.9", "probe_ttl": 1, "rtt": 1}]}
{"type": "trace", "dst": "2001:db8::9", "hops": [{"addr": "2001:db8::9", "probe_ttl": 1, "rtt": 1}]}
`
	for family, want := range map[int]string{0: "10.0.0.9", 4: "10.0.0.9", 6: "2001:db8::9"} {
		p, err := record.Read([]byte(both), family)
		if err != nil || p.Target.String() != want {
			t.Errorf("family %d: %v, %v; want %s", family, p, err, want)
		}
	}
	const text = "traceroute to 10.0.0.9 (10.0.0.9), 30 hops max\n 1 10.0.0.9 1 ms\n"
	if _, err := record.Read([]byte(text), 6); err == nil || !strings.Contains(err.Error(), "the path is of IPv4; expected one of IPv6") {
		t.Errorf("a path of the other family: %v", err)
	}
}

// FuzzRead has no input break the reader, and whatever it takes become a configuration without mistakes.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"traceroute-long.txt", "traceroute-bsd.txt", "mtr-labels.txt", "mtr-old.json", "scamper-trace.json", "traceroute-firewalled.txt"} {
		input, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(input)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		p, err := record.Read(input, 0)
		if err != nil {
			return
		}
		text, _, err := p.Config(record.Options{Client: "client", Server: "server"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := config.Parse("fuzz", text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}
