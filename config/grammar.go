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
//	atmost      the most items of a list
//	pattern     the form of a string, as far as editors can check it
//	short       the key that a string stands for, in the place of the object
//	lone        one item of a list may stand without the list
//	keys        what the keys of a map begin with that is no object of its own
package config

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/forwarding"
)

// File is one configuration. What Load and Parse return is free of mistakes, and whole: it
// has the interfaces, addresses and MTUs that come from links and addressing.
type File struct {
	Schema     string          `json:"$schema,omitempty" jsonschema:"Where editors find the JSON Schema of this file. The router does not read it."`
	Nodes      map[string]Node `json:"nodes" atleast:"1" jsonschema:"The routers by name. A name has 1 to 63 letters, digits, dots, underscores and hyphens."`
	Workers    int             `json:"workers,omitempty" min:"1" max:"64" default:"1" jsonschema:"How many threads move packets. They share the devices out among them, and the packets of each stay in order. More than one pays where there are four processors or more. Not changed by a reload."`
	BusyPoll   string          `json:"busy_poll,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"10us" jsonschema:"How long a thread that has nothing to do looks for packets before it sleeps, from 0 to 1s. Longer answers sooner, and takes a whole processor for that time."`
	Coalesce   string          `json:"coalesce,omitempty" enum:"off,tcp,all" default:"off" jsonschema:"Which packets of one flow, read together, go to the kernel as one super-packet: none; those of TCP; or those of UDP too. What the kernel makes of them is as it was, but captures on the device show it whole. Not changed by a reload while the device is open."`
	Offloads   *bool           `json:"offloads,omitempty" default:"true" jsonschema:"The kernel hands over and takes super-packets, and leaves checksums to be completed where they are needed. False for laboratories that want each packet as it is on the wire. Not changed by a reload while the device is open."`
	Engine     string          `json:"engine,omitempty" enum:"auto,direct,uring" default:"auto" jsonschema:"What moves packets over the descriptor of a TUN: a system call for each; io_uring; or, with auto, io_uring for bursts where the kernel has it. Not changed by a reload while the device is open."`
	Seed       *int            `json:"seed,omitempty" min:"0" max:"9007199254740991" default:"1" jsonschema:"What all chances come from: the same seed and the same packets give the same fates."`
	Routing    string          `json:"routing,omitempty" enum:"static,shortest-path" default:"static" jsonschema:"What computes routes beside those that are written: nothing; or shortest-path, by which each node knows the prefixes of all others, and all shortest ways to them."`
	Addressing Addressing      `json:"addressing,omitzero" atleast:"1" default:"none" jsonschema:"What links, loopbacks and TUNs without addresses are numbered from. What is written stays as it is and is skipped over."`
	Links      []Link          `json:"links,omitempty" default:"none" jsonschema:"What connects the nodes in memory. An interface is at one link or has one TUN."`
	Timeline   []Step          `json:"timeline,omitempty" default:"none" jsonschema:"What changes while the router runs. Each step waits for the one before it; the first for run to be ready."`

	// Warnings are what the file may say but hardly means.
	Warnings []Mistake `json:"-"`
}

