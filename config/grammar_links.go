package config

import (
	"net/netip"

	"github.com/icmprouter/icmprouter/link"
)

// Addressing is what the interfaces and nodes that have no address are numbered from.
type Addressing struct {
	V4 netip.Prefix `json:"v4,omitzero" default:"none" jsonschema:"The IPv4 prefix, as 10.0.0.0/8. The links have its first half, one /24 each while there is room: the first of them is 10.0.1.0/31. The TUNs have the third quarter, from 10.128.1.0/31 on; loopbacks the end, from 10.255.0.1 on, in the order of the names of the nodes (r2 before r10)."`
	V6 netip.Prefix `json:"v6,omitzero" default:"none" jsonschema:"The IPv6 prefix, as fd00::/16. The links have a /64 each, of which they use the first two addresses: fd00:0:0:1::/127. The TUNs begin at fd00:8000:0:1::/127, and the loopbacks at fd00:ffff::1."`
}

// Link connects two nodes.
type Link struct {
	Between []string             `json:"between" atleast:"2" atmost:"2" pattern:"^[A-Za-z0-9._-]{1,63}(:[A-Za-z0-9._-]{1,63})?$" jsonschema:"The two interfaces that the link is at, each NODE:INTERFACE, or NODE: then the interface has the name of the other node. An interface that the node does not list exists by being named here; one that is listed may have addresses, an mtu and more."`
	Name    string               `json:"name,omitempty" atleast:"1" pattern:"^[A-Za-z0-9._:-]{1,255}$" default:"both ends, as r1:up-r2:down" jsonschema:"The name of the link: letters, digits, dots, underscores, hyphens and colons."`
	MTU     int                  `json:"mtu,omitempty" min:"68" max:"65535" default:"1500" jsonschema:"The longest datagram, in octets, that either end sends here. The mtu of a direction wins over it, and so does that of an interface."`
	Up      *bool                `json:"up,omitempty" default:"true" jsonschema:"False: neither end sees the other."`
	Metric  int                  `json:"metric,omitempty" min:"1" max:"65535" default:"1" jsonschema:"How long the link is to the routing shortest-path, in both directions."`
	Both    Direction            `json:"both,omitzero" jsonschema:"What happens to packets in either direction. A key of to_NODE takes the place of the whole key here."`
	To      map[string]Direction `json:"to_NODE,omitempty" keys:"to_" jsonschema:"What happens to packets to that node, which is one of the two: to_r2."`

	// wired says that the rest is there: the ends in the order of Between, and what
	// happens to packets to each of them.
	wired bool
	ends  [2]end
	to    [2]Direction
}

// Direction is what happens to packets on their way to one end.
type Direction struct {
	MTU       int      `json:"mtu,omitempty" min:"68" max:"65535" default:"mtu of the link" jsonschema:"The longest datagram, in octets, that is sent in this direction. The sending interface then has no mtu of its own."`
	Metric    int      `json:"metric,omitempty" min:"1" max:"65535" default:"metric of the link" jsonschema:"How long the link is in this direction."`
	Rate      *Speed   `json:"rate,omitempty" short:"rate" default:"no limit" jsonschema:"How fast the link takes packets. The others wait in the queue."`
	Queue     *Queue   `json:"queue,omitempty" default:"1000 packets" jsonschema:"Where packets wait for rate or trace."`
	Delay     *Delay   `json:"delay,omitempty" short:"mean" default:"none" jsonschema:"How long a packet is on its way, once it has left."`
	Loss      []Loss   `json:"loss,omitempty" short:"probability" lone:"true" default:"none" jsonschema:"The ways of getting lost, each on its own."`
	Duplicate *Chance  `json:"duplicate,omitempty" short:"probability" default:"none" jsonschema:"Which packets arrive twice."`
	Reorder   *Reorder `json:"reorder,omitempty" short:"probability" default:"none" jsonschema:"Which packets overtake those before them."`
	Corrupt   *Corrupt `json:"corrupt,omitempty" short:"probability" default:"none" jsonschema:"In which packets bits are changed."`
	Trace     *Trace   `json:"trace,omitempty" default:"none" jsonschema:"When packets leave, from a file, instead of rate."`
}

