package config

import (
	"net/netip"
	"reflect"
	"strings"
)

const (
	prefixForm = `an address with the length of its prefix, as "10.1.0.1/24" or "fd00::1/64"`
	addrForm   = `an address, as "10.1.0.1" or "fd00::1"`
)

// The forms of prefix and address, as far as editors can check them.
const (
	prefixPattern = `^[0-9a-fA-F:.]+/[0-9]{1,3}$`
	addrPattern   = `^[0-9a-fA-F:.]+$`
)

func (s *source) prefix(v value, path string, into reflect.Value) bool {
	if !s.is(v, path, prefixForm, '"') {
		return false
	}
	p, ok := s.parsePrefix(v.text, v.at, path)
	if ok {
		into.Set(reflect.ValueOf(p))
	}
	return ok
}

// parsePrefix reads the prefix that stands at an offset, or records why there is none.
func (s *source) parsePrefix(text string, at int, path string) (p netip.Prefix, ok bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		s.wrong(at, path, quote(text)+" is no prefix"+because(err), prefixForm, "")
	}
	return p, err == nil
}

func (s *source) addr(v value, path string, into reflect.Value) bool {
	if !s.is(v, path, addrForm, '"') {
		return false
	}
	a, ok := s.parseAddr(v.text, v.at, path)
	if ok {
		into.Set(reflect.ValueOf(a))
	}
	return ok
}

// parseAddr reads the address that stands at an offset, or records why there is none.
func (s *source) parseAddr(text string, at int, path string) (a netip.Addr, ok bool) {
	a, err := netip.ParseAddr(text)
	switch {
	case err != nil:
		s.wrong(at, path, quote(text)+" is no address"+because(err), addrForm, "")
	case a.Zone() != "":
		s.wrong(at, path, quote(text)+" has a zone", addrForm, "")
	default:
		return a, true
	}
	return netip.Addr{}, false
}

// because takes the reason from an error of netip, without its calls and quotes.
func because(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "): "); i >= 0 {
		return ": " + text[i+len("): "):]
	}
	return ""
}

// notOwn holds what cannot be anybody's own address (RFC 6890 §2.2.2, §2.2.3;
// RFC 1112 §4; RFC 4291 §2.5.5.2, §2.7). What is loose may be where martians
// are not strict.
var notOwn = []special{
	{netip.MustParsePrefix("0.0.0.0/8"), "an address of \"this network\"", true},
	{netip.MustParsePrefix("0.0.0.0/32"), "the unspecified address", false},
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address", false},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address", false},
	{netip.MustParsePrefix("255.255.255.255/32"), "the limited broadcast address", false},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address", true},
	{netip.MustParsePrefix("::/128"), "the unspecified address", false},
	{netip.MustParsePrefix("::1/128"), "the loopback address", false},
	{netip.MustParsePrefix("::ffff:0:0/96"), "an IPv4 address in the clothes of IPv6", false},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address", false},
}

// special is a prefix of addresses that are not as others are.
type special struct {
	prefix netip.Prefix
	what   string
	loose  bool
}

// unroutable holds what somebody may have on a link, and no router forwards.
var unroutable = []special{
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local addresses", false},
	{netip.MustParsePrefix("fe80::/10"), "link-local addresses", false},
}

// reserved says what the address a is within its prefix p, if it is none that
// a router or host may have there.
func (n *neighbourhood) reserved(a netip.Addr, p netip.Prefix) string {
	for _, not := range notOwn {
		if not.prefix.Contains(a) && !(not.loose && n.loose) {
			return not.what
		}
	}
	// In a prefix of one address or two, each is somebody's (RFC 3021 §2.1, RFC 6164 §6).
	if a.BitLen()-p.Bits() < 2 {
		return ""
	}
	switch {
	case a == p.Masked().Addr() && a.Is4():
		return "the network address of " + p.Masked().String()
	case a == p.Masked().Addr():
		return "the subnet-router anycast address of " + p.Masked().String()
	case a.Is4() && a == broadcast(p):
		return "the broadcast address of " + p.Masked().String()
	}
	return ""
}

// broadcast returns the directed broadcast address of an IPv4 prefix.
func broadcast(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}
