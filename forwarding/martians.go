package forwarding

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/drop"
)

// martianDestinations are prefixes that no router forwards to, with the reason
// (RFC 1812 §5.3.7, RFC 6890 §2.2, RFC 4291 §2.5, RFC 3927 §7). They are routes:
// a longer configured prefix wins over them. Documentation prefixes are not
// among them, since laboratories are where they are used.
var martianDestinations = map[netip.Prefix]drop.Reason{
	netip.MustParsePrefix("0.0.0.0/8"):          drop.MartianDestination,
	netip.MustParsePrefix("127.0.0.0/8"):        drop.MartianDestination,
	netip.MustParsePrefix("169.254.0.0/16"):     drop.LinkLocal,
	netip.MustParsePrefix("224.0.0.0/4"):        drop.Multicast,
	netip.MustParsePrefix("240.0.0.0/4"):        drop.MartianDestination,
	netip.MustParsePrefix("255.255.255.255/32"): drop.Broadcast,
	netip.MustParsePrefix("::/128"):             drop.MartianDestination,
	netip.MustParsePrefix("::1/128"):            drop.MartianDestination,
	netip.MustParsePrefix("::ffff:0:0/96"):      drop.MartianDestination,
	netip.MustParsePrefix("fe80::/10"):          drop.LinkLocal,
	netip.MustParsePrefix("ff00::/8"):           drop.Multicast,
}

// martianSources are prefixes that no packet from a link comes from, with the
// reason (the same sources). A link-local source is one in IPv6 only: RFC 3927
// §7 forbids to forward it, RFC 4443 §3.1 wants its sender told.
var martianSources = map[netip.Prefix]drop.Reason{
	netip.MustParsePrefix("0.0.0.0/8"):      drop.MartianSource,
	netip.MustParsePrefix("127.0.0.0/8"):    drop.MartianSource,
	netip.MustParsePrefix("169.254.0.0/16"): drop.MartianSource,
	netip.MustParsePrefix("224.0.0.0/4"):    drop.MartianSource,
	netip.MustParsePrefix("240.0.0.0/4"):    drop.MartianSource,
	netip.MustParsePrefix("::/128"):         drop.MartianSource,
	netip.MustParsePrefix("::1/128"):        drop.MartianSource,
	netip.MustParsePrefix("::ffff:0:0/96"):  drop.MartianSource,
	netip.MustParsePrefix("ff00::/8"):       drop.MartianSource,
}
