package network

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// urgents is how many threads of this process run before others.
func urgents(t *testing.T) (count int) {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		id, _ := strconv.Atoi(task.Name())
		if a, err := unix.SchedGetAttr(id, 0); err == nil && a.Policy == unix.SCHED_RR {
			count++
		}
	}
	return count
}

// A worker is urgent once a packet is on a link for a time, and only then; its thread
// is as all others when it has ended, and so are those that it began.
func TestUrgent(t *testing.T) {
	needs.Root(t)
	if runtime.NumCPU() == 1 {
		return // it never is, there
	}
	for _, hosts := range ends {
		l := newLab(t, chain(2))
		stop := l.run()
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		l.receive("right")
		if n := urgents(t); n != 0 {
			t.Errorf("%d threads are urgent, and no link does anything", n)
		}
		stop()
		l = newLab(t, delayed(2))
		stop = l.run()
		eventually(t, "a thread is urgent", func() bool {
			l.inject("left", udp(hosts[0], hosts[1], 1, 8))
			_, _ = l.opener.Device("right").Receive(10 * time.Millisecond)
			return urgents(t) == 1
		})
		stop()
		eventually(t, "no thread is urgent any more", func() bool { return urgents(t) == 0 })
	}
}
