package icmpgen

// Message is something that a node says to the source of a packet.
type Message uint8

// The messages. The zero value says nothing.
const (
	None Message = iota

	// Destination unreachable.

	NetUnreachable
	HostUnreachable
	// RouteUnreachable is said by a route of kind unreachable, RejectRoute by one
	// of kind reject: IPv4 has one code for both.
	RouteUnreachable
	RejectRoute
	ProtocolUnreachable
	PortUnreachable
	// AdminProhibited is said of a destination, SourcePolicy of a source that a
	// filter refuses: IPv4 has one code for both.
	AdminProhibited
	SourcePolicy
	BeyondScope
	SourceRouteFailed
	NetUnreachableTOS
	HostUnreachableTOS
	PrecedenceViolation
	PrecedenceCutoff
	// HeadersTooLong carries Spec.Pointer in an extension (RFC 8883 §4.1).
	HeadersTooLong
	TooBig

	TTLExceeded
	ReassemblyTimeExceeded

	// Parameter problem. Spec.Pointer says where. OptionProblem is an option of
	// either family; what else is wrong in a header is HeaderProblem. Of
	// MissingOption the pointer is the missing option's type.

	HeaderProblem
	OptionProblem
	MissingOption
	NextHeaderProblem
	FirstFragmentIncomplete
	NextHeaderRefused
	ExtensionHeaderTooBig
	HeaderChainTooLong
	TooManyExtensionHeaders
	TooManyOptions
	OptionTooBig

	// Redirect is about a packet that is forwarded all the same.
	Redirect
	// SourceQuench tells of a full queue. Nobody is to send it any more (RFC 6633 §4), nor to believe it: it
	// is for laboratories.
	SourceQuench

	// Queries and replies.

	EchoRequest
	EchoReply
	TimestampRequest
	TimestampReply
	ExtendedEchoRequest
	ExtendedEchoReply

	// TCPReset is no ICMP: it is TCP's own way to say that nothing listens on a
	// port (RFC 9293 §3.10.7.1). It stands here since it is chosen, permitted and
	// limited as an error is.
	TCPReset

	// NumMessages is the size of a table that is indexed by Message.
	NumMessages
)

var names = [NumMessages]string{
	None:                    "none",
	NetUnreachable:          "net-unreachable",
	HostUnreachable:         "host-unreachable",
	RouteUnreachable:        "route-unreachable",
	RejectRoute:             "reject-route",
	ProtocolUnreachable:     "protocol-unreachable",
	PortUnreachable:         "port-unreachable",
	AdminProhibited:         "admin-prohibited",
	SourcePolicy:            "source-policy",
	BeyondScope:             "beyond-scope",
	SourceRouteFailed:       "source-route-failed",
	NetUnreachableTOS:       "net-unreachable-tos",
	HostUnreachableTOS:      "host-unreachable-tos",
	PrecedenceViolation:     "precedence-violation",
	PrecedenceCutoff:        "precedence-cutoff",
	HeadersTooLong:          "headers-too-long",
	TooBig:                  "too-big",
	TTLExceeded:             "ttl-exceeded",
	ReassemblyTimeExceeded:  "reassembly-time-exceeded",
	HeaderProblem:           "header-problem",
	OptionProblem:           "option-problem",
	MissingOption:           "missing-option",
	NextHeaderProblem:       "next-header-problem",
	FirstFragmentIncomplete: "first-fragment-incomplete",
	NextHeaderRefused:       "next-header-refused",
	ExtensionHeaderTooBig:   "extension-header-too-big",
	HeaderChainTooLong:      "header-chain-too-long",
	TooManyExtensionHeaders: "too-many-extension-headers",
	TooManyOptions:          "too-many-options",
	OptionTooBig:            "option-too-big",
	Redirect:                "redirect",
	SourceQuench:            "source-quench",
	EchoRequest:             "echo-request",
	EchoReply:               "echo-reply",
	TimestampRequest:        "timestamp-request",
	TimestampReply:          "timestamp-reply",
	ExtendedEchoRequest:     "extended-echo-request",
	ExtendedEchoReply:       "extended-echo-reply",
	TCPReset:                "tcp-reset",
}

// String is the message's label: lower case words with hyphens, stable across versions.
func (m Message) String() string {
	if m < NumMessages {
		return names[m]
	}
	return "unknown"
}
