package main

import (
	"fmt"
	"io"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
)

// boxesJSON is what boxes on the node's links did, which are no part of the node: Dropped is what they lost behind it.
type boxesJSON struct {
	Dropped   map[string]uint64 `json:"dropped_behind"`
	DFCleared uint64            `json:"df_cleared"`
	DFSet     uint64            `json:"df_set"`
	Clamped   uint64            `json:"mss_clamped"`
	Mangled   uint64            `json:"fragments_mangled"`
}

// toBoxes is nil where no box did anything but drop before the node.
func toBoxes(c *forwarding.BoxCounters) *boxesJSON {
	if *c == (forwarding.BoxCounters{}) {
		return nil
	}
	j := &boxesJSON{map[string]uint64{}, c.DFCleared, c.DFSet, c.Clamped, c.Mangled}
	for reason := range drop.NumReasons {
		if n := c.Behind(reason); n != 0 {
			j.Dropped[reason.String()] = n
		}
	}
	return j
}

// printLies prints what nobody on the way knows of: what boxes did, and what a forger sent.
func printLies(w io.Writer, c *forwarding.Counters) {
	say := func(what string, n uint64, how string) {
		if n != 0 {
			fmt.Fprintf(w, "  %s\t%d\t%s\n", what, n, how)
		}
	}
	for reason := range drop.NumReasons {
		say("behind", c.Boxes.Behind(reason), reason.String()+": a box dropped what the node had sent")
	}
	say("altered", c.Boxes.DFCleared, "DF cleared by a box")
	say("altered", c.Boxes.DFSet, "DF set by a box")
	say("altered", c.Boxes.Clamped, "MSS clamped by a box")
	say("altered", c.Boxes.Mangled, "fragments mangled by a box")
	say("forged", c.Forged, "errors that nothing was the reason for")
	say("stranded", c.Stranded, "late messages whose link was gone when their time came")
}
