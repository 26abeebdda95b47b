package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

var update = flag.Bool("update", false, "write the stored schema and the reference in README.md")

// TestStored holds what is stored in the tree against what is generated.
func TestStored(t *testing.T) {
	const file, readme = "../config.schema.json", "../README.md"
	fresh(t, file, func([]byte) []byte { return Schema() })
	if _, err := os.Stat(readme); errors.Is(err, fs.ErrNotExist) {
		t.Fatal("there is no README.md")
	}
	fresh(t, readme, UpdateReadme)
}

func fresh(t *testing.T, file string, generate func([]byte) []byte) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := generate(got)
	switch {
	case want == nil:
		t.Errorf("%s has no place for the reference: %s and %s, each on its line", file, beginMark, endMark)
	case bytes.Equal(got, want):
	case *update:
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is stale: run go generate ./config", file)
	}
}

func TestUpdateReadme(t *testing.T) {
	old := "a\n" + beginMark + "\nold\n" + endMark + "\nb\n"
	want := "a\n" + beginMark + "\n\n" + Reference() + "\n" + endMark + "\nb\n"
	got := UpdateReadme([]byte(old))
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := UpdateReadme(got); !bytes.Equal(again, got) {
		t.Errorf("the second update changed the first")
	}
	for _, text := range []string{"", beginMark, endMark, endMark + beginMark} {
		if got := UpdateReadme([]byte(text)); got != nil {
			t.Errorf("UpdateReadme(%q) = %q, want nil", text, got)
		}
	}
}

