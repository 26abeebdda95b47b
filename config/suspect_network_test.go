package config

// suspectNetwork has what is allowed and hardly meant; some of it only looks so: changes of wired.
var suspectNetwork = []edited{
	{"a queue where nothing waits", []string{
		`"rate": "50mbit", `, `"queue": { "packets": 10 }, `,
	}, []string{
		`f:12:26: links[0].both.queue: nothing waits without a rate or a trace`,
	}},
	{"a queue where nothing waits, one way", []string{
		`"rate": "50mbit", `, ``,
		`"loss": "1%"`, `"queue": { "packets": 10 }`,
	}, []string{
		`f:13:27: links[0].to_r2.queue: nothing waits without a rate or a trace`,
	}},
	{"a queue with a rate of both", []string{
		`"loss": "1%"`, `"queue": { "packets": 10 }`,
	}, nil},
	{"a queue with a trace", []string{
		`"rate": "50mbit", `, ``,
		`"loss": "1%"`, `"queue": { "packets": 10 }, "trace": { "file": "x", "format": "rates" }`,
	}, nil},
	{"reordering without a delay", []string{
		`"delay": "20ms"`, `"reorder": "1%"`,
	}, []string{
		`f:12:46: links[0].both.reorder: nothing is overtaken without a delay`,
	}},
	{"a correlation without jitter", []string{
		`"20ms"`, `{ "mean": "20ms", "correlation": "25%", "overtake": true, "distribution": "normal" }`,
	}, []string{
		`f:12:77: links[0].both.delay.correlation: without a jitter, it does nothing`,
		`f:12:96: links[0].both.delay.overtake: without a jitter, it does nothing`,
		`f:12:118: links[0].both.delay.distribution: without a jitter, it does nothing`,
	}},
	{"ends in different prefixes", []string{
		`"10.0.0.1/31", "fd00::1/127"`, `"10.0.0.3/31", "fd00::3/127"`,
	}, []string{
		`f:7:53: nodes.r2.interfaces.down.addresses[0]: 10.0.0.3 is not on the prefix of the other end of the link (11:5), which has 10.0.0.0/31`,
		`f:7:68: nodes.r2.interfaces.down.addresses[1]: fd00::3 is not on the prefix of the other end of the link (11:5), which has fd00::/127`,
	}},
	{"ends of which one has another length", []string{
		`"10.0.0.1/31", "fd00::1/127"`, `"10.0.0.1/30", "fd00::1/64"`,
	}, nil},
	{"ends of different families", []string{
		`"10.0.0.0/31", "fd00::/127"`, `"10.0.0.0/31"`,
		`"10.0.0.1/31", "fd00::1/127"`, `"fd00::1/127"`,
	}, nil},
	{"ends of which one has a prefix more", []string{
		`"10.0.0.1/31"`, `"10.3.0.1/31", "10.0.0.1/31"`,
	}, nil},
	{"nothing can come in", []string{
		`"tun": { "netns": "client", "name": "tun0", "addresses": ["10.1.0.2/24"] }`, `"urpf": "off"`,
		`{ "between": ["r2", "r3.example"] }`, `{ "between": ["r2", "r3.example"] }, { "between": ["r1:left", "r3.example"] }`,
	}, []string{
		`f:3:12: nodes: no interface has a TUN: nothing can come in`,
	}},
	{"one end with addresses, to be numbered", []string{
		`"routing"`, `"addressing": { "v4": "10.0.0.0/8" }, "routing"`,
		`"addresses": ["10.0.0.0/31", "fd00::/127"]`, `"urpf": "off"`,
	}, []string{
		`f:11:19: links[0].between[0]: r1:up gets no address, since r2:down has written ones`,
	}},
	{"IPv6 MTU of a link, reported", []string{
		`"mtu": 1400`, `"mtu": 1279`,
		`"r1": {`, `"r1": { "icmp": { "report_sub_1280": true },`,
		`"r2": {`, `"r2": { "icmp": { "report_sub_1280": true },`,
	}, []string{
		`f:11:47: links[0].mtu: 1279 is too small for IPv6; the router reports it, and receivers ignore that`,
	}},
	{"workers and links at once", []string{
		`"routing"`, `"workers": 2, "routing"`,
		`"rate": "50mbit", "delay": "20ms"`, ``,
		`"loss": "1%"`, ``,
	}, nil},
	{"a loopback on two nodes", []string{
		`"r2": {`, `"r2": { "loopbacks": ["10.255.0.3"],`,
	}, nil},
	{"a loopback that is the router_id", []string{
		`"r2": {`, `"r2": { "loopbacks": ["10.255.0.2"], "router_id": "10.255.0.2",`,
	}, nil},
	{"a next hop at the other end", []string{
		`"r2": {`, `"r2": { "routes": [{ "to": "10.9.0.0/16", "via": "10.0.0.0" }],`,
	}, nil},
	{"a route by an interface of a link", []string{
		`"r2": {`, `"r2": { "routes": [{ "to": "10.9.0.0/16", "interface": "r3.example" }],`,
	}, nil},
	{"no interfaces", []string{
		`"r3.example": {`, `"r3.example": { "interfaces": {},`,
	}, nil},
	{"shorthands and their objects", []string{
		`"50mbit"`, `{ "rate": "50mbit" }`,
		`"20ms"`, `{ "mean": "20ms" }`,
		`"1%"`, `[{ "probability": "1%" }]`,
	}, nil},
	{"no loss at all", []string{
		`"1%"`, `[]`,
	}, nil},
}
