package linktest

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// flow is packets from one device to another: those with even numbers are IPv4, the
// others IPv6. Its owner reads what it noted once the network has ended.
type flow struct {
	length int
	// due is when each packet is there to be read, from the beginning, in order; given when
	// it was read, and taken when it was written; zero: never.
	due, given, taken []time.Duration
	twice             int

	begin     time.Time
	monotonic time.Duration // begin on the clock of the timer
	timer     int
	next      int
	armed     int // which packet the timer waits for, plus one
	templates [2][]byte

	came  int
	gave  atomic.Bool   // all are given
	ended chan struct{} // closed when all have come
}

// newFlow returns a flow of packets of some length, in octets, that are due at
// those times.
func newFlow(length int, due []time.Duration) (*flow, error) {
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	f := &flow{
		length: length, due: due, timer: timer, ended: make(chan struct{}), templates: templates(length),
		given: make([]time.Duration, len(due)), taken: make([]time.Duration, len(due)),
	}
	for i := range due { // the kernel gives the memory now, and not while packets flow
		f.given[i], f.taken[i] = 0, 0
	}
	return f, nil
}

// start sets the time to zero.
func (f *flow) start() error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	f.begin, f.monotonic = time.Now(), time.Duration(now.Nano())
	return f.arm()
}

// arm has the timer wake the reader for the next packet; it was not yet due when
// the reader looked.
func (f *flow) arm() error {
	if f.armed == f.next+1 {
		return nil
	}
	f.armed = f.next + 1
	var at unix.ItimerSpec
	if f.next < len(f.due) {
		at.Value = unix.NsecToTimespec(int64(f.monotonic + f.due[f.next]))
	}
	return unix.TimerfdSettime(f.timer, unix.TFD_TIMER_ABSTIME, &at, nil)
}

func (f *flow) close() error { return unix.Close(f.timer) }

// source is the device that gives the packets of a flow.
type source struct {
	*flow
	spec tundev.Spec
}

func (s source) Read(batch *wire.Batch) error {
	now := time.Since(s.begin)
	for s.next < len(s.due) && s.due[s.next] <= now {
		p := batch.Room()
		if p == nil {
			return nil
		}
		b := p.Buffer()[wire.Headroom:]
		n := copy(b, s.templates[s.next&1])
		binary.BigEndian.PutUint32(b[n-4:], uint32(s.next))
		batch.Keep(n)
		p.GSO = wire.GSO{}
		s.given[s.next] = now
		s.next++
	}
	if s.next == len(s.due) {
		s.gave.Store(true)
	}
	return s.arm()
}

func (s source) Write(batch []*wire.Packet) (int, error) { return len(batch), nil }
func (s source) Descriptors() []int                      { return []int{s.timer} }
func (s source) Name() string                            { return s.spec.Name }
func (s source) MTU() int                                { return s.spec.MTU }
func (s source) Close() error                            { return nil }

// sink is the device that takes them. It never has anything to read: its descriptor
// is a timer that nobody sets.
type sink struct {
	*flow
	spec  tundev.Spec
	never int
}

func (s sink) Read(*wire.Batch) error { return nil }

func (s sink) Write(batch []*wire.Packet) (int, error) {
	now := time.Since(s.begin)
	for _, p := range batch {
		if len(p.Data) != s.length {
			continue
		}
		i := binary.BigEndian.Uint32(p.Data[len(p.Data)-4:])
		switch {
		case int(i) >= len(s.taken):
		case s.taken[i] != 0:
			s.twice++
		default:
			s.taken[i] = now
			if s.came++; s.came == len(s.taken) {
				close(s.ended)
			}
		}
	}
	return len(batch), nil
}

func (s sink) Descriptors() []int { return []int{s.never} }
func (s sink) Name() string       { return s.spec.Name }
func (s sink) MTU() int           { return s.spec.MTU }
func (s sink) Close() error       { return unix.Close(s.never) }

// templates are UDP packets of some length, one of each family. Nobody looks at the
// checksum of UDP; the last four octets are the number of the packet.
func templates(length int) (both [2][]byte) {
	v4, v6 := make([]byte, length), make([]byte, length)
	v4[0], v4[6], v4[8], v4[9] = 0x45, 0x40, 64, wire.ProtoUDP // DF
	binary.BigEndian.PutUint16(v4[2:], uint16(length))
	copy(v4[12:], hosts[0][0].AsSlice())
	copy(v4[16:], hosts[0][1].AsSlice())
	binary.BigEndian.PutUint16(v4[10:], wire.Checksum(v4[:20]))
	v6[0], v6[6], v6[7] = 0x60, wire.ProtoUDP, 64
	binary.BigEndian.PutUint16(v6[4:], uint16(length-40))
	copy(v6[8:], hosts[1][0].AsSlice())
	copy(v6[24:], hosts[1][1].AsSlice())
	for header, b := range map[int][]byte{20: v4, 40: v6} {
		binary.BigEndian.PutUint16(b[header:], 40000)
		binary.BigEndian.PutUint16(b[header+2:], 9)
		binary.BigEndian.PutUint16(b[header+4:], uint16(length-header))
	}
	return [2][]byte{v4, v6}
}
