package scenario

// unsaid is what keeps the truth from the sender: the error is not sent, or does not arrive.
var unsaid = []Scenario{
	{
		Alias: "P01", Name: "ptb-never-sent",
		Title: "A router drops what is too big and says nothing",
		Life: `Someone has read that a router should be silent (no ip unreachables), or the software of a switch never learned to
			speak: what does not fit its next link is gone, and its sender is not told. Connections open, small requests
			work, and the first full segment is sent again and again.`,
		Reports: []string{"RFC 2923 §2.1", "sonic-net/sonic-buildimage#4479"},
		Healthy: `Finds the size without help: it probes (RFC 4821, RFC 8899) when full segments are lost and nothing else is, goes on with
			what gets through, and writes into its log that there is a black hole.`,
		Fault: []string{"nodes.r2.icmp.packet_too_big.action=drop"},
		Linux: blackhole,
	},
	{
		Alias: "P02", Name: "ptb-filtered",
		Title: "A firewall drops Packet Too Big on its way back",
		Life: `The router tells the truth, but before the host stands a firewall whose rule says that ICMP is dangerous. A machine behind a
			tunnel of 1402 octets could not be reached for that reason, a pod with a policy for what comes in could not post a form.`,
		Reports: []string{"oxidecomputer/omicron#7998", "cilium/cilium#26193", "RFC 4890 §4.3.1"},
		Healthy: `The same as if nothing was ever sent: it cannot know the difference. It probes.`,
		Fault: []string{
			`nodes.r1.interfaces.left.middlebox.out.drop=[{"icmp":"packet-too-big"}]`,
			`nodes.r3.interfaces.right.middlebox.out.drop=[{"icmp":"packet-too-big"}]`,
		},
		Linux: blackhole,
	},
	{
		Alias: "P03", Name: "ptb-filtered-v6",
		Title: "Only the Packet Too Big of IPv6 is dropped",
		Life: `The rules for IPv4 are old and right; those for IPv6 were written in a hurry and drop all of ICMPv6. Routers do not fragment
			IPv6, so that the error is not a luxury there. With two families the fault hides: whoever tries IPv4 sees nothing
			wrong, and clients that prefer IPv6 hang after the handshake, when nobody changes the family any more.`,
		Reports: []string{"NICMx/Jool#321", "provandal/protoviz#24", "RFC 4890 §4.3.1"},
		Healthy: `Probes, in each family for itself. A client with two families does not take a handshake for proof that data will flow.`,
		Fault: []string{
			`nodes.r1.interfaces.left.middlebox.out.drop=[{"icmp":"packet-too-big","to":"::/0"}]`,
			`nodes.r3.interfaces.right.middlebox.out.drop=[{"icmp":"packet-too-big","to":"::/0"}]`,
		},
		Traffic: Traffic{Version: 6},
		Linux:   Expectation{unharmed[0], blackhole[1]},
	},
	{
		Alias: "P04", Name: "ptb-rate-limited",
		Title: "A router sends one error a second, to all together",
		Life: `Routers must limit their errors, and some do it with one bucket for everybody: one message a second has been seen. The first
			sender is told, the second waits for its turn, and among many some never have one.`,
		Reports: []string{"traviscross/mtr#145", "RFC 1812 §4.3.2.8", "RFC 4443 §2.4 (f)"},
		Healthy: `Remembers what it was told for all flows to that destination, so that the second needs no error of its own; and does not
			give up after one that did not come.`,
		Fault: []string{`nodes.r2.icmp.packet_too_big.limit={"pps":1,"burst":1,"scope":"all"}`},
		Linux: unharmed,
	},
	{
		Alias: "P05", Name: "ptb-bad-source",
		Title: "The error comes from a private address, and a filter drops it",
		Life: `Links inside a network are numbered from private addresses, and errors about what does not fit there come from them.
			The next network knows no way back to such a source: its reverse path filter, or a list of bogons, drops the error.`,
		Reports: []string{"RFC 6752", "RFC 3704 §2.4"},
		Healthy: `Probes, as after any error that does not arrive.`,
		Setup:   []string{"nodes.r1.interfaces.right.urpf=loose", "nodes.r3.interfaces.left.urpf=loose"},
		Fault:   []string{`nodes.r2.icmp.packet_too_big.source=["192.168.255.1","fdff::1"]`},
		Linux:   blackhole,
	},
	{
		Alias: "P07", Name: "ecmp-misdelivered",
		Title: "The error is delivered to another server of the same address",
		Life: `Several servers have one address, and a router or switch before them spreads the packets by a hash. An error has other
			addresses and no ports outside of its quote: it goes to a server that knows nothing of the connection, and the one that must shrink
			is never told. Clients behind a narrow link fail by chance, as their hash has it.`,
		Reports: []string{"cilium/cilium#19720", "projectcalico/calico#13667", "github/glb-director#47", "RFC 7690 §2"},
		Healthy: `The balancer hashes what the error quotes, or sends it to all; a server that is not told probes.`,
		Network: "anycast",
		Fault:   []string{"nodes.lb.multipath.icmp_errors=outer"},
		Linux:   blackhole,
	},
	{
		Alias: "P14", Name: "nat-told-itself",
		Title: "A NAT gateway sends the error to itself",
		Life: `A gateway translates the source first and finds out afterwards that the packet does not fit. It tells the sender that the
			packet now has: itself. Seen with tunnels as the way out: those on the LAN hear nothing.`,
		Reports: []string{"opnsense/core#4094", "opnsense/src#282"},
		Healthy: `Probes: nothing arrives. That others clamp the MSS for it helps TCP alone.`,
		Setup:   []string{`nodes.r2.loopbacks=["192.0.2.1","2001:db8::1"]`},
		Fault:   []string{`nodes.r2.icmp.packet_too_big.target=["192.0.2.1","2001:db8::1"]`},
		Linux:   blackhole,
	},
	{
		Alias: "P20", Name: "ptb-not-passed-on",
		Title: "The error reaches the host, but not the container in it",
		Life: `The outer host, with its tunnel, does all right: it makes or receives the error. Between it and the container, the virtual
			machine or the sandbox that sent the packet stands one more translation, which passes connections on and no errors
			about them.`,
		Reports: []string{"moby/moby#12565", "QubesOS/qubes-issues#5264", "cilium/cilium#12968", "google/gvisor#11856"},
		Healthy: `Probes; or its link has the MTU of the tunnel from the beginning.`,
		Setup: []string{
			"nodes.r2.interfaces.left.mtu=1500", "nodes.r2.interfaces.right.mtu=1500",
			`nodes.r2.interfaces.left.tunnel={"overhead":80,"error":"inner"}`,
			`nodes.r2.interfaces.right.tunnel={"overhead":80,"error":"inner"}`,
		},
		Fault: []string{
			`nodes.r1.interfaces.left.middlebox.out.drop=[{"icmp":"errors"}]`,
			`nodes.r3.interfaces.right.middlebox.out.drop=[{"icmp":"errors"}]`,
		},
		Linux: blackhole,
	},
	{
		Alias: "P39", Name: "ptb-only-from-gateway",
		Title: "A host believes only its own gateway",
		Life: `A host with two links filters by the reverse path, strictly: what comes in by one link from a source that it would reach by
			the other is dropped. Errors come from routers anywhere on the way, so that some of them always come in by the wrong link.`,
		Reports: []string{"RFC 3704 §2.2"},
		Healthy: `Probes; a host that is its own filter filters loosely.`,
		Fault: []string{
			`nodes.r1.interfaces.left.middlebox.out.drop=[{"icmp":"packet-too-big","from":"10.9.0.0/16"},{"icmp":"packet-too-big","from":"fd00:9::/32"}]`,
			`nodes.r3.interfaces.right.middlebox.out.drop=[{"icmp":"packet-too-big","from":"10.9.0.0/16"},{"icmp":"packet-too-big","from":"fd00:9::/32"}]`,
		},
		Linux: blackhole,
	},
}
