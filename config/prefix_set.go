package config

import (
	"net/netip"
	"slices"
)

// prefixSet answers which of many prefixes a prefix is in, at the cost of one
// look for each length that there is.
type prefixSet struct {
	lengths [2][]int             // of IPv4 and IPv6
	all     map[netip.Prefix]int // when each came first
	count   int
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
		s.all = map[netip.Prefix]int{}
	}
	if _, known := s.all[p.Masked()]; !known {
		s.all[p.Masked()] = s.count
	}
	s.count++
	if lengths := &s.lengths[version(p.Addr())]; !slices.Contains(*lengths, p.Bits()) {
		*lengths = append(*lengths, p.Bits())
	}
}

func (s *prefixSet) has(p netip.Prefix) bool {
	_, ok := s.all[p]
	return ok
}

// around returns the first prefix of the set that has all of p, and how many came before it.
func (s *prefixSet) around(p netip.Prefix) (first netip.Prefix, before int, ok bool) {
	for _, length := range s.lengths[version(p.Addr())] {
		around := netip.PrefixFrom(p.Addr(), length).Masked()
		if at, known := s.all[around]; length <= p.Bits() && known && (!ok || at < before) {
			first, before, ok = around, at, true
		}
	}
	return first, before, ok
}

// longer says whether the set has prefixes of p's family that are longer than p.
func (s *prefixSet) longer(p netip.Prefix) bool {
	return slices.ContainsFunc(s.lengths[version(p.Addr())], func(length int) bool { return length > p.Bits() })
}
