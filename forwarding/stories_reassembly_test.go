package forwarding_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// fragment sends the octets from … to of an echo request of 3000 octets.
func (n *node) fragment(from, to int, words string) {
	n.t.Helper()
	n.send("left: h1 > r.left id 9 echo 3000 fragment " + itoa(from) + " " + itoa(to) + " " + words)
}

func TestReassembleInAnyOrder(t *testing.T) {
	parts := [][2]int{{0, 1000}, {1000, 2000}, {2000, 3008}}
	orders := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	both(t, func(n *node) {
		for _, order := range orders {
			for i, part := range order {
				n.fragment(parts[part][0], parts[part][1], "")
				if i < 2 {
					n.counted("held 1")
				}
			}
			n.want("left: r.left > h1 in 3 fragments echo-reply")
			n.counted("delivered 3, held -2, fragments 3, echo-reply sent 1")
		}
	})
}

func TestReassembleLongest(t *testing.T) {
	both(t, func(n *node) {
		size, fragments := 65507, 45
		if n.family == 6 {
			size, fragments = 65527, 46
		}
		for at := 0; at < size+8; at += 1480 {
			n.send("left: h1 > r.left id 9 echo " + itoa(size) + " fragment " + itoa(at) + " " + itoa(min(size+8, at+1480)))
		}
		n.want("left: r.left > h1 in " + itoa(fragments) + " fragments echo-reply")
	})
}

func TestReassembledFragmentsEndTogether(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > r.left id 9 udp 400 bad-checksum fragment 0 80")
		n.send("left: h1 > r.left id 9 udp 400 bad-checksum fragment 80 408")
		n.counted("bad-transport-checksum 2")
		n.send("left: h1 > r.left id 9 extension icmp ttl-exceeded fragment 0 24")
		n.send("left: h1 > r.left id 9 extension icmp ttl-exceeded fragment 24 72")
		n.counted("icmp-ignored 2")
		n.send("left: h1 > r.left id 9 extension echo 400 fragment 0 80")
		n.send("left: h1 > r.left id 9 extension echo 400 fragment 80 408")
		n.want("left: r.left > h1 echo-reply")
		n.counted("delivered 2, echo-reply sent 1")
	})
}

func TestFragmentsOfDifferentDatagrams(t *testing.T) {
	both(t, func(n *node) {
		n.send("left: h1 > r.left id 1 echo 400 fragment 0 80")
		n.send("left: h1 > r.left id 2 echo 400 fragment 80 408")
		n.send("left: h1b > r.left id 1 echo 400 fragment 80 408")
		n.send("left: h1 > r.right id 1 echo 400 fragment 80 408")
		n.counted("held 4")
		n.send("left: h1 > r.left id 1 echo 400 fragment 80 408")
		n.want("left: r.left > h1 echo-reply")
		n.counted("delivered 2, held -1, echo-reply sent 1")
	})
}

func TestFragmentDuplicate(t *testing.T) {
	both(t, func(n *node) {
		n.fragment(0, 1000, "")
		n.counted("held 1")
		n.fragment(0, 1000, "")
		n.counted("fragment-duplicate 1")
		n.fragment(2000, 3008, "")
		n.fragment(2000, 3008, "")
		n.counted("held 1, fragment-duplicate 1")
		n.fragment(1000, 2000, "")
		n.want("left: r.left > h1 in 3 fragments echo-reply")
		n.counted("delivered 3, held -2, fragments 3, echo-reply sent 1")
		n.fragment(1000, 2000, "") // too late: the first of a new datagram
		n.counted("held 1")
	})
}

// RFC 5722 §4: overlapping fragments take the whole datagram with them.
func TestFragmentOverlap(t *testing.T) {
	both(t, func(n *node) {
		for _, overlap := range [][2]int{{992, 2000}, {0, 1008}, {0, 2000}} {
			n.fragment(0, 1000, "")
			n.fragment(overlap[0], overlap[1], "")
			n.counted("fragment-overlap 2")
		}
		n.fragment(0, 1000, "")
		n.send("left: h1 > r.left id 9 udp 3000 fragment 0 1000") // the same place, other octets
		if n.family == 4 {
			n.counted("held 2") // another protocol is another datagram in IPv4
			n.wait(time.Hour)
			n.want("left: r.left > h1 reassembly-time-exceeded about 6 quote 548")
			n.want("left: r.left > h1 reassembly-time-exceeded about 7 quote 548")
			return
		}
		n.counted("fragment-overlap 2")
	})
}

