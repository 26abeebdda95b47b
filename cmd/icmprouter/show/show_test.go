package show_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/show"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew")

// plan is the network of testdata: two ways from a to d, one through b, and one through c, which tells
// nobody; a loop between a and b; a name that no format likes.
func plan(t *testing.T) *network.Plan {
	t.Helper()
	file, err := config.Load("testdata/network.json")
	if err != nil {
		t.Fatal(err)
	}
	p := file.Plan()
	return &p
}

// all is everything that is shown of the network.
var all = []struct {
	name     string
	from, to string // none: the plan
	family   int
}{
	{name: "plan"},
	{"two-ways", "client", "10.2.0.2", 0},
	{"two-ways-6", "client", "fd00:2::2", 0},
	{"to-a-node", "d:shop", "a", 4},
	{"to-a-node-6", "d:shop", "a", 6},
	{"from-an-address", "10.2.0.2", "10.255.0.1", 0},
	{"loop", "client", "192.0.2.1", 0},
	{"loop-6", "client", "2001:db8::1", 0},
	{"prohibited", "a", "192.0.2.129", 0},
	{"prohibited-6", "a", "2001:db8:8000::1", 0},
	{"no-route", "c", "198.51.100.1", 0},
	{"nobody-there", "client/tun0", "10.2.0.9", 0},
}

func printed(t *testing.T, i int, format string) string {
	t.Helper()
	var b bytes.Buffer
	var err error
	if c := all[i]; c.from == "" {
		err = show.Plan(&b, plan(t), format)
	} else {
		err = show.Paths(&b, plan(t), c.from, c.to, c.family, format)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTables(t *testing.T) {
	for i, c := range all {
		got, file := printed(t, i, "table"), "testdata/"+c.name+".golden"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, want)
		}
		if regexp.MustCompile(`(?m)[ \t]+$`).MatchString(got) {
			t.Errorf("%s: a line ends in blanks", c.name)
		}
	}
}

// JSON says all that is needed to draw it again.
func TestJSON(t *testing.T) {
	var p struct {
		Routing string
		Nodes   []struct {
			Node       string
			Loopbacks  []string
			Interfaces []struct {
				Interface, Link, Peer string
				Addresses             []string
				MTU                   int
				Device                *struct {
					Name, Netns       string
					Addresses, Routes []string
				}
			}
		}
		Links []struct {
			Link       string
			Up         bool
			Directions []struct {
				From, To    string
				MTU, Metric int
				Behavior    map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(printed(t, 0, "json")), &p); err != nil {
		t.Fatal(err)
	}
	a, spare, top := p.Nodes[0], p.Links[4], p.Links[2]
	home := a.Interfaces[1]
	if p.Routing != "shortest-path" || a.Node != "a" || len(a.Loopbacks) != 2 || a.Interfaces[2].Peer != "b:left" || a.Interfaces[2].Link != "a:up-b:left" ||
		home.Device.Netns != "client" || len(home.Device.Routes) != 2 || home.Device.Addresses[1] != "fd00:1::2/64" || p.Nodes[4].Interfaces[0].Addresses == nil {
		t.Errorf("%+v", p)
	}
	if spare.Up || spare.Directions[1].Metric != 7 || top.Directions[0].MTU != 1300 || top.Directions[1].MTU != 1400 ||
		p.Links[0].Directions[0].Behavior["delay"] != "20ms ± 2ms normal" || p.Links[0].Directions[1].Behavior["rate"] != "1.5mbit" {
		t.Errorf("%+v", p.Links)
	}
}

func TestJSONOfPaths(t *testing.T) {
	type hop struct {
		Number, Distance int
		Node, Verdict    string
		Addresses        []string
		Next             []struct {
			Interface, Via, Node, Link, Device, Dropped string
			Weight, MTU, Metric                         int
			Addresses                                   []string
			Back                                        bool
		}
	}
	var p struct {
		From, To struct{ Name, Address string }
		Hops     []hop
		Ends     []string
		Loop     bool
		PathMTU  int `json:"path_mtu"`
	}
	for i, c := range all {
		if c.from == "" {
			continue
		}
		if err := json.Unmarshal([]byte(printed(t, i, "json")), &p); err != nil {
			t.Fatal(err)
		}
		if p.Loop != strings.HasPrefix(c.name, "loop") || len(p.Ends) == 0 {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	if err := json.Unmarshal([]byte(printed(t, 1, "json")), &p); err != nil {
		t.Fatal(err)
	}
	last := p.Hops[3]
	if p.From.Address != "10.1.0.2" || p.PathMTU != 1300 || last.Node != "d" || last.Number != 3 || last.Distance != 2 || len(last.Addresses) != 2 ||
		last.Next[0].Device != `tun0 in a"<b>#1;\` || p.Hops[1].Next[0].Link != "top" || p.Hops[2].Addresses == nil || len(p.Hops[2].Addresses) != 0 {
		t.Errorf("%+v", p)
	}
}