// Node is one router.
type Node struct {
	Interfaces    map[string]Interface `json:"interfaces,omitempty" default:"those that links name" jsonschema:"The interfaces of the node by name, named as nodes are. Each has a TUN, or is at one of the links."`
	Loopbacks     []netip.Addr         `json:"loopbacks,omitempty" default:"none, or from addressing" jsonschema:"Addresses of the node that are on no interface, at most one of each family. Messages come from them where the interface has none."`
	Routes        []Route              `json:"routes,omitempty" default:"none" jsonschema:"Where packets go beyond the prefixes of the interfaces, which need no route. The longest prefix decides."`
	RoutesFile    string               `json:"routes_file,omitempty" atleast:"1" default:"none" jsonschema:"The path of a text file with more routes, up to millions, relative to the directory of this file. A line is PREFIX via ADDRESS, PREFIX via ADDRESS interface NAME, PREFIX interface NAME, or PREFIX and one of blackhole, unreachable, prohibit and reject; a # begins a comment."`
	RouterID      netip.Addr           `json:"router_id,omitzero" default:"an IPv4 loopback, or else the first IPv4 address of an interface, by their names; without any, 192.0.0.8" jsonschema:"The IPv4 address that messages come from where the interface has none: one of the node's own, or one that is on no prefix of its interfaces."`
	RecordOptions string               `json:"record_options,omitempty" enum:"process,ignore,drop" default:"process" jsonschema:"What happens to IPv4 packets with a record route or a timestamp option: process writes the node into it; ignore leaves it as it is; drop discards the packets silently (RFC 7126)."`
	SourceRoute   string               `json:"source_route,omitempty" enum:"drop,ignore,process" default:"drop" jsonschema:"What happens to IPv4 packets with a loose or strict source route: drop discards them silently (RFC 7126); ignore forwards by the destination and leaves the option as it is; process obeys it (RFC 1812)."`
	Martians      string               `json:"martians,omitempty" enum:"strict,loose,off" default:"strict" jsonschema:"Which special IPv4 prefixes are forwarded: strict none; loose 0.0.0.0/8 and 240.0.0.0/4, which may then be configured as well; off 169.254.0.0/16 too. Loopback, multicast sources and 255.255.255.255 never are."`
	HopByHop      string               `json:"hop_by_hop,omitempty" enum:"process,ignore,drop" default:"process" jsonschema:"What happens to IPv6 packets with hop-by-hop options on their way: process obeys the two high bits of unknown options; ignore forwards without a look; drop discards silently."`
	HopByHopLimit int                  `json:"hop_by_hop_limit,omitempty" min:"1" max:"1023" default:"8" jsonschema:"How many hop-by-hop options, beyond padding, are processed. A packet with more is answered with Parameter Problem (RFC 8883). No header holds more than 1023."`
	Like          string               `json:"like,omitempty" enum:"freebsd,huawei-vrp,ios,ios-xe,ios-xr,junos,junos-e,linux,nx-os,openbsd,routeros,sr-os,vyos,windows" default:"none" jsonschema:"Whose habits the node has, as far as public sources tell them: what docs/vendors.md lists holds where this file says nothing."`
	TTL           string               `json:"ttl,omitempty" enum:"decrement,keep" default:"decrement" jsonschema:"What forwarding does to the TTL: decrement; or keep, as in a tunnel that hides its nodes, so that none ever expires here."`
	Multipath     Multipath            `json:"multipath,omitzero" jsonschema:"How packets choose among ways that are equally good."`
	ICMP          ICMP                 `json:"icmp,omitzero" jsonschema:"What the node says about packets that it does not forward."`
	Forge         []Forge              `json:"forge,omitempty" atleast:"1" lone:"true" default:"none" jsonschema:"An attacker on the node: ICMP errors that nothing is the reason for."`

	// listed are the routes of RoutesFile.
	listed []forwarding.Route
}

// Interface is one link of a node.
type Interface struct {
	Addresses         []netip.Prefix `json:"addresses,omitempty" default:"none at a link, or from addressing; *required* with a TUN and without addressing" jsonschema:"The node's own addresses on this link, IPv4 and IPv6, each with the length of the prefix that the link has. None of a family: the link is unnumbered, messages come from router_id or another interface's address, and routes name the interface. IPv6 addresses without a link-local one (fe80::1/64) get one that is made from the names of node and interface: always the same for the same names."`
	MTU               int            `json:"mtu,omitempty" min:"68" max:"65535" default:"tun.mtu, that of the link, or else 1500" jsonschema:"The longest datagram, in octets, that the router sends here. Longer ones are fragmented or answered with Packet Too Big. At least 1280 with an IPv6 address, unless icmp.report_sub_1280 is true."`
	URPF              string         `json:"urpf,omitempty" enum:"off,loose,feasible,strict" default:"off" jsonschema:"The reverse path filter (RFC 3704) for packets that come from this link: off takes any source; loose wants a route to the source; feasible wants one by this link, best or not; strict wants the best to go by this link. What does not pass is discarded silently."`
	DirectedBroadcast bool           `json:"directed_broadcast,omitempty" default:"false" jsonschema:"Broadcasts to the IPv4 prefixes of this link are forwarded to it (RFC 2644)."`
	MPLS              []int          `json:"mpls,omitempty" atleast:"1" min:"0" max:"1048575" default:"none" jsonschema:"The MPLS label stack, from the top, that packets are said to come with from this link: time exceeded and unreachable tell it (RFC 4950). No packet has a label here."`
	Middlebox         Middlebox      `json:"middlebox,omitzero" default:"none" jsonschema:"Boxes on this link that nobody sees (RFC 3234), and what they do to packets."`
	Tunnel            *Tunnel        `json:"tunnel,omitempty" default:"none" jsonschema:"A tunnel that packets go into which leave by this interface: they are that much longer there."`
	TUN               TUN            `json:"tun,omitzero" default:"none: the interface is at one of the links" jsonschema:"The TUN device on the other side of this link: a network interface of the kernel."`

	// numbered says that the addresses come from addressing.
	numbered bool
	// mtuAt is the path of what says the MTU; empty: the key of the interface.
	mtuAt string
}

