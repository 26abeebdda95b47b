package network

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/wire"
)

// endless is a device that always has the same packet, and takes all.
type endless struct {
	packet []byte
	taken  int
	polled []int
}

func (e *endless) Read(b *wire.Batch) error {
	for p := b.Room(); p != nil; p = b.Room() {
		b.Keep(copy(p.Buffer()[wire.Headroom:], e.packet))
	}
	return nil
}
func (e *endless) Write(batch []*wire.Packet) (int, error) {
	e.taken += len(batch)
	return len(batch), nil
}
func (e *endless) Descriptors() []int { return e.polled }
func (e *endless) Name() string       { return "endless" }
func (e *endless) MTU() int           { return 1500 }
func (e *endless) Close() error       { return nil }

// A round allocates nothing, whether it forwards, answers or cuts.
func TestRoundAllocatesNothing(t *testing.T) {
	for what, packet := range map[string][]byte{
		"forward":  udp(hosts[0][0], hosts[0][1], 1, 32),
		"forward6": udp(hosts[1][0], hosts[1][1], 1, 32),
		"answer":   echo(hosts[0][0], hosts[0][2], 1, 32),
		"answer6":  echo(hosts[1][0], hosts[1][2], 1, 32),
		"cut":      udp(hosts[0][0], hosts[0][1], 1, 1450),
	} {
		l := newLab(t, twoLinks())
		left, right := &endless{packet: packet}, &endless{packet: packet}
		for i, d := range []*endless{left, right} {
			l.net.ports[i].device.Close()
			l.net.ports[i].device = d
		}
		w := l.net.workers[0]
		w.ready = w.ports[:1]
		if allocated := testing.AllocsPerRun(100, func() {
			if w.now = clock(); !w.round() {
				t.Fatalf("%s: nothing moved", what)
			}
			w.look(0)
			w.ready = w.ready[:1]
		}); allocated != 0 {
			t.Errorf("%s: a round allocates %v times", what, allocated)
		}
		want := 100 * min(batchSize, batchBudget/(wire.Headroom+len(packet)))
		if what == "cut" {
			want *= 2
		}
		if n := left.taken + right.taken; n < want {
			t.Errorf("%s: %d packets were sent, wanted %d", what, n, want)
		}
	}
}

// A worker looks at all descriptors of a device.
func TestLookSeesEveryDescriptor(t *testing.T) {
	l := newLab(t, twoLinks())
	w := l.net.workers[0]
	var queues [2]*os.File
	d := new(endless)
	for i := range queues {
		out, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		defer in.Close()
		queues[i] = in
		d.polled = append(d.polled, int(out.Fd()))
	}
	l.net.ports[1].device.Close()
	l.net.ports[1].device = d
	for i, in := range queues {
		w.begin()
		for _, p := range w.ports {
			p.ready = false
		}
		in.Write([]byte{0})
		if err := w.look(5 * time.Second); err != nil || len(w.ready) != 1 || w.ready[0] != l.net.ports[1] {
			t.Errorf("queue %d: %v, %d ports are ready", i, err, len(w.ready))
		}
		unix.Read(d.polled[i], make([]byte, 1))
	}
}
