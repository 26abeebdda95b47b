package scenario_test

import (
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/scenario"
)

// claim is what a scenario says of its network, as packets that the hosts send and what comes to them: with the fault, and
// without. A second text is that of IPv6.
type claim struct {
	name           string
	send           string
	fault, truth   string
	fault6, truth6 string // "": the same
}

var claims = []claim{
	{name: "ptb-never-sent", send: both, fault: "server: nothing; client: nothing", truth: told},
	{name: "ptb-filtered", send: both, fault: "server: nothing; client: nothing", truth: told},
	{name: "ptb-filtered-v6", send: both, fault: told, truth: told, fault6: "server: nothing; client: nothing"},
	{name: "ptb-rate-limited", send: "server tcp 1500; server tcp2 1500; client tcp 1500; wait 2s; client tcp 1500",
		fault: "server: too-big 1400 from r2; client: too-big 1400 from r2",
		truth: "server: 2 × too-big 1400 from r2; client: 2 × too-big 1400 from r2"},
	{name: "ptb-bad-source", send: both, fault: "server: nothing; client: nothing", truth: told},
	{name: "ptb-from-receiver", send: both,
		fault: "server: too-big 1400 from server; client: too-big 1400 from client", truth: told},
	{name: "ecmp-misdelivered", send: both + "; client tcp 1300",
		fault: "server: tcp 1300; client: too-big 1400 from r2", truth: "server: too-big 1400 from r2, tcp 1300; client: too-big 1400 from r2"},
	{name: "ptb-mtu-zero", send: both, fault: "server: too-big 0 from r2; client: too-big 0 from r2", truth: told},
	{name: "ptb-mtu-too-large", send: both, fault: "server: too-big 1600 from r2; client: too-big 1600 from r2", truth: told},
	{name: "ptb-mtu-tiny", send: both, fault: "server: too-big 68 from r2; client: too-big 68 from r2", truth: told},
	{name: "ptb-below-1280", send: both, fault: told, truth: told, fault6: "server: too-big 1279 from r2; client: too-big 1279 from r2"},
	{name: "ptb-mtu-off-by-20", send: "server tcp 1420; client tcp 1420",
		fault: "server: too-big 1420 from r2; client: too-big 1420 from r2", truth: told},
	{name: "nat-outside-only", send: both, truth: told,
		fault:  "server: too-big 1400 from r2, quotes source 192.0.2.1; client: too-big 1400 from r2, quotes source 192.0.2.1",
		fault6: "server: too-big 1400 from r2, quotes source 2001:db8::1; client: too-big 1400 from r2, quotes source 2001:db8::1"},
	{name: "nat-told-itself", send: both, fault: "server: nothing; client: nothing", truth: told},
	{name: "nat-port-remapped", send: both, truth: told,
		fault: "server: too-big 1400 from r2, quotes port 61001; client: too-big 1400 from r2, quotes port 61001"},
	{name: "ptb-quote-rewritten", send: both, truth: told,
		fault: "server: too-big 1400 from r2, quotes ttl 1, quotes tos 184, quotes a wrong checksum; " +
			"client: too-big 1400 from r2, quotes ttl 1, quotes tos 184, quotes a wrong checksum",
		fault6: "server: too-big 1400 from r2, quotes ttl 1, quotes tos 184; client: too-big 1400 from r2, quotes ttl 1, quotes tos 184"},
	{name: "ptb-short-quote", send: both, truth: told,
		fault:  "server: too-big 1400 from r2, 56 octets; client: too-big 1400 from r2, 56 octets",
		fault6: "server: too-big 1400 from r2, 96 octets; client: too-big 1400 from r2, 96 octets"},
	{name: "ptb-too-long", send: both, fault: "server: first fragment of error; client: first fragment of error", truth: told},
	{name: "tunnel-outer-error", send: "server tcp 1460; client tcp 1460; client tcp 1420; server tcp 1420",
		fault:  "server: too-big 1500 from r2, quotes source 192.0.2.1, quotes protocol 4, tcp 1420; client: too-big 1500 from r2, quotes source 192.0.2.1, quotes protocol 4, tcp 1420",
		fault6: "server: too-big 1500 from r2, quotes source 2001:db8::1, quotes protocol 41, tcp 1420; client: too-big 1500 from r2, quotes source 2001:db8::1, quotes protocol 41, tcp 1420",
		truth:  "server: too-big 1420 from r2, tcp 1420; client: too-big 1420 from r2, tcp 1420"},
	{name: "ptb-not-passed-on", send: both, fault: "server: nothing; client: nothing",
		truth: "server: too-big 1420 from r2; client: too-big 1420 from r2"},
	{name: "l2-silent", send: both + "; server tcp 1400; client tcp 1400", fault: "server: tcp 1400; client: tcp 1400",
		truth: "server: too-big 1400 from r2, tcp 1400; client: too-big 1400 from r2, tcp 1400"},
	{name: "asymmetric-mtu", send: both, fault: "server: too-big 1300 from r2, tcp 1500; client: nothing", truth: told},
	{name: "mss-clamp-one-way", send: "client syn 80; server syn 80; client tcp 1500",
		fault: "server: syn mss 1340; client: syn mss 1460", fault6: "server: syn mss 1340; client: syn mss 1440",
		truth: "server: syn mss 1460; client: syn mss 1460, too-big 1400 from r2", truth6: "server: syn mss 1440; client: syn mss 1440, too-big 1400 from r2"},
	{name: "mss-clamp-hides", send: "client syn 80; server syn 80; client udp 1500",
		fault: "server: syn mss 1340; client: syn mss 1340",
		truth: "server: syn mss 1460; client: syn mss 1460, too-big 1400 from r2", truth6: "server: syn mss 1440; client: syn mss 1440, too-big 1400 from r2"},
	{name: "df-cleared", send: both, truth: told, fault6: told,
		fault: "server: first fragment of tcp, later fragment of tcp; client: first fragment of tcp, later fragment of tcp"},
	{name: "fragments-dropped", send: "client big 2000; server big 2000; client options 500; client udp 500",
		fault: "server: 2 × udp 500; client: nothing", fault6: "server: udp 500; client: nothing",
		truth:  "server: first fragment of udp, later fragment of udp, 2 × udp 500; client: first fragment of udp, later fragment of udp",
		truth6: "server: first fragment of udp, later fragment of udp, udp 500 with options, udp 500; client: first fragment of udp, later fragment of udp"},
	{name: "first-fragment-dropped", send: "client big 2000; server big 2000",
		fault: "server: later fragment of udp; client: later fragment of udp",
		truth: "server: first fragment of udp, later fragment of udp; client: first fragment of udp, later fragment of udp"},
	{name: "ptb-forged", send: "server tcp 1500", fault: "server: too-big 68 from r2, quotes another sequence number; client: tcp 1500",
		fault6: "server: too-big 1280 from r2, quotes another sequence number; client: tcp 1500", truth: "server: nothing; client: tcp 1500"},
	{name: "ptb-late", send: both + "; wait 3s", truth: told,
		fault: "server: too-big 1400 from r2 after 1.6s; client: too-big 1400 from r2 after 2s"},
	{name: "ptb-lossy", send: "server tcp 1500 x20", fault: "server: 18 × too-big 1400 from r2; client: nothing", truth: "server: 20 × too-big 1400 from r2; client: nothing"},
	{name: "shrink-mid-flow", send: "server tcp 1400; client tcp 1400; play; server tcp 1390; client tcp 1390",
		fault: "server: tcp 1400, too-big 1300 from r2; client: tcp 1400, too-big 1300 from r2",
		truth: "server: tcp 1400, tcp 1390; client: tcp 1400, tcp 1390"},
	{name: "grow-mid-flow", send: "server tcp 1450; client tcp 1450; play; server tcp 1500; client tcp 1500",
		fault: "server: too-big 1400 from r2, tcp 1500; client: too-big 1400 from r2, tcp 1500",
		truth: "server: 2 × too-big 1400 from r2; client: 2 × too-big 1400 from r2"},
	{name: "size-dependent-loss", send: "server tcp 1400 x800; server tcp 1300 x800; client tcp 1400 x800; client tcp 1300 x800",
		fault: "server: some tcp 1400, all tcp 1300; client: some tcp 1400, all tcp 1300",
		truth: "server: all tcp 1400, all tcp 1300; client: all tcp 1400, all tcp 1300"},
	{name: "loss-not-mtu", send: "server tcp 1500 x800; server tcp 100 x800; client tcp 1500 x800; client tcp 100 x800",
		fault: "server: some tcp 1500, some tcp 100; client: some tcp 1500, some tcp 100",
		truth: "server: all tcp 1500, all tcp 100; client: all tcp 1500, all tcp 100"},
	{name: "super-packet-judged-whole", send: "server super 14640; server tcp 1500", fault: "server: nothing; client: tcp 1500",
		truth: "server: nothing; client: 11 × tcp 1500", truth6: "server: nothing; client: 11 × tcp 1500, tcp 240"},
	{name: "legs-of-different-mtu", send: "server tcp 1500 x4; client tcp 1500 x4",
		fault: "server: 2 × too-big 1400 from r3, some tcp 1500; client: some tcp 1500, 2 × too-big 1400 from r2",
		truth: "server: all tcp 1500; client: all tcp 1500"},
	{name: "ptb-extended", send: both, fault: "server: too-big 1400 from r2, 228 octets, extended; client: too-big 1400 from r2, 228 octets, extended",
		truth: told, fault6: told},
	{name: "ptb-dummy-source", send: both, truth: told,
		fault:  "server: too-big 1400 from 192.0.0.8; client: too-big 1400 from 192.0.0.8",
		fault6: "server: too-big 1400 from 2001:db8:ffff::1; client: too-big 1400 from 2001:db8:ffff::1"},
	{name: "ptb-only-from-gateway", send: both, fault: "server: nothing; client: nothing", truth: told},
	{name: "ptb-storm", send: "server tcp 1500 x25", fault: "server: 125 × too-big 1400 from r2; client: nothing",
		truth: "server: 21 × too-big 1400 from r2; client: nothing"},
}

