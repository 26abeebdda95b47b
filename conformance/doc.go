// Package conformance judges routers from outside. Its cases (cases.txt) are
// data: packets to send into one of two ports, and what must come out of both,
// with the RFC that says so. It sends them to any router with two ports, looks at
// what comes out, and reports. It takes no code from the router of this module:
// it reads packets with gopacket.
//
// # The file of cases
//
// A case is a line "ID PRIORITY FAMILY title" and indented lines below it; "=="
// begins a section, "#" a comment.
//
//	needs  how the router is set, beyond the topology T1 (Needs)
//	slow   it takes more than a minute, and runs only when that is asked for
//	send   PORT: PACKET [xN]           what goes in, N times
//	want   PORT: PATTERN               what comes out; "nothing" if nothing does
//	and    PORT: PATTERN               and this besides
//	or     PORT: PATTERN               or else this: the rule leaves a choice
//	linux  PORT: PATTERN               what Linux does although the rule says otherwise
//	linux  cannot                      Linux cannot be set as the case needs it
//	not    what must not come out, for the reader: nothing may that is not wanted
//	rfc    where it is written
//
// Whatever comes out that no line wants is a deviation.
//
// # Packets
//
// Layers, separated by " / ", the outermost first: ip, ip6, hbh, dopt, rh, frag,
// udp, tcp, icmp, echo, inner, raw, hex, pad. Each takes numbers and key=value; what is
// left out is right. "ip ttl=1 / udp 16" is a UDP datagram with 16 octets of data
// from host A to host B. "| fragments 1480 order 2,1" cuts the whole into pieces.
//
// # Patterns
//
//	forwarded     the packet as sent, TTL one less, checksum right, all else the same
//	pieces        its fragments, which together are it
//	error T/C     an ICMP error that quotes it
//	redirect      an IPv6 Redirect
//	echo-reply    the answer to an echo request
//	icmp T/C      any other ICMP message
//	reset         a TCP reset
package conformance
