package config

import (
	"cmp"
	"fmt"
	"time"

	"github.com/icmprouter/icmprouter/tundev"
)

const (
	// defaultBusyPoll is about as long as it takes to fall asleep and wake up.
	defaultBusyPoll = 10 * time.Microsecond
	maxBusyPoll     = time.Second
)

// busyPoll is the duration that the file says, which has been checked.
func (f *File) busyPoll() time.Duration {
	if f.BusyPoll == "" {
		return defaultBusyPoll
	}
	d, _ := time.ParseDuration(f.BusyPoll)
	return d
}

// speed fills in what the device, or else the file, says of how packets are moved.
func (t TUN) speed(f *File, spec *tundev.Spec) {
	if spec.Backend != tundev.Kernel {
		return
	}
	offloads := t.Offloads
	if offloads == nil {
		offloads = f.Offloads
	}
	spec.NoOffloads = offloads != nil && !*offloads
	spec.Coalesce = tundev.Coalesce(cmp.Or(t.Coalesce, f.Coalesce, string(tundev.CoalesceOff)))
	spec.Engine = tundev.Engine(cmp.Or(t.Engine, f.Engine, string(tundev.EngineAuto)))
}

func (s *source) checkBusyPoll(f *File) {
	if f.BusyPoll == "" {
		return
	}
	const expected = `a duration from "0s" to "1s", as "50us"`
	switch d, err := time.ParseDuration(f.BusyPoll); {
	case err != nil || d < 0:
		s.refuse("busy_poll", quote(f.BusyPoll)+" is no duration", expected)
	case d > maxBusyPoll:
		s.refuse("busy_poll", f.BusyPoll+" is too long", expected)
	}
}

// checkSpeed warns of knobs of a device that have no effect.
func (s *source) checkSpeed(t TUN, path string) {
	for _, key := range []string{"coalesce", "offloads", "engine"} {
		if at := path + "." + key; s.has(at) && t.Device != "" && t.Device != string(tundev.Kernel) {
			s.warn(at, fmt.Sprintf("the device %s has no such choice", t.Device), "")
		}
	}
}
