package conformance

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

// extendedError is time exceeded about in, with an interface information object
// that has index, address, name and MTU (RFC 5837 §4.2, the layout of figure 2).
func extendedError(in []byte, quote int) []byte {
	object, _ := hex.DecodeString("001c" + "020f" + "00000007" + "00010000" + "0a010001" + "08746e3000000000" + "000005dc")
	structure := append([]byte{0x20, 0, 0, 0}, object...)
	binary.BigEndian.PutUint16(structure[2:], checksum(structure, 0))
	body := append(append([]byte{}, in...), make([]byte, max(0, quote-len(in)))...)[:quote]
	text := fmt.Sprintf("ip src=10.1.0.1 dst=10.1.0.2 / icmp 11/0 rest=00%02x0000 / hex %x", quote/4, append(body, structure...))
	p, err := build("A", text, 0)
	if err != nil {
		panic(err)
	}
	return p
}

func TestExtensionsAreSeen(t *testing.T) {
	c := caseOf(t, "G-5837a")
	in := c.Send[0].Whole
	for _, m := range []struct {
		name string
		edit func(p []byte)
		want string
	}{
		{"good", func([]byte) {}, ""},
		{"length", func(p []byte) { p[25] = 31 }, "length 124 octets"},
		{"length beyond", func(p []byte) { p[25] = 60 }, "length 240 octets in"},
		{"unused octet", func(p []byte) { p[24] = 1 }, "not zero beside"},
		{"quote", func(p []byte) { p[40]++ }, "quote differs"},
		{"padding", func(p []byte) { p[28+100] = 1 }, "padding is not zero"},
		{"version", func(p []byte) { p[156] = 0x10 }, "version or checksum"},
		{"checksum", func(p []byte) { p[158]++ }, "version or checksum"},
		{"object's length", func(p []byte) { change(p, 1, 0x1b) }, "wrong length"},
		{"object too long", func(p []byte) { change(p, 1, 0x20) }, "wrong length"},
		{"role", func(p []byte) { change(p, 3, 0x4f) }, `ext is ""`},
		{"class", func(p []byte) { change(p, 2, 1) }, `ext is ""`},
		{"index 0", func(p []byte) { change(p, 7, 0) }, "interface index 0"},
		{"address", func(p []byte) { change(p, 15, 9) }, "ext is \"10.1.0.9/1500\""},
		{"name's length", func(p []byte) { change(p, 16, 7) }, "interface name in 7"},
		{"MTU", func(p []byte) { change(p, 27, 0) }, "ext is \"10.1.0.1/1280\""},
		{"no MTU", func(p []byte) { change(p, 3, 0x0e) }, "octets behind"},
	} {
		p := extendedError(in, 128)
		m.edit(p)
		mend(p)
		ok, _, why := judge(c, []*datagram{read("A", p)})
		if ok != (m.want == "") || !strings.Contains(why, m.want) {
			t.Errorf("%s: %q, want %q", m.name, why, m.want)
		}
	}
}

// change changes an octet of the extension object, and mends its checksum.
func change(p []byte, at int, value byte) {
	p[160+at] = value
	p[158], p[159] = 0, 0
	binary.BigEndian.PutUint16(p[158:], checksum(p[156:], 0))
}

// TestQuoteLengths: 129 octets are quoted as 128 or 132 with padding, 128 as 128.
func TestQuoteLengths(t *testing.T) {
	for _, m := range []struct {
		id    string
		quote int
		ok    bool
	}{{"G-4884b", 128, true}, {"G-4884b", 132, false}, {"G-4884c", 128, true}, {"G-4884c", 132, true}, {"G-4884c", 136, false}} {
		c := caseOf(t, m.id)
		p := extendedError(c.Send[0].Whole, m.quote)
		if ok, _, why := judge(c, []*datagram{read("A", p)}); ok != m.ok {
			t.Errorf("%s with %d octets: %v %q", m.id, m.quote, ok, why)
		}
	}
	plain, _ := build("A", fmt.Sprintf("ip src=10.1.0.1 dst=10.1.0.2 / icmp 11/0 / hex %x", caseOf(t, "G-4884b").Send[0].Whole), 0)
	if ok, _, _ := judge(caseOf(t, "G-4884b"), []*datagram{read("A", plain)}); ok {
		t.Error("an error without extensions passes as one with")
	}
}

func TestTimesInPatterns(t *testing.T) {
	now := time.Now().UTC()
	ms := func(d time.Duration) string {
		at := now.Add(d)
		return fmt.Sprintf("%08x", at.Sub(at.Truncate(24*time.Hour)).Milliseconds())
	}
	for _, m := range []struct {
		pattern, value string
		want           bool
	}{
		{"4408TTTTTTTT", "4408" + ms(0), true},
		{"4408TTTTTTTT", "4408" + ms(-time.Minute), false},
		{"4408TTTTTTTT", "4408" + ms(time.Minute), false},
		{"TTTTTTTTTTTTTTTT", ms(0) + ms(0), true},
		{"TTTTTTTTTTTTTTTT", ms(0) + ms(-time.Hour), false},
		{"??08", "4408", true}, {"??08", "4409", false}, {"4408", "440800", false},
	} {
		value, _ := hex.DecodeString(m.value)
		if got := matchHex(m.pattern, value); got != m.want {
			t.Errorf("%s matches %s: %v", m.pattern, m.value, got)
		}
	}
}
