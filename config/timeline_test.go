package config

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// timed is base with a timeline on its second line.
func timed(t testing.TB, steps string) string {
	t.Helper()
	text, found := strings.CutPrefix(base, "{\n")
	if !found {
		t.Fatal("base begins otherwise")
	}
	return "{\n\"timeline\": [" + steps + "],\n" + text
}

// TestTimelineMistakes names the step that would make the configuration wrong, and what in it.
func TestTimelineMistakes(t *testing.T) {
	const right = "nodes.r1.interfaces.right.mtu"
	for name, row := range map[string]struct {
		steps string
		want  []string
	}{
		"fine": {`{"at":"0s","set":{"` + right + `":1300}},{"at":"0s","unset":["` + right + `"]},{"when":{"errors":1},"set":{"nodes.r1.icmp.packet_too_big.action":"drop"}},{"at":"24h","unset":["nodes.r1.icmp.packet_too_big.action"]}`, nil},
		"mended by a later step": {`{"at":"1s","set":{"` + right + `":1200}},{"at":"2s","set":{"` + right + `":1300}}`, []string{
			`f:2:64: timeline[0].set["nodes.r1.interfaces.right.mtu"]: nodes.r1.interfaces.right.mtu: 1200 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`}},
		"the second step": {`{"at":"1s","set":{"` + right + `":1300}},{"at":"2s","set":{"nodes.r1.ttl":"kep"}}`, []string{
			`f:2:104: timeline[1].set["nodes.r1.ttl"]: nodes.r1.ttl: "kep" is none of the words that may stand here; expected "decrement" or "keep"; did you mean "keep"?`}},
		"no such node": {`{"at":"1s","set":{"nodes.r7.ttl":"keep"}}`, []string{
			`f:2:47: timeline[0].set["nodes.r7.ttl"]: nodes.r7: there is no such node; they are r1 to r1; did you mean "r1"?`}},
		"nothing to unset": {`{"at":"1s","unset":["nodes.r1.ttl"]}`, []string{
			`f:2:34: timeline[0].unset[0]: nodes.r1.ttl: there is none`}},
		"the timeline itself": {`{"at":"1s","set":{"timeline[0].at":"2s"}}`, []string{
			`f:2:14: timeline[0]: a step changes the timeline; expected a path of anything else`}},
		"no time":       {`{"set":{"` + right + `":1300}}`, []string{`f:2:14: timeline[0]: nothing says when; expected one of "at" or "when"`}},
		"two times":     {`{"at":"1s","when":{"packets":1},"set":{"` + right + `":1300}}`, []string{`f:2:32: timeline[0].when: a second choice beside "at"; expected one of "at" or "when"`}},
		"backwards":     {`{"at":"2s","unset":["` + right + `"]},{"at":"1s","set":{"` + right + `":1300}}`, []string{`f:2:74: timeline[1].at: 1s is before 2s of a step above; expected steps in their order`}},
		"no duration":   {`{"at":"soon","set":{}}`, []string{`f:2:20: timeline[0].at: "soon" is no duration of at least 0s; expected a duration, as "20ms"`}},
		"before it all": {`{"at":"-1s","set":{}}`, []string{`f:2:20: timeline[0].at: "-1s" is no duration of at least 0s; expected a duration, as "20ms"`}},
		"nothing":       {`{"at":"1s"}`, []string{`f:2:14: timeline[0]: the step changes nothing; expected "set" or "unset"`}},
		"two counters":  {`{"when":{"packets":1,"bytes":2},"set":{}}`, []string{`f:2:22: timeline[0].when: 2 things are counted; expected one of "packets", "bytes" or "errors"`}},
		"no counter":    {`{"when":{},"set":{}}`, []string{`f:2:22: timeline[0].when: 0 things are counted; expected one of "packets", "bytes" or "errors"`}},
		"set a list":    {`{"at":"1s","set":[]}`, []string{`f:2:31: timeline[0].set: an array does not belong here; expected an object of paths and values`}},
		"a path twice": {`{"at":"1s","set":{"a":1,"a":2}}`, []string{
			`f:2:38: timeline[0].set.a: the key stands twice, first at 2:32; expected each key once`}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, timed(t, row.steps), row.want) })
	}
}

// A timeline that is being played need not make sense from where it is.
func TestRunningTimeline(t *testing.T) {
	text := []byte(timed(t, `{"at":"1s","unset":["nodes.r1.ttl"]}`))
	if _, err := ParseBeside("f", text); err == nil {
		t.Error("what is not there can be unset")
	}
	f, err := ParseRunning("f", text)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := f.Timeline[0].Delay(); at != time.Second || !ok {
		t.Errorf("%v, %t", at, ok)
	}
	if !strings.Contains(f.Summary(), "\ntimeline\n  at 1s: unset nodes.r1.ttl\n") {
		t.Errorf("the summary is silent:\n%s", f.Summary())
	}
}

func TestAssignmentsKeepTheirOrder(t *testing.T) {
	const text = `{"z":1,"a":{"b":[2]},"\"":null}`
	var a Assignments
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	if back, err := json.Marshal(a); err != nil || string(back) != text {
		t.Errorf("%s, %v", back, err)
	}
	for _, bad := range []string{`[]`, `1`, `{"a":1,"a":2}`} {
		if json.Unmarshal([]byte(bad), &a) == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
