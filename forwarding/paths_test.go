package forwarding_test

import (
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
)

// Paths says what Receive does: by what links, and to whom.
func TestPaths(t *testing.T) {
	both(t, func(n *node) {
		table := n.netted([]forwarding.Lead{lead(1), lead(3), lead(0)}, []forwarding.Lead{lead(3)})
		for dst, want := range map[string]string{
			"nowhere": "right h2, left h1b", "h2": "right h2", "far": "link-down", "hdown": "link-down",
			"r.left": "deliver", "loopback": "martian-destination", "unreachable": "no-route",
		} {
			a, err := address(n.family, dst)
			if err != nil {
				t.Fatal(err)
			}
			ways, v := table.Paths(a)
			got := v.Reason.String()
			switch v.Action {
			case forwarding.Deliver:
				got = "deliver"
			case forwarding.Forward:
				var all []string
				for _, way := range ways {
					all = append(all, linkNames[way.Link]+" "+nameOf(n.family, way.Via.String()))
				}
				got = strings.Join(all, ", ")
			}
			if got != want || v.Action != forwarding.Forward && ways != nil || ways != nil && v.Link != ways[0].Link {
				t.Errorf("to %s: %q, %+v, wanted %q", dst, got, v, want)
			}
		}
	})
}

// Weights are as they were said.
func TestPathsWeigh(t *testing.T) {
	both(t, func(n *node) {
		table, err := chosen(n.family, "paths weighted")
		if err != nil {
			n.t.Fatal(err)
		}
		dst, _ := address(n.family, "nowhere")
		if ways, _ := table.Paths(dst); len(ways) != 2 || ways[0].Weight != 30 || ways[1].Weight != 10 {
			n.t.Errorf("%+v", ways)
		}
	})
}
