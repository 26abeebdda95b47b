package network

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
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
	a.serve(1)
	done := make(chan struct{})
	go func() { a.do(func() {}); close(done) }()
	eventually(t, "it is asked", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.waiting) == 1
	})
	a.leave()
	eventually(t, "it is done", func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
}

// Of several workers the last that comes to rest does what was asked, and nobody
// goes on before; one that ends is not waited for.
func TestWorkersMeet(t *testing.T) {
	var a asks
	if err := a.open(); err != nil {
		t.Fatal(err)
	}
	defer a.close()
	const workers, rounds = 3, 2000
	var moving, asked atomic.Int32
	var working, asking sync.WaitGroup
	stop := make(chan struct{})
	a.serve(workers)
	for i := range workers {
		working.Go(func() {
			defer a.leave()
			for round := 0; ; round++ {
				select {
				case <-stop:
					return
				default:
				}
				if a.pending.Load() {
					a.meet()
				}
				if i == 0 && round == rounds {
					return
				}
				moving.Add(1)
				runtime.Gosched()
				moving.Add(-1)
			}
		})
	}
	for range 2 {
		asking.Go(func() {
			for range 500 {
				a.do(func() {
					asked.Add(1)
					if n := moving.Load(); n != 0 {
						t.Errorf("%d workers move packets", n)
					}
				})
			}
		})
	}
	asking.Wait()
	close(stop)
	working.Wait()
	if n := asked.Load(); n != 1000 {
		t.Errorf("%d of 1000 were done", n)
	}
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
