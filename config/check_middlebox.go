package config

import (
	"fmt"
	"net/netip"
	"slices"
)

// mtu is the longest datagram that leaves by the interface, in octets.
func (i Interface) mtu() int {
	switch {
	case i.MTU != 0:
		return i.MTU
	case i.TUN.MTU != 0:
		return i.TUN.MTU
	}
	return defaultMTU
}

// speaks says whether the interface may have packets of a family: it has addresses of it, or, unnumbered, none at all.
func (i Interface) speaks(is func(netip.Addr) bool) bool {
	all := slices.Concat(i.Addresses, i.TUN.Addresses)
	return len(all) == 0 || slices.ContainsFunc(all, func(p netip.Prefix) bool { return !p.IsValid() || is(p.Addr()) })
}

// checkBoxes checks the boxes and the tunnel of an interface.
func (s *source) checkBoxes(i Interface, path string, subIPv6 bool) {
	s.checkBox(i.Middlebox.Out, i, path+".middlebox.out")
	s.checkBox(i.Middlebox.In, i, path+".middlebox.in")
	if out := i.Middlebox.Out; out != nil && out.DropAbove >= i.mtu() {
		s.warn(path+".middlebox.out.drop_above", fmt.Sprintf("nothing that leaves here is longer than %d", i.mtu()), "")
	}
	if i.Tunnel != nil {
		s.checkTunnel(i.Tunnel, i, path+".tunnel", subIPv6)
	}
}

func (s *source) checkBox(b *Box, i Interface, path string) {
	if b == nil {
		return
	}
	if b.DF != "" && b.DF != "keep" && !i.speaks(netip.Addr.Is4) {
		s.warn(path+".df", "IPv6 has no DF, and the interface has no IPv4 address", "")
	}
	if b.ExtensionHeaders == "drop" && !i.speaks(netip.Addr.Is6) {
		s.warn(path+".extension_headers", "IPv4 has none, and the interface has no IPv6 address", "")
	}
	if f := b.Fragments; f != nil && f.Drop == "all" && f.Mangle != "" && f.Mangle != "none" {
		s.warn(path+".fragments.mangle", "all fragments vanish", "")
	}
	for k := range b.Drop {
		s.checkFilter(b.Drop[k], fmt.Sprintf("%s.drop[%d]", path, k))
	}
}

func (s *source) checkFilter(f BoxFilter, path string) {
	s.checkMatch(f.match(), path)
	s.checkProbability(f.Probability, path+".probability")
	if s.has(path+".every") && s.has(path+".probability") {
		s.refuse(path+".probability", fmt.Sprintf("a second choice beside %q (%s)", "every", s.place(path+".every")), `one of "every" or "probability"`)
	}
	switch {
	case f.ICMP == "":
	case f.Protocol != "" && f.Protocol != "icmp":
		s.refuse(path+".protocol", fmt.Sprintf("%s is no ICMP", quote(f.Protocol)), `"icmp", or no "protocol", beside "icmp"`)
	case f.Port != 0:
		s.refuse(path+".port", "ICMP has no ports", `no "port" beside "icmp"`)
	case f.Fragments == "later":
		s.refuse(path+".fragments", "later fragments do not say which message they are of", `other "fragments"`)
	}
}

// leastRoom is what a tunnel leaves at least (RFC 791 §3.2), in octets.
const leastRoom = 68

func (s *source) checkTunnel(t *Tunnel, i Interface, path string, subIPv6 bool) {
	room := i.mtu() - t.Overhead
	switch {
	case t.Overhead == 0: // a mistake
	case room < leastRoom:
		s.refuse(path+".overhead", fmt.Sprintf("of the MTU of %d, %d leaves too little", i.mtu(), t.Overhead), fmt.Sprintf("at most %d", max(0, i.mtu()-leastRoom)))
	case room < minIPv6 && t.Error != "outer" && t.Error != "none" && !subIPv6 && i.speaks(netip.Addr.Is6):
		s.warn(path+".overhead", fmt.Sprintf("it leaves %d, too small for IPv6; the router tells %d", room, minIPv6), "")
	}
	for _, ends := range []struct {
		key       string
		addresses []netip.Addr
	}{{"source", t.Source}, {"destination", t.Destination}} {
		s.checkFamilies(ends.addresses, path+"."+ends.key)
	}
	for _, key := range []string{"source", "destination", "protocol"} {
		if s.has(path+"."+key) && t.Error != "outer" && (t.Error != "" || !s.has(path+".error")) {
			s.warn(path+"."+key, `only the "error" "outer" quotes it`, "")
		}
	}
}

// mostForgers bounds the attackers on one node.
const mostForgers = 8

func (s *source) checkForge(n Node, path string) {
	if len(n.Forge) > mostForgers {
		s.refuse(path, fmt.Sprintf("%d forgers are too many", len(n.Forge)), fmt.Sprintf("at most %d", mostForgers))
	}
	for i, f := range n.Forge {
		at := fmt.Sprintf("%s[%d]", path, i)
		s.checkMatch(f.Match, at+".match")
		s.checkFamilies(f.Source, at+".source")
		switch tooBig := f.Message == "packet_too_big"; {
		case f.Message == "": // a mistake
		case tooBig && !s.has(at+".mtu"):
			s.refuse(at, `packet_too_big needs the key "mtu"`, "")
		case !tooBig && s.has(at+".mtu"):
			s.refuse(at+".mtu", fmt.Sprintf("%s tells no MTU", f.Message), `the "message" "packet_too_big", or no "mtu"`)
		}
		if f.Message == "source_quench" && f.Match.To.IsValid() && f.Match.To.Addr().Is6() {
			s.warn(at+".message", "IPv6 has no source quench", "")
		}
		if f.Sequence == "wrong" && f.Match.Protocol != "" && f.Match.Protocol != "tcp" && f.Match.Protocol != "6" {
			s.warn(at+".sequence", fmt.Sprintf("%s has no sequence numbers", f.Match.Protocol), "")
		}
	}
}
