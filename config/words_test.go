package config

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

// words returns the words that may stand at a key of an object.
func words(object any, key string) []string {
	keys := grammar[reflect.TypeOf(object)]
	return keys[slices.IndexFunc(keys, func(f field) bool { return f.name == key })].enum
}

// TestWords holds the words of the grammar against the constants that they name.
func TestWords(t *testing.T) {
	var backends []string
	for _, b := range tundev.Backends {
		backends = append(backends, string(b))
	}
	if got := words(TUN{}, "device"); !slices.Equal(got, backends) {
		t.Errorf("devices %q, want %q", got, backends)
	}
	for _, b := range backends {
		text := changed(t, `"netns": "server"`, fmt.Sprintf(`"netns": "server", "device": %q`, b))
		if got := parse(t, text).Plan().Nodes[0].Interfaces[1].Device.Backend; string(got) != b {
			t.Errorf("device %q gives backend %q", b, got)
		}
	}
	routes := words(Route{}, "kind")
	if len(routes) != len(kinds)-1 {
		t.Errorf("kinds of routes %q, want those of %v", routes, kinds)
	}
	for _, word := range routes {
		via := ""
		if word == "unicast" {
			via = `, "via": "10.2.0.2"`
		}
		text := changed(t, `"kind": "prohibit"`, fmt.Sprintf(`"kind": %q%s`, word, via))
		if got := parse(t, text).Plan().Nodes[0].Routes[1].Kind; got != kinds[word] {
			t.Errorf("kind %q gives %d, want %d", word, got, kinds[word])
		}
	}
}

// planned is the settings of the one node of a text, and its first link.
func planned(t *testing.T, text string) (forwarding.Settings, network.Interface) {
	t.Helper()
	node := parse(t, text).Plan().Nodes[0]
	return node.Settings, node.Interfaces[0]
}

// TestKnobs gives every word of every knob, each alone, and none.
func TestKnobs(t *testing.T) {
	type choice struct {
		object any
		key    string
		at     string // what stands before the knob in base
		want   map[string]any
		get    func(forwarding.Settings, network.Interface) any
	}
	choices := []choice{
		{Node{}, "source_route", `"r1": {`, map[string]any{
			"": forwarding.SourceRouteDrop, "drop": forwarding.SourceRouteDrop,
			"ignore": forwarding.SourceRouteIgnore, "process": forwarding.SourceRouteProcess,
		}, func(s forwarding.Settings, _ network.Interface) any { return s.SourceRoute }},
		{Node{}, "record_options", `"r1": {`, map[string]any{
			"": forwarding.RecordProcess, "process": forwarding.RecordProcess,
			"ignore": forwarding.RecordIgnore, "drop": forwarding.RecordDrop,
		}, func(s forwarding.Settings, _ network.Interface) any { return s.Record }},
		{Node{}, "martians", `"r1": {`, map[string]any{
			"": forwarding.MartiansStrict, "strict": forwarding.MartiansStrict,
			"loose": forwarding.MartiansLoose, "off": forwarding.MartiansOff,
		}, func(s forwarding.Settings, _ network.Interface) any { return s.Martians }},
		{Node{}, "hop_by_hop", `"r1": {`, map[string]any{
			"": forwarding.HopByHopProcess, "process": forwarding.HopByHopProcess,
			"ignore": forwarding.HopByHopIgnore, "drop": forwarding.HopByHopDrop,
		}, func(s forwarding.Settings, _ network.Interface) any { return s.HopByHop }},
		{ICMP{}, "error_source", `"icmp": {`, map[string]any{
			"": forwarding.ErrorSourceEgress, "egress": forwarding.ErrorSourceEgress, "ingress": forwarding.ErrorSourceIngress,
		}, func(s forwarding.Settings, _ network.Interface) any { return s.ErrorSource }},
		{ICMP{}, "extensions", `"icmp": {`, map[string]any{
			"": forwarding.ExtensionsOff, "off": forwarding.ExtensionsOff,
			"incoming": forwarding.ExtensionsIncoming, "all": forwarding.ExtensionsAll,
		}, func(s forwarding.Settings, _ network.Interface) any { return s.Extensions }},
		{Interface{}, "urpf", `"left": {`, map[string]any{
			"": forwarding.URPFOff, "off": forwarding.URPFOff, "loose": forwarding.URPFLoose,
			"feasible": forwarding.URPFFeasible, "strict": forwarding.URPFStrict,
		}, func(_ forwarding.Settings, i network.Interface) any { return i.URPF }},
	}
	for _, c := range choices {
		want := append(words(c.object, c.key), "")
		if got := slices.Collect(maps.Keys(c.want)); len(got) != len(want) {
			t.Errorf("%s: the words %q, want %q", c.key, got, want)
		}
		for _, word := range want {
			text := base
			if word != "" {
				text = changed(t, c.at, fmt.Sprintf("%s %q: %q,", c.at, c.key, word))
			}
			if got := c.get(planned(t, text)); got != c.want[word] {
				t.Errorf("%s %q gives %v, want %v", c.key, word, got, c.want[word])
			}
		}
	}
}

