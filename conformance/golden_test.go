package conformance

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// update writes testdata/linux.txt from what the kernel of this machine does.
var update = flag.Bool("update", false, "write testdata/linux.txt and ../docs/conformance.md (root)")

const golden = "testdata/linux.txt"

// unstored are the cases whose packets hold the time of day, and those with hundreds
// of packets: they are not in the file.
var unstored = map[string]bool{"O4-04": true, "O4-05": true, "O4-13": true, "O4-18": true, "E4-12": true,
	"L4-01": true, "L4-02": true, "L4-04": true, "L4-05": true, "L6-04": true, "G-sq": true}

// recorded returns what Linux 6.18 sent in each case, and the verdict of the
// judge then.
func recorded(t *testing.T) map[string]recording {
	t.Helper()
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]recording{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		words := strings.Fields(line)
		r := recording{verdict: Verdict(words[1])}
		for _, w := range words[2:] {
			raw, err := hex.DecodeString(w[2:])
			if err != nil {
				t.Fatal(err)
			}
			r.got = append(r.got, read(w[:1], raw))
		}
		all[words[0]] = r
	}
	return all
}

type recording struct {
	verdict Verdict
	got     []*datagram
}

func record(t *testing.T, results []Result) {
	t.Helper()
	var b strings.Builder
	for _, r := range results {
		if r.Verdict == Skipped || unstored[r.Case.ID] {
			continue
		}
		fmt.Fprintf(&b, "%s %s", r.Case.ID, r.Verdict)
		for _, d := range r.came {
			fmt.Fprintf(&b, " %s:%x", d.port, d.raw)
		}
		b.WriteString("\n")
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// each runs a check on each recorded case that the judge finds right.
func each(t *testing.T, check func(t *testing.T, c *Case, got []*datagram)) {
	t.Helper()
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	all, n := recorded(t), 0
	for i := range cases {
		if r, ok := all[cases[i].ID]; ok && r.verdict == OK {
			n++
			check(t, &cases[i], r.got)
		}
	}
	if n < 170 {
		t.Errorf("%d cases are recorded, want 170", n)
	}
}

// TestRecorded: the judge says of what Linux sent what it said then.
func TestRecorded(t *testing.T) {
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	all := recorded(t)
	for i := range cases {
		r, there := all[cases[i].ID]
		if !there {
			continue
		}
		ok, known, why := judge(&cases[i], r.got)
		if ok != (r.verdict == OK) || known != (r.verdict == Known) {
			t.Errorf("%s: ok %v, known %v (%s), recorded as %s", cases[i].ID, ok, known, why, r.verdict)
		}
	}
}

// TestSomethingElseIsSeen: a packet that is lost, sent twice, sent out of the other
// port, cut short or lengthened is a deviation.
func TestSomethingElseIsSeen(t *testing.T) {
	each(t, func(t *testing.T, c *Case, got []*datagram) {
		red := func(what string, changed []*datagram) {
			t.Helper()
			if ok, _, _ := judge(c, changed); ok && !allowed(c, what) {
				t.Errorf("%s: %s, and the judge is content", c.ID, what)
			}
		}
		stranger, _ := build("A", "ip src=10.1.0.1 dst=10.1.0.2 / udp 16", 0)
		red("a stranger", append(append([]*datagram{}, got...), read("B", stranger)))
		for i, d := range got {
			other := map[string]string{"A": "B", "B": "A"}[d.port]
			red("lost", without(got, i))
			red("twice", append(append([]*datagram{}, got...), d))
			red("other port", with(got, i, read(other, d.raw)))
			red("short", with(got, i, read(d.port, d.raw[:len(d.raw)-1])))
			red("long", with(got, i, read(d.port, append(append([]byte{}, d.raw...), 0))))
		}
	})
}

// allowed says that the case leaves the choice of silence, so that a packet lost
// is no deviation.
func allowed(c *Case, what string) bool {
	if what != "lost" {
		return false
	}
	for _, o := range c.Want {
		if len(o) == 0 {
			return true
		}
	}
	// redirect and packet, or the packet alone
	return c.ID == "E4-20" || c.ID == "U6-04"
}

func without(got []*datagram, i int) []*datagram {
	return append(append([]*datagram{}, got[:i]...), got[i+1:]...)
}

func with(got []*datagram, i int, d *datagram) []*datagram {
	changed := append([]*datagram{}, got...)
	changed[i] = d
	return changed
}

// TestEveryOctetIsSeen changes each octet of what Linux sent, and puts the checksums
// right again. The judge must be content with those alone that a router chooses.
func TestEveryOctetIsSeen(t *testing.T) {
	each(t, func(t *testing.T, c *Case, got []*datagram) {
		for i, d := range got {
			for at := 0; at < len(d.raw); at += step(at) {
				raw := append([]byte{}, d.raw...)
				raw[at] ^= 0x14
				mend(raw)
				if bytes.Equal(raw, d.raw) {
					continue // a checksum
				}
				if ok, _, _ := judge(c, with(got, i, read(d.port, raw))); ok && !free(c, d, at) {
					t.Errorf("%s: octet %d of %s changed from %#02x to %#02x, and the judge is content",
						c.ID, at, d, d.raw[at], raw[at])
				}
			}
		}
	})
}

// step looks at each octet of the headers, and at some of what is behind them.
func step(at int) int {
	if at < 160 {
		return 1
	}
	return 37
}

// free says that a router chooses this octet of a packet of its own.
func free(c *Case, d *datagram, at int) bool {
	if forwardedIn(c, d) {
		return false
	}
	if d.six && strings.HasPrefix(c.ID, "R6") && at >= 80 && at < 88 {
		return true // the link-layer address of the target
	}
	if d.six {
		return at < 4 || at == 7 && d.icmp != nil && d.icmp.kind != 137 || d.header == 48 && at == 7
	}
	// TOS, id, reserved and DF, TTL, checksum
	if at == 1 || at == 4 || at == 5 || at == 8 || at == 10 || at == 11 {
		return true
	}
	switch c.ID {
	case "O4-17": // options and their quote
		return at >= 20
	case "E4-17on": // what stands behind a PROBE reply
		return at >= 28
	case "O4-23": // the pointer
		return at == 24
	}
	return false
}

// forwardedIn says that d is what a packet of the case becomes in forwarding.
func forwardedIn(c *Case, d *datagram) bool {
	for _, s := range c.Send {
		for _, p := range s.Packets {
			if asked(p).src == d.src {
				return true
			}
		}
	}
	return false
}

// mend puts the checksums right.
func mend(raw []byte) {
	put := func(at int, sum uint16) { raw[at], raw[at+1] = byte(sum>>8), byte(sum) }
	if raw[0]>>4 == 4 {
		n := int(raw[0]&15) * 4
		if n < 20 || n > len(raw) {
			return
		}
		put(10, 0)
		put(10, checksum(raw[:n], 0))
		if raw[9] == protoICMP && len(raw) >= n+8 && raw[6]&0x3f == 0 && raw[7] == 0 {
			put(n+2, 0)
			put(n+2, checksum(raw[n:], 0))
		}
		return
	}
	if raw[0]>>4 == 6 && raw[6] == protoICMPv6 && len(raw) >= 48 {
		d := asked(raw)
		put(42, 0)
		put(42, checksum(raw[40:], pseudo(d.src, d.dst, protoICMPv6, len(raw)-40)))
	}
}
