package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
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
	Forged    uint64                 `json:"forged,omitempty"`
	Stranded  uint64                 `json:"stranded,omitempty"`
	Boxes     *boxesJSON             `json:"boxes,omitempty"`
	Links     []linkJSON             `json:"links"`
}

type messageJSON struct {
	Sent       uint64 `json:"sent"`
	Forbidden  uint64 `json:"forbidden"`
	Unroutable uint64 `json:"unroutable"`
	Withheld   uint64 `json:"withheld"`
	Throttled  uint64 `json:"throttled"`
	Limited    uint64 `json:"limited"`
	Altered    uint64 `json:"altered"`
	Delayed    uint64 `json:"delayed"`
	Duplicated uint64 `json:"duplicated"`
}

type linkJSON struct {
	Name     string `json:"link"`
	Device   string `json:"device,omitempty"`
	Peer     string `json:"peer,omitempty"`
	Up       bool   `json:"up"`
	Received uint64 `json:"received"`
	Sent     uint64 `json:"sent"`
	Refused  uint64 `json:"refused"`
	Missed   uint64 `json:"missed"`
	Lost     uint64 `json:"lost"`
	// Way is what became of the packets on their way to the peer.
	Way *wayJSON `json:"way,omitempty"`
}

type wayJSON struct {
	Arrived    uint64            `json:"arrived"`
	OnWay      uint64            `json:"on_way"`
	Duplicated uint64            `json:"duplicated"`
	Reordered  uint64            `json:"reordered"`
	Corrupted  uint64            `json:"corrupted"`
	Marked     uint64            `json:"marked"`
	Dropped    map[string]uint64 `json:"dropped"`
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
	t, untouched := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0), 0
	for _, s := range stats {
		if s.Counters == (forwarding.Counters{}) && len(stats) > 1 {
			untouched++
			continue
		}
		printNode(t, s)
	}
	if untouched > 0 {
		fmt.Fprintf(t, "and %d nodes that no packet came to\n", untouched)
	}
	return t.Flush()
}

func toJSON(s network.NodeStats) nodeJSON {
	c := &s.Counters
	n := nodeJSON{Node: s.Name, Received: c.Received, Forwarded: c.Forwarded, Delivered: c.Delivered, Held: c.Held,
		Fragments: c.Fragments, Forged: c.Forged, Stranded: c.Stranded, Boxes: toBoxes(&c.Boxes), Dropped: map[string]uint64{}, Messages: map[string]messageJSON{}}
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
		n.Links = append(n.Links, linkJSON{
			l.Name, l.Device, l.Peer, l.Up, l.Received, l.Sent, l.Refused, l.Missed, l.Lost, toWay(&l),
		})
	}
	return n
}

// toWay is what happened to packets between two nodes; nil: they crossed.
func toWay(l *network.LinkStats) *wayJSON {
	if l.Way == nil && l.Endless+l.Full == 0 {
		return nil
	}
	way := &wayJSON{Arrived: l.Sent, Dropped: map[string]uint64{}}
	if c := l.Way; c != nil {
		way = &wayJSON{c.Arrived, c.OnWay, c.Duplicated, c.Reordered, c.Corrupted, c.Marked, way.Dropped}
		for r, count := range c.Dropped {
			if count != 0 {
				way.Dropped[drop.Reason(r).String()] = count
			}
		}
	}
	for reason, count := range map[drop.Reason]uint64{drop.Endless: l.Endless, drop.LinkFull: l.Full} {
		if count != 0 {
			way.Dropped[reason.String()] += count
		}
	}
	return way
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
		if o == (forwarding.Originated{}) {
			continue
		}
		fmt.Fprintf(w, "  sent\t%d\t%s", o.Sent, icmpgen.Message(m))
		for _, also := range []struct {
			count uint64
			what  string
		}{
			{o.Limited, "and %d limited"}, {o.Forbidden, "and %d forbidden"}, {o.Unroutable, "and %d unroutable"},
			{o.Withheld, "and %d withheld by policy"}, {o.Throttled, "and %d throttled by policy"},
			{o.Altered, "%d of them altered"}, {o.Delayed, "%d of them delayed"}, {o.Duplicated, "and %d copies"},
		} {
			if also.count != 0 {
				fmt.Fprintf(w, "\t("+also.what+")", also.count)
			}
		}
		fmt.Fprintln(w)
	}
	printLies(w, c)
	for i := range s.Links {
		printLink(w, &s.Links[i])
	}
}

// printLink prints a link, and below it what happened to packets that way.
func printLink(w io.Writer, l *network.LinkStats) {
	state, where := "up", l.Device
	if !l.Up {
		state = "down"
	}
	if l.Peer != "" {
		where = "to " + l.Peer
	}
	fmt.Fprintf(w, "  link %s\t%s\t%s\treceived %d\tsent %d\trefused %d", l.Name, state, where, l.Received, l.Sent, l.Refused)
	if l.Missed+l.Lost != 0 {
		fmt.Fprintf(w, "\t(the kernel dropped %d before, %d after)", l.Missed, l.Lost)
	}
	fmt.Fprintln(w)
	way := toWay(l)
	if way == nil {
		return
	}
	for _, reason := range slices.Sorted(maps.Keys(way.Dropped)) {
		fmt.Fprintf(w, "    dropped\t%d\t%s\n", way.Dropped[reason], reason)
	}
	for _, fate := range []struct {
		count uint64
		what  string
	}{{way.OnWay, "on their way"}, {way.Duplicated, "duplicated"}, {way.Reordered, "reordered"}, {way.Corrupted, "corrupted"}, {way.Marked, "marked (ECN)"}} {
		if fate.count != 0 {
			fmt.Fprintf(w, "    %s\t%d\n", fate.what, fate.count)
		}
	}
}
