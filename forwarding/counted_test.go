package forwarding_test

import (
	"fmt"
	"strings"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
)

// counted says what the counters have gained since they were last asked, all of
// it but Received, in the order of their declaration.
func (n *node) counted(want string) {
	n.t.Helper()
	if got := gained(&n.before, &n.router.Counters); got != want {
		n.t.Fatalf("counters\n gained %q\n wanted %q", got, want)
	}
	n.before = n.router.Counters
}

func gained(before, after *forwarding.Counters) string {
	var parts []string
	add := func(name string, before, after uint64) {
		if before != after {
			parts = append(parts, fmt.Sprintf("%s %d", name, int64(after-before)))
		}
	}
	add("forwarded", before.Forwarded, after.Forwarded)
	add("delivered", before.Delivered, after.Delivered)
	add("held", before.Held, after.Held)
	for reason := range drop.NumReasons {
		add(reason.String(), before.Dropped[reason], after.Dropped[reason])
	}
	add("fragments", before.Fragments, after.Fragments)
	for m := range icmpgen.NumMessages {
		b, a := before.Messages[m], after.Messages[m]
		add(m.String()+" sent", b.Sent, a.Sent)
		add(m.String()+" forbidden", b.Forbidden, a.Forbidden)
		add(m.String()+" unroutable", b.Unroutable, a.Unroutable)
		add(m.String()+" withheld", b.Withheld, a.Withheld)
		add(m.String()+" throttled", b.Throttled, a.Throttled)
		add(m.String()+" limited", b.Limited, a.Limited)
		add(m.String()+" altered", b.Altered, a.Altered)
		add(m.String()+" delayed", b.Delayed, a.Delayed)
		add(m.String()+" duplicated", b.Duplicated, a.Duplicated)
	}
	add("forged", before.Forged, after.Forged)
	add("stranded", before.Stranded, after.Stranded)
	for reason := range drop.NumReasons {
		add("behind "+reason.String(), before.Boxes.Behind(reason), after.Boxes.Behind(reason))
	}
	add("df-cleared", before.Boxes.DFCleared, after.Boxes.DFCleared)
	add("df-set", before.Boxes.DFSet, after.Boxes.DFSet)
	add("clamped", before.Boxes.Clamped, after.Boxes.Clamped)
	add("mangled", before.Boxes.Mangled, after.Boxes.Mangled)
	return strings.Join(parts, ", ")
}
