package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/network"
)

// nodeJSON is the counters of one node for machines: what is zero among the
// reasons and messages is left out.
type nodeJSON struct {
	Node      string                 `json:"node"`
	Received  uint64                 `json:"received"`
	Forwarded uint64                 `json:"forwarded"`
	Delivered uint64                 `json:"delivered"`
	Held      uint64                 `json:"held"`
	Dropped   map[string]uint64      `json:"dropped"`
	Fragments uint64                 `json:"fragments_sent"`
	Messages  map[string]messageJSON `json:"messages"`
	Links     []linkJSON             `json:"links"`
}

type messageJSON struct {
	Sent       uint64 `json:"sent"`
	Forbidden  uint64 `json:"forbidden"`
	Unroutable uint64 `json:"unroutable"`
	Withheld   uint64 `json:"withheld"`
	Limited    uint64 `json:"limited"`
}

type linkJSON struct {
	Name     string `json:"link"`
	Device   string `json:"device"`
	Up       bool   `json:"up"`
	Received uint64 `json:"received"`
	Sent     uint64 `json:"sent"`
	Refused  uint64 `json:"refused"`
	Missed   uint64 `json:"missed"`
	Lost     uint64 `json:"lost"`
}

// printStats prints the counters as a table, or as a JSON array of nodes.
func printStats(w io.Writer, stats []network.NodeStats, asJSON bool) error {
	if asJSON {
		nodes := make([]nodeJSON, len(stats))
		for i, s := range stats {
			nodes[i] = toJSON(s)
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(nodes)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range stats {
		printNode(t, s)
	}
	return t.Flush()
}

func toJSON(s network.NodeStats) nodeJSON {
	c := &s.Counters
	n := nodeJSON{Node: s.Name, Received: c.Received, Forwarded: c.Forwarded, Delivered: c.Delivered, Held: c.Held,
		Fragments: c.Fragments, Dropped: map[string]uint64{}, Messages: map[string]messageJSON{}}
	for r, count := range c.Dropped {
		if count != 0 {
			n.Dropped[drop.Reason(r).String()] = count
		}
	}
	for m, o := range c.Messages {
		if j := messageJSON(o); j != (messageJSON{}) {
			n.Messages[icmpgen.Message(m).String()] = j
		}
	}
	for _, l := range s.Links {
		n.Links = append(n.Links, linkJSON(l))
	}
	return n
}

// printNode prints one node: first the sum that every packet is part of.
func printNode(w io.Writer, s network.NodeStats) {
	c := &s.Counters
	fmt.Fprintf(w, "node %s\n", s.Name)
	fmt.Fprintf(w, "  received\t%d\n  forwarded\t%d\n  delivered\t%d\n", c.Received, c.Forwarded, c.Delivered)
	if c.Held != 0 {
		fmt.Fprintf(w, "  held\t%d\tfragments that wait\n", c.Held)
	}
	for r, count := range c.Dropped {
		if count != 0 {
			fmt.Fprintf(w, "  dropped\t%d\t%s\n", count, drop.Reason(r))
		}
	}
	for m, o := range c.Messages {
		if o.Sent+o.Forbidden+o.Unroutable+o.Withheld+o.Limited == 0 {
			continue
		}
		fmt.Fprintf(w, "  sent\t%d\t%s", o.Sent, icmpgen.Message(m))
		for _, not := range []struct {
			count uint64
			why   string
		}{{o.Limited, "limited"}, {o.Forbidden, "forbidden"}, {o.Unroutable, "unroutable"}, {o.Withheld, "withheld by policy"}} {
			if not.count != 0 {
				fmt.Fprintf(w, "\t(and %d %s)", not.count, not.why)
			}
		}
		fmt.Fprintln(w)
	}
	for _, l := range s.Links {
		state := "up"
		if !l.Up {
			state = "down"
		}
		fmt.Fprintf(w, "  link %s\t%s\t%s\treceived %d\tsent %d\trefused %d", l.Name, state, l.Device, l.Received, l.Sent, l.Refused)
		if l.Missed+l.Lost != 0 {
			fmt.Fprintf(w, "\t(the kernel dropped %d before, %d after)", l.Missed, l.Lost)
		}
		fmt.Fprintln(w)
	}
}
