package forwarders

import (
	"fmt"

	"github.com/icmprouter/icmprouter/tundev"
)

// Run opens the devices, calls opened, which returns when they are up, and
// forwards until something fails.
func Run(kind string, devices []Device, opened func()) error {
	switch kind {
	case WireGuard:
		return runWireGuard(devices, opened)
	case Water:
		return runWater(devices, opened)
	case GVisor:
		return runGVisor(devices, opened)
	}
	return fmt.Errorf("no such forwarder: %q", kind)
}

// openAll calls open for each device, inside its namespace.
func openAll(devices []Device, open func(i int, d Device) error) error {
	for i, d := range devices {
		namespace, err := tundev.OpenNamespace(d.Netns)
		if err != nil {
			return err
		}
		err = namespace.Do(func() error { return open(i, d) })
		namespace.Close()
		if err != nil {
			return fmt.Errorf("open %s: %w", d.Name, err)
		}
	}
	return nil
}

// each runs forward for each device and returns the first error.
func each(devices []Device, forward func(i int) error) error {
	ended := make(chan error)
	for i := range devices {
		go func() { ended <- forward(i) }()
	}
	return <-ended
}
