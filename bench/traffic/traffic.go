// Package traffic makes the packets of the benchmark and takes them: an agent is
// a process in a namespace that sends what it is told to send, receives whatever
// comes, and counts both. What is measured is the difference of two counts.
package traffic

import (
	"net/netip"
	"time"
)

// The ports that every agent listens on.
const (
	tcpPort = 5001
	// UDPPort is read by a plain receiver.
	UDPPort = 5002
	// GROPort is read by a receiver that takes datagrams of one flow together (UDP_GRO).
	GROPort = 5003
	// ClosedPort has no receiver.
	ClosedPort = 5999
)

// Kind is a kind of load.
type Kind string

// The kinds of load.
const (
	// TCP sends, and Reverse has the other side send to here.
	TCP     Kind = "tcp"
	Reverse Kind = "tcp-reverse"
	// UDP sends datagrams as fast as the processor does.
	UDP Kind = "udp"
	// GSO does so in super-packets (UDP_SEGMENT).
	GSO Kind = "gso"
)

// Load is what an agent sends until it is told to stop.
type Load struct {
	Kind Kind
	// To is where; datagrams go to each in turn, and each is a flow of its own.
	To []netip.Addr
	// Port is where datagrams go.
	Port int
	// Flows is the number of TCP connections.
	Flows int
	// Sizes are those of the datagrams' payloads in turn, in octets. Of GSO the
	// first is that of a segment.
	Sizes []int
	// TTL is that of the datagrams; zero: the default.
	TTL int
	// DF forbids fragments, whatever errors say of the path's MTU.
	DF bool
	// Errors says that errors are expected: the socket is not connected, so that
	// they do not come back from the next call.
	Errors bool
}

// Counters is what an agent and its machine have counted up to one moment.
type Counters struct {
	// At is the moment, on the clock that all processes share.
	At time.Duration
	// Busy is the time that all processors together were not idle.
	Busy time.Duration
	// TCPBytes were received, as were UDPPackets: datagrams as their sender meant them.
	TCPBytes, UDPPackets uint64
	// Sent is datagrams that were handed to the kernel.
	Sent uint64
	// Errors is the ICMP errors that came to the kernel here.
	Errors uint64
}

// Minus is what was counted since before.
func (c Counters) Minus(before Counters) Counters {
	return Counters{
		At: c.At - before.At, Busy: c.Busy - before.Busy,
		TCPBytes: c.TCPBytes - before.TCPBytes, UDPPackets: c.UDPPackets - before.UDPPackets,
		Sent: c.Sent - before.Sent, Errors: c.Errors - before.Errors,
	}
}

// Ping asks for echo requests, one every Every, for the time For.
type Ping struct {
	To         netip.Addr
	Every, For time.Duration
}

// request is one line to an agent, and reply the line that it answers.
type request struct {
	Start *Load `json:",omitempty"`
	Stop  bool  `json:",omitempty"`
	Ping  *Ping `json:",omitempty"`
}

type reply struct {
	Counters Counters
	// RTT are the round-trip times of a Ping, in microseconds, and Lost is
	// how many requests were not answered.
	RTT   []float64 `json:",omitempty"`
	Lost  int       `json:",omitempty"`
	Error string    `json:",omitempty"`
}
