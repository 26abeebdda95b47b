package traffic

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of /proc/stat: USER_HZ is 100 everywhere.
const tick = 10 * time.Millisecond

// monotonic is the clock that all processes share.
func monotonic() time.Duration {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// Busy is the time that the processors were not idle: of all processes, the
// kernel and its interrupts, and nobody else. It is what is left of the time that has passed, as
// idle time is counted by the clock and busy time by samples. What the
// hypervisor took away was not spent.
func Busy() time.Duration {
	return monotonic()*time.Duration(runtime.NumCPU()) - counted(idleField, waitField, stealField)
}

// Stolen is the time that the hypervisor gave to others while somebody here
// wanted to run.
func Stolen() time.Duration { return counted(stealField) }

// Where times stand in the first line of /proc/stat.
const idleField, waitField, stealField = 4, 5, 8

// counted is the sum of times of all processors since the machine began.
func counted(which ...int) (sum time.Duration) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal
	for _, i := range which {
		if i < len(fields) {
			ticks, _ := strconv.ParseInt(fields[i], 10, 64)
			sum += time.Duration(ticks) * tick
		}
	}
	return sum
}

// icmpErrors is the ICMP errors of both families that came to this namespace.
func icmpErrors() (sum uint64) {
	text, _ := os.ReadFile("/proc/net/snmp")
	var names []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "Icmp:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		for i, name := range names {
			if name == "InDestUnreachs" || name == "InTimeExcds" {
				n, _ := strconv.ParseUint(fields[i], 10, 64)
				sum += n
			}
		}
	}
	text, _ = os.ReadFile("/proc/net/snmp6")
	for line := range strings.Lines(string(text)) {
		switch fields := strings.Fields(line); fields[0] {
		case "Icmp6InDestUnreachs", "Icmp6InPktTooBigs", "Icmp6InTimeExcds":
			n, _ := strconv.ParseUint(fields[1], 10, 64)
			sum += n
		}
	}
	return sum
}
