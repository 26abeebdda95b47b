//go:build linux

package e2e

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// judge has tshark look at all that a router wrote to a link. Packets in the
// other direction are the kernel's.
func (r *router) judge(link string, c *capture, sent uint64) {
	r.t.Helper()
	c.finish(r.t)
	least, most, faults := verdict(r.t, c.path)
	for i, fault := range faults {
		if i == 5 {
			r.t.Errorf("and %d more", len(faults)-i)
			break
		}
		r.t.Errorf("link %s: the router wrote a bad packet: %s", link, fault)
	}
	if sent < least || sent > most {
		r.t.Errorf("link %s: the router says that it sent %d, and %d to %d were captured", link, sent, least, most)
	}
}

// columns are what tshark prints of each packet. Of a status 0 is bad, 4 illegal.
var columns = []string{"_ws.malformed", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
	"icmp.checksum.status", "icmpv6.checksum.status", "tcp.checksum", "_ws.col.Info",
	"udp.checksum", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.ttl", "ipv6.hlim", "tcp.hdr_len", "tcp.len", "udp.length", "ip.len", "ipv6.plen"}

// verdict counts the datagrams of a capture that came into the kernel through a
// TUN, and describes those that are malformed or have a bad checksum. Of what a
// super-packet stands for, a capture tells only the least and the most.
func verdict(t *testing.T, path string) (least, most uint64, faults []string) {
	t.Helper()
	for _, line := range dissect(t, path, "", columns...) {
		column := strings.Split(line, "\t")
		least, most = least+1, most+1
		if n := superLen(column); n > 0 {
			least, most = least+uint64(n/widestMTU), most+maxSegments-1
		}
		if fault(column) {
			faults = append(faults, strings.TrimSpace(line))
		}
	}
	return least, most, faults
}

const (
	widestMTU   = 1500 // of all links here: what is longer is a super-packet
	maxSegments = 128  // of a super-packet (the kernel's UDP_MAX_SEGMENTS)
)

// dissect has tshark print columns, with tabs between them, of the packets in a capture that came into the
// kernel through a TUN and pass a filter.
func dissect(t *testing.T, path, filter string, columns ...string) (lines []string) {
	t.Helper()
	args := []string{"-n", "-r", path, "-Y", "sll.pkttype == 0 && sll.ifindex != 1", "-T", "fields",
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		// The router carries payloads: what tshark would guess them to be by their ports is not the router's to make well.
		"-d", "tcp.port==1-65535,data", "-d", "udp.port==1-65535,data"}
	if filter != "" {
		args[4] += " && (" + filter + ")"
	}
	for _, column := range columns {
		args = append(args, "-e", column)
	}
	out, err := exec.Command("tshark", args...).Output() // it warns of root on standard error
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// wantWritten compares what tshark says, after the stop, of the packets that the
// router wrote to a link and that pass a filter: a line for each, a space between columns.
func (r *router) wantWritten(t *testing.T, link, filter string, columns []string, want ...string) {
	t.Helper()
	lines := dissect(t, r.captures[link].path, filter, columns...)
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "\t", " ")
	}
	if !slices.Equal(lines, want) {
		t.Errorf("link %s, packets with %s: %v are\n%s\nwant\n%s", link, filter, columns, strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// fault says whether the columns of a packet tell of something bad. Of the TCP and
// UDP that an error quotes, tshark sums up the part that is there, which is no checksum.
func fault(column []string) bool {
	malformed, ip, transport, icmp := column[0], column[1], column[2:4], column[4:6]
	bad := func(statuses string) bool {
		return slices.ContainsFunc(strings.Split(statuses, ","), func(s string) bool { return s == "0" || s == "4" })
	}
	isICMP := icmp[0]+icmp[1] != ""
	return malformed != "" || bad(ip) || slices.ContainsFunc(icmp, bad) ||
		!isICMP && slices.ContainsFunc(transport, bad) && !negativeZero(column) && !partial(column) ||
		superLen(column) > 0 && !partial(column)
}

// superLen is the length of a super-packet after its IP header; 0: it is none.
func superLen(column []string) int {
	for _, c := range []struct{ length, add, header int }{{18, 0, 20}, {19, 40, 40}} {
		n, _ := strconv.Atoi(column[c.length]) // a list is of an error, and no number
		if n += c.add; n > widestMTU {
			return n - c.header
		}
	}
	return 0
}

// transportLen is the length of TCP or UDP with header and payload, as they say.
func transportLen(column []string) int {
	header, _ := strconv.Atoi(column[15])
	tcp, _ := strconv.Atoi(column[16])
	udp, _ := strconv.Atoi(column[17])
	return header + tcp + udp
}

// partial says that the checksum of a forwarded packet is still to be completed: it
// is the sum of the pseudo-header (RFC 9293 §3.1), as the sender's kernel left
// it. What the router originates has a TTL of 64, and no such excuse.
func partial(column []string) bool {
	protocol, checksum := uint32(6), column[6]
	if checksum == "" {
		protocol, checksum = 17, column[8]
	}
	src, err := netip.ParseAddr(column[9] + column[11])
	dst, err2 := netip.ParseAddr(column[10] + column[12])
	if err != nil || err2 != nil || column[13]+column[14] == "64" {
		return false
	}
	sum := protocol + uint32(transportLen(column))
	for b := slices.Concat(src.AsSlice(), dst.AsSlice()); len(b) > 0; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return checksum == fmt.Sprintf("0x%04x", sum)
}

// negativeZero says that a TCP checksum is 0xffff where 0x0000 is meant. Linux
// sends that itself when it completes a partial one; a router carries it unchanged.
func negativeZero(column []string) bool {
	return column[6] == "0xffff" && strings.Contains(column[7], "[TCP CHECKSUM 0xFFFF]") && !strings.Contains(column[7], "RST")
}

// TestJudge sees the judge find what it is for: it looks at one good echo reply,
// and at the same one with a bad checksum of each kind, or cut short.
func TestJudge(t *testing.T) {
	needs.Tool(t, "tshark", "tshark")
	header := []byte{0x45, 0, 0, 29, 0, 0, 0, 0, 64, 1, 0x66, 0xdc, 10, 1, 0, 1, 10, 1, 0, 2}
	reply := append(header, 0, 0, 0x9e, 0xfd, 0, 1, 0, 1, 'a')
	damaged := func(at int) []byte { b := slices.Clone(reply); b[at] ^= 1; return b }
	tcp := func(ttl byte, checksum uint16) []byte {
		b := []byte{0x45, 0, 0, 40, 0, 0, 0, 0, ttl, 6, 0, 0, 10, 1, 0, 1, 10, 1, 0, 2,
			3, 0xe8, 7, 0xd0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, byte(checksum >> 8), byte(checksum), 0, 0}
		binary.BigEndian.PutUint16(b[10:], 0x66cc+uint16(64-ttl)<<8)
		return b
	}
	for _, c := range []struct {
		name   string
		packet []byte
		faults int
	}{
		{"good", reply, 0},
		{"header checksum", damaged(10), 1},
		{"ICMP checksum", damaged(22), 1},
		{"payload", damaged(28), 1},
		{"partial", tcp(62, 0x141f), 0},
		{"partial, of the router's own", tcp(64, 0x141f), 1},
		{"neither partial nor complete", tcp(62, 0x1420), 1},
		{"complete", tcp(62, 0x9026), 0},
		{"length", append(slices.Clone(reply[:3]), append([]byte{22}, reply[4:22]...)...), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "judge.pcap")
			if err := os.WriteFile(path, pcap(c.packet), 0o644); err != nil {
				t.Fatal(err)
			}
			packets, most, faults := verdict(t, path)
			if packets != 1 || most != 1 || len(faults) != c.faults {
				t.Errorf("%d packets, faults %q; want 1 packet, %d faults", packets, faults, c.faults)
			}
		})
	}
}

// pcap is a capture of one IPv4 packet that came in through interface 2.
func pcap(packet []byte) (b []byte) {
	const linkTypeSLL2, typeIPv4, hardwareNone = 276, 0x0800, 0xfffe
	for _, word := range []uint32{0xa1b2c3d4, 2<<16 | 4, 0, 0, 65535, linkTypeSLL2} {
		b = binary.BigEndian.AppendUint32(b, word)
	}
	length := uint32(20 + len(packet))
	for _, word := range []uint32{0, 0, length, length, typeIPv4 << 16, 2, hardwareNone << 16, 0, 0} {
		b = binary.BigEndian.AppendUint32(b, word)
	}
	return append(b, packet...)
}
