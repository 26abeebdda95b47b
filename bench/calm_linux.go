package main

import (
	"runtime"
	"slices"
	"time"

	"github.com/icmprouter/icmprouter/bench/traffic"
)

const (
	// maxStolen is the share of the processors' time that a hypervisor may take away
	// in a sample.
	maxStolen = 0.03
	// maxTries is how often a sample is taken, and maxWaste how much time goes into
	// those that are thrown away, in all: then a sample is kept as it is.
	maxTries = 6
	maxWaste = 6 * time.Minute
)

// calm is what a run notes of the hypervisor.
type calm struct {
	wasted time.Duration
	again  int
	stolen []float64 // of the samples that were kept
}

// calmly takes a sample, again if the hypervisor gave the processors to others
// meanwhile. Nothing else decides which samples are kept.
func (b *bench) calmly(sampled func() (keep func(), err error)) (keep func(), err error) {
	for try := 1; ; try++ {
		before, begin := traffic.Stolen(), time.Now()
		keep, err = sampled()
		took := time.Since(begin)
		stolen := (traffic.Stolen() - before).Seconds() / took.Seconds() / float64(runtime.NumCPU())
		if err != nil || stolen <= maxStolen || try == maxTries || b.calm.wasted > maxWaste {
			b.calm.stolen = append(b.calm.stolen, stolen)
			return keep, err
		}
		b.calm.wasted += took
		b.calm.again++
	}
}

// disturbed fills in what the result says of it.
func (b *bench) disturbed() {
	b.result.Machine.Again = b.calm.again
	if len(b.calm.stolen) > 0 {
		slices.Sort(b.calm.stolen)
		b.result.Machine.Stolen = b.calm.stolen[len(b.calm.stolen)*9/10]
	}
}
