package forwarding_test

import (
	"runtime"
	"testing"

	"github.com/icmprouter/icmprouter/forwarding"
)

// allocated is how many octets of memory each run of make takes.
func allocated(make func(i int)) uint64 {
	const runs = 64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range runs {
		make(i)
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

// A thousand routers in one process are small: what they need for packets, they take when packets come.
func TestRouterIsSmall(t *testing.T) {
	both(t, func(n *node) {
		table, err := chosen(n.family, "")
		if err != nil {
			n.t.Fatal(err)
		}
		routers, out := make([]*forwarding.Router, 64), newSink()
		send := func(line string) func(i int) {
			b, err := build(n.family, line)
			if err != nil {
				n.t.Fatal(err)
			}
			p := filled(b.bytes, 4096)
			return func(i int) {
				p.SetLen(copy(p.Buffer()[64:], b.bytes))
				routers[i].Receive(p, 0, n.now, out)
			}
		}
		limits := unlimited
		for kind := range limits {
			limits[kind].PerDestination.Unlimited, limits[kind].PerDestination.PPS, limits[kind].PerDestination.Burst = false, 10, 10
		}
		forward, fail := send("left: h1 > h2 udp 32"), send("left: h1 > h2 ttl 1 udp 32")
		steps := []struct {
			what string
			most uint64
			do   func(i int)
		}{
			{"waits", 5 << 10, func(i int) { routers[i] = forwarding.New(table, limits); routers[i].Places = 64 }},
			{"forwards", 5 << 10, forward},
			{"forwards again", 0, forward},
			{"limits errors", 40 << 10, fail},
			{"limits more", 0, fail},
		}
		least := make([]uint64, len(steps))
		for try := range 3 { // the Go runtime allocates too, now and then
			for i, step := range steps {
				if octets := allocated(step.do); try == 0 || octets < least[i] {
					least[i] = octets
				}
			}
		}
		for i, step := range steps {
			n.t.Logf("a router that %s takes %d octets", step.what, least[i])
			if least[i] > step.most {
				n.t.Errorf("a router that %s takes %d octets, wanted at most %d", step.what, least[i], step.most)
			}
		}
	})
}

// An atlas costs a node its groups, however many destinations there are: their numbers are the caller's.
func TestAtlasIsShared(t *testing.T) {
	prefixes := prefixesOfWorld(6, 10_000)
	destinations := make([]int, len(prefixes))
	leads := forwarding.Leads{Groups: [][]forwarding.Lead{nil, {lead(0)}, {lead(1)}, {lead(0), lead(1)}}, Of: make([]uint16, len(prefixes))}
	for i := range prefixes {
		destinations[i], leads.Of[i] = i, uint16(i%4)
	}
	atlas := forwarding.NewAtlas(prefixes, destinations)
	table, err := chosen(6, "")
	if err != nil {
		t.Fatal(err)
	}
	octets := allocated(func(int) { table.SetAtlas(atlas, leads) })
	t.Logf("a node takes %d octets beside the numbers of groups", octets)
	if octets > 4<<10 {
		t.Errorf("a node takes %d octets of its own", octets)
	}
}
