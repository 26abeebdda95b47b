package forwarding_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/wire"
)

// node is a router under test, and what a story knows of it:
//
//	h1 ── left (1500) ─┐        ┌─ right (1400) ── h2 ── far
//	                   ├─ node ─┤
//	h1b ── hairpin     │        ├─ tiny (68; IPv6: 1280) ── htiny
//	                   │        ├─ down (1500) ── hdown
//	                   │        └─ strict (1500), with a reverse path filter
type node struct {
	t      *testing.T
	family int
	router *forwarding.Router
	now    time.Duration

	sent    []built  // in the order of the story
	outputs []output // not yet wanted
	late    []late   // not yet sent
	before  forwarding.Counters

	locked     bool
	lent, free []*wire.Packet // all that Buffer ever lent, and those that were sent
}

// output is a packet that the router sent.
type output struct {
	link  string
	bytes []byte
	gso   wire.GSO
}

var linkNames = []string{"left", "right", "tiny", "down", "strict"}

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func testLinks(family int) []forwarding.Link {
	tiny := 68
	if family == 6 {
		tiny = 1280
	}
	return []forwarding.Link{
		{Name: "left", MTU: 1500, Addresses: prefixes("10.1.0.1/24", "fd00:1::1/64")},
		{Name: "right", MTU: 1400, Addresses: prefixes("10.2.0.1/24", "fd00:2::1/64")},
		{Name: "tiny", MTU: tiny, Addresses: prefixes("10.4.0.1/24", "fd00:4::1/64")},
		{Name: "down", MTU: 1500, Addresses: prefixes("10.3.0.1/24", "fd00:3::1/64"), Down: true},
		{Name: "strict", MTU: 1500, Addresses: prefixes("10.5.0.1/24", "fd00:5::1/64"), URPF: forwarding.URPFStrict},
	}
}

func testRoutes() (routes []forwarding.Route) {
	add := func(to string, kind forwarding.Kind, via string) {
		route := forwarding.Route{To: netip.MustParsePrefix(to), Kind: kind}
		if via != "" {
			route.Via = netip.MustParseAddr(via)
		}
		routes = append(routes, route)
	}
	add("10.9.0.0/16", forwarding.Unicast, "10.2.0.2")
	add("fd00:9::/64", forwarding.Unicast, "fd00:2::2")
	add("10.8.0.0/16", forwarding.Unicast, "10.1.0.3")
	add("fd00:8::/64", forwarding.Unicast, "fd00:1::3")
	add("192.0.2.0/24", forwarding.Prohibit, "")
	add("2001:db8:1::/48", forwarding.Prohibit, "")
	add("198.51.100.0/24", forwarding.Blackhole, "")
	add("2001:db8:2::/48", forwarding.Blackhole, "")
	add("198.18.0.0/15", forwarding.Unreachable, "")
	add("2001:db8:3::/48", forwarding.Unreachable, "")
	add("100.64.0.0/10", forwarding.Reject, "")
	add("2001:db8:4::/48", forwarding.Reject, "")
	return routes
}

var unlimited = func() (limits ratelimit.Limits) {
	for kind := range limits {
		limits[kind] = ratelimit.Limit{Total: ratelimit.Rate{Unlimited: true}, PerDestination: ratelimit.Rate{Unlimited: true}}
	}
	return limits
}()

func newNode(t *testing.T, family int) *node {
	table, err := forwarding.NewTable(testLinks(family), testRoutes(), forwarding.Settings{})
	if err != nil {
		panic(err)
	}
	return &node{t: t, family: family, router: forwarding.New(table, unlimited), now: time.Hour}
}

// configure gives the node other links, routes and settings before its story goes on.
func (n *node) configure(change func(links []forwarding.Link, routes *[]forwarding.Route, settings *forwarding.Settings)) {
	n.t.Helper()
	links, routes, settings := testLinks(n.family), testRoutes(), forwarding.Settings{}
	change(links, &routes, &settings)
	table, err := forwarding.NewTable(links, routes, settings)
	if err != nil {
		n.t.Fatal(err)
	}
	n.router.SetTable(table)
}

// both tells a story in both families.
func both(t *testing.T, story func(n *node)) {
	t.Helper()
	for _, family := range []int{4, 6} {
		t.Run(fmt.Sprintf("IPv%d", family), func(t *testing.T) { tell(t, family, story) })
	}
}

// only tells a story in one family, for the reason why the other has none.
func only(t *testing.T, family int, why string, story func(n *node)) {
	t.Helper()
	if why == "" {
		t.Fatal("say why")
	}
	t.Run(fmt.Sprintf("IPv%d", family), func(t *testing.T) { tell(t, family, story) })
}

func tell(t *testing.T, family int, story func(n *node)) {
	t.Helper()
	n := newNode(t, family)
	story(n)
	n.wantNothing()
	if len(n.late) > 0 {
		t.Errorf("%d packets wait", len(n.late))
	}
}

