// Package icmpgen knows ICMP for both families: which messages there are, when
// one may be sent, what it says and how its bytes are built. It allocates nothing.
package icmpgen

import (
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// Message is something that a node says to the source of a packet.
type Message uint8

// The messages. The zero value says nothing.
const (
	None Message = iota

	// Errors.
	NetUnreachable
	HostUnreachable
	RouteUnreachable
	ProtocolUnreachable
	PortUnreachable
	AdminProhibited
	BeyondScope
	TooBig
	TTLExceeded
	ReassemblyTimeExceeded

	// Queries and replies.
	EchoRequest
	EchoReply

	// TCPReset is no ICMP: it is TCP's own way to say that nothing listens on a
	// port (RFC 9293 §3.10.7.1). It stands here since it is chosen, permitted and
	// limited as an error is.
	TCPReset

	// NumMessages is the size of a table that is indexed by Message.
	NumMessages
)

var names = [NumMessages]string{
	None:                   "none",
	NetUnreachable:         "net-unreachable",
	HostUnreachable:        "host-unreachable",
	RouteUnreachable:       "route-unreachable",
	ProtocolUnreachable:    "protocol-unreachable",
	PortUnreachable:        "port-unreachable",
	AdminProhibited:        "admin-prohibited",
	BeyondScope:            "beyond-scope",
	TooBig:                 "too-big",
	TTLExceeded:            "ttl-exceeded",
	ReassemblyTimeExceeded: "reassembly-time-exceeded",
	EchoRequest:            "echo-request",
	EchoReply:              "echo-reply",
	TCPReset:               "tcp-reset",
}

// String is the message's label: lower case words with hyphens, stable across versions.
func (m Message) String() string {
	if m < NumMessages {
		return names[m]
	}
	return "unknown"
}

// number is the type and code of a message in one family.
type number struct{ Type, Code uint8 }

// absent stands where a family has no such message. Type 255 is reserved in both.
var absent = number{255, 255}

// numbers holds the type and code of each message for IPv4 (RFC 792, RFC 1812
// §5.2.7) and IPv6 (RFC 4443 §3, §4). What else the predicates must know of
// types stands at the end of this file; no number stands anywhere else.
var numbers = [NumMessages]struct{ v4, v6 number }{
	None:                   {absent, absent},
	NetUnreachable:         {number{3, 0}, number{1, 0}},
	HostUnreachable:        {number{3, 1}, number{1, 3}},
	RouteUnreachable:       {number{3, 1}, number{1, 0}}, // what Linux says of a route of kind unreachable
	ProtocolUnreachable:    {number{3, 2}, number{4, 1}},
	PortUnreachable:        {number{3, 3}, number{1, 4}},
	AdminProhibited:        {number{3, 13}, number{1, 1}},
	BeyondScope:            {absent, number{1, 2}},
	TooBig:                 {number{3, 4}, number{2, 0}},
	TTLExceeded:            {number{11, 0}, number{3, 0}},
	ReassemblyTimeExceeded: {number{11, 1}, number{3, 1}},
	EchoRequest:            {number{8, 0}, number{128, 0}},
	EchoReply:              {number{0, 0}, number{129, 0}},
	TCPReset:               {absent, absent},
}

// of returns the message's number in the family of p.
func (m Message) of(p *wire.Packet) number {
	if p.Version == wire.V4 {
		return numbers[m].v4
	}
	return numbers[m].v6
}

// Kind is the class of buckets that the message is limited by. Replies have
// none: they are as many as the requests, and no error (RFC 4443 §2.4 (f)).
func (m Message) Kind() (kind ratelimit.Kind, limited bool) {
	switch m {
	case TooBig:
		return ratelimit.TooBig, true
	case TTLExceeded, ReassemblyTimeExceeded:
		return ratelimit.TimeExceeded, true
	case None, EchoRequest, EchoReply:
		return 0, false
	}
	return ratelimit.Unreach, true
}

// IsEchoRequest says whether p, whole, asks for an echo. The code is not looked at.
func IsEchoRequest(p *wire.Packet) bool {
	return p.ICMP() && len(p.Payload()) >= 8 && p.Payload()[0] == EchoRequest.of(p).Type
}

// queries4 are the types of ICMPv4 that are no errors: echo, router discovery,
// timestamp, information, address mask, extended echo. Of an unknown type one
// must fear that it is an error (RFC 1122 §3.2.2).
var queries4 = [256]bool{
	0: true, 8: true,
	9: true, 10: true,
	13: true, 14: true,
	15: true, 16: true,
	17: true, 18: true,
	42: true, 43: true,
}

// ICMPv6 tells errors by their type (RFC 4443 §2.1), and a redirect is answered
// like one (RFC 4443 §2.4 (e.2)).
const (
	firstInformational6 = 128
	redirect6           = 137
)
