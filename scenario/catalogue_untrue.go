package scenario

// untrue is what the error says wrong, when it comes, how often, and who else sends one.
var untrue = []Scenario{
	{
		Alias: "P08", Name: "ptb-mtu-zero",
		Title: "The error tells no MTU: zero",
		Life: `Routers from before path MTU discovery left the field zero, and young ones forget it. Linux takes zero for its least path MTU,
			552, and locks it: for ten minutes everything to that destination goes in small pieces.`,
		Reports: []string{"google/gvisor#12568", "RFC 1191 §5"},
		Healthy: `Guesses downwards along the usual sizes (RFC 1191 §7), and tries larger ones again later. In IPv6 there is no such message:
			zero is below 1280 and is ignored, so that only probing helps.`,
		Fault: []string{"nodes.r2.icmp.packet_too_big.mtu=zero"},
		Linux: Expectation{unharmed[0], blackhole[1]},
	},
	{
		Alias: "P09", Name: "ptb-mtu-too-large",
		Title: "The error tells an MTU larger than the packet that it is about",
		Life: `A router tells the MTU of the wrong interface: the sender hears that 1600 octets would fit, about a packet of 1500 that did not.
			Surveys of the Internet have found such routers.`,
		Reports: []string{"RFC 1191 §3", "RFC 8201 §4"},
		Healthy: `Never takes an error for leave to send more, does not send the same again at once, and probes.`,
		Fault:   []string{`nodes.r2.icmp.packet_too_big.mtu="+200"`},
		Linux:   blackhole,
	},
	{
		Alias: "P10", Name: "ptb-mtu-tiny",
		Title: "The error tells an MTU of 68 octets",
		Life: `Someone lies, or subtracts too much: 68 is the least that IPv4 knows, and would make of each segment some fifty. Linux goes
			down to 552 and no further, and sends without DF from then on.`,
		Reports: []string{"RFC 1191 §3", "yanet-platform/yanet2#1369"},
		Healthy: `Has a floor of its own, reaches its receiver in pieces of that size, and tries larger ones again later. IPv6 ignores all below 1280.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.mtu=68"},
		Linux:   Expectation{unharmed[0], blackhole[1]},
	},
	{
		Alias: "P11", Name: "ptb-below-1280",
		Title: "In IPv6 the error tells an MTU below 1280",
		Life: `A translator passes on what an IPv4 router said, and IPv4 links may be narrow: 905 octets have been seen. IPv6 has no packets
			that small; senders once added a fragment header to each packet, and are not to do so any more.`,
		Reports: []string{"NICMx/Jool#436", "RFC 8201 §4", "RFC 8021 §3"},
		Healthy: `Never goes below 1280, and adds no fragment header. Whether it hears "less than I thought" in such an error is its own choice.`,
		Fault:   []string{`nodes.r2.icmp.packet_too_big.overrides=[{"match":{"to":"::/0"},"mtu":1279}]`},
		Traffic: Traffic{Version: 6},
		Linux:   Expectation{unharmed[0], blackhole[1]},
	},
	{
		Alias: "P12", Name: "ptb-mtu-off-by-20",
		Title: "The error tells 20 octets too many",
		Life: `Whoever translates IPv4 to IPv6, or wraps packets up, has to subtract what the packet grows by, and forgets it: the sender
			believes 1420, sends 1420, and hears 1420 again.`,
		Reports: []string{"NICMx/Jool#92", "firezone/firezone#7567", "ayourtch/nat46#35"},
		Healthy: `Notices that the size that it was told is refused as well, and goes lower by itself.`,
		Fault:   []string{`nodes.r2.icmp.packet_too_big.mtu="+20"`},
		Linux:   blackhole,
	},
	{
		Alias: "P28", Name: "ptb-forged",
		Title: "A stranger sends errors about a connection that he does not see",
		Life: `Anybody may send a Packet Too Big to anybody, without being on the way, if he guesses addresses and ports: a small MTU makes a
			connection slow or breaks it in pieces that can be forged in turn. What he cannot guess is where in the stream it is.`,
		Reports: []string{"RFC 5927 §7", "RFC 8201 §6"},
		Healthy: `TCP believes no error whose sequence number is not in flight; QUIC none whose quote has no connection ID of its own, and never
			goes below 1200 octets.`,
		Setup: []string{"nodes.r2.interfaces.left.mtu=1500", "nodes.r2.interfaces.right.mtu=1500"},
		Fault: []string{
			`nodes.r2.forge[0]={"message":"packet_too_big","mtu":68,"match":{"to":"0.0.0.0/0","above":500},"pps":100,"sequence":"wrong"}`,
			`nodes.r2.forge[1]={"message":"packet_too_big","mtu":1280,"match":{"to":"::/0","above":500},"pps":100,"sequence":"wrong"}`,
		},
		Linux: unharmed,
	},
	{
		Alias: "P29", Name: "ptb-late",
		Title: "The error comes two seconds late",
		Life: `Errors are made by the slow half of a router, its processor, which has other things to do. Until it gets round to it, the sender
			has run into its timer more than once.`,
		Reports: []string{"traviscross/mtr#145", "RFC 1812 §4.3.2.8"},
		Healthy: `Shrinks once when the error comes, however often it has sent the segment meanwhile, and sends it once more.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.delay=2s"},
		Linux:   hurt,
	},
	{
		Alias: "P30", Name: "ptb-lossy",
		Title: "Half of the errors are lost, and the others come twice",
		Life: `Errors are datagrams as others: nobody sends them again when a full queue drops them, and a network that duplicates packets
			duplicates errors.`,
		Reports: []string{"RFC 4821 §1", "RFC 1812 §4.3.2.8"},
		Healthy: `Each segment that it sends again asks again: it shrinks at the first answer, and the second of the same kind changes nothing.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.probability=50%", "nodes.r2.icmp.packet_too_big.duplicate=1"},
		Linux:   unharmed,
	},
	{
		Alias: "P40", Name: "ptb-storm",
		Title: "Every packet that is too big is answered, five times",
		Life: `A router without a limit, or a loop behind it, answers each packet of a burst: a sender that fills a window of large packets at once is
			answered with more packets than it sent, and each costs it a look at its tables.`,
		Reports: []string{"RFC 4443 §2.4 (f)", "RFC 1812 §4.3.2.8"},
		Healthy: `Shrinks at the first, and finds nothing new in the others.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.rate.unlimited=true", "nodes.r2.icmp.packet_too_big.duplicate=4"},
		Linux:   unharmed,
	},
}
