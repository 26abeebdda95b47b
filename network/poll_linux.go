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
