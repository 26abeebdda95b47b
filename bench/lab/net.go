package lab

import (
	"encoding/binary"
	"net/netip"
)

// The addresses of the lab.
var (
	ClientV4 = netip.MustParseAddr("10.1.0.2")
	ClientV6 = netip.MustParseAddr("fd00:1::2")
	ServerV4 = netip.MustParseAddr("10.2.0.2")
	ServerV6 = netip.MustParseAddr("fd00:2::2")
	// RouterV4 and RouterV6 are of the router itself.
	RouterV4 = netip.MustParseAddr("10.1.0.1")
	RouterV6 = netip.MustParseAddr("fd00:1::1")
	// NarrowV4 and NarrowV6 are the server's behind a link of NarrowMTU.
	NarrowV4 = netip.MustParseAddr("10.3.0.2")
	NarrowV6 = netip.MustParseAddr("fd00:3::2")
)

// link is one wire: a prefix of each family, in which the router is host 1 and
// the other side host 2.
type link struct {
	name, device string
	v4, v6       string // first three octets, first two words
	mtu          int
}

var (
	left   = link{"left", "b0", "10.1.0", "fd00:1::", MTU}
	right  = link{"right", "b0", "10.2.0", "fd00:2::", MTU}
	narrow = link{"narrow", "b1", "10.3.0", "fd00:3::", NarrowMTU}
)

// host is the addresses of a host on the link.
func (l link) host(n string) []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix(l.v4 + "." + n + "/24"), netip.MustParsePrefix(l.v6 + n + "/64")}
}

func (l link) prefixes() []netip.Prefix {
	all := l.host("0")
	all[1] = all[1].Masked()
	return all
}

func texts(prefixes []netip.Prefix) (list []string) {
	for _, p := range prefixes {
		list = append(list, p.String())
	}
	return list
}

// anywhere is the default routes.
var anywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// behind is the prefixes that the server answers for as a whole: those of the
// many flows.
var behind = []netip.Prefix{netip.MustParsePrefix("10.8.0.0/16"), netip.MustParsePrefix("fd00:8::/64")}

// World is the prefixes that random routes are part of; the server answers for them too.
var World = []netip.Prefix{netip.MustParsePrefix("16.0.0.0/4"), netip.MustParsePrefix("2400::/12")}

// Many returns n addresses of the server, for as many flows.
func Many(n int, v6 bool) (list []netip.Addr) {
	for i := range n {
		if v6 {
			raw := behind[1].Addr().As16()
			binary.BigEndian.PutUint32(raw[12:], uint32(i+1))
			list = append(list, netip.AddrFrom16(raw))
			continue
		}
		raw := behind[0].Addr().As4()
		binary.BigEndian.PutUint16(raw[2:], uint16(i+1))
		list = append(list, netip.AddrFrom4(raw))
	}
	return list
}
