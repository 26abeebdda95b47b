package config

// badDirection is what cannot happen in one direction of a link: changes of wired.
var badDirection = []edited{
	{"rate without a unit", []string{
		`"loss": "1%"`, `"rate": "50"`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: "50" is no rate; expected a rate, as "50mbit", in bit, kbit, mbit, gbit or tbit up to 1000tbit`,
	}},
	{"rate as a number", []string{
		`"loss": "1%"`, `"rate": 50000000`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: the number 50000000 does not belong here; expected a string or an object`,
	}},
	{"rate in octets", []string{
		`"loss": "1%"`, `"rate": "5MB/s"`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: "5MB/s" is no rate; expected a rate, as "50mbit", in bit, kbit, mbit, gbit or tbit up to 1000tbit`,
	}},
	{"rate of nothing", []string{
		`"loss": "1%"`, `"rate": "0mbit"`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: "0mbit" lets nothing pass; expected a rate, as "50mbit", or "up": false at the link`,
	}},
	{"rate below nothing", []string{
		`"loss": "1%"`, `"rate": "-5mbit"`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: "-5mbit" is no rate; expected a rate, as "50mbit", in bit, kbit, mbit, gbit or tbit up to 1000tbit`,
	}},
	{"rate beyond", []string{
		`"loss": "1%"`, `"rate": "1001tbit"`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: "1001tbit" is no rate; expected a rate, as "50mbit", in bit, kbit, mbit, gbit or tbit up to 1000tbit`,
	}},
	{"rate with two points", []string{
		`"loss": "1%"`, `"rate": "1.5.5mbit"`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: "1.5.5mbit" is no rate; expected a rate, as "50mbit", in bit, kbit, mbit, gbit or tbit up to 1000tbit`,
	}},
	{"rate that is empty", []string{
		`"loss": "1%"`, `"rate": ""`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: the string is empty`,
	}},
	{"rate null", []string{
		`"loss": "1%"`, `"rate": null`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: null does not belong here; expected a string or an object`,
	}},
	{"burst without rate", []string{
		`"loss": "1%"`, `"rate": { "burst": 3000 }`,
	}, []string{
		`f:13:26: links[0].to_r2.rate: the key "rate" is missing`,
	}},
	{"burst of nothing", []string{
		`"loss": "1%"`, `"rate": { "rate": "1mbit", "burst": 0 }`,
	}, []string{
		`f:13:54: links[0].to_r2.rate.burst: 0 is out of range; expected a whole number from 1 to 1000000000`,
	}},
	{"overhead beyond", []string{
		`"loss": "1%"`, `"rate": { "rate": "1mbit", "overhead": -61 }`,
	}, []string{
		`f:13:57: links[0].to_r2.rate.overhead: -61 is out of range; expected a whole number from -60 to 1000`,
	}},
	{"delay without a unit", []string{
		`"loss": "1%"`, `"delay": "20"`,
	}, []string{
		`f:13:27: links[0].to_r2.delay: "20" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"delay as a number", []string{
		`"loss": "1%"`, `"delay": 20`,
	}, []string{
		`f:13:27: links[0].to_r2.delay: the number 20 does not belong here; expected a string or an object`,
	}},
	{"delay below nothing", []string{
		`"loss": "1%"`, `"delay": "-20ms"`,
	}, []string{
		`f:13:27: links[0].to_r2.delay: "-20ms" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"delay of a day", []string{
		`"loss": "1%"`, `"delay": "24h"`,
	}, []string{
		`f:13:27: links[0].to_r2.delay: "24h" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"delay of a wrong key", []string{
		`"loss": "1%"`, `"delay": { "men": "20ms" }`,
	}, []string{
		`f:13:29: links[0].to_r2.delay.men: no such key; expected "mean", "jitter", "distribution", "table", "correlation" or "overtake"; did you mean "mean"?`,
	}},
	{"jitter of a wrong word", []string{
		`"loss": "1%"`, `"delay": { "mean": "20ms", "jitter": "2" }`,
	}, []string{
		`f:13:55: links[0].to_r2.delay.jitter: "2" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"distribution misspelt", []string{
		`"loss": "1%"`, `"delay": { "mean": "20ms", "jitter": "2ms", "distribution": "nomal" }`,
	}, []string{
		`f:13:78: links[0].to_r2.delay.distribution: "nomal" is none of the words that may stand here; expected "uniform", "normal", "pareto" or "table"; did you mean "normal"?`,
	}},
	{"distribution table without a file", []string{
		`"loss": "1%"`, `"delay": { "jitter": "2ms", "distribution": "table" }`,
	}, []string{
		`f:13:62: links[0].to_r2.delay.distribution: a table without its file; expected the path of a file in "table"`,
	}},
	{"a file without the distribution table", []string{
		`"loss": "1%"`, `"delay": { "jitter": "2ms", "table": "x.dist" }`,
	}, []string{
		`f:13:55: links[0].to_r2.delay.table: a table that the distribution does not use; expected the "distribution" "table"`,
	}},
	{"correlation of a delay", []string{
		`"loss": "1%"`, `"delay": { "jitter": "2ms", "correlation": "101%" }`,
	}, []string{
		`f:13:61: links[0].to_r2.delay.correlation: "101%" is no probability; expected a probability from "0%" to "100%"`,
	}},
	{"loss as a number", []string{
		`"loss": "1%"`, `"loss": 1`,
	}, []string{
		`f:13:26: links[0].to_r2.loss: the number 1 does not belong here; expected a string, an object or an array`,
	}},
	{"loss without percent", []string{
		`"loss": "1%"`, `"loss": "0.01"`,
	}, []string{
		`f:13:26: links[0].to_r2.loss: "0.01" is no probability; expected a probability from "0%" to "100%"`,
	}},
	{"loss above all", []string{
		`"loss": "1%"`, `"loss": "100.1%"`,
	}, []string{
		`f:13:26: links[0].to_r2.loss: "100.1%" is no probability; expected a probability from "0%" to "100%"`,
	}},
	{"loss below nothing", []string{
		`"loss": "1%"`, `"loss": "-1%"`,
	}, []string{
		`f:13:26: links[0].to_r2.loss: "-1%" is no probability; expected a probability from "0%" to "100%"`,
	}},
	{"loss of nothing", []string{
		`"loss": "1%"`, `"loss": {}`,
	}, []string{
		`f:13:26: links[0].to_r2.loss: it never happens; expected "probability", "every", "gilbert" or "fates"`,
	}},
	{"loss two ways", []string{
		`"loss": "1%"`, `"loss": { "every": 3, "probability": "1%" }`,
	}, []string{
		`f:13:55: links[0].to_r2.loss[0].probability: a second choice beside "every" (13:37); expected one of "probability", "every", "gilbert" or "fates"`,
	}},
	{"loss two ways in two", []string{
		`"loss": "1%"`, `"loss": ["1%", { "every": 3, "fates": "x" }]`,
	}, []string{
		`f:13:56: links[0].to_r2.loss[1].fates: a second choice beside "every" (13:44); expected one of "probability", "every", "gilbert" or "fates"`,
	}},
	{"loss each 0th", []string{
		`"loss": "1%"`, `"loss": { "every": 0 }`,
	}, []string{
		`f:13:37: links[0].to_r2.loss[0].every: 0 is out of range; expected a whole number from 1 to 1000000000`,
	}},
	{"loss each, correlated", []string{
		`"loss": "1%"`, `"loss": { "every": 3, "correlation": "25%" }`,
	}, []string{
		`f:13:55: links[0].to_r2.loss[0].correlation: "every" leaves nothing to chance; expected a "probability", or no "correlation"`,
	}},
	{"loss, correlated badly", []string{
		`"loss": "1%"`, `"loss": { "probability": "1%", "correlation": "25" }`,
	}, []string{
		`f:13:64: links[0].to_r2.loss[0].correlation: "25" is no probability; expected a probability from "0%" to "100%"`,
	}},
	{"gilbert without good", []string{
		`"loss": "1%"`, `"loss": { "gilbert": { "to_bad": "1%" } }`,
	}, []string{
		`f:13:39: links[0].to_r2.loss[0].gilbert: the key "to_good" is missing`,
	}},
	{"gilbert with bad words", []string{
		`"loss": "1%"`, `"loss": { "gilbert": { "to_bad": "1", "to_good": "x%", "loss_bad": "200%", "loss_good": "" } }`,
	}, []string{
		`f:13:51: links[0].to_r2.loss[0].gilbert.to_bad: "1" is no probability; expected a probability from "0%" to "100%"`,
		`f:13:67: links[0].to_r2.loss[0].gilbert.to_good: "x%" is no probability; expected a probability from "0%" to "100%"`,
		`f:13:85: links[0].to_r2.loss[0].gilbert.loss_bad: "200%" is no probability; expected a probability from "0%" to "100%"`,
		`f:13:106: links[0].to_r2.loss[0].gilbert.loss_good: the string is empty`,
	}},
	{"a list in a list of losses", []string{
		`"loss": "1%"`, `"loss": [["1%"]]`,
	}, []string{
		`f:13:27: links[0].to_r2.loss[0]: an array does not belong here; expected a string or an object`,
	}},
	{"a loss in a list that is a number", []string{
		`"loss": "1%"`, `"loss": [1]`,
	}, []string{
		`f:13:27: links[0].to_r2.loss[0]: the number 1 does not belong here; expected a string or an object`,
	}},
	{"no length matches", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "above": 100, "below": 101 } }`,
	}, []string{
		`f:13:74: links[0].to_r2.loss[0].match.below: no length is above 100 and below 101; expected at least 102`,
	}},
	{"prefixes with bits beyond", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "from": "10.0.0.1/8", "to": "10.0.0.1/8" } }`,
	}, []string{
		`f:13:59: links[0].to_r2.loss[0].match.from: 10.0.0.1/8 has bits beyond its length; expected "10.0.0.0/8"`,
		`f:13:79: links[0].to_r2.loss[0].match.to: 10.0.0.1/8 has bits beyond its length; expected "10.0.0.0/8"`,
	}},
	{"prefixes of two families", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "from": "10.0.0.0/8", "to": "fd00::/16" } }`,
	}, []string{
		`f:13:79: links[0].to_r2.loss[0].match.to: fd00::/16 is not of the family of 10.0.0.0/8; expected prefixes of one family`,
	}},
	{"protocol misspelt", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "protocol": "tpc" } }`,
	}, []string{
		`f:13:63: links[0].to_r2.loss[0].match.protocol: "tpc" is no protocol; expected "ah", "dccp", "esp", "gre", "ospf", "sctp", "tcp", "udp", "udplite" or "icmp", or a number from "0" to "255"; did you mean "tcp"?`,
	}},
	{"protocol beyond", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "protocol": "256" } }`,
	}, []string{
		`f:13:63: links[0].to_r2.loss[0].match.protocol: "256" is no protocol; expected "ah", "dccp", "esp", "gre", "ospf", "sctp", "tcp", "udp", "udplite" or "icmp", or a number from "0" to "255"`,
	}},
	{"protocol as a number", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "protocol": 6 } }`,
	}, []string{
		`f:13:63: links[0].to_r2.loss[0].match.protocol: the number 6 does not belong here; expected a string`,
	}},
	{"a port of icmp", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "protocol": "icmp", "port": 80 } }`,
	}, []string{
		`f:13:79: links[0].to_r2.loss[0].match.port: the protocol icmp has no ports here; expected "tcp", "udp" or no "protocol"`,
	}},
	{"a port of later fragments", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "port": 80, "fragments": "later" } }`,
	}, []string{
		`f:13:59: links[0].to_r2.loss[0].match.port: later fragments have no ports; expected other "fragments"`,
	}},
	{"fragments of another kind", []string{
		`"loss": "1%"`, `"loss": { "every": 1, "match": { "fragments": "all" } }`,
	}, []string{
		`f:13:64: links[0].to_r2.loss[0].match.fragments: "all" is none of the words that may stand here; expected "any", "first", "later" or "none"`,
	}},
}
