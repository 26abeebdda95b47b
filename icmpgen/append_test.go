package icmpgen

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
)

// TestAppend: what Build builds, behind what was there.
func TestAppend(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		for _, n := range []int{8, 1000, 60000} {
			for m, d := range map[Message]datagram{TTLExceeded: f.from(17, udp(n)), EchoReply: f.echo(t, n)} {
				in, s := d.bytes(t), f.spec(m)
				got, ok := Append([]byte("before"), s, in)
				want := build(t, s, parsed(t, in)).Data
				if !ok || string(got[:6]) != "before" || !bytes.Equal(got[6:], want) {
					t.Errorf("%v, %d octets\n got %x, %v\nwant %x", m, n, got, ok, want)
				}
			}
		}
	})
}

// echo is an echo request with a valid checksum.
func (f family) echo(t testing.TB, n int) datagram {
	t.Helper()
	s := f.spec(EchoReply)
	reply := lend()
	s.Build(reply, parsed(t, f.from(f.icmp, append(icmp(f.echoRequest), count(n)...)).bytes(t)))
	payload := bytes.Clone(reply.Payload())
	payload[0], payload[2], payload[3] = f.echoRequest, 0, 0
	sum := wire.Checksum(payload)
	if !f.v4() {
		sum = wire.TransportChecksum(netip.MustParseAddr(f.src), netip.MustParseAddr(f.dst), 58, payload)
	}
	payload[2], payload[3] = byte(sum>>8), byte(sum)
	return f.from(f.icmp, payload)
}

// TestAppendRefuses: dst comes back as it was.
func TestAppendRefuses(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		good := f.from(17, udp(8)).bytes(t)
		bad := f.echo(t, 8)
		bad.payload[9] ^= 1
		multicast := f.from(17, udp(8))
		multicast.dst = f.multicast
		for what, test := range map[string]struct {
			s  Spec
			in []byte
		}{
			"nothing":                         {f.spec(TTLExceeded), nil},
			"half a header":                   {f.spec(TTLExceeded), good[:19]},
			"a cut datagram":                  {f.spec(TTLExceeded), good[:len(good)-1]},
			"to multicast":                    {f.spec(TTLExceeded), multicast.bytes(t)},
			"no request":                      {f.spec(EchoReply), good},
			"a request with a wrong checksum": {f.spec(EchoReply), bad.bytes(t)},
			"a segment with a wrong checksum": {f.spec(TCPReset), f.from(6, append(count(12), 0x50, 2, 0, 0, 0, 0, 0, 0)).bytes(t)},
			"no source":                       {Spec{Message: TTLExceeded}, good},
		} {
			if got, ok := Append([]byte("before"), test.s, test.in); ok || string(got) != "before" {
				t.Errorf("%s: got %x, %v, want what was there, false", what, got, ok)
			}
		}
	})
}

// TestLibraryAllocates: no message does, nor does reading a probe.
func TestLibraryAllocates(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		buf, name := make([]byte, 0, 2000), "eth0"
		in, request := f.from(17, udp(1000)).bytes(t), f.echo(t, 1000).bytes(t)
		probe := f.raw(t, parsed(t, f.from(f.icmp, []byte{map[bool]byte{true: 42, false: 160}[f.v4()], 0, 0, 0, 0, 0, 0, 1}).bytes(t)), true)
		p, q, s := parsed(t, in), lend(), f.spec(TTLExceeded)
		redirect := s
		redirect.Message, redirect.Gateway, redirect.Source = Redirect, netip.MustParseAddr(f.dst), netip.MustParseAddr(map[bool]string{true: f.own, false: "fe80::1"}[f.v4()])
		reply := f.spec(EchoReply)
		ok := true
		for what, run := range map[string]func(){
			"Append":       func() { _, done := Append(buf, s, in); ok = ok && done },
			"Append reply": func() { _, done := Append(buf, reply, request); ok = ok && done },
			"extensions": func() {
				s := s
				s.Extensions = []Object{{Class: ClassInterface, Name: name, Index: 1, MTU: 3, Addr: s.Source}, {Class: ClassLabelStack, Labels: []Label{{Label: 3}}}}
				s.Build(q, p)
			},
			"redirect": func() { ok = ok && redirect.Permitted(p); redirect.Build(q, p) },
			"probe": func() {
				_, code := ParseProbe(probe)
				reply := Spec{Message: ExtendedEchoReply, Source: s.Source, Probe: ProbeAnswer{Code: code}}
				reply.Build(q, probe)
			},
		} {
			if got := testing.AllocsPerRun(100, run); got != 0 || !ok {
				t.Errorf("%s: got %v allocations, %v, want 0, true", what, got, ok)
			}
		}
	})
}
