package config

import "net/netip"

// Middlebox is the boxes on a link that nobody sees, one for each direction.
type Middlebox struct {
	Out *Box `json:"out,omitempty" default:"none" jsonschema:"What is done to packets that leave by this interface, when the node is done with them: also to those that it originates."`
	In  *Box `json:"in,omitempty" default:"none" jsonschema:"What is done to packets that come from this interface, before the node sees them."`
}

// Box is what a box does to packets: what it drops, and what it changes in those that pass. It tells nobody.
type Box struct {
	DropAbove        int         `json:"drop_above,omitempty" min:"68" max:"65535" default:"none" jsonschema:"Longer datagrams, in octets, vanish: the MTU of the layer below, of which no router knows. A super-packet is judged by its segments."`
	SuperPackets     string      `json:"super_packets,omitempty" enum:"pass,drop" default:"pass" jsonschema:"What becomes of segments that the kernel hands over in one: with drop they vanish together, as where one forgets that they are several and compares their sum with the MTU."`
	Drop             []BoxFilter `json:"drop,omitempty" atleast:"1" lone:"true" default:"none" jsonschema:"Filters: a packet that one of them selects vanishes. Of one filter, all that is given must hold."`
	Fragments        *Fragments  `json:"fragments,omitempty" short:"drop" default:"none" jsonschema:"What becomes of fragments."`
	DF               string      `json:"df,omitempty" enum:"keep,clear,set" default:"keep" jsonschema:"What becomes of DF in IPv4: with clear, routers behind fragment what was not to be; with set, they refuse what might be. IPv6 has no such bit, and its packets are left alone."`
	MSS              int         `json:"mss,omitempty" min:"48" max:"65495" default:"none" jsonschema:"The most that the MSS option of a TCP SYN, or SYN/ACK, may announce, in octets, in IPv4 and IPv6 alike: more is lowered to it. A SYN without the option stays without."`
	ExtensionHeaders string      `json:"extension_headers,omitempty" enum:"pass,drop" default:"pass" jsonschema:"What becomes of IPv6 packets with any extension header, a fragment header among them (RFC 7872)."`
}

// BoxFilter selects packets that vanish.
type BoxFilter struct {
	ICMP        string       `json:"icmp,omitempty" enum:"errors,packet-too-big,time-exceeded,unreachable,parameter-problem,redirect,source-quench,echo" default:"any packet" jsonschema:"ICMP messages of either family: errors are all of them but redirects; packet-too-big is fragmentation needed in IPv4, and unreachable all other codes; echo is requests and replies."`
	Above       int          `json:"above,omitempty" min:"1" max:"65535" default:"none" jsonschema:"Datagrams that are longer, in octets."`
	Below       int          `json:"below,omitempty" min:"1" max:"65535" default:"none" jsonschema:"Datagrams that are shorter, in octets."`
	From        netip.Prefix `json:"from,omitzero" default:"any" jsonschema:"The prefix of their source."`
	To          netip.Prefix `json:"to,omitzero" default:"any" jsonschema:"The prefix of their destination."`
	Protocol    string       `json:"protocol,omitempty" atleast:"1" pattern:"^([a-z0-9-]+)$" default:"any" jsonschema:"Their protocol, as of the match of a link's loss."`
	Port        int          `json:"port,omitempty" min:"1" max:"65535" default:"any" jsonschema:"The source or the destination port of TCP and UDP. Later fragments have none."`
	Fragments   string       `json:"fragments,omitempty" enum:"any,first,later,none" default:"whole packets and fragments" jsonschema:"Fragments alone: any of them, the first, or the later ones; none is whole packets alone."`
	Every       int          `json:"every,omitempty" min:"1" max:"1000000000" default:"1" jsonschema:"Each nth of them vanishes; 1: all."`
	Probability string       `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"100%" jsonschema:"The probability that one of them vanishes, as 50%, instead of every."`
}

// Fragments is what becomes of fragments.
type Fragments struct {
	Drop   string `json:"drop,omitempty" enum:"none,all,first,later" default:"none" jsonschema:"Which of them vanish (RFC 8900)."`
	Mangle string `json:"mangle,omitempty" enum:"none,identification,payload" default:"none" jsonschema:"What is changed in those that pass: with identification, each later one gets another, so that the datagram is never whole; with payload, the last octet of the datagram is inverted, so that its checksum is wrong."`
}

// Tunnel has packets be longer on a link.
type Tunnel struct {
	Overhead    int          `json:"overhead" min:"1" max:"65467" jsonschema:"How much longer each packet is that leaves by this interface, in octets: 20 for IP in IPv4, 60 or 80 for WireGuard, 50 for VXLAN. Nobody sees the header, and the rate of a link does not count it; what may be fragmented is, so that it fits."`
	Error       string       `json:"error,omitempty" enum:"inner,outer,none" default:"inner" jsonschema:"What the sender of a packet hears that is too long for this reason: inner is an honest error, with the MTU less the overhead; outer is one about the tunnel's own packet, with the MTU of the link and a quote that begins with the outer header, which nobody inside understands; none is silence (RFC 4459)."`
	Source      []netip.Addr `json:"source,omitempty" atleast:"1" lone:"true" default:"192.0.2.1 and 2001:db8::1" jsonschema:"The source in the outer header that is quoted: one, or a list of one of each family."`
	Destination []netip.Addr `json:"destination,omitempty" atleast:"1" lone:"true" default:"192.0.2.2 and 2001:db8::2" jsonschema:"The destination there."`
	Protocol    int          `json:"protocol,omitempty" min:"1" max:"255" default:"4 in IPv4, and 41 in IPv6: IP in IP" jsonschema:"The protocol there: 47 is GRE, 17 what goes over UDP."`
}

// Forge is an attacker on the node: errors that nothing is the reason for.
type Forge struct {
	Message  string       `json:"message" enum:"packet_too_big,net_unreachable,host_unreachable,protocol_unreachable,port_unreachable,admin_prohibited,time_exceeded,source_quench" jsonschema:"What is sent to the sources of packets that the node forwards, before these (RFC 5927)."`
	MTU      *int         `json:"mtu,omitempty" min:"0" max:"65535" default:"none; *required* with packet_too_big" jsonschema:"The MTU that packet_too_big tells, in octets."`
	Match    Match        `json:"match,omitzero" default:"all packets" jsonschema:"Which packets they are about."`
	PPS      int          `json:"pps,omitempty" min:"1" max:"1000000000" default:"100" jsonschema:"How many a second in the long run, and never more than packets that match."`
	Burst    int          `json:"burst,omitempty" min:"1" max:"1000000000" default:"1" jsonschema:"How many at once."`
	First    int          `json:"first,omitempty" min:"1" max:"1000000000" default:"no limit" jsonschema:"How many ever."`
	Source   []netip.Addr `json:"source,omitempty" atleast:"1" lone:"true" default:"where the node's own errors come from" jsonschema:"The address that they come from: one, or a list of one of each family."`
	Sequence string       `json:"sequence,omitempty" enum:"true,wrong" default:"true" jsonschema:"What the quote has as TCP sequence number: that of the packet; or one that is far from it, as one guesses who has not seen the packet."`
	Port     string       `json:"port,omitempty" enum:"true,wrong" default:"true" jsonschema:"What it has as source port of TCP or UDP: that of the packet, or another."`
}
