package scenario

// misquoted is what of an error its receiver cannot recognize, or might stumble over.
var misquoted = []Scenario{
	{
		Alias: "P06", Name: "ptb-from-receiver",
		Title: "The error comes from the address that it goes to",
		Life: `A program with a TUN finds a packet too long and writes an error back into the device, from the only address that it has: that
			of the host. The IPv4 of Linux takes a packet from itself that comes from outside for a lie and drops it.`,
		Reports: []string{"jmcorgan/fips#16", "yggdrasil-network/yggdrasil-go#56"},
		Healthy: `The sender of errors takes another address, such as the destination's. The receiver probes.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.source=receiver"},
		Linux:   Expectation{blackhole[0], unharmed[1]},
	},
	{
		Alias: "P13", Name: "nat-outside-only",
		Title: "A NAT translates the error, but not what it quotes",
		Life: `On the way back the outer header of the error is translated, the quoted packet still has the addresses of the other side of the
			NAT. The host looks for a connection of that address, has none, and drops the error.`,
		Reports: []string{"cilium/cilium#47755", "RFC 5508 §4"},
		Healthy: `Cannot use the error, and probes.`,
		Fault: []string{
			"nodes.r2.icmp.packet_too_big.quoted.source=192.0.2.1",
			`nodes.r2.icmp.packet_too_big.overrides=[{"match":{"to":"::/0"},"quoted":{"source":"2001:db8::1"}}]`,
		},
		Linux: blackhole,
	},
	{
		Alias: "P15", Name: "nat-port-remapped",
		Title: "The quoted port is that of the other side of a NAT",
		Life: `A firewall gives every connection a random source port, and forgets to put the old one back into the packets that errors quote. To
			the host they are about a connection that it does not have.`,
		Reports: []string{"falling-sky/source#141", "RFC 5508 §4"},
		Healthy: `Cannot use the error, and probes.`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.quoted.source_port=61001"},
		Linux:   blackhole,
	},
	{
		Alias: "P16", Name: "ptb-quote-rewritten",
		Title: "The quoted header has another TTL, another DSCP and a wrong checksum",
		Life: `On its way the packet was marked anew and translated, and what the error quotes is what the last router saw, or what a NAT left
			of it, with checksums that nobody put right. Diagnostic tools live on such differences.`,
		Reports: []string{"fujiapple852/trippy#1539", "FDio/vpp#423", "RFC 5508 §4"},
		Healthy: `Looks for addresses, ports and sequence number in the quote, and at nothing else.`,
		Fault:   []string{`nodes.r2.icmp.packet_too_big.quoted={"checksum":"wrong","dscp":46,"ttl":1}`},
		Linux:   unharmed,
	},
	{
		Alias: "P17", Name: "ptb-short-quote",
		Title: "The error quotes the header and eight octets",
		Life: `The first specification asked for no more, and many routers quote no more to this day; one with 40 octets of IPv6 and nothing
			behind them was understood by no system. Eight are ports and sequence number: enough for TCP, and nothing of what
			QUIC could verify.`,
		Reports: []string{"RFC 1812 §4.3.2.3", "yggdrasil-network/yggdrasil-go#907", "facebookincubator/katran#159"},
		Healthy: `TCP finds its connection. QUIC cannot verify such an error, ignores it, and probes (RFC 9000 §14.2.1).`,
		Fault:   []string{"nodes.r2.icmp.packet_too_big.quote=8"},
		Linux:   unharmed,
	},
	{
		Alias: "P18", Name: "ptb-too-long",
		Title: "The error quotes so much that it is fragmented, and half of it is lost",
		Life: `A router quotes all of the packet, which makes its error longer than the packet was. It is cut in two on the way back, and what
			keeps no fragments for others, such as a filter without state, drops the half without a header.`,
		Reports: []string{"cilium/cilium#26193", "cilium/cilium#16036", "RFC 1812 §4.3.2.3", "RFC 4443 §2.4 (c)"},
		Healthy: `The router quotes up to 576 octets, in IPv6 up to 1280 of all. The sender probes.`,
		Setup: []string{
			"nodes.r1.interfaces.left.middlebox.out.fragments.drop=later",
			"nodes.r3.interfaces.right.middlebox.out.fragments.drop=later",
		},
		Fault: []string{"nodes.r2.icmp.packet_too_big.quote=full"},
		Linux: blackhole,
	},
	{
		Alias: "P37", Name: "ptb-extended",
		Title: "The error has extensions behind a padded quote",
		Life: `Routers may tell which interface it was, behind the quote, which is then padded to 128 octets and counted in a field that was always
			zero. Who takes all that follows the header for the quoted packet reads nonsense at its end. The Packet Too Big of
			IPv6 has no room for the length, and no extensions.`,
		Reports: []string{"RFC 4884 §5", "RFC 5837 §3"},
		Healthy: `Reads the length, or looks at the beginning of the quote alone.`,
		Fault:   []string{"nodes.r2.icmp.extensions=all"},
		Linux:   unharmed,
	},
	{
		Alias: "P38", Name: "ptb-dummy-source",
		Title: "The error comes from 192.0.0.8",
		Life: `A router without an IPv4 address, whose IPv4 routes lead to IPv6 next hops, has a dummy for its errors, and all routers have
			the same. In IPv6 it is the address of a loopback that nobody has a route to.`,
		Reports: []string{"RFC 7600 §4.8", "RFC 5837 §1"},
		Healthy: `Does not care where the error comes from: what it quotes counts.`,
		Fault:   []string{`nodes.r2.icmp.packet_too_big.source=["192.0.0.8","2001:db8:ffff::1"]`},
		Linux:   unharmed,
	},
}
