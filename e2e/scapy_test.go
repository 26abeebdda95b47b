//go:build linux

package e2e

import (
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// prelude goes before each script: what they have in common.
const prelude = `
from scapy.all import *
conf.verb = 0

def tell(answer):
    print("nothing" if answer is None else answer.sprintf("%IP.src% %ICMP.type% %ICMP.code%") + str(answer[IP].options))

def probe(dst, flags, ctype, what):
    "sends an extended echo request (RFC 8335 section 2) with one interface identification object"
    what += bytes(-len(what) % 4)
    extension = b"\x20\0\0\0" + struct.pack("!HBB", 4 + len(what), 3, ctype) + what
    extension = extension[:2] + struct.pack("!H", checksum(extension)) + extension[4:]
    six = ":" in dst
    body = struct.pack("!BBHHBB", 160 if six else 42, 0, 0, 0x1234, 7, flags) + extension
    ip = IPv6(dst=dst, nh=58) if six else IP(dst=dst, proto=1)
    ip = ip.__class__(bytes(ip))
    ip = ip.__class__(dst=dst, src=ip.src, **({"nh": 58} if six else {"proto": 1}))
    sum = in6_chksum(58, ip, body) if six else checksum(body)
    send(ip / Raw(body[:2] + struct.pack("!H", sum) + body[4:]))
`

// scapy runs a script in the client's namespace, by the Python that Debian's scapy is for.
func (r *router) scapy(t *testing.T, script string) string {
	t.Helper()
	needs.Tool(t, "scapy", "python3-scapy")
	return must(t, in(r.Client, "/usr/bin/python3", "-c", prelude+script)...)
}

func TestScapyTraceroute(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		out := r.scapy(t, fmt.Sprintf("print(traceroute%s(%q, maxttl=3)[0].get_trace())", f.says("", "6"), f.server))
		want(t, out, fmt.Sprintf(`(?m)^\{'%s': \{1: \('%s', False\), 2: \('%s', True\)\}\}$`, f.server, f.left, f.server))
		r.stop().wantSent(t, "ttl-exceeded", 1)
	})
}

// TestScapySourceRoute sends source routes as hosts do: to the first hop, with what
// follows in the option.
func TestScapySourceRoute(t *testing.T) {
	t.Parallel()
	r := start(t, sourceRouting(t, "process"))
	r.permitSourceRoutes(t)
	ask := func(option, to string) string {
		return r.scapy(t, fmt.Sprintf(`
conf.checkIPaddr = False # the server answers a packet to the node
tell(sr1(IP(dst="10.1.0.1", options=IPOption_%s(pointer=4, routers=[%q])) / ICMP(id=1), timeout=2))`, option, to))
	}
	for _, option := range []string{"LSRR", "SSRR"} {
		// The reply has recorded the node as it left it.
		want(t, ask(option, "10.2.0.2"), `10\.2\.0\.2 echo-reply 0.*routers=\[10\.1\.0\.1\]`)
	}
	want(t, ask("LSRR", "8.8.8.8"), `10\.1\.0\.1 dest-unreach source-route-failed`)
	want(t, ask("SSRR", "8.8.8.8"), `10\.1\.0\.1 dest-unreach source-route-failed`)
	c := r.stop()
	c.wantDropped(t, "source-route-failed", 2)
	c.wantSent(t, "source-route-failed", 2)
	if c.Forwarded != 4 {
		t.Errorf("want 4 forwarded: %+v", c)
	}
}

// TestExtendedEcho asks for the node's interfaces (RFC 8335), which it tells only if it is told to.
func TestExtendedEcho(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		for _, on := range []bool{true, false} {
			t.Run(fmt.Sprint(on), func(t *testing.T) {
				r := start(t, knobs(t, func(p *topology) { p.ICMP = fmt.Sprintf(`"probe": %v`, on) }))
				r.scapy(t, fmt.Sprintf(`
to = %[1]q
probe(to, 1, 1, b"right")         # by name
probe(to, 1, 2, b"\0\0\0\1")      # by index
probe(to, 1, 3, %[2]s)            # by address
probe(to, 1, 1, b"nowhere")
probe(to, 0, 3, %[2]s)            # a neighbor's: the links have no table of them
probe(to, 1, 9, b"what")          # no such way to ask
`, f.left, f.says(`b"\0\1\4\0\x0a\2\0\1"`, `b"\0\2\x10\0\xfd\0\0\2" + bytes(11) + b"\1"`)))
				r.ping(t, f.left) // what came before is done
				c := r.stop()
				if !on {
					c.wantDropped(t, "icmp-ignored", 6)
					c.wantSent(t, "extended-echo-reply", 0)
					return
				}
				c.wantSent(t, "extended-echo-reply", 6)
				icmp := f.says("icmp", "icmpv6")
				reply := f.says("43 ", "161 ")
				r.wantWritten(t, "left", f.says("icmp.type != 0", "icmpv6.type != 129"), []string{icmp + ".type", icmp + ".code", icmp + ".ext.echo.rsp.active",
					icmp + ".ext.echo.rsp.ipv4", icmp + ".ext.echo.rsp.ipv6", icmp + ".ext.echo.seq"},
					reply+"0 1 1 1 7", reply+"0 1 1 1 7", reply+"0 1 1 1 7", reply+"2 0 0 0 7", reply+"3 0 0 0 7", reply+"1 0 0 0 7")
			})
		}
	})
}
