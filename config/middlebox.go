package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// The words of boxes, tunnels and forgers. One that is left out is the zero value, the default.
var (
	dfs = map[string]forwarding.DF{
		"keep":  forwarding.DFKeep,
		"clear": forwarding.DFClear,
		"set":   forwarding.DFSet,
	}
	droppedFragments = map[string]wire.FragmentMatch{
		"none":  wire.AnyPacket,
		"all":   wire.AnyFragment,
		"first": wire.FirstFragment,
		"later": wire.LaterFragment,
	}
	manglings = map[string]forwarding.Mangle{
		"none":           forwarding.MangleNone,
		"identification": forwarding.MangleID,
		"payload":        forwarding.ManglePayload,
	}
	filteredKinds = map[string][]ratelimit.Kind{
		"errors":            {ratelimit.TooBig, ratelimit.TimeExceeded, ratelimit.Unreach, ratelimit.ParameterProblem, ratelimit.SourceQuench},
		"packet-too-big":    {ratelimit.TooBig},
		"time-exceeded":     {ratelimit.TimeExceeded},
		"unreachable":       {ratelimit.Unreach},
		"parameter-problem": {ratelimit.ParameterProblem},
		"redirect":          {ratelimit.Redirect},
		"source-quench":     {ratelimit.SourceQuench},
	}
	tunnelErrors = map[string]forwarding.TunnelError{
		"inner": forwarding.TunnelErrorInner,
		"outer": forwarding.TunnelErrorOuter,
		"none":  forwarding.TunnelErrorNone,
	}
	forgeable = map[string]icmpgen.Message{
		"packet_too_big":       icmpgen.TooBig,
		"net_unreachable":      icmpgen.NetUnreachable,
		"host_unreachable":     icmpgen.HostUnreachable,
		"protocol_unreachable": icmpgen.ProtocolUnreachable,
		"port_unreachable":     icmpgen.PortUnreachable,
		"admin_prohibited":     icmpgen.AdminProhibited,
		"time_exceeded":        icmpgen.TTLExceeded,
		"source_quench":        icmpgen.SourceQuench,
	}
)

// plan is the box of one direction of an interface, whose name is that of node, interface and direction; nil: there is none.
func (b *Box) plan(seed uint64, name string) *forwarding.Middlebox {
	if b == nil {
		return nil
	}
	p := &forwarding.Middlebox{DropAbove: b.DropAbove, DropSuper: b.SuperPackets == "drop", DropExtensions: b.ExtensionHeaders == "drop", DF: dfs[b.DF], MSS: uint16(b.MSS)}
	if b.Fragments != nil {
		p.DropFragments, p.Mangle = droppedFragments[b.Fragments.Drop], manglings[b.Fragments.Mangle]
	}
	for i, f := range b.Drop {
		p.Filters = append(p.Filters, f.plan(filterSeed(seed, name, i)))
	}
	return p
}

// filterSeed makes a seed for one filter: the first 64 bits of the SHA-256 of "SEED/middlebox/NODE/INTERFACE/DIRECTION/NUMBER".
func filterSeed(seed uint64, name string, number int) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/middlebox/%s/%d", seed, name, number))
	return binary.BigEndian.Uint64(sum[:])
}

func (f BoxFilter) plan(seed uint64) forwarding.Filter {
	p := forwarding.Filter{Match: f.match().plan(), Echo: f.ICMP == "echo", Every: f.Every}
	for _, kind := range filteredKinds[f.ICMP] {
		p.Errors[kind] = true
	}
	if f.Probability != "" {
		p.Probability, p.Seed = probability(f.Probability), seed
	}
	return p
}

// match is what the filter has of the keys of a match.
func (f BoxFilter) match() Match {
	return Match{Above: f.Above, Below: f.Below, From: f.From, To: f.To, Protocol: f.Protocol, Port: f.Port, Fragments: f.Fragments}
}

// outer are the ends of tunnels that name none: addresses of nobody (RFC 5737, RFC 3849).
var outer = [2][]netip.Addr{
	{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
	{netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::2")},
}

func (t *Tunnel) plan() *forwarding.Tunnel {
	if t == nil {
		return nil
	}
	return &forwarding.Tunnel{
		Overhead: t.Overhead, Error: tunnelErrors[t.Error], Protocol: uint8(t.Protocol),
		Source:      wire.EachFamily(append(outer[0][:2:2], t.Source...)...),
		Destination: wire.EachFamily(append(outer[1][:2:2], t.Destination...)...),
	}
}

func (n Node) forgeries() (all []forwarding.Forgery) {
	for _, f := range n.Forge {
		p := forwarding.Forgery{
			Message: forgeable[f.Message], Match: f.Match.plan(), First: f.First, Source: wire.EachFamily(f.Source...),
			Rate:   ratelimit.Rate{PPS: cmp.Or(f.PPS, 100), Burst: cmp.Or(f.Burst, 1)},
			Quoted: icmpgen.Quoted{WrongSequence: f.Sequence == "wrong", WrongPort: f.Port == "wrong"},
		}
		if f.MTU != nil {
			p.MTU = *f.MTU
		}
		all = append(all, p)
	}
	return all
}
