package config

// fineLinks look like mistakes and are none.
var fineLinks = []edited{
	{"the same link-local on two interfaces", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"10.2.0.1/24", "fd00:2::1/64"`, `"10.2.0.1/24", "fd00:2::1/64", "fe80::1/64"`,
	}, nil},
	{"two link-locals on one interface", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64", "fe80::2/64"`,
	}, nil},
	{"link-local and nothing else", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"fe80::1/64"`,
	}, nil},
	{"unnumbered", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, ``,
	}, nil},
	{"unnumbered on both sides, with routes", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, ``,
		`"10.2.0.1/24", "fd00:2::1/64"`, ``,
		`{ "to": "10.9.0.0/16", "via": "10.2.0.2" }, { "to": "192.0.2.0/24", "kind": "prohibit"`, `{ "to": "10.1.0.0/24", "interface": "left" }, { "to": "10.2.0.0/24", "interface": "right" }, { "to": "192.0.2.0/24", "kind": "prohibit"`,
	}, nil},
	{"route by interface alone", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "0.0.0.0/0", "interface": "left"`,
	}, nil},
	{"route by interface and via, kind said", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "0.0.0.0/0", "interface": "left", "via": "10.1.0.2", "kind": "unicast"`,
	}, nil},
	{"via link-local, own of another interface", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "interface": "right", "via": "fe80::1"`,
	}, nil},
	{"TUN has the link-local of another interface", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"10.2.0.2/24"`, `"10.2.0.2/24", "fe80::1/64"`,
	}, nil},
	{"router_id of an interface", []string{
		`"r1": {`, `"r1": { "router_id": "10.2.0.1",`,
	}, nil},
	{"router_id of no interface", []string{
		`"r1": {`, `"r1": { "router_id": "192.0.2.1",`,
	}, nil},
	{"own address of class E, loose", []string{
		`"r1": {`, `"r1": { "martians": "loose",`,
		`"10.1.0.1/24", "fd00:1::1/64"`, `"240.0.0.1/24", "0.1.0.1/24"`,
		`"10.1.0.2/24", "fd00:1::2/64"`, `"240.0.0.2/24"`,
	}, nil},
	{"own address of class E, off", []string{
		`"r1": {`, `"r1": { "martians": "off",`,
		`"10.1.0.1/24", "fd00:1::1/64"`, `"240.0.0.1/24"`,
		`"10.1.0.2/24", "fd00:1::2/64"`, `"240.0.0.2/24"`,
	}, nil},
	{"a wide prefix around link-local", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"fe00::1/8"`,
	}, nil},
	{"a wide prefix around link-local, before it", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"fe00::1/8"`,
		`"10.2.0.1/24", "fd00:2::1/64"`, `"10.2.0.1/24", "fd00:2::1/64", "fe80::1/64"`,
	}, nil},
	{"a wide prefix around link-local, after it", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"10.2.0.1/24", "fd00:2::1/64"`, `"10.2.0.1/24", "fd00:2::1/64", "fe00::1/8"`,
	}, nil},
	{"route to more than link-local", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "fe80::/9", "kind": "blackhole"`,
	}, nil},
}

// suspect has what is allowed and hardly meant; some of it only looks so.
var suspect = []edited{
	{"TUN address off the prefix", []string{
		`["10.2.0.2/24"`, `["10.5.0.2/24"`,
	}, []string{
		`f:15:34: nodes.r1.interfaces.right.tun.addresses[0]: 10.5.0.2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"TUN address off the prefix, with a route elsewhere", []string{
		`["10.2.0.2/24"`, `["10.5.0.2/24"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.5.0.0/16", "interface": "left"`,
	}, []string{
		`f:15:34: nodes.r1.interfaces.right.tun.addresses[0]: 10.5.0.2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"TUN address on an unnumbered interface", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, ``,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.1.0.0/24", "interface": "left"`,
	}, []string{
		`f:9:49: nodes.r1.interfaces.left.tun.addresses[1]: fd00:1::2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"TUN address with a route by the interface", []string{
		`["10.2.0.2/24"`, `["10.5.0.2/24"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.5.0.0/16", "interface": "right"`,
	}, nil},
	{"TUN address that is link-local", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24"`,
		`"fd00:1::2/64"`, `"fe80::2/64"`,
	}, []string{
		`f:9:49: nodes.r1.interfaces.left.tun.addresses[1]: fe80::2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"via on no prefix of its interface", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "left", "via": "10.3.0.2"`,
	}, []string{
		`f:18:114: nodes.r1.routes[1].via: 10.3.0.2 is on no prefix of left; the router takes it to be there`,
	}},
	{"via link-local on an interface without IPv6", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "interface": "left", "via": "fe80::"`,
	}, nil},
	{"via on an unnumbered interface", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"fd00:1::1/64"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "left", "via": "10.99.0.1"`,
	}, []string{
		`f:9:34: nodes.r1.interfaces.left.tun.addresses[0]: 10.1.0.2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"via on an interface with a lone address", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/32"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "left", "via": "10.99.0.1"`,
	}, []string{
		`f:9:34: nodes.r1.interfaces.left.tun.addresses[0]: 10.1.0.2 is on no prefix of its interface; the router cannot answer it without a route`,
		`f:9:49: nodes.r1.interfaces.left.tun.addresses[1]: fd00:1::2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"via link-local on an interface with IPv6", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "interface": "left", "via": "fe80::9"`,
	}, nil},
	{"via on an interface with link-local alone", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"fe80::1/64"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "interface": "left", "via": "fd00:9::9"`,
	}, []string{
		`f:9:34: nodes.r1.interfaces.left.tun.addresses[0]: 10.1.0.2 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"TUN address on the prefix of another interface", []string{
		`["10.2.0.2/24"`, `["10.1.0.9/24"`,
	}, []string{
		`f:15:34: nodes.r1.interfaces.right.tun.addresses[0]: 10.1.0.9 is on no prefix of its interface; the router cannot answer it without a route`,
	}},
	{"broadcasts without a prefix that has them", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/31", "fd00:1::1/64"`,
		`"10.1.0.2/24"`, `"10.1.0.0/31"`,
		`"left": {`, `"left": { "directed_broadcast": true,`,
	}, []string{
		`f:5:41: nodes.r1.interfaces.left.directed_broadcast: no prefix of the interface has a broadcast address`,
	}},
	{"broadcasts to a prefix of four", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/30", "fd00:1::1/64"`,
		`"left": {`, `"left": { "directed_broadcast": true,`,
	}, nil},
	{"IPv6 MTU below 1280, reported", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": true,`,
		`"mtu": 1400`, `"mtu": 1279`,
	}, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1279 is too small for IPv6; the router reports it, and receivers ignore that`,
	}},
	{"IPv6 MTU below 1280, in memory", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": true,`,
		`"mtu": 1400,`, ``,
		`"netns": "server", "name": "tun0", "mtu": 1500`, `"device": "memory", "name": "tun0", "mtu": 1000`,
	}, []string{
		`f:14:63: nodes.r1.interfaces.right.tun.mtu: 1000 is too small for IPv6; the router reports it, and receivers ignore that`,
	}},
	{"IPv6 MTU below 1280, in memory, for both", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": true,`,
		`"mtu": 1400,`, `"mtu": 1000,`,
		`"netns": "server", "name": "tun0", "mtu": 1500`, `"device": "memory", "name": "tun0"`,
	}, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1000 is too small for IPv6; the router reports it, and receivers ignore that`,
	}},
}
