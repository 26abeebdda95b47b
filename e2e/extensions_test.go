//go:build linux

package e2e

import (
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// object is an extension object as traceroute -e prints it: its role's bits of the
// C-Type with those for index, address, name and MTU, and its words (RFC 5837 §4.1).
func (f family) object(ctype, index int, address, name string, mtu int) string {
	return fmt.Sprintf("2/%d:%08x,%s,%s,%08x", ctype, index, address, name, mtu)
}

// TestExtensions reads the node's interfaces in what traceroute and tshark decode of
// its errors. A prohibited packet would not have left by any.
func TestExtensions(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	columns := []string{"icmp.int_info.role", "icmp.int_info.index", "icmp.int_info.ipv4", "icmp.int_info.ipv6",
		"icmp.int_info.name", "icmp.int_info.mtu", "icmp.ext.checksum.status", "icmp.length", "icmpv6.length"}
	for _, setting := range []string{"incoming", "all"} {
		t.Run(setting, func(t *testing.T) {
			eachFamily(t, func(t *testing.T, f family) {
				r := start(t, knobs(t, func(p *topology) { p.ICMP = `"extensions": "` + setting + `"` }))
				trace := func(to string) string {
					return r.client(t, "traceroute", "-n", "-w", "5", "-e", "-q", "1", "-N", "1", to)
				}
				left := f.object(15, 1, f.says("00010000,0a010001", "00020000,fd000001,00000000,00000000,00000001"), "086c6566,74000000", 1500)
				both := left
				if setting == "all" {
					both += ";" + f.object(143, 2, f.says("00010000,0a020001", "00020000,fd000002,00000000,00000000,00000001"), "08726967,68740000", 1400)
				}
				want(t, trace(f.server), ` 1  `+f.left+` <`+both+`>  [\d.]+ ms\n 2  `+f.server+`  [\d.]+ ms\n$`)
				want(t, trace(f.prohibited), ` 1  `+f.left+` <`+left+`>  [\d.]+ ms !X\n$`)
				c := r.stop()
				c.wantSent(t, "ttl-exceeded", 1)
				c.wantSent(t, "admin-prohibited", c.Dropped["prohibited"])

				tail := f.says("32 ", " 16") // 128 octets of quote are 32 words of four octets in IPv4, 16 of eight in IPv6
				decoded := map[string]string{
					"incoming": fmt.Sprintf("0 1 %s %s left 1500 1 %s", f.says(f.left, ""), f.says("", f.left), tail),
					"all": fmt.Sprintf("0,2 1,2 %s %s left,right 1500,1400 1 %s",
						f.says(f.left+","+f.right, ""), f.says("", f.left+","+f.right), tail),
				}[setting]
				r.wantWritten(t, "left", f.says("icmp.type == 11", "icmpv6.type == 3"), columns, decoded)
			})
		})
	}
}

// TestExtensionsOff: there is nothing but the quote.
func TestExtensionsOff(t *testing.T) {
	t.Parallel()
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		want(t, r.client(t, "traceroute", "-n", "-w", "5", "-e", "-q", "1", f.server), ` 1  `+f.left+`  [\d.]+ ms\n 2  `+f.server+`  [\d.]+ ms\n$`)
		r.stop()
		for _, line := range dissect(t, r.captures["left"].path, f.says("icmp.type == 11", "icmpv6.type == 3"), "icmp.length", "icmpv6.length", "icmp.ext") {
			want(t, line, `^0?\t0?\t$`)
		}
	})
}

// TestTracerouteMTU lets traceroute find the hop where packets must become smaller.
func TestTracerouteMTU(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	for _, setting := range []string{"off", "all"} {
		t.Run(setting, func(t *testing.T) {
			eachFamily(t, func(t *testing.T, f family) {
				r := start(t, knobs(t, func(p *topology) { p.ICMP = `"extensions": "` + setting + `"` }))
				want(t, r.client(t, "traceroute", "-n", "-w", "5", "--mtu", "-q", "1", f.server),
					` 1  `+f.left+`  [\d.]+ ms F=1500\n 2  `+f.server+`  [\d.]+ ms F=1400\n$`)
				want(t, r.client(t, "ip", "route", "get", f.server), ` mtu 1400 `)
				c := r.stop()
				c.wantSent(t, "too-big", 1)
				c.wantDropped(t, "too-big", 1)
			})
		})
	}
}
