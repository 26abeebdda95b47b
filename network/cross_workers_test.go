package network

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// Several workers take packets through the same nodes at once: none is lost, and each flow
// stays in order. The counters of each node are the sum of theirs.
func TestWorkersCross(t *testing.T) {
	const packets, window = 1000, 200
	plan := chain(4)
	plan.Workers = 2
	l := newLab(t, plan)
	l.run()
	var both sync.WaitGroup
	for _, way := range []struct{ from, to, src, dst string }{
		{"left", "right", ends[0][0], ends[0][1]},
		{"right", "left", ends[1][1], ends[1][0]},
	} {
		both.Go(func() {
			for sent := 0; sent < packets; sent += window {
				for id := sent; id < sent+window; id++ {
					if !l.opener.Device(way.from).Inject(udp(way.src, way.dst, id, 8)) {
						t.Errorf("%s takes no more", way.from)
					}
				}
				for id := sent; id < sent+window; id++ {
					want, _ := payload(udp(way.src, way.dst, id, 8))
					b, ok := l.opener.Device(way.to).Receive(patience)
					if !ok {
						t.Errorf("packet %d did not come to %s", id, way.to)
						return
					}
					if got, ttl := payload(b); string(got) != string(want) || ttl != 60 {
						t.Errorf("%s: packet %d came with TTL %d, not as sent, or not in its place", way.to, id, ttl)
						return
					}
				}
			}
		})
	}
	both.Wait()
	for _, s := range l.net.Stats() {
		if s.Counters.Forwarded != 2*packets {
			t.Errorf("%s forwarded %d, wanted %d", s.Name, s.Counters.Forwarded, 2*packets)
		}
	}
}

// What waits on a link waits for one worker: several are refused, and nothing changes.
func TestOneWorkerMovesLinks(t *testing.T) {
	plan := chain(2)
	plan.Workers = 2
	l := newLab(t, plan)
	plan.Links[0].To[1] = link.Behavior{Delay: link.Delay{Mean: time.Millisecond}}
	err := l.net.Apply(plan)
	if want := fmt.Sprint("link ", plan.Links[0].Name); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want an error that names %s", err, want)
	}
	l.inject("left", udp(ends[0][0], ends[0][1], 1, 8))
	l.net.Step(0)
	l.receive("right")
}
