// Package config reads the configuration: a file in, a checked network out, and
// every mistake at once, each with its place in the file.
//
// The types of this file are the grammar. Their tags are read by the decoder,
// the JSON Schema and the reference alike, so that the three cannot disagree:
//
//	json        the key; without omitempty or omitzero it is required
//	jsonschema  what it means, for people
//	default     what holds without it, for people
//	min, max    the range of a number
//	atleast     the least number of members, items or characters
//	enum        the allowed words
//	pattern     the form of a string, as far as editors can check it
package config

import "net/netip"

// File is one configuration. What Load and Parse return is free of mistakes.
type File struct {
	Schema string          `json:"$schema,omitempty" jsonschema:"Where editors find the JSON Schema of this file. The router does not read it."`
	Nodes  map[string]Node `json:"nodes" atleast:"1" jsonschema:"The routers by name. A name has 1 to 63 letters, digits, dots, underscores and hyphens."`

	// Warnings are what the file may say but hardly means.
	Warnings []Mistake `json:"-"`
}

// Node is one router.
type Node struct {
	Interfaces map[string]Interface `json:"interfaces" atleast:"1" jsonschema:"The links of the node by name, named as nodes are."`
	Routes     []Route              `json:"routes,omitempty" default:"none" jsonschema:"Where packets go beyond the prefixes of the interfaces, which need no route. The longest prefix decides."`
	ICMP       ICMP                 `json:"icmp,omitzero" jsonschema:"What the node says about packets that it does not forward."`
}

// Interface is one link of a node.
type Interface struct {
	Addresses []netip.Prefix `json:"addresses" atleast:"1" jsonschema:"The node's own addresses on this link, IPv4 and IPv6, each with the length of the prefix that the link has."`
	MTU       int            `json:"mtu,omitempty" min:"68" max:"65535" default:"tun.mtu, or else 1500" jsonschema:"The longest datagram, in octets, that the router sends here. Longer ones are fragmented or answered with Packet Too Big. At least 1280 with an IPv6 address."`
	TUN       TUN            `json:"tun" jsonschema:"The TUN device on the other side of this link: a network interface of the kernel."`
}

// TUN is a device, and what the kernel's side of it looks like.
type TUN struct {
	Device    string         `json:"device,omitempty" enum:"kernel,wireguard,water,memory" default:"kernel" jsonschema:"What opens the device: kernel is the router's own way, wireguard and water are the Go packages of those names, memory is no TUN but a pair of queues in this process, for tests."`
	Netns     string         `json:"netns,omitempty" atleast:"1" pattern:"^(/.*|[^/]*)$" default:"that of the router's process" jsonschema:"The network namespace of the device: a name under /run/netns (made if it does not exist), an absolute path, or pid:N for that of process N."`
	Name      string         `json:"name" atleast:"1" pattern:"^[^/:%\\s]{1,15}$" jsonschema:"The name of the device in its namespace, 1 to 15 bytes."`
	MTU       int            `json:"mtu,omitempty" min:"68" max:"65535" default:"mtu of the interface" jsonschema:"The MTU, in octets, that the kernel's side believes in. One that is larger than the interface's mtu makes a bottleneck that senders learn of only by Packet Too Big."`
	Addresses []netip.Prefix `json:"addresses,omitempty" default:"none" jsonschema:"The addresses of the kernel's side, with their prefix lengths."`
	Routes    []netip.Prefix `json:"routes,omitempty" default:"none" jsonschema:"The prefixes that the kernel routes into the device, such as 0.0.0.0/0 and ::/0."`
}

// Route says what happens to packets to a prefix.
type Route struct {
	To   netip.Prefix `json:"to" jsonschema:"The prefix of the destinations."`
	Via  netip.Addr   `json:"via,omitzero" default:"none" jsonschema:"The next hop of a unicast route: an address of another on a prefix of one of the node's interfaces."`
	Kind string       `json:"kind,omitempty" enum:"unicast,blackhole,unreachable,prohibit" default:"unicast" jsonschema:"What happens: unicast forwards to via; blackhole discards silently; unreachable discards and says so; prohibit discards and says that it is administratively prohibited."`
}

// ICMP is what a node says about packets.
type ICMP struct {
	Rate             Rate    `json:"rate,omitzero" jsonschema:"How many ICMP errors the node sends: for each of the four kinds below that has no rate of its own. Every kind has its own buckets."`
	PacketTooBig     Message `json:"packet_too_big,omitzero" jsonschema:"Packet Too Big, and fragmentation needed."`
	TimeExceeded     Message `json:"time_exceeded,omitzero" jsonschema:"TTL expired, and reassembly timed out."`
	Unreachable      Message `json:"unreachable,omitzero" jsonschema:"Destination unreachable with any other code, and TCP resets."`
	ParameterProblem Message `json:"parameter_problem,omitzero" jsonschema:"Errors in headers and options."`
}

// Message is what a node does with one kind of error message.
type Message struct {
	Rate Rate `json:"rate,omitzero" default:"icmp.rate" jsonschema:"How many of this kind the node sends. What it leaves out, icmp.rate says."`
}

// Rate is a token bucket for all destinations together, and one for each alone.
type Rate struct {
	PPS            *int   `json:"pps,omitempty" min:"0" max:"1000000000" default:"1000" jsonschema:"Messages per second in the long run, to all destinations together. 0: none ever."`
	Burst          *int   `json:"burst,omitempty" min:"1" max:"1000000000" default:"50" jsonschema:"Messages at once."`
	Unlimited      bool   `json:"unlimited,omitempty" default:"false" jsonschema:"No limit; pps and burst are then left out."`
	PerDestination Bucket `json:"per_destination,omitzero" default:"a share of the total" jsonschema:"How many of them one destination gets. Left out: a tenth of pps and two fifths of burst, but not less than 100 and 20, and never more than the total; unlimited if the total is."`
}

// Bucket is a token bucket.
type Bucket struct {
	PPS       *int `json:"pps,omitempty" min:"0" max:"1000000000" default:"as above" jsonschema:"Messages per second in the long run. 0: none ever."`
	Burst     *int `json:"burst,omitempty" min:"1" max:"1000000000" default:"as above" jsonschema:"Messages at once."`
	Unlimited bool `json:"unlimited,omitempty" default:"false" jsonschema:"No limit; pps and burst are then left out."`
}
