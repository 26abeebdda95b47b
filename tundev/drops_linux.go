package tundev

import "fmt"

// Dropped asks the namespace of the device. No descriptor is kept for it. See Dropper.
func (t *tun) Dropped() (toUs, fromUs uint64, err error) {
	err = within(t.netns, func(now identity) error {
		if !t.home.same(now) {
			return t.gone(fmt.Errorf("namespace %s is another one now", t.netns))
		}
		s, err := openSide(t.name)
		if err != nil {
			return err
		}
		defer s.Close()
		// What the link transmits is what we read.
		if counted := s.link.Attrs().Statistics; counted != nil {
			toUs, fromUs = counted.TxDropped, counted.RxDropped
		}
		return nil
	})
	return toUs, fromUs, err
}
