package config

import (
	"crypto/sha256"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/forwarding"
)

// The words of the knobs. One that is left out is the zero value, the default.
var (
	records = map[string]forwarding.Record{
		"process": forwarding.RecordProcess,
		"ignore":  forwarding.RecordIgnore,
		"drop":    forwarding.RecordDrop,
	}
	sourceRoutes = map[string]forwarding.SourceRoute{
		"drop":    forwarding.SourceRouteDrop,
		"ignore":  forwarding.SourceRouteIgnore,
		"process": forwarding.SourceRouteProcess,
	}
	martians = map[string]forwarding.Martians{
		"strict": forwarding.MartiansStrict,
		"loose":  forwarding.MartiansLoose,
		"off":    forwarding.MartiansOff,
	}
	hopByHops = map[string]forwarding.HopByHop{
		"process": forwarding.HopByHopProcess,
		"ignore":  forwarding.HopByHopIgnore,
		"drop":    forwarding.HopByHopDrop,
	}
	errorSources = map[string]forwarding.ErrorSource{
		"egress":  forwarding.ErrorSourceEgress,
		"ingress": forwarding.ErrorSourceIngress,
	}
	extensions = map[string]forwarding.Extensions{
		"off":      forwarding.ExtensionsOff,
		"incoming": forwarding.ExtensionsIncoming,
		"all":      forwarding.ExtensionsAll,
	}
	filters = map[string]forwarding.URPF{
		"off":      forwarding.URPFOff,
		"loose":    forwarding.URPFLoose,
		"feasible": forwarding.URPFFeasible,
		"strict":   forwarding.URPFStrict,
	}
)

// settings are the choices of the node of that name, in a file with that seed.
func (n Node) settings(seed uint64, name string) forwarding.Settings {
	s := forwarding.Settings{
		RouterID:      n.RouterID,
		Loopbacks:     slices.Clone(n.Loopbacks),
		SourceRoute:   sourceRoutes[n.SourceRoute],
		Record:        records[n.RecordOptions],
		Martians:      martians[n.Martians],
		HopByHop:      hopByHops[n.HopByHop],
		HopByHopLimit: n.HopByHopLimit,
		ErrorSource:   errorSources[n.ICMP.ErrorSource],
		Extensions:    extensions[n.ICMP.Extensions],
		Probe:         n.ICMP.Probe,
		Redirects:     n.ICMP.Redirects == nil || *n.ICMP.Redirects,
		NoTimestamp:   n.ICMP.Timestamp != nil && !*n.ICMP.Timestamp,
		ReportSub1280: n.ICMP.ReportSub1280,
		Multipath:     n.Multipath.plan(seed, name),
		KeepTTL:       n.TTL == "keep",
		ErrorTTL:      uint8(n.ICMP.TTL),
		ReplyTTL:      uint8(n.ICMP.ReplyTTL),
		Quote:         n.ICMP.Quote,
		Quote6:        n.ICMP.Quote6,
		Policy:        n.ICMP.policies(),
		Forgeries:     n.forgeries(),
	}
	if s.Policy.Rules() {
		s.Seed = nodeSeed(seed, "policy", name)
	}
	return s
}

// linkLocal returns the link-local address of an interface that has IPv6
// addresses and was given none (RFC 4291 §2.1), or nothing. Its interface
// identifier is opaque (RFC 7136) and depends on the two names alone: the first
// 64 bits of the SHA-256 of "node/interface".
func linkLocal(node, iface string, given []netip.Prefix) []netip.Prefix {
	is6 := func(p netip.Prefix) bool { return p.IsValid() && p.Addr().Is6() }
	if !slices.ContainsFunc(given, is6) || slices.ContainsFunc(given, func(p netip.Prefix) bool { return local(p.Addr()) }) {
		return nil
	}
	address := [16]byte{0xfe, 0x80}
	sum := sha256.Sum256([]byte(node + "/" + iface))
	copy(address[8:], sum[:8])
	return []netip.Prefix{netip.PrefixFrom(netip.AddrFrom16(address), 64)}
}

// local says whether an address is an IPv6 link-local one, which means nothing
// without its link. Those of IPv4 are not meant.
func local(a netip.Addr) bool { return a.Is6() && a.IsLinkLocalUnicast() }
