package forwarding_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/wire"
)

// TestRecent: what a router remembers of addresses changes no result. One that
// has seen many packets, and changes of its table, does with each packet what one
// does that sees its first.
func TestRecent(t *testing.T) {
	for _, family := range []int{4, 6} {
		r := rand.New(rand.NewPCG(5, uint64(family)))
		all := prefixesOfWorld(family, 6000)
		var tables []*forwarding.Table
		for _, some := range [][]netip.Prefix{all[:4000], all[1000:]} {
			table, err := forwarding.NewTable(testLinks(family), routesOfWorld(family, some)[1:], forwarding.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			tables = append(tables, table)
		}
		var names []netip.Addr
		for _, name := range []string{"h1", "h2", "r.left", "r.right", "loopback", "nowhere", "linklocal", "group"} {
			a, err := address(family, name)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, a)
		}
		either := func() netip.Addr {
			if r.IntN(3) == 0 {
				return names[r.IntN(len(names))]
			}
			return all[r.IntN(len(all))].Addr().Next()
		}
		used := forwarding.New(tables[1], unlimited)
		used.Places = 100 * (family - 4) // none said, and few
		routers := []*forwarding.Router{used, used.Sibling()}
		seen, out := map[ending]int{}, &lastLink{sink: newSink()}
		for i := range 8000 {
			table := tables[i/1000%2]
			if i%1000 == 0 {
				used.SetTable(table)
			}
			line := fmt.Sprintf("left: %s > %s udp 18", either(), either())
			want, got := endOf(t, forwarding.New(table, unlimited), out, family, line), endOf(t, routers[r.IntN(2)], out, family, line)
			if got != want {
				t.Fatalf("packet %d, %s: got %+v, one that sees it first %+v", i, line, got, want)
			}
			seen[got]++
		}
		if len(seen) < 7 {
			t.Errorf("packets ended in %d ways, %v: this test says little", len(seen), seen)
		}
	}
}

// ending is what became of one packet.
type ending struct {
	reason               drop.Reason
	forwarded, delivered uint64
	link                 int // of what was sent, be it an error
}

// endOf sends the packet of a line through a router.
func endOf(t *testing.T, router *forwarding.Router, out *lastLink, family int, line string) (e ending) {
	t.Helper()
	built, err := build(family, line)
	if err != nil {
		t.Fatal(err)
	}
	before := router.Counters
	out.link = -1
	router.Receive(filled(built.bytes, 2048), 0, time.Hour, out)
	e.link = out.link
	e.forwarded = router.Counters.Forwarded - before.Forwarded
	e.delivered = router.Counters.Delivered - before.Delivered
	for reason := range before.Dropped {
		if router.Counters.Dropped[reason] != before.Dropped[reason] {
			e.reason = drop.Reason(reason)
		}
	}
	return e
}

// lastLink notes the link that the last packet left by.
type lastLink struct {
	*sink
	link int
}

func (l *lastLink) Send(link int, _ *wire.Packet) { l.link = link }
