//go:build !linux

package network

import (
	"time"

	"golang.org/x/sys/unix"
)

// poll waits until one of the descriptors is ready, or until timeout.
func poll(fds []unix.PollFd, timeout time.Duration) error {
	millis := -1
	if timeout != forever {
		millis = int((timeout + time.Millisecond - 1) / time.Millisecond)
	}
	_, err := unix.Poll(fds, millis)
	return err
}

func punctual() (restore func()) { return func() {} }

func urgent(bool) {}
