package icmpgen

import (
	"regexp"
	"testing"

	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// TestNumbers reads each type and code by the name that gopacket gives it.
func TestNumbers(t *testing.T) {
	v4, v6 := layers.CreateICMPv4TypeCode, layers.CreateICMPv6TypeCode
	unreachable4 := func(code uint8) layers.ICMPv4TypeCode { return v4(layers.ICMPv4TypeDestinationUnreachable, code) }
	unreachable6 := func(code uint8) layers.ICMPv6TypeCode { return v6(layers.ICMPv6TypeDestinationUnreachable, code) }
	problem4 := func(code uint8) layers.ICMPv4TypeCode { return v4(layers.ICMPv4TypeParameterProblem, code) }
	problem6 := func(code uint8) layers.ICMPv6TypeCode { return v6(layers.ICMPv6TypeParameterProblem, code) }
	none4, none6 := v4(255, 255), v6(255, 255)
	tests := map[Message]struct {
		v4 layers.ICMPv4TypeCode
		v6 layers.ICMPv6TypeCode
	}{
		None:                    {none4, none6},
		NetUnreachable:          {unreachable4(layers.ICMPv4CodeNet), unreachable6(layers.ICMPv6CodeNoRouteToDst)},
		HostUnreachable:         {unreachable4(layers.ICMPv4CodeHost), unreachable6(layers.ICMPv6CodeAddressUnreachable)},
		RouteUnreachable:        {unreachable4(layers.ICMPv4CodeHost), unreachable6(layers.ICMPv6CodeNoRouteToDst)},
		ProtocolUnreachable:     {unreachable4(layers.ICMPv4CodeProtocol), v6(layers.ICMPv6TypeParameterProblem, layers.ICMPv6CodeUnrecognizedNextHeader)},
		PortUnreachable:         {unreachable4(layers.ICMPv4CodePort), unreachable6(layers.ICMPv6CodePortUnreachable)},
		AdminProhibited:         {unreachable4(layers.ICMPv4CodeCommAdminProhibited), unreachable6(layers.ICMPv6CodeAdminProhibited)},
		BeyondScope:             {none4, unreachable6(layers.ICMPv6CodeBeyondScopeOfSrc)},
		TooBig:                  {unreachable4(layers.ICMPv4CodeFragmentationNeeded), v6(layers.ICMPv6TypePacketTooBig, 0)},
		TTLExceeded:             {v4(layers.ICMPv4TypeTimeExceeded, layers.ICMPv4CodeTTLExceeded), v6(layers.ICMPv6TypeTimeExceeded, layers.ICMPv6CodeHopLimitExceeded)},
		ReassemblyTimeExceeded:  {v4(layers.ICMPv4TypeTimeExceeded, layers.ICMPv4CodeFragmentReassemblyTimeExceeded), v6(layers.ICMPv6TypeTimeExceeded, layers.ICMPv6CodeFragmentReassemblyTimeExceeded)},
		RejectRoute:             {unreachable4(layers.ICMPv4CodeHost), unreachable6(layers.ICMPv6CodeRejectRouteToDst)},
		SourcePolicy:            {unreachable4(layers.ICMPv4CodeCommAdminProhibited), unreachable6(layers.ICMPv6CodeSrcAddressFailedPolicy)},
		SourceRouteFailed:       {unreachable4(layers.ICMPv4CodeSourceRoutingFailed), none6},
		NetUnreachableTOS:       {unreachable4(layers.ICMPv4CodeNetTOS), none6},
		HostUnreachableTOS:      {unreachable4(layers.ICMPv4CodeHostTOS), none6},
		PrecedenceViolation:     {unreachable4(layers.ICMPv4CodeHostPrecedence), none6},
		PrecedenceCutoff:        {unreachable4(layers.ICMPv4CodePrecedenceCutoff), none6},
		HeadersTooLong:          {none4, unreachable6(8)}, // from here on what gopacket has no name for: RFC 8883 §6
		HeaderProblem:           {problem4(layers.ICMPv4CodePointerIndicatesError), problem6(layers.ICMPv6CodeErroneousHeaderField)},
		OptionProblem:           {problem4(layers.ICMPv4CodePointerIndicatesError), problem6(layers.ICMPv6CodeUnrecognizedIPv6Option)},
		MissingOption:           {problem4(layers.ICMPv4CodeMissingOption), none6},
		NextHeaderProblem:       {none4, problem6(layers.ICMPv6CodeUnrecognizedNextHeader)},
		FirstFragmentIncomplete: {none4, problem6(3)},
		NextHeaderRefused:       {none4, problem6(5)},
		ExtensionHeaderTooBig:   {none4, problem6(6)},
		HeaderChainTooLong:      {none4, problem6(7)},
		TooManyExtensionHeaders: {none4, problem6(8)},
		TooManyOptions:          {none4, problem6(9)},
		OptionTooBig:            {none4, problem6(10)},
		Redirect:                {v4(layers.ICMPv4TypeRedirect, layers.ICMPv4CodeHost), v6(layers.ICMPv6TypeRedirect, 0)},
		SourceQuench:            {v4(layers.ICMPv4TypeSourceQuench, 0), none6},
		TimestampRequest:        {v4(layers.ICMPv4TypeTimestampRequest, 0), none6},
		TimestampReply:          {v4(layers.ICMPv4TypeTimestampReply, 0), none6},
		ExtendedEchoRequest:     {v4(uint8(ipv4.ICMPTypeExtendedEchoRequest), 0), v6(uint8(ipv6.ICMPTypeExtendedEchoRequest), 0)},
		ExtendedEchoReply:       {v4(uint8(ipv4.ICMPTypeExtendedEchoReply), 0), v6(uint8(ipv6.ICMPTypeExtendedEchoReply), 0)},
		EchoRequest:             {v4(layers.ICMPv4TypeEchoRequest, 0), v6(layers.ICMPv6TypeEchoRequest, 0)},
		EchoReply:               {v4(layers.ICMPv4TypeEchoReply, 0), v6(layers.ICMPv6TypeEchoReply, 0)},
		TCPReset:                {none4, none6},
	}
	for m := range NumMessages {
		want, ok := tests[m]
		if !ok {
			t.Errorf("%v: no test", m)
			continue
		}
		got := numbers[m]
		if v4(got.v4.Type, got.v4.Code) != want.v4 {
			t.Errorf("%v in IPv4: got %v, want %v", m, got.v4, want.v4)
		}
		if v6(got.v6.Type, got.v6.Code) != want.v6 {
			t.Errorf("%v in IPv6: got %v, want %v", m, got.v6, want.v6)
		}
		for version, want := range map[uint8]number{wire.V4: got.v4, wire.V6: got.v6} {
			if kind, code, ok := m.Numbers(version); (number{kind, code}) != want || ok != (want != absent) {
				t.Errorf("%v.Numbers(%d): got %d, %d, %v, want %v", m, version, kind, code, ok, want)
			}
		}
	}
}

func TestMessageNames(t *testing.T) {
	form, seen := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), map[string]Message{}
	for m := range NumMessages {
		name := m.String()
		if other, twice := seen[name]; twice || !form.MatchString(name) || name == "unknown" {
			t.Errorf("message %d: got name %q, as %d has, want its own lower case words with hyphens", m, name, other)
		}
		seen[name] = m
	}
	if got := NumMessages.String(); got != "unknown" {
		t.Errorf("a message beyond the last: got %q, want unknown", got)
	}
}

