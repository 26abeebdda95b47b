package forwarding_test

import (
	"net/netip"
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

// A group whose paths lead nowhere is refused, and says which; one of a single path is that path.
func TestGroupMustLead(t *testing.T) {
	left, right := forwarding.Path{Via: netip.MustParseAddr("10.1.0.3")}, forwarding.Path{Via: netip.MustParseAddr("10.2.0.2")}
	for want, group := range map[string][]forwarding.Path{
		"no paths":         {},
		"weight -1":        {left, {Via: right.Via, Weight: -1}},
		"weight 70000":     {left, {Via: right.Via, Weight: 70000}},
		"no link nowhere":  {left, {Link: "nowhere"}},
		"no link reaches":  {left, {Via: netip.MustParseAddr("10.7.0.1")}},
		"the other family": {left, {Via: netip.MustParseAddr("fd00:1::2")}},
	} {
		to := forwarding.Route{To: netip.MustParsePrefix("192.0.2.0/24"), Group: &forwarding.Group{Paths: group}}
		_, err := forwarding.NewTable(testLinks(4), []forwarding.Route{to}, forwarding.Settings{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "192.0.2.0/24") {
			t.Errorf("%v: got %v, wanted %q", group, err, want)
		}
	}
	one := forwarding.Route{To: netip.MustParsePrefix("192.0.2.0/24"), Group: &forwarding.Group{Paths: []forwarding.Path{right}}}
	table, err := forwarding.NewTable(testLinks(4), []forwarding.Route{one}, forwarding.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if ways, _ := table.Paths(netip.MustParseAddr("192.0.2.9")); len(ways) != 1 || ways[0] != (forwarding.Way{Link: 1, Via: right.Via, Weight: 1}) {
		t.Errorf("%+v", ways)
	}
}
