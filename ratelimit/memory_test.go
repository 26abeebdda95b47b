package ratelimit

import (
	"net/netip"
	"testing"
	"time"
	"unsafe"
)

// Most nodes never limit anybody: a limiter is small until it looks at a destination.
func TestLimiterIsSmallUntilUsed(t *testing.T) {
	var l Limiter
	if size := unsafe.Sizeof(l); size > 64 {
		t.Errorf("an unused limiter has %d octets", size)
	}
	dst, limits := netip.MustParseAddr("192.0.2.1"), DefaultLimits()
	limits[TooBig].PerDestination.Unlimited = true
	limits[Redirect].Total = Rate{}
	if !l.Allow(&limits, TooBig, dst, time.Hour) || l.Allow(&limits, Redirect, dst, time.Hour) || l.destinations.slots != nil {
		t.Error("slots are taken for what no destination limits")
	}
	if !l.Allow(&limits, Unreach, dst, time.Hour) || l.destinations.slots == nil {
		t.Error("no slots for what a destination limits")
	}
	if n := testing.AllocsPerRun(10, func() { l.Allow(&limits, Unreach, dst, time.Hour) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
