package tundev

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

func TestMemoryQueuesAreBounded(t *testing.T) {
	m, err := NewMemory(Spec{Name: "m", MTU: 1500}, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for i, want := range []bool{true, true, false} {
		if m.Inject([]byte{byte(i)}) != want {
			t.Errorf("Inject number %d: %t, want %t", i, !want, want)
		}
	}
	p := new(wire.Packet)
	p.Attach(make([]byte, wire.BufferSize))
	p.SetLen(20)
	if n, err := m.Write([]*wire.Packet{p, p, p}); n != 2 || err != errFull {
		t.Errorf("Write: %d, %v, want 2, %v", n, err, errFull)
	}
	if m.Inject(make([]byte, wire.MaxDatagram+1)) {
		t.Error("took a datagram longer than any")
	}
}

func TestMemoryKeepsOrder(t *testing.T) {
	r := newRing(3)
	pushed, popped := byte(0), byte(0)
	for _, step := range []struct{ push, pop int }{{2, 1}, {2, 2}, {2, 1}, {1, 3}, {3, 3}} {
		for range step.push {
			if !r.push([]byte{pushed}, wire.GSO{}) {
				t.Fatalf("no room for number %d", pushed)
			}
			pushed++
		}
		for range step.pop {
			if got, _ := r.pop(); len(got) != 1 || got[0] != popped {
				t.Fatalf("popped %v, want %d", got, popped)
			}
			popped++
		}
	}
	if got, _ := r.pop(); got != nil {
		t.Errorf("popped %v from an empty ring", got)
	}
}

func TestMemoryReceiveWaits(t *testing.T) {
	m, err := NewMemory(Spec{Name: "m", MTU: 1500}, 8)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, ok := m.Receive(0); ok {
		t.Error("received from an empty queue")
	}
	if _, ok := m.Receive(time.Millisecond); ok {
		t.Error("received from an empty queue")
	}
	// As many wait as datagrams come: each gets one.
	got := make(chan []byte)
	for range 3 {
		go func() {
			datagram, _ := m.Receive(time.Minute)
			got <- datagram
		}()
	}
	time.Sleep(10 * time.Millisecond)
	var out []*wire.Packet
	for i := range 3 {
		p := new(wire.Packet)
		p.Attach(make([]byte, wire.BufferSize))
		p.SetLen(copy(p.Buffer()[wire.Headroom:], fmt.Sprint("datagram ", i)))
		out = append(out, p)
	}
	m.Write(out)
	for range 3 {
		select {
		case datagram := <-got:
			if !bytes.HasPrefix(datagram, []byte("datagram ")) {
				t.Errorf("received %q", datagram)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("somebody waits although a datagram is there for him")
		}
	}
}

// TestMemoryReceiveEnds tells whoever waits of the end.
func TestMemoryReceiveEnds(t *testing.T) {
	m, err := NewMemory(Spec{Name: "m", MTU: 1500}, 8)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	got := make(chan []byte)
	go func() {
		_, ok := m.Receive(10 * time.Second)
		if ok {
			t.Error("received after the end")
		}
		got <- nil
	}()
	time.Sleep(10 * time.Millisecond)
	m.Vanish()
	select {
	case <-got:
	case <-time.After(5 * time.Second):
		t.Error("Receive waits for a device that is gone")
	}
}

func TestMemoryOpener(t *testing.T) {
	var o MemoryOpener
	spec := Spec{Name: "m", Netns: "h1", MTU: 1500}
	d, err := o.Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	if o.Device("m") != d || o.Device("m in h1") != d || o.Device("n") != nil {
		t.Error("Device does not find the device by name, or finds one too many")
	}
	if _, err := o.Open(spec); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second Open: %v", err)
	}
	other, err := o.Open(Spec{Name: "m", Netns: "h2"})
	if err != nil {
		t.Fatalf("the same name in another namespace: %v", err)
	}
	other.Close()
	spec.MTU = 1400
	if err := o.Configure(d, spec); err != nil || d.MTU() != 1400 {
		t.Errorf("Configure: %v, MTU %d", err, d.MTU())
	}
	if err := o.Present(d, spec); err != nil {
		t.Errorf("Present: %v", err)
	}
	o.Remove("m in h1")
	if err := o.Present(d, spec); !errors.Is(err, ErrGone) {
		t.Errorf("Present after Remove: %v", err)
	}
	if _, err := fill(d, wire.NewBatch(0, 0, nil)); !errors.Is(err, ErrGone) {
		t.Errorf("Read after Remove: %v", err)
	}
	if _, err := d.Write(nil); !errors.Is(err, ErrGone) {
		t.Errorf("Write after Remove: %v", err)
	}
	d.Close()
	if _, err := o.Open(spec); err == nil {
		t.Error("opened what was removed")
	}
	o.Restore("m in h1")
	again, err := o.Open(spec)
	if err != nil || o.Device("m in h1") != again {
		t.Fatalf("Open after Restore: %v", err)
	}
	again.Close()
}
