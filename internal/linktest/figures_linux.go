package linktest

import (
	"math"
	"slices"
	"time"
)

// micros is a time in microseconds.
func micros(d time.Duration) float64 { return float64(d) / 1e3 }

// quantile is the value that the share q of the sorted samples does not exceed.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// deviation holds what came against the delay.
func (f *flow) deviation(delay time.Duration) *Deviation {
	var all, woken []float64
	d := &Deviation{Earliest: math.Inf(1)}
	for i, taken := range f.taken {
		if taken == 0 {
			continue
		}
		late := micros(taken - f.given[i] - delay)
		d.Earliest = min(d.Earliest, late)
		all = append(all, math.Abs(late))
		woken = append(woken, math.Abs(micros(taken-f.due[i]-delay)))
	}
	if len(all) == 0 {
		return &Deviation{}
	}
	slices.Sort(all)
	slices.Sort(woken)
	d.P50, d.P99, d.Max = quantile(all, 0.5), quantile(all, 0.99), all[len(all)-1]
	d.Woken = quantile(woken, 0.99)
	return d
}

// rate is that of the octets behind the first packet until the last.
func (f *flow) rate(nominal float64) *Rate {
	r := &Rate{Nominal: nominal, Error: 100}
	first, last, count := time.Duration(math.MaxInt64), time.Duration(0), 0
	for _, taken := range f.taken {
		if taken != 0 {
			first, last, count = min(first, taken), max(last, taken), count+1
		}
	}
	if last > first {
		r.Measured = 8 * float64(f.length*(count-1)) / (last - first).Seconds()
		r.Error = 100 * (r.Measured/nominal - 1)
	}
	return r
}
