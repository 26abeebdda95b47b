package config

// badLinks are link-local addresses, MTUs and routes by interface that cannot be.
var badLinks = []edited{
	{"link-local twice on one interface", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64", "fe80::1/64"`,
	}, []string{
		`f:6:70: nodes.r1.interfaces.left.addresses[3]: fe80::1 is already nodes.r1.interfaces.left.addresses[2] (6:56); expected each own address once in a node`,
	}},
	{"link-local of another length", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/10"`,
	}, []string{
		`f:6:56: nodes.r1.interfaces.left.addresses[2]: fe80::1/10 is link-local, and not of length 64; expected "fe80::1/64" (RFC 4291 §2.5.6)`,
	}},
	{"link-local that is anycast", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::/64"`,
	}, []string{
		`f:6:56: nodes.r1.interfaces.left.addresses[2]: fe80:: is the subnet-router anycast address of fe80::/64; expected an address of the router's own`,
	}},
	{"link-local of the TUN is the router's", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"10.1.0.2/24"`, `"fe80::1/64"`,
	}, []string{
		`f:9:34: nodes.r1.interfaces.left.tun.addresses[0]: fe80::1 is the router's own: nodes.r1.interfaces.left.addresses[2] (6:56); expected another address of the same prefix`,
	}},
	{"link-local of the TUN is the one that was made", []string{
		`"10.1.0.2/24"`, `"fe80::557b:e631:6113:6f2c/64"`,
	}, []string{
		`f:9:34: nodes.r1.interfaces.left.tun.addresses[0]: fe80::557b:e631:6113:6f2c is the router's own: nodes.r1.interfaces.left.addresses (6:24); expected another address of the same prefix`,
	}},
	{"route to link-local", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "fe80::/64", "interface": "left"`,
	}, []string{
		`f:18:71: nodes.r1.routes[1].to: fe80::/64 is link-local: each interface has its own, and no packet leaves it`,
	}},
	{"route to all link-local", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "fe80::/10", "kind": "blackhole"`,
	}, []string{
		`f:18:71: nodes.r1.routes[1].to: fe80::/10 is link-local: each interface has its own, and no packet leaves it`,
	}},
	{"via link-local without interface", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "via": "fe80::9"`,
	}, []string{
		`f:18:86: nodes.r1.routes[1].via: fe80::9 is link-local, and may be on any interface; expected an "interface" beside it`,
	}},
	{"via link-local that is own", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "via": "fe80::1", "interface": "left"`,
	}, []string{
		`f:18:86: nodes.r1.routes[1].via: fe80::1 is the node's own: nodes.r1.interfaces.left.addresses[2] (6:56); expected the address of another router`,
	}},
	{"via link-local that was made", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "via": "fe80::557b:e631:6113:6f2c", "interface": "left"`,
	}, []string{
		`f:18:86: nodes.r1.routes[1].via: fe80::557b:e631:6113:6f2c is the node's own: nodes.r1.interfaces.left.addresses (6:24); expected the address of another router`,
	}},
	{"via link-local that is anycast", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "via": "fe80::", "interface": "left"`,
	}, []string{
		`f:18:86: nodes.r1.routes[1].via: fe80:: is the subnet-router anycast address of fe80::/64; expected the address of another router`,
	}},
	{"via that is a broadcast of the first prefix around it", []string{
		`"10.2.0.1/24", "fd00:2::1/64"`, `"10.2.0.1/24", "10.2.0.9/16", "fd00:2::1/64"`,
		`"via": "10.2.0.2"`, `"via": "10.2.0.255"`,
	}, []string{
		`f:18:49: nodes.r1.routes[0].via: 10.2.0.255 is the broadcast address of 10.2.0.0/24; expected the address of another router`,
	}},
	{"via on another interface", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "via": "10.2.0.2", "interface": "left"`,
	}, []string{
		`f:18:93: nodes.r1.routes[1].via: 10.2.0.2 is on another interface: nodes.r1.interfaces.right.addresses[0] (12:25); expected an address on the link of the interface`,
	}},
	{"via on the interface, own", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "via": "10.1.0.1", "interface": "left"`,
	}, []string{
		`f:18:93: nodes.r1.routes[1].via: 10.1.0.1 is the node's own: nodes.r1.interfaces.left.addresses[0] (6:25); expected the address of another router`,
	}},
	{"via on the interface, own of another", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "via": "10.2.0.1", "interface": "left"`,
	}, []string{
		`f:18:93: nodes.r1.routes[1].via: 10.2.0.1 is the node's own: nodes.r1.interfaces.right.addresses[0] (12:25); expected the address of another router`,
	}},
	{"via on the interface, broadcast", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "via": "10.1.0.255", "interface": "left"`,
	}, []string{
		`f:18:93: nodes.r1.routes[1].via: 10.1.0.255 is the broadcast address of 10.1.0.0/24; expected the address of another router`,
	}},
	{"via on the interface, loopback", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "via": "127.0.0.1", "interface": "left"`,
	}, []string{
		`f:18:93: nodes.r1.routes[1].via: 127.0.0.1 is a loopback address; expected the address of another router`,
	}},
	{"via on the interface, of the other family", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "via": "fe80::9", "interface": "left"`,
	}, []string{
		`f:18:93: nodes.r1.routes[1].via: fe80::9 is not of the family of 10.8.0.0/16; expected an IPv4 address`,
	}},
	{"interface of no node", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "lfet"`,
	}, []string{
		`f:18:99: nodes.r1.routes[1].interface: "lfet" is no interface of the node; expected "left" or "right"; did you mean "left"?`,
	}},
	{"interface of no node, with via", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "middle", "via": "10.2.0.2"`,
	}, []string{
		`f:18:99: nodes.r1.routes[1].interface: "middle" is no interface of the node; expected "left" or "right"`,
	}},
	{"interface that is empty", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "", "via": "10.3.0.2"`,
	}, []string{
		`f:18:99: nodes.r1.routes[1].interface: the string is empty`,
	}},
	{"interface that is a list", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": ["left"]`,
	}, []string{
		`f:18:99: nodes.r1.routes[1].interface: an array does not belong here; expected a string`,
	}},
	{"interface and blackhole", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "left", "kind": "blackhole"`,
	}, []string{
		`f:18:99: nodes.r1.routes[1].interface: a route of the kind "blackhole" goes by no interface; expected no "interface", or the kind "unicast"`,
	}},
	{"interface, via and unreachable", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.8.0.0/16", "interface": "left", "via": "10.1.0.9", "kind": "unreachable"`,
	}, []string{
		`f:18:99: nodes.r1.routes[1].interface: a route of the kind "unreachable" goes by no interface; expected no "interface", or the kind "unicast"`,
		`f:18:114: nodes.r1.routes[1].via: a route of the kind "unreachable" has no next hop; expected no "via", or the kind "unicast"`,
	}},
	{"interface, and connected", []string{
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "10.1.0.0/24", "interface": "right"`,
	}, []string{
		`f:18:71: nodes.r1.routes[1].to: 10.1.0.0/24 is connected by nodes.r1.interfaces.left.addresses[0] (6:25) and needs no route`,
	}},
	{"via on an unnumbered interface, without it", []string{
		`"10.2.0.1/24", "fd00:2::1/64"`, ``,
	}, []string{
		`f:18:49: nodes.r1.routes[0].via: no interface of the node reaches 10.2.0.2; expected an address on a connected prefix ("10.1.0.0/24")`,
	}},
	{"IPv6 MTU of the TUN, reported", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": true,`,
		`"tun0", "mtu": 1500`, `"tun0", "mtu": 1279`,
	}, []string{
		`f:8:62: nodes.r1.interfaces.left.tun.mtu: 1279 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"IPv6 MTU of the interface, reported, and of the TUN by default", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": true,`,
		`"mtu": 1400,`, `"mtu": 1279,`,
		`"server", "name": "tun0", "mtu": 1500`, `"server", "name": "tun0"`,
	}, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1279 is the MTU of the TUN too, and the kernel has no IPv6 there; expected a "tun.mtu" of at least 1280`,
	}},
	{"IPv6 MTU, not reported", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": false,`,
		`"mtu": 1400,`, `"mtu": 1279,`,
		`"server", "name": "tun0", "mtu": 1500`, `"server", "name": "tun0"`,
	}, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1279 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"via that nobody reaches, IPv6", []string{
		`"10.1.0.1/24", "fd00:1::1/64"`, `"10.1.0.1/24", "fd00:1::1/64", "fe80::1/64"`,
		`"to": "192.0.2.0/24", "kind": "prohibit"`, `"to": "::/0", "via": "fd00:9::9"`,
	}, []string{
		`f:18:86: nodes.r1.routes[1].via: no interface of the node reaches fd00:9::9; expected an address on a connected prefix ("fd00:1::/64", "fd00:2::/64")`,
	}},
}