// TestSettings wants each knob of a node in its setting, and nothing else changed.
func TestSettings(t *testing.T) {
	plain := forwarding.Settings{Redirects: true, Multipath: forwarding.Multipath{Seed: nodeSeed(1, "multipath", "r1")}}
	set := func(change func(*forwarding.Settings)) forwarding.Settings {
		s := plain
		change(&s)
		return s
	}
	tests := []struct {
		at, knob string
		want     forwarding.Settings
	}{
		{`"r1": {`, `"router_id": "10.0.0.1"`, set(func(s *forwarding.Settings) { s.RouterID = addr("10.0.0.1") })},
		{`"r1": {`, `"hop_by_hop_limit": 1`, set(func(s *forwarding.Settings) { s.HopByHopLimit = 1 })},
		{`"r1": {`, `"hop_by_hop_limit": 1023`, set(func(s *forwarding.Settings) { s.HopByHopLimit = 1023 })},
		{`"icmp": {`, `"probe": true`, set(func(s *forwarding.Settings) { s.Probe = true })},
		{`"icmp": {`, `"redirects": true`, plain},
		{`"icmp": {`, `"echo": {"action": "send"}`, plain},
		{`"icmp": {`, `"echo": {"action": "drop"}`, set(func(s *forwarding.Settings) {
			s.Seed, s.Policy[forwarding.Echo] = nodeSeed(1, "policy", "r1"), []forwarding.Rule{{Policy: forwarding.Policy{Drop: true}}}
		})},
		{`"icmp": {`, `"timestamp": true`, plain},
		{`"icmp": {`, `"timestamp": false`, set(func(s *forwarding.Settings) { s.NoTimestamp = true })},
		{`"icmp": {`, `"report_sub_1280": true`, set(func(s *forwarding.Settings) { s.ReportSub1280 = true })},
		{`"icmp": {`, `"probe": false, "redirects": false, "report_sub_1280": false`, set(func(s *forwarding.Settings) { s.Redirects = false })},
	}
	for _, test := range tests {
		if got, _ := planned(t, changed(t, test.at, test.at+test.knob+",")); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s gives %+v, want %+v", test.knob, got, test.want)
		}
	}
	for word, want := range map[string]bool{"true": true, "false": false} {
		_, left := planned(t, changed(t, `"left": {`, `"left": { "directed_broadcast": `+word+`,`))
		if left.DirectedBroadcast != want {
			t.Errorf("directed_broadcast %s gives %t", word, left.DirectedBroadcast)
		}
	}
}

// TestIsName holds the decoder's idea of names against the pattern of the schema.
func TestIsName(t *testing.T) {
	pattern := regexp.MustCompile(names)
	texts := []string{"", "r1.example_A-9", strings.Repeat("r", 63), strings.Repeat("r", 64), "ä", "r1\n", "r 1", "a:b"}
	for c := range 256 {
		texts = append(texts, string([]byte{'a', byte(c)}))
	}
	for _, text := range texts {
		if got, want := isName(text), pattern.MatchString(text); got != want {
			t.Errorf("%q is a name: %t, want %t", text, got, want)
		}
	}
}
