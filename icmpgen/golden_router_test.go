package icmpgen

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
)

// captured holds what Linux 6.18 answered as a router in a private network
// namespace, to packets that a TUN device gave it: 10.1.0.1/24 and fd00:1::1/64 on
// that device, with 10.4.0.0/24 via 10.1.0.9 and fd00:4::/64 via fe80::9 leading back
// to it, flow labels off, no limits. What a filter says (policy, reject, host and address
// unreachable) is from rules of nftables.
var captured = []struct {
	name    string
	spec    Spec
	in, out string
}{
	{"redirect, IPv4", Spec{Message: Redirect, Gateway: netip.MustParseAddr("10.1.0.9")},
		"45100020123400004011547e0a0100020a04000580e8829a000c000000010203",
		"45d0003c019100004001645c0a0100010a0100020501eb610a01000945100020123400003f11557e0a0100020a04000580e8829a000c000000010203"},
	{"redirect to a destination on the link, IPv4", Spec{Message: Redirect, Gateway: netip.MustParseAddr("10.1.0.77")},
		"4500002012340000401154480a0100030a01004d80e8829a000c000000010203",
		"45c0003c08ff000040015cfd0a0100010a0100030501eb1d0a01004d45000020123400003f1155480a0100030a01004d80e8829a000c000000010203"},
	{"redirect, IPv6", Spec{Message: Redirect, Gateway: netip.MustParseAddr("fe80::9")},
		"60000000000c1140fd000001000000000000000000000002fd00000400000000000000000000000580e8829a000c000000010203",
		"6000000000603afffe80000000000000c1f32995a6aaa30bfd0000010000000000000000000000028900d71c00000000fe800000000000000000000000000009fd000004000000000000000000000005040700000000000060000000000c1140fd000001000000000000000000000002fd00000400000000000000000000000580e8829a000c0000"},
	{"redirect to a destination on the link, IPv6", Spec{Message: Redirect, Gateway: netip.MustParseAddr("fd00:1::77")},
		"60000000000c1140fd000001000000000000000000000004fd00000100000000000000000000007780e8829a000c000000010203",
		"6000000000603afffe80000000000000c1f32995a6aaa30bfd0000010000000000000000000000048900d74b00000000fd000001000000000000000000000077fd000001000000000000000000000077040700000000000060000000000c1140fd000001000000000000000000000004fd00000100000000000000000000007780e8829a000c0000"},
	{"a record route that the node itself reads, IPv4", Spec{Message: OptionProblem, Pointer: 22},
		"4700002812340000401148860a0100020a010001070703000000000080e8829a000c000000010203",
		"45c0004402300000400163c50a0100010a0100020c00d86c160000004700002812340000401148860a0100020a010001070703000000000080e8829a000c000000010203"},
	{"a record route in transit, IPv4", Spec{Message: HeaderProblem, Pointer: 22},
		"47000028123400004011497f0a0100020a040005070702000000000080e8829a000c000000010203",
		"45c00044026f0000400163860a0100010a0100020c00d86c1600000047000028123400004011497f0a0100020a040005070702000000000080e8829a000c000000010203"},
	{"hop-by-hop option, IPv6", Spec{Message: OptionProblem, Pointer: 42},
		"6000000000140040fd000001000000000000000000000002fd00000400000000000000000000000511009e040000000080e8829a000c000000010203",
		"6000000000443a40fd000001000000000000000000000001fd0000010000000000000000000000020402f2540000002a6000000000140040fd000001000000000000000000000002fd00000400000000000000000000000511009e040000000080e8829a000c000000010203"},
	{"routing type, IPv6", Spec{Message: HeaderProblem, Pointer: 42},
		"6000000000242b40fd000001000000000000000000000002fd0000010000000000000000000000011102000100000000fd00000200000000000000000000000280e8829a000c000000010203",
		"6000000000543a40fd000001000000000000000000000001fd0000010000000000000000000000020400683a0000002a6000000000242b40fd000001000000000000000000000002fd0000010000000000000000000000011102000100000000fd00000200000000000000000000000280e8829a000c000000010203"},
	{"hop-by-hop options that are not first, IPv6", Spec{Message: NextHeaderProblem, Pointer: 40},
		"60000000001c3c40fd000001000000000000000000000002fd0000010000000000000000000000010000010400000000110001040000000080e8829a000c000000010203",
		"60000000004c3a40fd000001000000000000000000000001fd0000010000000000000000000000020401524b0000002860000000001c3c40fd000001000000000000000000000002fd0000010000000000000000000000010000010400000000110001040000000080e8829a000c000000010203"},
	{"first fragment without its upper header, IPv6", Spec{Message: FirstFragmentIncomplete},
		"6000000000102c40fd000001000000000000000000000002fd0000010000000000000000000000013c000001010203041100010400000000",
		"6000000000403a40fd000001000000000000000000000001fd00000100000000000000000000000204032919000000006000000000102c40fd000001000000000000000000000002fd0000010000000000000000000000013c000001010203041100010400000000"},
	{"timestamp, IPv4", Spec{Message: TimestampReply, Receive: 0x044b1a16, Transmit: 0x044b1a16},
		"45b8002812340000400153e50a0100020a0100010d003003beef0007010203040000000000000000",
		"45b8002805780000400160a10a0100010a0100020e00f240beef000701020304044b1a16044b1a16"},
	{"policy, IPv6", Spec{Message: SourcePolicy},
		"60000000000c1140fd000001000000000000000000000005fd00000100000000000000000000000180e8829a000c000000010203",
		"60000000003c3a40fd000001000000000000000000000001fd000001000000000000000000000005010593910000000060000000000c1140fd000001000000000000000000000005fd00000100000000000000000000000180e8829a000c000000010203"},
	{"reject, IPv6", Spec{Message: RejectRoute},
		"60000000000c1140fd000001000000000000000000000006fd00000100000000000000000000000180e8829a000c000000010203",
		"60000000003c3a40fd000001000000000000000000000001fd0000010000000000000000000000060106938e0000000060000000000c1140fd000001000000000000000000000006fd00000100000000000000000000000180e8829a000c000000010203"},
	{"address, IPv6", Spec{Message: HostUnreachable},
		"60000000000c1140fd000001000000000000000000000007fd00000100000000000000000000000180e8829a000c000000010203",
		"60000000003c3a40fd000001000000000000000000000001fd0000010000000000000000000000070103938f0000000060000000000c1140fd000001000000000000000000000007fd00000100000000000000000000000180e8829a000c000000010203"},
	{"host, IPv4", Spec{Message: HostUnreachable},
		"4500002012340000401154900a0100070a01000180e8829a000c000000010203",
		"45c0003ca5dc00004001c01b0a0100010a0100070301f76b000000004500002012340000401154900a0100070a01000180e8829a000c000000010203"},
}

