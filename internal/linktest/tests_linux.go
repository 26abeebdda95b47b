package linktest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

const (
	// delayBar is how far 99 of 100 packets may be from their time, or delayShare of the
	// delay if that is more.
	delayBar   = 50 * time.Microsecond
	delayShare = 0.01
	// rateBar is how far the rate may be from what was said, in percent.
	rateBar = 0.5
	// pingLength is that of packets whose time counts, in octets, bigLength that of those
	// that fill a link, and smallLength that of small ones.
	pingLength, bigLength, smallLength = 84, 1500, 64
	// flight is how many packets are on the link at once.
	flight = 100_000
	// most is how many packets a test sends at most.
	most = 1_000_000
)

// Tests are all tests, in the order of the report.
func Tests() (list []Test) {
	add := func(name, what string, measure func(time.Duration, *Row) error) {
		list = append(list, Test{name, what, measure})
	}
	add("delay-0", "a link without delay", delay(0, 1))
	for _, ms := range []int{1, 5, 20, 70, 200} {
		add(fmt.Sprint("delay-", ms), fmt.Sprint("a link of ", ms, " ms"), delay(time.Duration(ms)*time.Millisecond, 1))
	}
	add("delay-10x7", "10 links of 7 ms in a row", delay(7*time.Millisecond, 10))
	for _, mbit := range []int{1, 10, 100, 1000} {
		add(fmt.Sprint("rate-", mbit), fmt.Sprint(mbit, " Mbit/s, packets of ", bigLength), rate(mbit, bigLength))
	}
	for _, mbit := range []int{1, 10, 100} {
		add(fmt.Sprint("rate-", mbit, "-small"), fmt.Sprint(mbit, " Mbit/s, packets of ", smallLength), rate(mbit, smallLength))
	}
	add("beside-idle", "a link of 20 ms beside an idle one of 1 Gbit/s", beside(false))
	add("beside-full", "a link of 20 ms beside a full one of 1 Gbit/s", beside(true))
	add("flight", "100,000 packets on a link at once", inFlight)
	return list
}

// pings are due every millisecond or so, out of step with any clock.
func pings(period time.Duration) (due []time.Duration) {
	chance := rand.New(rand.NewPCG(1, 2))
	for at := lead; at < lead+period; at += 700*time.Microsecond + time.Duration(chance.IntN(600_000)) {
		due = append(due, at)
	}
	return due
}

// stream is due a tenth faster than the rate takes it, and more at the beginning, so that
// the link never waits for its reader.
func stream(mbit, length int, period time.Duration) (due []time.Duration) {
	each := time.Duration(8*length*1000) * time.Nanosecond / time.Duration(mbit)
	count := min(most, max(3, int(period/each)))
	for i := range count {
		due = append(due, lead+max(0, time.Duration(i-800))*each*10/11)
	}
	return due
}

// allowed is the bar of a delay.
func allowed(delay time.Duration) time.Duration {
	return max(delayBar, time.Duration(delayShare*float64(delay)))
}

// delay measures so many links in a row.
func delay(each time.Duration, links int) func(time.Duration, *Row) error {
	return func(period time.Duration, r *Row) error {
		f, err := newFlow(pingLength, pings(period))
		if err != nil {
			return err
		}
		defer f.close()
		if err := run([]path{{f, links, link.Behavior{Delay: link.Delay{Mean: each}}}}, &r.Disturbance, nil); err != nil {
			return err
		}
		r.judgeDelay(f, time.Duration(links)*each)
		return nil
	}
}

// rate measures a link that is full.
func rate(mbit, length int) func(time.Duration, *Row) error {
	return func(period time.Duration, r *Row) error {
		f, err := newFlow(length, stream(mbit, length, period))
		if err != nil {
			return err
		}
		defer f.close()
		if err := run([]path{{f, 1, full(mbit, f)}}, &r.Disturbance, nil); err != nil {
			return err
		}
		r.count(f)
		r.Rate, r.Bar = f.rate(float64(mbit)*1e6), rateBar
		r.judge(max(r.Rate.Error, -r.Rate.Error) <= rateBar, fmt.Sprintf("the rate is %+.2f %% off", r.Rate.Error))
		return nil
	}
}

// full is a link that has room for all of a flow.
func full(mbit int, f *flow) link.Behavior {
	return link.Behavior{Rate: link.Rate{BitsPerSecond: int64(mbit) * 1e6}, Queue: link.Queue{Packets: len(f.due)}}
}

// beside measures a delay while another link is full, or is not.
func beside(busy bool) func(time.Duration, *Row) error {
	const mbit, mean = 1000, 20 * time.Millisecond
	return func(period time.Duration, r *Row) error {
		f, err := newFlow(pingLength, pings(period))
		if err != nil {
			return err
		}
		defer f.close()
		due := []time.Duration{lead}
		if busy {
			due = stream(mbit, bigLength, period+mean)
		}
		load, err := newFlow(bigLength, due)
		if err != nil {
			return err
		}
		defer load.close()
		paths := []path{{f, 1, link.Behavior{Delay: link.Delay{Mean: mean}}}, {load, 1, full(mbit, load)}}
		if err := run(paths, &r.Disturbance, nil); err != nil {
			return err
		}
		r.judgeDelay(f, mean)
		return nil
	}
}

// inFlight measures a link that holds more packets than any window.
func inFlight(period time.Duration, r *Row) error {
	mean := period
	due := make([]time.Duration, flight)
	for i := range due {
		due[i] = lead + period*3/4*time.Duration(i)/flight
	}
	f, err := newFlow(pingLength, due)
	if err != nil {
		return err
	}
	defer f.close()
	before := resident()
	err = run([]path{{f, 1, link.Behavior{Delay: link.Delay{Mean: mean}}}}, &r.Disturbance, func() {
		for end := time.Now().Add(lead + period + mean); !f.gave.Load() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		r.Memory = resident() - before
	})
	if err != nil {
		return err
	}
	r.InFlight = f.aloft()
	r.judgeDelay(f, mean)
	if r.InFlight < flight {
		r.judge(false, fmt.Sprintf("only %d packets were on the link at once: the machine was too slow to send them within their delay", r.InFlight))
	}
	return nil
}

// aloft is how many packets had been given before the first was taken.
func (f *flow) aloft() (count int) {
	first := f.taken[0]
	for _, taken := range f.taken {
		if taken != 0 {
			first = min(first, taken)
		}
	}
	for _, given := range f.given {
		if given != 0 && given < first {
			count++
		}
	}
	return count
}

// count fills in how many packets came.
func (r *Row) count(f *flow) { r.Packets, r.Arrived, r.Twice = len(f.due), f.came, f.twice }

// judgeDelay fills in a row about a delay.
func (r *Row) judgeDelay(f *flow, delay time.Duration) {
	r.count(f)
	r.Delay, r.Error, r.Bar = micros(delay), f.deviation(delay), micros(allowed(delay))
	r.judge(r.Error.P99 <= r.Bar, fmt.Sprintf("99 of 100 packets are within %.0f µs only", r.Error.P99))
}

// judge says whether the bar is met, and else why not: what is wrong, and what the
// machine did.
func (r *Row) judge(met bool, wrong string) {
	if r.Arrived != r.Packets || r.Twice != 0 {
		met, wrong = false, fmt.Sprintf("%d of %d packets came, %d of them twice", r.Arrived, r.Packets, r.Twice)
	}
	if r.Met = met; met {
		return
	}
	d := r.Disturbance
	r.Why = fmt.Sprintf("%s; the hypervisor took %.0f %% of a processor meanwhile, and others used %.1f of them", wrong, 100*d.Stolen, d.Others)
}
