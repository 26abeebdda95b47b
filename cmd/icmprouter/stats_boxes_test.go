package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
)

// TestStatsOfBoxes wants what boxes and forgers did in table and JSON, and nothing of them without.
func TestStatsOfBoxes(t *testing.T) {
	s := network.NodeStats{Name: "r1"}
	s.Counters.Received, s.Counters.Dropped[drop.LayerTwoMTU] = 1, 1
	for _, lies := range []bool{false, true} {
		if lies {
			s.Counters.Forged = 7
			s.Counters.Boxes = forwarding.BoxCounters{DFCleared: 1, DFSet: 2, Clamped: 3, Mangled: 4}
			s.Counters.Boxes.Dropped[drop.Filtered-drop.LayerTwoMTU] = 5
		}
		var table, text strings.Builder
		if err := printStats(&table, []network.NodeStats{s}, false); err != nil {
			t.Fatal(err)
		}
		if err := printStats(&text, []network.NodeStats{s}, true); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"behind 5 filtered: a box dropped", "altered 1 DF cleared", "altered 2 DF set", "altered 3 MSS clamped", "altered 4 fragments mangled", "forged 7 errors"} {
			if strings.Contains(strings.Join(strings.Fields(table.String()), " "), want) != lies {
				t.Errorf("lies %v: %q in\n%s", lies, want, &table)
			}
		}
		var got []struct {
			Dropped map[string]uint64
			Forged  uint64
			Boxes   *struct {
				Behind  map[string]uint64 `json:"dropped_behind"`
				Cleared int               `json:"df_cleared"`
				Set     int               `json:"df_set"`
				Clamped int               `json:"mss_clamped"`
				Mangled int               `json:"fragments_mangled"`
			}
		}
		if err := json.Unmarshal([]byte(text.String()), &got); err != nil || len(got) != 1 || got[0].Dropped["l2-mtu"] != 1 {
			t.Fatalf("%v\n%s", err, &text)
		}
		b := got[0].Boxes
		if (b != nil) != lies || lies && (got[0].Forged != 7 || b.Behind["filtered"] != 5 || len(b.Behind) != 1 || b.Cleared != 1 || b.Set != 2 || b.Clamped != 3 || b.Mangled != 4) {
			t.Errorf("lies %v: %s", lies, &text)
		}
	}
}
