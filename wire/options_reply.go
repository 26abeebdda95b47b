package wire

import "net/netip"

// ReplyOptions writes to dst, which stays the caller's and has room for
// MaxOptions, the options of the reply to p, padded to a multiple of 4, and
// returns their length and where the reply is sent to. Its source route, if any,
// leads on from there to p's sender. p is as it was received, and without fault.
//
// A record route and a timestamp go back as they came, this node added once; if
// the node follows source routes, p's goes back reversed; no other option
// goes back (RFC 1812 §4.3.3.6).
func (p *Packet) ReplyOptions(dst []byte, s Stamp) (n int, to netip.Addr) {
	b := p.Options()
	to = p.Src
	for at, end, ok := nextOption(b, 0); ok && at < len(b); at, end, ok = nextOption(b, end) {
		option := b[at:end]
		switch option[0] {
		case optionRecordRoute, optionTimestamp:
			size := copy(dst[n:], option)
			s.record(dst[n : n+size])
			n += size
		case optionLooseSourceRoute, optionStrictSourceRoute:
			if s.Follow {
				var size int
				size, to = reverse(dst[n:], option, p.Src, s.Own)
				n += size
			}
		}
	}
	return pad(dst, n), to
}

// ErrorOptions writes to dst, which stays the caller's and has room for
// MaxOptions, the options of an error about p as it was received, padded to a
// multiple of 4, and returns their length and where the error is sent to: the
// part of p's source route that lies behind it, reversed (RFC 1812 §4.3.2.6).
// There is none where p has no source route, or more than one, or a faulty one,
// which may be what the error is about. own is the node.
func (p *Packet) ErrorOptions(dst []byte, own Owner) (n int, to netip.Addr) {
	b := p.Options()
	var route []byte
	for at, end, ok := nextOption(b, 0); ok && at < len(b); at, end, ok = nextOption(b, end) {
		if b[at] != optionLooseSourceRoute && b[at] != optionStrictSourceRoute {
			continue
		}
		if route != nil {
			return 0, p.Src
		}
		route = b[at:end]
	}
	if route == nil {
		return 0, p.Src
	}
	n, to = reverse(dst, route, p.Src, own)
	return pad(dst, n), to
}

// reverse writes to dst the source route that leads back along what an option
// recorded before its pointer, to the packet's source, and returns its length
// and the first hop: that is the destination, and not part of the route. Some
// senders record themselves first, which is not repeated (RFC 1122 §3.2.1.8 (c)),
// and what the node itself has recorded last is behind it already. Without a hop
// the way back is direct, as it is if the option is faulty.
func reverse(dst, option []byte, src netip.Addr, own Owner) (n int, to netip.Addr) {
	if _, wrong := room(option, routeData, 4); wrong != fine {
		return 0, src
	}
	first, hops := 0, (min(int(option[optionPointer]), len(option)+1)-1-routeData)/4
	if hops > 0 && addressAt(option, routeData) == src {
		first = 1
	}
	for hops > first && own.Own(addressAt(option, routeData+4*(hops-1))) {
		hops--
	}
	if first == hops {
		return 0, src
	}
	n = routeData
	for i := hops - 2; i >= first; i-- {
		n += copy(dst[n:], option[routeData+4*i:][:4])
	}
	last := src.As4()
	n += copy(dst[n:], last[:])
	dst[0], dst[optionLength], dst[optionPointer] = option[0], byte(n), routeData+1
	return n, addressAt(option, routeData+4*(hops-1))
}

// pad ends a list of options of n octets at a multiple of 4, and returns its length.
func pad(b []byte, n int) int {
	for n%4 != 0 {
		b[n] = optionEnd
		n++
	}
	return n
}
