package scenario

// boxes is what stands in the middle and means well: tunnels, clamps, and filters of fragments.
var boxes = []Scenario{
	{
		Alias: "P19", Name: "tunnel-outer-error",
		Title: "The error is about the tunnel's packet, and the tunnel ignores it",
		Life: `What does not fit is the packet with the tunnel's header around it, and the error is about that: it quotes addresses and a protocol that the
			host never used, and an MTU that is the tunnel's. Whoever gets it can do nothing with it; some tunnels, WireGuard among them, trust no
			such error and drop it.`,
		Reports: []string{"tailscale/tailscale#311", "tailscale/tailscale#20681", "RFC 4459 §3.2"},
		Healthy: `The end of the tunnel probes, and tells the host inside in words of its own. The host probes.`,
		Setup: []string{
			"nodes.r2.interfaces.left.mtu=1500", "nodes.r2.interfaces.right.mtu=1500",
			`nodes.r2.interfaces.left.tunnel={"overhead":80,"error":"inner"}`,
			`nodes.r2.interfaces.right.tunnel={"overhead":80,"error":"inner"}`,
		},
		Fault: []string{"nodes.r2.interfaces.left.tunnel.error=outer", "nodes.r2.interfaces.right.tunnel.error=outer"},
		Linux: blackhole,
	},
	{
		Alias: "P23", Name: "mss-clamp-one-way",
		Title: "The MSS is clamped in one direction only, and errors are dropped",
		Life: `Instead of errors there is a rule that lowers the MSS in SYNs, and it matches what leaves by the tunnel, not what comes from it. One
			side of the connection is told, the other sends full segments into nothing: downloads work, uploads hang.`,
		Reports: []string{"tailscale/tailscale#20077"},
		Healthy: `Probes. The rule has to lower the MSS in both directions.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.action=drop", "nodes.r1.interfaces.left.middlebox.in.mss=1340"},
		Traffic: Traffic{Upload: true},
		Linux:   blackhole,
	},
	{
		Alias: "P24", Name: "mss-clamp-hides",
		Title: "TCP is clamped and works; all others lose what is too big",
		Life: `Errors are dropped, and TCP is helped by a lower MSS, so that nobody complains. UDP, QUIC and IPsec have no MSS: their large datagrams
			vanish.`,
		Reports: []string{"opnsense/core#4094", "RFC 8899 §1.1"},
		Healthy: `Whoever sends datagrams probes (RFC 8899).`,
		Fault: []string{
			"nodes.r2.icmp.packet_too_big.action=drop",
			"nodes.r1.interfaces.left.middlebox.in.mss=1340", "nodes.r1.interfaces.left.middlebox.out.mss=1340",
		},
		Traffic: Traffic{UDP: true},
		Linux:   unharmed, Datagrams: Blackholed,
	},
	{
		Alias: "P25", Name: "df-cleared",
		Title: "A box clears DF, and routers fragment what should have been refused",
		Life: `Someone has found that clearing DF makes complaints about black holes go away. Now packets that asked not to be fragmented are, with an
			identification that was never meant to be one: often zero for all.`,
		Reports: []string{"apalrd/tayga#7", "yanet-platform/yanet2#1875", "RFC 6864 §4"},
		Healthy: `Is served, with twice the packets; it may notice from fragments at its receiver that its sizes do not fit. IPv6 has no DF.`,
		Fault:   []string{"nodes.r1.interfaces.left.middlebox.in.df=clear", "nodes.r3.interfaces.right.middlebox.in.df=clear"},
		Linux:   unharmed,
	},
	{
		Alias: "P26", Name: "fragments-dropped",
		Title: "Fragments are dropped, and IPv6 packets with extension headers",
		Life: `Filters look for ports, and fragments have none; hardware looks for them at a fixed place, and extension headers move them. Both are
			dropped in many networks, and whoever relies on them, as large DNS answers do, waits in vain.`,
		Reports: []string{"RFC 8900 §3", "RFC 7872 §2", "cilium/cilium#9894"},
		Healthy: `Sends nothing that has to be fragmented, and asks again over TCP.`,
		Fault: []string{
			"nodes.r1.interfaces.left.middlebox.in.fragments.drop=all", "nodes.r3.interfaces.right.middlebox.in.fragments.drop=all",
			"nodes.r1.interfaces.left.middlebox.in.extension_headers=drop", "nodes.r3.interfaces.right.middlebox.in.extension_headers=drop",
		},
		Traffic: Traffic{UDP: true, Large: true},
		Linux:   unharmed, Datagrams: Blackholed,
	},
	{
		Alias: "P27", Name: "first-fragment-dropped",
		Title: "Of each fragmented datagram the first part is lost",
		Life: `Fragments of one datagram do not go the same way: the first has ports and is looked up by them, the others have none and go by the
			addresses. One of the ways ends in a box that drops them, and nothing is ever complete.`,
		Reports: []string{"networkservicemesh/sdk#1148", "cilium/cilium#46100", "ayourtch/nat46#35"},
		Healthy: `Sends nothing that has to be fragmented; the receiver tells of its wait for the rest only when it has the first part (RFC 8200 §4.5).`,
		Fault:   []string{"nodes.r1.interfaces.left.middlebox.in.fragments.drop=first", "nodes.r3.interfaces.right.middlebox.in.fragments.drop=first"},
		Traffic: Traffic{UDP: true, Large: true},
		Linux:   unharmed, Datagrams: Blackholed,
	},
	{
		Alias: "P35", Name: "super-packet-judged-whole",
		Title: "A box takes the joined packets of a flow for one that is too big",
		Life: `Kernels hand over the segments of a flow in one piece of up to 64 KiB, to be taken apart later. A forwarder that compares its length
			with the MTU drops them all; what gets through is what is sent alone, after a timeout.`,
		Reports: []string{"google/gvisor#14011"},
		Healthy: `Crawls on with one segment at a time; no size that it could choose helps, and it must not shrink for it.`,
		Setup:   []string{"nodes.r2.interfaces.left.mtu=1500", "nodes.r2.interfaces.right.mtu=1500"},
		Fault: []string{
			"nodes.r1.interfaces.left.middlebox.in.super_packets=drop", "nodes.r3.interfaces.right.middlebox.in.super_packets=drop",
		},
		Traffic: Traffic{Octets: 500_000},
		Linux:   hurt,
	},
}
