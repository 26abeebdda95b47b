package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/config"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// datagram is UDP from behind left to behind right, of so many octets, with a TTL.
func datagram(t *testing.T, ttl uint8, octets int) []byte {
	t.Helper()
	ip := &layers.IPv4{Version: 4, TTL: ttl, Protocol: layers.IPProtocolUDP, SrcIP: net.IP{10, 1, 0, 2}, DstIP: net.IP{10, 2, 0, 2}}
	udp := &layers.UDP{SrcPort: 4000, DstPort: 4000}
	udp.SetNetworkLayerForChecksum(ip)
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp, gopacket.Payload(make([]byte, octets-28))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (l *lab) inject(t *testing.T, b []byte) {
	t.Helper()
	if !l.opener.Device("left").Inject(b) {
		t.Fatal("left takes no more")
	}
}

// next is the next event of that kind.
func next(t *testing.T, events <-chan Event, kind string) Event {
	t.Helper()
	for timeout := time.After(patience); ; {
		select {
		case e := <-events:
			if e.Event == kind {
				return e
			}
		case <-timeout:
			t.Fatalf("no %s came", kind)
		}
	}
}

func timeline(t *testing.T, l *lab, text string) []config.Step {
	t.Helper()
	steps, err := l.Timeline([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// Steps at times are played at those, in their order, and each once.
func TestTimelineAt(t *testing.T) {
	begin := time.Now()
	l := newLab(t, strings.Replace(text, "{", `{ "timeline": [ {"at":"300ms","set":{"`+right+`":1300}}, {"at":"350ms","unset":["`+right+`"]} ],`, 1))
	events, cancel := l.Events(10)
	defer cancel()
	for i, want := range []string{"1300", ""} {
		e := next(t, events, "step")
		if *e.Step != i || e.Error != "" || e.Revision != uint64(2+i) {
			t.Errorf("event %+v", e)
		}
		if at, _ := e.What.Delay(); e.At.Before(begin.Add(at)) {
			t.Errorf("step %d came at %v, want %v", i, e.At.Sub(begin), at)
		}
		if got := l.value(t, right); i == 1 && got != want {
			t.Errorf("after step %d the MTU is %q", i, got)
		}
	}
}

// Steps wait for what is counted since the timeline began, and not before.
func TestTimelineWhen(t *testing.T) {
	l := newLab(t, text)
	for _, row := range []struct {
		when   string
		packet []byte // of which the tenth is one too few, and the next enough
	}{
		{`"packets": 11`, datagram(t, 9, 100)},
		{`"bytes": 1001`, datagram(t, 9, 100)},
		{`"errors": 11`, datagram(t, 1, 100)},
		{`"errors": 11`, datagram(t, 1, 100)},
	} {
		steps := timeline(t, l, `[{"at":"0s","set":{"`+right+`":1350}},{"when":{`+row.when+`},"set":{"`+right+`":1300}}]`)
		played := make(chan error, 1)
		go func() { played <- l.Play(context.Background(), steps) }()
		l.await(t, "the timeline to begin", func() bool { return l.value(t, right) == "1350" }) // what comes before does not count
		_, before := l.Document()
		for range 10 {
			l.inject(t, row.packet)
		}
		time.Sleep(20 * look)
		if _, revision := l.Document(); revision != before {
			t.Errorf("%s: it did not wait", row.when)
		}
		l.inject(t, row.packet)
		select {
		case err := <-played:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatalf("%s: it waits still", row.when)
		}
		if _, revision := l.Document(); revision != before+1 {
			t.Errorf("%s: revision %d, want %d", row.when, revision, before+1)
		}
	}
}

// A reset of the counters, and a node that goes, take nothing from what steps wait for.
func TestTotalsNeverGoBack(t *testing.T) {
	l := newLab(t, text)
	for range 5 {
		l.inject(t, datagram(t, 1, 100))
	}
	l.await(t, "5 errors", func() bool { return l.Network().Totals().Errors == 5 })
	l.ResetCounters()
	renamed := strings.Replace(text, `"r1"`, `"r9"`, 1)
	if _, err := l.Change(Change{Document: []byte(renamed)}); err != nil {
		t.Fatal(err)
	}
	if now := l.Network().Totals(); now.Packets != 5 || now.Bytes != 500 || now.Errors != 5 {
		t.Errorf("%+v", now)
	}
	if now := l.Network().Stats()[0].Counters; now.Received != 0 {
		t.Errorf("%+v", now)
	}
	l.inject(t, datagram(t, 1, 100))
	l.await(t, "another error", func() bool { return l.Network().Totals().Errors == 6 })
	if _, err := l.Change(Change{Document: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	if now := l.Network().Totals(); now.Errors != 6 {
		t.Errorf("%+v", now)
	}
}

func (l *lab) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// A step that somebody has made impossible meanwhile is refused, and the next goes on.
func TestRefusedStep(t *testing.T) {
	l := newLab(t, text)
	var told []string
	l.OnStep = func(i int, _ config.Step, _ Applied, err error) { told = append(told, fmt.Sprint(i, err != nil)) }
	steps := timeline(t, l, `[{"at":"0s","unset":["`+right+`"]},{"at":"0s","set":{"nodes.r1.ttl":"keep"}}]`)
	l.Change(Change{Unset: []string{right}})
	err := l.Play(context.Background(), steps)
	var path *config.PathError
	if !errors.As(err, &path) || !strings.Contains(err.Error(), "timeline[0]: ") || l.value(t, "nodes.r1.ttl") != "keep" {
		t.Errorf("%v; ttl %s", err, l.value(t, "nodes.r1.ttl"))
	}
	if got := strings.Join(told, ", "); got != "0 true, 1 false" {
		t.Errorf("told %s", got)
	}
}

func TestPlayEndsWithItsContext(t *testing.T) {
	l := newLab(t, text)
	for _, when := range []string{`"at":"1h"`, `"when":{"errors":1}`} {
		played := make(chan error)
		steps := timeline(t, l, `[{`+when+`,"set":{"`+right+`":1300}}]`)
		ctx, stop := context.WithCancel(context.Background())
		go func() { played <- l.Play(ctx, steps) }()
		stop()
		if err := <-played; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if _, err := l.Timeline([]byte(`[{"at":"1s","set":{"` + right + `":12}}]`)); err == nil || !strings.Contains(err.Error(), "timeline[0].set") {
		t.Errorf("it says %v", err)
	}
}

// A change that leaves the timeline as it is has it go on; another timeline takes its place.
func TestTimelineIsReplaced(t *testing.T) {
	const steps = `{ "timeline": [ {"at":"0s","set":{"` + right + `":1350}}, {"when":{"packets":1},"unset":["` + right + `"]}, {"when":{"packets":3},"set":{"nodes.r1.ttl":"keep"}} ],`
	l := newLab(t, strings.Replace(text, "{", steps, 1))
	events, cancel := l.Events(10)
	defer cancel()
	l.await(t, "the timeline to begin", func() bool { return l.value(t, right) == "1350" }) // what comes before does not count
	l.inject(t, datagram(t, 9, 100))
	e := next(t, events, "step")
	if *e.Step == 0 { // may have been before somebody listened
		e = next(t, events, "step")
	}
	if *e.Step != 1 || e.Error != "" {
		t.Errorf("the step itself is held against it: %+v", e)
	}
	if _, err := l.Change(Change{Set: set("nodes.r1.martians", `"loose"`)}); err != nil {
		t.Fatal("the steps that were played are held against it: ", err)
	}
	l.inject(t, datagram(t, 9, 100))
	l.inject(t, datagram(t, 9, 100))
	if e := next(t, events, "step"); *e.Step != 2 || e.Error != "" {
		t.Errorf("event %+v", e)
	}
	if _, err := l.Change(Change{Set: set("timeline", `[{"at":"0s","set":{"`+right+`":1450}}]`)}); err != nil {
		t.Fatal(err)
	}
	if e := next(t, events, "step"); *e.Step != 0 || l.value(t, right) != "1450" {
		t.Errorf("event %+v", e)
	}
}

// A device that is lost, and one that is back, is an event.
func TestLinkEvents(t *testing.T) {
	l := newLab(t, text)
	events, cancel := l.Events(10)
	defer cancel()
	l.opener.Remove("right")
	if e := next(t, events, "link"); *e.Up || e.Node != "r1" || e.Link != "right" {
		t.Errorf("event %+v", e)
	}
	l.opener.Restore("right")
	if e := next(t, events, "link"); !*e.Up || e.Link != "right" {
		t.Errorf("event %+v", e)
	}
}