// Speed is how fast a link takes packets.
type Speed struct {
	Rate     string `json:"rate" atleast:"1" pattern:"^[0-9.]+[kmgt]?bit$" jsonschema:"Bits per second, as 50mbit: bit, kbit, mbit, gbit or tbit, each a thousand of the one before."`
	Burst    int    `json:"burst,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"How many octets leave at once after a pause."`
	Overhead int    `json:"overhead,omitempty" min:"-60" max:"1000" default:"0" jsonschema:"What each packet has on the wire beyond its IP length, in octets: 38 on Ethernet, with preamble and gap."`
}

// Queue is where packets wait.
type Queue struct {
	Packets     int    `json:"packets,omitempty" min:"1" max:"1000000000" default:"1000, without bytes and time" jsonschema:"How many packets fit."`
	Bytes       int    `json:"bytes,omitempty" min:"1" max:"1000000000" default:"no limit" jsonschema:"How many octets fit: the sum of the packets' IP lengths."`
	Time        string `json:"time,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"no limit" jsonschema:"How long a packet may have to wait, as 50ms."`
	Discipline  string `json:"discipline,omitempty" enum:"tail,red,codel" default:"tail" jsonschema:"Which packets are dropped: tail those that find the queue full; red some before it is full, at random; codel what has waited too long for too long (RFC 8289)."`
	ECN         bool   `json:"ecn,omitempty" default:"false" jsonschema:"Packets that can be marked are marked, and not dropped early (RFC 3168). Not for tail."`
	Min         int    `json:"min,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"For red, which needs it: the average length of the queue, in octets, from which on packets are dropped."`
	Max         int    `json:"max,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"For red, which needs it: the average length, in octets, from which on all are dropped."`
	Probability string `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"10%" jsonschema:"For red: the probability of a drop just below max."`
	Weight      string `json:"weight,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0.2%" jsonschema:"For red: the weight of each new length in the average."`
	Target      string `json:"target,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"5ms" jsonschema:"For codel: how long packets may wait for good."`
	Interval    string `json:"interval,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"100ms" jsonschema:"For codel: how long they may wait longer before one is dropped."`
}

// Delay is how long packets are on their way.
type Delay struct {
	Mean         string `json:"mean,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"0s" jsonschema:"What it takes without jitter, as 20ms."`
	Jitter       string `json:"jitter,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"0s" jsonschema:"How far it strays: half the width of the distribution uniform, the standard deviation of the others."`
	Distribution string `json:"distribution,omitempty" enum:"uniform,normal,pareto,table" default:"uniform" jsonschema:"How it strays; table is that of a file."`
	Table        string `json:"table,omitempty" atleast:"1" default:"none" jsonschema:"For the distribution table: the path of a text file, relative to the directory of this file, with whole numbers from -32768 to 32767: the inverse of a cumulative distribution in equal steps, 8192 for each jitter. A # begins a comment. The .dist files of iproute2 are such files."`
	Correlation  string `json:"correlation,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0%" jsonschema:"How much each jitter is like the one before."`
	Overtake     bool   `json:"overtake,omitempty" default:"false" jsonschema:"Jitter may change the order of packets. Without, one that would be too early arrives with the one before it."`

	table []float64
}

// Loss is one way of getting lost.
type Loss struct {
	Probability string   `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"none" jsonschema:"The probability of each packet, as 0.5%. One of probability, every, gilbert and fates is there."`
	Correlation string   `json:"correlation,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0%" jsonschema:"How much the luck of each packet is like that of the one before. For probability alone."`
	Every       int      `json:"every,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"Each nth packet that matches is lost; 1: all."`
	Gilbert     *Gilbert `json:"gilbert,omitempty" default:"none" jsonschema:"Good and bad times, as Gilbert and Elliott have them."`
	Fates       string   `json:"fates,omitempty" atleast:"1" default:"none" jsonschema:"The path of a text file, relative to the directory of this file, with a 1 for each packet that is lost and a 0 for each that is not, over and over. White space does not count, and a # begins a comment."`
	Match       Match    `json:"match,omitzero" default:"all packets" jsonschema:"Which packets it may happen to. All that is given must hold."`

	fates []bool
}

