package config

// badAddressing are loopbacks, routes and prefixes of networks that cannot be: changes of wired.
var badAddressing = []edited{
	{"loopbacks of one family", []string{
		`"fd00:ffff::3"]`, `"10.255.0.4"]`,
	}, []string{
		`f:8:49: nodes["r3.example"].loopbacks[1]: 10.255.0.4 is of the family of nodes["r3.example"].loopbacks[0] (8:35); expected at most one loopback of each family`,
	}},
	{"a loopback with a length", []string{
		`"10.255.0.3"`, `"10.255.0.3/32"`,
	}, []string{
		`f:8:35: nodes["r3.example"].loopbacks[0]: "10.255.0.3/32" is no address: unexpected character (at "/32"); expected an address, as "10.1.0.1" or "fd00::1"`,
	}},
	{"a loopback that is 127.0.0.1", []string{
		`"10.255.0.3"`, `"127.0.0.1"`,
	}, []string{
		`f:8:35: nodes["r3.example"].loopbacks[0]: 127.0.0.1 is a loopback address; expected an address of the router's own`,
	}},
	{"a loopback that is link-local", []string{
		`"fd00:ffff::3"`, `"fe80::1"`,
	}, []string{
		`f:8:49: nodes["r3.example"].loopbacks[1]: fe80::1 is link-local, and a loopback is on no link; expected an address of the router's own`,
	}},
	{"a loopback on a prefix", []string{
		`"r2": {`, `"r2": { "loopbacks": ["10.0.0.0"],`,
	}, []string{
		`f:7:27: nodes.r2.loopbacks[0]: 10.0.0.0/32 overlaps 10.0.0.0/31 of nodes.r2.interfaces.down.addresses[0] (7:80); expected each prefix on one interface of a node`,
	}},
	{"a loopback that an interface has", []string{
		`"r2": {`, `"r2": { "loopbacks": ["fd00::1"],`,
	}, []string{
		`f:7:27: nodes.r2.loopbacks[0]: fd00::1 is already nodes.r2.interfaces.down.addresses[1] (7:94); expected each own address once in a node`,
	}},
	{"a route to a loopback", []string{
		`"r2": {`, `"r2": { "loopbacks": ["10.255.0.2"], "routes": [{ "to": "10.255.0.2/32", "kind": "blackhole" }],`,
	}, []string{
		`f:7:61: nodes.r2.routes[0].to: 10.255.0.2 is the node's own: nodes.r2.loopbacks[0] (7:27)`,
	}},
	{"a route by an interface that a link names", []string{
		`"r3.example": {`, `"r3.example": { "routes": [{ "to": "10.9.0.0/16", "interface": "r3" }],`,
	}, []string{
		`f:8:68: nodes["r3.example"].routes[0].interface: "r3" is no interface of the node; expected "r2"; did you mean "r2"?`,
	}},
	{"a next hop beyond a link", []string{
		`"r2": {`, `"r2": { "routes": [{ "to": "10.9.0.0/16", "via": "10.7.0.1" }],`,
	}, []string{
		`f:7:54: nodes.r2.routes[0].via: no interface of the node reaches 10.7.0.1; expected an address on a connected prefix ("10.0.0.0/31")`,
	}},
	{"a TUN without addresses", []string{
		`"addresses": ["10.1.0.1/24", "fd00:1::1/64"], "tun"`, `"tun"`,
	}, []string{
		`f:5:15: nodes.r1.interfaces.left: the key "addresses" is missing`,
	}},
	{"a TUN without addresses on one side", []string{
		`"routing"`, `"addressing": { "v4": "10.0.0.0/8" }, "routing"`,
		`"addresses": ["10.1.0.1/24", "fd00:1::1/64"], "tun"`, `"tun"`,
	}, []string{
		`f:5:15: nodes.r1.interfaces.left: the key "addresses" is missing; expected addresses on both sides, or on neither, to have them from "addressing"`,
	}},
	{"addressing by the other families", []string{
		`"routing"`, `"addressing": { "v4": "fd00::/16", "v6": "10.0.0.0/8" }, "routing"`,
	}, []string{
		`f:2:25: addressing.v4: fd00::/16 is of the other family; expected an IPv4 prefix, as "10.0.0.0/8"`,
		`f:2:44: addressing.v6: 10.0.0.0/8 is of the other family; expected an IPv6 prefix, as "fd00::/16"`,
	}},
	{"addressing with bits beyond", []string{
		`"routing"`, `"addressing": { "v4": "10.0.0.1/8" }, "routing"`,
	}, []string{
		`f:2:25: addressing.v4: 10.0.0.1/8 has bits beyond its length; expected "10.0.0.0/8"`,
	}},
	{"addressing with multicast", []string{
		`"routing"`, `"addressing": { "v4": "224.0.0.0/8", "v6": "fe80::/10" }, "routing"`,
	}, []string{
		`f:2:25: addressing.v4: 224.0.0.0/8 overlaps 224.0.0.0/4: a multicast address; expected a prefix of addresses that are forwarded`,
		`f:2:46: addressing.v6: fe80::/10 overlaps fe80::/10: link-local addresses; expected a prefix of addresses that are forwarded`,
	}},
	{"addressing from everything", []string{
		`"routing"`, `"addressing": { "v4": "0.0.0.0/0", "v6": "::/0" }, "routing"`,
	}, []string{
		`f:2:25: addressing.v4: 0.0.0.0/0 overlaps 0.0.0.0/8: an address of "this network"; expected a prefix of addresses that are forwarded`,
		`f:2:44: addressing.v6: ::/0 overlaps ::/128: the unspecified address; expected a prefix of addresses that are forwarded`,
	}},
	{"addressing that is too small", []string{
		`"routing"`, `"addressing": { "v4": "10.8.0.0/28", "v6": "fd08::/124" }, "routing"`,
		`{ "loopbacks": ["10.255.0.3", "fd00:ffff::3"] }`, `{}`,
	}, []string{
		`f:2:25: addressing.v4: 10.8.0.0/28 has no room for the network: links (2), TUNs (1) and loopbacks (3); expected a prefix of length 27 or shorter`,
		`f:2:46: addressing.v6: fd08::/124 has no room for the network: links (2), TUNs (1) and loopbacks (3); expected a prefix of length 123 or shorter`,
	}},
	{"addressing that is too small for any", []string{
		`"routing"`, `"addressing": { "v4": "10.8.0.0/29" }, "routing"`,
	}, []string{
		`f:2:25: addressing.v4: 10.8.0.0/29 is too small for any network; expected a prefix of length 28 or shorter`,
	}},
	{"addressing that is written full", []string{
		`"routing"`, `"addressing": { "v6": "fd01::/64" }, "routing"`,
		`"fd00:1::1/64"`, `"fd01::1/60"`,
	}, []string{
		`f:2:25: addressing.v6: fd01::/64 has no room for the network: links (2), TUNs (1) and loopbacks (3); expected a prefix with fewer written addresses`,
	}},
	{"addressing as a prefix", []string{
		`"routing"`, `"addressing": "10.0.0.0/8", "routing"`,
	}, []string{
		`f:2:17: addressing: the string "10.0.0.0/8" does not belong here; expected an object`,
	}},
	{"addressing of neither family", []string{
		`"routing"`, `"addressing": {}, "routing"`,
		`"addresses": ["10.1.0.1/24", "fd00:1::1/64"], "tun"`, `"tun"`,
		`, "addresses": ["10.1.0.2/24"]`, ``,
	}, []string{
		`f:2:17: addressing: nothing in it; expected at least 1`,
	}},
	{"addressing and IPv6 MTUs", []string{
		`"routing"`, `"addressing": { "v6": "fd09::/16" }, "routing"`,
		`{ "between": ["r2", "r3.example"] }`, `{ "between": ["r2", "r3.example"], "mtu": 1000 }`,
		`"addresses": ["10.1.0.1/24", "fd00:1::1/64"], "tun"`, `"mtu": 1200, "tun"`,
		`, "addresses": ["10.1.0.2/24"]`, ``,
	}, []string{
		`f:5:24: nodes.r1.interfaces.left.mtu: 1200 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
		`f:14:47: links[1].mtu: 1000 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"addressing from nothing", []string{
		`"routing"`, `"addressing": { "v5": "10.0.0.0/8" }, "routing"`,
	}, []string{
		`f:2:19: addressing.v5: no such key; expected "v4" or "v6"; did you mean "v4"?`,
	}},
	{"a network and its mistakes", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r9:down"]`,
		`"50mbit"`, `"50mb"`,
		`"1%"`, `"1"`,
	}, []string{
		`f:11:28: links[0].between[1]: "r9" is no node; expected "r1", "r2" or "r3.example"; did you mean "r1"?`,
		`f:12:25: links[0].both.rate: "50mb" is no rate; expected a rate, as "50mbit", in bit, kbit, mbit, gbit or tbit up to 1000tbit`,
		`f:13:26: links[0].to_r2.loss: "1" is no probability; expected a probability from "0%" to "100%"`,
	}},
}
