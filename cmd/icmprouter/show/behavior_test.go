package show

import (
	"net/netip"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

func TestWords(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		want string
		link.Behavior
	}{
		{"", link.Behavior{}},
		{"down all are lost", link.Behavior{Down: true}},
		{"rate 1bit; queue 1000 packets", link.Behavior{Rate: link.Rate{BitsPerSecond: 1}}},
		{"rate 999bit; queue 5 packets", link.Behavior{Rate: link.Rate{BitsPerSecond: 999}, Queue: link.Queue{Packets: 5}}},
		{"rate 64kbit, burst 3000, overhead -4; queue 5000 octets, 50ms, codel, ecn", link.Behavior{
			Rate:  link.Rate{BitsPerSecond: 64_000, Burst: 3000, Overhead: -4},
			Queue: link.Queue{Octets: 5000, Time: 50 * ms, Discipline: link.DisciplineCoDel, ECN: true}}},
		{"rate 1.234567gbit; queue 9 packets, red from 10 to 20 octets", link.Behavior{
			Rate: link.Rate{BitsPerSecond: 1_234_567_000}, Queue: link.Queue{Packets: 9, Discipline: link.DisciplineRED, RED: link.RED{Min: 10, Max: 20}}}},
		{"rate 400tbit; queue 1000 packets", link.Behavior{Rate: link.Rate{BitsPerSecond: 400_000_000_000_000}}},
		{"rate 40000tbit; queue 1000 packets", link.Behavior{Rate: link.Rate{BitsPerSecond: 40_000_000_000_000_000}}},
		{"", link.Behavior{Queue: link.Queue{Packets: 5}}},
		{"trace 3 departures in 1m; queue 1000 packets", link.Behavior{Trace: &link.Trace{Departures: make([]time.Duration, 3), Period: time.Minute}}},
		{"delay 20ms", link.Behavior{Delay: link.Delay{Mean: 20 * ms}}},
		{"delay 1h", link.Behavior{Delay: link.Delay{Mean: time.Hour}}},
		{"delay 1h0m10s", link.Behavior{Delay: link.Delay{Mean: time.Hour + 10*time.Second}}},
		{"delay 10m", link.Behavior{Delay: link.Delay{Mean: 10 * time.Minute}}},
		{"delay 0s ± 1.5ms pareto, correlation 25%, may overtake", link.Behavior{Delay: link.Delay{Jitter: 1500 * time.Microsecond, Distribution: link.Pareto, Correlation: 0.25, Overtake: true}}},
		{"loss 0.1%; loss every 7 of those above 1000 octets, below 1400 octets", link.Behavior{Loss: []link.Loss{
			{Probability: 0.001}, {Every: 7, Match: wire.Match{Above: 1000, Below: 1400}}}}},
		{"loss 3 fates; loss gilbert 1% to bad, 30% to good, 100% in bad, 0% in good of those protocol icmp", link.Behavior{Loss: []link.Loss{
			{Fates: []bool{true, false, true}}, {Gilbert: &link.Gilbert{ToBad: 0.01, ToGood: 0.3, LossBad: 1}, Match: wire.Match{ICMP: true, HasProtocol: true, Protocol: 1}}}}},
		{"corrupt 1%, 1 bits anywhere; duplicate 2%, correlation 50%; reorder every 9, 3ms earlier", link.Behavior{
			Corrupt: link.Corrupt{Chance: link.Chance{Probability: 0.01}}, Duplicate: link.Chance{Probability: 0.02, Correlation: 0.5},
			Reorder: link.Reorder{Chance: link.Chance{Every: 9}, By: 3 * ms}}},
		{"corrupt 1%, 3 bits unseen; duplicate 1% of those from 10.0.0.0/8, to fd00::/8, protocol 17, port 53, first fragments", link.Behavior{
			Corrupt: link.Corrupt{Chance: link.Chance{Probability: 0.01}, Bits: 3, Where: link.Unseen},
			Duplicate: link.Chance{Probability: 0.01, Match: wire.Match{Source: netip.MustParsePrefix("10.0.0.0/8"), Destination: netip.MustParsePrefix("fd00::/8"),
				Protocol: 17, HasProtocol: true, Port: 53, Fragments: wire.FirstFragment}}}},
	} {
		if got := words(&c.Behavior); got != c.want {
			t.Errorf("%q\nwant %q", got, c.want)
		}
	}
	two := toBehavior(&link.Behavior{Loss: []link.Loss{{Probability: 0.5}, {Every: 2}}})
	if two["loss"] != "50%; every 2" {
		t.Error(two)
	}
}
