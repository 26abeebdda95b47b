package network

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// manyLinks is a node with links d0, d1, … of the prefixes 10.x.0.0/24 and fd00:x::/64.
func manyLinks(links, workers int) Plan {
	r := Node{Name: "r", Limits: ratelimit.DefaultLimits()}
	for i := range links {
		r.Interfaces = append(r.Interfaces, device(fmt.Sprint("d", i), 1500, fmt.Sprintf("10.%d.0.1/24", i), fmt.Sprintf("fd00:%d::1/64", i)))
	}
	return Plan{Nodes: []Node{r}, Workers: workers}
}

// host is the address behind a link, IPv4 where even is true.
func host(link int, even bool) string {
	if even {
		return fmt.Sprintf("10.%d.0.2", link)
	}
	return fmt.Sprintf("fd00:%d::2", link)
}

// stream sends a flow over the router, no more at once than queues hold, and
// wants every packet once and in order.
func (l *lab) stream(from, to, packets int) error {
	const window = 200
	src, dst := host(from, from%2 == 0), host(to, from%2 == 0)
	for sent := 0; sent < packets; {
		for id := sent; id < sent+window; id++ {
			l.inject(fmt.Sprint("d", from), udp(src, dst, id, 32))
		}
		for id := sent; id < sent+window; id++ {
			want, _ := payload(udp(src, dst, id, 32))
			if got, ttl := payload(l.receive(fmt.Sprint("d", to))); ttl != 63 || !bytes.Equal(got, want) {
				return fmt.Errorf("from %s to %s: packet %d came with TTL %d, not as sent, or not in its place", src, dst, id, ttl)
			}
		}
		sent += window
	}
	return nil
}

// Every device has a flow to the next, so that workers write to devices that
// others read, while everything else happens that may.
func TestWorkersLoseNothing(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			const links, packets = 10, 1000
			plan := manyLinks(links+1, workers)
			l := newLab(t, plan)
			l.run()
			done := make(chan struct{})
			var moving, changing sync.WaitGroup
			for _, change := range []func(){
				func() { l.net.Stats() },
				func() {
					if err := l.net.Apply(plan); err != nil {
						t.Error(err)
					}
				},
				func() { // the last device comes and goes
					name := fmt.Sprint("d", links)
					l.opener.Remove(name)
					eventually(t, "the link is down", func() bool { return !l.net.Stats()[0].Links[links].Up })
					l.opener.Restore(name)
					l.net.lookAfter()
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
			for from := range links {
				moving.Go(func() {
					if err := l.stream(from, (from+1)%links, packets); err != nil {
						t.Error(err)
					}
				})
			}
			moving.Wait()
			close(done)
			changing.Wait()
			if c := l.counters(); c.Forwarded != links*packets {
				t.Errorf("forwarded %d, wanted %d", c.Forwarded, links*packets)
			}
			for i, link := range l.net.Stats()[0].Links[:links] {
				if link.Received != packets || link.Sent != packets || link.Refused != 0 {
					t.Errorf("link %d: %+v, wanted %d each way", i, link, packets)
				}
			}
			if down, up := l.log.count("link down"), l.log.count("link up"); down == 0 || up < down-1 || up > down {
				t.Errorf("the log says %d times that a link is down, %d times that it is up", down, up)
			}
		})
	}
}

// Fragments of one datagram that different workers read make one datagram, and
// the errors of all workers together keep to the limit.
func TestWorkersShareANode(t *testing.T) {
	for _, even := range []bool{true, false} {
		plan := manyLinks(2, 2)
		plan.Nodes[0].Limits = ratelimit.Limits{}
		plan.Nodes[0].Limits[ratelimit.TimeExceeded] = ratelimit.Limit{Total: ratelimit.Rate{PPS: 1, Burst: 7}, PerDestination: ratelimit.Rate{Unlimited: true}}
		l := newLab(t, plan)
		l.run()
		src, own := host(0, even), strings.TrimSuffix(host(0, even), "2")+"1"
		request := echo(src, own, 7, 2000)
		for i, fragment := range fragments(request, 1000) {
			l.inject(fmt.Sprint("d", i%2), fragment)
		}
		l.wantReply("d0", request)
		if c := l.counters(); c.Delivered != 3 || c.Held != 0 {
			t.Errorf("delivered %d, held %d, wanted 3 and 0", c.Delivered, c.Held)
		}
		for id := range 50 {
			for link := range 2 {
				l.inject(fmt.Sprint("d", link), expired(host(link, even), host(1-link, even), id))
			}
		}
		eventually(t, "all have expired", func() bool { return l.counters().Dropped[drop.TTLExpired] == 100 })
		if m := l.counters().Messages[icmpgen.TTLExceeded]; m.Sent < 7 || m.Sent > 27 || m.Sent+m.Limited != 100 { // a second adds one
			t.Errorf("%+v, wanted 7 sent, 93 limited", m)
		}
	}
}

