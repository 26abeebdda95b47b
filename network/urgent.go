package network

import (
	"runtime"
	"time"
)

const (
	// judged is after how long a worker is judged by how it slept, and pardoned
	// how long it has to live with that.
	judged   = 50 * time.Millisecond
	pardoned = 200 * time.Millisecond
	// minRest is the part of its time that an urgent worker has to leave to others: it may be
	// the programs whose packets it moves.
	minRest = 0.25
	// maxLate is the part of its time that a worker may come late from its sleep, each time counted as maxHeldUp
	// at most: one that a hypervisor held up is late once.
	maxLate   = 0.06
	maxHeldUp = 500 * time.Microsecond
)

// haste is how a worker sees to it that it is in time for the packets on links, and what that costs others.
type haste struct {
	urgent bool          // the thread runs before others
	since  time.Duration // when it was last judged
	rested time.Duration // how much of that it was to sleep, and slept
	late   time.Duration // and how much it slept on, beyond wakeUp
	fair   time.Duration // until when it is not urgent
	calm   time.Duration // and until when it does not wake up before something is due
}

// hurry makes a worker urgent that is about to sleep up to timeout, and waits for a packet on a link: on a machine
// that is busy it would wake up, and go on, when others have had their time slices.
func (w *worker) hurry(timeout time.Duration) {
	h := &w.haste
	if w.now-h.since >= judged {
		w.judge()
	}
	if timeout == 0 || h.urgent || w.now < h.fair || runtime.NumCPU() == 1 {
		return
	}
	if _, waits := w.wires.Next(); waits {
		urgent(true)
		h.urgent = true
	}
}

// judge has a worker be as all others for a while that leaves them too little, or that comes late all the same: there are
// as many in a hurry as there are processors, and the programs whose packets they move would get none. Then it
// does not wait awake for packets either.
func (w *worker) judge() {
	h, length := &w.haste, float64(w.now-w.haste.since)
	crowded := float64(h.late) > maxLate*length
	if crowded {
		h.calm = w.now + pardoned
	}
	if crowded || h.urgent && float64(h.rested) < minRest*length {
		w.relax()
		h.fair = w.now + pardoned
	}
	h.since, h.rested, h.late = w.now, 0, 0
}

// sleep looks at the devices until timeout.
func (w *worker) sleep(timeout time.Duration) error {
	from := clock()
	err := w.look(timeout)
	w.haste.slept(clock()-from, timeout)
	return err
}

// slept notes how long a worker slept that was to sleep up to timeout.
func (h *haste) slept(length, timeout time.Duration) {
	if timeout != forever && length > timeout {
		h.late += min(max(0, length-timeout-wakeUp), maxHeldUp)
		length = timeout
	}
	h.rested += length
}

// early is how long before something is due the worker wants to be awake.
func (w *worker) early() time.Duration {
	if w.now < w.haste.calm {
		return 0
	}
	return wakeUp
}

// relax ends being urgent.
func (w *worker) relax() {
	if w.haste.urgent {
		urgent(false)
		w.haste.urgent = false
	}
}
