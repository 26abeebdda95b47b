//go:build !linux

package linktest

import (
	"errors"
	"time"
)

// Tests are none where there is no timer with a descriptor.
func Tests() []Test { return nil }

func calibrate(time.Duration) (Machine, error) {
	return Machine{}, errors.New("links can be measured on Linux only: the devices need timerfd_create(2)")
}
