package link

import (
	"math"
	"time"
)

// verdict is what RED makes of a packet.
type verdict uint8

const (
	pass verdict = iota
	// early: dropped, or marked if its flow is ECN-capable.
	early
	// discard: dropped in any case (RFC 3168 §7).
	discard
)

// typical is the length of the packets that an idle link could have sent, in octets.
const typical = 1000

// red is the state of RED, by the names of Floyd and Jacobson, "Random Early Detection Gateways
// for Congestion Avoidance" (1993).
type red struct {
	luck
	avg   float64
	count int           // packets since the last drop, or -1
	idle  time.Duration // since when nothing is being sent
}

// judge says what becomes of a packet that comes at now, when octets are in the queue.
func (r *red) judge(q *Queue, octets int, idle bool, now time.Duration, speed *pace) verdict {
	weight, most := q.RED.Weight, q.RED.Probability
	if weight == 0 {
		weight = 0.002
	}
	if most == 0 {
		most = 0.1
	}
	chance := r.uniform() // one a packet, so that all have the same whatever the average is
	if idle {
		if each := speed.wait(now, typical, 1); each > 0 {
			r.avg *= math.Pow(1-weight, float64(now-r.idle)/float64(each))
		}
	} else {
		r.avg += float64(weight * (float64(octets) - r.avg))
	}
	switch least := float64(q.RED.Min); {
	case r.avg < least:
		r.count = -1
		return pass
	case r.avg >= float64(q.RED.Max):
		r.count = 0
		return discard
	default:
		r.count++
		p := most * (r.avg - least) / (float64(q.RED.Max) - least)
		if spread := 1 - float64(float64(r.count)*p); spread > 0 && chance >= p/spread {
			return pass
		}
		r.count = 0
		return early
	}
}
