package network

import (
	"runtime"
	"time"
)

// maxUrgent is how long a worker may be urgent that does not sleep, and for how many rounds: one
// that the machine held up was not busy.
const (
	maxUrgent       = 10 * time.Millisecond
	maxUrgentRounds = 1000
)

// hurry makes a worker urgent that is about to sleep, and waits for a packet on a link: on a machine
// that is busy it would wake up, and go on, when others have had their time slices. One that
// never sleeps is not urgent for long: it shares the processor with those whose packets it moves, as it always
// does where there is but one, and the kernel would take it from an urgent one for 50 ms in each second.
func (w *worker) hurry(rests bool) {
	switch {
	case rests && w.urgent:
		w.rested, w.busy = w.now, 0
	case rests:
		if _, waits := w.wires.Next(); waits && runtime.NumCPU() > 1 {
			urgent(true)
			w.urgent, w.rested, w.busy = true, w.now, 0
		}
	case w.urgent:
		if w.busy++; w.busy > maxUrgentRounds && w.now-w.rested > maxUrgent {
			w.relax()
		}
	}
}

// relax ends that.
func (w *worker) relax() {
	if w.urgent {
		urgent(false)
		w.urgent = false
	}
}
