// Package ratelimit holds token buckets of fixed size: however many
// destinations there are, a Limiter does not grow.
package ratelimit

import (
	"net/netip"
	"time"
)

// Rate is what a token bucket lets through: Burst at once, PPS in the long run
// (RFC 4443 §2.4 (f)).
type Rate struct {
	// PPS is the number of packets per second at which the bucket fills. Zero:
	// nothing ever passes.
	PPS int
	// Burst is the number of packets that the full bucket holds, at least 1.
	Burst int
	// Unlimited lets everything through; PPS and Burst are not looked at.
	Unlimited bool
}

// Limit is the rate for one kind of message: over all destinations together,
// and for each destination alone.
type Limit struct {
	Total          Rate
	PerDestination Rate
}

// Kind is a class of messages that share buckets, and share them with no other
// class, so that a flood that needs one kind never silences another.
type Kind uint8

// The kinds.
const (
	// TooBig is fragmentation needed and packet too big.
	TooBig Kind = iota
	// TimeExceeded is TTL expired and reassembly timed out.
	TimeExceeded
	// Unreach is all codes of destination unreachable, and TCP resets.
	Unreach
	// ParameterProblem is errors in headers and options.
	ParameterProblem
	// Redirect tells of a better first hop.
	Redirect
	// SourceQuench tells of a full queue.
	SourceQuench
	// NumKinds is the number of kinds.
	NumKinds
)

// Limits holds a Limit for each kind.
type Limits [NumKinds]Limit

// Defaults. 1000 errors a second with bursts of 50 is what Linux allows a host
// altogether (icmp_msgs_per_sec, icmp_msgs_burst): a traceroute never meets it,
// and a flood cannot make of the router an amplifier. One destination gets a
// tenth, so that nobody who floods takes all tokens from the others, and 20 at once,
// so that the 16 probes that traceroute has under way all find their answer.
var (
	DefaultTotal          = Rate{PPS: 1000, Burst: 50}
	DefaultPerDestination = Rate{PPS: 100, Burst: 20}
)

// DefaultLimits returns the default Limit for every kind.
func DefaultLimits() (l Limits) {
	for k := range l {
		l[k] = Limit{Total: DefaultTotal, PerDestination: DefaultPerDestination}
	}
	return l
}

// bucket is a token bucket as one number: the time at which it will be full
// again (the generic cell rate algorithm). It is full at the zero time.
type bucket time.Duration

// ready says whether a token is there, and when the bucket is full after taking it.
func (b bucket) ready(r Rate, now time.Duration) (bucket, bool) {
	if r.Unlimited {
		return b, true
	}
	if r.PPS <= 0 {
		return b, false
	}
	interval := time.Second / time.Duration(r.PPS)
	full := max(time.Duration(b), now)
	if full-now > interval*time.Duration(r.Burst-1) {
		return b, false
	}
	return bucket(full + interval), true
}

// Limiter is the buckets of one node. Its zero value has full buckets. It has
// one owner and no lock.
type Limiter struct {
	total        [NumKinds]bucket
	destinations Buckets
}

// Allow says whether a message of that kind may go to dst now, and takes a
// token from both buckets if so, from none if not. now is the time since any
// fixed moment, and does not run backwards.
func (l *Limiter) Allow(limits *Limits, kind Kind, dst netip.Addr, now time.Duration) bool {
	total, ok := l.total[kind].ready(limits[kind].Total, now)
	if !ok {
		return false
	}
	if limits[kind].PerDestination.Unlimited || l.destinations.Allow(Key{Class: uint32(kind), Whose: dst}, limits[kind].PerDestination, now) {
		l.total[kind] = total
		return true
	}
	return false
}
