package config

// badNetwork are links that cannot be, and what else is wrong with networks: changes of wired.
var badNetwork = []edited{
	{"one end", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up"]`,
	}, []string{
		`f:11:18: links[0].between: only 1 in it; expected 2`,
	}},
	{"three ends", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down", "r3.example"]`,
	}, []string{
		`f:11:18: links[0].between: 3 in it; expected 2`,
	}},
	{"no end", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": []`,
	}, []string{
		`f:11:18: links[0].between: nothing in it; expected 2`,
	}},
	{"without ends", []string{
		`"between": ["r1:up", "r2:down"], `, ``,
	}, []string{
		`f:11:5: links[0]: the key "between" is missing`,
	}},
	{"ends that are no list", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": "r1:up"`,
	}, []string{
		`f:11:18: links[0].between: the string "r1:up" does not belong here; expected an array`,
	}},
	{"an end that is no string", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", 2]`,
	}, []string{
		`f:11:28: links[0].between[1]: the number 2 does not belong here; expected a string`,
	}},
	{"an end that is empty", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", ""]`,
	}, []string{
		`f:11:28: links[0].between[1]: "" is no end of a link; expected NODE or NODE:INTERFACE, as "r1" or "r1:up"`,
	}},
	{"an end without its interface", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:", "r2:down"]`,
	}, []string{
		`f:11:19: links[0].between[0]: "r1:" is no end of a link; expected NODE or NODE:INTERFACE, as "r1" or "r1:up"`,
	}},
	{"an end with two interfaces", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up:down", "r2:down"]`,
	}, []string{
		`f:11:19: links[0].between[0]: "r1:up:down" is no end of a link; expected NODE or NODE:INTERFACE, as "r1" or "r1:up"`,
	}},
	{"an end without its node", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": [":up", "r2:down"]`,
	}, []string{
		`f:11:19: links[0].between[0]: ":up" is no end of a link; expected NODE or NODE:INTERFACE, as "r1" or "r1:up"`,
	}},
	{"a node that is none", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r22:down"]`,
	}, []string{
		`f:11:28: links[0].between[1]: "r22" is no node; expected "r1", "r2" or "r3.example"; did you mean "r2"?`,
	}},
	{"nodes that are none", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["x", "R1"]`,
	}, []string{
		`f:11:19: links[0].between[0]: "x" is no node; expected "r1", "r2" or "r3.example"`,
		`f:11:24: links[0].between[1]: "R1" is no node; expected "r1", "r2" or "r3.example"; did you mean "r1"?`,
	}},
	{"from a node to itself", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r1:down"]`,
	}, []string{
		`f:11:28: links[0].between[1]: a link from "r1" to itself; expected two nodes`,
	}},
	{"from a node to itself, by name", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1", "r1"]`,
	}, []string{
		`f:11:25: links[0].between[1]: a link from "r1" to itself; expected two nodes`,
	}},
	{"at a TUN", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:left", "r2:down"]`,
	}, []string{
		`f:11:19: links[0].between[0]: r1:left has a TUN (5:70); expected an interface without one`,
	}},
	{"two links at one interface", []string{
		`{ "between": ["r2", "r3.example"] }`, `{ "between": ["r2:down", "r3.example"] }`,
	}, []string{
		`f:14:19: links[1].between[0]: r2:down is already links[0].between[1] (11:28); expected each interface at one link`,
	}},
	{"two links by the same names", []string{
		`{ "between": ["r2", "r3.example"] }`, `{ "between": ["r2", "r3.example"] }, { "between": ["r2", "r3.example"] }`,
	}, []string{
		`f:14:56: links[2].between[0]: r2:r3.example is already links[1].between[0] (14:19); expected each interface at one link`,
		`f:14:62: links[2].between[1]: r3.example:r2 is already links[1].between[1] (14:25); expected each interface at one link`,
	}},
	{"an interface at nothing", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:upp", "r2:down"]`,
	}, []string{
		`f:6:13: nodes.r1.interfaces.up: the interface has no TUN, and is at no link; expected a "tun", or the interface in "between" of a link; did you mean "upp"?`,
	}},
	{"an interface at nothing, like none", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:r2", "r2:down"]`,
	}, []string{
		`f:6:13: nodes.r1.interfaces.up: the interface has no TUN, and is at no link; expected a "tun", or the interface in "between" of a link`,
	}},
	{"a node at nothing", []string{
		`,
    { "between": ["r2", "r3.example"] }`, ``,
	}, []string{
		`f:8:19: nodes["r3.example"]: the node has no interface; expected "interfaces", or a link to it`,
	}},
	{"two links of one name", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down"], "name": "a"`,
		`{ "between": ["r2", "r3.example"] }`, `{ "between": ["r2", "r3.example"], "name": "a" }`,
	}, []string{
		`f:14:48: links[1].name: the name "a" is already that of links[0] (11:5); expected a "name" of its own for each link`,
	}},
	{"a name that another has by default", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down"], "name": "r2:r3.example-r3.example:r2"`,
	}, []string{
		`f:14:18: links[1].between: the name "r2:r3.example-r3.example:r2" is already that of links[0] (11:5); expected a "name" of its own for each link`,
	}},
	{"a name with a space", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down"], "name": "a b"`,
	}, []string{
		`f:11:48: links[0].name: "a b" is no name of a link; expected 1 to 255 of A-Z a-z 0-9 . _ : -`,
	}},
	{"a name that is empty", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down"], "name": ""`,
	}, []string{
		`f:11:48: links[0].name: the string is empty`,
	}},
	{"a direction to another node", []string{
		`"to_r2"`, `"to_r3.example"`,
	}, []string{
		`f:13:7: links[0]["to_r3.example"]: "r3.example" is no end of the link; expected "to_r1" or "to_r2"`,
	}},
	{"a direction to no node", []string{
		`"to_r2"`, `"to_r"`,
	}, []string{
		`f:13:7: links[0].to_r: "r" is no end of the link; expected "to_r1" or "to_r2"; did you mean "to_r1"?`,
	}},
	{"a direction to no name", []string{
		`"to_r2"`, `"to_"`,
	}, []string{
		`f:13:7: links[0].to_: no such key; expected "between", "name", "mtu", "up", "metric", "both" or "to_NODE"`,
	}},
	{"a direction of a name in quotes", []string{
		`"to_r2"`, `"to r2"`,
	}, []string{
		`f:13:7: links[0]["to r2"]: no such key; expected "between", "name", "mtu", "up", "metric", "both" or "to_NODE"`,
	}},
	{"a direction twice", []string{
		`"to_r2": {`, `"to_r2": {}, "to_r2": {`,
	}, []string{
		`f:13:20: links[0].to_r2: the key stands twice, first at 13:7; expected each key once`,
	}},
	{"metric of 0", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down"], "metric": 0`,
	}, []string{
		`f:11:50: links[0].metric: 0 is out of range; expected a whole number from 1 to 65535`,
	}},
	{"metric of a direction of 0", []string{
		`"to_r2": {`, `"to_r2": { "metric": 0,`,
	}, []string{
		`f:13:28: links[0].to_r2.metric: 0 is out of range; expected a whole number from 1 to 65535`,
	}},
	{"metric beyond", []string{
		`"to_r2": {`, `"to_r2": { "metric": 65536,`,
	}, []string{
		`f:13:28: links[0].to_r2.metric: 65536 is out of range; expected a whole number from 1 to 65535`,
	}},
	{"up as a word", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up", "r2:down"], "up": "yes"`,
	}, []string{
		`f:11:46: links[0].up: the string "yes" does not belong here; expected true or false`,
	}},
	{"routing by another way", []string{
		`"shortest-path"`, `"ospf"`,
	}, []string{
		`f:2:14: routing: "ospf" is none of the words that may stand here; expected "static" or "shortest-path"`,
	}},
	{"seed below 0", []string{
		`"routing"`, `"seed": -1, "routing"`,
	}, []string{
		`f:2:11: seed: -1 is out of range; expected a whole number from 0 to 9007199254740991`,
	}},
	{"seed with a fraction", []string{
		`"routing"`, `"seed": 1.5, "routing"`,
	}, []string{
		`f:2:11: seed: 1.5 has a fraction; expected a whole number from 0 to 9007199254740991`,
	}},
	{"workers and delays", []string{
		`"routing"`, `"workers": 2, "routing"`,
	}, []string{
		`f:2:14: workers: links that delay or lose are moved by one thread; expected 1`,
	}},
	{"IPv6 MTU of a link", []string{
		`"mtu": 1400`, `"mtu": 1279`,
	}, []string{
		`f:11:47: links[0].mtu: 1279 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"IPv6 MTU of a direction", []string{
		`"to_r2": {`, `"to_r2": { "mtu": 1000,`,
	}, []string{
		`f:13:25: links[0].to_r2.mtu: 1000 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"IPv6 MTU of an end", []string{
		`"up": {`, `"up": { "mtu": 1200,`,
	}, []string{
		`f:6:22: nodes.r1.interfaces.up.mtu: 1200 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"MTU of an end and of its direction", []string{
		`"up": {`, `"up": { "mtu": 1300,`,
		`"to_r2": {`, `"to_r2": { "mtu": 1300,`,
	}, []string{
		`f:13:25: links[0].to_r2.mtu: r1:up has an mtu of its own (6:22); expected one of the two`,
	}},
	{"MTU of an end and of both directions", []string{
		`"down": {`, `"down": { "mtu": 1300,`,
		`"both": {`, `"both": { "mtu": 1300,`,
	}, []string{
		`f:12:24: links[0].both.mtu: r2:down has an mtu of its own (7:46); expected one of the two`,
	}},
	{"the same address at both ends", []string{
		`"10.0.0.1/31"`, `"10.0.0.0/31"`,
	}, []string{
		`f:7:53: nodes.r2.interfaces.down.addresses[0]: 10.0.0.0 is already nodes.r1.interfaces.up.addresses[0] (6:29), at the other end of r1:up-r2:down (11:5); expected an address of its own for each end`,
	}},
	{"the same link-local at both ends", []string{
		`"10.0.0.0/31"`, `"10.0.0.0/31", "fe80::1/64"`,
		`"10.0.0.1/31"`, `"10.0.0.1/31", "fe80::1/64"`,
	}, []string{
		`f:7:68: nodes.r2.interfaces.down.addresses[1]: fe80::1 is already nodes.r1.interfaces.up.addresses[1] (6:44), at the other end of r1:up-r2:down (11:5); expected an address of its own for each end`,
	}},
}
