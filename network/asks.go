package network

import (
	"sync"

	"golang.org/x/sys/unix"
)

// asks is how other goroutines have something done between two batches: by the
// worker while it runs, by themselves while it does not.
type asks struct {
	mu      sync.Mutex
	running bool
	closed  bool
	waiting []func()
	pipe    [2]int // a byte in it wakes the worker
}

func (a *asks) open() error {
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

// wake makes the worker look. A full pipe wakes it as well. It may come late: the
// descriptors of a closed pipe are somebody else's.
func (a *asks) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		unix.Write(a.pipe[1], []byte{1})
	}
}

// do runs f while no packet is on its way, and returns when it has run.
func (a *asks) do(f func()) {
	a.mu.Lock()
	if !a.running {
		defer a.mu.Unlock()
		f()
		return
	}
	done := make(chan struct{})
	a.waiting = append(a.waiting, func() { defer close(done); f() })
	a.mu.Unlock()
	a.wake()
	<-done
}

// serve says that the worker runs.
func (a *asks) serve() {
	a.mu.Lock()
	a.running = true
	a.mu.Unlock()
}

// rest says that the worker has ended, and does what still waits.
func (a *asks) rest() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = false
	for _, f := range a.waiting {
		f()
	}
	a.waiting = nil
}

// answer does what waits. The worker calls it between two batches, woken.
func (a *asks) answer() {
	var drain [64]byte
	unix.Read(a.pipe[0], drain[:])
	a.mu.Lock()
	waiting := a.waiting
	a.waiting = nil
	a.mu.Unlock()
	for _, f := range waiting {
		f()
	}
}