// TUN is a device, and what the kernel's side of it looks like.
type TUN struct {
	Device    string         `json:"device,omitempty" enum:"kernel,wireguard,water,memory" default:"kernel" jsonschema:"What opens the device: kernel is the router's own way, wireguard and water are the Go packages of those names, memory is no TUN but a pair of queues in this process, for tests."`
	Netns     string         `json:"netns,omitempty" atleast:"1" pattern:"^(/.*|[^/]*)$" default:"that of the router's process" jsonschema:"The network namespace of the device: a name under /run/netns (made if it does not exist), an absolute path, or pid:N for that of process N."`
	Name      string         `json:"name" atleast:"1" pattern:"^[^/:%\\s]{1,15}$" jsonschema:"The name of the device in its namespace, 1 to 15 bytes."`
	MTU       int            `json:"mtu,omitempty" min:"68" max:"65535" default:"mtu of the interface" jsonschema:"The MTU, in octets, that the kernel's side believes in. One that is larger than the interface's mtu makes a bottleneck that senders learn of only by Packet Too Big."`
	Addresses []netip.Prefix `json:"addresses,omitempty" default:"none" jsonschema:"The addresses of the kernel's side, with their prefix lengths."`
	Routes    []netip.Prefix `json:"routes,omitempty" default:"none" jsonschema:"The prefixes that the kernel routes into the device, such as 0.0.0.0/0 and ::/0."`
	Coalesce  string         `json:"coalesce,omitempty" enum:"off,tcp,all" default:"coalesce of the file" jsonschema:"As coalesce of the file, for this device. Only for the device kernel, as the next two."`
	Offloads  *bool          `json:"offloads,omitempty" default:"offloads of the file" jsonschema:"As offloads of the file, for this device."`
	Engine    string         `json:"engine,omitempty" enum:"auto,direct,uring" default:"engine of the file" jsonschema:"As engine of the file, for this device."`
}

// Route says what happens to packets to a prefix.
type Route struct {
	To        netip.Prefix `json:"to" jsonschema:"The prefix of the destinations."`
	Via       netip.Addr   `json:"via,omitzero" default:"none" jsonschema:"The next hop of a unicast route: an address of another on a prefix of one of the node's interfaces, or on the link of interface. A link-local one (fe80::…) needs interface."`
	Interface string       `json:"interface,omitempty" atleast:"1" pattern:"^[A-Za-z0-9._-]{1,63}$" default:"that which reaches via" jsonschema:"The name of the interface that a unicast route goes by. Without via, the destinations themselves are on its link."`
	Paths     []Path       `json:"paths,omitempty" atleast:"2" default:"none" jsonschema:"Several ways of a unicast route that are equally good, instead of via and interface: each packet takes one, by multipath."`
	Kind      string       `json:"kind,omitempty" enum:"unicast,blackhole,unreachable,prohibit,reject" default:"unicast" jsonschema:"What happens: unicast forwards to via, or by interface; blackhole discards silently; unreachable discards and says so; prohibit discards and says that it is administratively prohibited; reject discards and says reject route, which in IPv4 is host unreachable."`
}

// Path is one of the ways of a route.
type Path struct {
	Via       netip.Addr `json:"via,omitzero" default:"none" jsonschema:"The next hop, as via of a route."`
	Interface string     `json:"interface,omitempty" atleast:"1" pattern:"^[A-Za-z0-9._-]{1,63}$" default:"that which reaches via" jsonschema:"The name of the interface, as interface of a route."`
	Weight    int        `json:"weight,omitempty" min:"1" max:"255" default:"1" jsonschema:"How many parts of the packets, or of the flows, go this way."`
}