// validator reads the stored schema: a reader of files that is not the decoder.
func validator(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	var s jsonschema.Schema
	text, err := os.ReadFile("../config.schema.json")
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(&jsonschema.ResolveOptions{ValidateDefaults: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExampleIsValid(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	if err := validator(t).Validate(tree); err != nil {
		t.Error(err)
	}
}

// TestAgreement changes each value of a configuration that has every key, in
// turn, into each of many others, and adds a key to and takes each from every
// object. The schema rejects all that the decoder rejects before the checks of
// the network, and nothing that passes those.
func TestAgreement(t *testing.T) {
	var tree any
	if err := json.Unmarshal([]byte(complete), &tree); err != nil {
		t.Fatal(err)
	}
	v, tried, rejected := validator(t), 0, 0
	mutate(tree, func(what string) {
		text, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		s, f := newSource("f", text), new(File)
		value, ok := s.read()
		if !ok {
			t.Fatalf("%s: %v", what, s.mistakes)
		}
		s.decode(value, "", field{}, reflect.ValueOf(f).Elem())
		ungrammatical := len(s.mistakes) > 0
		s.check(f)
		err = v.Validate(tree)
		if ungrammatical && err == nil || err != nil && len(s.mistakes) == 0 {
			t.Errorf("%s\nthe schema says  %v\nthe decoder says %v", what, err, s.mistakes)
		}
		tried++
		if err != nil {
			rejected++
		}
	})
	if tried-rejected < 50 || rejected < 500 {
		t.Errorf("of %d changes %d were rejected: this test says little", tried, rejected)
	}
}

// complete has every key of the grammar.
const complete = `{
  "$schema": "./config.schema.json",
  "workers": 1, "busy_poll": "50us", "coalesce": "tcp", "offloads": true, "engine": "direct",
  "timeline": [ { "at": "5s", "set": { "nodes.r1.ttl": "decrement" } }, { "when": { "packets": 3 }, "unset": ["nodes.r1.ttl"] },
    { "when": { "bytes": 3 }, "set": {} }, { "when": { "errors": 3 }, "set": {} } ],
  "seed": 7, "routing": "shortest-path", "addressing": { "v4": "172.16.0.0/16", "v6": "fd80::/16" },
  "links": [
    { "between": ["r1:up", "r2"], "name": "a", "mtu": 1500, "up": true, "metric": 3,
      "both": { "mtu": 1400, "metric": 2, "rate": { "rate": "50mbit", "burst": 3000, "overhead": 38 }, "delay": "20ms", "loss": "1%", "reorder": "1%" },
      "to_r1": {
        "queue": { "packets": 100, "bytes": 150000, "time": "50ms", "discipline": "red", "ecn": true, "min": 3000, "max": 9000, "probability": "10%", "weight": "0.2%" },
        "delay": { "mean": "20ms", "jitter": "2ms", "distribution": "table", "table": "x.dist", "correlation": "25%", "overtake": true },
        "loss": [ "1%", { "probability": "1%", "correlation": "25%" }, { "every": 3, "match": {
          "above": 100, "below": 1400, "from": "10.0.0.0/8", "to": "10.0.0.0/8", "protocol": "udp", "port": 53, "fragments": "any" } },
          { "gilbert": { "to_bad": "1%", "to_good": "30%", "loss_bad": "100%", "loss_good": "0%" } }, { "fates": "x.fates" } ],
        "duplicate": { "probability": "1%", "correlation": "25%", "match": {} },
        "reorder": { "every": 3, "by": "5ms", "match": {} },
        "corrupt": { "probability": "1%", "correlation": "25%", "bits": 2, "where": "header", "match": {} } },
      "to_r2": {
        "queue": { "discipline": "codel", "target": "5ms", "interval": "100ms" },
        "loss": { "every": 3 },
        "duplicate": { "every": 3 },
        "reorder": { "probability": "1%", "correlation": "25%" },
        "corrupt": { "every": 3 },
        "trace": { "file": "x.trace", "format": "rates" } } } ],
  "nodes": { "r2": { "loopbacks": ["10.255.0.2", "fd00::2"] }, "r1": {
    "interfaces": { "left": {
      "addresses": ["10.1.0.1/24", "fd00:1::1/64"], "mtu": 1500, "urpf": "loose", "directed_broadcast": true, "mpls": [16, 1048575],
      "middlebox": {
        "out": { "drop_above": 1400, "super_packets": "drop", "df": "clear", "mss": 1360, "extension_headers": "drop", "fragments": { "drop": "first", "mangle": "payload" },
          "drop": [ { "icmp": "errors", "every": 2 }, { "above": 100, "below": 1400, "from": "10.0.0.0/8", "to": "10.0.0.0/8", "protocol": "udp", "port": 53, "fragments": "any", "probability": "1%" } ] },
        "in": { "fragments": "later", "drop": {} } },
      "tunnel": { "overhead": 80, "error": "outer", "source": "10.0.0.1", "destination": ["10.0.0.2", "fd00::2"], "protocol": 17 },
      "tun": { "device": "kernel", "netns": "client", "name": "tun0", "mtu": 1500, "addresses": ["10.1.0.2/24"], "routes": ["::/0"],
               "coalesce": "all", "offloads": false, "engine": "uring" } } },
    "routes": [ { "to": "10.9.0.0/16", "via": "10.1.0.2", "interface": "left", "kind": "unicast" },
                { "to": "10.8.0.0/16", "paths": [ { "via": "10.1.0.2", "weight": 3 }, { "via": "10.1.0.3", "interface": "left" } ] } ],
    "routes_file": "routes.txt",
    "forge": [ { "message": "packet_too_big", "mtu": 68, "match": {}, "pps": 100, "burst": 1, "first": 9, "source": "10.0.0.9", "sequence": "wrong", "port": "wrong" } ],
    "router_id": "10.0.0.1", "source_route": "process", "record_options": "ignore", "martians": "loose", "hop_by_hop": "ignore", "hop_by_hop_limit": 16,
    "like": "ios", "ttl": "keep", "multipath": { "hash": "flow-label", "seed": 7, "icmp_errors": "outer" },
    "icmp": {
      "rate": { "pps": 1000, "burst": 50, "per_destination": { "pps": 100, "burst": 20, "unlimited": false } },
      "ttl": 255, "reply_ttl": 64, "quote": 8, "quote6": 1192,
      "packet_too_big": { "rate": { "unlimited": true }, "action": "drop", "every": 2, "source": "10.1.0.1", "mtu": "+20", "overrides": [ { "mtu": 1300 } ] },
      "time_exceeded": { "rate": { "pps": 1 }, "source": ["10.1.0.1", "fd00:1::1"] },
      "unreachable": { "rate": {} },
      "parameter_problem": { "quote": 8, "probability": "1%", "checksum": "wrong", "first": 1, "delay": "20ms", "duplicate": 1, "ttl": 9, "target": "10.1.0.9",
        "limit": { "pps": 1, "burst": 1, "scope": "flow" },
        "quoted": { "source": "10.1.0.1", "destination": ["10.1.0.2"], "source_port": 1, "destination_port": 2, "protocol": 0, "dscp": 1, "ttl": 1, "checksum": "right",
          "outer": { "source": "10.1.0.1", "destination": "10.1.0.2", "protocol": 4 } },
        "overrides": [ { "match": { "in": "left", "out": "left", "code": "header-problem", "above": 1 }, "source": "receiver", "quote": "full" } ] },
      "redirect": {}, "source_quench": { "action": "send" },
      "error_source": "ingress", "extensions": "all", "probe": true, "echo": {"action": "drop"}, "redirects": true, "timestamp": false, "report_sub_1280": true
    }
  } }
}`

// mutate calls try once for each single change of the tree.
func mutate(tree any, try func(what string)) {
	others := []any{nil, true, false, -1.0, 0.0, 1.0, 1.5, 67.0, 68.0, 65535.0, 65536.0, 1e9, 1e10, 1e300, "", "?/", "kernel", "Kernel", "prohibit", "1%", "20ms", "50mbit", "r1:up", "tcp",
		"10.1.0.1", "10.1.0.0/24", "::1", "::/0", []any{}, []any{1.0}, []any{"::/0"}, map[string]any{}, map[string]any{"x": 1.0}}
	switch v := tree.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			old := v[key]
			for _, v[key] = range others {
				try(fmt.Sprintf("%q becomes %v", key, v[key]))
			}
			delete(v, key)
			try(fmt.Sprintf("%q goes", key))
			v[key] = old
			mutate(old, try)
		}
		for _, key := range []string{"colour", "mtu ", "", "ä", "MTU", "to_", "to_r3", "to_a b"} {
			v[key] = map[string]any{}
			try(fmt.Sprintf("%q comes", key))
			delete(v, key)
		}
	case []any:
		for i, old := range v {
			for _, v[i] = range others {
				try(fmt.Sprintf("[%d] becomes %v", i, v[i]))
			}
			v[i] = old
			mutate(old, try)
		}
	}
}

// TestComplete wants every key of the grammar in what TestAgreement changes.
func TestComplete(t *testing.T) {
	for object, keys := range grammar {
		for _, key := range keys {
			name := fmt.Sprintf("%q:", key.name)
			if key.keys != "" {
				name = `"` + key.keys
			}
			if !strings.Contains(complete, name) {
				t.Errorf("no %s of %s", key.name, object)
			}
		}
	}
}
