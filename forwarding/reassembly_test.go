package forwarding_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// naiveDatagram is what should be known of a datagram that is put together:
// each octet, and how many fragments brought them.
type naiveDatagram struct {
	octets    map[int]byte
	fragments int
	end       int
}

// add says what becomes of a fragment: the reason with which it and how many
// others end, "" while it waits, or the whole payload.
func (d *naiveDatagram) add(start int, octets []byte, last bool) (reason string, ended int, whole []byte) {
	if len(octets) == 0 || !last && len(octets)%8 != 0 {
		return "fragment-misaligned", 1, nil // of the second kind, an IPv6 sender is told
	}
	end, here, same, furthest := start+len(octets), 0, true, 0
	for at := range d.octets {
		furthest = max(furthest, at/8*8) // where the furthest unit of 8 octets begins
	}
	for at, octet := range octets {
		if was, ok := d.octets[start+at]; ok {
			here, same = here+1, same && was == octet
		}
	}
	switch {
	case d.end != 0 && (end > d.end || last && end != d.end), last && end <= furthest:
		return "fragment-beyond-end", d.reset() + 1, nil
	case here == len(octets) && same:
		return "fragment-duplicate", 1, nil
	case here > 0:
		return "fragment-overlap", d.reset() + 1, nil
	}
	for at, octet := range octets {
		d.octets[start+at] = octet
	}
	d.fragments++
	if last {
		d.end = end
	}
	if d.end == 0 || len(d.octets) != d.end {
		return "", 0, nil
	}
	whole = make([]byte, d.end)
	for at, octet := range d.octets {
		whole[at] = octet
	}
	return "", d.reset(), whole
}

// reset forgets all, and says how many fragments that was.
func (d *naiveDatagram) reset() int {
	fragments := d.fragments
	*d = naiveDatagram{octets: map[int]byte{}}
	return fragments
}

func TestReassemblyAgainstNaive(t *testing.T) {
	for _, family := range []int{4, 6} {
		wholes := 0
		for seed := range uint64(30) {
			r := rand.New(rand.NewPCG(seed, uint64(family)))
			n, naive := newNode(t, family), &naiveDatagram{}
			naive.reset()
			size := 8 + 8*(2+r.IntN(6)) // few octets, so that fragments collide
			for range 100 {
				wholes += n.compareWithNaive(naive, randomFragment(r, size))
			}
		}
		if wholes < 50 {
			t.Errorf("IPv%d: only %d datagrams came to be whole: the test tests little", family, wholes)
		}
	}
}

// randomFragment is a line that sends a part of an echo request: mostly an honest one.
func randomFragment(r *rand.Rand, size int) string {
	from := 8 * r.IntN(size/8)
	to := min(size, from+8*(1+r.IntN(3)))
	words := ""
	switch r.IntN(25) {
	case 0:
		to--
	case 1:
		words = " last"
	case 2:
		words = " more"
	case 3:
		words = " bad-checksum"
	}
	return fmt.Sprintf("left: h1 > r.left id 3 echo %d fragment %d %d%s", size-8, from, to, words)
}

// compareWithNaive sends a fragment to both, and says how many datagrams became whole.
func (n *node) compareWithNaive(naive *naiveDatagram, line string) int {
	n.t.Helper()
	n.before = n.router.Counters
	n.send(line)
	sent := n.sent[len(n.sent)-1]
	s := n.read(sent.bytes)
	if s.offset == 0 && !s.more {
		n.outputs = nil
		return 0 // not a fragment at all
	}
	waiting := naive.fragments
	reason, ended, whole := naive.add(s.offset, s.payload, !s.more)
	var want string
	gain := naive.fragments - waiting
	switch request := n.request(sent); {
	case whole != nil && bytes.Equal(whole, request):
		want = fmt.Sprintf("delivered %d", ended)
	case whole != nil:
		reason = "bad-transport-checksum"
	}
	if gain != 0 {
		want = join(want, fmt.Sprintf("held %d", gain))
	}
	if told := n.family == 6 && reason == "fragment-misaligned" && len(s.payload) > 0; told {
		want, reason = "bad-field 1, header-problem sent 1", ""
		n.want("left: r.left > h1 header-problem pointer 4 quote all")
	}
	if reason != "" {
		want = join(want, fmt.Sprintf("%s %d", reason, ended))
	}
	if whole != nil && reason == "" {
		want = join(want, "echo-reply sent 1")
		n.sent[len(n.sent)-1].payload = whole
		n.want("left: r.left > h1 echo-reply")
	}
	n.counted(want)
	if whole == nil {
		return 0
	}
	return 1
}

// request is the whole echo request, its checksum right.
func (n *node) request(sent built) []byte {
	size := len(sent.payload) - 8
	b, err := build(n.family, fmt.Sprintf("left: h1 > r.left echo %d", size))
	if err != nil {
		n.t.Fatal(err)
	}
	return b.payload
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}
