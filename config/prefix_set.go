package config

import (
	"net/netip"
	"slices"
)

// prefixSet answers which of many prefixes a prefix is in, at the cost of one
// look for each length that there is.
type prefixSet struct {
	lengths [2][]int // of IPv4 and IPv6
	all     map[netip.Prefix]bool
}

func version(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// add adds a prefix, without its bits beyond the length.
func (s *prefixSet) add(p netip.Prefix) {
	if s.all == nil {
		s.all = map[netip.Prefix]bool{}
	}
	s.all[p.Masked()] = true
	if lengths := &s.lengths[version(p.Addr())]; !slices.Contains(*lengths, p.Bits()) {
		*lengths = append(*lengths, p.Bits())
	}
}

// around returns a prefix of the set that has all of p.
func (s *prefixSet) around(p netip.Prefix) (netip.Prefix, bool) {
	for _, length := range s.lengths[version(p.Addr())] {
		if around := netip.PrefixFrom(p.Addr(), length).Masked(); length <= p.Bits() && s.all[around] {
			return around, true
		}
	}
	return netip.Prefix{}, false
}

// longer says whether the set has prefixes of p's family that are longer than p.
func (s *prefixSet) longer(p netip.Prefix) bool {
	return slices.ContainsFunc(s.lengths[version(p.Addr())], func(length int) bool { return length > p.Bits() })
}