// Multipath is how packets choose among ways that are equally good.
type Multipath struct {
	Hash       string `json:"hash,omitempty" enum:"five-tuple,addresses,flow-label,per-packet" default:"five-tuple" jsonschema:"What of a packet chooses its way: addresses, protocol and ports (of fragments the addresses); the addresses; addresses and the IPv6 flow label; or nothing, so that packets take turns."`
	Seed       *int   `json:"seed,omitempty" min:"0" max:"9007199254740991" default:"made from the file's seed and the node's name" jsonschema:"What else goes into the choice, so that nodes choose differently. Nodes with one seed choose alike."`
	ICMPErrors string `json:"icmp_errors,omitempty" enum:"quote,outer" default:"quote" jsonschema:"What of an ICMP error chooses its way: the packet that it quotes, so that it finds the host of that flow (RFC 7690); or its own header, as of any packet."`
}

// ICMP is what a node says about packets.
type ICMP struct {
	Rate             Rate    `json:"rate,omitzero" jsonschema:"How many ICMP errors and redirects the node sends: for each of the six kinds below that has no rate of its own. Every kind has its own buckets."`
	PacketTooBig     Message `json:"packet_too_big,omitzero" jsonschema:"Packet Too Big, and fragmentation needed."`
	TimeExceeded     Message `json:"time_exceeded,omitzero" jsonschema:"TTL expired, and reassembly timed out."`
	Unreachable      Message `json:"unreachable,omitzero" jsonschema:"Destination unreachable with any other code, and TCP resets."`
	ParameterProblem Message `json:"parameter_problem,omitzero" jsonschema:"Errors in headers and options."`
	Redirect         Message `json:"redirect,omitzero" jsonschema:"Redirects, unless redirects is false."`
	SourceQuench     Message `json:"source_quench,omitzero" jsonschema:"Source quench of ICMPv4, about what a queue behind the node drops. RFC 6633 made it a fossil: none is sent unless its action is send."`
	Echo             Echo    `json:"echo,omitzero" jsonschema:"Echo replies to requests to the node."`
	TTL              int     `json:"ttl,omitempty" min:"1" max:"255" default:"64" jsonschema:"The TTL of the node's errors."`
	ReplyTTL         int     `json:"reply_ttl,omitempty" min:"1" max:"255" default:"64" jsonschema:"The TTL of its echo replies and TCP resets."`
	Quote            int     `json:"quote,omitempty" min:"8" max:"528" default:"as much as 576 octets hold" jsonschema:"How many octets behind the IP header of the packet in question an ICMPv4 error repeats. With extensions, the quote is padded to 128 octets all the same (RFC 4884)."`
	Quote6           int     `json:"quote6,omitempty" min:"8" max:"1192" default:"as much as 1280 octets hold" jsonschema:"The same of ICMPv6, behind the 40 octets of the IPv6 header."`
	ErrorSource      string  `json:"error_source,omitempty" enum:"egress,ingress" default:"egress" jsonschema:"Whose address an error comes from: that of the interface that it leaves by (RFC 1812), or that of the interface that the packet in question came from, as traceroutes like it. One about a packet to an address of the node comes from that address either way."`
	Extensions       string  `json:"extensions,omitempty" enum:"off,incoming,all" default:"off" jsonschema:"What errors tell beyond the quote (RFC 4884, RFC 5837): nothing; the interface that the packet came from; or also the one that it would have left by, and the next hop."`
	Probe            bool    `json:"probe,omitempty" default:"false" jsonschema:"The node answers extended echo requests, which ask about its interfaces (RFC 8335)."`
	Redirects        *bool   `json:"redirects,omitempty" default:"true" jsonschema:"The node tells senders on a link of a better first hop there. The packet is forwarded all the same."`
	Timestamp        *bool   `json:"timestamp,omitempty" default:"true" jsonschema:"The node answers ICMPv4 timestamp requests."`
	ReportSub1280    bool    `json:"report_sub_1280,omitempty" default:"false" jsonschema:"For laboratories: Packet Too Big tells an IPv6 MTU below 1280 as it is, and interfaces with IPv6 may have one. Receivers ignore such reports (RFC 8201)."`
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