// TestCaptured builds what Linux built, octet for octet. Of an IPv4 redirect
// Linux quotes what it sends on, we what came in (RFC 1812 §4.3.2.3): TTL and
// header checksum differ, and the checksum of the message is the same.
func TestCaptured(t *testing.T) {
	for _, g := range captured {
		t.Run(g.name, func(t *testing.T) {
			in, want := unhex(g.in), unhex(g.out)
			if g.spec.Message == Redirect && in[0]>>4 == 4 {
				copy(want[28:], in)
			}
			s := g.spec
			if s.Source = netip.AddrFrom4([4]byte(want[12:16])); want[0]>>4 == 6 {
				s.Source = netip.AddrFrom16([16]byte(want[8:24]))
			} else {
				s.ID = binary.BigEndian.Uint16(want[4:])
			}
			p, q := parsed(t, in), lend()
			if !s.Permitted(p) {
				t.Fatal("Permitted: got false, want true")
			}
			if s.Build(q, p); !bytes.Equal(q.Data, want) {
				t.Errorf("Build\n got %x\nwant %x", q.Data, want)
			}
			if got, ok := Append([]byte("before"), s, in); !ok || !bytes.Equal(got[6:], want) {
				t.Errorf("Append\n got %x, %v\nwant %x", got, ok, want)
			}
		})
	}
}

