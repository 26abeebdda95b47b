package network

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// asks is how something is done while no packet is on its way: by the last of the
// workers that comes to rest, or by who asks while none of them runs.
type asks struct {
	// pending says that something waits. A worker that is awake looks at it
	// between two rounds.
	pending atomic.Bool
	pipe    [2]int // a byte in it wakes those that sleep

	mu       sync.Mutex
	answered sync.Cond
	workers  int // that run
	resting  int // of them, those that wait for the others
	meetings int // that are over
	waiting  []func()
	closed   bool
}

func (a *asks) open() error {
	a.answered.L = &a.mu
	if err := unix.Pipe(a.pipe[:]); err != nil {
		return err
	}
	for _, fd := range a.pipe {
		unix.CloseOnExec(fd)
		unix.SetNonblock(fd, true)
	}
	return nil
}

func (a *asks) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	a.closed = true
	unix.Close(a.pipe[0])
	unix.Close(a.pipe[1])
}

func (a *asks) descriptor() int { return a.pipe[0] }

// wake makes the workers look. It may come late: the descriptors of a closed pipe
// are somebody else's.
func (a *asks) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ring()
}

// ring writes to the pipe, under mu. A full pipe wakes as well.
func (a *asks) ring() {
	if !a.closed {
		unix.Write(a.pipe[1], []byte{1})
	}
}

// do runs f while no packet is on its way, and returns when it has run. f asks
// for nothing itself.
func (a *asks) do(f func()) {
	a.mu.Lock()
	if a.workers == 0 {
		defer a.mu.Unlock()
		f()
		return
	}
	done := make(chan struct{})
	a.push(func() { defer close(done); f() })
	a.mu.Unlock()
	<-done
}

// later is do for a worker: it does not wait.
func (a *asks) later(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.push(f)
}

func (a *asks) push(f func()) {
	a.waiting = append(a.waiting, f)
	a.pending.Store(true)
	a.ring()
}

// serve says how many workers run from now on.
func (a *asks) serve(workers int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.workers = workers
}

// leave says that a worker runs no more. Others wait no longer for it.
func (a *asks) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.workers--
	if a.resting == a.workers {
		a.answer()
	}
}

// meet rests until all other workers do, and all that waits is done. A worker
// calls it between two rounds, when something is pending.
func (a *asks) meet() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.resting++
	if a.resting == a.workers {
		a.answer()
		return
	}
	for now := a.meetings; a.meetings == now; {
		a.answered.Wait()
	}
}

// settle does what waits while no worker runs.
func (a *asks) settle() {
	if a.pending.Load() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.answer()
	}
}

// answer does what waits, under mu, while all workers rest, and lets them go on.
func (a *asks) answer() {
	var drain [64]byte
	for n := len(drain); n == len(drain); {
		n, _ = unix.Read(a.pipe[0], drain[:])
	}
	for _, f := range a.waiting {
		f()
	}
	a.waiting = nil
	a.pending.Store(false)
	a.resting = 0
	a.meetings++
	a.answered.Broadcast()
}
