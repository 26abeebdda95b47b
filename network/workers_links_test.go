package network

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// shared is a chain of three with another device at each end, left2 and right2, and two
// workers: each device at one end is read by another of them.
func shared() Plan {
	plan := chain(3)
	plan.Workers = 2
	for i, name := range []string{"left2", "right2"} {
		nd := &plan.Nodes[2*i]
		nd.Interfaces = append(nd.Interfaces, device(name, 1500, fmt.Sprintf("10.%d.0.1/24", 3+i), fmt.Sprintf("fd00:%d::1/64", 3+i)))
	}
	return plan
}

// Workers take packets over the same links at once, and lose none, while plans are applied
// and counters are read.
func TestWorkersCross(t *testing.T) {
	const packets = 1000
	l := newLab(t, shared())
	l.run()
	done := make(chan struct{})
	var moving, changing sync.WaitGroup
	for _, change := range []func(){
		func() { l.net.Stats() },
		func() {
			if err := l.net.Apply(shared()); err != nil {
				t.Error(err)
			}
		},
	} {
		changing.Go(func() {
			for over := false; !over; {
				change()
				select {
				case <-done:
					over = true
				case <-time.After(time.Millisecond):
				}
			}
		})
	}
	for _, flow := range [][4]string{
		{"left", "10.1.0.2", "right", "10.2.0.2"}, {"left2", "fd00:3::2", "right2", "fd00:4::2"},
		{"right", "fd00:2::2", "left", "fd00:1::2"}, {"right2", "10.4.0.2", "left2", "10.3.0.2"},
	} {
		moving.Go(func() {
			for id := range packets {
				sent := udp(flow[1], flow[3], id, 32)
				l.inject(flow[0], sent)
				if got := l.receive(flow[2]); !bytes.Equal(got, withTTL(sent, 61)) {
					t.Errorf("%s: packet %d came as % x", flow[1], id, got)
				}
			}
		})
	}
	moving.Wait()
	close(done)
	changing.Wait()
	for _, s := range l.net.Stats() {
		if s.Counters.Forwarded != 4*packets {
			t.Errorf("%s forwarded %d, wanted %d", s.Name, s.Counters.Forwarded, 4*packets)
		}
	}
	if middle := l.net.Stats()[1].Links; middle[0].Received != 2*packets || middle[0].Sent != 2*packets || middle[0].Way != nil {
		t.Errorf("%+v, wanted %d each way", middle[0], 2*packets)
	}
}

// Packets wait on links for one worker: several take no such plan, and go on as they were.
func TestWorkersWantPlainLinks(t *testing.T) {
	l := newLab(t, shared())
	for to := range 2 {
		plan := shared()
		plan.Links[1].To[to] = link.Behavior{Delay: link.Delay{Mean: time.Millisecond}}
		err := l.net.Apply(plan)
		if err == nil || !strings.Contains(err.Error(), "link l1 ") {
			t.Errorf("%v, wanted the link named", err)
		}
		for _, hosts := range ends {
			l.inject("left", udp(hosts[0], hosts[1], 1, 8))
			l.net.Step(0)
			l.receive("right")
		}
	}
}
