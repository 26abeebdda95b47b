package topology_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/topology"
	"github.com/icmprouter/icmprouter/config/document"
)

func configure(t *testing.T, network string, a topology.Attributes) *document.Document {
	t.Helper()
	g, err := topology.Make(network, topology.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return topology.Configure(g, a)
}

func TestConfiguration(t *testing.T) {
	got := string(configure(t, "chain:3", topology.Attributes{Seed: 7, MTU: 1400, Metric: 3, Delay: "20ms", Jitter: "2ms", Rate: "50mbit",
		Loss: "0.5%", Duplicate: "1%", Reorder: "2%", Corrupt: "3%", Client: "a<b", Server: "s"}).Bytes())
	const both = `"both": { "rate": "50mbit", "delay": { "mean": "20ms", "jitter": "2ms" }, "loss": "0.5%", "duplicate": "1%", "reorder": "2%", "corrupt": "3%" }`
	want := `{
  "seed": 7,
  "routing": "shortest-path",
  "addressing": { "v4": "10.0.0.0/8", "v6": "fd00::/16" },
  "nodes": {
    "r1": { "interfaces": { "client": { "tun": { "netns": "a<b", "name": "tun0" } } } },
    "r2": {},
    "r3": { "interfaces": { "server": { "tun": { "netns": "s", "name": "tun0" } } } }
  },
  "links": [
    { "name": "r1-r2", "between": ["r1", "r2"], "mtu": 1400, "metric": 3, ` + both + ` },
    { "name": "r2-r3", "between": ["r2", "r3"], "mtu": 1400, "metric": 3, ` + both + ` }
  ]
}
`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// Errors of the 65th node would expire on their way back with the default TTL.
func TestLongNetworksAreHeard(t *testing.T) {
	for shape, wants := range map[string]bool{"chain:64": false, "chain:65": true, "ring:127": false, "ring:128": true} {
		text := string(configure(t, shape, topology.Attributes{}).Bytes())
		if got := strings.Count(text, `"icmp": { "ttl": 255, "reply_ttl": 255 }`); got > 0 != wants || wants && got < 65 {
			t.Errorf("%s: %d nodes have a TTL of their own", shape, got)
		}
	}
}

// What nobody asked for is not there.
func TestConfigurationOfNothing(t *testing.T) {
	got := string(configure(t, "chain:1", topology.Attributes{Seed: 1, Client: "same", Server: "same"}).Bytes())
	want := `{
  "seed": 1,
  "routing": "shortest-path",
  "addressing": { "v4": "10.0.0.0/8", "v6": "fd00::/16" },
  "nodes": {
    "r1": {
      "interfaces": {
        "client": { "tun": { "netns": "same", "name": "tun0" } },
        "server": { "tun": { "netns": "same", "name": "tun1" } }
      }
    }
  }
}
`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// at reads a value by encoding/json's eyes.
func at(t *testing.T, d *document.Document, keys ...any) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(d.Bytes(), &v); err != nil {
		t.Fatalf("%v\n%s", err, d.Bytes())
	}
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			v = v.(map[string]any)[k]
		case int:
			v = v.([]any)[k]
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSet(t *testing.T) {
	for _, c := range []struct {
		assignment string
		want       string
		at         []any
	}{
		{"links[1].mtu=1400", `1400`, []any{"links", 1, "mtu"}},
		{"links.r2-r3.mtu=1400", `1400`, []any{"links", 1, "mtu"}},
		{"links[r2-r3].mtu=1400", `1400`, []any{"links", 1, "mtu"}},
		{"links.0.up=false", `false`, []any{"links", 0, "up"}},
		{"links[*].both.loss=1%", `"1%"`, []any{"links", 1, "both", "loss"}},
		{"links[*].both.loss=1%", `"1%"`, []any{"links", 0, "both", "loss"}},
		{"nodes.*.ttl=keep", `"keep"`, []any{"nodes", "r3", "ttl"}},
		{"nodes.r2.icmp.time_exceeded.action=drop", `{"time_exceeded":{"action":"drop"}}`, []any{"nodes", "r2", "icmp"}},
		{`nodes.r2.routes[0]={"to": "192.0.2.0/24", "kind": "blackhole"}`, `[{"kind":"blackhole","to":"192.0.2.0/24"}]`, []any{"nodes", "r2", "routes"}},
		{"nodes.r2.loopbacks[0]=10.9.9.9", `["10.9.9.9"]`, []any{"nodes", "r2", "loopbacks"}},
		{"nodes[r1].interfaces.client.tun.name=eth0", `{"name":"eth0","netns":"c"}`, []any{"nodes", "r1", "interfaces", "client", "tun"}},
		{`seed=9`, `9`, []any{"seed"}},
		{`nodes.x={"routes": [1, 2.50, "a=b"]}`, `{"routes":[1,2.5,"a=b"]}`, []any{"nodes", "x"}},
		{`nodes.r1.x=`, `""`, []any{"nodes", "r1", "x"}},
		{`nodes.r1.x="1"`, `"1"`, []any{"nodes", "r1", "x"}},
		{`nodes.r1.x=10.0.0.1`, `"10.0.0.1"`, []any{"nodes", "r1", "x"}},
	} {
		d := configure(t, "chain:3", topology.Attributes{Client: "c"})
		if err := d.Assign(c.assignment); err != nil {
			t.Errorf("%s: %v", c.assignment, err)
			continue
		}
		if got := at(t, d, c.at...); got != c.want {
			t.Errorf("%s: %s, want %s", c.assignment, got, c.want)
		}
	}
}

func TestBadSet(t *testing.T) {
	for _, c := range []struct{ assignment, want string }{
		{"links", `"links": expected PATH=VALUE`},
		{"=4", `"=4": expected PATH=VALUE`},
		{"links[3].mtu=1400", `links[3]: there are 2`},
		{"links[-1].mtu=1400", `links[-1]: there are 2`},
		{"links.r1-r3.mtu=1400", `links[r1-r3]: none has that name; did you mean "r1-r2"?`},
		{"links[0.mtu=1400", `"links[0.mtu" is no path`},
		{".links=1", `".links" is no path`},
		{"links..mtu=1", `is no path`},
		{"nodes.r9.ttl=keep", `nodes.r9: there is no such node; they are r1 to r3`},
		{"seed.x=1", `seed is 0: there is nothing in it to set`},
		{`nodes.r1.x={"a": 1`, `begins as JSON does, and is none`},
		{`nodes.r1.x=[1,]`, `begins as JSON does, and is none`},
		{`nodes.r1.x={"a": 1} 2`, `begins as JSON does, and is none`},
	} {
		err := configure(t, "chain:3", topology.Attributes{}).Assign(c.assignment)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.assignment, err, c.want)
		}
	}
}

// A number is as it was given: the configuration is the one to say that it is too large.
func TestSetKeepsNumbers(t *testing.T) {
	d := configure(t, "chain:3", topology.Attributes{})
	if err := d.Assign("seed=12345678901234567890123"); err != nil {
		t.Fatal(err)
	}
	if text := string(d.Bytes()); !strings.Contains(text, `"seed": 12345678901234567890123,`) {
		t.Error(text)
	}
}

// A link is one line, however long: a thousand of them can be read, and compared by line.
func TestALinkIsALine(t *testing.T) {
	d := configure(t, "as:100", topology.Attributes{Rate: strings.Repeat("9", 200) + "bit"})
	if lines := strings.Count(string(d.Bytes()), "\n    { \"name\""); lines != 197 {
		t.Errorf("%d links with a line each", lines)
	}
}
