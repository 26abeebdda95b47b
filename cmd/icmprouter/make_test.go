package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/topology"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
)

// icmprouter runs a command, as from a shell.
func icmprouter(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	root := rootCommand()
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	code = execute(root, args)
	return out.String(), errs.String(), code
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := icmprouter(t, "", args...)
	if code != exitOK || stderr != "" {
		t.Fatalf("%v: exit code %d\n%s", args, code, stderr)
	}
	return stdout
}

// planOf is what run would do.
func planOf(t *testing.T, text string) network.Plan {
	t.Helper()
	file, err := config.Parse("made", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return file.Plan()
}

func TestMakeAllShapes(t *testing.T) {
	for _, c := range []struct {
		network      string
		nodes, links int
	}{
		{"chain:1", 1, 0}, {"chain:12", 12, 11}, {"ring:6", 6, 6}, {"star:5", 6, 5}, {"tree:2x4", 15, 14}, {"clos:2x4", 6, 8},
		{"grid:4x5", 20, 31}, {"mesh:5", 5, 10}, {"random:50", 50, 75}, {"as:1000", 1000, 1997},
	} {
		text := must(t, "make", c.network)
		if again := must(t, "make", c.network); again != text {
			t.Errorf("%s: not twice the same", c.network)
		}
		p := planOf(t, text)
		devices := map[string]int{}
		for _, n := range p.Nodes {
			for _, i := range n.Interfaces {
				if i.Device.Name != "" {
					devices[i.Device.Netns]++
				}
			}
			if len(n.Settings.Loopbacks) != 2 {
				t.Errorf("%s: %s has loopbacks %v", c.network, n.Name, n.Settings.Loopbacks)
			}
		}
		if len(p.Nodes) != c.nodes || len(p.Links) != c.links || p.Routing != network.ShortestPath || len(devices) != 2 || devices["client"] != 1 || devices["server"] != 1 {
			t.Errorf("%s: %d nodes, %d links, devices %v", c.network, len(p.Nodes), len(p.Links), devices)
		}
	}
}

func TestMakeSetsLinks(t *testing.T) {
	p := planOf(t, must(t, "make", "chain:3", "--mtu", "1400", "--delay", "20ms", "--jitter", "2ms", "--rate", "50mbit", "--loss", "0.5%",
		"--duplicate", "1%", "--reorder", "2%", "--corrupt", "3%", "--metric", "7", "--seed", "9", "--client", "here", "--server", "there",
		"--set", "links[1].mtu=1300", "--set", "links.r1-r2.to_r2.loss=[]", "--set", "nodes.r2.icmp.probe=true"))
	const both = "loss 0.5%; rate 50mbit; queue 1000 packets; corrupt 3%, 1 bits anywhere; duplicate 1%; delay 20ms ± 2ms uniform; reorder 2%"
	if p.Seed != 9 || p.Nodes[0].Interfaces[0].Device.Netns+p.Nodes[2].Interfaces[1].Device.Netns != "herethere" || !p.Nodes[1].Settings.Probe {
		t.Errorf("%+v", p)
	}
	plan := must(t, "show", "plan", write(t, must(t, "make", "chain:2", "--mtu", "1400", "--delay", "20ms", "--jitter", "2ms", "--rate", "50mbit", "--loss", "0.5%",
		"--duplicate", "1%", "--reorder", "2%", "--corrupt", "3%", "--metric", "7")))
	if !strings.Contains(plan, both) || !strings.Contains(plan, "MTU 1400  metric 7") {
		t.Errorf("%s\nwant %s", plan, both)
	}
	for i, want := range []struct{ mtu, losses int }{{1400, 0}, {1300, 1}} {
		l := p.Links[i]
		end := l.Ends[0]
		if got := p.Nodes[end.Node].Interfaces[end.Interface].MTU; got != want.mtu || len(l.To[1].Loss) != want.losses || len(l.To[0].Loss) != 1 {
			t.Errorf("link %s: MTU %d, %+v", l.Name, got, l.To)
		}
	}
}

func TestMakeWithoutDevices(t *testing.T) {
	text := must(t, "make", "--no-tun", "ring:3")
	if strings.Contains(text, "tun") {
		t.Error(text)
	}
	planOf(t, text)
}

func TestMakeSeed(t *testing.T) {
	one, two := must(t, "make", "as:50"), must(t, "make", "as:50", "--seed", "2")
	if one == two || must(t, "make", "as:50", "--seed", "1") != one {
		t.Error("the seed decides nothing")
	}
	t.Setenv("ICMPROUTER_SEED", "2")
	if must(t, "make", "as:50") != two {
		t.Error("ICMPROUTER_SEED decides nothing")
	}
}

func TestMakeList(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(must(t, "make", "--list")), "\n")
	if len(lines) != len(topology.Shapes()) {
		t.Errorf("%d lines", len(lines))
	}
	for i, s := range topology.Shapes() {
		if !strings.HasPrefix(lines[i], s.Form+"  ") || !strings.HasSuffix(lines[i], s.Summary) {
			t.Errorf("line %q", lines[i])
		}
	}
}

// What cannot be made prints nothing that could be taken for a configuration.
func TestMakeRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"chian:3", `there is no shape "chian"; did you mean "chain"?`},
		{"", `which network?`},
		{"chain:3 ring:3", `accepts at most 1 arg(s), received 2`},
		{"chain:3 --list", `--list takes no network`},
		{"chain:ten", `chain:ten: the number of nodes is 1 to 10000, not "ten"`},
		{"random:5 --links 100", `--links is 4 to 10 for so many nodes, not 100`},
		{"chain:3 --seed minus", `--seed`},
		{"chain:3 --mtu 12", "links[0].mtu: "},
		{"chain:3 --mtu 1000", "that would be no valid configuration:"},
		{"chain:3 --delay 20", "links[0].both.delay"},
		{"chain:3 --rate fast", "links[0].both.rate"},
		{"chain:3 --loss 1", "links[0].both.loss"},
		{"chain:3 --metric 70000", "links[0].metric"},
		{"chain:3 --client a/b", "nodes.r1.interfaces.client.tun.netns"},
		{"chain:12 --loss much", "  and 6 more"},
		{"chain:3 --set links[0].mut=1400", `links[0].mut: no such key`},
		{"chain:3 --set links[7].mtu=1400", `--set links[7]: there are 2`},
		{"chain:3 --set nodes.r4.ttl=keep", `there is no such node`},
		{"chain:3 --set nodes.r1.icmp.time_exceeded.action=maybe", `nodes.r1.icmp.time_exceeded.action: `},
	} {
		stdout, stderr, code := icmprouter(t, "", append([]string{"make"}, strings.Fields(c.args)...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("make %s: exit code %d, stdout %q, stderr:\n%s\nwant %s", c.args, code, stdout, stderr, c.want)
		}
	}
}
