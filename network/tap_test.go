package network

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// seen is a tap that notes what it is shown.
type seen []string

func (s *seen) Packet(p *wire.Packet, sent bool, now time.Duration) {
	*s = append(*s, fmt.Sprintf("%s>%s %d %t %s", p.Src, p.Dst, p.WireLen(), sent, now))
}

// A tap sees what its device gives and takes, with errors of the router, and goes on
// when a plan is applied.
func TestTap(t *testing.T) {
	for _, f := range []struct {
		client, server, router string
		header, told           int
	}{{"10.1.0.2", "10.2.0.2", "10.1.0.1", 28, 576}, {"fd00:1::2", "fd00:2::2", "fd00:1::1", 48, 1280}} {
		l := newLab(t, twoLinks())
		var left, right seen
		for name, tap := range map[string]*seen{"left": &left, "right": &right} {
			if err := l.net.Tap("r", name, tap); err != nil {
				t.Fatal(err)
			}
		}
		l.inject("left", udp(f.client, f.server, 1, 100))
		l.net.Step(time.Second)
		if err := l.net.Apply(twoLinks()); err != nil {
			t.Fatal(err)
		}
		df := udp(f.client, f.server, 2, 1472-f.header+28)
		if f.header == 28 {
			df[6] |= 0x40
			seal(df)
		}
		l.inject("left", df)
		l.net.Step(2 * time.Second)
		want := seen{
			fmt.Sprintf("%s>%s %d false 1s", f.client, f.server, 100+f.header),
			fmt.Sprintf("%s>%s %d false 2s", f.client, f.server, 1500),
			fmt.Sprintf("%s>%s %d true 2s", f.router, f.client, f.told),
		}
		if !slices.Equal(left, want) {
			t.Errorf("left: %q, want %q", left, want)
		}
		if want := (seen{fmt.Sprintf("%s>%s %d true 1s", f.client, f.server, 100+f.header)}); !slices.Equal(right, want) {
			t.Errorf("right: %q, want %q", right, want)
		}
		if err := l.net.Tap("r", "left", nil); err != nil {
			t.Fatal(err)
		}
		l.inject("left", udp(f.client, f.server, 1, 100))
		l.net.Step(3 * time.Second)
		if len(left) != len(want) {
			t.Errorf("a tap that is gone sees %q", left[len(want):])
		}
	}
}

func TestTapWants(t *testing.T) {
	l := newLab(t, twoLinks())
	if err := l.net.Tap("r", "middle", new(seen)); err == nil {
		t.Error("an interface that is not there is tapped")
	}
	plan := twoLinks()
	plan.Workers = 2
	if err := newLab(t, plan).net.Tap("r", "left", new(seen)); err == nil {
		t.Error("a network of two workers is tapped")
	}
}

// seal writes an IPv4 header's checksum anew.
func seal(b []byte) {
	b[10], b[11] = 0, 0
	sum := wire.Checksum(b[:20])
	b[10], b[11] = byte(sum>>8), byte(sum)
}