// Buffer lends what a router may fill: 0xa5 shows an octet that it forgot. There are no more than an output must have.
func (n *node) Buffer() *wire.Packet {
	if last := len(n.free) - 1; last >= 0 {
		p := n.free[last]
		n.free = n.free[:last]
		return p
	}
	if len(n.lent) == 8 {
		n.t.Fatal("no packet is left to lend")
	}
	p := filled(nil, wire.BufferSize)
	n.lent = append(n.lent, p)
	return p
}

// Free takes back what was lent, and once.
func (n *node) Free(p *wire.Packet) {
	if slices.Contains(n.free, p) {
		n.t.Fatal("given back twice")
	}
	if slices.Contains(n.lent, p) {
		copy(p.Buffer(), unwritten)
		n.free = append(n.free, p)
	}
}

// Send notes an output, after gopacket has read it.
func (n *node) Send(link int, p *wire.Packet) {
	n.t.Helper()
	if err := check(n.family, p.Data); err != nil {
		n.t.Fatalf("sent to %s: %v\n% x", linkNames[link], err, head(p.Data))
	}
	n.outputs = append(n.outputs, output{linkNames[link], bytes.Clone(p.Data), p.GSO})
	n.Free(p)
}

var unwritten = bytes.Repeat([]byte{0xa5}, wire.BufferSize+64)

// filled returns a packet in a buffer that is 0xa5 elsewhere.
func filled(datagram []byte, size int) *wire.Packet {
	buf := bytes.Clone(unwritten[:size])
	copy(buf[wire.Headroom:], datagram)
	p := new(wire.Packet)
	p.Attach(buf)
	p.SetLen(len(datagram))
	return p
}

// send gives the router one packet. What it sent before has been wanted.
func (n *node) send(text string) {
	n.t.Helper()
	n.wantNothing()
	b, err := build(n.family, text)
	if err != nil {
		n.t.Fatal(err)
	}
	link, _, _ := strings.Cut(text, ":")
	in := linkIndex(n.t, link)
	n.sent = append(n.sent, b)
	p := filled(b.bytes, wire.Headroom+len(b.bytes)+64)
	p.GSO = b.gso
	before := bytes.Clone(p.Buffer())
	forwarded, told, altered := n.router.Counters.Forwarded, meant(&n.router.Counters), n.altered()
	n.router.Receive(p, in, n.now, n)
	if n.router.Counters.Forwarded == forwarded && n.altered() == altered && !bytes.Equal(before, p.Buffer()) {
		n.t.Fatalf("%s: a packet that was not forwarded has been written to", text)
	}
	if told := meant(&n.router.Counters) - told; told > 1 {
		n.t.Fatalf("%s: %d messages about one packet", text, told)
	}
	n.balance(text)
}

// altered is the number of packets that boxes changed.
func (n *node) altered() uint64 {
	c := &n.router.Counters.Boxes
	return c.DFCleared + c.DFSet + c.Clamped + c.Mangled
}

// meant is the number of messages that the router sent, or would have.
func meant(c *forwarding.Counters) (sum uint64) {
	for _, m := range c.Messages {
		sum += m.Sent + m.Forbidden + m.Unroutable + m.Withheld + m.Throttled + m.Limited
	}
	return sum
}

func linkIndex(t *testing.T, name string) int {
	for i, link := range linkNames {
		if link == name {
			return i
		}
	}
	t.Fatalf("no link has the name %q", name)
	return 0
}

// wait lets time pass, and fragments expire.
func (n *node) wait(d time.Duration) {
	n.t.Helper()
	n.wantNothing()
	n.now += d
	n.due()
	next, waits := n.router.NextExpiry(n)
	if due := waits && next <= n.now; due {
		n.router.Expire(n.now, n)
	}
	if next, waits := n.router.NextExpiry(n); waits && next <= n.now {
		n.t.Fatalf("Expire left fragments that were due %v ago", n.now-next)
	}
	n.balance("wait")
}

// balance checks that every packet has one end, after the router is done with one: what it was lent is free again.
func (n *node) balance(after string) {
	n.t.Helper()
	for _, p := range n.lent {
		if !slices.Contains(n.free, p) {
			n.Free(p)
		}
	}
	if c := &n.router.Counters; c.Received != ended(c) {
		n.t.Fatalf("after %s: received %d, but %d ended or are held: %+v", after, c.Received, ended(c), *c)
	}
}

func ended(c *forwarding.Counters) uint64 {
	sum := c.Forwarded + c.Delivered + c.Held
	for _, dropped := range c.Dropped {
		sum += dropped
	}
	return sum
}

// wantNothing says that the router sent nothing more.
func (n *node) wantNothing() {
	n.t.Helper()
	for _, o := range n.outputs {
		n.t.Errorf("sent, and not wanted: %s: %s", o.link, describe(n.family, o.bytes))
	}
	if len(n.outputs) > 0 {
		n.t.FailNow()
	}
}
