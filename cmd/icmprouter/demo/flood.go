package demo

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/icmprouter/icmprouter/ratelimit"
)

// A flood sends floodEach datagrams a tick for floodTime, and a ping at each
// floodPing. Its port tells its errors from all others.
const (
	floodTime = 500 * time.Millisecond
	floodTick = time.Millisecond
	floodEach = 20
	floodPing = 50 * time.Millisecond
	floodPort = 9 // discard
	floodRest = 150 * time.Millisecond
)

// flooding is what became of a flood.
type flooding struct {
	sent, errors     int
	sending          time.Duration // the time from the first datagram to the last
	until            time.Duration // the time from the first datagram to the last error
	pings, pongs     int
	slowest          time.Duration
	began, pingBegan time.Time
}

func floods(w *world, p *page) error {
	limit := ratelimit.DefaultPerDestination
	p.say("UDP with TTL 1 for half a second: every packet would deserve an error. For one")
	p.say("destination the limit is %d at once and %d a second; pings are not limited.", limit.Burst, limit.PPS)
	for _, f := range families {
		p.about(f.name)
		r, err := w.flood(f)
		if err != nil {
			return err
		}
		whole := max(r.until, r.sending).Seconds()
		most := limit.Burst + int(float64(limit.PPS)*whole) + 1
		p.check(r.errors >= limit.Burst && r.errors <= most, "errors",
			fmt.Sprintf("%d about %d packets; allowed are %d + %d/s × %.2f s", r.errors, r.sent, limit.Burst, limit.PPS, whole),
			fmt.Sprintf("%d to %d", limit.Burst, most))
		p.check(r.pongs == r.pings, "pings meanwhile", fmt.Sprintf("%d of %d answered   slowest %s ms", r.pongs, r.pings, milliseconds(r.slowest)),
			fmt.Sprintf("%d of %d answered", r.pings, r.pings))
	}
	return nil
}

// flood floods the router and pings the server meanwhile, one ping at a time.
func (w *world) flood(f *family) (r flooding, err error) {
	r.began = time.Now()
	target := netip.AddrPortFrom(f.server, floodPort)
	for r.sending < floodTime {
		if r.pongs == r.pings && time.Since(r.began) >= time.Duration(r.pings)*floodPing {
			w.sequence++
			r.pings++
			r.pingBegan = time.Now()
			if err := w.client.echo(f, f.server, w.sequence, nil); err != nil {
				return r, err
			}
		}
		for range floodEach {
			if err := w.client.udp(f, target, 1, []byte("flood")); err != nil {
				return r, err
			}
			r.sent++
		}
		r.sending = time.Since(r.began)
		w.collect(f, &r, time.Now().Add(floodTick))
	}
	w.collect(f, &r, time.Now().Add(floodRest))
	for late := time.Now().Add(patience); r.pongs < r.pings && time.Now().Before(late); {
		w.collect(f, &r, time.Now().Add(floodRest))
	}
	return r, nil
}

// collect takes what comes back until then.
func (w *world) collect(f *family, r *flooding, until time.Time) {
	for {
		m, ok := w.next(f, until)
		switch {
		case !ok:
			return
		case m.kind == f.timeExceeded && m.from == f.router && m.isAbout(f, floodPort):
			r.errors++
			r.until = m.at.Sub(r.began)
		case m.repliesTo(f, w.sequence, nil) && m.from == f.server:
			r.pongs++
			r.slowest = max(r.slowest, m.at.Sub(r.pingBegan))
		}
	}
}
