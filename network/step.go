package network

import "time"

// Step moves what has come to the devices and what arrives on links by now, until
// nothing more moves, and returns when next something happens by itself; false: never. It
// is for who owns the time himself, instead of Run: now is the time since any fixed moment, and does not run
// backwards. Everything is done in one order, so that the same packets at the same times give the same
// traffic. Who calls it calls nothing else of the network meanwhile. Nobody looks for a device that is lost: Apply does
// not either.
func (n *Network) Step(now time.Duration) (next time.Duration, waits bool) {
	for moved := true; moved || n.asks.pending.Load(); {
		n.asks.settle()
		select {
		case <-n.reroute:
			n.routeAgain()
		default:
		}
		moved = false
		for _, w := range n.workers {
			w.now = now
			moved = w.step() || moved
		}
	}
	for _, w := range n.workers {
		w.expire()
		if at, ok := w.nextEvent(); ok && (!waits || at < next) {
			next, waits = at, true
		}
	}
	return next, waits
}

// now is the time of who owns it, also before anything has run. All workers rest.
func (n *Network) now() time.Duration {
	if w := n.workers[0]; !w.timed {
		return w.now
	}
	return clock()
}

// step is a round over all ports, whether they are known to have packets or not.
func (w *worker) step() (moved bool) {
	for w.advance() {
		moved = true
	}
	for _, p := range w.ports {
		if p.device != nil {
			moved = w.pump(p) || moved
		}
	}
	return moved
}

// nextEvent is when the worker has something to do though nobody sends anything.
func (w *worker) nextEvent() (next time.Duration, ok bool) {
	next, ok = w.wires.Next()
	if !w.held {
		return next, ok
	}
	at, waits := w.nextExpiry()
	w.held = waits
	if waits && (!ok || at < next) {
		next, ok = at, true
	}
	return next, ok
}
