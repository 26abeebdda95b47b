package linktest

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of /proc/stat: USER_HZ is 100 everywhere.
const tick = 10 * time.Millisecond

// usage is what processors did up to one moment.
type usage struct {
	at                time.Time
	busy, stolen, own time.Duration
}

// disturb notes it.
func disturb() (u usage) {
	var own unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &own)
	u.at, u.own = time.Now(), time.Duration(own.Utime.Nano()+own.Stime.Nano())
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(line) { // cpu user nice system idle iowait irq softirq steal
		ticks, _ := strconv.ParseInt(field, 10, 64)
		switch i {
		case 1, 2, 3, 6, 7:
			u.busy += time.Duration(ticks) * tick
		case 8:
			u.stolen += time.Duration(ticks) * tick
		}
	}
	return u
}

// since is shares of the time from before on.
func (u usage) since(before usage) Disturbance {
	took := u.at.Sub(before.at).Seconds()
	return Disturbance{
		Stolen: (u.stolen - before.stolen).Seconds() / took,
		Others: max(0, (u.busy-before.busy-(u.own-before.own)).Seconds()) / took,
	}
}

// resident is the memory of this process, in octets.
func resident() int64 {
	text, _ := os.ReadFile("/proc/self/statm")
	if fields := strings.Fields(string(text)); len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}

// calibrate sees for the time period how late a thread wakes up that slept, and for the same
// how long one is held up that does not.
func calibrate(period time.Duration) (m Machine, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // as the worker does
	defer unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0)
	m.Processors = runtime.NumCPU()
	var late []float64
	pause := unix.NsecToTimespec(int64(time.Millisecond))
	for begin := time.Now(); time.Since(begin) < period; {
		before := time.Now()
		if err := unix.Nanosleep(&pause, nil); err == nil {
			late = append(late, micros(time.Since(before)-time.Millisecond))
		}
	}
	slices.Sort(late)
	m.SleepP50, m.SleepP99, m.SleepMax = quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1)
	var held time.Duration
	begin := time.Now()
	for last := begin; last.Sub(begin) < period; {
		now := time.Now()
		if gap := now.Sub(last); gap > 10*time.Microsecond {
			m.GapMax, held = max(m.GapMax, micros(gap)), held+gap
		}
		last = now
	}
	m.Held = held.Seconds() / time.Since(begin).Seconds()
	return m, nil
}