// TestKind: a flood of one kind does not silence another, and replies are not limited.
func TestKind(t *testing.T) {
	want := map[Message]ratelimit.Kind{
		NetUnreachable: ratelimit.Unreach, HostUnreachable: ratelimit.Unreach, RouteUnreachable: ratelimit.Unreach,
		ProtocolUnreachable: ratelimit.Unreach, PortUnreachable: ratelimit.Unreach, AdminProhibited: ratelimit.Unreach,
		BeyondScope: ratelimit.Unreach, TCPReset: ratelimit.Unreach,
		RejectRoute: ratelimit.Unreach, SourcePolicy: ratelimit.Unreach, SourceRouteFailed: ratelimit.Unreach,
		NetUnreachableTOS: ratelimit.Unreach, HostUnreachableTOS: ratelimit.Unreach, HeadersTooLong: ratelimit.Unreach,
		PrecedenceViolation: ratelimit.Unreach, PrecedenceCutoff: ratelimit.Unreach,
		HeaderProblem: ratelimit.ParameterProblem, OptionProblem: ratelimit.ParameterProblem, MissingOption: ratelimit.ParameterProblem,
		NextHeaderProblem: ratelimit.ParameterProblem, FirstFragmentIncomplete: ratelimit.ParameterProblem,
		NextHeaderRefused: ratelimit.ParameterProblem, ExtensionHeaderTooBig: ratelimit.ParameterProblem,
		HeaderChainTooLong: ratelimit.ParameterProblem, TooManyExtensionHeaders: ratelimit.ParameterProblem,
		TooManyOptions: ratelimit.ParameterProblem, OptionTooBig: ratelimit.ParameterProblem,
		Redirect: ratelimit.Redirect, SourceQuench: ratelimit.SourceQuench,
		TooBig: ratelimit.TooBig, TTLExceeded: ratelimit.TimeExceeded, ReassemblyTimeExceeded: ratelimit.TimeExceeded,
	}
	for m := range NumMessages {
		kind, limited := m.Kind()
		if wantKind, wantLimited := want[m], m != None && (m < EchoRequest || m == TCPReset); kind != wantKind || limited != wantLimited {
			t.Errorf("%v: got %d, %v, want %d, %v", m, kind, limited, wantKind, wantLimited)
		}
	}
}
