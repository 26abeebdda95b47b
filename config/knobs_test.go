package config

// badKnobs are knobs that are not what they may be.
var badKnobs = []edited{
	{"source_route of another kind", []string{
		`"r1": {`, `"r1": { "source_route": "allow",`,
	}, []string{
		`f:3:29: nodes.r1.source_route: "allow" is none of the words that may stand here; expected "drop", "ignore" or "process"`,
	}},
	{"martians misspelt", []string{
		`"r1": {`, `"r1": { "martians": "loos",`,
	}, []string{
		`f:3:25: nodes.r1.martians: "loos" is none of the words that may stand here; expected "strict", "loose" or "off"; did you mean "loose"?`,
	}},
	{"hop_by_hop of another kind", []string{
		`"r1": {`, `"r1": { "hop_by_hop": true,`,
	}, []string{
		`f:3:27: nodes.r1.hop_by_hop: true does not belong here; expected "process", "ignore" or "drop"`,
	}},
	{"hop_by_hop_limit of 0", []string{
		`"r1": {`, `"r1": { "hop_by_hop_limit": 0,`,
	}, []string{
		`f:3:33: nodes.r1.hop_by_hop_limit: 0 is out of range; expected a whole number from 1 to 1023`,
	}},
	{"hop_by_hop_limit beyond any header", []string{
		`"r1": {`, `"r1": { "hop_by_hop_limit": 1024,`,
	}, []string{
		`f:3:33: nodes.r1.hop_by_hop_limit: 1024 is out of range; expected a whole number from 1 to 1023`,
	}},
	{"a knob with a hyphen", []string{
		`"r1": {`, `"r1": { "source-route": "drop",`,
	}, []string{
		`f:3:13: nodes.r1.source-route: no such key; expected "interfaces", "loopbacks", "routes", "routes_file", "router_id", "record_options", "source_route", "martians", "hop_by_hop", "hop_by_hop_limit", "like", "ttl", "multipath", "icmp" or "forge"; did you mean "source_route"?`,
	}},
	{"a knob of icmp on the node", []string{
		`"r1": {`, `"r1": { "redirects": true,`,
	}, []string{
		`f:3:13: nodes.r1.redirects: no such key; expected "interfaces", "loopbacks", "routes", "routes_file", "router_id", "record_options", "source_route", "martians", "hop_by_hop", "hop_by_hop_limit", "like", "ttl", "multipath", "icmp" or "forge"`,
	}},
	{"error_source of another kind", []string{
		`"icmp": {`, `"icmp": { "error_source": "inbound",`,
	}, []string{
		`f:19:33: nodes.r1.icmp.error_source: "inbound" is none of the words that may stand here; expected "egress" or "ingress"`,
	}},
	{"extensions as true or false", []string{
		`"icmp": {`, `"icmp": { "extensions": true,`,
	}, []string{
		`f:19:31: nodes.r1.icmp.extensions: true does not belong here; expected "off", "incoming" or "all"`,
	}},
	{"probe as a word", []string{
		`"icmp": {`, `"icmp": { "probe": "on",`,
	}, []string{
		`f:19:26: nodes.r1.icmp.probe: the string "on" does not belong here; expected true or false`,
	}},
	{"redirects as a number", []string{
		`"icmp": {`, `"icmp": { "redirects": 1,`,
	}, []string{
		`f:19:30: nodes.r1.icmp.redirects: the number 1 does not belong here; expected true or false`,
	}},
	{"timestamp as null", []string{
		`"icmp": {`, `"icmp": { "timestamp": null,`,
	}, []string{
		`f:19:30: nodes.r1.icmp.timestamp: null does not belong here; expected true or false`,
	}},
	{"report_sub_1280 as an MTU", []string{
		`"icmp": {`, `"icmp": { "report_sub_1280": 1200,`,
	}, []string{
		`f:19:36: nodes.r1.icmp.report_sub_1280: the number 1200 does not belong here; expected true or false`,
	}},
	{"urpf of another kind", []string{
		`"left": {`, `"left": { "urpf": "rpf",`,
	}, []string{
		`f:5:27: nodes.r1.interfaces.left.urpf: "rpf" is none of the words that may stand here; expected "off", "loose", "feasible" or "strict"`,
	}},
	{"directed_broadcast as a word", []string{
		`"left": {`, `"left": { "directed_broadcast": "true",`,
	}, []string{
		`f:5:41: nodes.r1.interfaces.left.directed_broadcast: the string "true" does not belong here; expected true or false`,
	}},
	{"router_id with a length", []string{
		`"r1": {`, `"r1": { "router_id": "10.0.0.1/32",`,
	}, []string{
		`f:3:26: nodes.r1.router_id: "10.0.0.1/32" is no address: unexpected character (at "/32"); expected an address, as "10.1.0.1" or "fd00::1"`,
	}},
	{"router_id of IPv6", []string{
		`"r1": {`, `"r1": { "router_id": "fd00::1",`,
	}, []string{
		`f:3:26: nodes.r1.router_id: fd00::1 is not of IPv4; expected an IPv4 address, as "10.0.0.1"`,
	}},
	{"router_id that is multicast", []string{
		`"r1": {`, `"r1": { "router_id": "224.0.0.5",`,
	}, []string{
		`f:3:26: nodes.r1.router_id: 224.0.0.5 is a multicast address; expected an address of the router's own`,
	}},
	{"router_id that is unspecified", []string{
		`"r1": {`, `"r1": { "router_id": "0.0.0.0",`,
	}, []string{
		`f:3:26: nodes.r1.router_id: 0.0.0.0 is an address of "this network"; expected an address of the router's own`,
	}},
	{"router_id on a prefix, of nobody", []string{
		`"r1": {`, `"r1": { "router_id": "10.1.0.9",`,
	}, []string{
		`f:3:26: nodes.r1.router_id: 10.1.0.9 is on the prefix of nodes.r1.interfaces.left.addresses[0] (6:25), and not the node's own; expected an address of the node's interfaces, or one on none of their prefixes`,
	}},
	{"router_id that the TUN has", []string{
		`"r1": {`, `"r1": { "router_id": "10.0.0.1",`,
		`"10.2.0.2/24"`, `"10.0.0.1/24"`,
	}, []string{
		`f:15:34: nodes.r1.interfaces.right.tun.addresses[0]: 10.0.0.1 is the router's own: nodes.r1.router_id (3:26); expected another address of the same prefix`,
	}},
	{"route to the router_id", []string{
		`"r1": {`, `"r1": { "router_id": "10.0.0.1",`,
		`"192.0.2.0/24"`, `"10.0.0.1/32"`,
	}, []string{
		`f:18:71: nodes.r1.routes[1].to: 10.0.0.1 is the node's own: nodes.r1.router_id (3:26)`,
	}},
	{"via that is the router_id", []string{
		`"r1": {`, `"r1": { "router_id": "10.0.0.1",`,
		`"via": "10.2.0.2"`, `"via": "10.0.0.1"`,
	}, []string{
		`f:18:49: nodes.r1.routes[0].via: 10.0.0.1 is the node's own: nodes.r1.router_id (3:26); expected the address of another router`,
	}},
	{"via that only the router_id is near", []string{
		`"r1": {`, `"r1": { "router_id": "10.0.0.1",`,
		`"via": "10.2.0.2"`, `"via": "10.0.0.2"`,
	}, []string{
		`f:18:49: nodes.r1.routes[0].via: no interface of the node reaches 10.0.0.2; expected an address on a connected prefix ("10.1.0.0/24", "10.2.0.0/24")`,
	}},
	{"own address of class E, strict", []string{
		`"r1": {`, `"r1": { "martians": "strict",`,
		`"10.1.0.1/24"`, `"240.0.0.1/24"`,
	}, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 240.0.0.1 is a reserved address; expected an address of the router's own`,
	}},
	{"own addresses, loose", []string{
		`"r1": {`, `"r1": { "martians": "loose",`,
		`"10.1.0.1/24"`, `"127.0.0.1/8", "0.0.0.0/32", "255.255.255.255/32"`,
	}, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 127.0.0.1 is a loopback address; expected an address of the router's own`,
		`f:6:40: nodes.r1.interfaces.left.addresses[1]: 0.0.0.0 is the unspecified address; expected an address of the router's own`,
		`f:6:54: nodes.r1.interfaces.left.addresses[2]: 255.255.255.255 is the limited broadcast address; expected an address of the router's own`,
	}},
	{"TUN addresses, loose", []string{
		`"r1": {`, `"r1": { "martians": "loose",`,
		`"10.1.0.2/24"`, `"240.1.0.0/24"`,
	}, []string{
		`f:9:34: nodes.r1.interfaces.left.tun.addresses[0]: 240.1.0.0 is the network address of 240.1.0.0/24; expected an address of a host`,
	}},
}
