package trial

import (
	"errors"
	"time"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/scenario"
)

// Watch looks at what crosses one lab.
type Watch struct {
	file     *config.File
	observer scenario.Observer
	net      *network.Network
}

// NewWatch looks at the network of a configuration.
func NewWatch(file *config.File) *Watch { return &Watch{file: file} }

// Join adds the watch to the options of the lab.
func (w *Watch) Join(o *lab.Options) {
	before := o.Before
	o.Before = func(n *network.Network) error {
		if before != nil {
			if err := before(n); err != nil {
				return err
			}
		}
		return w.tap(n)
	}
}

// tap taps the devices of the client and of the server.
func (w *Watch) tap(n *network.Network) (err error) {
	w.net = n
	sides := map[string]scenario.Side{lab.Client: scenario.Client, lab.Server: scenario.Server}
	for _, node := range w.file.Plan().Nodes {
		for _, i := range node.Interfaces {
			if side, known := sides[i.Device.Netns]; known && i.Device.Name != "" {
				err = errors.Join(err, n.Tap(node.Name, i.Name, w.observer.At(side)))
			}
		}
	}
	return err
}

// Observe says what crossed the network by now.
func (w *Watch) Observe() (o scenario.Observation) {
	w.net.Rest(func(now time.Duration) { o = w.observer.Observe(now) })
	o.Fates = scenario.Fates(w.net.Stats())
	plan := w.file.Plan()
	o.MTUs = scenario.MTUs(&plan)
	return o
}

// Settle waits for what a program that has ended left to its kernel to send: until it got through, or
// does not any more, but not longer than limit.
func (w *Watch) Settle(limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		waits := false
		w.net.Rest(func(now time.Duration) { waits = w.observer.Waits(now) })
		if !waits {
			return
		}
	}
}
