package config

// origin is a public text.
type origin struct{ name, url string }

var (
	vanaubel = origin{"Vanaubel, Pansiot, Mérindol, Donnet: Network Fingerprinting: TTL-Based Router Signatures (IMC 2013)",
		"https://doi.org/10.1145/2504730.2504761"}
	nmap = origin{"nmap-os-db of nmap 7.93: TTL and length of a port unreachable about 328 octets (U1), and TTL of echo replies (IE)",
		"https://svn.nmap.org/nmap/nmap-os-db"}

	linuxSysctl = origin{"Linux: IP sysctl", "https://docs.kernel.org/networking/ip-sysctl.html"}
	linuxICMP   = origin{"Linux: net/ipv4/icmp.c, and the burst of 6 in net/ipv4/inetpeer.c", "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/net/ipv4/icmp.c"}
	linuxNdisc  = origin{"Linux: net/ipv6/ndisc.c", "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/net/ipv6/ndisc.c"}
	vyosSystem  = origin{"VyOS: a network operating system based on Debian GNU/Linux", "https://docs.vyos.io/en/latest/introducing/about.html"}

	freebsdICMP = origin{"FreeBSD: sys/netinet/ip_icmp.c, and sys/netinet6/in6_proto.c", "https://cgit.freebsd.org/src/tree/sys/netinet/ip_icmp.c"}
	openbsdICMP = origin{"OpenBSD: sys/netinet/ip_icmp.c, 1.203", "https://cvsweb.openbsd.org/src/sys/netinet/ip_icmp.c"}

	iosServices = origin{"Cisco: IP Application Services Configuration Guide, IOS XE Release 3S, ip icmp rate-limit unreachable",
		"https://www.easymanua.ls/cisco/asr-1000-series/manual/234638?p=16"}
	junosEngine = origin{"Juniper: Rate Limiting ICMPv4 and ICMPv6 Traffic, icmpv4-rate-limit and icmpv6-rate-limit",
		"https://www.juniper.net/documentation/en_US/junos/topics/task/configuration/icmpv4-rate-limit-configuring.html"}
	junosChassis = origin{"Juniper: icmp6 (Error Message Rate Limit), and icmp",
		"https://www.juniper.net/documentation/us/en/software/junos/cli-reference/topics/ref/statement/icmp6-edit-chassis.html"}
	routerosSettings = origin{"MikroTik: IP Settings", "https://help.mikrotik.com/docs/spaces/ROS/pages/103841817/IP+Settings"}
	srosICMP         = origin{"Alcatel-Lucent: 7750 SR OS Router Configuration Guide, ttl-expired, unreachables and redirects",
		"http://www.manualsdir.com/manuals/46514/alcatel-lucent-7750-sr-os.html?page=110"}
)

// open is a bucket for each destination that lets all through: the limit that a
// text tells is one for all destinations together.
const open = `"per_destination": {"unlimited": true}`

// ttls are the TTL of errors and of replies.
func ttls(errors, replies string, p proof, where ...origin) []habit {
	return []habit{
		{"icmp.ttl", errors, p, where, ""},
		{"icmp.reply_ttl", replies, p, where, ""},
	}
}

// quoted is a quote of the least that RFC 792 allows, as it was measured.
var quoted = habit{"icmp.quote", `8`, observed, []origin{nmap}, ""}

// linux are the habits of the kernel, with the rate of one destination, which some
// change. where are more texts that say so.
func linux(perDestination string, where ...origin) []habit {
	limited := `{"pps": 1000, "burst": 50, "per_destination": ` + perDestination + `}`
	const one = "All kinds have one bucket. In IPv6 one destination gets ten times as much since 2026 (commit 0201eedb69b2)."
	where = append(where, linuxSysctl)
	rates := append(where[:len(where):len(where)], linuxICMP)
	return append(ttls(`64`, `64`, documented, linuxSysctl, nmap), []habit{
		{"icmp.error_source", `"egress"`, documented, where, ""},
		{"icmp.redirects", `true`, documented, where, ""},
		{"icmp.packet_too_big.rate", `{"unlimited": true, ` + open + `}`, program, []origin{linuxICMP}, ""},
		{"icmp.time_exceeded.rate", limited, documented, rates, one},
		{"icmp.unreachable.rate", limited, documented, rates, one + " Resets have no limit."},
		{"icmp.parameter_problem.rate", limited, documented, rates, one},
		{"icmp.redirect.rate", `{"unlimited": true, "per_destination": {"pps": 1, "burst": 6}}`, program, []origin{linuxNdisc},
			"Of IPv6. In IPv4 there are 9, each after twice as long as the one before."},
	}...)
}
