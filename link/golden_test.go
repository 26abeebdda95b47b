package link_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// golden is what one seed makes of 24 packets. It does not change from release to release: who
// has found a seed that breaks his program finds it again.
const golden = `
2 at 6.221007ms
0 at 8.664421ms
1 at 9.338352ms
4 at 9.801435ms
2 at 10.449744ms
8 at 11.247687ms
10 at 11.78534ms
6 at 12.603413ms
5 at 14.067078ms, octet 73 is c1, octet 93 is 25
3 at 14.143721ms, octet 100 is 48, octet 272 is 64
4 at 16.437131ms
16 at 16.577764ms
7 at 16.89241ms
15 at 17.590047ms
17 at 17.876746ms, octet 132 is 0c, octet 210 is 4a
12 at 18.63132ms, octet 39 is 93, octet 243 is 17
13 at 18.82158ms, octet 123 is ab, octet 287 is 7f
17 at 19.468569ms, octet 132 is 0c, octet 210 is 4a
18 at 21.746442ms
22 at 22.200715ms, octet 47 is bb, octet 257 is 1d
21 at 24.333736ms, octet 45 is 77, octet 55 is e5
23 at 24.508624ms, octet 187 is f3, octet 275 is bb
19 at 24.621884ms, octet 38 is 52, octet 80 is a4
20 at 26.964758ms, octet 181 is 3d, octet 251 is 1b
`

// story is a behavior with all of its parts.
func story(t testing.TB, seed uint64) string {
	w := newWires()
	return tell(t, w, w.NewDirection(seed, link.Behavior{
		Rate:      link.Rate{BitsPerSecond: 3_000_000, Burst: 500},
		Queue:     link.Queue{Packets: 20, Discipline: link.DisciplineRED, RED: link.RED{Min: 300, Max: 3000, Probability: 0.5, Weight: 0.3}},
		Delay:     link.Delay{Mean: 10 * ms, Jitter: 2 * ms, Distribution: link.Normal, Correlation: 0.3, Overtake: true},
		Loss:      []link.Loss{{Probability: 0.1, Correlation: 0.2}, {Gilbert: &link.Gilbert{ToBad: 0.1, ToGood: 0.5, LossBad: 0.8}}},
		Duplicate: link.Chance{Probability: 0.2},
		Reorder:   link.Reorder{Chance: link.Chance{Probability: 0.1}, By: 3 * ms},
		Corrupt:   link.Corrupt{Chance: link.Chance{Probability: 0.3}, Where: link.Unseen, Bits: 2},
	}))
}

func tell(t testing.TB, w *link.Wires, d *link.Direction) string {
	var story strings.Builder
	var original [24][]byte
	for i := range original {
		p := packet(t, spec{length: 300, number: uint32(i), ports: [2]uint16{uint16(i), 1}})
		original[i] = bytes.Clone(p.Data)
		d.Send(p, 0, time.Duration(i)*600*us)
	}
	for _, a := range collect(w, never) {
		number := int(a.data[21])
		fmt.Fprintf(&story, "%d at %v", number, a.at)
		for i := range a.data {
			if a.data[i] != original[number][i] {
				fmt.Fprintf(&story, ", octet %d is %02x", i, a.data[i])
			}
		}
		story.WriteByte('\n')
	}
	return story.String()
}

func TestGolden(t *testing.T) {
	if got, want := story(t, 42), strings.TrimPrefix(golden, "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
	if story(t, 42) == story(t, 43) {
		t.Error("two seeds tell the same")
	}
}
