package tundev

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What io_uring calls things (linux/io_uring.h).
const (
	opRead, opWrite = 22, 23

	sqeFixedFile   = 1
	registerFiles  = 2
	forgetFiles    = 3
	enterGetEvents = 1
	offSQEs        = 0x10000000
	featSingleMmap = 1
)

// submission is struct io_uring_sqe, as far as reads and writes need it.
type submission struct {
	op, flags uint8
	priority  uint16
	fd        int32
	offset    uint64
	address   uint64
	length    uint32
	rwFlags   uint32
	user      uint64
	_         [3]uint64
}

// completion is struct io_uring_cqe.
type completion struct {
	user   uint64
	result int32
	flags  uint32
}

// ringOffsets is struct io_sqring_offsets and io_cqring_offsets, which differ in names only.
type ringOffsets struct {
	head, tail, mask, entries, a, b, c, d uint32
	_                                     uint64
}

type ringParams struct {
	sqEntries, cqEntries, flags, cpu, idle, features, wq uint32
	_                                                    [3]uint32
	sq, cq                                               ringOffsets
}

// ringSize is the number of operations of the longest burst.
const ringSize = 64

// uring is a pair of rings through which one system call reads or writes a file many
// times, in order. One goroutine at a time uses it.
type uring struct {
	fd     int
	memory []byte
	sqes   []byte

	queue          []submission
	done           []completion
	sqHead, sqTail *uint32
	cqHead, cqTail *uint32
	queued         uint32

	// results are those of the last burst: octets, or a negative errno.
	results [ringSize]int32
}

// newURing makes a ring for the file of fd.
func newURing(fd int) (*uring, error) {
	var params ringParams
	ring, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, ringSize, uintptr(unsafe.Pointer(&params)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring: %w", errno)
	}
	r := &uring{fd: int(ring)} // the kernel has marked it close-on-exec
	err := r.mmap(&params)
	if err == nil {
		err = r.register(fd)
	}
	if err != nil {
		r.close()
		return nil, fmt.Errorf("io_uring: %w", err)
	}
	return r, nil
}

// mmap finds the rings in memory that the kernel shares.
func (r *uring) mmap(params *ringParams) (err error) {
	if params.features&featSingleMmap == 0 {
		return fmt.Errorf("%w: Linux 5.6 or later is needed", unix.ENOSYS)
	}
	length := max(params.sq.c+params.sqEntries*4, params.cq.b+params.cqEntries*uint32(unsafe.Sizeof(completion{})))
	if r.memory, err = unix.Mmap(r.fd, 0, int(length), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE); err == nil {
		r.sqes, err = unix.Mmap(r.fd, offSQEs, int(params.sqEntries)*int(unsafe.Sizeof(submission{})), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	}
	if err != nil {
		return err
	}
	word := func(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.memory[offset])) }
	r.sqHead, r.sqTail = word(params.sq.head), word(params.sq.tail)
	r.cqHead, r.cqTail = word(params.cq.head), word(params.cq.tail)
	r.queue = unsafe.Slice((*submission)(unsafe.Pointer(&r.sqes[0])), params.sqEntries)
	r.done = unsafe.Slice((*completion)(unsafe.Pointer(&r.memory[params.cq.b])), params.cqEntries)
	for i := range params.sqEntries {
		*word(params.sq.c + 4*i) = i
	}
	return nil
}

// register has the kernel look up the file once, and not for each operation.
func (r *uring) register(fd int) error {
	files := [1]int32{int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), registerFiles, uintptr(unsafe.Pointer(&files)), 1, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// push queues a read or write of the file. The caller holds b until submit has returned.
func (r *uring) push(op uint8, b []byte, rwFlags uint32) {
	r.queue[(*r.sqTail+r.queued)&uint32(len(r.queue)-1)] = submission{
		op: op, flags: sqeFixedFile, address: uint64(uintptr(unsafe.Pointer(&b[0]))), length: uint32(len(b)),
		rwFlags: rwFlags, user: uint64(r.queued),
	}
	r.queued++
}

// submit does what is queued, in order, and says how many operations it has
// done: on an error, not all.
func (r *uring) submit() (int, error) {
	n := r.queued
	r.queued = 0
	atomic.StoreUint32(r.sqTail, *r.sqTail+n)
	for got := uint32(0); got < n; {
		left := *r.sqTail - atomic.LoadUint32(r.sqHead)
		_, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(left), uintptr(n-got), enterGetEvents, 0, 0)
		got += r.reap()
		if errno != 0 && errno != unix.EINTR {
			atomic.StoreUint32(r.sqTail, atomic.LoadUint32(r.sqHead)) // take back the rest
			return int(got), errno
		}
	}
	return int(n), nil
}

// reap stores the results that are there, and says how many they were.
func (r *uring) reap() (n uint32) {
	head := *r.cqHead
	for tail := atomic.LoadUint32(r.cqTail); head != tail; head++ {
		c := &r.done[head&uint32(len(r.done)-1)]
		r.results[c.user] = c.result
		n++
	}
	atomic.StoreUint32(r.cqHead, head)
	return n
}

// close ends the ring, which holds the file no longer when this returns.
func (r *uring) close() {
	unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), forgetFiles, 0, 0, 0, 0)
	unix.Munmap(r.sqes)
	unix.Munmap(r.memory)
	unix.Close(r.fd)
}
