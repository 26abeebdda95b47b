package config

// badQueue is more of what cannot happen in one direction of a link: changes of wired.
var badQueue = []edited{
	{"duplicate of nothing", []string{
		`"loss": "1%"`, `"duplicate": { "match": { "above": 100 } }`,
	}, []string{
		`f:13:31: links[0].to_r2.duplicate: it never happens; expected "probability" or "every"`,
	}},
	{"duplicate two ways", []string{
		`"loss": "1%"`, `"duplicate": { "probability": "1%", "every": 2 }`,
	}, []string{
		`f:13:63: links[0].to_r2.duplicate.every: a second choice beside "probability" (13:48); expected one of "probability" or "every"`,
	}},
	{"duplicate as a list", []string{
		`"loss": "1%"`, `"duplicate": ["1%"]`,
	}, []string{
		`f:13:31: links[0].to_r2.duplicate: an array does not belong here; expected a string or an object`,
	}},
	{"duplicate each, correlated", []string{
		`"loss": "1%"`, `"duplicate": { "every": 2, "correlation": "1%" }`,
	}, []string{
		`f:13:60: links[0].to_r2.duplicate.correlation: "every" leaves nothing to chance; expected a "probability", or no "correlation"`,
	}},
	{"reorder by no duration", []string{
		`"loss": "1%"`, `"reorder": { "probability": "1%", "by": "much" }`,
	}, []string{
		`f:13:58: links[0].to_r2.reorder.by: "much" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"reorder by nothing", []string{
		`"loss": "1%"`, `"reorder": { "probability": "1%", "by": "0s" }`,
	}, []string{
		`f:13:58: links[0].to_r2.reorder.by: "0s" is no time at all; expected a duration, as "20ms"`,
	}},
	{"reorder of another protocol", []string{
		`"loss": "1%"`, `"reorder": { "every": 4, "match": { "protocol": "TCP" } }`,
	}, []string{
		`f:13:66: links[0].to_r2.reorder.match.protocol: "TCP" is no protocol; expected "ah", "dccp", "esp", "gre", "ospf", "sctp", "tcp", "udp", "udplite" or "icmp", or a number from "0" to "255"; did you mean "tcp"?`,
	}},
	{"corrupt of many bits", []string{
		`"loss": "1%"`, `"corrupt": { "probability": "1%", "bits": 65 }`,
	}, []string{
		`f:13:60: links[0].to_r2.corrupt.bits: 65 is out of range; expected a whole number from 1 to 64`,
	}},
	{"corrupt elsewhere", []string{
		`"loss": "1%"`, `"corrupt": { "probability": "1%", "where": "trailer" }`,
	}, []string{
		`f:13:61: links[0].to_r2.corrupt.where: "trailer" is none of the words that may stand here; expected "anywhere", "header", "payload" or "unseen"`,
	}},
	{"corrupt unseen, of bits", []string{
		`"loss": "1%"`, `"corrupt": { "probability": "1%", "where": "unseen", "bits": 2 }`,
	}, []string{
		`f:13:79: links[0].to_r2.corrupt.bits: "unseen" changes two bits; expected no "bits"`,
	}},
	{"queue as a string", []string{
		`"loss": "1%"`, `"queue": "100"`,
	}, []string{
		`f:13:27: links[0].to_r2.queue: the string "100" does not belong here; expected an object`,
	}},
	{"queue of nothing", []string{
		`"loss": "1%"`, `"queue": { "packets": 0 }`,
	}, []string{
		`f:13:40: links[0].to_r2.queue.packets: 0 is out of range; expected a whole number from 1 to 1000000000`,
	}},
	{"queue of no time", []string{
		`"loss": "1%"`, `"queue": { "time": "0s" }`,
	}, []string{
		`f:13:37: links[0].to_r2.queue.time: "0s" is no time at all; expected a duration, as "20ms"`,
	}},
	{"queue of a wrong time", []string{
		`"loss": "1%"`, `"queue": { "time": "50" }`,
	}, []string{
		`f:13:37: links[0].to_r2.queue.time: "50" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"queue of another discipline", []string{
		`"loss": "1%"`, `"queue": { "discipline": "fq_codel", "min": 3000, "target": "5ms" }`,
	}, []string{
		`f:13:43: links[0].to_r2.queue.discipline: "fq_codel" is none of the words that may stand here; expected "tail", "red" or "codel"; did you mean "codel"?`,
	}},
	{"tail with the keys of others", []string{
		`"loss": "1%"`, `"queue": { "ecn": true, "min": 1, "max": 2, "probability": "1%", "weight": "1%", "target": "5ms", "interval": "1s" }`,
	}, []string{
		`f:13:36: links[0].to_r2.queue.ecn: the discipline "tail" has no such key; expected the "discipline" "red" or "codel"`,
		`f:13:49: links[0].to_r2.queue.min: the discipline "tail" has no such key; expected the "discipline" "red"`,
		`f:13:59: links[0].to_r2.queue.max: the discipline "tail" has no such key; expected the "discipline" "red"`,
		`f:13:77: links[0].to_r2.queue.probability: the discipline "tail" has no such key; expected the "discipline" "red"`,
		`f:13:93: links[0].to_r2.queue.weight: the discipline "tail" has no such key; expected the "discipline" "red"`,
		`f:13:109: links[0].to_r2.queue.target: the discipline "tail" has no such key; expected the "discipline" "codel"`,
		`f:13:128: links[0].to_r2.queue.interval: the discipline "tail" has no such key; expected the "discipline" "codel"`,
	}},
	{"red without its keys", []string{
		`"loss": "1%"`, `"queue": { "discipline": "red", "target": "5ms" }`,
	}, []string{
		`f:13:27: links[0].to_r2.queue: red needs the key "min"`,
		`f:13:27: links[0].to_r2.queue: red needs the key "max"`,
		`f:13:60: links[0].to_r2.queue.target: the discipline "red" has no such key; expected the "discipline" "codel"`,
	}},
	{"red upside down", []string{
		`"loss": "1%"`, `"queue": { "discipline": "red", "min": 3000, "max": 3000 }`,
	}, []string{
		`f:13:70: links[0].to_r2.queue.max: 3000 is not above min (13:57); expected more than min`,
	}},
	{"red with bad words", []string{
		`"loss": "1%"`, `"queue": { "discipline": "red", "min": 3000, "max": 6000, "probability": "10", "weight": "x" }`,
	}, []string{
		`f:13:91: links[0].to_r2.queue.probability: "10" is no probability; expected a probability from "0%" to "100%"`,
		`f:13:107: links[0].to_r2.queue.weight: "x" is no probability; expected a probability from "0%" to "100%"`,
	}},
	{"red of nothing", []string{
		`"loss": "1%"`, `"queue": { "discipline": "red", "min": 3000, "max": 6000, "probability": "0%", "weight": "0.0%" }`,
	}, []string{
		`f:13:91: links[0].to_r2.queue.probability: "0%" is nothing at all; expected more than that`,
		`f:13:107: links[0].to_r2.queue.weight: "0.0%" is nothing at all; expected more than that`,
	}},
	{"codel with the keys of red", []string{
		`"loss": "1%"`, `"queue": { "discipline": "codel", "min": 3000 }`,
	}, []string{
		`f:13:59: links[0].to_r2.queue.min: the discipline "codel" has no such key; expected the "discipline" "red"`,
	}},
	{"codel with bad words", []string{
		`"loss": "1%"`, `"queue": { "discipline": "codel", "target": "0ms", "interval": "soon" }`,
	}, []string{
		`f:13:62: links[0].to_r2.queue.target: "0ms" is no time at all; expected a duration, as "20ms"`,
		`f:13:81: links[0].to_r2.queue.interval: "soon" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"a trace of another format", []string{
		`"loss": "1%"`, `"trace": { "file": "x", "format": "csv" }`,
	}, []string{
		`f:13:52: links[0].to_r2.trace.format: "csv" is none of the words that may stand here; expected "mahimahi" or "rates"`,
	}},
	{"a trace without a format", []string{
		`"loss": "1%"`, `"trace": { "file": "x" }`,
	}, []string{
		`f:13:27: links[0].to_r2.trace: the key "format" is missing`,
	}},
	{"a trace as a string", []string{
		`"loss": "1%"`, `"trace": "x"`,
	}, []string{
		`f:13:27: links[0].to_r2.trace: the string "x" does not belong here; expected an object`,
	}},
	{"a trace beside a rate", []string{
		`"loss": "1%"`, `"rate": "1mbit", "trace": { "file": "x", "format": "rates" }`,
	}, []string{
		`f:13:44: links[0].to_r2.trace: a trace beside a rate (13:26); expected one of the two`,
	}},
	{"another key of a direction", []string{
		`"loss": "1%"`, `"jitter": "2ms"`,
	}, []string{
		`f:13:18: links[0].to_r2.jitter: no such key; expected "mtu", "metric", "rate", "queue", "delay", "loss", "duplicate", "reorder", "corrupt" or "trace"`,
	}},
	{"mistakes in both", []string{
		`"20ms"`, `"20"`,
		`"loss": "1%"`, `"delay": "20"`,
	}, []string{
		`f:12:44: links[0].both.delay: "20" is no duration from 0s to 1h; expected a duration, as "20ms"`,
		`f:13:27: links[0].to_r2.delay: "20" is no duration from 0s to 1h; expected a duration, as "20ms"`,
	}},
	{"mistakes of a link that is none", []string{
		`"between": ["r1:up", "r2:down"]`, `"between": ["r1:up"]`,
		`"20ms"`, `"20"`,
		`"loss": "1%"`, `"loss": "2"`,
	}, []string{
		`f:11:18: links[0].between: only 1 in it; expected 2`,
		`f:12:44: links[0].both.delay: "20" is no duration from 0s to 1h; expected a duration, as "20ms"`,
		`f:13:26: links[0].to_r2.loss: "2" is no probability; expected a probability from "0%" to "100%"`,
	}},
}
