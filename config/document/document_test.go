package document_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/config/document"
)

const text = `{
  "seed": 7,
  "addressing": { "v4": "10.0.0.0/8" },
  "nodes": {
    "r1": { "icmp": { "packet_too_big": { "action": "drop" } }, "interfaces": { "a": { "mtu": 1400 }, "b": { "tun": { "name": "t" } } } },
    "r.2": { "icmp": { "packet_too_big": { "action": "drop", "every": 2 } } }
  },
  "links": [
    { "name": "x", "between": ["r1", "r.2"], "both": { "loss": ["1%", "2%"] } },
    { "name": "y", "between": ["r1", "r.2"] }
  ]
}
`

func parsed(t *testing.T) *document.Document {
	t.Helper()
	d, err := document.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// seen is a document as encoding/json has it.
func seen(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

// What is parsed and printed is as it was, and a second time to the letter.
func TestRoundTrip(t *testing.T) {
	first := parsed(t).Bytes()
	if !reflect.DeepEqual(seen(t, first), seen(t, []byte(text))) {
		t.Errorf("%s\nis not\n%s", first, text)
	}
	again, err := document.Parse(first)
	if err != nil || string(again.Bytes()) != string(first) {
		t.Errorf("%v\n%s\nis not\n%s", err, again.Bytes(), first)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{`[1]`: "expected a JSON object", `{"a": 1} x`: "invalid character", ``: "unexpected end"} {
		if _, err := document.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// Whatever is unset is gone, with what it leaves empty; all else stays.
func TestUnset(t *testing.T) {
	whole := reordered(t, text)
	for path, change := range map[string][]string{ // of the text with its keys sorted: old and new by turns
		"seed":                                   {`,"seed":7`, ``},
		"addressing.v4":                          {`"addressing":{"v4":"10.0.0.0/8"},`, ``},
		"nodes.r1.icmp.packet_too_big.action":    {`"icmp":{"packet_too_big":{"action":"drop"}},`, ``},
		`nodes["r.2"].icmp.packet_too_big.every`: {`,"every":2`, ``},
		"nodes.*.icmp.packet_too_big":            {`"icmp":{"packet_too_big":{"action":"drop"}},`, ``, `"icmp":{"packet_too_big":{"action":"drop","every":2}}`, ``},
		"nodes.r1.interfaces.a.mtu":              {`{"mtu":1400}`, `{}`},
		"links.x.both.loss[0]":                   {`"1%",`, ``},
		"links[1]":                               {`,{"between":["r1","r.2"],"name":"y"}`, ``},
	} {
		d := parsed(t)
		if err := d.Unset(path); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		want := strings.NewReplacer(change...).Replace(whole)
		if got := reordered(t, string(d.Bytes())); got != want || want == whole {
			t.Errorf("%s:\n%s\nwant\n%s", path, got, want)
		}
	}
}

// reordered is JSON with its keys sorted.
func reordered(t *testing.T, text string) string {
	b, _ := json.Marshal(seen(t, []byte(text)))
	return string(b)
}

// What cannot be done changes nothing.
func TestRefusedChanges(t *testing.T) {
	d := parsed(t)
	for path, want := range map[string]string{
		"nodes.r1.icmp.packet_to_big":   `did you mean "packet_too_big"?`,
		"nodes.r1.interfaces.a.mtu.x":   "there is nothing in it",
		"links[7]":                      "there are 2",
		"links.z":                       "none has that name",
		"nodes.*.interfaces.a.tun.name": "there is none",
		"":                              "the path is empty",
		`nodes["r1`:                     "is no path",
	} {
		if err := d.Unset(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("unset %s: %v, want %s", path, err, want)
		}
	}
	if err := d.Set("links.*.both.loss[0].every", 3); err == nil {
		t.Errorf("a key was set within a string:\n%s", d.Bytes())
	}
	d.Root.Delete("links")
	if err := d.Set("links.x.mtu", 1300); err == nil || err.Error() != "links[x]: there are no links" {
		t.Errorf("set in a link where there is none: %v", err)
	}
	d.Root.Set("links", parsed(t).Root.Get("links"))
	if string(d.Bytes()) != string(parsed(t).Bytes()) {
		t.Errorf("a refused change has changed\n%s", d.Bytes())
	}
}

func TestGet(t *testing.T) {
	d := parsed(t)
	for path, want := range map[string]string{
		"seed": `7`, "links.x.both.loss": `["1%", "2%"]`, `nodes["r.2"].icmp.packet_too_big.every`: `2`,
	} {
		value, err := d.Get(path)
		got, _ := json.Marshal(value)
		if err != nil || reordered(t, string(got)) != reordered(t, want) {
			t.Errorf("%s: %s, %v, want %s", path, got, err, want)
		}
	}
	if _, err := d.Get("nodes.r1.icmp.time_exceeded"); err == nil {
		t.Error("what is not there was found")
	}
}

// A clone and its model know nothing of each other.
func TestClone(t *testing.T) {
	d := parsed(t)
	c := d.Clone()
	if err := c.Set("nodes.r1.interfaces.a.mtu", 68); err != nil {
		t.Fatal(err)
	}
	if string(d.Bytes()) != string(parsed(t).Bytes()) || string(c.Bytes()) == string(d.Bytes()) {
		t.Errorf("%s\n%s", d.Bytes(), c.Bytes())
	}
}
