package config

import (
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/tundev"
)

// badSpeed are knobs of how packets are moved that are not what they may be.
var badSpeed = []edited{
	{"workers of 0", []string{`"nodes"`, `"workers": 0, "nodes"`}, []string{
		`f:2:14: workers: 0 is out of range; expected a whole number from 1 to 64`,
	}},
	{"workers of 65", []string{`"nodes"`, `"workers": 65, "nodes"`}, []string{
		`f:2:14: workers: 65 is out of range; expected a whole number from 1 to 64`,
	}},
	{"worker", []string{`"nodes"`, `"worker": 2, "nodes"`}, []string{
		`f:2:3: worker: no such key; expected "$schema", "nodes", "workers", "busy_poll", "coalesce", "offloads", "engine", "seed", "routing", "addressing", "links" or "timeline"; did you mean "workers"?`,
	}},
	{"busy_poll as a number", []string{`"nodes"`, `"busy_poll": 50, "nodes"`}, []string{
		`f:2:16: busy_poll: the number 50 does not belong here; expected a string`,
	}},
	{"busy_poll without a unit", []string{`"nodes"`, `"busy_poll": "50", "nodes"`}, []string{
		`f:2:16: busy_poll: "50" is no duration; expected a duration from "0s" to "1s", as "50us"`,
	}},
	{"busy_poll of nothing", []string{`"nodes"`, `"busy_poll": "", "nodes"`}, []string{
		`f:2:16: busy_poll: the string is empty`,
	}},
	{"busy_poll below nothing", []string{`"nodes"`, `"busy_poll": "-1us", "nodes"`}, []string{
		`f:2:16: busy_poll: "-1us" is no duration; expected a duration from "0s" to "1s", as "50us"`,
	}},
	{"busy_poll of a minute", []string{`"nodes"`, `"busy_poll": "1m", "nodes"`}, []string{
		`f:2:16: busy_poll: 1m is too long; expected a duration from "0s" to "1s", as "50us"`,
	}},
	{"coalesce misspelt", []string{`"nodes"`, `"coalesce": "tpc", "nodes"`}, []string{
		`f:2:15: coalesce: "tpc" is none of the words that may stand here; expected "off", "tcp" or "all"; did you mean "tcp"?`,
	}},
	{"offloads as a word", []string{`"nodes"`, `"offloads": "off", "nodes"`}, []string{
		`f:2:15: offloads: the string "off" does not belong here; expected true or false`,
	}},
	{"engine misspelt", []string{`"nodes"`, `"engine": "io_uring", "nodes"`}, []string{
		`f:2:13: engine: "io_uring" is none of the words that may stand here; expected "auto", "direct" or "uring"; did you mean "uring"?`,
	}},
	{"engine of a TUN misspelt", []string{`"netns": "client"`, `"engine": "drect", "netns": "client"`}, []string{
		`f:8:30: nodes.r1.interfaces.left.tun.engine: "drect" is none of the words that may stand here; expected "auto", "direct" or "uring"; did you mean "direct"?`,
	}},
}

// suspectSpeed are knobs of devices that do not have them.
var suspectSpeed = []edited{
	{"knobs of water", []string{`"netns": "client"`, `"device": "water", "offloads": false, "netns": "client"`}, []string{
		`f:8:51: nodes.r1.interfaces.left.tun.offloads: the device water has no such choice`,
	}},
	{"all knobs of the kernel", []string{
		`"netns": "client"`, `"device": "kernel", "offloads": false, "coalesce": "all", "engine": "direct", "netns": "client"`,
	}, nil},
	{"knobs of the file reach those that have them", []string{
		`"nodes"`, `"offloads": false, "nodes"`,
		`"netns": "client"`, `"device": "water", "netns": "client"`,
	}, nil},
}

// TestSpeedPlan wants each knob where it belongs: that of the device, or else that
// of the file, and none where the device has no choice.
func TestSpeedPlan(t *testing.T) {
	const left, right = `"netns": "client"`, `"netns": "server"`
	type speed struct {
		noOffloads bool
		coalesce   tundev.Coalesce
		engine     tundev.Engine
	}
	for _, test := range []struct {
		file, left, right string
		want              [2]speed
	}{
		{"", "", "", [2]speed{{false, "off", "auto"}, {false, "off", "auto"}}},
		{`"offloads": false, "coalesce": "tcp", "engine": "uring",`, "", "", [2]speed{{true, "tcp", "uring"}, {true, "tcp", "uring"}}},
		{`"offloads": false, "coalesce": "tcp", "engine": "uring",`, `"offloads": true, "coalesce": "all", "engine": "auto",`, `"coalesce": "off",`,
			[2]speed{{false, "all", "auto"}, {true, "off", "uring"}}},
		{`"coalesce": "all",`, `"device": "water",`, `"offloads": false, "engine": "direct",`, [2]speed{{}, {true, "all", "direct"}}},
	} {
		text := strings.NewReplacer(`"nodes"`, test.file+`"nodes"`, left, test.left+left, right, test.right+right).Replace(base)
		for i, want := range test.want {
			got := parse(t, text).Plan().Nodes[0].Interfaces[i].Device
			if got := (speed{got.NoOffloads, got.Coalesce, got.Engine}); got != want {
				t.Errorf("%s%s%s: interface %d has %+v, want %+v", test.file, test.left, test.right, i, got, want)
			}
		}
	}
	plan := parse(t, changed(t, `"nodes"`, `"workers": 3, "busy_poll": "1.5ms", "nodes"`)).Plan()
	if plan.Workers != 3 || plan.BusyPoll != 1500*time.Microsecond {
		t.Errorf("%d workers, busy poll %v", plan.Workers, plan.BusyPoll)
	}
	for text, want := range map[string]time.Duration{"0s": 0, "0": 0, "50us": 50 * time.Microsecond, "50µs": 50 * time.Microsecond, "1s": time.Second} {
		if got := parse(t, changed(t, `"nodes"`, `"busy_poll": "`+text+`", "nodes"`)).Plan().BusyPoll; got != want {
			t.Errorf("busy_poll %s gives %v", text, got)
		}
	}
}

// TestSpeedSummary wants those that are not as by default.
func TestSpeedSummary(t *testing.T) {
	text := strings.NewReplacer(`"nodes"`, `"workers": 2, "busy_poll": "50us", "engine": "auto", "offloads": false, "nodes"`,
		`"netns": "server"`, `"coalesce": "tcp", "netns": "server"`).Replace(base)
	got := parse(t, text).Summary()
	if want := "all nodes\n  with  workers 2, busy_poll 50us, offloads false\n\nnode r1\n"; !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant it to begin\n%s", got, want)
	}
	if want := "routes 0.0.0.0/0, ::/0, coalesce tcp\n"; strings.Count(got, want) != 1 {
		t.Errorf("got\n%s\nwant once %q", got, want)
	}
}
