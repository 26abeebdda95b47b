package config

// vendors are in the order of their words. One about whom too little is public is
// not here, and of the others what is not here is as by default.
var vendors = []vendor{
	{like: "freebsd", name: "FreeBSD", habits: append(ttls(`64`, `64`, program, freebsdICMP, nmap),
		habit{"icmp.quote", `528`, program, []origin{freebsdICMP}, "It quotes 548, in errors of 596 octets; here no error is longer than 576. Older versions quote 8, or the whole TCP header."},
		habit{"icmp.error_source", `"egress"`, program, []origin{freebsdICMP}, ""},
		habit{"icmp.rate", `{"unlimited": true, ` + open + `}`, program, []origin{freebsdICMP},
			"In IPv6 there are 100 errors a second, all kinds together."},
		habit{"icmp.unreachable.rate", `{"pps": 200, "burst": 200, ` + open + `}`, program, []origin{freebsdICMP},
			"The limit is for closed ports; unreachables about what is forwarded have none. It strays by up to 16."},
	)},
	{like: "huawei-vrp", name: "Huawei VRP", habits: append(ttls(`255`, `255`, observed, nmap), quoted)},
	{like: "ios", name: "Cisco IOS", habits: append(ttls(`255`, `255`, observed, vanaubel, nmap), quoted, iosTooBig, iosUnreachable),
		but: "IPv6 errors have a limit of their own, of all kinds together (`ipv6 icmp error-interval`)."},
	{like: "ios-xe", name: "Cisco IOS XE", habits: append(ttls(`255`, `255`, observed, nmap), quoted, iosTooBig, iosUnreachable)},
	{like: "ios-xr", name: "Cisco IOS XR", habits: append(ttls(`255`, `255`, observed, vanaubel, nmap),
		habit{"icmp.quote", `48`, observed, []origin{nmap}, "Of 4.1.1 and 5.1.2; 3.4 to 3.6 quote 8."},
	)},
	{like: "junos", name: "Juniper Junos", habits: append(ttls(`255`, `64`, observed, vanaubel, nmap), quoted,
		habit{"icmp.rate", `{"pps": 1000, "burst": 5000, ` + open + `}`, documented, []origin{junosEngine},
			"Of the Routing Engine, all kinds together. Since 16.1 forwarding has a limit for each interface, which begins after 10 s."},
		habit{"icmp.time_exceeded.rate", `{"pps": 500, "burst": 500, ` + open + `}`, documented, []origin{junosChassis},
			"For each interface and family. The burst is not told: a second's worth."},
	)},
	{like: "junos-e", name: "Juniper JunosE", habits: append(ttls(`128`, `128`, observed, vanaubel, nmap), quoted)},
	{like: "linux", name: "Linux", habits: linux(`{"pps": 1, "burst": 6}`),
		but: "Quotes are as by default: as much as 576 octets hold, 1280 in IPv6."},
	{like: "nx-os", name: "Cisco NX-OS", habits: append(ttls(`255`, `255`, observed, nmap), quoted)},
	{like: "openbsd", name: "OpenBSD", habits: append(ttls(`255`, `255`, program, openbsdICMP, nmap),
		habit{"icmp.quote", `8`, program, []origin{openbsdICMP, nmap}, ""},
		habit{"icmp.error_source", `"egress"`, program, []origin{openbsdICMP}, ""},
		habit{"icmp.rate", `{"pps": 100, "burst": 100, ` + open + `}`, program, []origin{openbsdICMP}, "All kinds have one bucket."},
	)},
	{like: "routeros", name: "MikroTik RouterOS", habits: linux(`{"pps": 100, "burst": 6}`, routerosSettings),
		but: "It is Linux: what its manual does not tell is the kernel's."},
	{like: "sr-os", name: "Nokia SR OS", habits: append(ttls(`64`, `64`, observed, vanaubel, nmap), quoted, srosRate("time_exceeded"), srosRate("unreachable"), srosRate("redirect"))},
	{like: "vyos", name: "VyOS", habits: linux(`{"pps": 1, "burst": 6}`, vyosSystem),
		but: "It is Linux."},
	{like: "windows", name: "Windows", habits: ttls(`128`, `128`, observed, nmap),
		but: "It quotes the whole of 328 octets; how much more, nobody measured there."},
}

// iosTooBig and iosUnreachable are one each half second.
var (
	iosTooBig = habit{"icmp.packet_too_big.rate", `{"pps": 2, "burst": 1, ` + open + `}`, documented, []origin{iosServices},
		"Of IPv4, with the keyword df."}
	iosUnreachable = habit{"icmp.unreachable.rate", `{"pps": 2, "burst": 1, ` + open + `}`, documented, []origin{iosServices},
		"Of IPv4. Resets have no limit."}
)

// srosRate is 100 messages of a kind in 10 s.
func srosRate(kind string) habit {
	return habit{"icmp." + kind + ".rate", `{"pps": 10, "burst": 100, ` + open + `}`, documented, []origin{srosICMP}, "For each interface."}
}
