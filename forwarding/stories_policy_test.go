package forwarding_test

import (
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// owed are a packet for each kind of message, and what it is told.
var owed = []struct{ kind, line, told, counted string }{
	{"too big", "left: h1 > h2 df udp 1400", "too-big mtu 1400 quote ", "too-big 1"},
	{"time exceeded", "left: h1 > h2 ttl 1 udp 32", "ttl-exceeded quote all", "ttl-expired 1"},
	{"unreachable", "left: h1 > away udp 32", "net-unreachable quote all", "no-route 1"},
	{"parameter problem", "left: h1 > r.left options 07030000 routing 0 1 udp 32", "header-problem pointer ", "bad-field 1"},
}

// message is the word of a message in counters.
func message(told string) string {
	word, _, _ := strings.Cut(told, " ")
	return word
}

// Policy drops a kind of message, or all of it; what it drops is counted by itself, and takes no token.
func TestPolicyDrop(t *testing.T) {
	both(t, func(n *node) {
		n.set("policy drop " + redirecting)
		limited(n, ratelimit.Rate{PPS: 1, Burst: 1}, ratelimit.Rate{PPS: 1, Burst: 1})
		for _, o := range owed {
			if o.kind == "parameter problem" && n.family == 4 {
				continue
			}
			for range 3 {
				n.send(o.line)
				n.counted(o.counted + ", " + message(o.told) + " withheld 1")
			}
		}
		n.send("left: h1 > r.left tcp s")
		n.counted("port-closed 1, tcp-reset withheld 1")
		n.send("left: h1 > nowhere udp 32")
		n.want("left: h1 > nowhere forwarded")
		n.counted("forwarded 1, redirect withheld 1")
		n.send("left: h1 > h2 ttl 1 icmp ttl-exceeded") // what must not be sent anyway is not withheld
		n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
		n.send("left: h1 > r.left echo 32") // replies have no policy
		n.want("left: r.left > h1 echo-reply")
		n.counted("delivered 1, echo-reply sent 1")
		n.set("router-id on") // the truth again, and its token
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.left > h1 ttl-exceeded quote all")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.counted("ttl-expired 2, ttl-exceeded sent 1, ttl-exceeded limited 1")
	})
}

// Each nth is sent, the first among them, by kind and not by message or sender. Siblings count together.
func TestPolicyEvery(t *testing.T) {
	both(t, func(n *node) {
		n.set("policy third")
		s := n.sibling()
		for i := range 9 {
			from := []*node{n, s}[i%2]
			from.send([]string{"left: h1 > nowhere udp 32", "right: h2 > nowhere ports 1 2 udp 32", "left: h1 > r.left udp 32"}[i%3])
			if sent := len(from.outputs) == 1; sent != (i%3 == 0) {
				n.t.Fatalf("message %d of its kind: sent %v", i, sent)
			}
			from.outputs = nil
		}
		var sum forwarding.Counters
		sum.Add(&n.router.Counters)
		sum.Add(&s.router.Counters)
		if m := sum.Messages; m[icmpgen.NetUnreachable].Sent != 3 || m[icmpgen.NetUnreachable].Withheld != 3 || m[icmpgen.PortUnreachable].Withheld != 3 {
			n.t.Errorf("%+v, %+v", m[icmpgen.NetUnreachable], m[icmpgen.PortUnreachable])
		}
		n.before = n.router.Counters
		for _, line := range []string{"left: h1 > h2 ttl 1 udp 32", "left: h1 > nowhere udp 32"} { // the first of another kind, and the tenth
			n.send(line)
			n.want("left: r.left > h1 " + map[bool]string{true: "ttl-exceeded", false: "net-unreachable"}[strings.Contains(line, "ttl")] + " quote all")
		}
		n.set("policy third hash addresses") // the same policy goes on
		n.send("left: h1 > nowhere udp 32")
		n.set("router-id on")
		n.set("policy third") // a new one begins
		n.counted("no-route 2, ttl-expired 1, net-unreachable sent 1, net-unreachable withheld 1, ttl-exceeded sent 1")
		n.send("left: h1 > nowhere udp 32")
		n.want("left: r.left > h1 net-unreachable quote all")
	})
}

// lockCounter counts how often its node is locked.
type lockCounter struct {
	*node
	locks *int
}

func (l lockCounter) Lock() { *l.locks++; l.node.Lock() }

// What siblings count together is locked; a policy without a count is not.
func TestPolicyLocks(t *testing.T) {
	both(t, func(n *node) {
		b, err := build(n.family, "left: h1 > away udp 32")
		if err != nil {
			n.t.Fatal(err)
		}
		for settings, want := range map[string]int{"router-id on": 1, "policy source": 1, "policy drop": 0, "policy third": 4} {
			n.set(settings)
			locks := 0
			for range 3 {
				n.router.Receive(filled(b.bytes, wire.BufferSize), 0, n.now, lockCounter{n, &locks})
			}
			if settings != "policy third" {
				want *= 3
			}
			if n.outputs = nil; locks != want {
				n.t.Errorf("%s: locked %d times, wanted %d", settings, locks, want)
			}
		}
	})
}

// Fragments that expire are told, or not, while siblings wait.
func TestPolicyEveryExpiry(t *testing.T) {
	both(t, func(n *node) {
		n.set("policy third")
		for i := range 3 {
			n.send("left: h1 > r.left echo 400 fragment 0 80 id 9")
			n.wait(time.Minute)
			if i == 0 {
				n.want("left: r.left > h1 reassembly-time-exceeded quote all")
			}
		}
		n.counted("reassembly-timeout 3, reassembly-time-exceeded sent 1, reassembly-time-exceeded withheld 2")
	})
}

// Errors come from where policy says, even those about packets to the node itself; redirects and resets do not.
func TestPolicySource(t *testing.T) {
	both(t, func(n *node) {
		n.set("policy source " + redirecting)
		for _, o := range owed[1:2] {
			n.send(o.line)
			n.want("left: r.policy > h1 " + o.told)
		}
		n.send("left: h1 > r.right udp 32")
		n.want("left: r.policy > h1 port-unreachable quote all")
		n.send("left: h1 > r.right tcp s")
		n.want("left: " + n.name("r.right") + " > h1 tcp ra ack 1001")
		n.send("left: h1 > r.right echo 32")
		n.want("left: r.right > h1 echo-reply")
		router, hop := redirected(n.family)
		n.send("left: h1 > nowhere udp 32")
		n.want("left: " + router + " > h1 redirect gateway " + hop + " quote all")
		n.want("left: h1 > nowhere forwarded")
		n.set("policy source paths even")
		n.before = n.router.Counters
		n.send("left: r.policy > h2 ttl 1 udp 32") // nobody believes what comes from himself
		n.counted("ttl-expired 1, ttl-exceeded forbidden 1")
	})
	only(t, 6, "an IPv4 router without any address has 192.0.0.8", func(n *node) {
		n.set("nowhere numbered")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.counted("ttl-expired 1, ttl-exceeded unroutable 1")
		n.set("nowhere numbered policy source")
		n.send("left: h1 > h2 ttl 1 udp 32")
		n.want("left: r.policy > h1 ttl-exceeded quote all")
	})
}
