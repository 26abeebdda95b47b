package network

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/internal/needs"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
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

// lets says whether the system lets a thread be urgent.
func lets() bool {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	urgent(true)
	defer urgent(false)
	a, err := unix.SchedGetAttr(0, 0)
	return err == nil && a.Policy == unix.SCHED_RR
}

// A worker is urgent once a packet is on a link for a time, and only then; its thread
// is as all others when it has ended, and so are those that it began.
func TestUrgent(t *testing.T) {
	needs.Root(t)
	want := 0
	if runtime.NumCPU() > 1 && lets() { // else it never is, there
		want = 1
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
			return urgents(t) == want
		})
		stop()
		eventually(t, "no thread is urgent any more", func() bool { return urgents(t) == 0 })
	}
}

// A worker that looks around for long is not urgent: it would keep others from the processor.
func TestBusyPollIsNotUrgent(t *testing.T) {
	needs.Root(t)
	for _, hosts := range ends {
		plan := delayed(2)
		plan.BusyPoll = time.Hour
		plan.Links[0].To[1].Delay.Mean = time.Hour
		l := newLab(t, plan)
		stop := l.run()
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		eventually(t, "a packet is on the link", func() bool { return l.net.Stats()[0].Links[1].Way.OnWay == 1 })
		for range 10 {
			time.Sleep(time.Millisecond) // for some rounds
			if n := urgents(t); n != 0 {
				t.Errorf("%d threads are urgent", n)
			}
		}
		stop()
	}
}

// slow is a device that holds up its reader, as a busy machine does, and notes until when.
type slow struct {
	tundev.Device
	until time.Time
}

func (s *slow) Read(batch *wire.Batch) error {
	err := s.Device.Read(batch)
	if len(batch.Packets()) > 0 {
		time.Sleep(50 * time.Millisecond)
		s.until = time.Now()
	}
	return err
}

// A packet's time on a link begins when it has been read, and not when the round began:
// none is early.
func TestNeverEarly(t *testing.T) {
	for _, hosts := range ends {
		l := newLab(t, delayed(2))
		held := &slow{Device: l.opener.Device("left")}
		l.net.ports[0].device = held
		stop := l.run()
		l.inject("left", udp(hosts[0], hosts[1], 1, 8))
		l.receive("right")
		if took := time.Since(held.until); took < 10*time.Millisecond {
			t.Errorf("came %v after it was read, over a link of 10 ms", took)
		}
		stop()
	}
}
