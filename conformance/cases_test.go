package conformance

import (
	"regexp"
	"strings"
	"testing"
)

// transcribed are the cases that were written down from the RFCs, and measured on
// Linux, before there was this package. None of them may be lost.
const transcribed = `
F4-01 F4-02 F4-03 F4-04 F4-06 F4-07 F4-07b F4-08 F4-10 F4-12 F4-13 F4-15 F4-16 F4-17 F4-19 F4-20 N4-03 N4-03b
N4-05 N4-05i N4-05b N4-06 N4-08 N4-08b N4-09 N4-09b N4-10 N4-10b N4-14 N4-14b N4-15 N4-17 N4-20 N4-23 U4-01
U4-02 U4-02b U4-02c U4-02d U4-03 U4-05 U4-06 M4-01 M4-03 M4-05 M4-06 M4-07 M4-10 M4-11 M4-12 M4-13 M4-15
M4-16 M4-17 Q4-01 O4-01 O4-04 O4-06 O4-08 O4-08b O4-09 O4-09b O4-10 O4-10c O4-11 O4-12 O4-13 O4-14 O4-15
O4-17 O4-18 O4-20 O4-23 E4-02 E4-03 E4-08 E4-09 E4-10 E4-12 E4-13 E4-14 E4-15 E4-16 E4-17 E4-17on E4-18 E4-20
T4-3 T4-12 T4-4 T4-5 R4-01 R4-03 A4-01 A4-03 A4-05 A4-06 S4-01 S4-02 S4-03 S4-04 S4-05 L4-01 L4-02 L4-04
L4-05 FR4-01 FR4-02 FR4-05 FR4-05u FR4-06 FR4-07n F6-01 F6-03 F6-06 F6-06b F6-08 F6-09 F6-10 Q6-01 Q6-02
N6-02 N6-04 N6-05 N6-10 N6-10b N6-12 N6-13 N6-14 N6-15 N6-20 U6-02 U6-02b U6-02c U6-03 U6-04 U6-05 U6-06e
U6-07 U6-08 U6-09 M6-01 M6-02 M6-05 M6-06 M6-07 M6-09 T6-1 T6-3 T6-4 T6-137 T6-135 X6-01 X6-03 X6-04 X6-05
X6-04L X6-05L X6-06 X6-06t X6-07 X6-08 X6-09 X6-10t X6-11 X6-13 X6-14 X6-15 X6-16 X6-17 X6-19 X6-20 FR6-01
FR6-03 FR6-05 FR6-06 FR6-07 FR6-07n FR6-08 E6-02 E6-03 E6-04 E6-05 E6-07 E6-08 E6-12 E6-12b E6-14 E6-15 E6-16
E6-17 E6-18 R6-01 R6-03 A6-01 L6-04 G-4884b G-4884c G-5837a G-4950 G-mute G-bh G-lie G-frag0 G-sq
`

func TestAllCasesAreThere(t *testing.T) {
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	cite := regexp.MustCompile(`^RFC \d{3,4}( §[0-9A-Z.]+)?`)
	for _, c := range cases {
		there[c.ID] = true
		for _, part := range strings.Split(c.Cite, "; ") {
			if !cite.MatchString(part) {
				t.Errorf("%s: %q cites no RFC", c.ID, part)
			}
		}
		if !strings.Contains("P0 P1 P2", c.Priority) || c.Family != "4" && c.Family != "6" || c.Section == "" {
			t.Errorf("%s: priority %q, family %q, section %q", c.ID, c.Priority, c.Family, c.Section)
		}
		for _, s := range c.Send {
			if family := s.Whole[0] >> 4; int(family) != int(c.Family[0]-'0') {
				t.Errorf("%s: sends IPv%d", c.ID, family)
			}
		}
	}
	ids := strings.Fields(transcribed)
	if len(ids) != 205 {
		t.Errorf("%d cases were transcribed, want 205", len(ids))
	}
	for _, id := range ids {
		if !there[id] {
			t.Errorf("%s is not there", id)
		}
	}
}

// good is a case that the mistakes below are put into.
const good = `
== Section
X-1 P0 4 A title
  rfc  RFC 791 §3.1
  send A: ip / udp 16
  want B: forwarded
`

func TestMistakesInCases(t *testing.T) {
	if cases, err := Parse(good); err != nil || len(cases) != 1 {
		t.Fatalf("the good one: %v", err)
	}
	for _, m := range []struct{ old, new, want string }{
		{"X-1 P0 4 A title", "X-1 P0", "want an ID"},
		{"== Section", "X-1 P0 4 Twice\n  rfc RFC 1\n  send A: ip / udp\n  want nothing", "new"},
		{"  rfc  RFC 791 §3.1\n", "", "has rfc"},
		{"  want B: forwarded\n", "", "has rfc, send and want"},
		{"  send A: ip / udp 16\n", "", "has rfc, send and want"},
		{"rfc  ", "ietf ", "unknown word"},
		{"A: ip", "C: ip", "is not on port"},
		{"A: ip", "A: ipx", "begins with ip or ip6"},
		{"udp 16", "sctp 16", "no such layer"},
		{"udp 16", "udp 16 zport=3", "unknown words"},
		{"udp 16", "udp x", "invalid syntax"},
		{"udp 16", "udp 16 /  / udp", "empty layer"},
		{"udp 16", "icmp 3", "type and code"},
		{"ip /", "ip src=10.1 /", "ParseAddr"},
		{"ip /", "ip opts=zz /", "invalid byte"},
		{"udp 16", "udp 16 | fragments 7", "multiple of 8"},
		{"udp 16", "udp 16 | fragments 8 order 9", "there are 3 fragments"},
		{"udp 16", "udp 16 | parts 8", "want: fragments"},
		{"forwarded", "forwarded colour=red", "unknown word"},
		{"forwarded", "swallowed", "unknown pattern"},
		{"forwarded", "error from=10.1.0.1", "type and code are missing"},
		{"forwarded", "error 3", "type and code"},
		{"forwarded", "error 3/4 rest=xyz", "not hexadecimal"},
		{"forwarded", "x..2 of forwarded", "invalid syntax"},
		{"want B:", "and B:", "behind want"},
		{"rfc ", "needs tea=hot\n  rfc ", "unknown need"},
	} {
		text := strings.Replace(good, m.old, m.new, 1)
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), m.want) {
			t.Errorf("%q for %q: %v, want ... %s", m.new, m.old, err, m.want)
		}
	}
	if _, err := Parse("  rfc RFC 1\n"); err == nil {
		t.Error("a line before the first case was taken")
	}
}
