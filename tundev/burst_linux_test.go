package tundev

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// TestBurstsRead sends bursts of any length, between which the guess is wrong,
// and wants all that came, in order.
func TestBurstsRead(t *testing.T) {
	for _, engine := range []Engine{EngineAuto, EngineRing, EngineDirect} {
		t.Run(string(engine), func(t *testing.T) {
			ns := anonymous(t)
			_, d := open(t, like(Spec{Engine: engine}, ns.Path()))
			p := newPacketPeer(t, ns, "tun7")
			drain(t, d)
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			r := rand.New(rand.NewPCG(seed, 0))
			for range 60 {
				var sent [][]byte
				for range r.IntN(200) {
					f, size := families[r.IntN(2)], 100+r.IntN(300)
					if r.IntN(100) == 0 {
						size = 9000
					}
					b := datagram(t, f.near, f.far, size, len(sent))
					p.send(t, b)
					sent = append(sent, b)
				}
				if len(sent) == 0 {
					drain(t, d)
					continue
				}
				for i, got := range readAll(t, d, len(sent), 1+r.IntN(100)) {
					if i >= len(sent) || !bytes.Equal(got, sent[i]) {
						t.Fatalf("number %d of %d is not what was sent", i, len(sent))
					}
				}
			}
			if got, want := d.(*kernelTUN).queues[0].ring != nil, engine != EngineDirect; got != want {
				t.Errorf("a ring was used: %t, want %t", got, want)
			}
		})
	}
}

// TestBurstRefused has the kernel refuse some packets of a burst: each is
// told at its index, and all others arrive once, in order.
func TestBurstRefused(t *testing.T) {
	for _, engine := range []Engine{EngineAuto, EngineRing, EngineDirect} {
		t.Run(string(engine), func(t *testing.T) {
			ns := anonymous(t)
			_, d := open(t, like(Spec{Engine: engine}, ns.Path()))
			p := newPacketPeer(t, ns, "tun7")
			bad := map[int]bool{0: true, 3: true, 4: true, 70: true, 98: true, 99: true}
			var batch []*wire.Packet
			var want [][]byte
			for i := range 100 {
				b := datagram(t, far4, families[0].beyond, 100, i)
				if bad[i] {
					b = []byte("\x00 is no version of IP")
				} else {
					want = append(want, b)
				}
				batch = append(batch, outgoing(b))
			}
			refused := map[int]bool{}
			for i := 0; i < len(batch); i++ {
				n, err := d.Write(batch[i:])
				if i += n; err != nil {
					refused[i] = true
				}
				if err == nil && i != len(batch) || err != nil && errors.Is(err, ErrGone) {
					t.Fatalf("Write: %d, %v", n, err)
				}
			}
			for i := range batch {
				if refused[i] != bad[i] {
					t.Errorf("number %d refused: %t", i, refused[i])
				}
			}
			end := datagram(t, far6, families[1].beyond, 100, 0)
			d.Write([]*wire.Packet{outgoing(end)})
			for i, b := range append(want, end) {
				if got := p.receive(t); !bytes.Equal(got, b) {
					t.Fatalf("received another packet than number %d of %d", i, len(want))
				}
			}
			if got, want := d.(*kernelTUN).bursts.out != nil, engine != EngineDirect; got != want {
				t.Errorf("a ring was used: %t, want %t", got, want)
			}
		})
	}
}

// TestAnotherWriteResumesNothing writes other packets behind a refused one.
func TestAnotherWriteResumesNothing(t *testing.T) {
	ns := anonymous(t)
	_, d := open(t, like(Spec{Engine: EngineRing}, ns.Path()))
	p := newPacketPeer(t, ns, "tun7")
	packet := func(i int) *wire.Packet { return outgoing(datagram(t, far4, families[0].beyond, 100+i, i)) }
	first := []*wire.Packet{outgoing([]byte("\x00")), packet(0), packet(1)}
	if n, err := d.Write(first); n != 0 || err == nil {
		t.Fatalf("Write: %d, %v, want the first refused", n, err)
	}
	if n, err := d.Write([]*wire.Packet{packet(2), packet(3), packet(4)}); n != 3 || err != nil {
		t.Fatalf("Write: %d, %v", n, err)
	}
	// Who was refused goes on now, and sends nothing again.
	if n, err := d.Write(first[1:]); n != 2 || err != nil {
		t.Fatalf("Write behind what was refused: %d, %v", n, err)
	}
	d.Write([]*wire.Packet{packet(5)})
	for i := range 6 {
		if got := p.receive(t); len(got) != 100+i {
			t.Errorf("received %d octets as number %d, want %d", len(got), i, 100+i)
		}
	}
}

// TestWithoutRings asks for rings where the kernel gives none.
func TestWithoutRings(t *testing.T) {
	const noFile = 1 << 30
	queues := []queue{{fd: noFile}}
	var b bursts
	if err := b.start(EngineRing, queues); err == nil || !strings.Contains(err.Error(), "io_uring: ") {
		t.Errorf("engine %s: %v, want an error", EngineRing, err)
	}
	fds, _ := holdings()
	b = bursts{}
	if err := b.start(EngineAuto, queues); err != nil {
		t.Errorf("engine %s: %v", EngineAuto, err)
	}
	if b.ring(&queues[0].ring, noFile) || !b.off.Load() {
		t.Error("has a ring, or will try again")
	}
	if now, _ := holdings(); now != fds {
		t.Errorf("%d descriptors, before %d", now, fds)
	}
}

// TestRingBreaks ends the rings of an open device: all goes on without.
func TestRingBreaks(t *testing.T) {
	ns := anonymous(t)
	_, d := open(t, like(Spec{Engine: EngineRing}, ns.Path()))
	p := newPacketPeer(t, ns, "tun7")
	drain(t, d)
	k := d.(*kernelTUN)
	// Another file in the rings' place: io_uring_enter fails.
	null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(null)
	unix.Dup3(null, k.queues[0].ring.fd, unix.O_CLOEXEC)
	unix.Dup3(null, k.bursts.out.fd, unix.O_CLOEXEC)
	var sent []*wire.Packet
	for i := range 20 {
		sent = append(sent, outgoing(datagram(t, far4, families[0].beyond, 100+i, i)))
		p.send(t, datagram(t, near4, far4, 100+i, i))
	}
	if n, err := d.Write(sent); n != 20 || err != nil {
		t.Errorf("Write: %d, %v", n, err)
	}
	for i := range 20 {
		if got := p.receive(t); len(got) != 100+i {
			t.Errorf("received %d octets as number %d, want %d", len(got), i, 100+i)
		}
	}
	for i, got := range readAll(t, d, 20, 64) {
		if len(got) != 100+i {
			t.Errorf("read %d octets as number %d, want %d", len(got), i, 100+i)
		}
	}
	if !k.bursts.off.Load() {
		t.Error("tries the broken ring again")
	}
}
