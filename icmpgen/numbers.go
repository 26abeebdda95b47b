package icmpgen

import (
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// number is the type and code of a message in one family.
type number struct{ Type, Code uint8 }

// absent stands where a family has no such message. Type 255 is reserved in both.
var absent = number{255, 255}

// numbers holds the type and code of each message for IPv4 (RFC 792, RFC 1812
// §5.2.7, RFC 8335 §2) and IPv6 (RFC 4443 §3, §4, RFC 4861 §4.5, RFC 7112 §5,
// RFC 8883 §6, RFC 8335 §2). What else the predicates must know of types stands
// at the end of this file; no number stands anywhere else. Not here, for nobody
// is to send them: IPv4's 3/6 to 3/10 (RFC 1812 §5.2.7.1), redirects for a
// network (RFC 1812 §5.2.7.2), and what RFC 6918 §2 deprecates. Source quench is
// one of those (RFC 6633 §4), but there are laboratories.
var numbers = [NumMessages]struct{ v4, v6 number }{
	None:                    {absent, absent},
	NetUnreachable:          {number{3, 0}, number{1, 0}},
	HostUnreachable:         {number{3, 1}, number{1, 3}},
	RouteUnreachable:        {number{3, 1}, number{1, 0}}, // what Linux says of a route of kind unreachable
	RejectRoute:             {number{3, 1}, number{1, 6}},
	ProtocolUnreachable:     {number{3, 2}, number{4, 1}},
	PortUnreachable:         {number{3, 3}, number{1, 4}},
	AdminProhibited:         {number{3, 13}, number{1, 1}},
	SourcePolicy:            {number{3, 13}, number{1, 5}},
	BeyondScope:             {absent, number{1, 2}},
	SourceRouteFailed:       {number{3, 5}, absent},
	NetUnreachableTOS:       {number{3, 11}, absent},
	HostUnreachableTOS:      {number{3, 12}, absent},
	PrecedenceViolation:     {number{3, 14}, absent},
	PrecedenceCutoff:        {number{3, 15}, absent},
	HeadersTooLong:          {absent, number{1, 8}},
	TooBig:                  {number{3, 4}, number{2, 0}},
	TTLExceeded:             {number{11, 0}, number{3, 0}},
	ReassemblyTimeExceeded:  {number{11, 1}, number{3, 1}},
	HeaderProblem:           {number{12, 0}, number{4, 0}},
	OptionProblem:           {number{12, 0}, number{4, 2}},
	MissingOption:           {number{12, 1}, absent},
	NextHeaderProblem:       {absent, number{4, 1}},
	FirstFragmentIncomplete: {absent, number{4, 3}},
	NextHeaderRefused:       {absent, number{4, 5}},
	ExtensionHeaderTooBig:   {absent, number{4, 6}},
	HeaderChainTooLong:      {absent, number{4, 7}},
	TooManyExtensionHeaders: {absent, number{4, 8}},
	TooManyOptions:          {absent, number{4, 9}},
	OptionTooBig:            {absent, number{4, 10}},
	Redirect:                {number{5, 1}, number{137, 0}},
	SourceQuench:            {number{4, 0}, absent},
	EchoRequest:             {number{8, 0}, number{128, 0}},
	EchoReply:               {number{0, 0}, number{129, 0}},
	TimestampRequest:        {number{13, 0}, absent},
	TimestampReply:          {number{14, 0}, absent},
	ExtendedEchoRequest:     {number{42, 0}, number{160, 0}},
	ExtendedEchoReply:       {number{43, 0}, number{161, 0}},
	TCPReset:                {absent, absent},
}

// of returns the message's number in the family of p.
func (m Message) of(p *wire.Packet) number {
	if p.Version == wire.V4 {
		return numbers[m].v4
	}
	return numbers[m].v6
}

// Numbers returns the type and code of the message in a family, wire.V4 or
// wire.V6, and whether that family has it.
func (m Message) Numbers(version uint8) (kind, code uint8, ok bool) {
	if m >= NumMessages {
		return 0, 0, false
	}
	n := numbers[m].v6
	if version == wire.V4 {
		n = numbers[m].v4
	}
	return n.Type, n.Code, n != absent
}

// Kind is the class of buckets that the message is limited by. Replies have
// none: they are as many as the requests, and no error (RFC 4443 §2.4 (f)).
func (m Message) Kind() (kind ratelimit.Kind, limited bool) {
	switch m {
	case None, EchoRequest, EchoReply, TimestampRequest, TimestampReply, ExtendedEchoRequest, ExtendedEchoReply:
		return 0, false
	case TooBig:
		return ratelimit.TooBig, true
	case TTLExceeded, ReassemblyTimeExceeded:
		return ratelimit.TimeExceeded, true
	case Redirect:
		return ratelimit.Redirect, true
	case SourceQuench:
		return ratelimit.SourceQuench, true
	}
	if m.pointed() {
		return ratelimit.ParameterProblem, true
	}
	return ratelimit.Unreach, true
}

// pointed says whether Spec.Pointer stands in the message's second word.
// ProtocolUnreachable finds its pointer itself.
func (m Message) pointed() bool { return m >= HeaderProblem && m <= OptionTooBig }

// multipart says for which types of error an extension structure is defined (RFC 4884 §4).
func (n number) multipart(version uint8) bool {
	if version == wire.V4 {
		return n.Type == 3 || n.Type == 11 || n.Type == 12
	}
	return n.Type == 1 || n.Type == 3
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
