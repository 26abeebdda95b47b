package scenario

// paths is what the way itself does: how wide it is, when, and for which packets.
var paths = []Scenario{
	{
		Alias: "P21", Name: "l2-silent",
		Title: "A switch drops what is longer than its frames",
		Life: `Routers and hosts believe in 1500 octets, and between two of them is a switch, a provider's VLAN or a virtual network that carries
			1400. Below IP there is nobody who could send an error.`,
		Reports: []string{"hcloud-k8s/terraform-hcloud-kubernetes#450", "cozystack/cozystack#2147", "RFC 4821 §1"},
		Healthy: `Probes. No router on this way is guilty, so that no rule of a firewall helps.`,
		Fault: []string{
			"nodes.r2.interfaces.left.mtu=1500", "nodes.r2.interfaces.right.mtu=1500",
			"nodes.r2.interfaces.left.middlebox.out.drop_above=1400", "nodes.r2.interfaces.right.middlebox.out.drop_above=1400",
		},
		Linux: blackhole,
	},
	{
		Alias: "P22", Name: "asymmetric-mtu",
		Title: "The way back is narrower than the way there",
		Life: `Packets there and back take different tunnels, or different links of one provider. What one end has found out about its
			direction is wrong for the other.`,
		Reports: []string{"gsliepen/tinc#68", "quicwg/base-drafts#4216"},
		Healthy: `Each end finds the size of its own direction.`,
		Fault:   []string{"nodes.r2.interfaces.left.mtu=1300", "nodes.r2.interfaces.right.mtu=1500"},
		Linux:   unharmed,
	},
	{
		Alias: "P31", Name: "shrink-mid-flow",
		Title: "The way becomes narrower in the middle of a transfer",
		Life: `A route changes, a tunnel goes up, a laptop leaves one network for another: sizes that were proven a second ago do not get
			through any more. Programs that look for the size once, at the beginning, lose every full packet from then on.`,
		Reports: []string{"quic-go/quic-go#3955", "quinn-rs/quinn#1540", "Mic92/tincr#109"},
		Healthy: `Believes the error, or notices within a few round trips that full packets alone are lost, and shrinks.`,
		Fault: []string{`timeline=[{"when":{"bytes":1000000},` +
			`"set":{"nodes.r2.interfaces.left.mtu":1300,"nodes.r2.interfaces.right.mtu":1300}}]`},
		Linux: unharmed,
	},
	{
		Alias: "P32", Name: "grow-mid-flow",
		Title: "The way becomes wider, and the sender does not know",
		Life: `The narrow tunnel is gone, or the small MTU was a mistake. What the host remembers holds for ten minutes: no error tells it of
			better times.`,
		Reports: []string{"google/gvisor#12568", "RFC 1191 §6.3", "RFC 8201 §4"},
		Healthy: `Tries a larger size after a while.`,
		Fault: []string{`timeline=[{"when":{"bytes":1000000},` +
			`"set":{"nodes.r2.interfaces.left.mtu":1500,"nodes.r2.interfaces.right.mtu":1500}}]`},
		Linux: unharmed,
	},
	{
		Alias: "P33", Name: "size-dependent-loss",
		Title: "Large packets are lost more often than small ones",
		Life: `Nothing is too big, but beyond some size three packets in a hundred do not arrive: a radio link with more bits to get wrong, or
			a box with few large buffers. A search for the largest size that gets through finds it, and lives there unhappily.`,
		Reports: []string{"quic-go/quic-go#5768"},
		Healthy: `Prefers the smaller size, once it is seen to fare better.`,
		Fault:   []string{`links[1].both.loss={"probability":"3%","match":{"above":1300}}`},
		Linux:   hurt,
	},
	{
		Alias: "P34", Name: "loss-not-mtu",
		Title: "Packets of any size are lost, and the size is not to blame",
		Life: `Where much is lost, full packets are lost most, since most packets are full. Detectors of black holes that count those go down to
			the least size on a way that carries the largest, and stay there for a minute.`,
		Reports: []string{"quinn-rs/quinn#2791", "quinn-rs/quinn#1855", "aws/s2n-quic#1680", "aws/s2n-quic#2558"},
		Healthy: `Does not shrink: a full packet that arrived after the loss proves the size.`,
		Setup:   []string{"nodes.r2.interfaces.left.mtu=1500", "nodes.r2.interfaces.right.mtu=1500"},
		Fault:   []string{"links[1].both.loss=3%"},
		Linux:   hurt,
	},
	{
		Alias: "P36", Name: "legs-of-different-mtu",
		Title: "Two ways of different MTU take turns",
		Life: `Packets to one destination are spread over two links, of which one is a tunnel. A size is proven by one and refused by the other;
			probes say yes and no by turns.`,
		Reports: []string{"tailscale/tailscale#8934", "private-octopus/picoquic#256"},
		Healthy: `Takes the smaller of the two, and no success of a larger packet for proof that all will arrive.`,
		Network: "legs",
		Fault:   []string{"links[2].mtu=1400"},
		Linux:   unharmed,
	},
}
