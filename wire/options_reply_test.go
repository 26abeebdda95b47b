package wire_test

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// TestReplyOptions: what goes back to 10.1.0.2, or by a reversed route. ids in
// front of names are of the conformance cases.
func TestReplyOptions(t *testing.T) {
	const direct = "10.1.0.2"
	for _, c := range []struct{ name, in, want, to string }{
		{"none", "01010101", "", direct},
		{"O4-12 record route", "070b04 00000000 00000000 00", "070b08 0a010001 00000000 00", direct},
		{"record route, full", "070708 01020304 00", "070708 01020304 00", direct},
		{"O4-13 timestamp", "440c0500 00000000 00000000", "440c0900 02932e00 00000000", direct},
		{"timestamp, full", "44080900 01020304", "44080910 01020304", direct},
		{"timestamp, flag 3, the destination", "440c0503 0a010001 00000000", "440c0d03 0a010001 02932e00", direct},
		{"neither unknown nor router alert", "94040000 9e04abcd 01 070704 00000000", "070708 0a010001 00", direct},
		{"O4-14 loose, exhausted", "830708 0a010007 00", "830704 0a010002 00", "10.1.0.7"},
		{"strict, three hops", "890f10 01010101 02020202 03030303 00", "890f04 02020202 01010101 0a010002 00", "3.3.3.3"},
		{"pointer far beyond", "830bff 01010101 02020202 00", "830b04 01010101 0a010002 00", "2.2.2.2"},
		{"the source recorded itself", "830b0c 0a010002 02020202 00", "830704 0a010002 00", "2.2.2.2"},
		{"the source recorded itself alone", "830708 0a010002 00", "", direct},
		{"no hop yet", "830704 0a010001 00", "", direct},
		{"a hop left, our own", "830b08 01010101 0a020001 00", "830704 0a010002 00", "1.1.1.1"},
		{"in order, padded once", "01 830708 0a010007 44080500 00000000 070704 00000000 00",
			"830704 0a010002 44080900 02932e00 070708 0a010001 0000", "10.1.0.7"},
		{"as long as can be", "440c0501 00000000 00000000 831b1c 01010101 02020202 03030303 04040404 05050505 06060606 00",
			"440c0d01 0a010001 02932e00 831b04 05050505 04040404 03030303 02020202 01010101 0a010002 00", "6.6.6.6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := packet4(t, c.in, ingress4)
			before := bytes.Clone(p.Buffer())
			out := bytes.Repeat([]byte{dirt}, wire.MaxOptions)
			n, to := p.ReplyOptions(out, wire.Stamp{Egress: ingress4, Millis: noon, Own: router4, Follow: true})
			if want := unhex(c.want); !bytes.Equal(out[:n], want) || to.String() != c.to {
				t.Errorf("\n got %x to %v\nwant %x to %v", out[:n], to, want, c.to)
			}
			if !bytes.Equal(p.Buffer(), before) {
				t.Error("ReplyOptions wrote to the request")
			}
			put(t, out[:n], to)
		})
	}
}

// TestReplyWithoutFollow: whoever ignores source routes sends none.
func TestReplyWithoutFollow(t *testing.T) {
	p := packet4(t, "830708 0a010007 070704 00000000 0000", ingress4)
	out := make([]byte, wire.MaxOptions)
	n, to := p.ReplyOptions(out, wire.Stamp{Egress: ingress4, Own: router4})
	if want := unhex("070708 0a010001 00"); !bytes.Equal(out[:n], want) || to != src4 {
		t.Errorf("got %x to %v, want %x to %v", out[:n], to, want, src4)
	}
}

// TestErrorOptions: the route behind the packet alone goes back.
func TestErrorOptions(t *testing.T) {
	const direct = "10.1.0.2"
	for _, c := range []struct{ name, in, want, to string }{
		{"none", "", "", direct},
		{"no record goes back", "070704 00000000 44080500 00000000 00", "", direct},
		{"half way", "830f0c 01010101 02020202 0a020002 00", "830b04 01010101 0a010002 00", "2.2.2.2"},
		{"strict, exhausted", "890708 01010101 00", "890704 0a010002 00", "1.1.1.1"},
		{"this node itself last", "830b0c 01010101 0a010001 00", "830704 0a010002 00", "1.1.1.1"},
		{"this node alone", "890708 0a010001 00", "", direct},
		{"not begun", "830b04 0a010001 0a020002 00", "", direct},
		{"behind and before other faults", "070703 00000000 830708 01010101 01 44", "830704 0a010002 00", "1.1.1.1"},
		{"two routes", "830708 01010101 830708 02020202 0000", "", direct},
		{"pointer at fault", "830703 01010101 00", "", direct},
		{"partial room", "830908 01010101 0000 000000", "", direct},
		{"without a pointer", "8302 0000", "", direct},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := packet4(t, c.in, dst4)
			out := bytes.Repeat([]byte{dirt}, wire.MaxOptions)
			n, to := p.ErrorOptions(out, router4)
			if want := unhex(c.want); !bytes.Equal(out[:n], want) || to.String() != c.to {
				t.Errorf("\n got %x to %v\nwant %x to %v", out[:n], to, want, c.to)
			}
			put(t, out[:n], to)
		})
	}
	p := parsed(t, families(count(9))["IPv6"])
	if n, to := p.ErrorOptions(nil, router4); n != 0 || to != src6 {
		t.Errorf("IPv6: got %d octets to %v, want 0 to %v", n, to, src6)
	}
}

// put writes a header with options over dirt, which gopacket must read.
func put(t *testing.T, options []byte, dst netip.Addr) {
	t.Helper()
	payload := count(33)
	b := append(bytes.Repeat([]byte{dirt}, 20+len(options)), payload...)
	wire.PutIPv4(b, wire.HeaderIPv4{TTL: 63, Protocol: 89, Src: egress4, Dst: dst, Options: options})
	ip := gp4(t, b)
	if got := optionsOf(ip); !bytes.Equal(got, options) || int(ip.IHL) != 5+len(options)/4 ||
		!bytes.Equal(ip.Payload, payload) || !ip.DstIP.Equal(dst.AsSlice()) {
		t.Errorf("gopacket reads options %x of %x to %v in %x", got, options, ip.DstIP, b)
	}
}
