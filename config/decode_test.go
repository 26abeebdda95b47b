package config

// badGrammar is JSON that is no configuration.
var badGrammar = []bad{
	{"unknown key", `"mtu": 1400`, `"mut": 1400`, []string{
		`f:13:11: nodes.r1.interfaces.right.mut: no such key; expected "addresses", "mtu", "urpf", "directed_broadcast", "mpls", "middlebox", "tunnel" or "tun"; did you mean "mtu"?`,
	}},
	{"unknown key, case", `"mtu": 1400`, `"MTU": 1400`, []string{
		`f:13:11: nodes.r1.interfaces.right.MTU: no such key; expected "addresses", "mtu", "urpf", "directed_broadcast", "mpls", "middlebox", "tunnel" or "tun"; did you mean "mtu"?`,
	}},
	{"unknown key, nothing near", `"mtu": 1400`, `"colour": 1400`, []string{
		`f:13:11: nodes.r1.interfaces.right.colour: no such key; expected "addresses", "mtu", "urpf", "directed_broadcast", "mpls", "middlebox", "tunnel" or "tun"`,
	}},
	{"unknown key at the top", "{\n  \"nodes\"", "{\n  \"node\": {},\n  \"nodes\"", []string{
		`f:2:3: node: no such key; expected "$schema", "nodes", "workers", "busy_poll", "coalesce", "offloads", "engine", "seed", "routing", "addressing", "links" or "timeline"; did you mean "nodes"?`,
	}},
	{"required key misspelt", `"addresses": ["10.2.0.1`, `"adresses": ["10.2.0.1`, []string{
		`f:12:11: nodes.r1.interfaces.right.adresses: no such key; expected "addresses", "mtu", "urpf", "directed_broadcast", "mpls", "middlebox", "tunnel" or "tun"; did you mean "addresses"?`,
	}},
	{"duplicate key", `"mtu": 1400,`, `"mtu": 1400, "mtu": 1300,`, []string{
		`f:13:24: nodes.r1.interfaces.right.mtu: the key stands twice, first at 13:11; expected each key once`,
	}},
	{"duplicate node", `"icmp": {`, `"routes": [], "icmp": {`, []string{
		`f:19:7: nodes.r1.routes: the key stands twice, first at 18:7; expected each key once`,
	}},
	{"missing keys", "\"name\": \"tun0\", \"mtu\": 1500,\n                   \"addresses\": [\"10.1", "\"mtu\": 1500,\n                   \"addresses\": [\"10.1", []string{
		`f:8:18: nodes.r1.interfaces.left.tun: the key "name" is missing`,
	}},
	{"missing nodes", ``, `{}`, []string{
		`f:1:1: the key "nodes" is missing`,
	}},
	{"missing nodes, only $schema", ``, `{"$schema": 7}`, []string{
		`f:1:1: the key "nodes" is missing`,
		`f:1:13: $schema: the number 7 does not belong here; expected a string`,
	}},
	{"no nodes", ``, `{"nodes": {}}`, []string{
		`f:1:11: nodes: nothing in it; expected at least 1`,
	}},
	{"no interfaces", ``, `{"nodes": {"a": {"interfaces": {}}}}`, []string{
		`f:1:17: nodes.a: the node has no interface; expected "interfaces", or a link to it`,
	}},
	{"no tun", ``, `{"nodes": {"a": {"interfaces": {"x": {"addresses": []}}}}}`, []string{
		`f:1:38: nodes.a.interfaces.x: the interface has no TUN, and is at no link; expected a "tun", or the interface in "between" of a link`,
	}},
	{"bad names", ``, `{"nodes": {"a b": {"interfaces": {"": 1}}, "x.y": {}}}`, []string{
		`f:1:12: nodes["a b"]: "a b" is no name; expected 1 to 63 of A-Z a-z 0-9 . _ -`,
		`f:1:35: nodes["a b"].interfaces[""]: "" is no name; expected 1 to 63 of A-Z a-z 0-9 . _ -`,
		`f:1:39: nodes["a b"].interfaces[""]: the number 1 does not belong here; expected an object`,
		`f:1:51: nodes["x.y"]: the node has no interface; expected "interfaces", or a link to it`,
	}},
	{"wrong type: string for number", `"mtu": 1400`, `"mtu": "1400"`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: the string "1400" does not belong here; expected a whole number from 68 to 65535`,
	}},
	{"wrong type: number for string", `"netns": "server"`, `"netns": 7`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: the number 7 does not belong here; expected a string`,
	}},
	{"wrong type: object for array", "\"routes\": [\"0.0.0.0/0\", \"::/0\"] }\n        },\n        \"right\"", "\"routes\": {} }\n        },\n        \"right\"", []string{
		`f:9:76: nodes.r1.interfaces.left.tun.routes: an object does not belong here; expected an array`,
	}},
	{"wrong type: null", `"mtu": 1400`, `"mtu": null`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: null does not belong here; expected a whole number from 68 to 65535`,
	}},
	{"wrong type: bool", `"burst": 50`, `"unlimited": 1`, []string{
		`f:19:53: nodes.r1.icmp.rate.unlimited: the number 1 does not belong here; expected true or false`,
	}},
	{"wrong type: the top", ``, `[]`, []string{
		`f:1:1: an array does not belong here; expected an object`,
	}},
	{"not whole", `"mtu": 1400`, `"mtu": 1400.5`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1400.5 has a fraction; expected a whole number from 68 to 65535`,
	}},
	{"MTU over 65535", `"mtu": 1400`, `"mtu": 65536`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 65536 is out of range; expected a whole number from 68 to 65535`,
	}},
	{"MTU under 68", `"mtu": 1400`, `"mtu": 67`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 67 is out of range; expected a whole number from 68 to 65535`,
	}},
	{"number beyond all bounds", `"mtu": 1400`, `"mtu": 1e999`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1e999 is out of range; expected a whole number from 68 to 65535`,
	}},
	{"pps under 0", `"pps": 1000`, `"pps": -1`, []string{
		`f:19:34: nodes.r1.icmp.rate.pps: -1 is out of range; expected a whole number from 0 to 1000000000`,
	}},
	{"burst under 1", `"burst": 50`, `"burst": 0`, []string{
		`f:19:49: nodes.r1.icmp.rate.burst: 0 is out of range; expected a whole number from 1 to 1000000000`,
	}},
	{"unlimited and pps", `"burst": 50`, `"unlimited": true`, []string{
		`f:19:34: nodes.r1.icmp.rate.pps: a bound on what is unlimited; expected either "unlimited" or "pps" and "burst"`,
	}},
	{"unlimited and burst, one destination", `"burst": 50`, `"per_destination": {"burst": 2, "unlimited": true}`, []string{
		`f:19:69: nodes.r1.icmp.rate.per_destination.burst: a bound on what is unlimited; expected either "unlimited" or "pps" and "burst"`,
	}},
	{"unlimited and pps, one kind", `"icmp": {`, `"icmp": { "time_exceeded": {"rate": {"unlimited": true, "pps": 3}},`, []string{
		`f:19:70: nodes.r1.icmp.time_exceeded.rate.pps: a bound on what is unlimited; expected either "unlimited" or "pps" and "burst"`,
	}},
	{"unlimited and burst, redirects", `"icmp": {`, `"icmp": { "redirect": {"rate": {"unlimited": true, "burst": 3}},`, []string{
		`f:19:67: nodes.r1.icmp.redirect.rate.burst: a bound on what is unlimited; expected either "unlimited" or "pps" and "burst"`,
	}},
	{"unknown kind of route", `"prohibit"`, `"prohibited"`, []string{
		`f:18:95: nodes.r1.routes[1].kind: "prohibited" is none of the words that may stand here; expected "unicast", "blackhole", "unreachable", "prohibit" or "reject"; did you mean "prohibit"?`,
	}},
	{"unknown device", `"netns": "client"`, `"device": "wireguad", "netns": "client"`, []string{
		`f:8:30: nodes.r1.interfaces.left.tun.device: "wireguad" is none of the words that may stand here; expected "kernel", "wireguard", "water" or "memory"; did you mean "wireguard"?`,
	}},
	{"unparsable prefix", `"10.1.0.1/24"`, `"10.1.0.300/24"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: "10.1.0.300/24" is no prefix: IPv4 field has value >255; expected an address with the length of its prefix, as "10.1.0.1/24" or "fd00::1/64"`,
	}},
	{"prefix without length", `"10.1.0.1/24"`, `"10.1.0.1"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: "10.1.0.1" is no prefix: no '/'; expected an address with the length of its prefix, as "10.1.0.1/24" or "fd00::1/64"`,
	}},
	{"unparsable address", `"via": "10.2.0.2"`, `"via": "10.2.0.2/24"`, []string{
		`f:18:49: nodes.r1.routes[0].via: "10.2.0.2/24" is no address: unexpected character (at "/24"); expected an address, as "10.1.0.1" or "fd00::1"`,
	}},
	{"address with a zone", `"via": "10.2.0.2"`, `"via": "fe80::1%eth0"`, []string{
		`f:18:49: nodes.r1.routes[0].via: "fe80::1%eth0" has a zone; expected an address, as "10.1.0.1" or "fd00::1"`,
	}},
}
