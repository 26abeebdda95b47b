package tundev

import (
	"errors"
	"fmt"
	"sync"
)

// memoryQueue is how many datagrams a device of MemoryOpener holds in each direction.
const memoryQueue = 1024

// MemoryOpener opens devices in memory, whatever backend a spec names. Its zero
// value is ready, and safe for concurrent use.
type MemoryOpener struct {
	mu      sync.Mutex
	open    map[string]*MemoryDevice
	removed map[string]bool
}

// Open opens a device in memory, of which Device returns the other side.
func (o *MemoryOpener) Open(spec Spec) (Device, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := spec.String()
	if o.removed[key] || o.removed[spec.Name] {
		return nil, fmt.Errorf("open %s: it was removed, and not restored", spec)
	}
	if m := o.open[key]; m != nil && m.present() == nil {
		return nil, fmt.Errorf("open %s: the name is in use: close the device that has it", spec)
	}
	m, err := NewMemory(spec, memoryQueue)
	if err != nil {
		return nil, err
	}
	if o.open == nil {
		o.open = make(map[string]*MemoryDevice)
	}
	o.open[key] = m
	return m, nil
}

// Reopen is Open: there is no namespace to make.
func (o *MemoryOpener) Reopen(spec Spec) (Device, error) { return o.Open(spec) }

// Device returns the device last opened as name: Spec.Name, or Spec.String where
// namespaces have devices of the same name. It is nil if there is none.
func (o *MemoryOpener) Device(name string) *MemoryDevice {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.find(name)
}

func (o *MemoryOpener) find(name string) *MemoryDevice {
	if m := o.open[name]; m != nil {
		return m
	}
	for _, m := range o.open {
		if m.name == name {
			return m
		}
	}
	return nil
}

// Remove makes the device vanish as one that somebody deleted. It cannot be
// opened until Restore.
func (o *MemoryOpener) Remove(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.removed == nil {
		o.removed = make(map[string]bool)
	}
	o.removed[name] = true
	if m := o.find(name); m != nil {
		m.Vanish()
	}
}

// Restore lets the device be opened again after Remove.
func (o *MemoryOpener) Restore(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.removed, name)
}

// Configure sets the MTU: memory has no kernel's side for the rest.
func (o *MemoryOpener) Configure(d Device, spec Spec) error {
	m, ok := d.(*MemoryDevice)
	if !ok {
		return errors.New("configure " + spec.String() + ": this device is not in memory")
	}
	if err := m.present(); err != nil {
		return err
	}
	m.setMTU(spec.MTU)
	return nil
}

// Present says whether the device was neither removed nor closed.
func (o *MemoryOpener) Present(d Device, spec Spec) error {
	m, ok := d.(*MemoryDevice)
	if !ok {
		return errors.New(spec.String() + ": this device is not in memory")
	}
	return m.present()
}

// Close does nothing: nothing stands around a device in memory.
func (o *MemoryOpener) Close() error { return nil }
