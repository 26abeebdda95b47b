package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
)

// martian is a prefix that no packet may go to, or come from, with the reason
// for either; Alive: it may. strictest is the last setting that forbids it.
type martian struct {
	prefix      string
	destination drop.Reason
	source      drop.Reason
	strictest   Martians
	scoped      bool
}

// martians are the special prefixes (RFC 1812 §5.3.7, RFC 6890 §2.2, RFC 4291
// §2.5, RFC 3927 §7). They are routes: a longer configured prefix wins over
// them. Documentation prefixes are not among them, since laboratories are where
// they are used. IPv6 link-local sources are none: RFC 4443 §3.1 wants them told.
var martians = []martian{
	{"0.0.0.0/8", drop.MartianDestination, drop.MartianSource, MartiansStrict, false},
	{"0.0.0.0/32", drop.MartianDestination, drop.MartianSource, MartiansOff, false},
	{"127.0.0.0/8", drop.MartianDestination, drop.MartianSource, MartiansOff, false},
	{"169.254.0.0/16", drop.LinkLocal, drop.MartianSource, MartiansLoose, false},
	{"224.0.0.0/4", drop.Multicast, drop.MartianSource, MartiansOff, false},
	{"240.0.0.0/4", drop.MartianDestination, drop.MartianSource, MartiansStrict, false},
	{"255.255.255.255/32", drop.Broadcast, drop.MartianSource, MartiansOff, false},
	{"::/128", drop.MartianDestination, drop.MartianSource, MartiansOff, false},
	{"::1/128", drop.MartianDestination, drop.MartianSource, MartiansOff, false},
	{"::ffff:0:0/96", drop.MartianDestination, drop.MartianSource, MartiansOff, false},
	{"fe80::/10", drop.LinkLocal, drop.Alive, MartiansOff, true},
	{"ff00::/8", drop.Multicast, drop.MartianSource, MartiansOff, true},
}

// martians enters the special prefixes that the setting forbids.
func (t *Table) martians(setting Martians) {
	for _, m := range martians {
		if setting > m.strictest {
			continue
		}
		prefix := netip.MustParsePrefix(m.prefix)
		t.insert(prefix, &hop{Verdict: dropped(m.destination), scoped: m.scoped})
		if m.source != drop.Alive {
			t.sources.Insert(prefix, m.source)
		}
	}
}
