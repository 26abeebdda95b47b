package ratelimit

import (
	"net/netip"
	"testing"
	"time"
)

// TestBuckets: what differs in any part of its key has a bucket of its own, however many there are, and a class is forgotten alone.
func TestBuckets(t *testing.T) {
	var b Buckets
	a, other := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")
	keys := []Key{{}, {Class: 1}, {Class: 2}, {Class: 1, Whose: a}, {Class: 2, Whose: a}, {Class: 1, Whose: other}, {Class: 1, Whose: netip.IPv6Unspecified()}, {Class: 1, Whose: netip.AddrFrom16(a.As16())}}
	r := Rate{PPS: 10, Burst: 2}
	for _, key := range keys {
		for i, want := range []bool{true, true, false} {
			if got := b.Allow(key, r, time.Hour); got != want {
				t.Errorf("%+v, number %d: got %v, want %v", key, i, got, want)
			}
		}
	}
	b.Forget(1)
	for _, key := range keys {
		if got, want := b.Allow(key, r, time.Hour), key.Class == 1; got != want {
			t.Errorf("%+v, after class 1 was forgotten: got %v, want %v", key, got, want)
		}
	}
	if !b.Allow(Key{}, r, time.Hour+time.Second/10) || b.Allow(Key{}, Rate{}, 2*time.Hour) || !b.Allow(Key{}, Rate{Unlimited: true}, time.Hour) {
		t.Error("a bucket does not fill as its rate says")
	}
}

// TestBucketsAreFew: a million sources take no memory beyond the first, and each of them has a full bucket.
func TestBucketsAreFew(t *testing.T) {
	var b Buckets
	b.Forget(1) // of nothing
	r, who := Rate{PPS: 1, Burst: 1}, netip.MustParseAddr("10.0.0.0")
	b.Allow(Key{}, r, 0)
	if n := testing.AllocsPerRun(1000000, func() {
		who = who.Next()
		if !b.Allow(Key{Class: 1, Whose: who}, r, time.Hour) {
			t.Fatalf("%v has no token", who)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