// A full packet from each host, and the truth about it.
const (
	both = "server tcp 1500; client tcp 1500"
	told = "server: too-big 1400 from r2; client: too-big 1400 from r2"
)

// TestClaims sends packets through each network, once with the fault and once without it.
func TestClaims(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range claims {
		seen[c.name] = true
		s, err := scenario.Find(c.name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, family := range []int{4, 6} {
			fault, truth := c.fault, c.truth
			if family == 6 && c.fault6 != "" {
				fault = c.fault6
			}
			if family == 6 && c.truth6 != "" {
				truth = c.truth6
			}
			t.Run(fmt.Sprintf("%s/v%d", c.name, family), func(t *testing.T) {
				for _, side := range []struct {
					name   string
					faulty bool
					want   string
				}{{"with the fault", true, fault}, {"without it", false, truth}} {
					if got := newLab(t, s, side.faulty, family).run(c.send); got != side.want {
						t.Errorf("%s, of %s:\ngot  %s\nwant %s", side.name, c.send, got, side.want)
					}
				}
			})
		}
		if c.fault == c.truth && (c.fault6 == "" || c.fault6 == c.truth6) {
			t.Errorf("%s: it claims nothing", c.name)
		}
	}
	for _, s := range scenario.All() {
		if !seen[s.Name] {
			t.Errorf("%s: nothing is claimed of it", s.Name)
		}
	}
}
