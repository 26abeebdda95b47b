package network

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// What is asked while the worker ends is done all the same.
func TestAskWhileTheWorkerEnds(t *testing.T) {
	var a asks
	if err := a.open(); err != nil {
		t.Fatal(err)
	}
	defer a.close()
	a.serve()
	done := make(chan struct{})
	go func() { a.do(func() {}); close(done) }()
	eventually(t, "it is asked", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.waiting) == 1
	})
	a.rest()
	eventually(t, "it is done", func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
}

// After close the descriptors are somebody else's: nothing is written to them,
// and they are not closed again.
func TestClosedPipeIsLeftAlone(t *testing.T) {
	var a asks
	if err := a.open(); err != nil {
		t.Fatal(err)
	}
	a.close()
	var theirs [2]int
	if err := unix.Pipe2(theirs[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(theirs[:], a.pipe[:]) {
		t.Fatalf("the kernel gave the descriptors %v, not %v again: nothing can be said", theirs, a.pipe)
	}
	a.wake()
	a.close()
	if n, err := unix.Read(theirs[0], make([]byte, 1)); n > 0 || err != unix.EAGAIN {
		t.Errorf("read %d octets, %v, wanted EAGAIN: nobody has written or closed", n, err)
	}
	unix.Close(theirs[0])
	unix.Close(theirs[1])
}