// byHand holds the first 8 octets of messages that Linux 6.18 does not send, as
// the figures of RFC 792, RFC 4443 §3.4, RFC 8335 §3 and RFC 8883 §3 have them.
// The checksum is gopacket's to judge.
var byHand = []struct {
	spec   Spec
	v4, v6 string // no message: the family has none
}{
	{Spec{Message: RejectRoute}, "03 01 0000 00000000", "01 06 0000 00000000"},
	{Spec{Message: SourcePolicy}, "03 0d 0000 00000000", "01 05 0000 00000000"},
	{Spec{Message: SourceRouteFailed}, "03 05 0000 00000000", ""},
	{Spec{Message: NetUnreachableTOS}, "03 0b 0000 00000000", ""},
	{Spec{Message: HostUnreachableTOS}, "03 0c 0000 00000000", ""},
	{Spec{Message: PrecedenceViolation}, "03 0e 0000 00000000", ""},
	{Spec{Message: PrecedenceCutoff}, "03 0f 0000 00000000", ""},
	{Spec{Message: HeadersTooLong, Pointer: 0x1234}, "", "01 08 0000 10000000"}, // 16 words of 8 octets
	{Spec{Message: HeaderProblem, Pointer: 2}, "0c 00 0000 02000000", "04 00 0000 00000002"},
	{Spec{Message: OptionProblem, Pointer: 59}, "0c 00 0000 3b000000", "04 02 0000 0000003b"},
	{Spec{Message: MissingOption, Pointer: 130}, "0c 01 0000 82000000", ""},
	{Spec{Message: NextHeaderProblem, Pointer: 40}, "", "04 01 0000 00000028"},
	{Spec{Message: FirstFragmentIncomplete}, "", "04 03 0000 00000000"},
	{Spec{Message: NextHeaderRefused, Pointer: 6}, "", "04 05 0000 00000006"},
	{Spec{Message: ExtensionHeaderTooBig, Pointer: 0x01020304}, "", "04 06 0000 01020304"},
	{Spec{Message: HeaderChainTooLong, Pointer: 1400}, "", "04 07 0000 00000578"},
	{Spec{Message: TooManyExtensionHeaders, Pointer: 48}, "", "04 08 0000 00000030"},
	{Spec{Message: TooManyOptions, Pointer: 58}, "", "04 09 0000 0000003a"},
	{Spec{Message: OptionTooBig, Pointer: 42}, "", "04 0a 0000 0000002a"},
	{Spec{Message: SourceQuench}, "04 00 0000 00000000", ""}, // RFC 792
	{Spec{Message: TooBig, MTU: 1280}, "03 04 0000 00000500", "02 00 0000 00000500"},
	{Spec{Message: TooBig, MTU: 70000}, "03 04 0000 0000ffff", "02 00 0000 00011170"}, // octet 5 is a length (RFC 4884 §4.1)
}

func TestByHand(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		p := parsed(t, f.from(17, udp(8)).bytes(t))
		for _, g := range byHand {
			want := g.v4
			if !f.v4() {
				want = g.v6
			}
			s := g.spec
			s.Source = netip.MustParseAddr(f.own)
			if got := s.Permitted(p); got != (want != "") {
				t.Errorf("%v: Permitted got %v, want %v", s.Message, got, want != "")
			}
			if want == "" {
				continue
			}
			got := read(t, build(t, s, p).Data)
			if head := append([]byte{got.Type, got.Code, 0, 0}, got.Info[:]...); !bytes.Equal(head, unhex(want)) {
				t.Errorf("%v: got %x, want %s", s.Message, head, want)
			}
		}
	})
}

// TestGoldenComplete: each message that a family has is in a table, but requests,
// which nobody builds here, and the extended echo, see TestProbeReply.
func TestGoldenComplete(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		seen := map[Message]bool{EchoRequest: true, TimestampRequest: true, ExtendedEchoRequest: true, ExtendedEchoReply: true}
		for _, g := range golden {
			seen[g.message] = seen[g.message] || (g.in[0] == '4') == f.v4()
		}
		for _, g := range captured {
			seen[g.spec.Message] = seen[g.spec.Message] || (g.in[0] == '4') == f.v4()
		}
		for _, g := range byHand {
			seen[g.spec.Message] = seen[g.spec.Message] || f.v4() && g.v4 != "" || !f.v4() && g.v6 != ""
		}
		for m := range NumMessages {
			if !seen[m] && m.number(f) != absent {
				t.Errorf("no golden bytes for %v", m)
			}
		}
	})
}
