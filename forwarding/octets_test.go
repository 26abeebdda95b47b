package forwarding_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// names are the addresses that stories speak of: IPv4, IPv6. An empty one is
// for stories that only one family can tell.
var names = map[string][2]string{
	"h1": {"10.1.0.2", "fd00:1::2"}, "h1b": {"10.1.0.3", "fd00:1::3"},
	"h2": {"10.2.0.2", "fd00:2::2"}, "hdown": {"10.3.0.2", "fd00:3::2"},
	"htiny":   {"10.4.0.2", "fd00:4::2"},
	"hstrict": {"10.5.0.2", "fd00:5::2"},
	"far":     {"10.9.0.9", "fd00:9::9"}, "hairpin": {"10.8.0.8", "fd00:8::8"},
	"r.left": {"10.1.0.1", "fd00:1::1"}, "r.right": {"10.2.0.1", "fd00:2::1"},
	"r.down": {"10.3.0.1", "fd00:3::1"}, "r.tiny": {"10.4.0.1", "fd00:4::1"},
	"nowhere":    {"203.0.113.9", "2001:db8:ff::9"},
	"prohibited": {"192.0.2.9", "2001:db8:1::9"}, "blackhole": {"198.51.100.9", "2001:db8:2::9"},
	"unreachable": {"198.18.0.9", "2001:db8:3::9"}, "rejected": {"100.64.0.9", "2001:db8:4::9"},
	"group": {"239.1.1.1", "ff0e::1"}, "localgroup": {"224.0.0.1", "ff02::1"},
	"unspecified": {"0.0.0.0", "::"}, "loopback": {"127.0.0.1", "::1"},
	"linklocal": {"169.254.7.7", "fe80::7"}, "mapped": {"", "::ffff:10.2.0.2"},
	"thisnet": {"0.1.2.3", ""}, "classe": {"240.1.2.3", ""},
	"left.broadcast": {"10.1.0.255", ""}, "right.broadcast": {"10.2.0.255", ""},
	"broadcast": {"255.255.255.255", ""},
	"r.loop":    {"10.99.0.1", "fd00:99::1"}, "r.policy": {"10.66.0.1", "fd00:66::1"},
	"r.strict": {"10.5.0.1", "fd00:5::1"}, "away": {"20.0.0.9", "2a00::9"},
}

func address(family int, name string) (netip.Addr, error) {
	if literal, err := netip.ParseAddr(name); err == nil {
		return literal, nil
	}
	pair, known := names[name]
	text := pair[0]
	if family == 6 {
		text = pair[1]
	}
	if !known || text == "" {
		return netip.Addr{}, fmt.Errorf("no address of IPv%d has the name %q", family, name)
	}
	return netip.MustParseAddr(text), nil
}

// numbers are type and code of ICMP messages as IANA prints them: ICMPv4, ICMPv6.
var numbers = map[string][4]uint8{
	"net-unreachable":          {3, 0, 1, 0},
	"host-unreachable":         {3, 1, 1, 3},
	"route-unreachable":        {3, 1, 1, 0},
	"reject-route":             {3, 1, 1, 6},
	"protocol-unreachable":     {3, 2, 4, 1},
	"port-unreachable":         {3, 3, 1, 4},
	"admin-prohibited":         {3, 13, 1, 1},
	"beyond-scope":             {0, 0, 1, 2},
	"too-big":                  {3, 4, 2, 0},
	"ttl-exceeded":             {11, 0, 3, 0},
	"reassembly-time-exceeded": {11, 1, 3, 1},
	"echo-request":             {8, 0, 128, 0},
	"echo-reply":               {0, 0, 129, 0},
	"echo-with-code":           {8, 9, 128, 9},
	"redirect":                 {5, 1, 137, 0},
	"parameter-problem":        {12, 0, 4, 0},
	"header-problem":           {12, 0, 4, 0},
	"option-problem":           {12, 0, 4, 2},
	"next-header-problem":      {0, 0, 4, 1},
	"first-fragment-short":     {0, 0, 4, 3},
	"too-many-options":         {0, 0, 4, 9},
	"source-route-failed":      {3, 5, 0, 0},
	"unknown-error":            {99, 0, 99, 0},
	"unknown-query":            {99, 0, 200, 0},
	"timestamp":                {13, 0, 200, 0},
	"timestamp-reply":          {14, 0, 200, 0},
	"extended-echo-reply":      {43, 0, 161, 0},
}

// pattern is a payload that shows when octets are missing or misplaced.
func pattern(n int) gopacket.Payload {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ 0x3c)
	}
	return b
}

func (s *shape) serialize(all ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// withOptions puts options, a multiple of four octets, into an IPv4 header.
func withOptions(b, options []byte) []byte {
	out := append(append(append([]byte(nil), b[:20]...), options...), b[20:]...)
	out[0] = 0x40 | byte(5+len(options)/4)
	binary.BigEndian.PutUint16(out[2:], uint16(len(out)))
	out[10], out[11] = 0, 0
	binary.BigEndian.PutUint16(out[10:], gopacket.FoldChecksum(gopacket.ComputeChecksum(out[:20+len(options)], 0)))
	return out
}

func fragmentHeader(next layers.IPProtocol, offset int, more bool, id int) []byte {
	b := []byte{byte(next), 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(offset&^7))
	if more {
		b[3] |= 1
	}
	binary.BigEndian.PutUint32(b[4:], uint32(id))
	return b
}
