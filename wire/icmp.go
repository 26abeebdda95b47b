package wire

// SourceRouted says whether an IPv4 packet has an option that names its way
// (RFC 791 §3.1). A malformed option ends the list. IPv6 has no such option.
func (p *Packet) SourceRouted() bool {
	b := p.Options()
	for next := 0; ; {
		at, end, ok := nextOption(b, next)
		if at == len(b) || !ok {
			return false
		}
		if b[at] == optionLooseSourceRoute || b[at] == optionStrictSourceRoute {
			return true
		}
		next = end
	}
}
