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
	// super is the super-packet that Receive is in the middle of, rest what is left of it.
	super, segment wire.Packet
	rest           wire.Segments
	inside         bool
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
func (m *MemoryDevice) Inject(datagram []byte) bool { return m.InjectGSO(datagram, wire.GSO{}) }

// InjectGSO is Inject for a super-packet, or for a datagram whose checksum is
// still to be completed: Read tells what gso says, in all but HeaderLen.
func (m *MemoryDevice) InjectGSO(datagram []byte, gso wire.GSO) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	gso.HeaderLen = 0
	if m.vanish || m.closed || len(datagram) > wire.MaxDatagram || !m.in.push(datagram, gso) {
		return false
	}
	if m.in.len == 1 {
		m.ready.set()
	}
	return true
}

// Receive waits until a datagram was written, no longer than timeout, and
// returns it: a copy that is the caller's. It is false at the timeout, and when
// the device is gone and all was received. Zero or less does not wait. A
// super-packet is received in its segments, with complete checksums.
func (m *MemoryDevice) Receive(timeout time.Duration) ([]byte, bool) {
	datagram, _, ok := m.receive(timeout, m.nextSegment)
	return datagram, ok
}

// ReceiveGSO is Receive for who takes packets as they were written, and what was
// said of them. It is not to be called between two segments of one packet.
func (m *MemoryDevice) ReceiveGSO(timeout time.Duration) ([]byte, wire.GSO, bool) {
	return m.receive(timeout, m.out.pop)
}

func (m *MemoryDevice) receive(timeout time.Duration, next func() ([]byte, wire.GSO)) ([]byte, wire.GSO, bool) {
	var expired <-chan time.Time
	for {
		m.mu.Lock()
		datagram, gso := next()
		datagram = bytes.Clone(datagram) // the next Write takes its place
		if m.out.len > 0 || m.inside || m.vanish || m.closed {
			m.wake()
		}
		over := m.vanish || m.closed
		m.mu.Unlock()
		if datagram != nil || over || timeout <= 0 {
			return datagram, gso, datagram != nil
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

// nextSegment lends the next datagram as it is on the wire.
func (m *MemoryDevice) nextSegment() ([]byte, wire.GSO) {
	if !m.inside {
		datagram, gso := m.out.pop()
		if gso.ChecksumStart == 0 {
			return datagram, gso
		}
		if m.super.Buffer() == nil {
			m.super.Attach(make([]byte, wire.BufferSize))
			m.segment.Attach(make([]byte, wire.BufferSize))
		}
		m.super.SetLen(copy(m.super.Buffer()[wire.Headroom:], datagram))
		m.super.GSO = gso
		m.super.Parse()
		m.rest = m.super.Segments()
	}
	m.rest.Next(&m.segment)
	m.inside = m.rest.More()
	return m.segment.Data, wire.GSO{}
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
		datagram, gso := m.in.pop()
		batch.Keep(copy(p.Buffer()[wire.Headroom:], datagram))
		p.GSO = gso
	}
	if before > 0 && m.in.len == 0 {
		m.ready.clear()
	}
	return nil
}

// Write queues copies for Receive, super-packets whole. See Device.
func (m *MemoryDevice) Write(batch []*wire.Packet) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.gone(); err != nil {
		return 0, err
	}
	defer m.wake()
	for i, p := range batch {
		if !m.out.push(p.Data, p.GSO) {
			return i, errFull
		}
	}
	return len(batch), nil
}

// Descriptors is one, which polls readable while injected datagrams wait, and for
// good once the device has vanished.
func (m *MemoryDevice) Descriptors() []int { return m.ready.ends[:1] }

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
