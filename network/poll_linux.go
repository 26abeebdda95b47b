package network

import (
	"time"

	"golang.org/x/sys/unix"
)

// poll waits until one of the descriptors is ready, or until timeout.
func poll(fds []unix.PollFd, timeout time.Duration) error {
	if timeout == forever {
		_, err := unix.Ppoll(fds, nil, nil)
		return err
	}
	until := unix.NsecToTimespec(int64(timeout))
	_, err := unix.Ppoll(fds, &until, nil)
	return err
}

// punctual has the kernel wake this thread when it asked to be, and not up to 50 µs
// later, until restore.
func punctual() (restore func()) {
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // nobody has forbidden it so far; it would be late then
	return func() { unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) }
}

// urgent has this thread run before all that are not so, or with them again. Whom the
// system does not let is not, and nothing else changes.
func urgent(on bool) {
	a := unix.SchedAttr{Policy: unix.SCHED_NORMAL}
	if on {
		a.Policy, a.Priority, a.Flags = unix.SCHED_RR, 1, unix.SCHED_FLAG_RESET_ON_FORK
	}
	unix.SchedSetAttr(0, &a, 0)
}