// expired is a datagram whose TTL ends at the router.
func expired(src, dst string, id int) []byte {
	b := udp(src, dst, id, 32)
	if b[0]>>4 == 6 {
		b[7] = 1
		return b
	}
	header := gopacket.NewPacket(b, layers.LayerTypeIPv4, gopacket.Default).NetworkLayer().(*layers.IPv4)
	header.TTL = 1
	return serialize(header, gopacket.Payload(header.Payload))
}

// fragments cuts a datagram without options or extension headers into pieces
// whose payloads have size octets. gopacket writes their headers.
func fragments(b []byte, size int) (all [][]byte) {
	for rest, offset := b, 0; ; offset += size {
		if offset == 0 {
			rest, _ = payload(b)
		}
		more := len(rest) > size
		part := gopacket.Payload(rest[:min(size, len(rest))])
		if b[0]>>4 == 4 {
			ip := gopacket.NewPacket(b, layers.LayerTypeIPv4, gopacket.Default).NetworkLayer().(*layers.IPv4)
			ip.FragOffset = uint16(offset / 8)
			if more {
				ip.Flags = layers.IPv4MoreFragments
			}
			all = append(all, serialize(ip, part))
		} else {
			ip := gopacket.NewPacket(b, layers.LayerTypeIPv6, gopacket.Default).NetworkLayer().(*layers.IPv6)
			header := []byte{byte(ip.NextHeader), 0, byte(offset >> 8), byte(offset), 0, 0, 0, 9}
			if more {
				header[3] |= 1
			}
			ip.NextHeader = layers.IPProtocolIPv6Fragment
			all = append(all, serialize(ip, gopacket.Payload(header), part))
		}
		if !more {
			return all
		}
		rest = rest[size:]
	}
}

func serialize(all ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// A device that always has packets does not keep those of others waiting, be there
// few devices or many.
func TestNobodyStarves(t *testing.T) {
	for _, links := range []int{3, fewPorts + 1, 40} {
		l := newLab(t, manyLinks(links, 1))
		flood := &endless{packet: udp(host(0, true), "192.0.2.1", 1, 32)}
		l.net.ports[0].device.Close()
		l.net.ports[0].device = flood
		l.net.deal()
		l.run()
		for id := range 20 {
			last := fmt.Sprint("d", links-1)
			l.inject(last, echo(host(links-1, true), fmt.Sprintf("10.%d.0.1", links-1), id, 32))
			l.receive(last)
		}
	}
}

func TestWorkersDoNotChange(t *testing.T) {
	l := newLab(t, manyLinks(2, 2))
	l.run()
	if err := l.net.Apply(manyLinks(3, 3)); err == nil || !strings.Contains(err.Error(), "restart") {
		t.Errorf("got %v, wanted an error that says what to do", err)
	}
	if n := len(l.net.Stats()[0].Links); n != 2 {
		t.Errorf("%d links: something of the plan was applied", n)
	}
	if err := l.stream(0, 1, 200); err != nil {
		t.Error(err)
	}
}

// A worker that is to look long before it sleeps moves packets, notices who asks,
// and ends, as one that sleeps at once does.
func TestBusyPoll(t *testing.T) {
	for _, links := range []int{2, fewPorts + 1} {
		plan := manyLinks(links, 2)
		plan.BusyPoll = time.Hour
		l := newLab(t, plan)
		stop := l.run()
		if err := l.stream(0, 1, 400); err != nil {
			t.Error(err)
		}
		plan.BusyPoll = 0
		if err := l.net.Apply(plan); err != nil {
			t.Error(err)
		}
		if err := l.stream(1, 0, 400); err != nil {
			t.Error(err)
		}
		stop()
	}
}
