package forwarding_test

import (
	"sync"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// sibling is the same node, as another worker has it.
func (n *node) sibling() *node {
	return &node{t: n.t, family: n.family, router: n.router.Sibling(), now: n.now}
}

// Lock says that the router uses what siblings share: once at a time.
func (n *node) Lock() {
	if n.locked {
		n.t.Fatal("locked twice")
	}
	n.locked = true
}

// Unlock says that it does not any more.
func (n *node) Unlock() {
	if !n.locked {
		n.t.Fatal("unlocked twice")
	}
	n.locked = false
}

func TestSiblingsAreOneNode(t *testing.T) {
	both(t, func(n *node) {
		s := n.sibling()
		n.send("left: h1 > r.left id 9 echo 400 fragment 0 80")
		n.counted("held 1")
		s.send("left: h1 > r.left id 9 echo 400 fragment 80 408")
		s.want("left: r.left > h1 echo-reply")
		s.counted("delivered 2, held -1, echo-reply sent 1")

		n.send("left: h1 > r.left id 9 echo 400 fragment 0 80")
		n.counted("held 1")
		s.sent = n.sent
		s.wait(time.Minute)
		s.want("left: r.left > h1 reassembly-time-exceeded quote all")
		s.counted("held -1, reassembly-timeout 1, reassembly-time-exceeded sent 1")
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{Unlimited: true})
		n.now = s.now
		expire(n, "h1", true)
		expire(s, "h1", false) // the other has the token
		n.router.SetDown(linkIndex(t, "right"), true)
		s.send("left: h1 > h2 udp 32")
		s.want("left: r.left > h1 host-unreachable quote all")

		var sum forwarding.Counters
		sum.Add(&n.router.Counters)
		sum.Add(&s.router.Counters)
		if sum.Received != 6 || sum.Held != 0 || sum.Received != ended(&sum) || sum.Messages[icmpgen.TTLExceeded].Limited != 1 {
			t.Errorf("the sum is %+v", sum)
		}
		s.wantNothing()
	})
}

// A sibling whose round began before that of another gets no token that the other took.
func TestSiblingBehind(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{Unlimited: true})
		s := n.sibling()
		s.now = n.now + time.Millisecond
		expire(s, "h1", true)
		expire(n, "h1", false)
		n.now = s.now + time.Second
		expire(n, "h1", true)
		s.wantNothing()
	})
}

// forwardOnly is an output that may not be locked.
type forwardOnly struct{ *node }

func (f forwardOnly) Lock() { f.t.Error("locked") }

// What is only forwarded or silent locks nothing.
func TestForwardingDoesNotLock(t *testing.T) {
	both(t, func(n *node) {
		for _, line := range []string{"left: h1 > h2 udp 32", "left: h1 > htiny udp 1000", "left: loopback > h2 udp 32", "left: h1 > blackhole udp 32"} {
			b, err := build(n.family, line)
			if err != nil {
				t.Fatal(err)
			}
			n.router.Receive(filled(b.bytes, wire.BufferSize), 0, n.now, forwardOnly{n})
		}
		if n.router.Counters.Forwarded != 2 {
			t.Errorf("forwarded %d", n.router.Counters.Forwarded)
		}
		n.outputs = nil
	})
}

// locker is a sink that locks for all siblings.
type locker struct {
	*sink
	mutex *sync.Mutex
}

func (l locker) Lock()   { l.mutex.Lock() }
func (l locker) Unlock() { l.mutex.Unlock() }

// Siblings on threads of their own lose no packet; the race detector sees the rest.
func TestSiblingsAtOnce(t *testing.T) {
	both(t, func(n *node) {
		limited(n, ratelimit.Rate{PPS: 1000, Burst: 50}, ratelimit.Rate{PPS: 100, Burst: 20})
		var packets [][]byte
		for _, line := range []string{
			"left: h1 > h2 udp 32", "left: h1 > h2 ttl 1 udp 32", "left: h1 > r.left echo 1400", "left: h1 > r.left echo 3000 fragment 0 1000",
			"left: h1 > r.left udp 32", "left: h1 > r.left echo 3000 fragment 1000 3008", "left: h1 > r.left id 7 echo 400 fragment 0 80",
		} {
			b, err := build(n.family, line)
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, b.bytes)
		}
		var mutex sync.Mutex
		var all sync.WaitGroup
		workers := []*forwarding.Router{n.router, n.router.Sibling(), n.router.Sibling()}
		for _, r := range workers {
			out, p := locker{newSink(), &mutex}, filled(nil, wire.BufferSize)
			all.Go(func() {
				for i := range 3000 {
					now := time.Hour + time.Duration(i)*100*time.Millisecond
					p.SetLen(copy(p.Buffer()[wire.Headroom:], packets[i%len(packets)]))
					r.Receive(p, 0, now, out)
					if next, waits := r.NextExpiry(out); waits && next <= now {
						r.Expire(now, out)
					}
				}
			})
		}
		all.Wait()
		var sum forwarding.Counters
		for _, r := range workers {
			sum.Add(&r.Counters)
		}
		if sum.Received != 9000 || sum.Received != ended(&sum) || sum.Held > 16 {
			t.Errorf("the sum is %+v", sum)
		}
	})
}
