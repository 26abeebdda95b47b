package config

import "net/netip"

// Message is what a node does with one kind of error message.
type Message struct {
	Rate Rate `json:"rate,omitzero" default:"icmp.rate" jsonschema:"How many of this kind the node sends. What it leaves out, icmp.rate says, and then like."`
	Policy
	Overrides []Override `json:"overrides,omitempty" atleast:"1" atmost:"256" default:"none" jsonschema:"What holds instead for some messages: of the first that matches. What it leaves out is the kind's own; what it counts, it counts by itself."`
}

// Echo is what a node does with echo requests to itself.
type Echo struct {
	Policy
	Overrides []Override `json:"overrides,omitempty" atleast:"1" atmost:"256" default:"none" jsonschema:"What holds instead for some of them: of the first that matches the request."`
}

// Override is what a node does with some messages of a kind.
type Override struct {
	Match Invoking `json:"match,omitzero" default:"all packets" jsonschema:"Which messages: by the packet that they are about. All that is given must hold."`
	Policy
}

// Invoking selects messages by the packet that they are about.
type Invoking struct {
	Match
	In   string `json:"in,omitempty" atleast:"1" pattern:"^[A-Za-z0-9._-]{1,63}$" default:"any" jsonschema:"The interface that the packet came from."`
	Out  string `json:"out,omitempty" atleast:"1" pattern:"^[A-Za-z0-9._-]{1,63}$" default:"any" jsonschema:"The interface that it would have left by."`
	Code string `json:"code,omitempty" atleast:"1" pattern:"^[a-z0-9-]+$" default:"any" jsonschema:"The message itself, by its name in the counters: for unreachable net, host, route, reject-route, protocol, port, admin-prohibited, source-policy, beyond-scope, source-route-failed or tcp-reset (unreachable may stand behind); ttl-exceeded or reassembly-time-exceeded; header-problem, option-problem, and the other parameter problems."`
}

// Policy is what a node does with a message that it owes.
type Policy struct {
	Action      string       `json:"action,omitempty" enum:"send,drop" default:"send" jsonschema:"What happens: send tells the sender; drop keeps silent."`
	Every       int          `json:"every,omitempty" min:"1" max:"1000000000" default:"1" jsonschema:"Of so many that the node owes it sends one, the first among them."`
	Probability string       `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"100%" jsonschema:"The probability that each of those is sent, by chances that come from seed and the name of the node."`
	First       int          `json:"first,omitempty" min:"1" max:"1000000000" default:"all" jsonschema:"Only so many are sent, since the start or since the policy was changed."`
	Limit       *Throttle    `json:"limit,omitempty" default:"none" jsonschema:"A limit of the policy's own, before rate."`
	Delay       string       `json:"delay,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"0s" jsonschema:"How much later it is sent, up to 1h."`
	Duplicate   int          `json:"duplicate,omitempty" min:"1" max:"100" default:"0" jsonschema:"So many copies more are sent."`
	Target      []netip.Addr `json:"target,omitempty" atleast:"1" lone:"true" default:"the source of the packet" jsonschema:"Where it is sent instead, by the route there: one address, or a list of one of each family. TCP resets are not."`
	MTU         string       `json:"mtu,omitempty" numeral:"true" min:"0" max:"65535" atleast:"1" pattern:"^(true|zero|[-+]?[0-9]+)$" default:"true" jsonschema:"For packet_too_big: the MTU that it tells: true; zero; a number; or, as +20 or -40, one that is so much larger or smaller than the true one."`
	Source      []string     `json:"source,omitempty" atleast:"1" lone:"true" pattern:"^(egress|ingress|destination|receiver|[0-9a-fA-F:.]+)$" default:"by error_source" jsonschema:"The address that it comes from: egress or ingress as error_source; destination, that of the packet in question; receiver, the receiver's own; one address, or a list of one of each family. Redirects come from the interface, and TCP resets from their connection, whatever it says."`
	Quote       string       `json:"quote,omitempty" numeral:"true" min:"8" max:"1192" enum:"rfc,full" default:"as icmp.quote says" jsonschema:"How many octets behind the IP headers of the packet it repeats: a number; rfc, as much as 576 octets hold, or 1280 in IPv6; or full, all of it, in fragments where the way back is narrow, and without extensions."`
	Quoted      *Quoted      `json:"quoted,omitempty" default:"as received" jsonschema:"How what it repeats differs from the packet."`
	Checksum    string       `json:"checksum,omitempty" enum:"right,wrong" default:"right" jsonschema:"Whether the message's own checksum is right."`
	TTL         int          `json:"ttl,omitempty" min:"1" max:"255" default:"as icmp.ttl and icmp.reply_ttl say" jsonschema:"Its TTL."`
}

// Throttle is a policy's own limit.
type Throttle struct {
	PPS   int    `json:"pps" min:"0" max:"1000000000" jsonschema:"Messages per second in the long run. 0: none ever."`
	Burst int    `json:"burst,omitempty" min:"1" max:"1000000000" default:"1" jsonschema:"Messages at once."`
	Scope string `json:"scope,omitempty" enum:"all,source,destination,flow" default:"all" jsonschema:"Which of them share it: all; or those about packets of one source, one destination or one flow."`
}

// Quoted is how a quote differs from the packet.
type Quoted struct {
	Source          []netip.Addr `json:"source,omitempty" atleast:"1" lone:"true" default:"as received" jsonschema:"Its source: one address, or a list of one of each family."`
	Destination     []netip.Addr `json:"destination,omitempty" atleast:"1" lone:"true" default:"as received" jsonschema:"Its destination, likewise."`
	SourcePort      int          `json:"source_port,omitempty" min:"1" max:"65535" default:"as received" jsonschema:"Its source port, of TCP and UDP."`
	DestinationPort int          `json:"destination_port,omitempty" min:"1" max:"65535" default:"as received" jsonschema:"Its destination port."`
	Protocol        *int         `json:"protocol,omitempty" min:"0" max:"255" default:"as received" jsonschema:"The number of its transport protocol."`
	DSCP            *int         `json:"dscp,omitempty" min:"0" max:"63" default:"as received" jsonschema:"Its differentiated services code point."`
	TTL             *int         `json:"ttl,omitempty" min:"0" max:"255" default:"as received" jsonschema:"Its TTL."`
	Checksum        string       `json:"checksum,omitempty" enum:"right,wrong" default:"right" jsonschema:"Whether its checksums are right: that of the IPv4 header and that of TCP, UDP or ICMP. With other addresses or ports the latter is that of the packet, as bad NATs leave it."`
	Outer           *Outer       `json:"outer,omitempty" default:"none" jsonschema:"A header before it, as that of a tunnel whose packet the message is about. There are then no extensions."`
}

// Outer is the header of a tunnel.
type Outer struct {
	Source      []netip.Addr `json:"source" atleast:"1" lone:"true" jsonschema:"One end of the tunnel: one address, or a list of one of each family."`
	Destination []netip.Addr `json:"destination" atleast:"1" lone:"true" jsonschema:"The other end, likewise. About packets of another family there is no header."`
	Protocol    *int         `json:"protocol,omitempty" min:"0" max:"255" default:"4, or 41 of IPv6" jsonschema:"The number of the protocol that it says follows."`
}
