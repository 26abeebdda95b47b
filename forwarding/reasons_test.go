package forwarding_test

import (
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
)

// ends holds a story for each reason, at whose end that reason has been counted:
// lines to send, "wait" for a minute, and "set" with settings. A story that only
// one family has begins with its number.
var ends = [drop.NumReasons][]string{
	drop.Truncated:            {"left: h1 > h2 udp 32 octets 19"},
	drop.BadVersion:           {"left: h1 > h2 udp 32 version 5"},
	drop.BadHeaderLength:      {"4", "left: h1 > h2 udp 32 header-length 16"},
	drop.BadTotalLength:       {"left: h1 > h2 udp 32 length 999", "left: h1 > h2 udp 32 length 19"},
	drop.MissingOctets:        {"4", "left: h1 > h2 udp 32 length 999"},
	drop.BadHeaderChecksum:    {"4", "left: h1 > h2 udp 32 bad-header-checksum"},
	drop.BadOffload:           {"left: h1 > h2 udp 320 offload 100 0 0"},
	drop.LayerTwoMTU:          {"set box narrow", "left: h1 > h2 df udp 1300"},
	drop.ExtensionFiltered:    {"6", "set box plain", "left: h1 > h2 dest 0000 udp 32"},
	drop.FragmentFiltered:     {"set box whole", "left: h1 > h2 udp 400 fragment 80 160"},
	drop.Filtered:             {"set box filter", "left: h1 > h2 icmp ttl-exceeded"},
	drop.MartianSource:        {"left: loopback > h2 udp 32"},
	drop.OwnSource:            {"left: r.right > h2 udp 32"},
	drop.ReversePath:          {"strict: h1 > h2 udp 32"},
	drop.MartianDestination:   {"left: h1 > loopback udp 32"},
	drop.Broadcast:            {"4", "left: h1 > broadcast udp 32"},
	drop.DirectedBroadcast:    {"4", "left: h1 > right.broadcast udp 32"},
	drop.Multicast:            {"left: h1 > group udp 32"},
	drop.LinkLocal:            {"left: h1 > linklocal udp 32"},
	drop.BeyondScope:          {"6", "left: linklocal > h2 udp 32"},
	drop.NoRoute:              {"left: h1 > nowhere udp 32"},
	drop.Unreachable:          {"left: h1 > unreachable udp 32"},
	drop.Rejected:             {"left: h1 > rejected udp 32"},
	drop.Prohibited:           {"left: h1 > prohibited udp 32"},
	drop.Blackhole:            {"left: h1 > blackhole udp 32"},
	drop.LinkDown:             {"left: h1 > hdown udp 32"},
	drop.Hairpin:              {"left: h1 > h1b udp 32"},
	drop.TTLExpired:           {"left: h1 > h2 ttl 1 udp 32"},
	drop.SourceRouted:         {"4", "left: h1 > h2 options 8307040a09000900 udp 32"},
	drop.SourceRouteFailed:    {"4", "set source-route process", "left: h1 > r.left options 8907040a09000900 udp 32"},
	drop.OptionRefused:        {"6", "left: h1 > h2 hop 4e00 udp 32"},
	drop.BadOption:            {"6", "left: h1 > h2 hop 8e00 udp 32"},
	drop.TooManyOptions:       {"6", "left: h1 > h2 hop 0e000e000e000e000e000e000e000e000e00 udp 32"},
	drop.BadField:             {"left: h1 > r.left options 07030000 routing 0 1 udp 32"},
	drop.BadNextHeader:        {"6", "left: h1 > r.left dest 0000 hop 0000 udp 32"},
	drop.TooBig:               {"left: h1 > h2 df udp 1400"},
	drop.TunnelOuter:          {"set tunnel outer", "left: h1 > h2 df udp 1300"},
	drop.TunnelSilent:         {"set tunnel none", "left: h1 > h2 df udp 1300"},
	drop.FirstFragmentShort:   {"6", "left: h1 > r.left tcp s fragment 0 16"},
	drop.FragmentMisaligned:   {"left: h1 > r.left echo 400 fragment 80 80 more"},
	drop.FragmentBeyondEnd:    {"left: h1 > r.left echo 400 fragment 80 160 last", "left: h1 > r.left echo 400 fragment 160 168"},
	drop.FragmentDuplicate:    {"left: h1 > r.left echo 400 fragment 0 80", "left: h1 > r.left echo 400 fragment 0 80"},
	drop.FragmentOverlap:      {"left: h1 > r.left echo 400 fragment 0 80", "left: h1 > r.left echo 400 fragment 0 88"},
	drop.ReassemblyFull:       manyFragments(),
	drop.ReassemblyTimeout:    {"left: h1 > r.left echo 400 fragment 0 80", "wait"},
	drop.BadExtensionHeader:   {"6", "left: h1 > r.left raw 60 11"},
	drop.NoNextHeader:         {"6", "left: h1 > r.left none"},
	drop.TransportTruncated:   {"left: h1 > r.left udp 32 cut 7"},
	drop.BadTransportChecksum: {"left: h1 > r.left udp 32 bad-checksum"},
	drop.ICMPIgnored:          {"left: h1 > r.left icmp echo-reply"},
	drop.ProtocolUnreachable:  {"left: h1 > r.left protocol 132"},
	drop.PortUnreachable:      {"left: h1 > r.left udp 32"},
	drop.PortClosed:           {"left: h1 > r.left tcp s"},
}

func manyFragments() (lines []string) {
	for id := range 17 {
		lines = append(lines, "left: h1 > r.left echo 400 fragment 0 80 id "+itoa(id))
	}
	return lines
}

// notHere says of which reasons no router has a story: Alive is none, and only the
// network, whose tests give it, knows that a device refuses. Links have their own.
func notHere(reason drop.Reason) bool {
	return reason == drop.Alive || reason == drop.DeviceRefused || reason.OnLink()
}

func TestEveryReasonHappens(t *testing.T) {
	for reason := range drop.NumReasons {
		lines := ends[reason]
		if notHere(reason) != (lines == nil) {
			t.Errorf("%s: want a story, or a word why there is none", reason)
			continue
		}
		for _, family := range []int{4, 6} {
			lines := lines
			if len(lines) > 0 && !strings.Contains(lines[0], ":") && lines[0] != itoa(family) {
				continue
			}
			if len(lines) > 0 && lines[0] == itoa(family) {
				lines = lines[1:]
			}
			n := newNode(t, family)
			for _, line := range lines {
				n.outputs = nil
				if settings, is := strings.CutPrefix(line, "set "); is {
					n.set(settings)
				} else if line == "wait" {
					n.wait(time.Minute)
				} else {
					n.send(line)
				}
			}
			if lines != nil && n.router.Counters.Dropped[reason] == 0 {
				t.Errorf("%s, IPv%d: not counted, but %q", reason, family, gained(&n.before, &n.router.Counters))
			}
		}
	}
}
