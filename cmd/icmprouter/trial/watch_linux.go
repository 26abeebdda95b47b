package trial

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/scenario"
)

// Network is a configuration: what stands in the file at a path, and what that means.
type Network struct {
	Path string
	Text []byte
	File *config.File
}

// Watch looks at what crosses one lab, and plays the timeline of its network.
type Watch struct {
	network  Network
	observer scenario.Observer
	net      *network.Network
	engine   *control.Engine
	end      context.CancelFunc

	still atomic.Int64 // Observation.StoodStill
	alarm *time.Timer
	mu    sync.Mutex
	last  *scenario.Observation // of the moment before the program was ended; nil: it was not
}

// NewWatch looks at a network that is not made yet.
func NewWatch(n Network) *Watch { return &Watch{network: n} }

// Join adds the watch to the options of the lab.
func (w *Watch) Join(o *lab.Options) {
	before, log := o.Before, o.Log
	o.Before = func(n *network.Network) error {
		if before != nil {
			if err := before(n); err != nil {
				return err
			}
		}
		return w.join(n, log)
	}
}

// join taps the devices of the client and of the server.
func (w *Watch) join(n *network.Network, log *slog.Logger) (err error) {
	w.net = n
	w.engine = control.New(w.network.Path, w.network.Text, n, log)
	sides := map[string]scenario.Side{lab.Client: scenario.Client, lab.Server: scenario.Server}
	for _, node := range w.network.File.Plan().Nodes {
		for _, i := range node.Interfaces {
			if side, known := sides[i.Device.Netns]; known && i.Device.Name != "" {
				err = errors.Join(err, n.Tap(node.Name, i.Name, w.observer.At(side)))
			}
		}
	}
	return err
}

// moment is how long before its end a program is judged that is ended: longer than a busy machine lets that wait.
const moment = 500 * time.Millisecond

// Begin begins the timeline, which is to be done when the program is about to start. A program that is ended after limit
// is judged by the moment before; zero: it ends by itself.
func (w *Watch) Begin(limit time.Duration) {
	var ctx context.Context
	ctx, w.end = context.WithCancel(context.Background())
	w.engine.Begin(ctx, w.network.File.Timeline)
	go w.beat(ctx)
	if limit > 0 {
		w.alarm = time.AfterFunc(limit-min(moment, limit/10), func() {
			w.mu.Lock() // who asks meanwhile waits
			defer w.mu.Unlock()
			o := w.look()
			w.last = &o
		})
	}
}

// pulse is how often the watch looks whether the machine lets programs run.
const pulse = 10 * time.Millisecond

// beat notes how late it wakes up at most, up to the end.
func (w *Watch) beat(ctx context.Context) {
	for ctx.Err() == nil {
		due := time.Now().Add(pulse)
		time.Sleep(pulse)
		w.still.Store(max(w.still.Load(), int64(time.Since(due))))
	}
}

// End ends the timeline, before the lab is closed. Begin was called.
func (w *Watch) End() {
	w.end()
	w.engine.Wait()
}

// Observe says what crossed the network up to the end of the program: when it ended, or before it was ended. It waits for what
// the program has left to its kernel to send.
func (w *Watch) Observe(timedOut bool) (o scenario.Observation) {
	if w.alarm != nil {
		w.alarm.Stop()
	}
	w.mu.Lock()
	last := w.last
	w.mu.Unlock()
	if timedOut && last != nil {
		return *last
	}
	w.settle(scenario.BlackholeAfter)
	o = w.look()
	o.Ended = !timedOut
	return o
}

// look says what crossed the network by now.
func (w *Watch) look() (o scenario.Observation) {
	w.net.Rest(func(now time.Duration) { o = w.observer.Observe(now) })
	o.StoodStill = time.Duration(w.still.Load())
	o.Fates = scenario.Fates(w.net.Stats())
	plan := w.network.File.Plan()
	if text, _ := w.engine.Document(); text != nil {
		if file, err := config.ParseRunning(w.network.Path, text); err == nil {
			plan = file.Plan() // as the timeline left it
		}
	}
	o.MTUs = scenario.MTUs(&plan)
	return o
}

// settle waits for what is outstanding: until it got through, or does not any more, but not longer than limit.
func (w *Watch) settle(limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		waits := false
		w.net.Rest(func(now time.Duration) { waits = w.observer.Waits(now) })
		if !waits {
			return
		}
	}
}
