package tundev

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// errFull is what Write returns when nobody receives what it sends.
var errFull = errors.New("the queue is full")

// MemoryDevice is a Device whose other side is in this process: what is injected
// there is read here, and what is written here is received there. All methods
// are safe for concurrent use.
type MemoryDevice struct {
	label, name string

	mu    sync.Mutex
	mtu   int
	in    ring
	out   ring
	ready signal
	// arrived holds an element when Receive may find something.
	arrived chan struct{}
	vanish  bool
	closed  bool
}

// NewMemory returns a device with the name and MTU of spec, and room for queue
// datagrams in each direction.
func NewMemory(spec Spec, queue int) (*MemoryDevice, error) {
	ready, err := newSignal()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", spec, err)
	}
	return &MemoryDevice{
		label: spec.String(), name: spec.Name, mtu: spec.MTU,
		in: newRing(queue), out: newRing(queue),
		ready: ready, arrived: make(chan struct{}, 1),
	}, nil
}

// Inject queues a copy of datagram for Read. It is false when the queue is full,
// the device is gone, or the datagram is longer than any.
func (m *MemoryDevice) Inject(datagram []byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.vanish || m.closed || len(datagram) > wire.MaxDatagram || !m.in.push(datagram) {
		return false
	}
	if m.in.len == 1 {
		m.ready.set()
	}
	return true
}

// Receive waits until a datagram was written, no longer than timeout, and
// returns it: a copy that is the caller's. It is false at the timeout, and when
// the device is gone and all was received. Zero or less does not wait.
func (m *MemoryDevice) Receive(timeout time.Duration) ([]byte, bool) {
	var expired <-chan time.Time
	for {
		m.mu.Lock()
		datagram := bytes.Clone(m.out.pop()) // the next Write takes its place
		if m.out.len > 0 || m.vanish || m.closed {
			m.wake()
		}
		over := m.vanish || m.closed
		m.mu.Unlock()
		if datagram != nil || over || timeout <= 0 {
			return datagram, datagram != nil
		}
		if expired == nil {
			expired = time.After(timeout)
		}
		select {
		case <-m.arrived:
		case <-expired:
			timeout = 0
		}
	}
}

// Read takes what was injected. See Device.
func (m *MemoryDevice) Read(batch *wire.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.gone(); err != nil {
		return err
	}
	before := m.in.len
	for m.in.len > 0 {
		p := batch.Room()
		if p == nil {
			break
		}
		batch.Keep(copy(p.Buffer()[wire.Headroom:], m.in.pop()))
	}
	if before > 0 && m.in.len == 0 {
		m.ready.clear()
	}
	return nil
}

// Write queues copies for Receive. See Device.
func (m *MemoryDevice) Write(batch []*wire.Packet) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.gone(); err != nil {
		return 0, err
	}
	defer m.wake()
	for i, p := range batch {
		if !m.out.push(p.Data) {
			return i, errFull
		}
	}
	return len(batch), nil
}

// Descriptor polls readable while injected datagrams wait, and for good once the
// device has vanished.
func (m *MemoryDevice) Descriptor() int { return m.ready.fd() }

// Name is the name of the spec.
func (m *MemoryDevice) Name() string { return m.name }

// MTU is that of the spec, in octets.
func (m *MemoryDevice) MTU() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mtu
}

func (m *MemoryDevice) setMTU(mtu int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mtu = mtu
}

// Vanish makes the device behave as a TUN that somebody deleted: from now on
// Read and Write return ErrGone. It has still to be closed.
func (m *MemoryDevice) Vanish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.vanish || m.closed {
		return
	}
	m.vanish = true
	m.ready.set()
	m.wake()
}

// Close ends the device. What was written can still be received.
func (m *MemoryDevice) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	m.wake()
	return m.ready.close()
}

// present is nil, or wraps ErrGone.
func (m *MemoryDevice) present() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gone()
}

func (m *MemoryDevice) gone() error {
	switch {
	case m.closed:
		return fmt.Errorf("%s: %w: %w", m.label, ErrGone, os.ErrClosed)
	case m.vanish:
		return fmt.Errorf("%s: %w: it was removed", m.label, ErrGone)
	}
	return nil
}

// wake lets one waiting Receive look again.
func (m *MemoryDevice) wake() {
	select {
	case m.arrived <- struct{}{}:
	default:
	}
}

// ring is a queue of fixed size. Its slots keep their memory, so that a queue in
// use allocates nothing.
type ring struct {
	slots     [][]byte
	head, len int
}

func newRing(size int) ring { return ring{slots: make([][]byte, size)} }

// push copies datagram into the queue; false: it is full.
func (r *ring) push(datagram []byte) bool {
	if r.len == len(r.slots) {
		return false
	}
	slot := &r.slots[(r.head+r.len)%len(r.slots)]
	*slot = append((*slot)[:0], datagram...)
	r.len++
	return true
}

// pop lends the first datagram until the next push, or returns nil.
func (r *ring) pop() []byte {
	if r.len == 0 {
		return nil
	}
	datagram := r.slots[r.head]
	r.head = (r.head + 1) % len(r.slots)
	if r.len--; r.len == 0 {
		r.head = 0 // its memory is the warmest
	}
	return datagram
}