func TestFragmentBeyondEnd(t *testing.T) {
	both(t, func(n *node) {
		n.fragment(2000, 3008, "")
		n.fragment(2000, 2800, "at 3008 more") // beyond the end that the last set
		n.counted("fragment-beyond-end 2")
		n.fragment(1000, 2000, "")
		n.fragment(504, 1000, "last") // ends before what is here
		n.counted("fragment-beyond-end 2")
		n.fragment(0, 1000, "")
		n.fragment(1000, 2000, "last")
		n.counted("bad-transport-checksum 2") // a datagram of 2000 octets, as they said
	})
}

func TestFragmentMisaligned(t *testing.T) {
	both(t, func(n *node) {
		n.fragment(80, 80, "more")
		n.counted("fragment-misaligned 1")
	})
	only(t, 4, "RFC 8200 §4.5 wants it told: below", func(n *node) {
		n.fragment(0, 1001, "")
		n.counted("fragment-misaligned 1")
	})
	only(t, 6, "IPv4 knows no such errors: above, and TestFragmentBeyondEnd", func(n *node) {
		n.fragment(0, 1001, "")
		n.want("left: r.left > h1 header-problem pointer 4 quote all")
		n.fragment(1000, 2000, "at 64536 last") // up to octet 65536
		n.want("left: r.left > h1 header-problem pointer 42 quote all")
		n.send("left: h1 > r.left dest 0000 echo 3000 fragment 1000 2000 at 64528 last")
		n.want("left: r.left > h1 header-problem pointer 50 quote all")
		n.counted("bad-field 3, header-problem sent 3")
	})
}

func TestAtomicFragment(t *testing.T) {
	only(t, 6, "IPv4 has no atomic fragments (RFC 6946)", func(n *node) {
		n.fragment(0, 1000, "") // waits, with the same ID
		n.counted("held 1")
		n.send("left: h1 > r.left id 9 echo 400 fragment 0 408")
		n.want("left: r.left > h1 echo-reply")
		n.counted("delivered 1, echo-reply sent 1")
	})
}

func TestReassemblyTimeout(t *testing.T) {
	both(t, func(n *node) {
		n.fragment(0, 504, "")
		n.fragment(2000, 3008, "")
		n.wait(59 * time.Second)
		n.counted("held 2")
		n.wait(time.Second)
		n.want("left: r.left > h1 reassembly-time-exceeded about 0 quote all")
		n.counted("held -2, reassembly-timeout 2, reassembly-time-exceeded sent 1")

		n.fragment(1000, 2000, "") // RFC 792: not without the first fragment
		n.fragment(2000, 3008, "")
		n.wait(time.Minute)
		n.counted("reassembly-timeout 2")

		n.fragment(0, 1400, "") // longer than a quote
		n.wait(time.Minute)
		n.wantTooLong("left: r.left > h1 reassembly-time-exceeded")
		n.counted("reassembly-timeout 1, reassembly-time-exceeded sent 1")

		n.send("left: h1 > r.left id 9 icmp ttl-exceeded fragment 0 24")
		n.wait(time.Minute)
		n.counted("reassembly-timeout 1, reassembly-time-exceeded forbidden 1")
	})
}

func TestReassemblyFull(t *testing.T) {
	both(t, func(n *node) {
		for id := range 16 {
			n.send("left: h1 > r.left id " + itoa(id) + " echo 400 fragment 0 80")
			n.send("left: h1 > r.left id " + itoa(id) + " echo 400 fragment 80 160")
			n.wait(time.Second)
		}
		n.counted("held 32")
		n.send("left: h1 > r.left id 99 echo 400 fragment 0 80")
		n.counted("held -1, reassembly-full 2") // the oldest goes
		n.send("left: h1 > r.left id 1 echo 400 fragment 160 408")
		n.want("left: r.left > h1 echo-reply") // the second oldest is there
		n.counted("delivered 3, held -2, echo-reply sent 1")
		n.send("left: h1 > r.left id 0 echo 400 fragment 160 408")
		n.counted("held 1") // begins anew, in the free place
	})
}

// The first fragment's header may be longer than the last's: the datagram's
// length field must hold the sum (RFC 791 §3.2, RFC 8200 §4.5).
func TestReassembledLongerThanItsLengthField(t *testing.T) {
	both(t, func(n *node) {
		size, long := 65504, "options "+strings.Repeat("01", 40)
		if n.family == 6 {
			size, long = 65520, "extension"
		}
		n.send("left: h1 > r.left id 9 echo 65504 fragment 0 32752 " + long)
		n.send("left: h1 > r.left id 9 echo 65504 fragment 32752 65504")
		n.counted("held 2")
		n.send("left: h1 > r.left id 9 echo 65504 fragment 0 " + itoa(size+8-65504) + " last at 65504")
		n.counted("held -2, fragment-beyond-end 3")
	})
}
