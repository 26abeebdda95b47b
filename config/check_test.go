package config

import "strings"

// badNetworks are configurations of networks that cannot be.
var badNetworks = []bad{
	{"network address", `"10.1.0.1/24"`, `"10.1.0.0/24"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 10.1.0.0 is the network address of 10.1.0.0/24; expected an address of the router's own`,
	}},
	{"broadcast address", `"10.1.0.1/24"`, `"10.1.0.255/24"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 10.1.0.255 is the broadcast address of 10.1.0.0/24; expected an address of the router's own`,
	}},
	{"subnet-router anycast", `"fd00:1::1/64"`, `"fd00:1::/64"`, []string{
		`f:6:40: nodes.r1.interfaces.left.addresses[1]: fd00:1:: is the subnet-router anycast address of fd00:1::/64; expected an address of the router's own`,
	}},
	{"this network", `"10.1.0.1/24"`, `"0.0.0.0/24"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 0.0.0.0 is an address of "this network"; expected an address of the router's own`,
	}},
	{"loopback", `"10.1.0.1/24"`, `"127.0.0.1/8"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 127.0.0.1 is a loopback address; expected an address of the router's own`,
	}},
	{"multicast", `"fd00:1::1/64"`, `"ff02::1/64"`, []string{
		`f:6:40: nodes.r1.interfaces.left.addresses[1]: ff02::1 is a multicast address; expected an address of the router's own`,
	}},
	{"limited broadcast", `"10.1.0.1/24"`, `"255.255.255.255/32"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 255.255.255.255 is the limited broadcast address; expected an address of the router's own`,
	}},
	{"reserved", `"10.1.0.1/24"`, `"240.0.0.1/24"`, []string{
		`f:6:25: nodes.r1.interfaces.left.addresses[0]: 240.0.0.1 is a reserved address; expected an address of the router's own`,
	}},
	{"unspecified", `"fd00:1::1/64"`, `"::/64"`, []string{
		`f:6:40: nodes.r1.interfaces.left.addresses[1]: :: is the unspecified address; expected an address of the router's own`,
	}},
	{"IPv4-mapped", `"fd00:1::1/64"`, `"::ffff:10.5.0.1/120"`, []string{
		`f:6:40: nodes.r1.interfaces.left.addresses[1]: ::ffff:10.5.0.1 is an IPv4 address in the clothes of IPv6; expected an address of the router's own`,
	}},
	{"own address twice", `"10.2.0.1/24"`, `"10.1.0.1/24"`, []string{
		`f:12:25: nodes.r1.interfaces.right.addresses[0]: 10.1.0.1 is already nodes.r1.interfaces.left.addresses[0] (6:25); expected each own address once in a node`,
		`f:18:49: nodes.r1.routes[0].via: no interface of the node reaches 10.2.0.2; expected an address on a connected prefix ("10.1.0.0/24")`,
	}},
	{"own address twice on one interface", `"10.2.0.1/24"`, `"10.2.0.1/24", "10.2.0.1/25"`, []string{
		`f:12:40: nodes.r1.interfaces.right.addresses[1]: 10.2.0.1 is already nodes.r1.interfaces.right.addresses[0] (12:25); expected each own address once in a node`,
	}},
	{"overlapping prefixes", `"10.2.0.1/24"`, `"10.1.0.9/16", "10.2.0.1/24"`, []string{
		`f:12:25: nodes.r1.interfaces.right.addresses[0]: 10.1.0.0/16 overlaps 10.1.0.0/24 of nodes.r1.interfaces.left.addresses[0] (6:25); expected each prefix on one interface of a node`,
	}},
	{"via that nobody reaches", `"via": "10.2.0.2"`, `"via": "10.3.0.2"`, []string{
		`f:18:49: nodes.r1.routes[0].via: no interface of the node reaches 10.3.0.2; expected an address on a connected prefix ("10.1.0.0/24", "10.2.0.0/24")`,
	}},
	{"via that is own", `"via": "10.2.0.2"`, `"via": "10.2.0.1"`, []string{
		`f:18:49: nodes.r1.routes[0].via: 10.2.0.1 is the node's own: nodes.r1.interfaces.right.addresses[0] (12:25); expected the address of another router`,
	}},
	{"via that is a broadcast", `"via": "10.2.0.2"`, `"via": "10.2.0.255"`, []string{
		`f:18:49: nodes.r1.routes[0].via: 10.2.0.255 is the broadcast address of 10.2.0.0/24; expected the address of another router`,
	}},
	{"via of the other family", `"via": "10.2.0.2"`, `"via": "fd00:2::2"`, []string{
		`f:18:49: nodes.r1.routes[0].via: fd00:2::2 is not of the family of 10.9.0.0/16; expected an IPv4 address`,
	}},
	{"via and blackhole", `"kind": "prohibit"`, `"kind": "blackhole", "via": "10.2.0.2"`, []string{
		`f:18:115: nodes.r1.routes[1].via: a route of the kind "blackhole" has no next hop; expected no "via", or the kind "unicast"`,
	}},
	{"unicast without via", `, "kind": "prohibit"`, ``, []string{
		`f:18:63: nodes.r1.routes[1]: a unicast route without "via" and "interface"; expected a next hop in "via", an "interface", or a "kind" that needs neither`,
	}},
	{"host bits in to", `"10.9.0.0/16"`, `"10.9.1.2/16"`, []string{
		`f:18:27: nodes.r1.routes[0].to: 10.9.1.2/16 has bits beyond its length; expected "10.9.0.0/16"`,
	}},
	{"two routes to one prefix", `"192.0.2.0/24"`, `"10.9.0.0/16"`, []string{
		`f:18:71: nodes.r1.routes[1].to: 10.9.0.0/16 is already nodes.r1.routes[0].to (18:27); expected one route to each prefix`,
	}},
	{"route to a connected prefix", `"192.0.2.0/24"`, `"10.2.0.0/24"`, []string{
		`f:18:71: nodes.r1.routes[1].to: 10.2.0.0/24 is connected by nodes.r1.interfaces.right.addresses[0] (12:25) and needs no route`,
	}},
	{"route to an own address", `"192.0.2.0/24"`, `"10.2.0.1/32"`, []string{
		`f:18:71: nodes.r1.routes[1].to: 10.2.0.1 is the node's own: nodes.r1.interfaces.right.addresses[0] (12:25)`,
	}},
	{"IPv6 MTU of the interface", `"mtu": 1400`, `"mtu": 1279`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1279 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"IPv6 MTU of the TUN", "\"name\": \"tun0\", \"mtu\": 1500,\n                   \"addresses\": [\"10.2", "\"name\": \"tun0\", \"mtu\": 1000,\n                   \"addresses\": [\"10.2", []string{
		`f:14:62: nodes.r1.interfaces.right.tun.mtu: 1000 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"device name over 15 bytes", "\"name\": \"tun0\", \"mtu\": 1500,\n                   \"addresses\": [\"10.2", "\"name\": \"sixteen-bytes-xx\", \"mtu\": 1500,\n                   \"addresses\": [\"10.2", []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: "sixteen-bytes-xx" has 16 bytes; a device name has at most 15`,
	}},
	{"device name with a slash", `"server", "name": "tun0"`, `"server", "name": "tun/0"`, []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: "tun/0" is no device name: it holds white space, a control character, '/', ':' or '%'`,
	}},
	{"device name with white space", `"server", "name": "tun0"`, `"server", "name": "tun 0"`, []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: "tun 0" is no device name: it holds white space, a control character, '/', ':' or '%'`,
	}},
	{"device name that is a pattern", `"server", "name": "tun0"`, `"server", "name": "tun%d"`, []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: "tun%d" is no device name: it holds white space, a control character, '/', ':' or '%'`,
	}},
	{"device name of dots", `"server", "name": "tun0"`, `"server", "name": ".."`, []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: ".." is no device name`,
	}},
	{"device name of the kernel", `"server", "name": "tun0"`, `"server", "name": "lo"`, []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: "lo" is a name that the kernel keeps for itself`,
	}},
	{"device name that is empty", `"server", "name": "tun0"`, `"server", "name": ""`, []string{
		`f:14:47: nodes.r1.interfaces.right.tun.name: the string is empty`,
	}},
	{"two TUNs of one name", `"server"`, `"/var/run/netns/client"`, []string{
		`f:14:62: nodes.r1.interfaces.right.tun.name: "tun0" is already nodes.r1.interfaces.left.tun.name (8:47); expected each device name once in a namespace`,
	}},
	{"two TUNs of one name, across nodes", "    }\n  }\n}", "    },\n    \"r0\": { \"interfaces\": { \"x\": { \"addresses\": [\"10.7.0.1/24\"], \"tun\": { \"netns\": \"client\", \"name\": \"tun0\" } } } }\n  }\n}", []string{
		`f:21:102: nodes.r0.interfaces.x.tun.name: "tun0" is already nodes.r1.interfaces.left.tun.name (8:47); expected each device name once in a namespace`,
	}},
	{"netns that is relative", `"server"`, `"run/netns/server"`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: "run/netns/server" is neither a name nor an absolute path; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"netns that is no name", `"server"`, `".."`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: ".." is no name; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"netns that is empty", `"server"`, `""`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: the string is empty`,
	}},
	{"netns of no process", `"server"`, `"pid:0"`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: "0" is no process; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"netns of no number", `"server"`, `"pid:self"`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: "self" is no process; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"netns with NUL", `"server"`, `"a\u0000b"`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: "a\x00b" holds the character NUL; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"TUN address is the router's", `"10.2.0.2/24"`, `"10.2.0.1/24"`, []string{
		`f:15:34: nodes.r1.interfaces.right.tun.addresses[0]: 10.2.0.1 is the router's own: nodes.r1.interfaces.right.addresses[0] (12:25); expected another address of the same prefix`,
	}},
	{"TUN address is a broadcast", `"10.2.0.2/24"`, `"10.2.0.255/24"`, []string{
		`f:15:34: nodes.r1.interfaces.right.tun.addresses[0]: 10.2.0.255 is the broadcast address of 10.2.0.0/24; expected an address of a host`,
	}},
	{"TUN address twice", `["10.2.0.2/24"`, `["10.2.0.2/24", "10.2.0.2/24"`, []string{
		`f:15:49: nodes.r1.interfaces.right.tun.addresses[1]: 10.2.0.2/24 stands twice; expected each once`,
	}},
	{"host bits in a TUN's route", "\"::/0\"] }\n        },\n        \"right\"", "\"::1/0\"] }\n        },\n        \"right\"", []string{
		`f:9:90: nodes.r1.interfaces.left.tun.routes[1]: ::1/0 has bits beyond its length; expected "::/0"`,
	}},
	{"TUN route twice", "[\"0.0.0.0/0\", \"::/0\"] }\n        },\n        \"right\"", "[\"0.0.0.0/0\", \"0.0.0.0/0\"] }\n        },\n        \"right\"", []string{
		`f:9:90: nodes.r1.interfaces.left.tun.routes[1]: 0.0.0.0/0 stands twice; expected each once`,
	}},
	{"via on an unparsable prefix", `"10.2.0.1/24"`, `"10.2.0.1/33"`, []string{
		`f:12:25: nodes.r1.interfaces.right.addresses[0]: "10.2.0.1/33" is no prefix: prefix length out of range; expected an address with the length of its prefix, as "10.1.0.1/24" or "fd00::1/64"`,
	}},
	{"via and an unknown kind", `"kind": "prohibit"`, `"via": "10.2.0.2", "kind": "prohibits"`, []string{
		`f:18:114: nodes.r1.routes[1].kind: "prohibits" is none of the words that may stand here; expected "unicast", "blackhole", "unreachable", "prohibit" or "reject"; did you mean "prohibit"?`,
	}},
	{"IPv6 MTU, IPv6 on the kernel's side alone", `"10.2.0.1/24", "fd00:2::1/64"],
          "mtu": 1400`, `"10.2.0.1/24"],
          "mtu": 1000`, []string{
		`f:13:18: nodes.r1.interfaces.right.mtu: 1000 is too small for IPv6; expected at least 1280 (RFC 8200 §5), or no IPv6 address here`,
	}},
	{"netns of a process with a sign", `"server"`, `"pid:+1"`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: "+1" is no process; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"netns that is too long", `"server"`, `"` + strings.Repeat("s", 256) + `"`, []string{
		`f:14:29: nodes.r1.interfaces.right.tun.netns: "` + strings.Repeat("s", 40) + `…" is too long for a name; expected a name under /run/netns, an absolute path, or pid:N`,
	}},
	{"two TUNs of one name, by an odd path", `"server"`, `"/run/./netns//client"`, []string{
		`f:14:61: nodes.r1.interfaces.right.tun.name: "tun0" is already nodes.r1.interfaces.left.tun.name (8:47); expected each device name once in a namespace`,
	}},
}