// Gilbert is a chain of two states.
type Gilbert struct {
	ToBad    string `json:"to_bad" atleast:"1" pattern:"^[0-9.]+%$" jsonschema:"The probability, at each packet, that a good time ends."`
	ToGood   string `json:"to_good" atleast:"1" pattern:"^[0-9.]+%$" jsonschema:"The probability, at each packet, that a bad time ends."`
	LossBad  string `json:"loss_bad,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"100%" jsonschema:"The probability of loss in a bad time."`
	LossGood string `json:"loss_good,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0%" jsonschema:"The probability of loss in a good time."`
}

// Match selects packets.
type Match struct {
	Above     int          `json:"above,omitempty" min:"1" max:"65535" default:"none" jsonschema:"Datagrams that are longer, in octets."`
	Below     int          `json:"below,omitempty" min:"1" max:"65535" default:"none" jsonschema:"Datagrams that are shorter, in octets."`
	From      netip.Prefix `json:"from,omitzero" default:"any" jsonschema:"The prefix of their source."`
	To        netip.Prefix `json:"to,omitzero" default:"any" jsonschema:"The prefix of their destination."`
	Protocol  string       `json:"protocol,omitempty" atleast:"1" pattern:"^([a-z0-9-]+)$" default:"any" jsonschema:"Their protocol past all extension headers: icmp (of either family), tcp, udp, sctp, dccp, udplite, esp, ah, gre, ospf, or a number from 0 to 255 as a string."`
	Port      int          `json:"port,omitempty" min:"1" max:"65535" default:"any" jsonschema:"The source or the destination port of TCP and UDP. Later fragments have none."`
	Fragments string       `json:"fragments,omitempty" enum:"any,first,later,none" default:"whole packets and fragments" jsonschema:"Fragments alone: any of them, the first, or the later ones; none is whole packets alone."`
}

// Chance is how often something happens.
type Chance struct {
	Probability string `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"none" jsonschema:"The probability of each packet, as 0.5%. Either probability or every is there."`
	Correlation string `json:"correlation,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0%" jsonschema:"How much the luck of each packet is like that of the one before. For probability alone."`
	Every       int    `json:"every,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"It happens to each nth packet that matches; 1: to all."`
	Match       Match  `json:"match,omitzero" default:"all packets" jsonschema:"Which packets it may happen to. All that is given must hold."`
}

// Reorder lets packets overtake.
type Reorder struct {
	Probability string `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"none" jsonschema:"The probability of each packet, as 0.5%. Either probability or every is there."`
	Correlation string `json:"correlation,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0%" jsonschema:"How much the luck of each packet is like that of the one before. For probability alone."`
	Every       int    `json:"every,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"It happens to each nth packet that matches; 1: to all."`
	Match       Match  `json:"match,omitzero" default:"all packets" jsonschema:"Which packets it may happen to. All that is given must hold."`
	By          string `json:"by,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"all of delay" jsonschema:"How much earlier than the others the packet arrives."`
}

// Corrupt changes bits.
type Corrupt struct {
	Probability string `json:"probability,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"none" jsonschema:"The probability of each packet, as 0.5%. Either probability or every is there."`
	Correlation string `json:"correlation,omitempty" atleast:"1" pattern:"^[0-9.]+%$" default:"0%" jsonschema:"How much the luck of each packet is like that of the one before. For probability alone."`
	Every       int    `json:"every,omitempty" min:"1" max:"1000000000" default:"none" jsonschema:"It happens to each nth packet that matches; 1: to all."`
	Match       Match  `json:"match,omitzero" default:"all packets" jsonschema:"Which packets it may happen to. All that is given must hold."`
	Bits        int    `json:"bits,omitempty" min:"1" max:"64" default:"1" jsonschema:"How many bits of a packet are changed."`
	Where       string `json:"where,omitempty" enum:"anywhere,header,payload,unseen" default:"anywhere" jsonschema:"Which bits: anywhere; in the IP header; behind the IP headers, where the transport's checksum catches it; or, unseen, two bits behind the transport header, so that the Internet checksum is as before."`
}

// Trace is when packets leave.
type Trace struct {
	File   string `json:"file" atleast:"1" jsonschema:"The path of a text file, relative to the directory of this file. A # begins a comment."`
	Format string `json:"format" enum:"mahimahi,rates" jsonschema:"What a line holds: of mahimahi, the millisecond at which 1500 octets leave; of rates, a second and the rate from then on, as 2.5 50mbit. The last line is the end of the period, after which all begins again."`

	trace *link.Trace
}
